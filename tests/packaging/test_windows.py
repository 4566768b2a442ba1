"""What Windows does differently, with fakes of it: open files, signals, time zones, file names."""

import errno
import importlib.util
import io
import os
import signal
import sys
import zoneinfo
from collections.abc import Callable
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import InvalidParameterError
from avista_digital_exchange_sdk._backends import processes
from avista_digital_exchange_sdk._backends.positional_file import PositionalFile
from avista_digital_exchange_sdk._time_series.zones import parse_time_zone
from avista_digital_exchange_sdk._utils import partial_file
from avista_digital_exchange_sdk._utils.atomic_files import atomic_write
from avista_digital_exchange_sdk._utils.local_paths import sanitize_filename
from avista_digital_exchange_sdk.cli import _exit_on_signals
from avista_digital_exchange_sdk.cli.errors import is_closed_pipe
from avista_digital_exchange_sdk.cli.standard_streams import spool_standard_input
from avista_digital_exchange_sdk.local.private_files import remove_file, write_private

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="fakes Windows on Linux")


def is_open(path: str) -> bool:
    descriptors = [f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd")]
    targets = [os.readlink(each) for each in descriptors if os.path.lexists(each)]
    return os.path.realpath(path) in targets


def refuse_open_files(operation: Callable[..., None]) -> Callable[..., None]:
    """An operation of `os` that fails for open files, as on Windows."""

    def run(*paths: str, **options: object) -> None:
        if any(map(is_open, paths)):
            raise PermissionError(13, "The process cannot access the file", paths[0])
        operation(*paths)

    return run


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partial_file, "O_TMPFILE", 0)
    monkeypatch.setattr(os, "supports_dir_fd", set())
    monkeypatch.setattr(os, "replace", refuse_open_files(os.replace))
    monkeypatch.setattr(os, "unlink", refuse_open_files(os.unlink))
    for name in ("fchmod", "fchown", "pread", "preadv", "pwrite", "link", "register_at_fork"):
        monkeypatch.delattr(os, name)
    monkeypatch.setattr(sys, "platform", "win32")


def test_file_is_replaced_after_it_was_closed(windows: None, tmp_path: Path) -> None:
    target = tmp_path / "may.csv"
    for content in (b"first", b"second"):
        with atomic_write(target) as file:
            file.write(content)
        assert target.read_bytes() == content
    assert list(tmp_path.iterdir()) == [target]


def test_incomplete_file_is_removed_after_it_was_closed(windows: None, tmp_path: Path) -> None:
    def fail() -> None:
        with atomic_write(tmp_path / "may.csv") as file:
            file.write(b"half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_partial_file_of_an_ended_process_is_removed(windows: None, tmp_path: Path) -> None:
    target = tmp_path / "may.csv"
    left_over = partial_file.PartialFile(target)
    left_over.file.close()
    assert len(list(tmp_path.iterdir())) == 1
    with atomic_write(target) as file:
        file.write(b"complete")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"complete"]


def test_target_that_is_open_elsewhere_is_an_error_that_keeps_it(
    windows: None, tmp_path: Path
) -> None:
    target = tmp_path / "may.csv"
    target.write_bytes(b"old")

    def write() -> None:
        with atomic_write(target) as file:
            file.write(b"new")

    with target.open("rb"), pytest.raises(PermissionError, match="cannot access"):
        write()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_standard_input_is_uploaded_from_a_file_that_is_not_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"piped")))
    with spool_standard_input() as path:
        assert not is_open(str(path))
        assert path.read_bytes() == b"piped"
    assert not path.exists()


def test_private_file_that_cannot_be_written_leaves_nothing_behind(
    windows: None, tmp_path: Path
) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_private(tmp_path / "ready.json", "\ud800")
    assert list(tmp_path.iterdir()) == []


def test_positional_file_reads_and_writes_by_seeking(windows: None, tmp_path: Path) -> None:
    with (tmp_path / "may.csv").open("w+b") as file, PositionalFile(file.fileno()) as positional:
        positional.write_at(4, b"late")
        positional.write_at(0, b"soon")
        assert positional.read(8, 0) == b"soonlate"
        block = memoryview(bytearray(4))
        assert positional.read_into(block, 4) == 4
        assert block == b"late"


def test_stored_file_that_is_being_read_is_kept(
    windows: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "result.csv"
    path.write_bytes(b"rows")
    with path.open("rb"):
        remove_file(path)
        assert path.exists()
    remove_file(path)
    assert not path.exists()
    remove_file(path)


def test_processes_that_cannot_fork_are_not_watched(windows: None) -> None:
    # Another copy of the module, as the first is in use.
    assert processes.__spec__ is not None
    assert processes.__spec__.loader is not None
    copy = importlib.util.module_from_spec(processes.__spec__)
    processes.__spec__.loader.exec_module(copy)
    assert copy.current_process() is not processes.current_process()


def test_signals_of_posix_are_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    handled: list[int] = []
    monkeypatch.delattr(signal, "SIGHUP")
    monkeypatch.setattr(signal, "signal", lambda number, _handler: handled.append(number))
    _exit_on_signals()
    assert handled == [signal.SIGTERM]


def test_closed_pipe_is_an_invalid_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    error = OSError(errno.EINVAL, "Invalid argument")
    assert not is_closed_pipe(error)
    monkeypatch.setattr(sys, "platform", "win32")
    assert is_closed_pipe(error)
    assert is_closed_pipe(BrokenPipeError(errno.EPIPE, "Broken pipe"))
    assert not is_closed_pipe(OSError(errno.EINVAL, "Invalid argument", "a:b.csv"))


def test_missing_time_zones_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = [name for name in sys.modules if name.startswith("tzdata.")]
    for name in ["tzdata", *loaded]:
        monkeypatch.setitem(sys.modules, name, None)
    zoneinfo.reset_tzpath(to=())
    try:
        zoneinfo.ZoneInfo.clear_cache()
        with pytest.raises(InvalidParameterError, match="pip install tzdata"):
            parse_time_zone("timeZone", "America/Los_Angeles")
    finally:
        zoneinfo.reset_tzpath()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("feeder:7.csv", "feeder_7.csv"), ("CON", "CON_"), ("a\\b.csv", "a_b.csv"), ("may.", "may")],
)
def test_file_names_of_the_platform_are_valid_names(
    name: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Windows")
    assert sanitize_filename(name, "file") == expected
