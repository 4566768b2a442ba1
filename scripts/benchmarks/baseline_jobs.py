"""The least that does each job: curl, bare httpx, a JSON parser. Nothing is checked but the count.

Where a baseline is the parsing of pages, they are fetched before the clock starts to run.
"""

import base64
import csv
import json
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

from . import dataset
from .environment import Job, Place, Work
from .request_bodies import body_of

RECORDS_AT_ONCE = 100


class Bare:
    """Posts bodies, over one connection that is open, and kept."""

    def __init__(self, place: Place) -> None:
        self._endpoint = place.endpoint
        headers = {"Authorization": place.token, "Content-Type": "application/json"}
        self.http = httpx.Client(headers=headers, timeout=60)
        self.post(b"{}")

    def post(self, body: bytes) -> bytes:
        """The answer to a body."""
        return self.http.post(self._endpoint, content=body).content

    def field(self, body: bytes) -> Any:
        """What the one field of an answer holds."""
        answer = from_json(self.post(body))
        assert "errors" not in answer, answer["errors"]
        (value,) = answer["data"].values()
        return value


def curl(*arguments: str | Path) -> None:
    """Run curl."""
    subprocess.run(["curl", "--silent", "--show-error", "--fail", *arguments], check=True)


@contextmanager
def user(place: Place) -> Iterator[Work]:
    """The same POST, its JSON parsed."""
    bare = Bare(place)
    body = body_of(Client.user_get_user_session)

    def work() -> None:
        for _ in range(dataset.USER_CALLS):
            assert bare.http.post(place.endpoint, content=body).json()["data"]

    with closing(bare.http):
        yield work


@contextmanager
def directory(place: Place) -> Iterator[Work]:
    """The same POST, its JSON parsed."""
    bare = Bare(place)
    directoryId = place.provided["directoryId"]
    body = body_of(lambda client: client.storage_get_data_store_directory(directoryId))

    def work() -> None:
        assert len(bare.field(body)["contents"]) == dataset.ENTRIES

    with closing(bare.http):
        yield work


def download(name: str) -> Job:
    """Fetch the file with curl, over one connection."""

    @contextmanager
    def job(place: Place) -> Iterator[Work]:
        target = place.path("downloaded")
        fileId = place.provided[name]
        body = body_of(lambda client: client.storage_get_data_store_file_download(fileId))
        bare = Bare(place)
        answer = from_json(bare.post(body))
        url = answer["data"]["storage_getDataStoreFileDownloadUrl"]["url"]
        yield lambda: curl("--output", target, url)
        target.unlink()

    return job


@contextmanager
def upload(place: Place) -> Iterator[Work]:
    """Send the file with curl."""
    bare = Bare(place)
    store, home = place.dataStoreId, place.homeDirectoryId
    created = bare.field(
        body_of(lambda client: client.storage_create_data_store_file(store, home, "1GiB", ""))
    )
    yield lambda: curl("--upload-file", place.path("1GiB"), created["url"])
    bare.post(body_of(lambda client: client.storage_delete_data_store_file(created["itemId"])))


class FilterQuery:
    """The pages of a filter query, as the platform gives them."""

    def __init__(self, bare: Bare, place: Place, points: int) -> None:
        self._bare = bare
        self._place = place
        self._points = points
        self.queryId = ""

    def pages(self) -> Iterator[dict[str, Any]]:
        """Each page's answer."""
        start, end = dataset.interval(self._points)
        assets = [TimeSeriesQueryAssetInput(**entry) for entry in dataset.filters()]
        body = body_of(
            lambda client: client.time_series_db_query_database(
                self._place.timeSeriesDbId,
                TimeSeriesDbQueryType.TIME_PERIOD,
                assets,
                startTime=start,
                endTime=end,
            )
        )
        request = from_json(body)
        page = self._bare.field(body)
        self.queryId = page["queryId"]
        yield page
        request["variables"]["queryType"] = "NEXT_TOKEN"
        del request["variables"]["startTime"], request["variables"]["endTime"]
        while page["nextToken"]:
            carried = ("nextToken", "clientToken", "queryString")
            request["variables"] |= {name: page[name] for name in carried}
            page = self._bare.field(json.dumps(request).encode())
            yield page


def export(points: int) -> Job:
    """The same exchange: its requests over one bare connection, the file with curl."""

    @contextmanager
    def job(place: Place) -> Iterator[Work]:
        target = place.path("result.csv")
        bare = Bare(place)
        query = FilterQuery(bare, place, points)

        def work() -> None:
            with connect(place.realtimeEndpoint, subprotocols=_subprotocols(place)) as socket:
                socket.send('{"type": "connection_init"}')
                for _ in query.pages():
                    pass
                socket.send(_subscription(place, query.queryId))
                _received(socket, "start_ack")
                bare.field(_export_request(place, query.queryId))
                message = _received(socket, "data")
            (event,) = message["payload"]["data"].values()
            curl("--output", target, event["url"])

        yield work
        target.unlink()

    return job


def frame(points: int) -> Job:
    """The same exchange, and its file read by Arrow."""

    @contextmanager
    def job(place: Place) -> Iterator[Work]:
        import pyarrow.csv

        with export(points)(place) as fetch:

            def work() -> None:
                fetch()
                table = pyarrow.csv.read_csv(place.path("result.csv"))
                assert table.num_rows * len(dataset.ATTRIBUTES) == points // dataset.FRACTION

            yield work

    return job


def _received(socket: ClientConnection, kind: str) -> Any:
    """The next message of a kind."""
    for text in socket:
        message = json.loads(text)
        assert not message["type"].endswith("error"), message
        if message["type"] == kind:
            return message
    raise AssertionError("the server closed the connection")


def _authorization(place: Place) -> dict[str, str]:
    return {"host": httpx.URL(place.endpoint).netloc.decode(), "Authorization": place.token}


def _subprotocols(place: Place) -> Any:
    header = base64.urlsafe_b64encode(json.dumps(_authorization(place)).encode())
    return ["graphql-ws", f"header-{header.decode().rstrip('=')}"]


def _subscription(place: Place, queryId: str) -> str:
    query = (
        "subscription s($queryId: String!) "
        "{ onNotifyTimeSeriesQueryExportComplete(queryId: $queryId) { url } }"
    )
    payload = {
        "data": json.dumps({"query": query, "variables": {"queryId": queryId}}),
        "extensions": {"authorization": _authorization(place)},
    }
    return json.dumps({"id": "1", "type": "start", "payload": payload})


def _export_request(place: Place, queryId: str) -> bytes:
    return body_of(
        lambda client: client.time_series_db_generate_query_result_export_file(
            place.timeSeriesDbId, queryId
        )
    )


def aggregate(points: int) -> Job:
    """Parse the chunks, and write their values as rows of CSV."""

    @contextmanager
    def job(place: Place) -> Iterator[Work]:
        target = place.path("result.csv")
        bare = Bare(place)
        chunks = []
        with ExitStack() as stack:
            for number, page in enumerate(FilterQuery(bare, place, points).pages()):
                path = place.path(f"chunk-{number}")
                stack.callback(path.unlink)
                path.write_bytes(httpx.get(page["presignedUrl"]).content)
                chunks.append(path)
            yield lambda: _write_csv(chunks, target)
        target.unlink()

    return job


def _write_csv(chunks: list[Path], target: Path) -> None:
    places = {name: 3 + number for number, name in enumerate(dataset.ATTRIBUTES)}
    with target.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["assetId", "name", "timestamp", *places])
        for chunk in chunks:
            for asset in from_json(chunk.read_bytes()):
                rows: dict[str, list[str]] = {}
                for attribute in asset["attributes"]:
                    place = places[attribute["name"]]
                    for point in attribute["data"]:
                        time = point["timestamp"]
                        if time not in rows:
                            text = f"{time[:10]} {time[11:23]}000000"
                            rows[time] = [
                                asset["assetId"],
                                asset["name"],
                                text,
                                *[""] * len(places),
                            ]
                        rows[time][place] = point["value"]
                writer.writerows(rows.values())


@contextmanager
def latest(place: Place) -> Iterator[Work]:
    """Parse the same pages."""
    database = place.provided["latestDbId"]
    body = body_of(lambda client: client.time_series_db_list_all_asset_last_values(database))
    pages = _pages(Bare(place), body)
    yield lambda: [from_json(page) for page in pages].clear()


@contextmanager
def sql(place: Place) -> Iterator[Work]:
    """Parse the same pages, and the result that each holds as JSON text."""
    bare = Bare(place)
    database = bare.field(
        body_of(lambda client: client.time_series_db_get_database(place.timeSeriesDbId))
    )
    query = dataset.sql(database["databaseName"], database["tableName"])
    body = body_of(
        lambda client: client.time_series_db_query_database_with_timestream_query(
            place.timeSeriesDbId, query
        )
    )
    pages = _pages(bare, body)

    def work() -> None:
        count = 0
        for page in pages:
            (value,) = from_json(page)["data"].values()
            count += len(from_json(value["resultJSONString"])["Rows"])
        assert count == dataset.ROWS

    yield work


def _pages(bare: Bare, body: bytes) -> list[bytes]:
    """The answers, page by page."""
    request = from_json(body)
    answers = []
    while True:
        answers.append(bare.post(json.dumps(request).encode()))
        (page,) = from_json(answers[-1])["data"].values()
        if "resultJSONString" in page:
            token = from_json(page["resultJSONString"]).get("NextToken")
        else:
            token = page["nextToken"]
        if not token:
            return answers
        request["variables"] |= {"nextToken": token, "clientToken": page["clientToken"]}


@contextmanager
def publish(place: Place) -> Iterator[Work]:
    """Post the same bodies, serialised beforehand, one after the other as the SDK does."""
    asset = f"meter-{uuid4()}"
    values = dataset.plain_values()
    bodies = [
        body_of(
            lambda client, batch=values[first : first + RECORDS_AT_ONCE]: (  # type: ignore[misc]  # bound early
                client.time_series_db_publish_to_database(
                    place.timeSeriesDbId, asset, _data_input(batch)
                )
            )
        )
        for first in range(0, len(values), RECORDS_AT_ONCE)
    ]
    bare = Bare(place)

    def work() -> None:
        for body in bodies:
            bare.post(body)

    yield work


def _data_input(values: list[tuple[int, str]]) -> TimeSeriesDbDataInput:
    records = [
        TimeSeriesInputRecord(
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
    return TimeSeriesDbDataInput(records=records)


JOBS: dict[str, Job] = {
    "user": user,
    "directory": directory,
    "download": download("1GiB"),
    "upload": upload,
    "slow-download": download("512MiB"),
    "export-1M": export(1_000_000),
    "export-10M": export(10_000_000),
    "aggregate-1M": aggregate(1_000_000),
    "aggregate-10M": aggregate(10_000_000),
    "frame-1M": frame(1_000_000),
    "latest": latest,
    "sql": sql,
    "publish": publish,
}
