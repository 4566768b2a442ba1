"""A server with a limited capacity, which records the requests that it processes."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from .background_server import BackgroundServer
from .fake_platform import FakeResponse
from .http_messages import Streams, read_request

# The responses that say that all was written, by operation.
ACCEPTED: dict[str, object] = {
    "timeSeriesDb_publishToDatabase": [],
    "iot_publish": {"iotEndpointId": "e", "recordsWritten": [], "failedRecords": []},
    "dataCapture_publishData": {
        "captureId": "c",
        "dataWritten": [],
        "failedRecords": [],
        "logs": [],
    },
}
TOO_MANY = FakeResponse(429, b"{}")


class ReceivedRequest(NamedTuple):
    """A request and the times at which it was received and answered.

    Attributes:
        body: The GraphQL request.
        in_flight: The number of requests at that time, including this one.
    """

    body: dict[str, Any]
    in_flight: int
    received: float
    answered: float

    @property
    def values(self) -> list[str]:
        """The values of the published records."""
        return find_values(self.body)


def find_values(body: dict[str, Any]) -> list[str]:
    """Find the values of the published records, of which each has one."""
    data = body["variables"]["data"]
    if isinstance(data, dict):
        return [record["MeasureValue"] for record in data["records"]]
    return [
        values[0]["value"]
        for record in data
        for values in (record.get("attributes") or record["attributeValues"],)
    ]


class BusyServer(BackgroundServer):
    """Accepts every published batch.

    Attributes:
        capacity: Maximum number of concurrent requests; others are throttled.
        too_many: The response to others.
        seconds: The time that a request takes.
        respond: Returns the response to a request with values; None accepts it.
        finished: The finished requests.
    """

    def __init__(self) -> None:
        super().__init__()
        self.capacity = 1000
        self.too_many = TOO_MANY
        self.seconds = 0.02
        self.respond: Callable[[list[str]], FakeResponse | None] = lambda values: None
        self.finished: list[ReceivedRequest] = []
        self.throttled: list[float] = []
        self._in_flight = 0
        self._arrival = threading.Condition()
        self._open = asyncio.Event()
        self._open.set()

    @property
    def endpoint(self) -> str:
        """The URL of its API."""
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def peak(self) -> int:
        """The maximum number of concurrent requests."""
        return max(request.in_flight for request in self.finished)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Send no response during a `with` block."""
        self._loop.call_soon_threadsafe(self._open.clear)
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._open.set)

    def wait_for_in_flight(self, number: int) -> None:
        """Wait until a number of requests is in flight."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: self._in_flight >= number, 60)

    async def serve(self, client: Streams) -> None:
        reader, writer = client
        while True:
            message = await read_request(reader)
            received = time.monotonic()
            with self._arrival:
                self._in_flight += 1
                self._arrival.notify_all()
            in_flight = self._in_flight
            try:
                response = await self._process(json.loads(message.begin.partition(b"\r\n\r\n")[2]))
            finally:
                self._in_flight -= 1
            if response is None:
                body = json.loads(message.begin.partition(b"\r\n\r\n")[2])
                self.finished.append(ReceivedRequest(body, in_flight, received, time.monotonic()))
                name = body["operationName"]
                response = FakeResponse(200, json.dumps({"data": {name: ACCEPTED[name]}}).encode())
            head = "".join(f"{name}: {value}\r\n" for name, value in response.headers.items())
            writer.write(
                f"HTTP/1.1 {response.status} X\r\n{head}Content-Length: {len(response.body)}"
                "\r\n\r\n".encode()
                + response.body
            )
            await writer.drain()

    async def _process(self, body: dict[str, Any]) -> FakeResponse | None:
        if self._in_flight > self.capacity:
            self.throttled.append(time.monotonic())
            return self.too_many
        await asyncio.sleep(self.seconds)
        await self._open.wait()
        return self.respond(find_values(body))
