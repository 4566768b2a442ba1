"""Minimal implementations of each job: curl, plain httpx, a JSON parser. Only counts are checked.

Baselines that parse pages fetch them before the measurement starts.
"""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

from pydantic_core import from_json

from avista_digital_exchange_sdk._generated.client import Client
from avista_digital_exchange_sdk._generated.enums import MeasureValueType, TimeUnit
from avista_digital_exchange_sdk._generated.input_types import (
    TimeSeriesDbDataInput,
    TimeSeriesInputRecord,
)

from . import dataset, local_jobs
from .bare_client import BareClient, curl
from .baseline_filter_queries import aggregate, export, frame
from .environment import Environment, Job, Work
from .request_bodies import record_body


@contextmanager
def user(env: Environment) -> Iterator[Work]:
    """Send the same POST request and parse the JSON."""
    bare = BareClient(env)
    body = record_body(Client.user_get_user_session)

    def work() -> None:
        for _ in range(dataset.USER_CALLS):
            assert bare.http.post(env.endpoint, content=body).json()["data"]

    with closing(bare.http):
        yield work


@contextmanager
def directory(env: Environment) -> Iterator[Work]:
    """Send the same POST request and parse the JSON."""
    bare = BareClient(env)
    directory_id = env.fixtures["directory_id"]
    body = record_body(lambda client: client.storage_get_data_store_directory(directory_id))

    def work() -> None:
        assert len(bare.field(body)["contents"]) == dataset.ENTRIES

    with closing(bare.http):
        yield work


def download(name: str) -> Job:
    """Download the file with curl, over one connection."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        target = env.path("downloaded")
        file_id = env.fixtures[name]
        body = record_body(lambda client: client.storage_get_data_store_file_download(file_id))
        bare = BareClient(env)
        response = from_json(bare.post(body))
        url = response["data"]["storage_getDataStoreFileDownloadUrl"]["url"]
        trusted: list[str | Path] = [] if env.ca_file is None else ["--cacert", env.ca_file]
        yield lambda: curl(*trusted, "--output", target, url)
        target.unlink()

    return job


@contextmanager
def upload(env: Environment) -> Iterator[Work]:
    """Upload the file with curl."""
    bare = BareClient(env)
    store, home = env.data_store_id, env.home_directory_id
    created = bare.field(
        record_body(lambda client: client.storage_create_data_store_file(store, home, "1GiB", ""))
    )
    yield lambda: curl("--upload-file", env.path("1GiB"), created["url"])
    bare.post(record_body(lambda client: client.storage_delete_data_store_file(created["itemId"])))


def latest(database: str) -> Job:
    """Parse the same pages, several times."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        pages = _pages(BareClient(env), _latest_body(env.fixtures[database]))

        def work() -> None:
            for _ in range(dataset.LATEST_REPETITIONS):
                [from_json(page) for page in pages].clear()

        yield work

    return job


def _latest_body(database: str) -> bytes:
    return record_body(lambda client: client.time_series_db_list_all_asset_last_values(database))


@contextmanager
def line_latest(env: Environment) -> Iterator[Work]:
    """Fetch the same pages, one after the other."""
    body = _latest_body(env.fixtures["latest_database_id"])
    bare = BareClient(env)
    yield lambda: _pages(bare, body)


@contextmanager
def line_sql(env: Environment) -> Iterator[Work]:
    """Fetch the same pages, one after the other."""
    bare = BareClient(env)
    body = _sql_body(bare, env)
    yield lambda: _pages(bare, body)


def _sql_body(bare: BareClient, env: Environment) -> bytes:
    database = bare.field(
        record_body(lambda client: client.time_series_db_get_database(env.time_series_db_id))
    )
    query = dataset.sql(database["databaseName"], database["tableName"])
    return record_body(
        lambda client: client.time_series_db_query_database_with_timestream_query(
            env.time_series_db_id, query
        )
    )


@contextmanager
def sql(env: Environment) -> Iterator[Work]:
    """Parse the same pages, and the JSON string in each."""
    bare = BareClient(env)
    pages = _pages(bare, _sql_body(bare, env))

    def work() -> None:
        count = 0
        for page in pages:
            (value,) = from_json(page)["data"].values()
            count += len(from_json(value["resultJSONString"])["Rows"])
        assert count == dataset.ROWS

    yield work


def _pages(bare: BareClient, body: bytes) -> list[bytes]:
    """Fetch the response of each page."""
    request = from_json(body)
    responses = []
    while True:
        responses.append(bare.post(json.dumps(request).encode()))
        (page,) = from_json(responses[-1])["data"].values()
        if "resultJSONString" in page:
            token = from_json(page["resultJSONString"]).get("NextToken")
        else:
            token = page["nextToken"]
        if not token:
            return responses
        request["variables"] |= {"nextToken": token, "clientToken": page["clientToken"]}


@contextmanager
def records(_env: Environment) -> Iterator[Work]:
    """Create the same objects without validation."""
    yield lambda: _data_input(dataset.plain_values())


@contextmanager
def publish(env: Environment) -> Iterator[Work]:
    """Send the same requests, serialized in advance, one after the other as the SDK does."""
    asset = f"meter-{uuid4()}"
    values = dataset.plain_values()
    bodies = [
        record_body(
            lambda client, batch=values[first : first + dataset.BATCH_RECORDS]: (  # type: ignore[misc]  # a default binds the batch
                client.time_series_db_publish_to_database(
                    env.time_series_db_id, asset, _data_input(batch)
                )
            )
        )
        for first in range(0, len(values), dataset.BATCH_RECORDS)
    ]
    bare = BareClient(env)

    def work() -> None:
        for body in bodies:
            bare.post(body)

    yield work


def _data_input(values: list[tuple[int, str]]) -> TimeSeriesDbDataInput:
    records = [
        TimeSeriesInputRecord.model_construct(
            time=str(time),
            timeUnit=TimeUnit.SECONDS,
            measureName="kW",
            measureValueType=MeasureValueType.DOUBLE,
            measureValue=value,
            dimensions=[],
            version=1,
        )
        for time, value in values
    ]
    return TimeSeriesDbDataInput.model_construct(records=records)


JOBS: dict[str, Job] = {
    "user": user,
    "directory": directory,
    "download": download("1GiB"),
    "tls-download": download("1GiB"),
    "line-download": download("1GiB"),
    "line-latest": line_latest,
    "line-sql": line_sql,
    "upload": upload,
    "slow-download": download("512MiB"),
    "export-1M": export(1_000_000),
    "export-10M": export(10_000_000),
    "aggregate-1M": aggregate(1_000_000),
    "aggregate-10M": aggregate(10_000_000),
    "frame-1M": frame(1_000_000),
    "latest": latest("latest_database_id"),
    "latest-page": latest("latest_page_database_id"),
    "sql": sql,
    "records": records,
    "publish": publish,
    "local-publish": local_jobs.insert_rows,
}
