"""Data stores, their directories, and what is known of files."""

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
    def test_the_ones_you_own_are_listed(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str]
    ) -> None:
        listed = exchange.listDataStores()
        assert data_store["dataStoreId"] in [store.dataStoreId for store in listed]
        assert all(isinstance(store, DataStore) for store in listed)

    def test_whoever_owns_none_gets_an_empty_list(self, connect: Connect) -> None:
        with LocalExchange() as untouched:
            outsider = connect(untouched.tokens["outsider"], endpoint=untouched.endpoint)
            assert outsider.listDataStores() == []

    def test_one_is_found_by_its_id(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str]
    ) -> None:
        store = exchange.getDataStore(data_store["dataStoreId"])
        assert store.name == "Field data"
        assert store.homeDirectoryId == data_store["homeDirectoryId"]
        assert store.ownerUserId == exchange.getUserInfo().userId
        assert store == exchange.getDataStore(dataStoreId=data_store["dataStoreId"])

    def test_one_that_does_not_exist_is_not_found(self, exchange: AvistaDigitalExchange) -> None:
        with pytest.raises(NotFoundError):
            exchange.getDataStore("dataStoreId.nothing")

    def test_an_outsider_may_not_see_it(
        self, connect: Connect, local: LocalExchange, data_store: dict[str, str]
    ) -> None:
        outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
        with pytest.raises((UnauthorizedError, NotFoundError)):
            outsider.getDataStore(data_store["dataStoreId"])
        with pytest.raises((UnauthorizedError, NotFoundError)):
            outsider.getDataStoreDirectory(data_store["homeDirectoryId"])

    def test_null_entries_and_null_lists_are_no_entries(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        store = {"dataStoreId": "dataStoreId.1", "name": "one"}
        fake_platform.add_data("storage_listDataStores", [None, store, None], None)
        assert [store.name for store in fake_platform_client.listDataStores()] == ["one"]
        assert fake_platform_client.listDataStores() == []


class TestDirectories:
    def test_it_holds_its_directories_and_files(
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

    def test_a_subdirectory_knows_its_parent(
        self, exchange: AvistaDigitalExchange, admin_client: AdminClient, data_store: dict[str, str]
    ) -> None:
        home = data_store["homeDirectoryId"]
        inner = admin_client.create_directory(data_store["dataStoreId"], home, "reports")
        directory = exchange.getDataStoreDirectory(inner)
        assert (directory.name, directory.parentDirectoryId) == ("reports", home)
        assert directory.homeDirectory is False
        assert directory.directories == directory.files == []

    def test_a_thousand_entries_take_one_request(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, crowded: str
    ) -> None:
        directory = proxied_client.getDataStoreDirectory(crowded)
        assert len(directory.directories) == len(directory.files) == 500
        assert proxy.names == ["storage_getDataStoreDirectory"]

    def test_its_entries_are_the_documented_types(
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

    def test_a_kind_of_entry_added_later_breaks_nothing(
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

    def test_contents_that_are_null_are_empty(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data("storage_getDataStoreDirectory", {**DIRECTORY, "contents": None})
        directory = fake_platform_client.getDataStoreDirectory("dataStoreDirectoryId.1")
        assert directory.contents == directory.files == directory.directories == []

    @pytest.mark.parametrize(
        "call", ["getDataStoreDirectory", "getDataStoreFileMeta", "deleteDataStoreFile"]
    )
    def test_what_does_not_exist_is_not_found(
        self, call: str, exchange: AvistaDigitalExchange
    ) -> None:
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
    def test_null_with_no_error_is_not_found_too(
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

    def test_directories_come_first_and_ids_are_aligned(
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

    def test_an_empty_directory_says_so(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert self.show([], fake_platform, fake_platform_client, capsys) == "home/ is empty\n"

    def test_a_directory_among_the_contents_says_how_to_load_it(
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

    def test_names_can_play_no_tricks_on_a_terminal(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        contents = [self.file("a\x1b[2Jb\nc\u202e", "csv", "file-1")]
        printed = self.show(contents, fake_platform, fake_platform_client, capsys)
        assert printed == "a\\x1b[2Jb\\nc\\u202e.csv  file-1\n"
