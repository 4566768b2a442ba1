"""Incomplete downloads are invisible and leave nothing behind."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk._utils import partial_file
from avista_digital_exchange_sdk._utils.atomic_files import atomic_write
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.parallel_download import use_parts

ROOT = Path(__file__).parents[2]
DOWNLOAD = """
import os, signal, sys
from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk._utils import partial_file

def kill(done, total):
    if done == total:
        os.kill(os.getpid(), signal.SIGKILL)

if sys.argv[2] == "named":
    partial_file.O_TMPFILE = 0
with AvistaDigitalExchange() as client:
    client.downloadDataStoreFile(os.environ["FILE_ID"], sys.argv[1], progress=kill)
"""


@pytest.fixture(params=["unnamed", "named"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether the platform supports unnamed temporary files."""
    if request.param == "named":
        monkeypatch.setattr(partial_file, "O_TMPFILE", 0)
    elif not partial_file.O_TMPFILE:
        pytest.skip("there are none here")
    return str(request.param)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partial_file, "O_TMPFILE", 0)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


Kill = Callable[[Path], object]


@pytest.fixture
def kill_download(kind: str, local: LocalExchange, stored_file_id: str) -> Kill:
    """Has a program be killed while it downloads."""
    settings = {"AVISTA_DX_TOKEN": local.token, "AVISTA_DX_ENDPOINT": local.endpoint}
    environment: Mapping[str, str] = os.environ | settings | {"FILE_ID": stored_file_id}

    def kill(target: Path) -> None:
        command = [sys.executable, "-c", DOWNLOAD, str(target), kind]
        program = subprocess.run(command, env=environment, cwd=ROOT)
        assert program.returncode == -signal.SIGKILL

    return kill


class TestIncompleteFile:
    @pytest.mark.parametrize("in_parts", [False, True], ids=["one-stream", "parts"])
    def test_incomplete_download_is_invisible(
        self,
        kind: str,
        in_parts: bool,
        connect: Connect,
        local: LocalExchange,
        stored_file_id: str,
        stored_content: bytes,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        if in_parts:
            use_parts(monkeypatch, len(stored_content) // 10)
        seen: set[str] = set()
        modes: set[int] = set()

        def look(done: int, total: int | None) -> None:
            for path in tmp_path.iterdir():
                seen.add(path.name)
                modes.add(stat.S_IMODE(path.stat().st_mode))

        client = connect(local.token, endpoint=local.endpoint)
        client.downloadDataStoreFile(stored_file_id, tmp_path / "load.bin", progress=look)
        assert names_in(tmp_path) == ["load.bin"]
        assert (tmp_path / "load.bin").read_bytes() == stored_content
        if kind == "unnamed":
            assert seen == set()
        else:
            (name,) = seen
            assert name.startswith(".avista-dx-")
            assert modes == {0o600}

    def test_incomplete_download_survives_renaming_its_directory(
        self, kind: str, tmp_path: Path
    ) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        with atomic_write(folder / "load.bin") as file:
            file.write(b"new")
            folder.rename(tmp_path / "renamed")
        assert (tmp_path / "renamed" / "load.bin").read_bytes() == b"new"
        assert names_in(tmp_path) == ["renamed"]

    def test_failed_download_leaves_nothing(self, kind: str, tmp_path: Path) -> None:
        def fail() -> None:
            with atomic_write(tmp_path / "load.bin") as file:
                file.write(b"new")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert names_in(tmp_path) == []


class TestKilledDownload:
    def test_download_after_a_killed_one_leaves_nothing_else(
        self,
        kind: str,
        kill_download: Kill,
        exchange: AvistaDigitalExchange,
        stored_file_id: str,
        tmp_path: Path,
    ) -> None:
        target = tmp_path / "load.bin"
        for _ in range(2):
            kill_download(target)
        assert len(names_in(tmp_path)) == (1 if kind == "named" else 0)
        exchange.downloadDataStoreFile(stored_file_id, target)
        assert names_in(tmp_path) == ["load.bin"]


@pytest.mark.usefixtures("named")
class TestNamedPartialFile:
    def test_partial_file_is_never_written_through_a_link(self, tmp_path: Path) -> None:
        """Not even if its name was guessed."""
        outside = tmp_path / "outside"
        outside.write_bytes(b"mine")
        folder = tmp_path / "folder"
        folder.mkdir()
        with atomic_write(folder / "load.bin"):
            (name,) = names_in(folder)
        (folder / name).symlink_to(outside)
        with atomic_write(folder / "load.bin") as file:
            file.write(b"new")
        assert outside.read_bytes() == b"mine"
        assert (folder / "load.bin").read_bytes() == b"new"
        assert not (folder / "load.bin").is_symlink()

    def test_partial_file_in_use_is_not_removed(self, tmp_path: Path) -> None:
        target = tmp_path / "load.bin"
        with atomic_write(target) as first:
            first.write(b"first")
            with atomic_write(target) as second:
                second.write(b"second")
                assert len(names_in(tmp_path)) == 2
            assert target.read_bytes() == b"second"
        assert target.read_bytes() == b"first"
        assert names_in(tmp_path) == ["load.bin"]

    def test_partial_file_that_was_exchanged_does_not_become_the_target(
        self, tmp_path: Path
    ) -> None:
        def exchange_it() -> None:
            with atomic_write(tmp_path / "load.bin") as file:
                file.write(b"new")
                (name,) = names_in(tmp_path)
                (tmp_path / name).unlink()
                (tmp_path / name).write_bytes(b"theirs")

        with pytest.raises(FileNotFoundError, match="removed the partial file"):
            exchange_it()
        assert not (tmp_path / "load.bin").exists()

    def test_partial_file_name_fits_with_longest_names(self, tmp_path: Path) -> None:
        name = "x" * 255
        with atomic_write(tmp_path / name) as file:
            file.write(b"new")
        assert names_in(tmp_path) == [name]
