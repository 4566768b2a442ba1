"""The command `sql`."""

import csv
import json

import pytest

from ..support.command_line import Command
from ..support.options import use_limits

VALUES = "SELECT 1 AS n, 'a\"b' AS text, true AS sure, ARRAY[1, 2] AS list, NULL AS nothing"


@pytest.fixture
def many(dx: Command, database: str, tmp_path: object) -> str:
    """A query of 2,500 rows: three pages."""
    source = tmp_path / "many.csv"
    rows = [f"2024-05-01T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z,{i}" for i in range(2500)]
    source.write_text("\n".join(["timestamp,n", *rows]))
    assert dx("publish", database, source, "--asset", "a").exit_code == 0
    ((_, _, table),) = [row for row in dx("databases").rows if row[1] == database]
    return f"SELECT n FROM {table} ORDER BY time"


class TestSql:
    def test_sql_in_a_pipe_prints_csv(self, dx: Command, database: str) -> None:
        (row,) = csv.DictReader(dx("sql", database, VALUES).stdout.splitlines())
        assert row == {"n": "1", "text": 'a"b', "sure": "true", "list": "[1,2]", "nothing": ""}

    def test_sql_prints_json(self, dx: Command, database: str) -> None:
        row = {"n": 1, "text": 'a"b', "sure": True, "list": [1, 2], "nothing": None}
        assert dx("sql", database, VALUES, "--json").json == [row]
        lines = dx("sql", database, VALUES, "--format", "jsonl").stdout.splitlines()
        assert [json.loads(line) for line in lines] == [row]

    def test_sql_prints_a_table(self, dx: Command, database: str) -> None:
        title, row = dx("sql", database, VALUES, "--format", "table").stdout.splitlines()
        assert title.split() == ["n", "text", "sure", "list", "nothing"]
        assert row.split() == ["1", 'a"b', "true", "[1,2]"]

    def test_sql_prints_all_pages(self, dx: Command, database: str, many: str) -> None:
        rows = csv.DictReader(dx("sql", database, many).stdout.splitlines())
        assert [float(row["n"]) for row in rows] == list(range(2500))
        assert [row["n"] for row in dx("sql", database, many, "--json").json] == list(range(2500))
        lines = dx("sql", database, many, "--format", "jsonl").stdout.splitlines()
        assert [json.loads(line)["n"] for line in lines] == list(range(2500))

    def test_sql_without_rows_prints_the_columns(self, dx: Command, database: str) -> None:
        nothing = "SELECT 1 AS one, 2 AS two WHERE false"
        assert dx("sql", database, nothing).stdout == "one,two\n"
        assert dx("sql", database, nothing, "--json").json == []
        assert dx("sql", database, nothing, "--format", "jsonl").stdout == ""
        assert dx("sql", database, nothing, "--format", "table").stdout.split() == ["one", "two"]

    def test_sql_prints_the_columns_if_the_first_pages_are_empty(
        self, dx: Command, database: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The first page of a query that is still running has no columns.
        use_limits(monkeypatch, first_page_seconds=0)
        assert dx("sql", database, "SELECT 2 AS two").stdout == "two\n2\n"
        table = dx("sql", database, "SELECT 2 AS two", "--format", "table").stdout
        assert table.split() == ["two", "2"]

    def test_sql_reads_the_query_from_standard_input(self, dx: Command, database: str) -> None:
        assert dx("sql", database, "-", input="SELECT 2 AS two\n").stdout == "two\n2\n"

    def test_sql_reports_where_a_query_is_wrong(self, dx: Command, database: str) -> None:
        outcome = dx("sql", database, "SELECT x")
        assert outcome.exit_code == 1
        assert "line 1:8: Column 'x' does not exist" in outcome.stderr
        assert len(outcome.stderr.splitlines()) == 1
