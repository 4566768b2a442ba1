"""Data stores: directories and files, and what becomes of their bytes."""

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
def store(platform):
    """A data store with nothing in it."""
    store = platform.ask(
        """mutation { storage_createDataStore(name: "Fresh", description: "d") {
        dataStoreId homeDirectoryId name description ownerUserId } }"""
    )
    yield store
    platform.answer(
        "mutation ($id: ID!) { storage_deleteDataStore(dataStoreId: $id) { name } }",
        id=store["dataStoreId"],
    )


def make_directory(platform, store, parent, name):
    variables = {"store": store["dataStoreId"], "parent": parent, "name": name}
    return platform.ask(CREATE_DIRECTORY, **variables)["dataStoreDirectoryId"]


def make_file(platform, store, directory, name="a"):
    return platform.ask(
        """mutation ($store: ID!, $directory: ID!, $name: String!) {
        storage_createDataStoreFile(dataStoreId: $store, dataStoreDirectoryId: $directory,
        name: $name, fileExtension: "txt") { itemId url } }""",
        store=store["dataStoreId"],
        directory=directory,
        name=name,
    )


def test_a_new_data_store_has_an_empty_home_directory(platform, store):
    home = platform.ask(GET_DIRECTORY, id=store["homeDirectoryId"])
    assert home == {
        "name": "Fresh",
        "homeDirectory": True,
        "parentDirectoryId": None,
        "contents": [],
    }


def test_a_directory_s_contents_are_directories_then_files_by_name(platform, store):
    home = store["homeDirectoryId"]
    for name in ("b", "a"):
        make_file(platform, store, home, name)
        inner = make_directory(platform, store, home, name)
    make_file(platform, store, inner)
    contents = platform.ask(GET_DIRECTORY, id=home)["contents"]
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


def test_a_file_s_metadata_is_known_once_its_bytes_have_arrived(platform):
    created = platform.create_file("report.final", "csv")
    before = platform.ask(GET_FILE, id=created["itemId"])
    assert before["s3ConfirmedUpload"] is False
    assert before["storageSizeBytes"] is before["lastModified"] is before["contentType"] is None

    platform.http.put(created["url"], content=b"12345").raise_for_status()
    after = platform.ask(GET_FILE, id=created["itemId"])
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
def test_the_content_type_is_guessed_from_the_extension(platform, extension, content_type):
    file_id = platform.upload(b"x", extension=extension)
    assert platform.ask(GET_FILE, id=file_id)["contentType"] == content_type
    downloaded = platform.http.get(platform.download_url(file_id))
    assert downloaded.headers["content-type"] == content_type


@pytest.mark.parametrize("name", ["../../escape", "/etc/passwd", "a\x00b\n", "😀" * 300, "."])
def test_any_name_is_only_a_name(platform, name):
    file_id = platform.upload(b"content", name=name, extension="../../x")
    assert platform.ask(GET_FILE, id=file_id)["name"] == name
    assert platform.http.get(platform.download_url(file_id)).content == b"content"


def test_a_deleted_file_s_bytes_are_gone(platform):
    file_id = platform.upload(b"content")
    url = platform.download_url(file_id)
    platform.ask(
        "mutation ($id: ID!) { storage_deleteDataStoreFile(dataStoreFileId: $id) { name } }",
        id=file_id,
    )
    assert platform.http.get(url).status_code == 404
    assert platform.refusal(GET_FILE, id=file_id) == "NotFound"


def test_bytes_of_a_file_deleted_meanwhile_are_not_kept(platform):
    created = platform.create_file()
    platform.ask(
        "mutation ($id: ID!) { storage_deleteDataStoreFile(dataStoreFileId: $id) { name } }",
        id=created["itemId"],
    )
    assert platform.http.put(created["url"], content=b"late").status_code == 404


@pytest.mark.parametrize("whole_store", [False, True])
def test_deleting_what_holds_files_deletes_them_and_their_bytes(platform, store, whole_store):
    outer = make_directory(platform, store, store["homeDirectoryId"], "outer")
    inner = make_directory(platform, store, outer, "inner")
    file = make_file(platform, store, inner)
    platform.http.put(file["url"], content=b"content").raise_for_status()
    url = platform.download_url(file["itemId"])
    if whole_store:
        query = "mutation ($id: ID!) { storage_deleteDataStore(dataStoreId: $id) { name } }"
        platform.ask(query, id=store["dataStoreId"])
    else:
        query = """mutation ($id: ID!) {
        storage_deleteDataStoreDirectory(dataStoreDirectoryId: $id) { name } }"""
        platform.ask(query, id=outer)
    assert platform.http.get(url).status_code == 404
    assert platform.refusal(GET_FILE, id=file["itemId"]) == "NotFound"
    assert platform.refusal(GET_DIRECTORY, id=inner) == "NotFound"


def test_files_and_directories_can_be_renamed_and_moved(platform, store):
    home = store["homeDirectoryId"]
    target = make_directory(platform, store, home, "target")
    moved = make_directory(platform, store, home, "moved")
    file = make_file(platform, store, home)
    platform.ask(
        """mutation ($id: ID!, $to: ID) { storage_updateDataStoreFile(
        dataStoreFileId: $id, dataStoreDirectoryId: $to, name: "new", description: "why"
        ) { name } }""",
        id=file["itemId"],
        to=target,
    )
    answer = platform.ask(UPDATE_DIRECTORY, id=moved, parent=target)
    assert answer == {"name": "moved", "parentDirectoryId": target}
    contents = platform.ask(GET_DIRECTORY, id=target)["contents"]
    assert [entry["dataStoreFile"] for entry in contents] == [None, {"name": "new"}]
    assert contents[0]["dataStoreDirectory"]["name"] == "moved"


def test_a_directory_can_not_be_moved_into_itself_or_out_of_its_store(platform, store, local):
    outer = make_directory(platform, store, store["homeDirectoryId"], "outer")
    inner = make_directory(platform, store, outer, "inner")
    for parent in (outer, inner, local.homeDirectoryId):
        assert platform.refusal(UPDATE_DIRECTORY, id=outer, parent=parent) == "BadRequest"


def test_a_home_directory_can_neither_be_moved_nor_deleted(platform, store):
    home = store["homeDirectoryId"]
    inner = make_directory(platform, store, home, "inner")
    assert platform.refusal(UPDATE_DIRECTORY, id=home, parent=inner) == "BadRequest"
    query = """mutation ($id: ID!) {
    storage_deleteDataStoreDirectory(dataStoreDirectoryId: $id) { name } }"""
    assert platform.refusal(query, id=home) == "BadRequest"


def test_a_file_goes_only_into_a_directory_of_its_store(platform, store, local):
    query = """mutation ($store: ID!, $directory: ID!) {
    storage_createDataStoreFile(dataStoreId: $store, dataStoreDirectoryId: $directory,
    name: "a", fileExtension: "") { itemId } }"""
    variables = {"store": store["dataStoreId"], "directory": local.homeDirectoryId}
    assert platform.refusal(query, **variables) == "BadRequest"


def test_an_empty_name_is_refused(platform):
    query = 'mutation { storage_createDataStore(name: "") { name } }'
    assert platform.refusal(query) == "BadRequest"


def test_a_data_store_can_be_renamed_and_keeps_what_is_not_given(platform, store):
    query = """mutation ($id: ID!) { storage_updateDataStore(dataStoreId: $id, name: "Other") {
    name description } }"""
    assert platform.ask(query, id=store["dataStoreId"]) == {"name": "Other", "description": "d"}
