"""Creating, renaming, moving and deleting data stores, directories and files; zips."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DataStore,
    DataStoreFile,
    InvalidParameterError,
    InvalidRequestError,
    NotFoundError,
    TransferError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.admin_client import AdminClient
from ...support.fake_platform import FakeResponse
from ...support.proxy import Proxy
from ...support.sync_wrapper import SyncWrapper

Store = Callable[..., DataStoreFile]


@pytest.fixture
def reader(connect: Connect, local: LocalExchange) -> AvistaDigitalExchange:
    return connect(local.tokens["reader"], endpoint=local.endpoint)


@pytest.fixture
def upload(exchange: AvistaDigitalExchange, data_store: dict[str, str], tmp_path: Path) -> Store:
    """Uploads a file to the data store, by default to the home directory."""
    local = tmp_path / "to upload"

    def upload(name: str, content: bytes = b"1", directory: str | None = None) -> DataStoreFile:
        local.write_bytes(content)
        return exchange.uploadFileToDataStore(
            data_store["dataStoreId"], directory or data_store["homeDirectoryId"], local, name
        )

    return upload


@pytest.fixture
def make(exchange: AvistaDigitalExchange, data_store: dict[str, str]) -> Callable[..., str]:
    """Creates a directory, by default in the home directory, and returns its ID."""

    def make(name: str, parent: str | None = None) -> str:
        made = exchange.createDataStoreDirectory(
            data_store["dataStoreId"], parent or data_store["homeDirectoryId"], name
        )
        return made.dataStoreDirectoryId

    return make


class TestDataStores:
    def test_created_data_store_is_empty_and_owned(self, exchange: AvistaDigitalExchange) -> None:
        created = exchange.createDataStore("Wind site", "Towers 1 to 5")
        assert (created.name, created.description) == ("Wind site", "Towers 1 to 5")
        assert created.ownerUserId == exchange.getUserInfo().userId
        home = exchange.getDataStoreDirectory(created.homeDirectoryId or "")
        assert home.homeDirectory
        assert home.contents == []
        assert created == exchange.getDataStore(created.dataStoreId)

    def test_data_store_name_and_description_are_updated_separately(
        self, exchange: AvistaDigitalExchange
    ) -> None:
        store = exchange.createDataStore("Wind site", "Towers")
        renamed = exchange.updateDataStore(store.dataStoreId, "Wind park")
        assert (renamed.name, renamed.description) == ("Wind park", "Towers")
        described = exchange.updateDataStore(store.dataStoreId, description="Five towers")
        assert (described.name, described.description) == ("Wind park", "Five towers")

    def test_data_store_update_without_changes_is_refused(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str]
    ) -> None:
        with pytest.raises(InvalidParameterError, match="name or description must be passed"):
            exchange.updateDataStore(data_store["dataStoreId"])

    def test_deleted_data_store_is_gone_with_its_files(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str], upload: Store
    ) -> None:
        file = upload("load.csv")
        assert exchange.deleteDataStore(data_store["dataStoreId"]).name == data_store["name"]
        for call, gone in [
            (exchange.getDataStore, data_store["dataStoreId"]),
            (exchange.getDataStoreFileMeta, file.dataStoreFileId),
        ]:
            with pytest.raises(NotFoundError):
                call(gone)

    @pytest.mark.parametrize("call", ["updateDataStore", "deleteDataStore"])
    def test_data_store_changes_are_limited_to_the_owner(
        self, call: str, reader: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        arguments = ("Mine",) if call == "updateDataStore" else ()
        with pytest.raises(UnauthorizedError):
            getattr(reader, call)(local.dataStoreId, *arguments)
        assert reader.getDataStore(local.dataStoreId).name == "Solar site"


class TestDirectories:
    def test_created_directory_is_empty_and_has_its_parent(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str]
    ) -> None:
        home = data_store["homeDirectoryId"]
        made = exchange.createDataStoreDirectory(data_store["dataStoreId"], home, "reports")
        assert (made.name, made.homeDirectory, made.contents) == ("reports", False, [])
        assert made.parentDirectoryId == home
        assert made == exchange.getDataStoreDirectory(made.dataStoreDirectoryId)

    def test_renamed_directory_keeps_its_contents(
        self, exchange: AvistaDigitalExchange, make: Callable[..., str], upload: Store
    ) -> None:
        directory = make("july")
        file = upload("load.csv", directory=directory)
        renamed = exchange.renameDataStoreDirectory(directory, "2024-07")
        assert (renamed.name, renamed.dataStoreDirectoryId) == ("2024-07", directory)
        assert [entry.dataStoreFileId for entry in renamed.files] == [file.dataStoreFileId]

    @pytest.mark.parametrize("name", [None, "2024-07"])
    def test_moved_directory_keeps_its_contents(
        self,
        name: str | None,
        exchange: AvistaDigitalExchange,
        make: Callable[..., str],
        upload: Store,
    ) -> None:
        archive, july = make("archive"), make("july")
        file = upload("load.csv", directory=july)
        moved = exchange.moveDataStoreDirectory(july, archive, name)
        assert (moved.name, moved.parentDirectoryId) == (name or "july", archive)
        assert [entry.dataStoreFileId for entry in moved.files] == [file.dataStoreFileId]

    def test_directory_cannot_be_moved_into_itself(
        self, exchange: AvistaDigitalExchange, make: Callable[..., str]
    ) -> None:
        outer = make("outer")
        with pytest.raises(InvalidRequestError):
            exchange.moveDataStoreDirectory(outer, make("inner", outer))

    def test_deleted_directory_is_gone_with_its_contents(
        self, exchange: AvistaDigitalExchange, make: Callable[..., str], upload: Store
    ) -> None:
        outer = make("outer")
        file = upload("load.csv", directory=make("inner", outer))
        assert exchange.deleteDataStoreDirectory(outer).name == "outer"
        with pytest.raises(NotFoundError):
            exchange.getDataStoreFileMeta(file.dataStoreFileId)

    def test_home_directory_cannot_be_changed(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str]
    ) -> None:
        with pytest.raises(InvalidRequestError):
            exchange.deleteDataStoreDirectory(data_store["homeDirectoryId"])

    def test_reader_cannot_create_a_directory(
        self, reader: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        with pytest.raises(UnauthorizedError):
            reader.createDataStoreDirectory(local.dataStoreId, local.homeDirectoryId, "mine")


class TestFiles:
    def test_renamed_file_keeps_its_bytes(
        self, exchange: AvistaDigitalExchange, upload: Store, tmp_path: Path
    ) -> None:
        file = upload("july.csv", b"12.5")
        renamed = exchange.renameDataStoreFile(file.dataStoreFileId, "august.csv")
        assert renamed == file.model_copy(update={"name": "august"})
        exchange.downloadDataStoreFile(file.dataStoreFileId, tmp_path)
        assert (tmp_path / "august.csv").read_bytes() == b"12.5"

    @pytest.mark.parametrize(
        ("old", "new"),
        [("a.tar.gz", "b.tar.gz"), ("README", "LICENSE"), ("README", "v1.2"), ("a.gz", "b.tar.gz")],
    )
    def test_renamed_file_has_exactly_the_requested_name(
        self, old: str, new: str, exchange: AvistaDigitalExchange, upload: Store, tmp_path: Path
    ) -> None:
        file = upload(old)
        exchange.renameDataStoreFile(file.dataStoreFileId, new)
        exchange.downloadDataStoreFile(file.dataStoreFileId, tmp_path)
        assert (tmp_path / new).is_file()

    @pytest.mark.parametrize("name", ["july.txt", "july", ".csv", "csv", "july.csv.gz"])
    @pytest.mark.parametrize("call", ["renameDataStoreFile", "moveDataStoreFile"])
    def test_file_extension_cannot_be_changed(
        self,
        call: str,
        name: str,
        exchange: AvistaDigitalExchange,
        upload: Store,
        make: Callable[..., str],
    ) -> None:
        file = upload("july.csv")
        where = [make("reports")] if call == "moveDataStoreFile" else []
        with pytest.raises(InvalidParameterError, match="a name with the extension"):
            getattr(exchange, call)(file.dataStoreFileId, *where, name)
        assert exchange.getDataStoreFileMeta(file.dataStoreFileId) == file

    @pytest.mark.parametrize(("name", "expected"), [(None, "july"), ("august.csv", "august")])
    def test_moved_file_keeps_its_id(
        self,
        name: str | None,
        expected: str,
        exchange: AvistaDigitalExchange,
        upload: Store,
        make: Callable[..., str],
    ) -> None:
        file, reports = upload("july.csv"), make("reports")
        moved = exchange.moveDataStoreFile(file.dataStoreFileId, reports, name)
        change = {"dataStoreDirectoryId": reports, "name": expected}
        assert moved == file.model_copy(update=change)
        assert [entry.name for entry in exchange.getDataStoreDirectory(reports).files] == [expected]

    def test_file_cannot_leave_its_data_store(
        self, exchange: AvistaDigitalExchange, upload: Store
    ) -> None:
        file, other = upload("july.csv"), exchange.createDataStore("Other")
        with pytest.raises(InvalidRequestError):
            exchange.moveDataStoreFile(file.dataStoreFileId, other.homeDirectoryId or "")

    def test_unknown_ids_are_not_found(self, exchange: AvistaDigitalExchange) -> None:
        with pytest.raises(NotFoundError):
            exchange.renameDataStoreFile("dataStoreFileId.nothing", "august.csv")


class TestZips:
    def test_zip_contains_files_and_directories_recursively(
        self,
        exchange: AvistaDigitalExchange,
        upload: Store,
        make: Callable[..., str],
        tmp_path: Path,
    ) -> None:
        site = make("site")
        make("empty", site)
        upload("roof.csv", b"roof", make("2024", site))
        alone = upload("README", b"read me")
        requested = [site, alone.dataStoreFileId]
        path = exchange.downloadDataStoreZip(requested, tmp_path / "all.zip")
        assert path == tmp_path / "all.zip"
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            contents = {name: archive.read(name) for name in archive.namelist()}
        assert contents == {
            "site/": b"",
            "site/2024/": b"",
            "site/2024/roof.csv": b"roof",
            "site/empty/": b"",
            "README": b"read me",
        }

    def test_zip_contains_all_files_with_one_name(
        self, exchange: AvistaDigitalExchange, upload: Store, tmp_path: Path
    ) -> None:
        files = [upload("load.csv", content) for content in (b"1", b"2")]
        path = exchange.downloadDataStoreZip([file.dataStoreFileId for file in files], tmp_path)
        assert path == tmp_path / "files.zip"
        with zipfile.ZipFile(path) as archive:
            assert [archive.read(name) for name in archive.namelist()] == [b"1", b"2"]

    def test_zip_of_a_missing_file_leaves_nothing_behind(
        self, exchange: AvistaDigitalExchange, upload: Store, tmp_path: Path
    ) -> None:
        target = tmp_path / "folder"
        target.mkdir()
        requested = [upload("load.csv").dataStoreFileId, "dataStoreFileId.nothing"]
        with pytest.raises(NotFoundError):
            exchange.downloadDataStoreZip(requested, target)
        assert list(target.iterdir()) == []

    def test_zip_that_is_incomplete_keeps_the_old_file(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, upload: Store, tmp_path: Path
    ) -> None:
        target = tmp_path / "all.zip"
        target.write_bytes(b"old")
        proxy.responses["GET"] = [FakeResponse(200, b"PK", {"Content-Length": "100"})]
        with pytest.raises(TransferError):
            proxied_client.downloadDataStoreZip([upload("load.csv").dataStoreFileId], target)
        assert target.read_bytes() == b"old"

    @pytest.mark.parametrize(
        ("requested", "message"),
        [
            ([], "non-empty list of IDs"),
            ("dataStoreFileId.1", "list of IDs"),
            (["dataStoreId.1"], r"dataStoreObjectIds\[0\].*dataStoreId\.1"),
            (["dataStoreFileId.1", ""], r"dataStoreObjectIds\[1\]"),
        ],
    )
    def test_zip_of_invalid_ids_is_refused(
        self, requested: Any, message: str, exchange: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        with pytest.raises(InvalidParameterError, match=message):
            exchange.downloadDataStoreZip(requested, tmp_path)

    def test_zip_is_refused_to_an_outsider(
        self, connect: Connect, local: LocalExchange, upload: Store, tmp_path: Path
    ) -> None:
        outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
        with pytest.raises(UnauthorizedError):
            outsider.downloadDataStoreZip([upload("load.csv").dataStoreFileId], tmp_path)


class TestGroup:
    def test_data_stores_group_has_the_same_calls(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str]
    ) -> None:
        group = SyncWrapper(exchange.dataStores)
        store = group.getDataStore(data_store["dataStoreId"])
        assert store == exchange.getDataStore(data_store["dataStoreId"])
        assert isinstance(store, DataStore)
        assert group.createDataStore("Another").name == "Another"

    def test_data_stores_group_has_no_other_calls(
        self, exchange: AvistaDigitalExchange, admin_client: AdminClient
    ) -> None:
        calls = {name for name in dir(exchange.dataStores) if not name.startswith("_")}
        assert all("DataStore" in name for name in calls)
        assert len(calls) == 19


def test_data_views_of_a_file_are_created_and_deleted(
    exchange: AvistaDigitalExchange, data_store: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "load.csv").write_text("1,2")
    file = exchange.uploadFileToDataStore(
        data_store["dataStoreId"], data_store["homeDirectoryId"], tmp_path / "load.csv"
    ).dataStoreFileId
    (first,) = exchange.createDataStoreFileDataView(file)
    both = exchange.createDataStoreFileDataView(file)
    assert both[0] == first
    assert exchange.deleteDataStoreFileDataView(file, first) == both[1:]
    with pytest.raises(NotFoundError):
        exchange.deleteDataStoreFileDataView(file, first)
    with pytest.raises(NotFoundError):
        exchange.createDataStoreFileDataView("dataStoreFileId.none")
