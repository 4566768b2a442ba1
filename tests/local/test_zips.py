"""Zips of data stores with any content and depth."""

import io
import time
import zipfile

import pytest

from avista_digital_exchange_sdk.local.services.storage import zip_archive
from avista_digital_exchange_sdk.local.state import Caller

from ..support.options import use_limits

ZIP = """query ($ids: [DataStoreObjectIdInput]!) {
  storage_getDataStoreZipDownloadUrl(dataStoreObjectIds: $ids) { url }
}"""
CREATE_DIRECTORY = """mutation ($store: ID!, $parent: ID!, $name: String!) {
  storage_createDataStoreDirectory(dataStoreId: $store, parentDirectoryId: $parent, name: $name) {
    dataStoreDirectoryId
} }"""
CREATE_FILE = """mutation ($store: ID!, $directory: ID!, $name: String!) {
  storage_createDataStoreFile(
    dataStoreId: $store, dataStoreDirectoryId: $directory, name: $name, fileExtension: "txt"
  ) { itemId url } }"""


@pytest.fixture
def store(graphql_client):
    """A data store for this test."""
    query = 'mutation { storage_createDataStore(name: "Zipped") { dataStoreId homeDirectoryId } }'
    return graphql_client.run(query)


@pytest.fixture
def make(graphql_client, store):
    """Creates directories, by default in the home directory."""

    def make(name, parent=None):
        variables = {"store": store["dataStoreId"], "name": name}
        parent = parent or store["homeDirectoryId"]
        created = graphql_client.run(CREATE_DIRECTORY, parent=parent, **variables)
        return created["dataStoreDirectoryId"]

    return make


@pytest.fixture
def upload(graphql_client, store):
    """Uploads files, by default to the home directory."""

    def upload(name, directory=None, content=b"content"):
        variables = {"store": store["dataStoreId"], "name": name}
        directory = directory or store["homeDirectoryId"]
        created = graphql_client.run(CREATE_FILE, directory=directory, **variables)
        graphql_client.http.put(created["url"], content=content).raise_for_status()
        return created["itemId"]

    return upload


@pytest.fixture
def deep(local, graphql_client, store):
    """A directory with 5,000 nested subdirectories and a file in the innermost."""
    caller = Caller(local.exchange.tokens.authenticate(local.token).user_id, "token")
    insert = local.exchange.directories._records.insert
    ids = [f"dataStoreDirectoryId.{store['dataStoreId']}-{i}" for i in range(5_000)]
    for parent, directory_id in zip([store["homeDirectoryId"], *ids], ids, strict=False):
        insert(
            "directories",
            dataStoreDirectoryId=directory_id,
            dataStoreId=store["dataStoreId"],
            parentDirectoryId=parent,
            name="d",
            ownerUserId=caller.user_id,
        )
    variables = {"store": store["dataStoreId"], "name": "last"}
    created = graphql_client.run(CREATE_FILE, directory=ids[-1], **variables)
    graphql_client.http.put(created["url"], content=b"deep").raise_for_status()
    return ids[0]


def named(object_id):
    """An object ID in the form of a zip request."""
    kind, _, _ = object_id.partition("Id.")
    object_type = {"dataStoreFile": "FILE", "dataStoreDirectory": "DIRECTORY"}[kind]
    return {"objectType": object_type, f"{kind}Id": object_id}


@pytest.fixture
def zipped(graphql_client):
    """Zips objects and returns the contents of the zip."""

    def zipped(*ids, role="owner"):
        url = graphql_client.run(ZIP, role, ids=[named(object_id) for object_id in ids])["url"]
        response = graphql_client.http.get(url, timeout=60).raise_for_status()
        with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
            assert archive.testzip() is None
            names = archive.namelist()
            assert len(set(names)) == len(names)
            return {name: archive.read(name) for name in names}

    return zipped


def refused(graphql_client, *ids):
    (error,) = graphql_client.execute(ZIP, ids=[named(object_id) for object_id in ids])["errors"]
    return error["errorType"], error["message"]


def test_object_requested_several_times_is_included_once(zipped, make, upload):
    folder = make("folder")
    file, inner = upload("a"), upload("b", folder)
    assert zipped(*[file] * 200, *[folder] * 200) == {
        "a.txt": b"content",
        "folder/": b"",
        "folder/b.txt": b"content",
    }
    assert zipped(file, inner) == {"a.txt": b"content", "b.txt": b"content"}


@pytest.mark.parametrize("reverse", [False, True])
def test_object_within_a_requested_directory_is_included_there(zipped, make, upload, reverse):
    outer = make("outer")
    inner = make("inner", outer)
    expected = [upload("a", inner), inner, outer]
    assert zipped(*(reversed(expected) if reverse else expected)) == {
        "outer/": b"",
        "outer/inner/": b"",
        "outer/inner/a.txt": b"content",
    }


def test_many_files_with_one_name_take_little_time(local, store, graphql_client):
    file = {
        "name": "a",
        "fileExtension": "txt",
        "storageSizeBytes": 1,
        "objectKey": "files/none",
    }
    rows = [file | {"dataStoreFileId": str(i)} for i in range(20_000)]
    started = time.process_time()
    plan = zip_archive.Zips(local.exchange.objects, local.exchange.directories)
    entries = local._server.run(plan.plan(rows))
    plan.close()
    assert [entry.path for entry in entries[:3]] == ["a.txt", "a (2).txt", "a (3).txt"]
    assert len({entry.path for entry in entries}) == 20_000
    assert time.process_time() - started < 10


def test_deep_directory_can_be_zipped(zipped, deep):
    contents = zipped(deep)
    assert len(contents) == 5_001
    assert contents["d/" * 5_000 + "last.txt"] == b"deep"


@pytest.mark.parametrize("top", ["directory", "data store"])
def test_deep_directory_can_be_deleted(local, graphql_client, store, deep, top):
    if top == "directory":
        graphql_client.run(
            "mutation ($id: ID!) { storage_deleteDataStoreDirectory(dataStoreDirectoryId: $id) "
            "{ name contents { objectType } } }",
            id=deep,
        )
    else:
        graphql_client.run(
            "mutation ($id: ID!) { storage_deleteDataStore(dataStoreId: $id) { name } }",
            id=store["dataStoreId"],
        )
    left = local.exchange.directories._records.fetch_one(
        "SELECT count(*) AS rows FROM directories WHERE dataStoreId = ? AND name = 'd'",
        store["dataStoreId"],
    )
    assert left == {"rows": 0}
    assert (
        graphql_client.http.get(
            graphql_client.download_url(graphql_client.upload(b"other"))
        ).content
        == b"other"
    )


def test_deep_directory_does_not_prevent_a_reset(deep, local):
    with_deep = local.dataStoreId
    local.reset()
    assert local.dataStoreId != with_deep


def test_zip_size_is_limited(graphql_client, make, upload, monkeypatch):
    folder = make("folder")
    for name in "abc":
        upload(name, folder)
    use_limits(monkeypatch, max_zip_bytes=20)
    assert refused(graphql_client, folder) == (
        "BadRequest",
        "A zip can hold files of at most 20 bytes.",
    )
    use_limits(monkeypatch, max_zip_entries=2)
    assert refused(graphql_client, folder)[1] == "A zip can hold at most 2 files and directories."


def test_path_too_long_for_a_zip_is_refused(graphql_client, make):
    outer = make("x" * 40_000)
    make("y" * 40_000, outer)
    assert refused(graphql_client, outer) == (
        "BadRequest",
        "The paths in the zip would be too long.",
    )


def test_file_deleted_before_the_zip_is_built_is_omitted(graphql_client, upload):
    file = upload("a")
    url = graphql_client.run(ZIP, ids=[named(file)])["url"]
    graphql_client.run(
        "mutation ($id: ID!) { storage_deleteDataStoreFile(dataStoreFileId: $id) { name } }",
        id=file,
    )
    response = graphql_client.http.get(url)
    assert response.status_code == 404
    assert b"deleted in the meantime" in response.content


def test_results_beyond_the_limit_of_a_user_replace_older_ones(
    graphql_client, upload, monkeypatch, local
):
    use_limits(monkeypatch, max_stored_result_bytes=150_000)
    file = upload("a", content=bytes(range(256)) * 400)
    upload_size = len(graphql_client.http.get(graphql_client.download_url(file)).content)
    assert upload_size == 102_400
    stored = [
        local.exchange.objects.create(owner) for owner in ("first", "first", "second", "first")
    ]
    for result in stored:
        result.path.write_bytes(b"x" * 60_000)
        local.exchange.objects.complete(result)
    assert [result.path.exists() for result in stored] == [False, True, True, True]
