"""Writing, replacing, moving and deleting by path: whole or not at all."""

import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import fsspec
import pytest

from avista_digital_exchange_sdk import InvalidRequestError, TransferError
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.platform import Platform
from ..support.proxy import Proxy
from ..support.scripted import Answer
from .test_reading import Told

REFUSED = Answer(403, b"<Error><Code>AccessDenied</Code></Error>")
MOVES = {"storage_updateDataStoreFile", "storage_updateDataStoreDirectory"}


def files_in(fs: DataStoreFileSystem, path: str) -> list[tuple[str, int | None]]:
    """Every file of a directory as the platform has it, even what no path leads to."""
    directory = fs.exchange.getDataStoreDirectory(fs.info(path)["dataStoreDirectoryId"])
    return [(file.name, file.storageSizeBytes) for file in directory.files]


def contents(fs: DataStoreFileSystem, path: str) -> dict[str, bytes]:
    """Every file below a directory, by its path from there."""
    return {found.removeprefix(f"{path}/"): fs.cat_file(found) for found in fs.find(path)}


class TestWriting:
    def test_a_file_is_there_when_it_is_closed(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with file_system.open(f"{home}/reports/load.csv", "wb") as file:
            file.write(b"12.5\n")
            file.write(b"13\n")
            assert not file_system.exists(f"{home}/reports")
        assert file_system.cat(f"{home}/reports/load.csv") == b"12.5\n13\n"

    def test_text_is_written_as_told(self, file_system: DataStoreFileSystem, home: str) -> None:
        with file_system.open(f"{home}/load.csv", "w", encoding="utf-8", newline="") as file:
            file.write("°C\n")
        assert file_system.cat(f"{home}/load.csv") == "°C\n".encode()

    def test_it_can_be_written_out_of_order(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with file_system.open(f"{home}/load.bin", "wb") as file:
            file.write(b"????body")
            file.seek(0)
            file.write(b"head")
        assert file_system.cat(f"{home}/load.bin") == b"headbody"

    def test_the_temporary_file_goes_with_it(
        self, file_system: DataStoreFileSystem, home: str, spool: Path
    ) -> None:
        with file_system.open(f"{home}/load.csv", "wb") as file:
            file.write(b"12.5")
            assert len(list(spool.iterdir())) == 1
        assert list(spool.iterdir()) == []

    def test_compressing_is_left_to_fsspec(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with pytest.raises(NotImplementedError, match=r"fsspec\.open\(\) compresses"):
            file_system.open(f"{home}/load.csv.gz", "wb", compression="infer")
        with file_system.open(f"{home}/load.csv", "wb", compression="infer") as file:
            file.write(b"12.5")
        assert file_system.cat(f"{home}/load.csv") == b"12.5"

    @pytest.mark.parametrize("mode", ["ab", "a", "r+b"])
    def test_a_mode_it_has_not_is_told(
        self, mode: str, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with pytest.raises(NotImplementedError, match="mode"):
            file_system.open(f"{home}/load.csv", mode)

    def test_a_directory_is_not_written_over(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.mkdir(f"{home}/reports")
        with pytest.raises(IsADirectoryError):
            file_system.open(f"{home}/reports", "wb")
        with pytest.raises(IsADirectoryError):
            file_system.pipe(f"{home}/reports", b"1")

    @pytest.mark.parametrize("path", ["load.csv", ""])
    def test_beside_data_stores_there_is_no_place(
        self, path: str, file_system: DataStoreFileSystem
    ) -> None:
        with pytest.raises((PermissionError, IsADirectoryError)):
            file_system.pipe(path, b"1")

    def test_whoever_may_only_read_is_refused(self, local: LocalExchange) -> None:
        fs = DataStoreFileSystem(token=local.tokens["reader"], endpoint=local.endpoint)
        with pytest.raises(PermissionError):
            fs.pipe(f"{local.dataStoreId}/mine.csv", b"1")
        assert not fs.exists(f"{local.dataStoreId}/mine.csv")
        fs.close()


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def fail_in(context: AbstractContextManager[Any], act: Callable[[Any], object]) -> None:
    with context as entered:
        act(entered)
        raise ZeroDivisionError


class TestWholeOrNotAtAll:
    @pytest.fixture(autouse=True)
    def _old(self, file_system: DataStoreFileSystem, home: str) -> None:
        file_system.pipe(f"{home}/load.csv", b"old")

    @pytest.mark.parametrize("mode", ["wb", "w"])
    def test_an_error_while_it_is_written_leaves_what_was_there(
        self, mode: str, file_system: DataStoreFileSystem, home: str, spool: Path
    ) -> None:
        with pytest.raises(ZeroDivisionError) as raised:
            fail_in(
                file_system.open(f"{home}/load.csv", mode),
                lambda file: file.write("new" if mode == "w" else b"new"),
            )
        assert raised.value.__notes__ == [f"dx://{home}/load.csv was not written"]
        assert file_system.cat(f"{home}/load.csv") == b"old"
        assert files_in(file_system, home) == [("load", 3)]
        assert list(spool.iterdir()) == []

    def test_so_does_one_in_a_file_that_fsspec_has_opened(
        self, file_system: DataStoreFileSystem, home: str, local: LocalExchange
    ) -> None:
        options = {"token": local.token, "endpoint": local.endpoint}
        opening = fsspec.open(f"dx://{home}/load.csv", "wb", compression="gzip", **options)
        with pytest.raises(ZeroDivisionError):
            fail_in(opening, lambda file: file.write(b"new"))
        assert file_system.cat(f"{home}/load.csv") == b"old"
        fsspec.filesystem("dx", **options).close()

    def test_one_that_is_being_handled_anyway_does_not_hinder(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            with file_system.open(f"{home}/load.csv", "wb") as file:
                file.write(b"new")
        assert file_system.cat(f"{home}/load.csv") == b"new"

    def test_a_file_that_nobody_has_closed_is_not_there(
        self, file_system: DataStoreFileSystem, home: str, spool: Path
    ) -> None:
        file = file_system.open(f"{home}/load.csv", "wb")
        file.write(b"new")
        with pytest.warns(ResourceWarning, match="it was not closed"):
            del file
        assert file_system.cat(f"{home}/load.csv") == b"old"
        assert list(spool.iterdir()) == []

    def test_an_upload_that_fails_leaves_what_was_there(
        self,
        watched_file_system: DataStoreFileSystem,
        proxy: Proxy,
        file_system: DataStoreFileSystem,
        home: str,
    ) -> None:
        proxy.answers["PUT"] = [REFUSED]
        with (
            pytest.raises(TransferError),
            watched_file_system.open(f"{home}/load.csv", "wb") as file,
        ):
            file.write(b"new")
        assert file_system.cat(f"{home}/load.csv") == b"old"
        assert files_in(file_system, home) == [("load", 3)]

    def test_what_was_there_is_deleted_when_the_new_one_is_complete(
        self, watched_file_system: DataStoreFileSystem, proxy: Proxy, home: str
    ) -> None:
        old = watched_file_system.info(f"{home}/load.csv")["dataStoreFileId"]
        proxy.seen.clear()
        watched_file_system.pipe(f"{home}/load.csv", b"newer")
        assert proxy.names.index("storage_deleteDataStoreFile") > proxy.names.index("PUT")
        deleted = proxy.named("storage_deleteDataStoreFile")
        assert [one.operation["variables"]["dataStoreFileId"] for one in deleted] == [old]
        assert files_in(watched_file_system, home) == [("load", 5)]

    def test_an_exclusive_one_never_replaces(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with pytest.raises(FileExistsError):
            file_system.open(f"{home}/load.csv", "xb")
        file = file_system.open(f"{home}/late.csv", "xb")
        file.write(b"mine")
        file_system.pipe(f"{home}/late.csv", b"theirs")
        with pytest.raises(FileExistsError):
            file.close()
        assert file_system.cat(f"{home}/late.csv") == b"theirs"

    def test_a_transaction_writes_all_at_its_end(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with file_system.transaction:
            file_system.pipe({f"{home}/a.csv": b"1", f"{home}/load.csv": b"new"})
            assert not file_system.exists(f"{home}/a.csv")
        assert contents(file_system, home) == {"a.csv": b"1", "load.csv": b"new"}

    def test_a_transaction_that_fails_writes_nothing(
        self, file_system: DataStoreFileSystem, home: str, spool: Path
    ) -> None:
        with pytest.raises(ZeroDivisionError):
            fail_in(file_system.transaction, lambda _: file_system.pipe(f"{home}/load.csv", b"new"))
        assert file_system.cat(f"{home}/load.csv") == b"old"
        assert list(spool.iterdir()) == []


class TestDirectories:
    def test_they_are_made_with_those_on_the_way(
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

    def test_a_file_is_in_the_way(self, file_system: DataStoreFileSystem, home: str) -> None:
        file_system.pipe(f"{home}/load", b"1")
        for path in ("load", "load/inside"):
            with pytest.raises((FileExistsError, NotADirectoryError)):
                file_system.makedirs(f"{home}/{path}", exist_ok=True)

    def test_two_that_are_made_at_once_become_one(
        self,
        file_system: DataStoreFileSystem,
        watched_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
    ) -> None:
        create = "storage_createDataStoreDirectory"
        meanwhile = threading.Event()
        note = proxy.note

        def note_after_the_other(request):  # the other one is made when both have looked
            if request.name == create and not meanwhile.is_set():
                meanwhile.set()
                file_system.makedirs(f"{home}/a")
            return note(request)

        proxy.note = note_after_the_other  # type: ignore[method-assign]
        watched_file_system.makedirs(f"{home}/a")
        file_system.invalidate_cache()
        assert len(file_system.ls(home)) == 1
        assert file_system.info(f"{home}/a")["others"] == ()
        watched_file_system.pipe(f"{home}/a/load.csv", b"1")
        assert file_system.find(home) == [f"{home}/a/load.csv"]

    def test_one_that_is_not_empty_is_only_deleted_with_everything_in_it(
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

    def test_one_that_holds_what_no_path_leads_to_is_not_empty(
        self, file_system: DataStoreFileSystem, home: str, platform: Platform
    ) -> None:
        file_system.mkdir(f"{home}/a")
        directory = file_system.info(f"{home}/a")["dataStoreDirectoryId"]
        platform.create_entries(home, directory, [".."], [])
        assert file_system.ls(f"{home}/a") == []
        with pytest.raises(OSError, match="not empty"):
            file_system.rmdir(f"{home}/a")

    def test_a_data_store_is_neither_made_nor_deleted(
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
    def test_files_go_by_path_list_and_pattern(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe({f"{home}/{name}": b"1" for name in ("a", "b", "c.csv", "d.csv", "e")})
        file_system.rm(f"dx://{home}/a")
        file_system.rm([f"{home}/b"])
        file_system.rm(f"{home}/*.csv")
        assert file_system.find(home) == [f"{home}/e"]
        with pytest.raises(FileNotFoundError):
            file_system.rm(f"{home}/a")

    def test_a_name_that_looks_like_a_pattern_is_a_name(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe({f"{home}/{name}": b"1" for name in ("[ab].csv", "a.csv")})
        file_system.mv(f"{home}/[ab].csv", f"{home}/[ac].csv")
        assert file_system.find(home) == [f"{home}/[ac].csv", f"{home}/a.csv"]
        file_system.rm(f"{home}/[ac].csv")
        assert file_system.find(home) == [f"{home}/a.csv"]

    def test_all_of_a_name_go(self, file_system: DataStoreFileSystem, home: str) -> None:
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
    def test_within_a_data_store_nothing_is_copied(
        self,
        source: str,
        target: str,
        found: str,
        watched_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
    ) -> None:
        fs = watched_file_system
        fs.pipe(f"{home}/a/load.csv", b"12.5")
        fs.mkdir(f"{home}/b")
        file_id = fs.info(f"{home}/a/load.csv")["dataStoreFileId"]
        proxy.seen.clear()
        fs.mv(f"{home}/{source}", f"dx://{home}/{target}")
        assert not {"GET", "PUT"} & set(proxy.names)
        assert len(MOVES & set(proxy.names)) == 1
        assert fs.find(home) == [f"{home}/{found}"]
        assert fs.info(f"{home}/{found}")["dataStoreFileId"] == file_id

    def test_it_replaces_a_file_that_is_there(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe({f"{home}/a.csv": b"a", f"{home}/b.csv": b"bb"})
        file_system.mv(f"{home}/a.csv", f"{home}/b.csv")
        assert file_system.cat(f"{home}/b.csv") == b"a"
        assert files_in(file_system, home) == [("b", 1)]

    def test_another_extension_takes_a_copy(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe(f"{home}/load.csv", b"12.5")
        file_system.mv(f"{home}/load.csv", f"{home}/load.txt")
        assert file_system.find(home) == [f"{home}/load.txt"]
        assert file_system.cat(f"{home}/load.txt") == b"12.5"

    def test_another_data_store_takes_a_copy(
        self, file_system: DataStoreFileSystem, home: str, platform: Platform
    ) -> None:
        other = platform.create_data_store()["dataStoreId"]
        file_system.pipe(f"{home}/a/load.csv", b"12.5")
        file_system.mv(f"{home}/a", f"{other}/a", recursive=True)
        assert file_system.find(home) == []
        assert file_system.cat(f"{other}/a/load.csv") == b"12.5"

    def test_onto_itself_it_stays(self, file_system: DataStoreFileSystem, home: str) -> None:
        file_system.pipe(f"{home}/load.csv", b"12.5")
        file_system.mv(f"{home}/load.csv", f"{home}/load.csv")
        file_system.mv(f"{home}/load.csv", home)
        assert file_system.cat(f"{home}/load.csv") == b"12.5"

    def test_into_itself_it_can_not_go(self, file_system: DataStoreFileSystem, home: str) -> None:
        file_system.makedirs(f"{home}/a/b")
        with pytest.raises(InvalidRequestError):
            file_system.mv(f"{home}/a", f"{home}/a/b")
        assert file_system.isdir(f"{home}/a/b")

    def test_patterns_are_moved_too(self, file_system: DataStoreFileSystem, home: str) -> None:
        file_system.pipe({f"{home}/a.csv": b"a", f"{home}/b.csv": b"b", f"{home}/c.txt": b"c"})
        file_system.mkdir(f"{home}/d")
        file_system.mv(f"{home}/*.csv", f"{home}/d")
        assert file_system.find(home) == [f"{home}/c.txt", f"{home}/d/a.csv", f"{home}/d/b.csv"]

    def test_a_copy_keeps_the_description(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        directory = file_system.info(home)["dataStoreDirectoryId"]
        file_system.exchange.uploadFileToDataStore(home, directory, __file__, "a.py", "tests")
        file_system.cp(f"{home}/a.py", f"{home}/b.py")
        assert file_system.cat(f"{home}/b.py") == Path(__file__).read_bytes()
        assert file_system.info(f"{home}/b.py")["description"] == "tests"


class Interrupting(fsspec.Callback):
    """Presses Ctrl-C when the first bytes have moved."""

    def __init__(self) -> None:
        super().__init__()
        self.pressed = False

    def branched(self, *_: object, **__: object) -> "Interrupting":
        return self

    def absolute_update(self, value: int) -> None:
        if value and not self.pressed:
            self.pressed = True
            signal.raise_signal(signal.SIGINT)


class TestUploads:
    @pytest.fixture
    def tree(self, tmp_path: Path) -> Path:
        for day in "ab":
            for name in "wxyz":
                path = tmp_path / "site" / day / f"{name}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"{day} {name}" * 100)
        (tmp_path / "site/empty").mkdir()
        return tmp_path / "site"

    def test_a_tree_goes_with_everything_in_it(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        told = Told()
        file_system.put(str(tree), f"dx://{home}", recursive=True, callback=told)
        assert contents(file_system, f"{home}/site") == {
            str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*.csv")
        }
        assert file_system.isdir(f"{home}/site/empty")
        assert told.value == told.size == 8
        assert {child.value for child in told.children} == {300}

    def test_again_it_replaces_every_file(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        for _ in range(2):
            file_system.put(str(tree), f"{home}/site", recursive=True)
            tree = tree.rename(tree.with_name("renamed")) if tree.name == "site" else tree
        assert [name for name, _ in files_in(file_system, f"{home}/site/a")] == list("wxyz")

    def test_directories_are_listed_once_however_many_files_go_into_them(
        self, watched_file_system: DataStoreFileSystem, proxy: Proxy, home: str, tree: Path
    ) -> None:
        watched_file_system.put(str(tree), f"{home}/site", recursive=True)
        names = proxy.names
        begun = names.index("storage_createDataStoreFile")
        assert "storage_getDataStoreDirectory" not in names[begun:]

    def test_one_that_fails_ends_it_and_leaves_no_part_of_a_file(
        self,
        watched_file_system: DataStoreFileSystem,
        proxy: Proxy,
        file_system: DataStoreFileSystem,
        home: str,
        tree: Path,
    ) -> None:
        proxy.answers["PUT"] = [None, REFUSED]
        with pytest.raises(TransferError):
            watched_file_system.put(str(tree), f"{home}/site", recursive=True)
        for name in "ab":
            assert all(size == 300 for _, size in files_in(file_system, f"{home}/site/{name}"))

    def test_an_interruption_ends_it_and_leaves_no_part_of_a_file(
        self, file_system: DataStoreFileSystem, home: str, tmp_path: Path
    ) -> None:
        for name in "abcd":
            (tmp_path / name).write_bytes(bytes(3_000_000))
        with pytest.raises(KeyboardInterrupt):
            file_system.put(str(tmp_path), f"{home}/x", recursive=True, callback=Interrupting())
        assert all(size == 3_000_000 for _, size in files_in(file_system, f"{home}/x"))
        file_system.put(str(tmp_path), f"{home}/y", recursive=True)
        target = tmp_path / "got"
        with pytest.raises(KeyboardInterrupt):
            file_system.get(f"{home}/y", str(target), recursive=True, callback=Interrupting())
        assert {path.name for path in target.rglob("*")} <= set("abcd")

    def test_one_that_must_not_replace_does_not(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        file_system.pipe(f"{home}/w.csv", b"old")
        for put in (file_system.put, file_system.put_file):
            with pytest.raises(FileExistsError):
                put(str(tree / "a/w.csv"), f"{home}/w.csv", mode="create")
        assert file_system.cat(f"{home}/w.csv") == b"old"

    def test_a_local_file_must_be_there(
        self, file_system: DataStoreFileSystem, home: str, tmp_path: Path
    ) -> None:
        with pytest.raises(FileNotFoundError):
            file_system.put_file(str(tmp_path / "nothing"), f"{home}/load.csv")
