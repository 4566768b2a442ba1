"""Mirrors of databases in directories of Parquet files."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dask.dataframe as dask_frame
import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    MirrorReport,
    NotFoundError,
)
from avista_digital_exchange_sdk._time_series.mirror_state import MirroredAsset

from ...support.admin_client import AdminClient

DAY = datetime(2024, 1, 30, tzinfo=UTC)
Publish = Callable[..., None]
Mirror = Callable[..., MirrorReport]


@pytest.fixture
def database(admin_client: AdminClient) -> str:
    return admin_client.create_database()


@pytest.fixture
def publish(exchange: AvistaDigitalExchange, database: str) -> Publish:
    """Publishes hourly values of an asset from a day on."""

    def publish(
        asset: str, day: int = 0, hours: int = 48, *, correct: bool = False, **columns: Any
    ) -> None:
        times = pd.date_range(DAY + timedelta(days=day), periods=hours, freq="h")
        frame = pd.DataFrame(columns or {"kW": [float(n) for n in range(hours)]}, index=times)
        exchange.publishDataFrameToTimeSeriesDatabase(
            database,
            frame,
            assetId=asset,
            correct=correct,
            measureTypes={"count": "BIGINT"} if "count" in columns else None,
        )

    return publish


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def mirror(exchange: AvistaDigitalExchange, database: str, folder: Path) -> Mirror:
    def mirror(**options: Any) -> MirrorReport:
        return exchange.mirrorTimeSeriesDatabase(database, folder, **options)

    return mirror


def read(folder: Path) -> pd.DataFrame:
    frame = pd.read_parquet(folder)
    return frame.sort_values(["assetId", "timestamp"]).reset_index(drop=True)


def check(exchange: AvistaDigitalExchange, database: str, folder: Path) -> None:
    """Compare a mirror with a query of everything."""
    expected = exchange.queryTimeSeriesDatabaseToDataFrame(
        database, [{"assetId": "*"}], "1900-01-01", "2200-01-01"
    )
    expected = expected.sort_values(["assetId", "timestamp"]).reset_index(drop=True)
    mirrored = read(folder)
    assert sorted(mirrored.columns) == sorted(expected.columns)
    pd.testing.assert_frame_equal(mirrored[expected.columns], expected)


def list_files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*/*.parquet"))


def test_mirror_has_a_file_per_asset_and_month(
    publish: Publish, mirror: Mirror, folder: Path, exchange: AvistaDigitalExchange, database: str
) -> None:
    publish("feeder-7", hours=72)
    publish("007", kW=[1.5] * 24, count=range(24), state=["on"] * 24, open=[True] * 24, hours=24)
    report = mirror()
    assert report == (2, 96, 3)
    assert list_files(folder) == [
        "007/2024-01.parquet",
        "feeder-7/2024-01.parquet",
        "feeder-7/2024-02.parquet",
    ]
    check(exchange, database, folder)


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # Dask uses it.
def test_mirror_is_read_by_other_tools_with_its_types(
    publish: Publish, mirror: Mirror, folder: Path
) -> None:
    publish("feeder-7", hours=72)
    publish("007", count=range(24), state=["01"] * 24, hours=24)
    mirror()
    expected = [("007", 24, 276, "01"), ("feeder-7", 72, None, None)]
    query = "SELECT assetId, count(*), sum(count), max(state) FROM '{}' GROUP BY ALL ORDER BY ALL"
    assert duckdb.sql(query.format(folder / "**/*.parquet")).fetchall() == expected
    pattern = pl.scan_parquet(folder / "**/*.parquet").collect()
    frame = pl.read_parquet(folder)
    assert frame.sort("assetId", "timestamp").equals(pattern.sort("assetId", "timestamp"))
    assert frame.schema["timestamp"] == pl.Datetime("ns", "UTC")
    assert frame.schema["count"] == pl.Int64
    assert frame.filter(pl.col("assetId") == "007")["state"].to_list() == ["01"] * 24
    partitions = dask_frame.read_parquet(folder)
    assert partitions["count"].sum().compute(scheduler="sync") == 276
    table = pq.read_table(folder)
    assert table.num_rows == 96
    assert str(table.schema.field("kW").type) == "double"


def test_second_mirror_without_news_makes_few_requests_and_changes_nothing(
    publish: Publish,
    mirror: Mirror,
    folder: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publish("a", hours=24 * 90, kW=[float(n) for n in range(24 * 90)])
    publish("b", hours=24 * 90, kW=[float(n) for n in range(24 * 90)])
    mirror()
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*/*.parquet")}
    assert len(before) == 8
    calls: list[tuple[int, int | None]] = []
    report = mirror(progress=lambda done, total: calls.append((done, total)))
    assert report.filesChanged == 0
    assert report.rowsFetched <= 2 * 49
    assert calls == [(1, 1)]
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*/*.parquet")} == before


def test_mirror_fetches_what_is_new_and_what_was_corrected_within_the_overlap(
    publish: Publish, mirror: Mirror, folder: Path, exchange: AvistaDigitalExchange, database: str
) -> None:
    publish("a", hours=72)
    mirror()
    publish("a", day=2, hours=1, correct=True, kW=[999.5])
    publish("a", day=3, hours=24)
    publish("b", day=-400, hours=2)
    report = mirror(overlap="1d")
    assert report.filesChanged == 2
    check(exchange, database, folder)
    # Beyond the overlap nothing is fetched again, unless it is asked for.
    publish("a", hours=1, correct=True, kW=[-1.5])
    assert mirror(overlap=timedelta(hours=1)).filesChanged == 0
    assert mirror(overlap="52w").filesChanged == 1
    check(exchange, database, folder)


def test_mirror_fetches_the_history_of_new_attributes(
    publish: Publish, mirror: Mirror, folder: Path, exchange: AvistaDigitalExchange, database: str
) -> None:
    publish("a", hours=72)
    publish("b", hours=72)
    mirror()
    publish("a", hours=24, kVAR=[0.5] * 24)
    publish("a", hours=24, name_2=["x"] * 24, timestamp_2=[True] * 24)
    mirror(overlap="0s")
    check(exchange, database, folder)
    assert len({str(pq.read_schema(path)) for path in folder.rglob("*/*.parquet")}) == 1


def test_mirror_of_records_before_1970_has_all_of_them(
    publish: Publish, mirror: Mirror, folder: Path, exchange: AvistaDigitalExchange, database: str
) -> None:
    new_year_1970 = (datetime(1970, 1, 1, tzinfo=UTC) - DAY).days
    publish("a", day=new_year_1970 - 1, hours=48)
    publish("a", day=new_year_1970 - 31, hours=2)
    publish("b", day=new_year_1970 - 10, hours=2)
    assert mirror().rowsFetched == 52
    assert list_files(folder) == ["a/1969-12.parquet", "a/1970-01.parquet", "b/1969-12.parquet"]
    check(exchange, database, folder)
    publish("b", day=new_year_1970 - 5, hours=2)
    assert mirror(overlap="30d").filesChanged == 1
    check(exchange, database, folder)


def test_interrupted_mirror_leaves_whole_files_and_is_resumed(
    publish: Publish, mirror: Mirror, folder: Path, exchange: AvistaDigitalExchange, database: str
) -> None:
    publish("a", hours=24 * 90, kW=[float(n) for n in range(24 * 90)])

    class StopError(Exception):
        pass

    def stop(done: int, total: int | None) -> None:
        assert total == 4
        if done == 2:
            raise StopError

    with pytest.raises(StopError):
        mirror(progress=stop)
    assert list_files(folder) == ["a/2024-01.parquet", "a/2024-02.parquet"]
    assert all(path.suffix in (".parquet", ".json") for path in folder.rglob("*.*"))
    report = mirror(overlap="1d")
    assert report.rowsFetched < 24 * 65
    check(exchange, database, folder)


@pytest.mark.parametrize(
    "names",
    [
        ["a/b", "a\\b", "../up", ".hidden", "_under", "a=b", "CON", "x" * 300, "é", "a.", "50%"],
        ["Meter", "meter", "METER"],
    ],
)
def test_mirror_keeps_assets_of_any_name_apart(
    names: list[str],
    publish: Publish,
    mirror: Mirror,
    folder: Path,
    exchange: AvistaDigitalExchange,
    database: str,
) -> None:
    for n, name in enumerate(names):
        publish(name, hours=2, kW=[float(n)] * 2)
    mirror()
    mirror()
    check(exchange, database, folder)
    directories = [path.name for path in folder.iterdir() if path.is_dir()]
    assert len({name.casefold() for name in directories}) == len(names)
    assert not [name for name in directories if name[0] in "._" or "=" in name]
    assert [path.name for path in folder.parent.iterdir()] == ["mirror"]


def test_mirror_of_an_empty_database_is_empty(mirror: Mirror, folder: Path) -> None:
    assert mirror() == (0, 0, 0)
    assert list_files(folder) == []


def test_mirror_refuses_what_is_no_mirror_of_the_database(
    exchange: AvistaDigitalExchange,
    admin_client: AdminClient,
    publish: Publish,
    mirror: Mirror,
    folder: Path,
) -> None:
    publish("a")
    mirror()
    other = admin_client.create_database()
    with pytest.raises(InvalidParameterError, match="folder must be a mirror of"):
        exchange.mirrorTimeSeriesDatabase(other, folder)
    state = folder / "_mirror.parquet"
    schema = pq.read_schema(state)
    document = json.loads(schema.metadata[b"mirror"])
    newer = json.dumps(document | {"version": 2}).encode()
    pq.write_table(schema.empty_table().replace_schema_metadata({b"mirror": newer}), state)
    with pytest.raises(InvalidParameterError, match="folder must be a mirror of version 1"):
        mirror()
    state.write_bytes(b"PAR1")
    with pytest.raises(InvalidParameterError, match="is damaged"):
        mirror()
    with pytest.raises(NotFoundError):
        exchange.mirrorTimeSeriesDatabase("timeSeriesDbId.none", folder.parent / "other")


@pytest.mark.parametrize("overlap", ["2 days", "-1d", "", 2, None, timedelta(-1)])
def test_mirror_refuses_an_invalid_overlap(overlap: Any, mirror: Mirror) -> None:
    with pytest.raises(InvalidParameterError, match="overlap must be a duration such as"):
        mirror(overlap=overlap)


def test_history_that_another_replaces_is_not_recorded_as_mirrored() -> None:
    asset = MirroredAsset("feeder-7", ["a"], 100)
    assert asset.start_from(["a", "b"]) is None
    asset.note(50)
    # Interrupted. In the next call the asset has no attribute b.
    assert asset.start_from(["a"]) == 100
    asset.note(150)
    asset.complete()
    assert asset == MirroredAsset("feeder-7", ["a"], 150)
    assert asset.start_from(["a", "b"]) is None


def test_history_with_fewer_attributes_starts_again() -> None:
    asset = MirroredAsset("feeder-7", ["a"], 100)
    assert asset.start_from(["a", "b", "c"]) is None
    asset.note(50)
    assert asset.start_from(["a", "c", "b"]) == 50
    assert asset.start_from(["a", "b"]) is None
    asset.note(150)
    asset.complete()
    assert asset == MirroredAsset("feeder-7", ["a", "b"], 150)
