"""Data stores, directories and files, and the storage of their bytes."""

import re

import pytest

GET_FILE = """query ($id: ID!) { storage_getDataStoreFile(dataStoreFileId: $id) {
  name fileExtension contentType lastModified storageSizeBytes s3ConfirmedUpload
} }"""
GET_DIRECTORY = """query ($id: ID!) { storage_getDataStoreDirectory(dataStoreDirectoryId: $id) {
  name homeDirectory parentDirectoryId
  contents { objectType dataStoreDirectory { name contents { objectType } } dataStoreFile { name } }
} }"""
CREATE_DIRECTORY = """mutation ($store: ID!, $parent: ID!, $name: String!) {
  storage_createDataStoreDirectory(dataStoreId: $store, parentDirectoryId: $parent, name: $name) {
    dataStoreDirectoryId
} }"""
UPDATE_DIRECTORY = """mutation ($id: ID!, $name: String, $parent: ID) {
  storage_updateDataStoreDirectory(
    dataStoreDirectoryId: $id, name: $name, parentDirectoryId: $parent
  ) { name parentDirectoryId }
}"""


@pytest.fixture
def store(graphql_client):
    """An empty data store."""
    store = graphql_client.run(
        """mutation { storage_createDataStore(name: "Fresh", description: "d") {
        dataStoreId homeDirectoryId name description ownerUserId } }"""
    )
    yield store
    graphql_client.execute(
        "mutation ($id: ID!) { storage_deleteDataStore(dataStoreId: $id) { name } }",
        id=store["dataStoreId"],
    )


def make_directory(graphql_client, store, parent, name):
    variables = {"store": store["dataStoreId"], "parent": parent, "name": name}
    return graphql_client.run(CREATE_DIRECTORY, **variables)["dataStoreDirectoryId"]


def make_file(graphql_client, store, directory, name="a"):
    return graphql_client.run(
        """mutation ($store: ID!, $directory: ID!, $name: String!) {
        storage_createDataStoreFile(dataStoreId: $store, dataStoreDirectoryId: $directory,
        name: $name, fileExtension: "txt") { itemId url } }""",
        store=store["dataStoreId"],
        directory=directory,
        name=name,
    )


def test_new_data_store_has_an_empty_home_directory(graphql_client, store):
    home = graphql_client.run(GET_DIRECTORY, id=store["homeDirectoryId"])
    assert home == {
        "name": "Fresh",
        "homeDirectory": True,
        "parentDirectoryId": None,
        "contents": [],
    }


def test_directory_contents_are_directories_then_files_by_name(graphql_client, store):
    home = store["homeDirectoryId"]
    for name in ("b", "a"):
        make_file(graphql_client, store, home, name)
        inner = make_directory(graphql_client, store, home, name)
    make_file(graphql_client, store, inner)
    contents = graphql_client.run(GET_DIRECTORY, id=home)["contents"]
    assert contents == [
        {
            "objectType": "DIRECTORY",
            "dataStoreDirectory": {"name": "a", "contents": [{"objectType": "FILE"}]},
            "dataStoreFile": None,
        },
        {
            "objectType": "DIRECTORY",
            "dataStoreDirectory": {"name": "b", "contents": []},
            "dataStoreFile": None,
        },
        {"objectType": "FILE", "dataStoreDirectory": None, "dataStoreFile": {"name": "a"}},
        {"objectType": "FILE", "dataStoreDirectory": None, "dataStoreFile": {"name": "b"}},
    ]


def test_file_metadata_is_available_after_the_upload(graphql_client):
    created = graphql_client.create_file("report.final", "csv")
    before = graphql_client.run(GET_FILE, id=created["itemId"])
    assert before["s3ConfirmedUpload"] is False
    assert before["storageSizeBytes"] is before["lastModified"] is before["contentType"] is None

    graphql_client.http.put(created["url"], content=b"12345").raise_for_status()
    after = graphql_client.run(GET_FILE, id=created["itemId"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", after.pop("lastModified"))
    assert after == {
        "name": "report.final",
        "fileExtension": "csv",
        "contentType": "text/csv",
        "storageSizeBytes": 5,
        "s3ConfirmedUpload": True,
    }


@pytest.mark.parametrize(
    ("extension", "content_type"),
    [
        ("json", "application/json"),
        ("tar.gz", "application/gzip"),
        ("", "application/octet-stream"),
        ("no such thing", "application/octet-stream"),
    ],
)
def test_content_type_is_guessed_from_the_extension(graphql_client, extension, content_type):
    file_id = graphql_client.upload(b"x", extension=extension)
    assert graphql_client.run(GET_FILE, id=file_id)["contentType"] == content_type
    downloaded = graphql_client.http.get(graphql_client.download_url(file_id))
    assert downloaded.headers["content-type"] == content_type


@pytest.mark.parametrize("name", ["../../escape", "/etc/passwd", "a\x00b\n", "😀" * 300, "."])
def test_name_may_be_any_string(graphql_client, name):
    file_id = graphql_client.upload(b"content", name=name, extension="../../x")
    assert graphql_client.run(GET_FILE, id=file_id)["name"] == name
    assert graphql_client.http.get(graphql_client.download_url(file_id)).content == b"content"


def test_deleted_file_loses_its_bytes(graphql_client):
    file_id = graphql_client.upload(b"content")
    url = graphql_client.download_url(file_id)
    graphql_client.run(
        "mutation ($id: ID!) { storage_deleteDataStoreFile(dataStoreFileId: $id) { name } }",
        id=file_id,
    )
    assert graphql_client.http.get(url).status_code == 404
    assert graphql_client.error_type(GET_FILE, id=file_id) == "NotFound"


def test_uploaded_bytes_of_a_file_deleted_meanwhile_are_discarded(graphql_client):
    created = graphql_client.create_file()
    graphql_client.run(
        "mutation ($id: ID!) { storage_deleteDataStoreFile(dataStoreFileId: $id) { name } }",
        id=created["itemId"],
    )
    assert graphql_client.http.put(created["url"], content=b"late").status_code == 404


@pytest.mark.parametrize("whole_store", [False, True])
def test_deleted_directory_or_data_store_loses_its_files_and_their_bytes(
    graphql_client, store, whole_store
):
    outer = make_directory(graphql_client, store, store["homeDirectoryId"], "outer")
    inner = make_directory(graphql_client, store, outer, "inner")
    file = make_file(graphql_client, store, inner)
    graphql_client.http.put(file["url"], content=b"content").raise_for_status()
    url = graphql_client.download_url(file["itemId"])
    if whole_store:
        query = "mutation ($id: ID!) { storage_deleteDataStore(dataStoreId: $id) { name } }"
        graphql_client.run(query, id=store["dataStoreId"])
    else:
        query = """mutation ($id: ID!) {
        storage_deleteDataStoreDirectory(dataStoreDirectoryId: $id) { name } }"""
        graphql_client.run(query, id=outer)
    assert graphql_client.http.get(url).status_code == 404
    assert graphql_client.error_type(GET_FILE, id=file["itemId"]) == "NotFound"
    assert graphql_client.error_type(GET_DIRECTORY, id=inner) == "NotFound"


def test_files_and_directories_are_renamed_and_moved(graphql_client, store):
    home = store["homeDirectoryId"]
    target = make_directory(graphql_client, store, home, "target")
    moved = make_directory(graphql_client, store, home, "moved")
    file = make_file(graphql_client, store, home)
    graphql_client.run(
        """mutation ($id: ID!, $to: ID) { storage_updateDataStoreFile(
        dataStoreFileId: $id, dataStoreDirectoryId: $to, name: "new", description: "why"
        ) { name } }""",
        id=file["itemId"],
        to=target,
    )
    response = graphql_client.run(UPDATE_DIRECTORY, id=moved, parent=target)
    assert response == {"name": "moved", "parentDirectoryId": target}
    contents = graphql_client.run(GET_DIRECTORY, id=target)["contents"]
    assert [entry["dataStoreFile"] for entry in contents] == [None, {"name": "new"}]
    assert contents[0]["dataStoreDirectory"]["name"] == "moved"


def test_directory_cannot_be_moved_into_itself_or_out_of_its_data_store(
    graphql_client, store, local
):
    outer = make_directory(graphql_client, store, store["homeDirectoryId"], "outer")
    inner = make_directory(graphql_client, store, outer, "inner")
    for parent in (outer, inner, local.homeDirectoryId):
        assert graphql_client.error_type(UPDATE_DIRECTORY, id=outer, parent=parent) == "BadRequest"


def test_home_directory_cannot_be_moved_or_deleted(graphql_client, store):
    home = store["homeDirectoryId"]
    inner = make_directory(graphql_client, store, home, "inner")
    assert graphql_client.error_type(UPDATE_DIRECTORY, id=home, parent=inner) == "BadRequest"
    query = """mutation ($id: ID!) {
    storage_deleteDataStoreDirectory(dataStoreDirectoryId: $id) { name } }"""
    assert graphql_client.error_type(query, id=home) == "BadRequest"


def test_file_cannot_be_created_outside_its_data_store(graphql_client, store, local):
    query = """mutation ($store: ID!, $directory: ID!) {
    storage_createDataStoreFile(dataStoreId: $store, dataStoreDirectoryId: $directory,
    name: "a", fileExtension: "") { itemId } }"""
    variables = {"store": store["dataStoreId"], "directory": local.homeDirectoryId}
    assert graphql_client.error_type(query, **variables) == "BadRequest"


def test_empty_name_is_refused(graphql_client):
    query = 'mutation { storage_createDataStore(name: "") { name } }'
    assert graphql_client.error_type(query) == "BadRequest"


def test_data_store_update_keeps_omitted_fields(graphql_client, store):
    query = """mutation ($id: ID!) { storage_updateDataStore(dataStoreId: $id, name: "Other") {
    name description } }"""
    assert graphql_client.run(query, id=store["dataStoreId"]) == {
        "name": "Other",
        "description": "d",
    }
