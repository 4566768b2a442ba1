"""The jobs written for this SDK."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal
from uuid import uuid4

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.types import TimeSeriesInputRecord

from . import dataset, line_jobs, local_jobs
from .environment import Environment, Job, Work
from .line_jobs import connect_client


@contextmanager
def user(env: Environment) -> Iterator[Work]:
    """Request the current user repeatedly."""
    with connect_client(env) as exchange:

        def work() -> None:
            for _ in range(dataset.USER_CALLS):
                assert exchange.getUserInfo().firstName

        yield work


@contextmanager
def directory(env: Environment) -> Iterator[Work]:
    """List a directory."""
    with connect_client(env) as exchange:

        def work() -> None:
            listed = exchange.getDataStoreDirectory(env.fixtures["directory_id"])
            assert len(listed.directories) == len(listed.files) == dataset.ENTRIES // 2

        yield work


def download(name: str) -> Job:
    """Download a file."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        target = env.path("downloaded")
        with connect_client(env) as exchange:
            yield lambda: exchange.downloadDataStoreFile(env.fixtures[name], target)
        target.unlink()

    return job


@contextmanager
def upload(env: Environment) -> Iterator[Work]:
    """Upload a file."""
    uploaded: list[str] = []
    with connect_client(env) as exchange:

        def work() -> None:
            file = exchange.uploadFileToDataStore(
                env.data_store_id, env.home_directory_id, env.path("1GiB")
            )
            uploaded.append(file.dataStoreFileId)

        yield work
        exchange.deleteDataStoreFile(uploaded[0])


def filter_query(points: int, aggregate: Literal["server", "client"]) -> Job:
    """Run a filter query into a CSV file."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        target = env.path("result.csv")
        start, end = dataset.time_range(points)
        with connect_client(env) as exchange:
            yield lambda: exchange.queryTimeSeriesDatabaseWithFilters(
                env.time_series_db_id,
                dataset.filters(),
                start,
                end,
                target,
                aggregate=aggregate,
            )
        target.unlink()

    return job


def frame(points: int) -> Job:
    """Run a filter query into a pandas DataFrame."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        # Import before the measurement, and only in the job whose memory they count towards.
        import pandas  # noqa: F401  # see above
        import pyarrow.csv  # noqa: F401  # see above

        start, end = dataset.time_range(points)
        with connect_client(env) as exchange:

            def work() -> None:
                frame = exchange.queryTimeSeriesDatabaseToDataFrame(
                    env.time_series_db_id, dataset.filters(), start, end
                )
                assert frame[dataset.ATTRIBUTES].size == points // dataset.SCALE_DIVISOR

            yield work

    return job


def latest(database: str, assets: Sequence[str], repetitions: int = 1) -> Job:
    """List the latest value of each attribute of each asset, several times."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        with connect_client(env) as exchange:

            def work() -> None:
                for _ in range(repetitions):
                    listed = exchange.listTimeSeriesAssetsAndLatestValues(env.fixtures[database])
                    assert len(listed) == len(assets)

            yield work

    return job


@contextmanager
def sql(env: Environment) -> Iterator[Work]:
    """Iterate over a million rows."""
    with connect_client(env) as exchange:
        database = exchange.getTimeSeriesDatabase(env.time_series_db_id)
        query = dataset.sql(str(database.databaseName), str(database.tableName))

        def work() -> None:
            rows = exchange.iterTimeSeriesDatabase_TimestreamFormat(env.time_series_db_id, query)
            assert sum(1 for _ in rows) == dataset.ROWS

        yield work


@contextmanager
def records(env: Environment) -> Iterator[Work]:
    """Create 100,000 records."""
    with connect_client(env) as exchange:
        yield lambda: create_records(exchange)


def create_records(exchange: AvistaDigitalExchange) -> list[TimeSeriesInputRecord]:
    """Create the records to publish."""
    return [
        exchange.createTimeSeriesInputRecord(time, "SECONDS", "kW", "DOUBLE", value)
        for time, value in dataset.plain_values()
    ]


@contextmanager
def publish(env: Environment) -> Iterator[Work]:
    """Publish 100,000 records of a new asset."""
    with connect_client(env) as exchange:
        records = create_records(exchange)
        yield lambda: exchange.publishToTimeSeriesDatabase(
            env.time_series_db_id, f"meter-{uuid4()}", records
        )


JOBS: dict[str, Job] = {
    "user": user,
    "directory": directory,
    "download": download("1GiB"),
    "tls-download": download("1GiB"),
    "line-download": download("1GiB"),
    "line-latest": latest("latest_database_id", dataset.LATEST_ASSETS),
    "line-sql": sql,
    "upload": upload,
    "slow-download": download("512MiB"),
    "export-1M": filter_query(1_000_000, "server"),
    "export-10M": filter_query(10_000_000, "server"),
    "aggregate-1M": filter_query(1_000_000, "client"),
    "aggregate-10M": filter_query(10_000_000, "client"),
    "frame-1M": frame(1_000_000),
    "latest": latest("latest_database_id", dataset.LATEST_ASSETS, dataset.LATEST_REPETITIONS),
    "latest-page": latest(
        "latest_page_database_id", dataset.LATEST_PAGE_ASSETS, dataset.LATEST_REPETITIONS
    ),
    "sql": sql,
    "records": records,
    "publish": publish,
    "local-publish": local_jobs.serve_publishes,
    **line_jobs.JOBS,
}
