"""Directories, uploaded and downloaded with several files at once."""

import io
import itertools
import signal
import threading
from pathlib import Path

import fsspec
import pytest
from typing_extensions import Buffer

from avista_digital_exchange_sdk import TransferError
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem

from ..support.proxy import Proxy
from .stored_files import REFUSED, contents, files_in


class ProgressRecorder(fsspec.Callback):
    """Records the reports of every file separately."""

    def __init__(self) -> None:
        super().__init__()
        self.children: list[ProgressRecorder] = []

    def branched(self, *_: object, **__: object) -> "ProgressRecorder":
        self.children.append(ProgressRecorder())
        return self.children[-1]


class Interrupting(fsspec.Callback):
    """Sends SIGINT after the first bytes."""

    def __init__(self) -> None:
        super().__init__()
        self._reports = itertools.count()

    def branched(self, *_: object, **__: object) -> "Interrupting":
        return self

    def absolute_update(self, value: int) -> None:
        if value and next(self._reports) == 0:
            signal.raise_signal(signal.SIGINT)


class Blocks(io.BytesIO):
    """An open file that records the length of every block written."""

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []

    def write(self, block: Buffer, /) -> int:
        self.lengths.append(memoryview(block).nbytes)
        return super().write(block)


class TestDownloads:
    def test_download_of_a_tree_includes_everything(
        self, file_system: DataStoreFileSystem, home: str, tmp_path: Path
    ) -> None:
        tree = {f"site/{day}/{name}": f"{day} {name}".encode() for day in "ab" for name in "xyz"}
        file_system.pipe({f"{home}/{path}": content for path, content in tree.items()})
        file_system.mkdir(f"{home}/site/empty")
        file_system.get(f"dx://{home}/site", str(tmp_path), recursive=True)
        found = {
            str(path.relative_to(tmp_path)): path.read_bytes()
            for path in tmp_path.rglob("*")
            if path.is_file()
        }
        assert found == tree
        assert (tmp_path / "site/empty").is_dir()

    def test_download_to_open_files_writes_block_by_block(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        content = {f"{home}/a": bytes(20 << 20), f"{home}/b": b"12.5"}
        file_system.pipe(content)
        targets = [Blocks(), Blocks()]
        file_system.get([*content], targets)
        assert [target.getvalue() for target in targets] == [*content.values()]
        assert max(targets[0].lengths) <= file_system.blocksize

    def test_download_that_fails_leaves_no_partial_file(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
        tmp_path: Path,
    ) -> None:
        proxied_file_system.pipe(f"{home}/load.csv", b"12.5")
        target = tmp_path / "got"
        proxy.responses["GET"] = [REFUSED]
        with pytest.raises(TransferError):
            proxied_file_system.get(f"{home}/load.csv", str(target / "load.csv"))
        assert list(target.iterdir()) == []

    def test_download_reports_progress_to_callbacks(
        self, file_system: DataStoreFileSystem, home: str, tmp_path: Path
    ) -> None:
        file_system.pipe({f"{home}/{name}": bytes(300_000) for name in "abc"})
        recorder = ProgressRecorder()
        file_system.get(home, str(tmp_path / "got"), recursive=True, callback=recorder)
        assert (recorder.value, recorder.size) == (3, 3)
        assert sorted(child.value for child in recorder.children) == [300_000, 300_000, 300_000]


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

    def test_upload_of_a_tree_includes_everything(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        recorder = ProgressRecorder()
        file_system.put(str(tree), f"dx://{home}", recursive=True, callback=recorder)
        assert contents(file_system, f"{home}/site") == {
            str(path.relative_to(tree)): path.read_bytes() for path in tree.rglob("*.csv")
        }
        assert file_system.isdir(f"{home}/site/empty")
        assert recorder.value == recorder.size == 8
        assert {child.value for child in recorder.children} == {300}

    def test_upload_repeated_replaces_every_file(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        for _ in range(2):
            file_system.put(str(tree), f"{home}/site", recursive=True)
            tree = tree.rename(tree.with_name("renamed")) if tree.name == "site" else tree
        assert [name for name, _ in files_in(file_system, f"{home}/site/a")] == list("wxyz")

    def test_upload_lists_each_directory_once_for_any_number_of_files(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, tree: Path
    ) -> None:
        proxied_file_system.put(str(tree), f"{home}/site", recursive=True)
        names = proxy.names
        started = names.index("storage_createDataStoreFile")
        assert "storage_getDataStoreDirectory" not in names[started:]

    def test_upload_of_unchanged_files_requests_their_urls_together(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, tree: Path
    ) -> None:
        proxied_file_system.put(f"{tree}/", f"{home}/site", recursive=True)
        (tree / "a" / "w.csv").write_text("changed")
        (tree / "a" / "x.csv").write_text("A X" * 100)
        proxy.messages.clear()
        proxied_file_system.put(f"{tree}/", f"{home}/site", recursive=True)
        urls = [one for one in proxy.messages if b"getDataStoreFileDownloadUrl" in one.body]
        assert (len(urls), proxy.names.count("GET"), proxy.names.count("PUT")) == (1, 7, 2)

    def test_upload_that_fails_leaves_no_partial_file(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        file_system: DataStoreFileSystem,
        home: str,
        tree: Path,
    ) -> None:
        proxy.responses["PUT"] = [None, REFUSED]
        with pytest.raises(TransferError):
            proxied_file_system.put(str(tree), f"{home}/site", recursive=True)
        for name in "ab":
            assert all(size == 300 for _, size in files_in(file_system, f"{home}/site/{name}"))

    def test_upload_that_is_interrupted_leaves_no_partial_file(
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

    def test_upload_that_is_interrupted_while_starting_starts_no_further_files(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
        tree: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        started: list[threading.Thread] = []
        start = threading.Thread.start

        def interrupted(thread: threading.Thread) -> None:
            start(thread)
            if thread.name.startswith("avista-dx"):
                started.append(thread)
                if len(started) == 2:
                    raise KeyboardInterrupt

        monkeypatch.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            proxied_file_system.put(str(tree), f"{home}/site", recursive=True)
        for thread in started:
            thread.join()
        assert "PUT" not in proxy.names

    def test_upload_in_exclusive_mode_replaces_nothing(
        self, file_system: DataStoreFileSystem, home: str, tree: Path
    ) -> None:
        file_system.pipe(f"{home}/w.csv", b"old")
        for put in (file_system.put, file_system.put_file):
            with pytest.raises(FileExistsError):
                put(str(tree / "a/w.csv"), f"{home}/w.csv", mode="create")
        assert file_system.cat(f"{home}/w.csv") == b"old"

    def test_upload_of_a_missing_local_file_is_refused(
        self, file_system: DataStoreFileSystem, home: str, tmp_path: Path
    ) -> None:
        with pytest.raises(FileNotFoundError):
            file_system.put_file(str(tmp_path / "nothing"), f"{home}/load.csv")
