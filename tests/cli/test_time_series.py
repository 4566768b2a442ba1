"""The commands `databases`, `assets` and `query`."""

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_line import Command, CommandResult

HEADER = "assetId,name,timestamp"
RANGE = ("--from", "2024-05-01", "--to", "2024-05-02")


@pytest.fixture
def measured(dx: Command, database: str, tmp_path: Path) -> str:
    """A database with two feeders, of which one has a state."""
    source = tmp_path / "measured.csv"
    source.write_text(
        f"{HEADER},A kW,State\n"
        "feeder-7,Feeder 7,2024-05-01T00:00:00Z,12.5,on\n"
        "feeder-7,Feeder 7,2024-05-01T01:00:00Z,13.25,off\n"
        "feeder-8,Feeder 8,2024-05-01T00:00:00Z,7,\n"
    )
    assert dx("publish", database, source).exit_code == 0
    return database


@pytest.fixture(autouse=True)
def _working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class TestDatabases:
    def test_databases_command_lists_databases_with_their_sql_names(
        self, dx: Command, local: LocalExchange
    ) -> None:
        tables = {row[1]: row[2] for row in dx("databases").rows}
        counted = dx(
            "sql", local.timeSeriesDbId, f"SELECT count(*) AS n FROM {tables[local.timeSeriesDbId]}"
        )
        assert counted.stdout.startswith("n\n")


class TestAssets:
    def test_assets_command_lists_latest_values(self, dx: Command, measured: str) -> None:
        time = "2024-05-01T01:00:00.000Z"
        assert dx("assets", measured).rows[:2] == [
            ["feeder-7", "Feeder 7", "A kW", "DOUBLE", "13.25", time],
            ["feeder-7", "Feeder 7", "State", "VARCHAR", "off", time],
        ]

    def test_assets_command_as_json_uses_the_names_of_the_schema(
        self, dx: Command, measured: str
    ) -> None:
        first, second = dx("assets", measured, "--json").json
        assert [first["assetId"], second["assetId"]] == ["feeder-7", "feeder-8"]
        assert first["attributes"][0]["lastValue"] == "13.25"

    def test_assets_command_of_a_missing_database_is_an_error(self, dx: Command) -> None:
        assert dx("assets", "timeSeriesDbId.none").exit_code == 4


class TestQuery:
    def test_query_writes_csv_to_standard_output(self, dx: Command, measured: str) -> None:
        outcome = dx("query", measured, "--asset", "feeder-7", "--attribute", "A kW", *RANGE)
        assert outcome.stdout.splitlines() == [
            f"{HEADER},A kW",
            "feeder-7,Feeder 7,2024-05-01 00:00:00.000000000,12.5",
            "feeder-7,Feeder 7,2024-05-01 01:00:00.000000000,13.25",
        ]

    def test_query_accepts_several_assets_and_all_their_attributes(
        self, dx: Command, measured: str
    ) -> None:
        outcome = dx("query", measured, "--asset", "feeder-7", "--asset", "feeder-8", *RANGE)
        assert [row["A kW"] for row in csv.DictReader(outcome.stdout.splitlines())] == [
            "12.5",
            "13.25",
            "7",
        ]

    def test_query_accepts_a_filter_file(self, dx: Command, measured: str) -> None:
        filters = [{"assetId": "feeder-7", "attributeNamesFilter": ["State"]}]
        Path("filter.json").write_text(json.dumps(filters))
        outcome = dx("query", measured, "--filter", "filter.json", *RANGE)
        assert outcome.stdout.splitlines()[0] == f"{HEADER},State"

    def test_query_writes_json(self, dx: Command, measured: str) -> None:
        for arguments in (["--json"], ["--format", "json"]):
            (asset,) = dx("query", measured, "--asset", "feeder-8", *RANGE, *arguments).json
            assert asset["attributes"][0]["data"][0]["value"] == "7"

    def test_query_infers_the_format_from_the_file_extension(
        self, dx: Command, measured: str
    ) -> None:
        query = ["query", measured, "--asset", "feeder-7", *RANGE, "-o"]
        assert dx(*query, "may.parquet").stderr == "written: may.parquet\n"
        assert pq.read_table("may.parquet")["A kW"].to_pylist() == [12.5, 13.25]
        dx(*query, "may.json")
        assert json.loads(Path("may.json").read_text())[0]["assetId"] == "feeder-7"
        dx(*query, "may.txt")
        assert Path("may.txt").read_text().startswith(HEADER)
        assert {path.name for path in Path().iterdir()} == {
            "measured.csv",
            "may.parquet",
            "may.json",
            "may.txt",
        }

    def test_query_plots_a_sharp_image(self, dx: Command, measured: str) -> None:
        outcome = dx("query", measured, "--asset", "feeder-7", *RANGE, "--plot", "may.png")
        assert (outcome.exit_code, outcome.stdout) == (0, "")
        with Image.open("may.png") as image:
            assert image.width == 2200

    def test_query_plots_and_writes_the_result(self, dx: Command, measured: str) -> None:
        dx("query", measured, "--asset", "feeder-7", *RANGE, "--plot", "may.svg", "-o", "may.csv")
        assert "<svg" in Path("may.svg").read_text()
        assert Path("may.csv").read_text().startswith(HEADER)

    def test_query_plots_with_options(self, dx: Command, measured: str) -> None:
        plot = ["--plot-size", "8x4", "--plot-style", "dark", "--steps", "*", "--plot-title", "May"]
        outcome = dx("query", measured, "--asset", "feeder-7", *RANGE, "--plot", "may.png", *plot)
        assert outcome.exit_code == 0
        with Image.open("may.png") as image:
            assert image.size == (1600, 800)
            assert image.convert("L").getpixel((5, 795)) < 60

    def test_query_keeps_a_result_that_cannot_be_plotted(self, dx: Command, measured: str) -> None:
        query = ["query", measured, "--asset", "feeder-7", *RANGE, "-o", "may.dat"]
        outcome = dx(*query, "--plot", "may.png", "--steps", "B kW")
        assert outcome.exit_code == 2
        assert "--steps must be one of the result's attributes" in outcome.stderr
        assert Path("may.dat").read_text().startswith(HEADER)
        assert not Path("may.png").exists()

    def test_query_plots_names_of_any_script(self, dx: Command, database: str) -> None:
        Path("named.csv").write_text(
            "timestamp,気温 (°C),مضخة\n2024-05-01T00:00:00Z,1,2\n", "utf-8"
        )
        dx("publish", database, "named.csv", "--asset", "変電所")
        outcome = dx("query", database, "--asset", "変電所", *RANGE, "--plot", "may.png")
        assert (outcome.exit_code, outcome.stderr) == (0, "plotted: may.png\n")

    def test_query_names_the_options_that_make_room(self, dx: Command, database: str) -> None:
        names = ",".join(f"sensor {n}" for n in range(130))
        values = ",".join(["1"] * 130)
        Path("many.csv").write_text(f"timestamp,{names}\n2024-05-01T00:00:00Z,{values}\n")
        dx("publish", database, "many.csv", "--asset", "many")
        query = ["query", database, "--asset", "many", *RANGE, "--plot", "many.png"]
        outcome = dx(*query)
        assert outcome.exit_code == 2
        assert re.search(r"--attribute .*--asset.*--plot-size 11x\d+$", outcome.stderr)

    def test_query_accepts_times_relative_to_now(self, dx: Command, database: str) -> None:
        for hours in (1, 3):
            time = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
            Path("recent.csv").write_text(f"timestamp,kW\n{time},{hours}\n")
            dx("publish", database, "recent.csv", "--asset", "a")
        query = ["query", database, "--asset", "a", "--from"]
        values = [
            [row["kW"] for row in csv.DictReader(dx(*query, *since).stdout.splitlines())]
            for since in (["-2h"], ["-7d"], ["-7d", "--to", "-2h"])
        ]
        assert values == [["1"], ["3", "1"], ["3"]]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--from", "-7d"], "one of --asset, --all and --filter must be used"),
            (
                ["--asset", "a", "--from", "-7 days"],
                "--from must be an ISO 8601 timestamp",
            ),
            (["--asset", "a", "--from", "-999999w"], "--from must be an ISO 8601 timestamp"),
            (["--asset", "a", "--from", "May"], "--from must be an ISO 8601 timestamp"),
            (
                ["--asset", "a", "--from", "2024-05-02", "--to", "2024-05-01"],
                "--from must be before --to",
            ),
            (["--asset", "a", "--from", "-7d", "-o", "none/x.csv"], "--output"),
            (["--asset", "a", "--from", "-7d", "--plot", "x.doc"], "--plot must be a file"),
            (["--asset", "a", "--from", "-7d", "--steps", "x"], "--steps must be used with --plot"),
            (
                ["--asset", "a", "--from", "-7d", "--plot", "x.png", "--plot-style", "x"],
                "--plot-style must be ",
            ),
            (
                ["--asset", "a", "--from", "-7d", "--plot", "x.png", "--plot-size", "big"],
                "--plot-size must be width and height",
            ),
            (
                ["--asset", "a", "--from", "-7d", "--plot", "x.png", "--plot-size", "0x4"],
                "--plot-size must be width",
            ),
            (
                ["--asset", "a", "--from", "-7d", "--time-zone", "Here"],
                "--time-zone must be the name of a time zone",
            ),
            (["--filter", "measured.csv", "--from", "-7d"], "--filter: measured.csv is not JSON"),
            (["--filter", "none.json", "--from", "-7d"], "--filter: none.json cannot be read: No"),
            (["--filter", "other.json", "--from", "-7d"], "--filter[0] must be {"),
        ],
    )
    def test_query_names_the_invalid_option(
        self, dx: Command, measured: str, arguments: list[str], message: str
    ) -> None:
        Path("other.json").write_text('[{"asset": "feeder-7"}]')
        outcome: CommandResult = dx("query", measured, *arguments)
        assert (outcome.exit_code, outcome.stdout) == (2, "")
        assert outcome.stderr.startswith(f"avista-dx: {message}")


class TestTimestamps:
    def test_timestamp_without_a_zone_is_in_the_requested_zone(
        self, dx: Command, measured: str
    ) -> None:
        query = ["query", measured, "--asset", "feeder-7", "--time-zone", "America/Los_Angeles"]
        outcome = dx(*query, "--from", "2024-04-30 17:30", "--to", "2024-04-30 18:30")
        assert [row["A kW"] for row in csv.DictReader(outcome.stdout.splitlines())] == ["13.25"]

    def test_query_writes_timestamps_of_the_time_zone(self, dx: Command, measured: str) -> None:
        query = ["query", measured, "--asset", "feeder-8", "--time-zone", "America/Los_Angeles"]
        outcome = dx(*query, "--from", "2024-04-30", "--to", "2024-05-01")
        assert outcome.stdout.splitlines() == [
            f"{HEADER},A kW",
            "feeder-8,Feeder 8,2024-04-30 17:00:00.000000000-07:00,7",
        ]

    def test_query_plots_and_writes_the_time_zone(self, dx: Command, measured: str) -> None:
        query = ["query", measured, "--asset", "feeder-7", "--time-zone", "America/Los_Angeles"]
        for suffix in ("csv", "parquet"):
            files = ["--plot", "may.svg", "-o", f"may.{suffix}"]
            outcome = dx(*query, "--from", "2024-04-30", "--to", "2024-05-02", *files)
            assert outcome.exit_code == 0, outcome.stderr
        assert "17:00:00.000000000-07:00" in Path("may.csv").read_text()
        assert str(pq.read_schema("may.parquet").field("timestamp").type.tz) == (
            "America/Los_Angeles"
        )


class TestAggregates:
    def test_query_returns_aggregates(self, dx: Command, measured: str) -> None:
        query = ["query", measured, "--asset", "feeder-7", *RANGE]
        assert dx(*query, "--every", "1d").stdout.splitlines() == [
            f"{HEADER},A kW",
            "feeder-7,Feeder 7,2024-05-01 00:00:00.000000000,12.875",
        ]
        functions = ["--how", "max", "--how", "count"]
        result = dx(*query, "--every", "1h", *functions, "--attribute", "A kW")
        assert result.stdout.splitlines()[:2] == [
            f"{HEADER},A kW max,A kW count",
            "feeder-7,Feeder 7,2024-05-01 00:00:00.000000000,12.5,1",
        ]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--how", "max"], "--how must be used with --every"),
            (["--every", "1 day"], "--every must be a period"),
            (["--every", "1d", "--how", "median"], "--how must be one of"),
        ],
    )
    def test_query_refuses_invalid_aggregates(
        self, dx: Command, measured: str, options: list[str], message: str
    ) -> None:
        result = dx("query", measured, "--asset", "feeder-7", *RANGE, *options)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"avista-dx: {message}")


class TestMissingData:
    @pytest.mark.parametrize(
        ("names", "message"),
        [
            (
                ["--asset", "feeder-7", "--attribute", "a kW"],
                "asset 'feeder-7' has no attribute 'a kW' (did you mean 'A kW'?)",
            ),
            (
                ["--asset", "feeder-9"],
                "there is no asset 'feeder-9' (did you mean 'feeder-8' or 'feeder-7'?)",
            ),
            (
                ["--asset", "meter-*"],
                "there is no asset 'meter-*' (there are 'feeder-7', 'feeder-8')",
            ),
        ],
    )
    def test_query_reports_names_that_do_not_exist_and_fails_if_requested(
        self, dx: Command, measured: str, names: list[str], message: str
    ) -> None:
        outcome = dx("query", measured, *names, *RANGE)
        assert (outcome.exit_code, outcome.stderr) == (0, f"avista-dx: warning: {message}\n")
        assert outcome.stdout.startswith(HEADER)
        failed = dx("query", measured, *names, *RANGE, "--fail-empty", "-o", "none.csv")
        assert (failed.exit_code, failed.stderr) == (4, f"avista-dx: {message}\n")
        assert not Path("none.csv").exists()
        assert dx("query", measured, *names, *RANGE, "--quiet").stderr == ""

    def test_query_reports_an_empty_result(self, dx: Command, measured: str) -> None:
        empty = ["query", measured, "--asset", "feeder-7", "--from", "2001-01-01", "--to"]
        outcome = dx(*empty, "2001-01-02")
        assert outcome.exit_code == 0
        assert "no values from 2001-01-01T00:00:00.000Z to 2001-01-02T" in outcome.stderr
        assert dx(*empty, "2001-01-02", "--fail-empty").exit_code == 4

    @pytest.mark.parametrize(
        ("names", "rows"),
        [
            (["--all"], 3),
            (["--asset", "feeder-*"], 3),
            (["--all", "--attribute", "Stat?"], 2),
            (["--asset", "*-8", "--attribute", "*kW"], 1),
        ],
    )
    def test_query_accepts_all_assets_and_patterns(
        self, dx: Command, measured: str, names: list[str], rows: int
    ) -> None:
        outcome = dx("query", measured, *names, *RANGE)
        assert (outcome.exit_code, outcome.stderr) == (0, "")
        assert len(outcome.stdout.splitlines()) == rows + 1

    def test_query_refuses_all_with_assets_or_a_filter(self, dx: Command, measured: str) -> None:
        Path("filter.json").write_text('[{"assetId": "feeder-7"}]')
        for option in (["--asset", "feeder-7"], ["--filter", "filter.json"]):
            outcome = dx("query", measured, "--all", *option, *RANGE)
            assert outcome.exit_code == 2
            assert "one of --asset, --all and --filter must be used" in outcome.stderr


class TestMirror:
    def test_mirror_writes_parquet_files(self, dx: Command, measured: str) -> None:
        outcome = dx("mirror", measured, "feeders")
        assert (outcome.exit_code, outcome.stdout) == (0, "")
        assert outcome.stderr == "assets: 2, rows fetched: 3, files changed: 2\n"
        assert pq.read_table("feeders")["A kW"].to_pylist() == [12.5, 13.25, 7]
        again = dx("mirror", measured, "feeders", "--overlap", "1w", "--json")
        assert again.json == {"assets": 2, "rowsFetched": 3, "filesChanged": 0}

    def test_mirror_names_the_invalid_argument(self, dx: Command, measured: str) -> None:
        outcome = dx("mirror", measured, "feeders", "--overlap", "2 days")
        assert (outcome.exit_code, outcome.stdout) == (2, "")
        assert outcome.stderr.startswith("avista-dx: --overlap must be a duration")
