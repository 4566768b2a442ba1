"""Working directories and paths in data stores."""

import copy
import pickle
import unicodedata
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DataStore,
    DigitalExchangeError,
    InvalidParameterError,
    NotFoundError,
    PathNotFoundError,
)

from ...client.test_public_surface import METHODS
from ...support.admin_client import AdminClient
from ...support.proxy import Proxy
from ...support.sync_wrapper import SyncWrapper


@pytest.fixture
def store(
    exchange: AvistaDigitalExchange, admin_client: AdminClient, data_store: dict[str, str]
) -> SyncWrapper:
    """A data store with the directories `a/b` and `c`."""
    store_id, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
    admin_client.create_directory(store_id, admin_client.create_directory(store_id, home, "a"), "b")
    admin_client.create_directory(store_id, home, "c")
    return SyncWrapper(exchange.getDataStore(store_id))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "load.csv"
    path.write_bytes(b"12.5")
    return path


class TestDirectories:
    def test_working_directory_starts_at_home(self, store: SyncWrapper) -> None:
        assert store.pwd() == "/"
        assert store.ls().homeDirectory

    @pytest.mark.parametrize(
        ("steps", "reached"),
        [
            (["a"], "/a"),
            (["a", "b"], "/a/b"),
            (["a/b"], "/a/b"),
            (["a/b/"], "/a/b"),
            (["./a//b/."], "/a/b"),
            (["a/b", ".."], "/a"),
            (["a/b", "../.."], "/"),
            (["a/b", "../../c"], "/c"),
            (["a/b", "/c"], "/c"),
            (["a/b", "/"], "/"),
            (["a", "."], "/a"),
            ([".."], "/"),
            (["/../a"], "/a"),
        ],
    )
    def test_working_directory_follows_paths(
        self, steps: list[str], reached: str, store: SyncWrapper
    ) -> None:
        for step in steps:
            store.cd(step)
        assert store.pwd() == reached
        assert store.ls().name == (reached.rpartition("/")[2] or "Field data")

    def test_working_directory_is_unchanged_by_an_invalid_path(self, store: SyncWrapper) -> None:
        store.cd("a")
        with pytest.raises(NotFoundError, match="no directory 'x' in /a/b"):
            store.cd("b/x")
        assert store.pwd() == "/a"

    def test_directory_name_is_found_in_both_unicode_forms(
        self,
        store: SyncWrapper,
        admin_client: AdminClient,
        data_store: dict[str, str],
        source: Path,
    ) -> None:
        store_id, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        for form, other in (("NFC", "NFD"), ("NFD", "NFC")):
            typed = unicodedata.normalize(form, f"Süd {form}")
            admin_client.create_directory(store_id, home, unicodedata.normalize(other, typed))
            store.cd(typed)
            store.uploadFile(source, unicodedata.normalize(other, "Übersicht.csv"))
            store.downloadFile(unicodedata.normalize(form, "Übersicht.csv"), source.parent)
            assert store.pwd() == "/" + unicodedata.normalize(other, typed)
            store.deleteFile(unicodedata.normalize(form, "Übersicht.csv"))
            store.cd("/")

    def test_file_is_not_a_directory(self, store: SyncWrapper, source: Path) -> None:
        store.uploadFile(source)
        for call in (store.cd, store.ls):
            with pytest.raises(InvalidParameterError, match=r"load\.csv is a file"):
                call("load.csv")

    @pytest.mark.parametrize("path", ["", " ", None, 7])
    def test_invalid_path_is_refused(self, path: object, store: SyncWrapper) -> None:
        with pytest.raises(InvalidParameterError, match="path"):
            store.cd(path)

    def test_listing_contains_everything_and_prints_nothing(
        self, store: SyncWrapper, source: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        store.uploadFile(source)
        listed = store.ls()
        assert [directory.name for directory in listed.directories] == ["a", "c"]
        assert [file.name for file in listed.files] == ["load"]
        assert [directory.name for directory in store.ls("a").directories] == ["b"]
        assert store.pwd() == "/"
        assert capsys.readouterr().out == ""

    def test_working_directory_change_takes_one_request(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, store: SyncWrapper
    ) -> None:
        far = SyncWrapper(proxied_client.getDataStore(store.dataStoreId))
        far.cd("a/b")
        proxy.messages.clear()
        far.ls()
        assert proxy.names == ["storage_getDataStoreDirectory"]


class TestFiles:
    def test_file_is_uploaded_to_the_working_directory_and_downloaded(
        self, store: SyncWrapper, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.cd("a")
        file = store.uploadFile(str(source), "july.csv", "Loads of July")
        assert (file.name, file.fileExtension, file.description) == ("july", "csv", "Loads of July")
        assert store.ls().files == [file]
        monkeypatch.chdir(tmp_path)
        assert store.downloadFile("july.csv") == file
        assert Path("july.csv").read_bytes() == b"12.5"
        assert store.downloadFile("/a/july.csv", "copy.csv") == file
        assert Path("copy.csv").read_bytes() == b"12.5"
        assert store.deleteFile("../a/july.csv") == file
        assert store.ls().files == []

    @pytest.mark.parametrize(
        ("name", "where", "called"),
        [
            (None, "/a", "load.csv"),
            ("july.csv", "/a", "july.csv"),
            ("b/", "/a/b", "load.csv"),
            ("b/july.csv", "/a/b", "july.csv"),
            ("../c/july.csv", "/c", "july.csv"),
            ("/july.csv", "/", "july.csv"),
        ],
    )
    def test_uploaded_name_may_be_a_path(
        self, name: str | None, where: str, called: str, store: SyncWrapper, source: Path
    ) -> None:
        store.cd("a")
        file = store.uploadFile(source, name)
        assert f"{file.name}.{file.fileExtension}" == called
        assert store.ls(where).files == [file]

    def test_duplicate_name_is_the_newest_file(self, store: SyncWrapper, tmp_path: Path) -> None:
        source = tmp_path / "load.csv"
        files = []
        for content in (b"first", b"second"):
            source.write_bytes(content)
            files.append(store.uploadFile(source))
        assert store.downloadFile("load.csv", tmp_path / "copy") == files[1]
        assert (tmp_path / "copy").read_bytes() == b"second"
        assert store.deleteFile("load.csv") == files[1]
        assert store.deleteFile("load.csv") == files[0]

    @pytest.mark.parametrize("call", ["downloadFile", "deleteFile"])
    def test_missing_file_is_reported_with_its_path(self, call: str, store: SyncWrapper) -> None:
        with pytest.raises(NotFoundError, match=r"no file 'x\.csv' in /a/b"):
            getattr(store, call)("a/b/x.csv")

    @pytest.mark.parametrize("call", ["downloadFile", "deleteFile"])
    @pytest.mark.parametrize("path", ["a", "a/", "a/b/..", "."])
    def test_directory_is_not_a_file(self, call: str, path: str, store: SyncWrapper) -> None:
        with pytest.raises(InvalidParameterError, match="the path of a file"):
            getattr(store, call)(path)
        assert store.ls("a")

    @pytest.mark.parametrize("name", ["..", "a/..", "", "a/."])
    def test_invalid_name_is_refused(self, name: str, store: SyncWrapper, source: Path) -> None:
        with pytest.raises(InvalidParameterError, match="name"):
            store.uploadFile(source, name)

    def test_missing_local_file_is_refused(self, store: SyncWrapper, tmp_path: Path) -> None:
        with pytest.raises(PathNotFoundError, match="localFilePath must be an existing file"):
            store.uploadFile(tmp_path / "nothing.csv")


class TestHelp:
    def test_help_lists_every_method(
        self, store: SyncWrapper, capsys: pytest.CaptureFixture[str]
    ) -> None:
        store.help()
        message = [line.partition("(")[0] for line in capsys.readouterr().out.splitlines()]
        assert message == METHODS


class TestDataStore:
    """The state of a data store excludes the working directory."""

    def test_data_store_equality_ignores_the_working_directory(
        self, store: SyncWrapper, exchange: AvistaDigitalExchange
    ) -> None:
        store.cd("a")
        other = exchange.getDataStore(store.dataStoreId)
        assert store.wrapped == other
        assert repr(store.wrapped) == repr(other)

    def test_data_store_fields_exclude_the_working_directory(self, store: SyncWrapper) -> None:
        fields = {"dataStoreId", "name", "description", "ownerUserId", "homeDirectoryId"}
        assert store.model_dump().keys() == fields
        assert DataStore.model_validate_json(store.model_dump_json()).name == "Field data"

    def test_unpickled_data_store_says_that_it_has_no_client(self, store: SyncWrapper) -> None:
        store.cd("a")
        revived = pickle.loads(pickle.dumps(store.wrapped))
        assert revived == store.wrapped
        with pytest.raises(DigitalExchangeError, match="detached from its client"):
            SyncWrapper(revived).ls()

    def test_copied_data_store_keeps_its_working_directory(self, store: SyncWrapper) -> None:
        store.cd("a")
        copied = SyncWrapper(copy.deepcopy(store.wrapped))
        store.cd("b")
        assert copied.pwd() == "/a"
        assert copied.ls().name == "a"

    def test_data_stores_have_independent_working_directories(
        self, store: SyncWrapper, exchange: AvistaDigitalExchange
    ) -> None:
        other = SyncWrapper(exchange.getDataStore(store.dataStoreId))
        store.cd("a")
        assert other.pwd() == "/"

    def test_data_stores_of_every_call_have_methods(self, exchange: AvistaDigitalExchange) -> None:
        created = exchange.createDataStore("Wind site")
        listed = [
            store for store in exchange.listDataStores() if store.dataStoreId == created.dataStoreId
        ]
        updated = exchange.updateDataStore(created.dataStoreId, "Wind park")
        (collaborative, *_) = exchange.listCollaboratives()
        location = (created.dataStoreId, collaborative.collaborativeId)
        added = exchange.addServiceToCollaborative(*location).dataStore
        services = exchange.listCollaborativeServices(collaborative.collaborativeId)
        (shared,) = [one.dataStore for one in services if one.serviceId == created.dataStoreId]
        removed = exchange.removeServiceFromCollaborative(*location).dataStore
        for store in (created, *listed, updated, added, shared, removed):
            assert SyncWrapper(store).ls().contents == []
