"""Jobs that measure the Local Exchange instead of a client.

The measured process is the server. The requests come from another process, whose CPU time does not
count, as it ends after the measurement.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic_core import from_json

from avista_digital_exchange_sdk._generated.enums import MeasureValueType, TimeUnit
from avista_digital_exchange_sdk._generated.input_types import (
    TimeSeriesDbDataInput,
    TimeSeriesInputRecord,
    TimeSeriesMeasureValue,
)

from . import dataset
from .environment import Environment, Work
from .request_bodies import record_body
from .runner import ROOT

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEASURES = ("kW", "kVAR", "V")


@contextmanager
def serve_publishes(env: Environment) -> Iterator[Work]:
    """Serve requests that publish, one after the other."""
    # Imported only in the job whose memory it counts towards.
    from avista_digital_exchange_sdk.local import LocalExchange

    with LocalExchange(data=env.path("published")) as local:
        path = env.path("bodies.jsonl")
        path.write_bytes(b"\n".join(_request_bodies(local.timeSeriesDbId)))
        command = [sys.executable, "-m", __name__, local.endpoint, local.token, str(path)]
        sender = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert sender.stdin is not None
        assert sender.stdout is not None
        with sender, sender.stdin as requests, sender.stdout as responses:

            def work() -> None:
                requests.write("send\n")
                requests.flush()
                assert responses.readline() == "sent\n"

            assert responses.readline() == "ready\n"
            yield work


@contextmanager
def insert_rows(env: Environment) -> Iterator[Work]:
    """Parse the same bodies, and insert the rows of each in a transaction of DuckDB."""
    import duckdb

    bodies = _request_bodies("database")
    with duckdb.connect(str(env.path("rows.duckdb"))) as connection:
        columns = ", ".join(f"{name} DOUBLE" for name in MEASURES)
        connection.execute(f"CREATE OR REPLACE TABLE rows (time BIGINT, {columns})")

        def work() -> None:
            for body in bodies:
                _insert(connection, from_json(body)["variables"]["data"]["records"])

        yield work


def _insert(connection: DuckDBPyConnection, records: list[dict[str, Any]]) -> None:
    times = [record["Time"] for record in records]
    measures = [record["MeasureValues"] for record in records]
    values = [[each[index]["Value"] for each in measures] for index in range(len(MEASURES))]
    parameters = ", ".join(["unnest(?::BIGINT[])"] + ["unnest(?::DOUBLE[])"] * len(MEASURES))
    connection.execute(f"INSERT INTO rows SELECT {parameters}", [times, *values])


def _request_bodies(database_id: str) -> list[bytes]:
    """Serialize requests of 100 records with three values each."""
    first = int(dataset.START.timestamp())
    return [
        _request_body(database_id, range(start, start + dataset.BATCH_RECORDS))
        for start in range(
            first,
            first + dataset.LOCAL_BATCHES * dataset.BATCH_RECORDS,
            dataset.BATCH_RECORDS,
        )
    ]


def _request_body(database_id: str, times: range) -> bytes:
    records = [
        TimeSeriesInputRecord(
            time=str(time),
            timeUnit=TimeUnit.SECONDS,
            measureName="measurements",
            measureValueType=MeasureValueType.MULTI,
            measureValues=[
                TimeSeriesMeasureValue(
                    type=MeasureValueType.DOUBLE, name=name, value=dataset.value(time + index)
                )
                for index, name in enumerate(MEASURES)
            ],
            dimensions=[],
            version=1,
        )
        for time in times
    ]
    data = TimeSeriesDbDataInput(records=records)
    return record_body(
        lambda client: client.time_series_db_publish_to_database(database_id, "meter", data)
    )


def main(endpoint: str, token: str, path: str) -> None:
    """Send the request bodies in a file, after a line of standard input."""
    url = urlsplit(endpoint)
    bodies = Path(path).read_bytes().splitlines()
    headers = {"Authorization": token, "Content-Type": "application/json"}
    print("ready", flush=True)
    sys.stdin.readline()
    connection = http.client.HTTPConnection(url.netloc)
    for body in bodies:
        connection.request("POST", url.path, body, headers)
        response = connection.getresponse().read()
        assert b'"errors"' not in response, response
    connection.close()
    print("sent", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
