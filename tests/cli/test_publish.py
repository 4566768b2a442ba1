"""The command `publish`."""

import csv
import inspect
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.main

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk._file_input.mapping_file import OPTION_NAMES
from avista_digital_exchange_sdk._utils.validation import invalid_argument
from avista_digital_exchange_sdk.cli.app import app
from avista_digital_exchange_sdk.cli.command import COMMON_OPTIONS
from avista_digital_exchange_sdk.cli.parameter_names import OPTION_BY_PARAMETER

from ..support.command_line import Command

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes lines to a file."""

    def write(*lines: str, name: str = "may.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return path

    return write


def latest(dx: Command, database: str) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Type, latest value and time by asset and attribute."""
    return {(row[0], row[2]): tuple(row[3:]) for row in dx("assets", database).rows}


class TestColumns:
    def test_publish_infers_attribute_types_from_values(
        self, dx: Command, database: str, write: Write
    ) -> None:
        source = write(
            "assetId,name,timestamp,A kW,count,State,open,since",
            "7,Feeder 7,2024-05-01T00:00:00Z,12.5,3,on,true,2024-01-01T00:00:00Z",
        )
        outcome = dx("publish", database, source)
        assert (outcome.exit_code, outcome.stderr) == (0, "values stored: 5 (rows: 1)\n")
        time = "2024-05-01T00:00:00.000Z"
        assert latest(dx, database) == {
            ("7", "A kW"): ("DOUBLE", "12.5", time),
            ("7", "count"): ("DOUBLE", "3", time),
            ("7", "State"): ("VARCHAR", "on", time),
            ("7", "open"): ("BOOLEAN", "true", time),
            ("7", "since"): ("TIMESTAMP", "2024-01-01 00:00:00.000000000", time),
        }

    def test_publish_maps_columns(self, dx: Command, database: str, write: Write) -> None:
        source = write(
            "meter,label,when,Power,site,note,count",
            "007,Feeder 7,2024-05-01 00:00:00,12,North,x,3",
        )
        columns = ["--asset-column", "meter", "--name-column", "label", "--time-column", "when"]
        options = ["--time-zone", "America/Los_Angeles", "--dimension", "site"]
        measures = ["--measure", "Power", "--measure", "count", "--type", "count=bigint"]
        outcome = dx(
            "publish", database, source, *columns, *options, *measures, "--rename", "Power=A kW"
        )
        assert outcome.exit_code == 0
        time = "2024-05-01T07:00:00.000Z"
        assert latest(dx, database) == {
            ("007", "A kW"): ("DOUBLE", "12", time),
            ("007", "count"): ("BIGINT", "3", time),
        }
        assert dx("assets", database).rows[0][1] == "Feeder 7"

    def test_publish_keeps_the_types_of_the_database(
        self, dx: Command, database: str, write: Write
    ) -> None:
        first = write("timestamp,code,n", "2024-05-01T00:00:00Z,a,1")
        dx("publish", database, first, "--asset", "a", "--type", "n=BIGINT")
        second = write("timestamp,code,n", "2024-05-01T01:00:00Z,007,2")
        assert dx("publish", database, second, "--asset", "b").exit_code == 0
        time = "2024-05-01T01:00:00.000Z"
        assert latest(dx, database)["b", "code"] == ("VARCHAR", "007", time)
        assert latest(dx, database)["b", "n"] == ("BIGINT", "2", time)

    def test_publish_accepts_missing_values(self, dx: Command, database: str, write: Write) -> None:
        source = write(
            "timestamp,a,b",
            "2024-05-01T00:00:00Z,1,",
            "2024-05-01T01:00:00Z,,x",
            "2024-05-01T02:00:00Z,NA,",
        )
        dx("publish", database, source, "--asset", "q")
        assert latest(dx, database) == {
            ("q", "a"): ("DOUBLE", "1", "2024-05-01T00:00:00.000Z"),
            ("q", "b"): ("VARCHAR", "x", "2024-05-01T01:00:00.000Z"),
        }

    def test_publish_accepts_the_output_of_a_query(
        self, dx: Command, database: str, write: Write, tmp_path: Path
    ) -> None:
        dx("publish", database, write("timestamp,a", "2024-05-01T00:00:00Z,1"), "--asset", "q")
        result = tmp_path / "result.csv"
        query = ["query", database, "--asset", "q", "--from", "2024-05-01", "--to", "2024-05-02"]
        dx(*query, "-o", result)
        assert dx("publish", database, result).exit_code == 0

    @pytest.mark.parametrize(
        ("lines", "options", "message"),
        [
            (
                ["timestamp,a", "2024-05-01T00:00:00,1"],
                [],
                "may.csv, line 2, column 'timestamp': '2024-05-01T00:00:00' has no time zone; pass "
                "its time zone, such as --time-zone America/Los_Angeles, --time-zone=-08:00 or "
                "--time-zone UTC",
            ),
            (
                ["timestamp,a,a", "2024-05-01T00:00:00Z,1,2"],
                [],
                "may.csv: 2 columns are called 'a'; name all 3 columns with --column-name",
            ),
            (
                ["timestamp,a,b", "2024-05-01T00:00:00Z,1"],
                [],
                "may.csv, line 2: must have 3 cells like the header, got 2: "
                "'2024-05-01T00:00:00Z,1'; if the last lines are not data, --skip-footer 1 ignores "
                "one; a comma in a cell needs quotes around the cell",
            ),
            (
                ["timestamp,a", "May,1"],
                [],
                "may.csv, column 'timestamp': 'May' is not a timestamp of a known format; pass "
                "its format, such as --time-format '%d/%m/%Y %H:%M', or another column with "
                "--time-column",
            ),
            (
                ["timestamp,a", "2024-05-01T00:00:00Z,x"],
                ["--type", "a=DOUBLE"],
                "may.csv, line 2, column 'a': 'x' is not a DOUBLE, the type requested; "
                "--null-value x treats such cells as missing",
            ),
            (
                ["timestamp,a", "2024-05-01T00:00:00Z,1"],
                ["--type", "b=DOUBLE"],
                "--type must name one of the columns 'a', got 'b'",
            ),
            (
                ["timestamp,a", "2024-05-01T00:00:00Z,1"],
                ["--type", "DOUBLE"],
                str(invalid_argument("--type", "DOUBLE", "of the form COLUMN=TYPE")),
            ),
            (
                ["timestamp,a kW", "2024-05-01T00:00:00Z,1"],
                ["--type", "a kW=FLOAT"],
                "--type 'a kW=TYPE': TYPE must be one of BIGINT, BOOLEAN, DOUBLE, TIMESTAMP, "
                "VARCHAR, got 'FLOAT'",
            ),
            (
                ["timestamp,a", "2024-05-01T00:00:00Z,1"],
                ["--time-format", "%Y-%m-%d", "--time-unit", "s"],
                "--time-unit must be omitted if --time-format is passed, got 's'",
            ),
            (
                ["timestamp,a", "2024-05-01T00:00:00Z,1"],
                ["--attribute-column", "a"],
                "--value-column must be passed with --attribute-column",
            ),
            (
                ["timestamp,a", "2024-05-01T00:00:00Z,1"],
                ["--assets-in-columns", "kW"],
                "--asset must be omitted if --assets-in-columns is passed, got 'q'",
            ),
            (
                ["timestamp,a", "2024-05-01T00:00:00Z,1"],
                ["--rename", "b=c"],
                "--rename must name one of the columns 'a', got 'b'",
            ),
            (
                ["timestamp,a,b", "2024-05-01T00:00:00Z,1,2"],
                ["--rename", "a=b"],
                "may.csv: columns 'a' and 'b' would both be published as 'b'; name one differently "
                "with --rename b=NAME",
            ),
        ],
    )
    def test_publish_reports_unusable_columns_before_sending_anything(
        self,
        dx: Command,
        database: str,
        write: Write,
        lines: list[str],
        options: list[str],
        message: str,
    ) -> None:
        outcome = dx("publish", database, write(*lines), "--asset", "q", *options)
        assert outcome.exit_code == 2
        assert outcome.stderr == f"avista-dx: {message}\n"
        assert latest(dx, database) == {}

    def test_publish_names_the_line_that_is_not_utf_8(
        self, dx: Command, database: str, tmp_path: Path
    ) -> None:
        source = tmp_path / "latin.csv"
        source.write_bytes("timestamp,Ärger\n2024-05-01T00:00:00Z,ä\n".encode("latin-1"))
        outcome = dx("publish", database, source, "--asset", "q")
        assert outcome.exit_code == 2
        assert outcome.stderr == (
            "avista-dx: latin.csv, line 1: is not encoded in UTF-8 (byte 0xc4); pass its encoding, "
            "such as --encoding cp1252\n"
        )


class TestDryRun:
    def test_publish_dry_run_reports_what_would_be_published(
        self, dx: Command, database: str, write: Write
    ) -> None:
        source = write(
            "assetId,timestamp,kW,State",
            "a,2024-05-01T00:00:00Z,1,on",
            "b,2024-05-01T01:00:00Z,2,",
        )
        outcome = dx("publish", database, source, "--dry-run")
        assert outcome.rows == [["kW", "DOUBLE"], ["State", "VARCHAR"]]
        assert "Nothing was published" in outcome.stderr
        report = dx("publish", database, source, "--dry-run", "--json").json
        (file,) = report["files"]
        assert (report["isPublished"], report["rows"], report["valuesStored"]) == (False, 2, 3)
        assert (file["file"], file["assets"]) == ("may.csv", ["a", "b"])
        assert [(column["attribute"], column["type"]) for column in file["columns"]] == [
            ("kW", "DOUBLE"),
            ("State", "VARCHAR"),
        ]
        assert file["startTime"] == "2024-05-01T00:00:00.000Z"
        assert file["endTime"] == "2024-05-01T01:00:00.000Z"
        assert latest(dx, database) == {}

    def test_publish_dry_run_fails_like_publishing(
        self, dx: Command, database: str, write: Write
    ) -> None:
        source = write("timestamp,kW", "2024-05-01T00:00:00,1")
        assert dx("publish", database, source, "--dry-run", "--asset", "a").exit_code == 2


class TestStoredValues:
    TIMES = ("2024-05-01T00:00:00Z", "2024-05-01T01:00:00Z")

    def query(self, dx: Command, database: str) -> list[list[str]]:
        span = ("--from", "2024-05-01", "--to", "2024-05-02")
        result = dx("query", database, "--asset", "a", *span)
        return list(csv.reader(result.stdout.splitlines()))[1:]

    def test_files_with_one_tag_each_are_merged_by_time(
        self, dx: Command, database: str, write: Write
    ) -> None:
        for name in ("kW", "kVAR"):
            source = write(f"timestamp,{name}", *(f"{time},1.5" for time in self.TIMES))
            outcome = dx("publish", database, source, "--asset", "a")
            assert (outcome.exit_code, outcome.stderr) == (0, "values stored: 2 (rows: 2)\n")
        assert sorted(row[3:] for row in self.query(dx, database)) == [["1.5", "1.5"]] * 2

    def test_publish_replaces_values_only_with_the_correct_option(
        self, dx: Command, database: str, write: Write
    ) -> None:
        dx("publish", database, write("timestamp,kW,kVAR", f"{self.TIMES[0]},9999,2"), "--asset=a")
        corrected = write("timestamp,kW", f"{self.TIMES[0]},0.31")
        refused = dx("publish", database, corrected, "--asset", "a")
        assert refused.exit_code == 5
        assert "--correct" in refused.stderr
        outcome = dx("publish", database, corrected, "--asset", "a", "--correct")
        assert outcome.exit_code == 0
        assert "corrected ones among them: 1" in outcome.stderr
        (row,) = self.query(dx, database)
        assert sorted(map(float, row[3:])) == [0.31, 2]

    def test_publish_refuses_another_asset_name_without_rename_assets(
        self, dx: Command, database: str, write: Write
    ) -> None:
        for time, name in zip(self.TIMES, ("Old", "New"), strict=True):
            source = write("assetId,name,timestamp,kW", f"a,{name},{time},1")
            outcome = dx("publish", database, source)
        assert outcome.exit_code == 2
        assert "--rename-assets" in outcome.stderr
        assert dx("publish", database, source, "--rename-assets").exit_code == 0
        assert dx("assets", database).rows[-1][1] == "New"


class TestRejectedRows:
    @pytest.fixture
    def source(self, dx: Command, database: str, write: Write) -> Path:
        """A file whose second and fourth rows differ from the published values."""
        times = [f"2024-05-01T0{hour}:00:00Z" for hour in range(5)]
        dx(
            "publish",
            database,
            write("timestamp,kW", f"{times[1]},1", f"{times[3]},3"),
            "--asset=a",
        )
        return write("timestamp,kW", *(f"{time},10.50" for time in times))

    def test_publish_writes_rejected_rows_to_a_file_with_reasons(
        self, dx: Command, database: str, source: Path
    ) -> None:
        outcome = dx("publish", database, source, "--asset", "a")
        assert outcome.exit_code == 5
        message, location = outcome.stderr.splitlines()
        assert message.startswith("avista-dx: rows: 3 written, 2 rejected; line 3: ")
        rejected = source.with_name("may.csv.rejected.csv")
        assert str(rejected) in location
        rows = list(csv.DictReader(rejected.read_text().splitlines()))
        assert [row["timestamp"] for row in rows] == [
            "2024-05-01T01:00:00Z",
            "2024-05-01T03:00:00Z",
        ]
        assert [row["kW"] for row in rows] == ["10.50", "10.50"]
        assert all(row["rejected because"] for row in rows)

    def test_publish_reports_rejected_rows_as_json(
        self, dx: Command, database: str, source: Path, tmp_path: Path
    ) -> None:
        rejected = tmp_path / "elsewhere.csv"
        arguments = ["publish", database, source, "--asset", "a", "--rejected", rejected]
        outcome = dx(*arguments, "--json")
        assert outcome.exit_code == 5
        assert outcome.json["written"] == 3
        assert [row["line"] for row in outcome.json["rejected"]] == [3, 5]
        assert rejected.exists()

    def test_publish_requires_a_writable_rejects_file_before_sending_anything(
        self, dx: Command, database: str, write: Write, tmp_path: Path
    ) -> None:
        source = write("timestamp,kW", "2024-05-01T00:00:00Z,1")
        missing = tmp_path / "none" / "rejected.csv"
        outcome = dx("publish", database, source, "--asset", "a", "--rejected", missing)
        assert outcome.exit_code == 2
        assert "--rejected must be in an existing directory" in outcome.stderr
        assert latest(dx, database) == {}

    def test_publish_accepts_the_fixed_rejects_file(
        self, dx: Command, database: str, source: Path
    ) -> None:
        dx("publish", database, source, "--asset", "a")
        rejected = source.with_name("may.csv.rejected.csv")
        rejected.write_text(rejected.read_text().replace("T01", "T06").replace("T03", "T07"))
        assert dx("publish", database, rejected, "--asset", "a").exit_code == 0
        assert latest(dx, database) == {
            ("a", "kW"): ("DOUBLE", "10.50", "2024-05-01T07:00:00.000Z")
        }


class TestOptions:
    # The arguments without options.
    OTHERS = frozenset({"timeSeriesDbId", "path", "progress"})

    def test_publish_has_an_option_for_each_argument_of_the_library(self) -> None:
        publish = typer.main.get_command(app).commands["publish"]  # type: ignore[attr-defined]  # a group
        options = {name for parameter in publish.params for name in parameter.opts}
        arguments = inspect.signature(
            AvistaDigitalExchange.publishFileToTimeSeriesDatabase
        ).parameters.keys() - {"self", *self.OTHERS}
        names = {OPTION_BY_PARAMETER.get(argument, argument) for argument in arguments}
        assert names <= options
        own = {"database", "files", "--iot", "--jobs", "-j", "--help", "-h"}
        assert options - names - COMMON_OPTIONS <= own

    @pytest.mark.parametrize(("jobs", "exit_code"), [("1", 0), ("64", 0), ("0", 2), ("65", 2)])
    def test_publish_limits_concurrent_requests(
        self, dx: Command, database: str, write: Write, jobs: str, exit_code: int
    ) -> None:
        source = write("assetId,timestamp,A kW", "7,2024-05-01T00:00:00Z,12.5")
        outcome = dx("publish", database, source, "--jobs", jobs)
        assert (outcome.exit_code, "--jobs" in outcome.stderr) == (exit_code, exit_code == 2)

    def test_mapping_keys_are_the_names_of_options(self) -> None:
        for argument, key in OPTION_NAMES.items():
            assert OPTION_BY_PARAMETER[argument] == f"--{key}"

    def test_inspect_shows_the_interpretation_and_its_problems(
        self, dx: Command, database: str, write: Write
    ) -> None:
        source = write("Zeit;kW", "01.02.2024 00:00;1,5", "01.02.2024 00:15;2,5")
        outcome = dx("publish", database, source, "--asset", "a", "--inspect")
        assert outcome.exit_code == 0
        rows = [(row[0], row[1]) for row in outcome.rows]
        assert ("delimiter", ";") in rows
        assert ("attribute kW", "DOUBLE") in rows
        assert ("row 1", "01.02.2024 00:00 | 1,5") in rows
        problems = [text for name, text in rows if name == "problem"]
        assert len(problems) == 3
        assert "--time-format '%d.%m.%Y %H:%M' or month/day/year" in problems[0]
        assert "'01.02.2024 00:00' has no time zone" in problems[1]
        assert problems[2].startswith(
            "may.csv, line 2, column 'kW': '1,5' is not a plain number; read it with --decimal ','"
        )
        assert latest(dx, database) == {}

    def test_error_message_suggests_valid_options(
        self, dx: Command, database: str, write: Write
    ) -> None:
        source = write("t;kW", "01.02.2024 00:00;1.201,5", "01.02.2024 00:15;(2,5)")
        options = ["--time-format", "%d.%m.%Y %H:%M", "--time-zone=-08:00"]
        refused = dx("publish", database, source, "--asset", "a", *options)
        advice = refused.stderr.partition("read it with ")[2].partition(";")[0]
        assert (
            dx(
                "publish", database, source, "--asset", "a", *options, *shlex.split(advice)
            ).exit_code
            == 0
        )
        assert latest(dx, database) == {("a", "kW"): ("DOUBLE", "-2.5", "2024-02-01T08:15:00.000Z")}
