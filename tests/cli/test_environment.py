"""Commands in unusual environments: without standard streams, locale, home or terminal."""

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import PROGRAM, TIMEOUT_SECONDS

CLOSED = ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"]


def run(
    closed: str, environment: dict[str, str], *arguments: object
) -> "subprocess.CompletedProcess[str]":
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *PROGRAM, *map(str, arguments)]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )


@pytest.mark.parametrize("closed", CLOSED)
def test_command_without_standard_streams_does_its_work(
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
def test_command_without_standard_streams_fails_with_its_exit_code(
    closed: str, environment: dict[str, str]
) -> None:
    failed = run(closed, environment, "ls", "dataStoreId.none")
    assert failed.returncode == 4
    assert "Traceback" not in failed.stderr
    assert (failed.stderr == "") == ("2>&-" in closed)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are UTF-8")
def test_error_about_a_name_outside_the_locale_says_what_to_do(
    environment: dict[str, str], store: str, tmp_path: Path
) -> None:
    (tmp_path / "Übersicht.csv").write_bytes(b"1")
    run("", environment, "put", tmp_path / "Übersicht.csv", store)
    odd = environment | {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    failed = run("", odd, "get", "-r", store, tmp_path / "copy")
    assert failed.returncode == 1
    assert "the encoding of this locale; set LC_ALL=C.UTF-8" in failed.stderr


@pytest.mark.parametrize(
    "changes",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "xx_XX.nonsense", "LANG": "nonsense"},
        {"HOME": ""},
        {"HOME": "/nowhere"},
        {"TERM": "nonsense", "COLUMNS": "x", "LINES": "x"},
        {"TZ": "Nowhere/Nothing"},
        {"TMPDIR": "/nowhere"},
        {"HOME": None, "LANG": None, "LC_ALL": None, "PATH": None, "TMPDIR": None},
    ],
)
def test_command_works_in_any_environment(
    changes: dict[str, str | None], environment: dict[str, str]
) -> None:
    changed = {name: value for name, value in (environment | changes).items() if value is not None}
    shown = subprocess.run(
        [*PROGRAM, "whoami"], env=changed, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Ada" in shown.stdout
