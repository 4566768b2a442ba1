"""Tables on a terminal: their width, sizes, and results of queries."""

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from avista_digital_exchange_sdk.cli.tables import (
    CELLS_NOTE,
    ByteCount,
    ExactText,
    print_data_table,
    print_table,
)

from ..support.command_line import Command
from ..support.terminal import TerminalResult, run_on_terminal
from .conftest import PROGRAM

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")

Show = Callable[..., TerminalResult]
NAME = "measurements of the northern feeders in may, corrected and approved.csv"
QUERY = ["--asset", "a", "--from", "2024-05-01", "--to", "2024-05-02"]


@pytest.fixture
def show(environment: dict[str, str]) -> Show:
    """Runs a command with its output on a terminal."""

    def run(*arguments: object, **variables: str) -> TerminalResult:
        command = [*PROGRAM, *map(str, arguments)]
        return run_on_terminal(command, "stdout", environment | variables)

    return run


@pytest.fixture
def directory(dx: Command, store: str, tmp_path: Path) -> str:
    """A directory with a small file, and a large one with a long name."""
    (tmp_path / "a.csv").write_bytes(b"1")
    (tmp_path / NAME).write_bytes(bytes(1_234_567))
    assert dx("put", tmp_path / "a.csv", tmp_path / NAME, f"{store}/loads/").exit_code == 0
    return f"{store}/loads"


def test_table_of_files_fits_the_terminal_with_readable_sizes_on_the_right(
    show: Show, directory: str
) -> None:
    result = show("ls", directory)
    title, small, large = result.terminal.splitlines()
    assert max(map(len, result.terminal.splitlines())) <= 80
    end = small.index("1 byte") + len("1 byte")
    assert title[:end].endswith("  size")
    assert large[:end].endswith("  1.2 MB")
    assert large.startswith("measure")
    assert ".csv  " in large
    assert len(large.split("dataStoreFileId.")[1]) == len("87ccbe19…")
    assert "--ids" in result.other_stream
    assert "--json" in result.other_stream


def test_table_of_files_has_exact_sizes_with_bytes(show: Show, directory: str) -> None:
    for options in (["--bytes", "ls"], ["ls", "--bytes"]):
        _, small, large = show(*options, directory, COLUMNS="200").terminal.splitlines()
        assert small.split()[:2] == ["a.csv", "1"]
        assert large.startswith(f"{NAME}  1234567  ")


def test_directory_sizes_and_trees_are_readable_on_a_terminal_and_exact_in_a_pipe(
    show: Show, dx: Command, directory: str
) -> None:
    assert [line.split("  dx:")[0] for line in show("du", directory).terminal.splitlines()] == [
        "  size  path",
        "1.2 MB",
        "1 byte",
        "1.2 MB",
    ]
    assert [row[0] for row in dx("du", directory).rows] == ["1234568", "1", "1234567"]
    assert show("tree", directory).terminal.splitlines()[1:] == [
        "├── a.csv  1 byte",
        f"└── {NAME}  1.2 MB",
    ]
    assert f"└── {NAME}  1234567\n" in show("tree", directory, "--bytes").terminal.replace("\r", "")
    assert dx("tree", directory).stdout.splitlines()[1] == "├── a.csv  1"


@pytest.mark.parametrize(
    "options", [["databases"], ["collaboratives"], ["ls"], ["tokens", "list"], ["whoami"]]
)
def test_table_has_no_blank_line_and_fits_80_columns(options: list[str], show: Show) -> None:
    lines = show(*options).terminal.splitlines()
    assert len(lines) > 1
    assert all(lines)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("name", ["é" * 90, "日本" * 45, "e\u0301" * 90], ids=ascii)
def test_table_with_wide_characters_fits_80_columns(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    columns = {"name": lambda _: name, "size": lambda _: ByteCount(34), "id": lambda _: "x" * 40}
    assert print_table([None], columns) == [CELLS_NOTE]
    title, row = capsys.readouterr().out.splitlines()
    assert 70 <= cell_len(row) <= 80
    end = cell_len(row.partition("34 bytes")[0]) + len("34 bytes")
    assert title[:end].endswith("  size")


def test_table_shortens_times_to_minutes_but_no_values(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    time = "2024-05-01T00:00:00.000Z"
    name = f"log of {time}.csv"
    columns = {
        "name": lambda _: name,
        "value": lambda _: ExactText(time),
        "at": lambda _: time,
    }
    assert print_table([None], columns) == [CELLS_NOTE]
    assert f"{name}  {time}  2024-05-01T00:00Z" in capsys.readouterr().out


@pytest.fixture
def published(dx: Command, database: str, tmp_path: Path) -> str:
    """A database with values of many digits."""
    rows = [f"2024-05-01T00:{i // 60:02}:{i % 60:02}Z,{i}.125,{10**i},x{i}" for i in range(12)]
    source = tmp_path / "rows.csv"
    source.write_text("\n".join(["timestamp,kW,count,a text", *rows]))
    options = ["--asset", "a", "--type", "count=BIGINT"]
    assert dx("publish", database, source, *options).exit_code == 0
    return database


def test_query_on_a_terminal_shows_a_table_with_all_digits(
    show: Show, dx: Command, published: str
) -> None:
    query = ["query", published, *QUERY, "--attribute", "kW", "--attribute", "count"]
    result = show(*query)
    piped = dx(*query).stdout
    lines = result.terminal.splitlines()
    assert [line.split() for line in lines] == [
        line.replace(",", " ").split() for line in piped.splitlines()
    ]
    assert len({len(line) for line in lines}) == 1
    assert result.other_stream == "12 rows\n"
    assert show(*query, "--format", "csv").terminal == piped
    assert dx(*query, "--format", "table").stdout == result.terminal


def test_query_wider_than_the_terminal_shows_one_line_per_cell(show: Show, published: str) -> None:
    lines = show("query", published, *QUERY, COLUMNS="60").terminal.splitlines()
    assert max(map(len, lines)) <= 60
    assert lines[:2] == ["row 1", "  assetId    a"]
    assert {"  count      100000000000", "  kW         11.125", "  a text     x11"} < set(lines)
    assert sum(line.startswith("row ") for line in lines) == 12


def test_query_into_a_file_is_never_a_table(dx: Command, database: str, tmp_path: Path) -> None:
    output = tmp_path / "rows.csv"
    result = dx("query", database, *QUERY, "--format", "table", "-o", output)
    assert (result.exit_code, output.exists()) == (2, False)
    assert "--format must be csv, json, parquet if --output is used, got 'table'" in result.stderr


def test_sql_shows_one_header_over_all_pages_and_the_number_of_rows(
    show: Show, database: str
) -> None:
    statement = "SELECT n, n * 2 AS twice FROM UNNEST(SEQUENCE(1, 2500)) AS t(n)"
    result = show("sql", database, statement)
    title, *rows = result.terminal.splitlines()
    assert title.split() == ["n", "twice"]
    assert [row.split() for row in rows] == [[f"{n}", f"{2 * n}"] for n in range(1, 2501)]
    assert result.other_stream == "2,500 rows\n"


def test_sql_reports_the_number_of_rows_unless_quiet(dx: Command, database: str) -> None:
    for options in ([], ["--json"], ["--format", "jsonl"]):
        assert dx("sql", database, "SELECT 1 AS one", *options).stderr == "1 row\n"
    assert dx("sql", database, "SELECT 1 AS one WHERE false").stderr == "0 rows\n"
    assert dx("sql", database, "SELECT 1 AS one", "--quiet").stderr == ""


def test_table_of_a_long_result_takes_little_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with open(os.devnull, "w") as nothing:
        monkeypatch.setattr("sys.stdout", nothing)
        tracemalloc.start()
        try:
            rows = ([str(number), "x" * 100] for number in range(20_000))
            count, _ = print_data_table(["n", "text"], [["1", ""]], rows)
            assert count == 20_001
            assert tracemalloc.get_traced_memory()[1] < 500_000
        finally:
            tracemalloc.stop()
