"""Output on a terminal: tables and progress bars."""

import csv
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

import pytest

from avista_digital_exchange_sdk.cli import progress_bar
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.command_line import Command
from ..support.fake_platform import FakeResponse
from ..support.proxy import Proxy
from ..support.terminal import TerminalResult, answer_on_terminal, run_on_terminal
from .conftest import PROGRAM, Process

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")

SIZE = 3_000_000


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file of some megabytes."""
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(SIZE))
    return path


def shown(
    stream: Literal["stdout", "stderr"], environment: Mapping[str, str], *arguments: object
) -> TerminalResult:
    return run_on_terminal([*PROGRAM, *map(str, arguments)], stream, environment)


class TestTables:
    @pytest.mark.parametrize(
        ("width", "options", "is_whole"),
        [("40", [], False), ("40", ["--ids"], True), ("200", [], True)],
    )
    def test_table_has_ids_that_are_shortened_if_it_is_wider_than_the_terminal(
        self,
        environment: dict[str, str],
        local: LocalExchange,
        width: str,
        options: list[str],
        is_whole: bool,
    ) -> None:
        outcome = shown("stdout", environment | {"COLUMNS": width}, "stores", *options)
        title, *rows = outcome.terminal.splitlines()
        assert title.split() == ["name", "dataStoreId", "description"]
        (row,) = [row for row in rows if row.startswith("Solar site")]
        short = local.dataStoreId.partition("-")[0] + "…"
        assert f" {local.dataStoreId if is_whole else short} " in row
        assert ("--ids shows complete IDs" in outcome.other_stream) == (not is_whole)

    def test_table_is_the_format_of_sql_on_a_terminal(
        self, environment: dict[str, str], local: LocalExchange
    ) -> None:
        outcome = shown("stdout", environment, "sql", local.timeSeriesDbId, "SELECT 1 AS one")
        assert outcome.terminal.split() == ["one", "1"]

    def test_table_is_replaced_by_json_on_request(self, environment: dict[str, str]) -> None:
        assert shown("stdout", environment, "stores", "--json").terminal.startswith("[\n  {")


HOSTILE = "\x1b]0;title\x07\x9b31m\u202e [/red] [kW] :smile:"
VISIBLE = r"\x1b]0;title\x07\x9b31m\u202e [/red] [kW] :smile:"


class TestUntrustedText:
    """Untrusted data: escaped on a terminal, unchanged in a pipe."""

    @pytest.fixture
    def statement(self) -> str:
        return f"SELECT '{HOSTILE}\n' AS \"{HOSTILE}\""

    @pytest.mark.parametrize("options", [(), ("--format", "csv")], ids=["table", "csv"])
    def test_sql_titles_and_cells_are_escaped(
        self,
        options: tuple[str, ...],
        statement: str,
        environment: dict[str, str],
        database: str,
    ) -> None:
        outcome = shown("stdout", environment, "sql", database, statement, *options)
        lines = [line.strip() for line in outcome.terminal.splitlines()]
        assert (outcome.exit_code, lines) == (0, [VISIBLE, rf"{VISIBLE}\n"])

    @pytest.mark.parametrize("kind", ["json", "jsonl"])
    def test_sql_titles_and_cells_in_json_are_escaped(
        self, kind: str, statement: str, environment: dict[str, str], database: str
    ) -> None:
        outcome = shown("stdout", environment, "sql", database, statement, "--format", kind)
        assert not set("\x1b\x07\x9b\u202e") & set(outcome.terminal)
        report = json.loads(outcome.terminal)
        assert (report[0] if kind == "json" else report) == {HOSTILE: f"{HOSTILE}\n"}

    def test_sql_in_a_pipe_is_exact(self, statement: str, process: Process, database: str) -> None:
        rows = csv.reader(process("sql", database, statement).stdout.splitlines(keepends=True))
        assert list(rows) == [[HOSTILE], [f"{HOSTILE}\n"]]

    @pytest.mark.parametrize("kind", ["csv", "json"])
    def test_query_results_are_escaped_on_a_terminal_and_exact_in_a_pipe(
        self,
        kind: str,
        environment: dict[str, str],
        process: Process,
        database: str,
        tmp_path: Path,
    ) -> None:
        source = tmp_path / "rows.csv"
        source.write_text(f"timestamp,name,text\n2024-05-01T00:00:00Z,{HOSTILE},{HOSTILE}\n")
        published = process("publish", database, source, "--asset", "a", "--type", "text=VARCHAR")
        assert published.returncode == 0, published.stderr
        query = ["query", database, "--asset", "a", "--from", "2024-05-01", "--to", "2024-05-02"]
        outcome = shown("stdout", environment, *query, "--format", kind)
        assert not set("\x1b\x07\x9b\u202e") & set(outcome.terminal)
        piped = process(*query, "--format", kind).stdout
        if kind == "csv":
            assert VISIBLE in outcome.terminal
            assert HOSTILE in piped
        else:
            assert json.loads(outcome.terminal) == json.loads(piped)
            assert json.dumps(HOSTILE) in json.dumps(json.loads(piped))

    def test_names_are_escaped_in_tables_and_messages(
        self, environment: dict[str, str], data_store: dict[str, str], admin_client: AdminClient
    ) -> None:
        # A slash would end the name in a path.
        name, visible = (text.replace("/", "|") for text in (HOSTILE, VISIBLE))
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        admin_client.create_directory(store, home, name)
        for command in ("ls", "tree", "find"):
            wide = environment | {"COLUMNS": "120"}
            assert visible in shown("stdout", wide, command, f"dx://{store}").terminal
        url = f"dx://{store}/{name}"
        failed = shown("stderr", environment, "rm", url)
        assert visible[:20] in failed.terminal
        deleted = shown("stderr", environment, "rm", "--recursive", url)
        for outcome in (failed, deleted):
            assert not set("\x1b\x07\x9b\u202e") & set(outcome.terminal)
        assert f"deleted dx://{store}/{visible}" in deleted.terminal


class TestProgressBars:
    def test_progress_bar_shows_name_percent_bytes_files_rate_and_time_left(
        self, environment: dict[str, str], store: str, large: Path, tmp_path: Path
    ) -> None:
        put = shown("stderr", environment, "put", large, store)
        get = shown("stderr", environment, "get", f"{store}/large.bin", tmp_path / "copy.bin")
        for outcome, what in ((put, "uploaded"), (get, "downloaded")):
            assert (outcome.exit_code, outcome.other_stream) == (0, "")
            for part in ("large.bin", "100%", "3.0/3.0 MB", "1/1 file", "B/s", "0:00:0"):
                assert part in outcome.terminal
            assert outcome.terminal.splitlines()[-1].startswith(what)

    def test_progress_bar_of_many_files_fits_80_columns_on_any_background(
        self, environment: dict[str, str], store: str, tmp_path: Path
    ) -> None:
        folder = tmp_path / "loads"
        folder.mkdir()
        for number in range(12):
            (folder / f"{number:02} {'long name ' * 9}.csv").write_bytes(bytes(100_000))
        outcome = shown("stderr", environment, "put", "--recursive", folder, store)
        assert "12/12 files" in outcome.terminal
        assert "1.2/1.2 MB" in outcome.terminal
        *bars, _ = re.split(r"[\r\n]+", outcome.terminal.strip())
        assert max(map(len, bars)) <= 80
        assert any(re.match(r"\d\d long name.*… ", bar) for bar in bars)
        colors = {escape for escape in outcome.escapes if escape.endswith("m")}
        # Green, and gray for the rest of the bar.
        assert colors <= {"\x1b[0m", "\x1b[32m", "\x1b[90m"}

    def test_progress_bar_of_zip_shows_the_name_of_the_file(
        self, environment: dict[str, str], store: str, large: Path, tmp_path: Path, process: Process
    ) -> None:
        assert process("put", large, store).returncode == 0
        url = f"{store}/large.bin"
        outcome = shown("stderr", environment, "zip", url, "-o", tmp_path / "loads.zip")
        assert outcome.exit_code == 0
        assert re.search(r"loads\.zip +[━╸╺]", outcome.terminal)

    def test_progress_bar_counts_published_and_read_rows(
        self, environment: dict[str, str], database: str, tmp_path: Path
    ) -> None:
        rows = [f"2024-05-01T00:{i // 60:02}:{i % 60:02}Z,{i}" for i in range(1500)]
        source = tmp_path / "many.csv"
        source.write_text("\n".join(["timestamp,n", *rows]))
        publish = shown("stderr", environment, "publish", database, source, "--asset", "a")
        assert "1,500/1,500 rows" in publish.terminal
        assert re.search(r"many\.csv +━+ 100%", publish.terminal)
        query = ["query", database, "--asset", "a", "--from", "2024-05-01", "--to", "2024-05-02"]
        read = shown("stderr", environment, *query)
        assert len(read.other_stream.splitlines()) == 1501
        assert "querying" in read.terminal
        assert re.search(r"\d pages?\b", read.terminal)
        written = shown("stderr", environment, *query, "-o", tmp_path / "out.csv")
        assert re.search(r"out\.csv +[━╸╺]", written.terminal)
        for outcome in (publish, read, written):
            assert not re.search(r"\b0 (pages|rows)", outcome.terminal)

    def test_progress_bar_of_several_published_files_counts_them(
        self, environment: dict[str, str], database: str, tmp_path: Path
    ) -> None:
        sources = [tmp_path / f"{name}.csv" for name in ("one", "two")]
        for number, source in enumerate(sources):
            source.write_text(f"timestamp,n\n2024-05-0{number + 1}T00:00:00Z,1\n")
        publish = shown("stderr", environment, "publish", database, *sources, "--asset", "a")
        assert publish.exit_code == 0
        assert re.search(r"two\.csv .* 1/2 files", publish.terminal)

    def test_progress_bar_of_copies_within_the_platform_counts_bytes_and_files(
        self,
        environment: dict[str, str],
        store: str,
        admin_client: AdminClient,
        large: Path,
        process: Process,
    ) -> None:
        assert process("put", large, f"{store}/a/large.bin").returncode == 0
        other_store = admin_client.create_data_store("Copies")["dataStoreId"]
        commands = (["cp", "--recursive", f"{store}/a"], ["mv", f"{store}/a"])
        for command in commands:
            target = f"dx://{other_store}/{command[0]}"
            outcome = shown("stderr", environment, *command, "--jobs", "1", target)
            assert outcome.exit_code == 0
            for part in ("large.bin", "100%", "3.0/3.0 MB", "1/1 file"):
                assert part in outcome.terminal

    def test_progress_bar_does_not_mix_with_data(
        self, environment: dict[str, str], database: str, tmp_path: Path
    ) -> None:
        statement = "SELECT 1 AS one UNION ALL SELECT 2"
        outcome = shown("stderr", environment, "sql", database, statement)
        assert "reading" in outcome.terminal
        assert outcome.other_stream == "one\n1\n2\n"

    def test_progress_bar_is_hidden_by_quiet(
        self, environment: dict[str, str], store: str, large: Path
    ) -> None:
        outcome = shown("stderr", environment, "put", large, store, "--quiet")
        assert (outcome.exit_code, outcome.terminal) == (0, "")

    def test_progress_bar_is_hidden_without_a_terminal(
        self, process: Process, store: str, large: Path
    ) -> None:
        outcome = process("put", large, store)
        assert outcome.stderr == f"uploaded 1 file ({SIZE:,} bytes) to {store}\n"


class TestProgressLines:
    """Without a terminal, such as in the log of a CI job."""

    LINE = re.compile(
        r"uploading large\.bin: 100%, 3\.0/3\.0 MB(, [01]/1 file)?, .*B/s, 0:00:00 left"
    )

    def test_progress_of_a_long_command_is_printed_line_by_line(
        self, dx: Command, store: str, large: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(progress_bar, "LOG_INTERVAL_SECONDS", 0)
        *lines, _ = dx("put", large, store).stderr.splitlines()
        assert any(map(self.LINE.fullmatch, lines))
        assert dx("put", "--force", "--quiet", large, store).stderr == ""

    def test_progress_without_a_total_is_a_count(
        self, dx: Command, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(progress_bar, "LOG_INTERVAL_SECONDS", 0)
        *lines, last = dx("sql", database, "SELECT 1 AS one").stderr.splitlines()
        assert re.fullmatch(r"reading: 1 row, \d+ rows?/s", lines[-1])
        assert last == "1 row"


class TestRetries:
    NAMES: ClassVar[dict[str, tuple[str, list[str]]]] = {
        "a call": ("user_getUserSession", ["whoami"]),
        "a transfer": ("GET", ["get", "{store}/large.bin", "{folder}/copy.bin"]),
    }

    @pytest.fixture
    def throttled(
        self,
        request: pytest.FixtureRequest,
        proxy: Proxy,
        environment: dict[str, str],
        store: str,
        large: Path,
        tmp_path: Path,
        process: Process,
    ) -> tuple[list[str], dict[str, str]]:
        """A command, and the request that the platform refuses once."""
        assert process("put", large, store).returncode == 0
        name, command = self.NAMES[request.param]
        proxy.responses[name] = [FakeResponse(503)]
        command = [part.format(store=store, folder=tmp_path) for part in command]
        return command, environment | {"AVISTA_DX_ENDPOINT": proxy.endpoint}

    @pytest.mark.parametrize("throttled", NAMES, indirect=True)
    def test_retry_is_reported_on_a_terminal(
        self, throttled: tuple[list[str], dict[str, str]]
    ) -> None:
        command, environment = throttled
        outcome = shown("stderr", environment, *command)
        assert outcome.exit_code == 0
        (line,) = [line for line in outcome.terminal.splitlines() if "retrying in" in line]
        assert re.search(r"avista-dx: .*503.*; retrying in [0-9.]+ s$", line)

    @pytest.mark.parametrize("throttled", NAMES, indirect=True)
    def test_retry_is_not_reported_with_quiet(
        self, throttled: tuple[list[str], dict[str, str]]
    ) -> None:
        command, environment = throttled
        outcome = shown("stderr", environment, *command, "--quiet")
        assert (outcome.exit_code, outcome.terminal) == (0, "")

    @pytest.mark.parametrize("throttled", NAMES, indirect=True)
    def test_retry_is_not_reported_without_a_terminal(
        self, throttled: tuple[list[str], dict[str, str]], process: Process
    ) -> None:
        command, environment = throttled
        outcome = process(*command, env=environment)
        assert outcome.returncode == 0
        assert "trying" not in outcome.stderr


@pytest.mark.parametrize(
    ("answer", "exit_code", "message"),
    [
        (b"n\n", 1, "cancelled; nothing was deleted"),
        (b"\x04", 1, "cancelled; nothing was deleted"),
        (b"\x03", 130, "interrupted"),
        (b"y\n", 0, "deleted: Name"),
    ],
)
def test_delete_asks_on_a_terminal(
    environment: dict[str, str], process: Process, answer: bytes, exit_code: int, message: str
) -> None:
    process("databases", "create", "Name")
    outcome = answer_on_terminal([*PROGRAM, "databases", "delete", "Name"], answer, environment)
    assert outcome.exit_code == exit_code
    assert "Delete the database Name with everything in it? [y/N]" in outcome.terminal
    assert message in outcome.terminal
    listed = process("databases").stdout
    assert ("Name\t" in listed) == (exit_code != 0)
    process("databases", "delete", "Name")
