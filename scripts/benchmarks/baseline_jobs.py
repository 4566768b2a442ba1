"""Minimal implementations of each job: curl, plain httpx, a JSON parser. Only counts are checked.

Baselines that parse pages fetch them before the measurement starts.
"""

import base64
import csv
import json
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from pydantic_core import from_json
from websockets.sync.client import ClientConnection, connect

from avista_digital_exchange_sdk._generated.client import Client
from avista_digital_exchange_sdk._generated.enums import (
    MeasureValueType,
    TimeSeriesDbQueryType,
    TimeUnit,
)
from avista_digital_exchange_sdk._generated.input_types import (
    TimeSeriesDbDataInput,
    TimeSeriesInputRecord,
    TimeSeriesQueryAssetInput,
)

from . import dataset, local_jobs
from .environment import Environment, Job, Work
from .request_bodies import record_body


class BareClient:
    """Sends requests over one persistent connection, which is opened in advance."""

    def __init__(self, env: Environment) -> None:
        self._endpoint = env.endpoint
        headers = {"Authorization": env.token, "Content-Type": "application/json"}
        verify = ssl.create_default_context(cafile=env.ca_file)
        self.http = httpx.Client(headers=headers, timeout=60, verify=verify)
        self.post(b"{}")

    def post(self, body: bytes) -> bytes:
        """Send a request; return the response."""
        return self.http.post(self._endpoint, content=body).content

    def field(self, body: bytes) -> Any:
        """Send a request; return the value of the only field in its response."""
        response = from_json(self.post(body))
        assert "errors" not in response, response["errors"]
        (value,) = response["data"].values()
        return value


def curl(*arguments: str | Path) -> None:
    """Run curl."""
    subprocess.run(["curl", "--silent", "--show-error", "--fail", *arguments], check=True)


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


class FilterQuery:
    """Fetches the pages of a filter query."""

    def __init__(self, bare: BareClient, env: Environment, points: int) -> None:
        self._bare = bare
        self._env = env
        self._points = points
        self.query_id = ""

    def pages(self) -> Iterator[dict[str, Any]]:
        """Yield each page."""
        start, end = dataset.time_range(self._points)
        assets = [TimeSeriesQueryAssetInput(**entry) for entry in dataset.filters()]
        body = record_body(
            lambda client: client.time_series_db_query_database(
                self._env.time_series_db_id,
                TimeSeriesDbQueryType.TIME_PERIOD,
                assets,
                startTime=start,
                endTime=end,
            )
        )
        request = from_json(body)
        page = self._bare.field(body)
        self.query_id = page["queryId"]
        yield page
        request["variables"]["queryType"] = "NEXT_TOKEN"
        del request["variables"]["startTime"], request["variables"]["endTime"]
        while page["nextToken"]:
            carried = ("nextToken", "clientToken", "queryString")
            request["variables"] |= {name: page[name] for name in carried}
            page = self._bare.field(json.dumps(request).encode())
            yield page


def export(points: int) -> Job:
    """Send the same requests over one plain connection; download the file with curl."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        target = env.path("result.csv")
        bare = BareClient(env)
        query = FilterQuery(bare, env, points)

        def work() -> None:
            with connect(env.realtime_endpoint, subprotocols=_subprotocols(env)) as socket:
                socket.send('{"type": "connection_init"}')
                for _ in query.pages():
                    pass
                socket.send(_subscription(env, query.query_id))
                _receive_message(socket, "start_ack")
                bare.field(_export_request(env, query.query_id))
                message = _receive_message(socket, "data")
            (event,) = message["payload"]["data"].values()
            curl("--output", target, event["url"])

        yield work
        target.unlink()

    return job


def frame(points: int) -> Job:
    """Export in the same way, then read the file with Arrow."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        import pyarrow.csv

        with export(points)(env) as fetch:

            def work() -> None:
                fetch()
                table = pyarrow.csv.read_csv(env.path("result.csv"))
                assert table.num_rows * len(dataset.ATTRIBUTES) == points // dataset.SCALE_DIVISOR

            yield work

    return job


def _receive_message(socket: ClientConnection, message_type: str) -> Any:
    """Return the next message of a type."""
    for data in socket:
        message = json.loads(data)
        assert not message["type"].endswith("error"), message
        if message["type"] == message_type:
            return message
    raise AssertionError("the server closed the connection")


def _authorization(env: Environment) -> dict[str, str]:
    return {"host": httpx.URL(env.endpoint).netloc.decode(), "Authorization": env.token}


def _subprotocols(env: Environment) -> Any:
    header = base64.urlsafe_b64encode(json.dumps(_authorization(env)).encode())
    return ["graphql-ws", f"header-{header.decode().rstrip('=')}"]


def _subscription(env: Environment, query_id: str) -> str:
    query = (
        "subscription s($queryId: String!) "
        "{ onNotifyTimeSeriesQueryExportComplete(queryId: $queryId) { url } }"
    )
    payload = {
        "data": json.dumps({"query": query, "variables": {"queryId": query_id}}),
        "extensions": {"authorization": _authorization(env)},
    }
    return json.dumps({"id": "1", "type": "start", "payload": payload})


def _export_request(env: Environment, query_id: str) -> bytes:
    return record_body(
        lambda client: client.time_series_db_generate_query_result_export_file(
            env.time_series_db_id, query_id
        )
    )


def aggregate(points: int) -> Job:
    """Parse the chunks, and write their values as CSV rows."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        target = env.path("result.csv")
        bare = BareClient(env)
        chunks = []
        with ExitStack() as stack:
            for number, page in enumerate(FilterQuery(bare, env, points).pages()):
                path = env.path(f"chunk-{number}")
                stack.callback(path.unlink)
                path.write_bytes(httpx.get(page["presignedUrl"]).content)
                chunks.append(path)
            yield lambda: _write_csv(chunks, target)
        target.unlink()

    return job


def _write_csv(chunks: list[Path], target: Path) -> None:
    columns = {name: 3 + number for number, name in enumerate(dataset.ATTRIBUTES)}
    with target.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["assetId", "name", "timestamp", *columns])
        for chunk in chunks:
            for asset in from_json(chunk.read_bytes()):
                rows: dict[str, list[str]] = {}
                for attribute in asset["attributes"]:
                    column = columns[attribute["name"]]
                    for point in attribute["data"]:
                        time = point["timestamp"]
                        if time not in rows:
                            timestamp = f"{time[:10]} {time[11:23]}000000"
                            rows[time] = [
                                asset["assetId"],
                                asset["name"],
                                timestamp,
                                *[""] * len(columns),
                            ]
                        rows[time][column] = point["value"]
                writer.writerows(rows.values())


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
