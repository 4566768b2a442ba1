"""The jobs as a user of the SDK writes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import uuid4

from avista_digital_exchange_sdk import AvistaDigitalExchange

from . import dataset
from .environment import Job, Place, Work


def exchange_at(place: Place) -> AvistaDigitalExchange:
    """The owner's exchange, connected; modules that its first call imports are imported."""
    exchange = AvistaDigitalExchange(place.token, endpoint=place.endpoint)
    exchange.getUserInfo()
    return exchange


@contextmanager
def user(place: Place) -> Iterator[Work]:
    """Ask again and again who I am."""
    with exchange_at(place) as exchange:

        def work() -> None:
            for _ in range(dataset.USER_CALLS):
                assert exchange.getUserInfo().firstName

        yield work


@contextmanager
def directory(place: Place) -> Iterator[Work]:
    """List a directory."""
    with exchange_at(place) as exchange:

        def work() -> None:
            listed = exchange.getDataStoreDirectory(place.provided["directoryId"])
            assert len(listed.directories) == len(listed.files) == dataset.ENTRIES // 2

        yield work


def download(name: str) -> Job:
    """Download a file."""

    @contextmanager
    def job(place: Place) -> Iterator[Work]:
        target = place.path("downloaded")
        with exchange_at(place) as exchange:
            yield lambda: exchange.downloadDataStoreFile(place.provided[name], target)
        target.unlink()

    return job


@contextmanager
def upload(place: Place) -> Iterator[Work]:
    """Upload a file."""
    uploaded: list[str] = []
    with exchange_at(place) as exchange:

        def work() -> None:
            file = exchange.uploadFileToDataStore(
                place.dataStoreId, place.homeDirectoryId, place.path("1GiB")
            )
            uploaded.append(file.dataStoreFileId)

        yield work
        exchange.deleteDataStoreFile(uploaded[0])


def filter_query(points: int, aggregate: Literal["server", "client"]) -> Job:
    """Query points by filters into a CSV file."""

    @contextmanager
    def job(place: Place) -> Iterator[Work]:
        target = place.path("result.csv")
        start, end = dataset.interval(points)
        with exchange_at(place) as exchange:
            yield lambda: exchange.queryTimeSeriesDatabaseWithFilters(
                place.timeSeriesDbId,
                dataset.filters(),
                start,
                end,
                target,
                aggregate=aggregate,
            )
        target.unlink()

    return job


def frame(points: int) -> Job:
    """Query points by filters into a frame of pandas."""

    @contextmanager
    def job(place: Place) -> Iterator[Work]:
        # Here, because imports are not measured, and other jobs' memory is.
        import pandas  # noqa: F401
        import pyarrow.csv  # noqa: F401

        start, end = dataset.interval(points)
        with exchange_at(place) as exchange:

            def work() -> None:
                frame = exchange.queryTimeSeriesDatabaseToDataFrame(
                    place.timeSeriesDbId, dataset.filters(), start, end
                )
                assert frame[dataset.ATTRIBUTES].size == points // dataset.FRACTION

            yield work

    return job


@contextmanager
def latest(place: Place) -> Iterator[Work]:
    """Ask for the latest value of each attribute of each asset."""
    with exchange_at(place) as exchange:

        def work() -> None:
            listed = exchange.listTimeSeriesAssetsAndLatestValues(place.provided["latestDbId"])
            assert len(listed) == len(dataset.LATEST_ASSETS)

        yield work


@contextmanager
def sql(place: Place) -> Iterator[Work]:
    """Go through a million rows."""
    with exchange_at(place) as exchange:
        database = exchange.getTimeSeriesDatabase(place.timeSeriesDbId)
        query = dataset.sql(str(database.databaseName), str(database.tableName))

        def work() -> None:
            rows = exchange.iterTimeSeriesDatabase_TimestreamFormat(place.timeSeriesDbId, query)
            assert sum(1 for _ in rows) == dataset.ROWS

        yield work


@contextmanager
def publish(place: Place) -> Iterator[Work]:
    """Publish 100,000 records of a new asset."""
    with exchange_at(place) as exchange:
        records = [
            exchange.createTimeSeriesInputRecord(time, "SECONDS", "kW", "DOUBLE", value)
            for time, value in dataset.plain_values()
        ]
        yield lambda: exchange.publishToTimeSeriesDatabase(
            place.timeSeriesDbId, f"meter-{uuid4()}", records
        )


JOBS: dict[str, Job] = {
    "user": user,
    "directory": directory,
    "download": download("1GiB"),
    "upload": upload,
    "slow-download": download("512MiB"),
    "export-1M": filter_query(1_000_000, "server"),
    "export-10M": filter_query(10_000_000, "server"),
    "aggregate-1M": filter_query(1_000_000, "client"),
    "aggregate-10M": filter_query(10_000_000, "client"),
    "frame-1M": frame(1_000_000),
    "latest": latest,
    "sql": sql,
    "publish": publish,
}
