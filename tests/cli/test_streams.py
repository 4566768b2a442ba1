"""Commands started without standard input, output or error, as daemons start programs."""

import subprocess
from pathlib import Path

import pytest

from .conftest import PATIENCE, PROGRAM

CLOSED = ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"]


def run(
    closed: str, environment: dict[str, str], *arguments: object
) -> "subprocess.CompletedProcess[str]":
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *PROGRAM, *map(str, arguments)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.mark.parametrize("closed", CLOSED)
def test_command_does_its_work_without_standard_streams(
    closed: str, environment: dict[str, str], store: str, tmp_path: Path
) -> None:
    (tmp_path / "load.csv").write_bytes(b"1,2\n")
    sent = run(closed, environment, "put", tmp_path / "load.csv", f"{store}/load.csv")
    assert (sent.returncode, sent.stdout) == (0, "")
    fetched = run(closed, environment, "get", f"{store}/load.csv", tmp_path / "again.csv")
    assert fetched.returncode == 0
    assert "Traceback" not in sent.stderr + fetched.stderr
    assert (tmp_path / "again.csv").read_bytes() == b"1,2\n"


@pytest.mark.parametrize("closed", CLOSED)
def test_command_prints_on_the_streams_that_are_open(
    closed: str, environment: dict[str, str]
) -> None:
    shown = run(closed, environment, "whoami")
    assert shown.returncode == 0
    assert shown.stderr == ""
    assert ("Ada" in shown.stdout) == (" >&-" not in f" {closed}")


@pytest.mark.parametrize("closed", CLOSED)
def test_command_fails_with_its_exit_code_without_standard_streams(
    closed: str, environment: dict[str, str]
) -> None:
    failed = run(closed, environment, "ls", "dataStoreId.none")
    assert failed.returncode == 4
    assert "Traceback" not in failed.stderr
    assert (failed.stderr == "") == ("2>&-" in closed)
