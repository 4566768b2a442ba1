"""The SDK's jobs on a line."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

from avista_digital_exchange_sdk import AvistaDigitalExchange

from . import dataset
from .environment import Environment, Job, Work


@contextmanager
def publish(env: Environment) -> Iterator[Work]:
    """Publish 50 batches of a new asset."""
    with connect_client(env) as exchange:
        records = [
            exchange.createTimeSeriesInputRecord(time, "SECONDS", "kW", "DOUBLE", value)
            for time, value in dataset.plain_values()[: dataset.LINE_RECORDS]
        ]
        yield lambda: exchange.publishToTimeSeriesDatabase(
            env.time_series_db_id, f"meter-{uuid4()}", records
        )


@contextmanager
def publish_telemetry(env: Environment) -> Iterator[Work]:
    """Publish 50 batches of a new IoT endpoint."""
    with connect_client(env) as exchange:
        created = exchange.iot.createEndpoint(
            env.fixtures["iot_hub_id"], env.fixtures["model_id"], f"meter-{uuid4()}"
        )
        records = dataset.iot_records()

        def work() -> None:
            result = exchange.iot.publish(created.iotEndpointId, records)
            assert len(result.recordsWritten) == len(records)

        yield work


@contextmanager
def query_telemetry(env: Environment) -> Iterator[Work]:
    """Query the telemetry of an IoT endpoint."""
    endpoint_id, target = env.fixtures["iot_endpoint_id"], env.path("result.csv")
    with connect_client(env) as exchange:

        def work(seconds: int = dataset.LINE_RECORDS) -> None:
            end = dataset.START + timedelta(seconds=seconds)
            exchange.iot.queryByTimeRange(endpoint_id, ["Power"], dataset.START, end, target)

        # The server takes longer for its first range query, as it prepares the tables.
        work(1)
        yield work


def connect_client(env: Environment) -> AvistaDigitalExchange:
    """Create a connected client for the owner, with lazily imported modules loaded."""
    exchange = AvistaDigitalExchange(env.token, endpoint=env.endpoint, verify=env.verify)
    exchange.getUserInfo()
    return exchange


@contextmanager
def publish_file(env: Environment) -> Iterator[Work]:
    """Publish a CSV file."""
    with connect_client(env) as exchange:
        yield lambda: exchange.publishFileToTimeSeriesDatabase(
            env.time_series_db_id, env.path("rows.csv"), assetId=f"meter-{uuid4()}"
        )


@contextmanager
def filter_page(env: Environment) -> Iterator[Work]:
    """Run a filter query of one page."""
    start, end = dataset.time_range(dataset.PAGE_POINTS)
    with connect_client(env) as exchange:
        yield lambda: exchange.queryTimeSeriesDatabaseWithFilters(
            env.time_series_db_id,
            dataset.filters(),
            start,
            end,
            env.path("result.csv"),
        )


@contextmanager
def filter_pages(env: Environment) -> Iterator[Work]:
    """Run a filter query of many pages, merged on the client."""
    start, end = dataset.time_range(dataset.FILTER_POINTS)
    with connect_client(env) as exchange:
        yield lambda: exchange.queryTimeSeriesDatabaseWithFilters(
            env.time_series_db_id,
            dataset.filters()[:8],
            start,
            end,
            env.path("result.csv"),
            aggregate="client",
        )


def file_system_job(act: Callable[[Any, Environment], object]) -> Job:
    """Do something with a file system whose listings are not cached yet."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        from avista_digital_exchange_sdk.file_system import DataStoreFileSystem

        fs = DataStoreFileSystem(
            token=env.token, endpoint=env.endpoint, verify=env.verify, skip_instance_cache=True
        )
        fs.exchange.getUserInfo()
        yield lambda: act(fs, env)
        fs.close()
        shutil.rmtree(env.path("downloaded"), ignore_errors=True)

    return job


def walk(fs: Any, env: Environment) -> None:
    """Walk all directories."""
    assert len(list(fs.walk(f"{env.data_store_id}/tree"))) == dataset.DIRECTORIES + 1


def tree(fs: Any, env: Environment) -> None:
    """Print all directories."""
    text = fs.tree(f"{env.data_store_id}/tree", recursion_limit=3)
    assert len(text.splitlines()) == dataset.DIRECTORIES + 1


def glob(fs: Any, env: Environment) -> None:
    """Find the inner directories."""
    found = fs.glob(f"{env.data_store_id}/tree/*/*")
    assert len(found) == dataset.DIRECTORIES - dataset.TOP_DIRECTORIES


def get_tree(fs: Any, env: Environment) -> None:
    """Download the directories, which have no files."""
    fs.get(f"{env.data_store_id}/tree", str(env.path("downloaded")), recursive=True)
    folders = [path for path in env.path("downloaded").rglob("*") if path.is_dir()]
    assert len(folders) == dataset.DIRECTORIES


def put(fs: Any, env: Environment) -> None:
    """Upload a folder."""
    target = f"{env.data_store_id}/put-{uuid4()}"
    fs.put(str(env.path("small")), target, recursive=True)
    assert len(fs.find(target)) == dataset.SMALL_FILES


def get(fs: Any, env: Environment) -> None:
    """Download a folder."""
    fs.get(f"{env.data_store_id}/small", str(env.path("downloaded")), recursive=True)
    assert len(list(env.path("downloaded").iterdir())) == dataset.SMALL_FILES


JOBS: dict[str, Job] = {
    "line-publish": publish,
    "line-publish-file": publish_file,
    "line-iot-publish": publish_telemetry,
    "line-iot-query": query_telemetry,
    "line-filter": filter_page,
    "line-filter-8": filter_pages,
    "line-walk": file_system_job(walk),
    "line-tree": file_system_job(tree),
    "line-glob": file_system_job(glob),
    "line-get-tree": file_system_job(get_tree),
    "line-put": file_system_job(put),
    "line-get": file_system_job(get),
}
