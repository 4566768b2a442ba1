"""Times of queries: dates, relative times and time zones."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, InvalidParameterError

from ....support.admin_client import AdminClient
from ....support.sample_records import single_record

FILTER = [{"assetId": "meter"}]
MAY_1 = int(datetime(2024, 5, 1, tzinfo=UTC).timestamp())
HOUR = 3600

Values = Callable[..., list[float]]


@pytest.fixture
def values(exchange: AvistaDigitalExchange, admin_client: AdminClient) -> Values:
    """Returns the values of a query of hourly readings of 2024-05-01, numbered by hour."""
    database = admin_client.create_database()
    records = [single_record(exchange, MAY_1 + hour * HOUR, "kW", hour) for hour in range(24)]
    exchange.publishToTimeSeriesDatabase(database, "meter", records)

    def query(start: Any, end: Any, **options: Any) -> list[float]:
        table = exchange.queryTimeSeriesDatabaseToArrow(database, FILTER, start, end, **options)
        return [float(value) for value in table["kW"].to_pylist()]

    return query


@pytest.mark.parametrize(
    ("start", "end", "zone", "first", "count"),
    [
        ("2024-05-01", "2024-05-02", None, 0, 24),
        (date(2024, 5, 1), date(2024, 5, 2), None, 0, 24),
        ("2024-05-01", "2024-05-02", "America/Los_Angeles", 7, 17),
        (date(2024, 5, 1), "2024-05-02", "America/Los_Angeles", 7, 17),
        ("2024-05-01T01:00", "2024-05-01 02:59:59.999999999", "UTC", 1, 2),
        ("2024-05-01T01:00:00.000000001", "2024-05-01T03:30", "UTC", 2, 2),
        (datetime(2024, 5, 1, 3), pd.Timestamp("2024-05-01T05:30"), "Europe/Paris", 1, 3),
        ("2024-05-01T03:00:00Z", "2024-05-01T03:30:00Z", "Europe/Paris", 3, 1),
    ],
)
def test_query_times_without_a_zone_are_in_the_requested_zone(
    start: Any, end: Any, zone: str | None, first: int, count: int, values: Values
) -> None:
    found = values(start, end, timeZone=zone)
    assert found == [float(hour) for hour in range(first, first + count)]


@pytest.mark.parametrize("start", ["2024-05-01T00:00", datetime(2024, 5, 1)])
def test_query_times_of_day_without_a_zone_are_refused(start: Any, values: Values) -> None:
    with pytest.raises(InvalidParameterError, match="startTime must be an ISO 8601 timestamp"):
        values(start, "2024-05-02")


@pytest.mark.parametrize(
    ("text", "ago"),
    [
        ("-90s", timedelta(seconds=90)),
        ("-15m", timedelta(minutes=15)),
        ("-12h", timedelta(hours=12)),
        ("-7d", timedelta(days=7)),
        ("-2w", timedelta(weeks=2)),
    ],
)
def test_query_relative_times_count_back_from_now(
    text: str, ago: timedelta, exchange: AvistaDigitalExchange, admin_client: AdminClient
) -> None:
    database = admin_client.create_database()
    now = int(datetime.now(UTC).timestamp())
    before, after = now - int(ago.total_seconds()) - 60, now - int(ago.total_seconds()) + 45
    records = [single_record(exchange, before, "kW", 1), single_record(exchange, after, "kW", 2)]
    exchange.publishToTimeSeriesDatabase(database, "meter", records)
    table = exchange.queryTimeSeriesDatabaseToArrow(database, FILTER, text, "now")
    assert table["kW"].to_pylist() == [2.0]


def test_query_of_a_start_that_is_not_before_the_end_is_refused(values: Values) -> None:
    with pytest.raises(InvalidParameterError, match=r"startTime must be before endTime \(-7d\)"):
        values("-1d", "-7d")


class TestResults:
    @pytest.fixture
    def database(self, exchange: AvistaDigitalExchange, admin_client: AdminClient) -> str:
        """A database with readings around the repeated hour of Los Angeles."""
        database = admin_client.create_database()
        start = int(datetime(2024, 11, 3, 8, tzinfo=UTC).timestamp())
        records = [single_record(exchange, start + n * HOUR, "kW", n) for n in range(3)]
        exchange.publishToTimeSeriesDatabase(database, "meter", records)
        return database

    SPAN = ("2024-11-03", "2024-11-04")
    ZONE = "America/Los_Angeles"
    LOCAL = ("01:00:00-07:00", "01:00:00-08:00", "02:00:00-08:00")

    def test_frames_have_timestamps_of_the_requested_zone(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        arguments = (database, FILTER, *self.SPAN)
        expected = [datetime.fromisoformat(f"2024-11-03T{text}") for text in self.LOCAL]
        frame = exchange.queryTimeSeriesDatabaseToDataFrame(*arguments, timeZone=self.ZONE)
        assert str(frame["timestamp"].dtype) == f"datetime64[ns, {self.ZONE}]"
        polars = exchange.queryTimeSeriesDatabaseToPolars(*arguments, timeZone=self.ZONE)
        table = exchange.queryTimeSeriesDatabaseToArrow(
            *arguments, timeZone=self.ZONE, shape="long"
        )
        for column in (frame["timestamp"], polars["timestamp"], table["timestamp"].to_pylist()):
            assert [time.isoformat() for time in column] == [time.isoformat() for time in expected]

    @pytest.mark.parametrize("aggregate", ["server", "client"])
    def test_csv_has_timestamps_with_the_offset_and_is_published_unchanged(
        self, aggregate: Any, exchange: AvistaDigitalExchange, database: str, tmp_path: Any
    ) -> None:
        target = tmp_path / "local.csv"
        exchange.queryTimeSeriesDatabaseWithFilters(
            database, FILTER, *self.SPAN, target, timeZone=self.ZONE, aggregate=aggregate
        )
        assert target.read_text().splitlines() == [
            "assetId,name,timestamp,kW",
            *(
                f"meter,,2024-11-03 {text[:8]}.000000000{text[8:]},{n}"
                for n, text in enumerate(self.LOCAL)
            ),
        ]
        result = exchange.publishDataFrameToTimeSeriesDatabase(database, pd.read_csv(target))
        assert result.report.valuesUnchanged == 3

    def test_parquet_has_timestamps_of_the_requested_zone(
        self, exchange: AvistaDigitalExchange, database: str, tmp_path: Any
    ) -> None:
        target = tmp_path / "local.parquet"
        exchange.queryTimeSeriesDatabaseWithFilters(
            database, FILTER, *self.SPAN, target, "PARQUET", timeZone=self.ZONE
        )
        times = pd.read_parquet(target)["timestamp"]
        # Python finds ambiguous times of different time zone classes unequal.
        first = times.iloc[0].to_pydatetime().astimezone(UTC)
        assert first == datetime(2024, 11, 3, 1, tzinfo=ZoneInfo(self.ZONE)).astimezone(UTC)
        assert str(times.dtype) == f"datetime64[ns, {self.ZONE}]"

    def test_a_fixed_offset_is_a_time_zone(
        self, exchange: AvistaDigitalExchange, database: str, tmp_path: Any
    ) -> None:
        query = (database, FILTER, *self.SPAN)
        for file_format in ("CSV", "PARQUET"):
            exchange.queryTimeSeriesDatabaseWithFilters(
                *query,
                tmp_path,
                file_format,
                timeZone="-08:00",
            )
        assert "2024-11-03 00:00:00.000000000-08:00" in (tmp_path / "result.csv").read_text()
        expected = datetime.fromisoformat("2024-11-03T00:00:00-08:00")
        frame = exchange.queryTimeSeriesDatabaseToDataFrame(*query, timeZone="-08:00")
        polars = exchange.queryTimeSeriesDatabaseToPolars(*query, timeZone="-08:00")
        parquet = pd.read_parquet(tmp_path / "result.parquet")
        for first in (frame["timestamp"][0], polars["timestamp"][0], parquet["timestamp"][0]):
            assert first == expected

    def test_utc_leaves_csv_unchanged(
        self, exchange: AvistaDigitalExchange, database: str, tmp_path: Any
    ) -> None:
        files = [tmp_path / "default.csv", tmp_path / "utc.csv"]
        for target, zone in zip(files, (None, "UTC"), strict=True):
            exchange.queryTimeSeriesDatabaseWithFilters(
                database, FILTER, *self.SPAN, target, timeZone=zone
            )
        assert files[0].read_bytes() == files[1].read_bytes()

    @pytest.mark.parametrize(
        ("index", "names"),
        [(None, [None]), ("timestamp", ["timestamp"]), (["assetId", "timestamp"],) * 2],
    )
    def test_frame_has_the_requested_index_and_is_published_unchanged(
        self, index: Any, names: list[str | None], exchange: AvistaDigitalExchange, database: str
    ) -> None:
        frame = exchange.queryTimeSeriesDatabaseToDataFrame(
            database, FILTER, *self.SPAN, index=index
        )
        assert list(frame.index.names) == names
        result = exchange.publishDataFrameToTimeSeriesDatabase(database, frame)
        assert result.report.valuesUnchanged == 3

    @pytest.mark.parametrize("index", ["time", ["assetId", "day"], 7, [1], ""])
    def test_index_of_an_unknown_column_is_refused(
        self, index: Any, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^index"):
            exchange.queryTimeSeriesDatabaseToDataFrame(database, FILTER, *self.SPAN, index=index)
