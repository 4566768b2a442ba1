"""Jobs of many files: failures, resuming, and deep directories."""

import os
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    ConnectionFailedError,
    TransferError,
    TransferIncompleteError,
)
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem, _downloads
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.fake_platform import FakeResponse
from ..support.proxy import Proxy
from .stored_files import REFUSED, contents, files_in

DEEP = 1100
"""Levels of directories, more than the recursion limit."""

REFUSED_TOKEN = FakeResponse(
    401, b'{"errors": [{"errorType": "UnauthorizedException", "message": "no token"}]}'
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A directory with six files in three subdirectories, and an empty one."""
    folder = tmp_path / "site"
    for name in ("1.csv", "2.csv", "a/3.csv", "a/4.csv", "a/b/5.csv", "a/b/6.csv"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name * 100)
    (folder / "empty").mkdir()
    return folder


@pytest.fixture
def owner(local: LocalExchange) -> Iterator[AvistaDigitalExchange]:
    """Another client of the same data store."""
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as owner:
        yield owner


def tree_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="names that are no text, pipes among files, paths of any length"
)


class TestFailures:
    @on_linux
    def test_upload_job_continues_after_unreadable_files(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        complete = tree_of(tree)
        (tree / "a/dead.csv").symlink_to("/nowhere/at/all")
        (tree / "a/loop").symlink_to("..", target_is_directory=True)
        (tree / "itself").symlink_to("itself")
        os.mkfifo(tree / "a/pipe")
        (tree / os.fsdecode(b"mu\xf1oz.csv")).write_bytes(b"x")
        (tree / os.fsdecode(b"folder \xf1")).mkdir()
        with pytest.raises(
            TransferIncompleteError, match="6 of 12 could not be uploaded"
        ) as caught:
            file_system.put(str(tree), f"{home}/x", recursive=True)
        assert contents(file_system, f"{home}/x") == complete
        reasons = {
            path.removeprefix(f"{tree}/"): str(error)
            for path, error in caught.value.failures.items()
        }
        assert reasons.keys() == {
            *("a/dead.csv", "a/loop", "a/pipe", "itself", r"mu\xf1oz.csv", r"folder \xf1")
        }
        assert "broken symbolic link to /nowhere/at/all" in reasons["a/dead.csv"]
        assert "symbolic link to a parent" in reasons["a/loop"]
        assert "not a regular file" in reasons["a/pipe"]
        assert "not UTF-8" in reasons[r"folder \xf1"]

    def test_upload_job_continues_after_refused_files(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        file_system: DataStoreFileSystem,
        home: str,
        tree: Path,
    ) -> None:
        proxy.responses["PUT"] = [REFUSED]
        with pytest.raises(TransferIncompleteError) as caught:
            proxied_file_system.put(str(tree), f"{home}/x", recursive=True)
        ((path, error),) = caught.value.failures.items()
        assert isinstance(error, TransferError)
        arrived = contents(file_system, f"{home}/x")
        assert {*tree_of(tree)} - {*arrived} == {os.path.relpath(path, tree)}

    def test_upload_job_skips_only_the_files_of_a_directory_that_cannot_be_created(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        file_system.pipe(f"{home}/x/a", b"a file in the way")
        with pytest.raises(TransferIncompleteError) as caught:
            file_system.put(f"{tree}/", f"{home}/x", recursive=True)
        assert [*caught.value.failures] == [f"{home}/x/a"]
        assert caught.value.notTried == 4
        assert [*contents(file_system, f"{home}/x")] == ["1.csv", "2.csv", "a"]

    def test_upload_job_skips_only_a_file_whose_path_is_a_directory(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        file_system.makedirs(f"{home}/x/1.csv")
        with pytest.raises(TransferIncompleteError) as caught:
            file_system.put(f"{tree}/", f"{home}/x", recursive=True)
        ((path, error),) = caught.value.failures.items()
        assert (path, type(error)) == (f"{tree}/1.csv", IsADirectoryError)
        assert len(contents(file_system, f"{home}/x")) == 5

    def test_names_keep_their_unicode_form_however_they_are_copied(
        self, file_system: DataStoreFileSystem, home: str, tmp_path: Path
    ) -> None:
        name = unicodedata.normalize("NFD", "Übersicht.csv")
        (tmp_path / name).write_text("1")
        targets = [tmp_path / str(number) for number in range(4)]
        for target in targets:
            target.mkdir()
        file_system.put(str(tmp_path / name), f"{home}/a/")
        file_system.put([str(tmp_path / name)], [f"{home}/b/{name}"])
        file_system.get(f"{home}/a/{name}", f"{targets[0]}/")
        file_system.get(f"{home}/*/*.csv", f"{targets[1]}/")
        file_system.get([f"{home}/b/{name}"], f"{targets[2]}/")
        file_system.get(f"{home}/b", f"{targets[3]}/", recursive=True)
        assert [path.name for path in tmp_path.rglob("*.csv")] == [name] * 6

    def test_files_whose_names_differ_in_unicode_form_are_copied_up_across_and_down(
        self, file_system: DataStoreFileSystem, home: str, tmp_path: Path
    ) -> None:
        (tmp_path / "x").mkdir()
        for form in ("NFC", "NFD"):
            (tmp_path / "x" / unicodedata.normalize(form, "Übersicht.csv")).write_text(form)
        if len(list((tmp_path / "x").iterdir())) == 1:
            pytest.skip("this machine keeps one of them only")
        file_system.put(str(tmp_path / "x"), f"{home}/a", recursive=True)
        file_system.put(f"{tmp_path}/x/*", f"{home}/b/")
        file_system.put(sorted(map(str, (tmp_path / "x").iterdir())), f"{home}/c/")
        file_system.cp(f"{home}/a/*", f"{home}/d/")
        file_system.cp(f"{home}/a", f"{home}/e", recursive=True)
        file_system.invalidate_cache()
        for name in "abcde":
            assert len(file_system.ls(f"{home}/{name}")) == 2
            file_system.get(f"{home}/{name}", f"{tmp_path}/{name}", recursive=True)
            file_system.get(f"{home}/{name}/*", f"{tmp_path}/{name} flat/")
            for local in (tmp_path / name, tmp_path / f"{name} flat"):
                assert tree_of(local) == tree_of(tmp_path / "x")

    def test_download_job_continues_after_refused_or_deleted_files(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
        tree: Path,
        owner: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        proxied_file_system.put(str(tree), f"{home}/x", recursive=True)
        gone = proxied_file_system.info(f"{home}/x/a/3.csv")["dataStoreFileId"]
        note, done = proxy.record, threading.Event()

        def note_after_deletion(request):
            if request.name == "storage_getDataStoreFileDownload" and not done.is_set():
                done.set()
                owner.deleteDataStoreFile(gone)
            return note(request)

        proxy.record = note_after_deletion  # type: ignore[method-assign]  # of this proxy only
        proxy.responses["GET"] = [REFUSED]
        with pytest.raises(TransferIncompleteError, match="2 of 6 could not be") as caught:
            proxied_file_system.get(f"{home}/x", str(tmp_path / "got"), recursive=True)
        errors = caught.value.failures
        assert isinstance(errors.pop(f"{home}/x/a/3.csv"), FileNotFoundError)
        ((refused, _),) = errors.items()
        missing = {"a/3.csv", refused.removeprefix(f"{home}/x/")}
        assert {*tree_of(tmp_path / "got")} == {*tree_of(tree)} - missing

    def test_download_job_continues_after_obstructed_targets(
        self, file_system: DataStoreFileSystem, home: str, tree: Path, tmp_path: Path
    ) -> None:
        file_system.put(str(tree), f"{home}/x", recursive=True)
        got = tmp_path / "got"
        (got / "1.csv").mkdir(parents=True)
        (got / "a").write_text("a file")
        with pytest.raises(TransferIncompleteError) as caught:
            file_system.get(f"{home}/x/", str(got), recursive=True)
        assert tree_of(got).keys() == {"2.csv", "a"}
        assert f"{home}/x/1.csv" in caught.value.failures

    def test_download_job_does_not_follow_a_link_out_of_its_directory(
        self, file_system: DataStoreFileSystem, home: str, tree: Path, tmp_path: Path
    ) -> None:
        file_system.put(str(tree), f"{home}/x", recursive=True)
        outside, got = tmp_path / "outside", tmp_path / "got"
        outside.mkdir()
        got.mkdir()
        (outside / "1.csv").write_text("mine")
        (got / "a").symlink_to(outside, target_is_directory=True)
        (got / "1.csv").symlink_to(outside / "1.csv")
        with pytest.raises(TransferIncompleteError, match="a link leads out of"):
            file_system.get(f"{home}/x/", str(got), recursive=True)
        assert tree_of(outside) == {"1.csv": b"mine"}
        assert (got / "2.csv").exists()

    def test_download_job_reports_a_file_that_is_not_uploaded_yet(
        self, file_system: DataStoreFileSystem, home: str, admin_client: AdminClient, tmp_path: Path
    ) -> None:
        directory = file_system.info(home)["dataStoreDirectoryId"]
        admin_client.create_entries(home, directory, [], ["load", "new"])
        file_system.pipe(f"{home}/load.csv", b"12.5")
        with pytest.raises(TransferIncompleteError, match="its upload is not complete") as caught:
            file_system.get(home, str(tmp_path / "got"), recursive=True)
        assert [*caught.value.failures] == [f"{home}/new.csv"]
        assert tree_of(tmp_path / "got") == {"load.csv": b"12.5"}

    def test_job_with_fail_fast_ends_at_the_first_failure(
        self, file_system: DataStoreFileSystem, home: str, tree: Path, tmp_path: Path
    ) -> None:
        (tree / "dead").symlink_to("/nowhere")
        with pytest.raises(FileNotFoundError):
            file_system.put(str(tree), f"{home}/x", recursive=True, fail_fast=True)
        assert file_system.find(home) == []
        (tree / "dead").unlink()
        file_system.put(str(tree), f"{home}/x", recursive=True)
        (tmp_path / "got/1.csv").mkdir(parents=True)
        with pytest.raises(IsADirectoryError):
            file_system.get(f"{home}/x/", str(tmp_path / "got"), recursive=True, fail_fast=True)

    def test_job_of_a_single_file_raises_its_error(
        self, file_system: DataStoreFileSystem, home: str, tmp_path: Path
    ) -> None:
        with pytest.raises(FileNotFoundError):
            file_system.get(f"{home}/nothing", str(tmp_path / "got"))
        with pytest.raises(FileNotFoundError):
            file_system.put(str(tmp_path / "nothing"), f"{home}/x")

    def test_job_is_ended_by_an_exception_of_a_callback(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        class Cancelling(fsspec.Callback):
            def branched(self, *_: object, **__: object) -> "Cancelling":
                return self

            def absolute_update(self, value: int) -> None:
                raise ValueError("enough")

        with pytest.raises(ValueError, match="enough"):
            file_system.put(str(tree), f"{home}/x", recursive=True, callback=Cancelling())


class TestFatalErrors:
    @pytest.fixture
    def many(self, tmp_path: Path) -> Path:
        folder = tmp_path / "many"
        folder.mkdir()
        for number in range(40):
            (folder / f"{number:02}.csv").write_text("12.5")
        return folder

    def test_job_is_ended_by_a_rejected_token(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, many: Path
    ) -> None:
        proxied_file_system.mkdir(f"{home}/x")
        create = "storage_createDataStoreFile"
        proxy.responses[create] = [None] + [REFUSED_TOKEN] * 100
        with pytest.raises(TransferIncompleteError) as caught:
            proxied_file_system.put(str(many), f"{home}/x/", recursive=True)
        assert caught.value.notTried > 10
        assert proxy.names.count(create) < 25

    def test_job_is_ended_by_an_unreachable_platform(
        self, local: LocalExchange, proxy: Proxy, home: str, many: Path
    ) -> None:
        fs = DataStoreFileSystem(
            token=local.token, endpoint=proxy.endpoint, skip_instance_cache=True, maxRetries=0
        )
        nothing = FakeResponse(200, b"", {"Content-Length": "100"})
        proxy.responses["storage_createDataStoreFile"] = [nothing] * 100
        with pytest.raises(TransferIncompleteError) as caught:
            fs.put(str(many), f"{home}/x", recursive=True)
        fs.close()
        assert isinstance(caught.value.__cause__, ConnectionFailedError)
        assert caught.value.notTried > 10


class TestResuming:
    def test_download_job_skips_files_that_are_present(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
        tree: Path,
        tmp_path: Path,
    ) -> None:
        proxied_file_system.put(str(tree), f"{home}/x", recursive=True)
        target = str(tmp_path / "got")
        proxied_file_system.get(f"{home}/x/", target, recursive=True)
        modified = proxied_file_system.modified(f"{home}/x/1.csv")
        assert (tmp_path / "got/1.csv").stat().st_mtime == pytest.approx(modified.timestamp())
        (tmp_path / "got/1.csv").unlink()
        (tmp_path / "got/a/3.csv").write_text("changed")
        os.utime(tmp_path / "got/a/4.csv")
        proxied_file_system.pipe(f"{home}/x/a/b/5.csv", b"same size" + bytes(491))
        for options, count in (({}, 4), ({}, 0), ({"force": True}, 6)):
            proxy.messages.clear()
            proxied_file_system.get(f"{home}/x/", target, recursive=True, **options)
            assert proxy.names.count("GET") == count
            assert tree_of(tmp_path / "got") == contents(proxied_file_system, f"{home}/x")

    def test_upload_job_skips_files_that_are_present(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, tree: Path
    ) -> None:
        (tree / "nothing").touch()
        for options, count in (({}, 7), ({}, 0), ({"force": True}, 7)):
            proxy.messages.clear()
            proxied_file_system.put(f"{tree}/", f"{home}/x", recursive=True, **options)
            assert proxy.names.count("PUT") == count
            assert contents(proxied_file_system, f"{home}/x") == tree_of(tree)

    def test_upload_job_sends_a_file_that_only_seems_to_be_present(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        file_system.put(f"{tree}/", f"{home}/x", recursive=True)
        # Of the same size and older, as after log rotation.
        content = (tree / "2.csv").read_bytes()
        (tree / "2.csv").replace(tree / "1.csv")
        os.utime(tree / "1.csv", (0, 0))
        (tree / "2.csv").write_bytes(content)
        file_system.put(f"{tree}/", f"{home}/x", recursive=True)
        assert contents(file_system, f"{home}/x") == tree_of(tree)

    def test_upload_job_completes_an_upload_that_was_interrupted_before_deleting_the_old_file(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        directory = file_system.info(home)["dataStoreDirectoryId"]
        for source in (tree / "a/3.csv", tree / "1.csv"):
            file_system.exchange.uploadFileToDataStore(home, directory, source, "1.csv")
        file_system.put(str(tree / "1.csv"), f"{home}/1.csv")
        assert files_in(file_system, home) == [("1", 500)]

    def test_upload_job_replaces_a_file_whose_name_differs_in_unicode_form(
        self, file_system: DataStoreFileSystem, home: str, tmp_path: Path
    ) -> None:
        file_system.pipe(f"{home}/x/Übersicht.csv", b"new")
        local = tmp_path / unicodedata.normalize("NFD", "Übersicht.csv")
        local.write_bytes(b"old")
        file_system.get(f"{home}/x/", str(tmp_path), recursive=True)
        assert tree_of(tmp_path) == {local.name: b"new"}


class TestHiddenFiles:
    def test_download_of_a_directory_includes_entries_that_paths_do_not_reach(
        self,
        file_system: DataStoreFileSystem,
        home: str,
        admin_client: AdminClient,
        tmp_path: Path,
    ) -> None:
        directory = file_system.info(home)["dataStoreDirectoryId"]
        ids = {}
        for text in ("oldest", "older", "newest"):
            (tmp_path / "local").write_text(text)
            for name in ("report", "twice.csv"):
                file = file_system.exchange.uploadFileToDataStore(
                    home, directory, tmp_path / "local", name
                )
                ids[f"{name} {text}"] = file.dataStoreFileId
        first, second = (admin_client.create_directory(home, directory, "report") for _ in "12")
        for identifier in (first, second):
            file_system.exchange.uploadFileToDataStore(
                home, identifier, tmp_path / "local", identifier
            )
        for _ in range(2):
            file_system.get(f"{home}/", str(tmp_path / "got"), recursive=True)
            assert tree_of(tmp_path / "got") == {
                f"report/{first}": b"newest",
                f"report.{second}/{second}": b"newest",
                f"report.{ids['report newest']}": b"newest",
                f"report.{ids['report older']}": b"older",
                f"report.{ids['report oldest']}": b"oldest",
                "twice.csv": b"newest",
                f"twice.csv.{ids['twice.csv older']}": b"older",
                f"twice.csv.{ids['twice.csv oldest']}": b"oldest",
            }

    def test_download_keeps_names_apart_that_are_equal_on_this_machine(
        self,
        file_system: DataStoreFileSystem,
        home: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        names = ["a\x01b", "a\x02b", "x" * 300, "x" * 301, "A", "a", "ß", "SS"]
        for name in names:
            file_system.pipe(f"{home}/{name}", name.encode())
        # As on macOS and Windows.
        monkeypatch.setattr(_downloads, "ignores_case", lambda folder: True)
        file_system.get(f"{home}/", str(tmp_path / "got"), recursive=True)
        got = tree_of(tmp_path / "got")
        assert sorted(got.values()) == sorted(name.encode() for name in names)
        assert len({name.casefold() for name in got}) == len(names)

    def test_download_keeps_names_that_differ_in_case_where_possible(
        self, file_system: DataStoreFileSystem, home: str, tmp_path: Path
    ) -> None:
        (tmp_path / "probe").touch()
        if (tmp_path / "PROBE").exists():
            pytest.skip("this machine takes both for one name")
        file_system.pipe({f"{home}/{name}": name.encode() for name in ("A", "a")})
        file_system.get(f"{home}/", str(tmp_path / "got"), recursive=True)
        assert tree_of(tmp_path / "got") == {"A": b"A", "a": b"a"}


class TestScale:
    def test_upload_of_directories_lists_each_parent_twice(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
        tmp_path: Path,
    ) -> None:
        for number in range(60):
            (tmp_path / f"src/{number}").mkdir(parents=True)
            (tmp_path / f"src/{number}/a.csv").write_text("1")
        proxied_file_system.put(str(tmp_path / "src"), f"{home}/x", recursive=True)
        assert proxy.names.count("storage_getDataStoreDirectory") <= 4
        # One for their parent, the others for 10 each.
        assert proxy.names.count("storage_createDataStoreDirectory") == 7

    @pytest.fixture
    def deep(self, tmp_path: Path) -> Iterator[Path]:
        """A deeply nested directory with one file at the bottom."""
        bottom = tmp_path / "src"
        bottom.mkdir()
        for _ in range(DEEP):
            bottom = bottom / "d"
            bottom.mkdir()
        (bottom / "leaf.csv").write_text("12.5")
        yield tmp_path / "src"
        # pytest cannot delete directories nested that deeply.
        for top in tmp_path.iterdir():
            subprocess.run(["rm", "-r", str(top)], check=True)

    @on_linux
    @pytest.mark.timeout(900)  # thousands of requests, one after another
    def test_trees_may_be_deeper_than_the_recursion_limit(
        self, file_system: DataStoreFileSystem, home: str, tmp_path: Path, deep: Path
    ) -> None:
        deepest = "/".join(["d"] * DEEP)
        file_system.put(str(deep), f"{home}/x", recursive=True)
        file_system.invalidate_cache()
        assert file_system.find(f"{home}/x") == [f"{home}/x/{deepest}/leaf.csv"]
        assert len([*file_system.walk(f"{home}/x")]) == DEEP + 1
        file_system.invalidate_cache()
        assert file_system.isfile(f"{home}/x/{deepest}/leaf.csv")
        file_system.get(f"{home}/x", f"{tmp_path}/got", recursive=True)
        assert (tmp_path / "got" / deepest / "leaf.csv").read_text() == "12.5"


class TestCopies:
    def test_copy_of_a_tree_includes_everything(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        file_system.put(str(tree), f"{home}/x", recursive=True)
        file_system.copy(f"{home}/x", f"{home}/y", recursive=True)
        assert contents(file_system, f"{home}/y") == tree_of(tree)
        assert file_system.isdir(f"{home}/y/empty")

    def test_move_that_cannot_copy_a_file_deletes_nothing(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
        tree: Path,
        admin_client: AdminClient,
    ) -> None:
        proxied_file_system.put(str(tree), f"{home}/x", recursive=True)
        other = admin_client.create_data_store()["dataStoreId"]
        proxy.responses["GET"] = [REFUSED]
        with pytest.raises(TransferIncompleteError):
            proxied_file_system.mv(f"{home}/x", f"{other}/x", recursive=True)
        assert contents(proxied_file_system, f"{home}/x") == tree_of(tree)
