"""Creating, deleting and moving by path."""

import threading
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import InvalidRequestError
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem

from ..support.admin_client import AdminClient
from ..support.proxy import Proxy
from .stored_files import files_in

MOVES = {"storage_updateDataStoreFile", "storage_updateDataStoreDirectory"}


class TestDirectories:
    def test_makedirs_creates_parent_directories(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.makedirs(f"dx://{home}/a/b/c")
        assert file_system.isdir(f"{home}/a/b/c")
        file_system.makedirs(f"{home}/a/b", exist_ok=True)
        for make in (file_system.makedirs, file_system.mkdir):
            with pytest.raises(FileExistsError):
                make(f"{home}/a/b")
        with pytest.raises(FileNotFoundError):
            file_system.mkdir(f"{home}/x/y", create_parents=False)

    def test_makedirs_is_refused_below_a_file(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe(f"{home}/load", b"1")
        for path in ("load", "load/inside"):
            with pytest.raises((FileExistsError, NotADirectoryError)):
                file_system.makedirs(f"{home}/{path}", exist_ok=True)

    def test_makedirs_called_concurrently_creates_one_directory(
        self,
        file_system: DataStoreFileSystem,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
    ) -> None:
        create = "storage_createDataStoreDirectory"
        meanwhile = threading.Event()
        note = proxy.record

        def note_after_the_other(request):  # the other one is created after both have checked
            if request.name == create and not meanwhile.is_set():
                meanwhile.set()
                file_system.makedirs(f"{home}/a")
            return note(request)

        proxy.record = note_after_the_other  # type: ignore[method-assign]  # of this proxy only
        proxied_file_system.makedirs(f"{home}/a")
        file_system.invalidate_cache()
        assert len(file_system.ls(home)) == 1
        assert file_system.info(f"{home}/a")["duplicates"] == ()
        proxied_file_system.pipe(f"{home}/a/load.csv", b"1")
        assert file_system.find(home) == [f"{home}/a/load.csv"]

    def test_rmdir_of_a_directory_with_contents_requires_recursive(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe(f"{home}/a/load.csv", b"1")
        with pytest.raises(OSError, match="not empty"):
            file_system.rmdir(f"{home}/a")
        with pytest.raises(IsADirectoryError):
            file_system.rm(f"{home}/a")
        file_system.rm(f"{home}/a", recursive=True)
        assert not file_system.exists(f"{home}/a")
        file_system.mkdir(f"{home}/a")
        file_system.rmdir(f"{home}/a")
        assert file_system.ls(home) == []

    def test_rmdir_of_a_directory_with_unlisted_entries_is_refused(
        self, file_system: DataStoreFileSystem, home: str, admin_client: AdminClient
    ) -> None:
        file_system.mkdir(f"{home}/a")
        directory = file_system.info(f"{home}/a")["dataStoreDirectoryId"]
        admin_client.create_entries(home, directory, [], ["under way"])
        assert file_system.ls(f"{home}/a") == []
        with pytest.raises(OSError, match="not empty"):
            file_system.rmdir(f"{home}/a")

    def test_data_store_is_neither_created_nor_deleted(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        for refused in (
            lambda: file_system.rm(home, recursive=True),
            lambda: file_system.rmdir(home),
            lambda: file_system.mv(home, "elsewhere"),
            lambda: file_system.mkdir("Wind site"),
        ):
            with pytest.raises(PermissionError, match="createDataStore"):
                refused()
        assert file_system.ls(home) == []


class TestDeleting:
    def test_rm_deletes_by_path_list_and_pattern(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe({f"{home}/{name}": b"1" for name in ("a", "b", "c.csv", "d.csv", "e")})
        file_system.rm(f"dx://{home}/a")
        file_system.rm([f"{home}/b"])
        file_system.rm(f"{home}/*.csv")
        assert file_system.find(home) == [f"{home}/e"]
        with pytest.raises(FileNotFoundError):
            file_system.rm(f"{home}/a")

    def test_rm_of_a_name_that_looks_like_a_pattern_deletes_that_name(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe({f"{home}/{name}": b"1" for name in ("[ab].csv", "a.csv")})
        file_system.mv(f"{home}/[ab].csv", f"{home}/[ac].csv")
        assert file_system.find(home) == [f"{home}/[ac].csv", f"{home}/a.csv"]
        file_system.rm(f"{home}/[ac].csv")
        assert file_system.find(home) == [f"{home}/a.csv"]

    def test_rm_deletes_all_files_of_a_name(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        directory = file_system.info(home)["dataStoreDirectoryId"]
        for _ in range(2):
            file_system.exchange.uploadFileToDataStore(home, directory, __file__, "a.py")
        file_system.rm(f"{home}/a.py")
        assert files_in(file_system, home) == []


class TestMoving:
    @pytest.mark.parametrize(
        ("source", "target", "found"),
        [
            ("a/load.csv", "a/july.csv", "a/july.csv"),
            ("a/load.csv", "b/load.csv", "b/load.csv"),
            ("a/load.csv", "b/july.csv", "b/july.csv"),
            ("a/load.csv", "b", "b/load.csv"),
            ("a/load.csv", "b/", "b/load.csv"),
            ("a/load.csv", "new/july.csv", "new/july.csv"),
            ("a", "c", "c/load.csv"),
            ("a", "b", "b/a/load.csv"),
            ("a/", "new/c", "new/c/load.csv"),
        ],
    )
    def test_move_within_a_data_store_copies_nothing(
        self,
        source: str,
        target: str,
        found: str,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
    ) -> None:
        fs = proxied_file_system
        fs.pipe(f"{home}/a/load.csv", b"12.5")
        fs.mkdir(f"{home}/b")
        file_id = fs.info(f"{home}/a/load.csv")["dataStoreFileId"]
        proxy.messages.clear()
        fs.mv(f"{home}/{source}", f"dx://{home}/{target}")
        assert not {"GET", "PUT"} & set(proxy.names)
        assert len(MOVES & set(proxy.names)) == 1
        assert fs.find(home) == [f"{home}/{found}"]
        assert fs.info(f"{home}/{found}")["dataStoreFileId"] == file_id

    def test_move_replaces_an_existing_file(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe({f"{home}/a.csv": b"a", f"{home}/b.csv": b"bb"})
        file_system.mv(f"{home}/a.csv", f"{home}/b.csv")
        assert file_system.cat(f"{home}/b.csv") == b"a"
        assert files_in(file_system, home) == [("b", 1)]

    def test_move_to_another_extension_copies(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe(f"{home}/load.csv", b"12.5")
        file_system.mv(f"{home}/load.csv", f"{home}/load.txt")
        assert file_system.find(home) == [f"{home}/load.txt"]
        assert file_system.cat(f"{home}/load.txt") == b"12.5"

    def test_move_to_another_data_store_copies(
        self, file_system: DataStoreFileSystem, home: str, admin_client: AdminClient
    ) -> None:
        other = admin_client.create_data_store()["dataStoreId"]
        file_system.pipe(f"{home}/a/load.csv", b"12.5")
        file_system.mv(f"{home}/a", f"{other}/a", recursive=True)
        assert file_system.find(home) == []
        assert file_system.cat(f"{other}/a/load.csv") == b"12.5"

    def test_move_onto_itself_changes_nothing(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe(f"{home}/load.csv", b"12.5")
        file_system.mv(f"{home}/load.csv", f"{home}/load.csv")
        file_system.mv(f"{home}/load.csv", home)
        assert file_system.cat(f"{home}/load.csv") == b"12.5"

    def test_move_into_itself_is_refused(self, file_system: DataStoreFileSystem, home: str) -> None:
        file_system.makedirs(f"{home}/a/b")
        with pytest.raises(InvalidRequestError):
            file_system.mv(f"{home}/a", f"{home}/a/b")
        assert file_system.isdir(f"{home}/a/b")

    def test_move_accepts_patterns(self, file_system: DataStoreFileSystem, home: str) -> None:
        file_system.pipe({f"{home}/a.csv": b"a", f"{home}/b.csv": b"b", f"{home}/c.txt": b"c"})
        file_system.mkdir(f"{home}/d")
        file_system.mv(f"{home}/*.csv", f"{home}/d")
        assert file_system.find(home) == [f"{home}/c.txt", f"{home}/d/a.csv", f"{home}/d/b.csv"]

    def test_copy_keeps_the_description(self, file_system: DataStoreFileSystem, home: str) -> None:
        directory = file_system.info(home)["dataStoreDirectoryId"]
        file_system.exchange.uploadFileToDataStore(home, directory, __file__, "a.py", "tests")
        file_system.cp(f"{home}/a.py", f"{home}/b.py")
        assert file_system.cat(f"{home}/b.py") == Path(__file__).read_bytes()
        assert file_system.info(f"{home}/b.py")["description"] == "tests"
