"""Data stores, directories and file metadata."""

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DataStore,
    DataStoreDirectory,
    NotFoundError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.admin_client import AdminClient
from ...support.fake_platform import FakePlatform
from ...support.proxy import Proxy

FILE = {
    "dataStoreFileId": "dataStoreFileId.1",
    "dataStoreId": "dataStoreId.1",
    "dataStoreDirectoryId": "dataStoreDirectoryId.1",
    "name": "load",
    "description": None,
    "fileExtension": "csv",
    "storageSizeBytes": 7,
    "lastModified": "2024-03-19T10:39:31.942Z",
    "contentType": "text/csv",
}
DIRECTORY = {
    "dataStoreDirectoryId": "dataStoreDirectoryId.1",
    "dataStoreId": "dataStoreId.1",
    "name": "home",
    "homeDirectory": True,
    "parentDirectoryId": None,
}


@pytest.fixture(scope="module")
def crowded(admin_client: AdminClient) -> str:
    """The id of a directory with 1,000 entries."""
    store = admin_client.create_data_store()
    for part in range(4):
        directories = [f"day {part}-{index}" for index in range(125)]
        files = [f"load {part}-{index}" for index in range(125)]
        admin_client.create_entries(
            store["dataStoreId"], store["homeDirectoryId"], directories, files
        )
    return store["homeDirectoryId"]


class TestDataStores:
    def test_data_stores_of_the_user_are_listed(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str]
    ) -> None:
        listed = exchange.listDataStores()
        assert data_store["dataStoreId"] in [store.dataStoreId for store in listed]
        assert all(isinstance(store, DataStore) for store in listed)

    def test_data_stores_of_a_user_without_any_are_an_empty_list(self, connect: Connect) -> None:
        with LocalExchange() as untouched:
            outsider = connect(untouched.tokens["outsider"], endpoint=untouched.endpoint)
            assert outsider.listDataStores() == []

    def test_data_store_is_returned_by_its_id(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str]
    ) -> None:
        store = exchange.getDataStore(data_store["dataStoreId"])
        assert store.name == "Field data"
        assert store.homeDirectoryId == data_store["homeDirectoryId"]
        assert store.ownerUserId == exchange.getUserInfo().userId
        assert store == exchange.getDataStore(dataStoreId=data_store["dataStoreId"])

    def test_data_store_with_an_unknown_id_is_not_found(
        self, exchange: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(NotFoundError):
            exchange.getDataStore("dataStoreId.nothing")

    def test_data_store_is_hidden_from_an_outsider(
        self, connect: Connect, local: LocalExchange, data_store: dict[str, str]
    ) -> None:
        outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
        with pytest.raises((UnauthorizedError, NotFoundError)):
            outsider.getDataStore(data_store["dataStoreId"])
        with pytest.raises((UnauthorizedError, NotFoundError)):
            outsider.getDataStoreDirectory(data_store["homeDirectoryId"])

    def test_null_lists_and_null_entries_are_empty(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        store = {"dataStoreId": "dataStoreId.1", "name": "one"}
        fake_platform.add_data("storage_listDataStores", [None, store, None], None)
        assert [store.name for store in fake_platform_client.listDataStores()] == ["one"]
        assert fake_platform_client.listDataStores() == []


class TestDirectories:
    def test_directory_contains_its_directories_and_files(
        self, exchange: AvistaDigitalExchange, admin_client: AdminClient, data_store: dict[str, str]
    ) -> None:
        home = data_store["homeDirectoryId"]
        reports, load = admin_client.create_entries(
            data_store["dataStoreId"], home, ["reports"], ["load"]
        )
        directory = exchange.getDataStoreDirectory(home)
        assert directory.dataStoreDirectoryId == home
        assert directory.dataStoreId == data_store["dataStoreId"]
        assert directory.homeDirectory is True
        assert [entry.dataStoreDirectoryId for entry in directory.directories] == [reports]
        assert [entry.dataStoreFileId for entry in directory.files] == [load]
        assert directory == exchange.getDataStoreDirectory(dataStoreDirectoryId=home)

    def test_subdirectory_has_its_parent(
        self, exchange: AvistaDigitalExchange, admin_client: AdminClient, data_store: dict[str, str]
    ) -> None:
        home = data_store["homeDirectoryId"]
        inner = admin_client.create_directory(data_store["dataStoreId"], home, "reports")
        directory = exchange.getDataStoreDirectory(inner)
        assert (directory.name, directory.parentDirectoryId) == ("reports", home)
        assert directory.homeDirectory is False
        assert directory.directories == directory.files == []

    def test_directory_with_a_thousand_entries_takes_one_request(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, crowded: str
    ) -> None:
        directory = proxied_client.getDataStoreDirectory(crowded)
        assert len(directory.directories) == len(directory.files) == 500
        assert proxy.names == ["storage_getDataStoreDirectory"]

    def test_directory_entries_have_the_documented_types(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        contents = [
            {"objectType": "DIRECTORY", "dataStoreDirectory": DIRECTORY, "dataStoreFile": None},
            None,
            {"objectType": "FILE", "dataStoreDirectory": None, "dataStoreFile": FILE},
        ]
        fake_platform.add_data("storage_getDataStoreDirectory", {**DIRECTORY, "contents": contents})
        directory = fake_platform_client.getDataStoreDirectory("dataStoreDirectoryId.1")
        assert type(directory.directories[0]) is DataStoreDirectory is type(directory)
        assert directory.directories[0].name == "home"
        assert directory.files[0].storageSizeBytes == 7

    def test_directory_entries_of_unknown_type_are_skipped(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        contents = [
            {"objectType": "SYMLINK", "dataStoreDirectory": None, "dataStoreFile": None},
            {"objectType": "FILE", "dataStoreDirectory": None, "dataStoreFile": FILE},
        ]
        fake_platform.add_data("storage_getDataStoreDirectory", {**DIRECTORY, "contents": contents})
        directory = fake_platform_client.getDataStoreDirectory("dataStoreDirectoryId.1")
        assert directory.contents[0].objectType == "SYMLINK"
        assert [file.name for file in directory.files] == ["load"]

    def test_directory_contents_that_are_null_are_empty(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data("storage_getDataStoreDirectory", {**DIRECTORY, "contents": None})
        directory = fake_platform_client.getDataStoreDirectory("dataStoreDirectoryId.1")
        assert directory.contents == directory.files == directory.directories == []

    @pytest.mark.parametrize(
        "call", ["getDataStoreDirectory", "getDataStoreFileMeta", "deleteDataStoreFile"]
    )
    def test_unknown_ids_are_not_found(self, call: str, exchange: AvistaDigitalExchange) -> None:
        with pytest.raises(NotFoundError, match=r"dataStoreThingId.nothing"):
            getattr(exchange, call)("dataStoreThingId.nothing")

    @pytest.mark.parametrize(
        ("call", "operation"),
        [
            ("getDataStore", "storage_getDataStore"),
            ("getDataStoreDirectory", "storage_getDataStoreDirectory"),
            ("getDataStoreFileMeta", "storage_getDataStoreFile"),
            ("deleteDataStoreFile", "storage_deleteDataStoreFile"),
            ("getTimeSeriesDatabase", "timeSeriesDb_getDatabase"),
        ],
    )
    def test_null_without_an_error_is_not_found(
        self,
        call: str,
        operation: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        fake_platform.add_data(operation, None)
        with pytest.raises(NotFoundError, match=r"some\.id"):
            getattr(fake_platform_client, call)("some.id")


class TestPrintContents:
    def show(
        self,
        contents: list[object],
        fake_platform: FakePlatform,
        exchange: AvistaDigitalExchange,
        capsys: pytest.CaptureFixture[str],
    ) -> str:
        fake_platform.add_data("storage_getDataStoreDirectory", {**DIRECTORY, "contents": contents})
        assert exchange.getDataStoreDirectory("dataStoreDirectoryId.1").printContents() is None
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out

    @staticmethod
    def directory(name: str, identifier: str) -> object:
        directory = {**DIRECTORY, "name": name, "dataStoreDirectoryId": identifier}
        return {"objectType": "DIRECTORY", "dataStoreDirectory": directory}

    @staticmethod
    def file(name: str, extension: str | None, identifier: str) -> object:
        file = {**FILE, "name": name, "fileExtension": extension, "dataStoreFileId": identifier}
        return {"objectType": "FILE", "dataStoreFile": file}

    def test_printed_contents_have_directories_first_and_aligned_ids(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        contents = [
            self.file("load", "csv", "file-1"),
            self.directory("reports", "directory-1"),
            self.file("archive", "tar.gz", "file-2"),
            self.directory("a", "directory-2"),
            self.file("README", None, "file-3"),
            self.file("LICENSE", "", "file-4"),
        ]
        assert self.show(contents, fake_platform, fake_platform_client, capsys) == (
            "reports/        directory-1\n"
            "a/              directory-2\n"
            "load.csv        file-1\n"
            "archive.tar.gz  file-2\n"
            "README          file-3\n"
            "LICENSE         file-4\n"
        )

    def test_printed_contents_of_an_empty_directory_say_so(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert self.show([], fake_platform, fake_platform_client, capsys) == "home/ is empty\n"

    def test_printed_contents_say_how_to_load_a_subdirectory(
        self,
        exchange: AvistaDigitalExchange,
        admin_client: AdminClient,
        data_store: dict[str, str],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        home = data_store["homeDirectoryId"]
        inner = admin_client.create_directory(data_store["dataStoreId"], home, "reports")
        exchange.getDataStoreDirectory(home).directories[0].printContents()
        shown = capsys.readouterr().out
        assert shown == f'reports/ is not loaded: getDataStoreDirectory("{inner}") loads it\n'

    def test_printed_contents_have_no_control_characters(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        contents = [self.file("a\x1b[2Jb\nc\u202e", "csv", "file-1")]
        printed = self.show(contents, fake_platform, fake_platform_client, capsys)
        assert printed == "a\\x1b[2Jb\\nc\\u202e.csv  file-1\n"
