"""Minimal implementations of the jobs that run filter queries."""

import base64
import csv
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from pydantic_core import from_json
from websockets.sync.client import ClientConnection, connect

from avista_digital_exchange_sdk._generated.enums import TimeSeriesDbQueryType
from avista_digital_exchange_sdk._generated.input_types import TimeSeriesQueryAssetInput

from . import dataset
from .bare_client import BareClient, curl
from .environment import Environment, Job, Work
from .request_bodies import record_body


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
