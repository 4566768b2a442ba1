"""Output that does not fit on the screen is shown with a pager."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ..support.command_line import Command
from ..support.terminal import TerminalResult, run_on_terminal
from .conftest import PROGRAM

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")

FILES = 40
# The result is longer than what fits into a pipe.
ENDLESS = "SELECT n * 1000000000000 AS n FROM UNNEST(SEQUENCE(1, 10000)) AS t(n)"
Show = Callable[..., TerminalResult]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with more files than lines on the screen."""
    folder = tmp_path_factory.mktemp("loads")
    for number in range(FILES):
        (folder / f"load-{number:02}.csv").write_text("time,kW\n" * (number + 1))
    return folder


@pytest.fixture
def long(dx: Command, store: str, folder: Path) -> str:
    """The path of a directory that is longer than the screen."""
    assert dx("put", "--recursive", folder, f"{store}/loads").exit_code == 0
    return f"{store}/loads"


@pytest.fixture
def pager(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """A pager that writes what it shows into a file."""
    path = tmp_path / "paged.txt"
    return {"AVISTA_DX_PAGER": f"sh -c 'cat > {path}'"}, path


@pytest.fixture
def show(environment: dict[str, str]) -> Show:
    """Runs a command with its output on a terminal."""

    def run(*arguments: object, keys: bytes = b"", **variables: str) -> TerminalResult:
        command = [*PROGRAM, *map(str, arguments)]
        return run_on_terminal(command, "stdout", environment | variables, keys)

    return run


@pytest.mark.parametrize("options", [["ls"], ["ls", "--json"], ["tree"], ["find"], ["du"]])
def test_long_output_is_shown_with_the_pager(
    options: list[str], show: Show, long: str, pager: tuple[dict[str, str], Path]
) -> None:
    variables, paged = pager
    result = show(*options, long, **variables)
    assert (result.exit_code, result.terminal) == (0, "")
    text = paged.read_text()
    assert all(f"load-{number:02}.csv" in text for number in range(FILES))
    assert "\x1b" not in text


def test_sql_and_cat_are_shown_with_the_pager(
    show: Show, database: str, dx: Command, store: str, pager: tuple[dict[str, str], Path],
    tmp_path: Path,
) -> None:  # fmt: skip
    variables, paged = pager
    lines = tmp_path / "lines.txt"
    lines.write_text("".join(f"{number}\n" for number in range(100)))
    assert dx("put", lines, f"{store}/").exit_code == 0
    assert show("cat", f"{store}/lines.txt", **variables).terminal == ""
    assert paged.read_text() == lines.read_text()
    statement = "SELECT n FROM UNNEST(SEQUENCE(1, 100)) AS t(n)"
    result = show("sql", database, statement, **variables)
    assert (result.terminal, result.other_stream) == ("", "100 rows\n")
    assert [line.strip() for line in paged.read_text().splitlines()][::99] == ["n", "99"]


def test_output_that_fits_on_the_screen_is_shown_without_a_pager(
    show: Show, long: str, pager: tuple[dict[str, str], Path]
) -> None:
    variables, paged = pager
    assert "load-00.csv" in show("ls", long, LINES=str(FILES + 3), **variables).terminal
    assert not paged.exists()
    # Lines that are wrapped take several lines of the screen.
    show("find", long, LINES=str(FILES + 3), COLUMNS="30", **variables)
    assert paged.exists()


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        (["--no-pager"], {}),
        ([], {"AVISTA_DX_PAGER": ""}),
        ([], {"AVISTA_DX_PAGER": "cat"}),
        ([], {"AVISTA_DX_PAGER": "no-such-program"}),
        ([], {"AVISTA_DX_PAGER": "'"}),
        ([], {"AVISTA_DX_PAGER": "cat", "PAGER": "false"}),
    ],
)
def test_pager_is_not_used_if_it_is_turned_off_or_missing(
    options: list[str],
    variables: dict[str, str],
    show: Show,
    long: str,
    pager: tuple[dict[str, str], Path],
) -> None:
    default, paged = pager
    result = show("find", *options, long, **default | variables)
    assert (result.exit_code, len(result.terminal.splitlines())) == (0, FILES)
    assert not paged.exists()


def test_pager_is_that_of_the_environment(
    environment: dict[str, str], long: str, pager: tuple[dict[str, str], Path]
) -> None:
    variables, paged = pager
    command = ["env", "-u", "AVISTA_DX_PAGER", *PROGRAM, "find", long]
    environment = environment | {"PAGER": variables["AVISTA_DX_PAGER"]}
    assert run_on_terminal(command, "stdout", environment).terminal == ""
    assert len(paged.read_text().splitlines()) == FILES


@pytest.mark.parametrize("code", [0, 3])
def test_pager_that_quits_before_the_end_is_no_error(show: Show, database: str, code: int) -> None:
    program = f"import sys; print(sys.stdin.readline()); sys.exit({code})"
    pager = f"{sys.executable} -c '{program}'"
    result = show("sql", database, ENDLESS, AVISTA_DX_PAGER=pager)
    assert (result.exit_code, result.terminal.split(), result.other_stream) == (0, ["n"], "")


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed")
def test_less_shows_the_first_screen_until_q_is_pressed(show: Show, database: str) -> None:
    variables = {"AVISTA_DX_PAGER": "less", "LESS": "FRX"}
    result = show("sql", database, ENDLESS, keys=b"q", **variables)
    assert (result.exit_code, result.other_stream) == (0, "")
    shown = [line for line in result.terminal.split() if line.isdecimal()]
    assert 20 <= len(shown) <= 24
