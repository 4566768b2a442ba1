"""Copies of directories that are interrupted, and continued by the same command."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_line import run_command
from ..support.faulty_proxy import Fault, FaultyProxy
from .conftest import PROGRAM, TIMEOUT_SECONDS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

FILES = 12
COPIED_BEFORE = 5
# Files are copied in the order of their names, and this one is then the next.
LARGE = f"{COPIED_BEFORE:02}.csv"
LARGE_BYTES = 3 << 20


@pytest.fixture
def faulty_proxy(local: LocalExchange) -> Iterator[FaultyProxy]:
    with FaultyProxy(local.endpoint).running() as proxy:
        yield proxy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "loads"
    folder.mkdir()
    for number in range(FILES):
        path = folder / f"{number:02}.csv"
        path.write_bytes(os.urandom(LARGE_BYTES if path.name == LARGE else 100))
        os.utime(path, (1_700_000_000,) * 2)
    return folder


def read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["kill", "interrupt"])
@pytest.mark.parametrize("direction", ["up", "down"])
@pytest.mark.parametrize("command", ["sync", "copy"])
def test_interrupted_copy_is_continued_with_what_is_missing(
    local: LocalExchange,
    faulty_proxy: FaultyProxy,
    environment: dict[str, str],
    store: str,
    folder: Path,
    tmp_path: Path,
    number: signal.Signals,
    direction: str,
    command: str,
) -> None:
    access = {"AVISTA_DX_TOKEN": local.token, "AVISTA_DX_ENDPOINT": faulty_proxy.endpoint}
    target = tmp_path / "copy"
    method, source_and_target = "PUT", [folder, f"{store}/loads"]
    if direction == "down":
        assert run_command("sync", folder, f"{store}/loads", **access).exit_code == 0
        method, source_and_target = "GET", [f"{store}/loads", target]
    faulty_proxy.expect(
        Fault(
            method,
            "request" if direction == "up" else "response",
            "stall",
            at=0.5,
            after=COPIED_BEFORE,
        )
    )
    verb = {"up": "put", "down": "get"}[direction]
    words = ["sync"] if command == "sync" else [verb, "--recursive"]
    arguments = [*map(str, [*words, "--jobs", 1, *source_and_target])]
    with subprocess.Popen(
        [*PROGRAM, *arguments], env=environment | access, stderr=subprocess.PIPE
    ) as run:
        assert faulty_proxy.stalled.wait(TIMEOUT_SECONDS)
        run.send_signal(number)
        run.communicate(timeout=TIMEOUT_SECONDS)
    assert run.returncode == (-number if number == signal.SIGKILL else 130)
    if direction == "down":
        before = read(target)
        assert before == {name: before[name] for name in sorted(read(folder))[:COPIED_BEFORE]}

    faulty_proxy.expect()
    if command == "sync":
        dry = run_command(*arguments, "--dry-run", **access)
        assert f"would copy {LARGE}" in dry.stderr
        missing = FILES - COPIED_BEFORE
        assert f"copy: {missing}, delete: 0, same: {COPIED_BEFORE}" in dry.stderr
    faulty_proxy.expect()
    assert run_command(*arguments, **access).exit_code == 0
    # Uploads of `put` compare the contents of existing files by a range of one byte.
    assert faulty_proxy.names.count(method) == FILES - COPIED_BEFORE
    check = target if direction == "down" else tmp_path / "check"
    run_command("get", "--recursive", f"{store}/loads", check, **access)
    assert read(check) == read(folder)
    listed = run_command("find", f"{store}/loads", "--type", "file", **access).stdout
    assert listed.count("\n") == FILES
