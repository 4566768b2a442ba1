"""Dripping responses, connections that never open, and floods all time out."""

import asyncio
import base64
import hashlib
import re
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    ConnectionFailedError,
    DigitalExchangeError,
    ExportTimeoutError,
    RequestTimeoutError,
    SubscriptionError,
    TransferError,
)
from avista_digital_exchange_sdk._backends import run_sync
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..network_faults.scenarios import http
from ..services.storage.test_data_stores import FILE
from ..support.fake_platform import TOKEN
from ..support.http_messages import Streams, discard, read_frame, read_request, text_frame
from ..support.options import use_options
from .server import TIMES, MaliciousServer, ok

GET_USER = "user_getUserSession"
CREATE = "storage_createDataStoreFile"
DELETE = "storage_deleteDataStoreFile"
USER = {"user": {"userId": "u1", "firstName": "Ada", "lastName": "L", "organization": None}}
TIMEOUT = 0.5


class DrippingServer(MaliciousServer):
    """Sends a response in pieces, or a part of it repeatedly.

    Attributes:
        slowly: Responses sent in pieces, by operation or method: the size of a piece, and the
            delay in seconds after it.
        repeated: Bytes sent repeatedly before a response.
    """

    def __init__(self) -> None:
        super().__init__()
        self.slowly: dict[str, tuple[int, float]] = {}
        self.repeated: dict[str, bytes] = {}

    async def serve(self, client: Streams) -> None:
        while True:
            request = await read_request(client[0])
            self.heads.append(request.begin.partition(b"\r\n\r\n")[0].decode())
            await discard(client[0], request.rest)
            while repeated := self.repeated.get(request.name):
                client[1].write(repeated)
                await client[1].drain()
                # drain() does not always yield to other tasks.
                await asyncio.sleep(0)
            response = self.responses[request.name][0]
            piece, pause = self.slowly.get(request.name, (len(response), 0))
            head, end, body = response.partition(b"\r\n\r\n")
            client[1].write(head + end)
            for start in range(0, len(body), piece):
                client[1].write(body[start : start + piece])
                await client[1].drain()
                await asyncio.sleep(pause)


@pytest.fixture
def dripping_server() -> Iterator[DrippingServer]:
    with DrippingServer().running() as dripping_server:
        yield dripping_server


@pytest.fixture
def exchange(dripping_server: DrippingServer, connect: Connect) -> AvistaDigitalExchange:
    endpoint = f"{dripping_server.url}/graphql"
    return connect(TOKEN, endpoint=endpoint, maxRetries=0, timeout=TIMEOUT)


class TestResponses:
    @pytest.mark.parametrize("status", ["200 OK", "500 No"])
    def test_dripping_response_times_out(
        self, status: str, dripping_server: DrippingServer, exchange: AvistaDigitalExchange
    ) -> None:
        dripping_server.respond_with(GET_USER, http(status, b" " * 10_000))
        dripping_server.slowly[GET_USER] = (1, 0.05)
        with pytest.raises(RequestTimeoutError, match=r"no response within 0\.5 s"):
            exchange.getUserInfo()

    def test_slow_but_steady_response_is_accepted(
        self, dripping_server: DrippingServer, connect: Connect
    ) -> None:
        endpoint = f"{dripping_server.url}/graphql"
        exchange = connect(TOKEN, endpoint=endpoint, maxRetries=0, timeout=2 * TIMEOUT)
        response = ok({"data": {GET_USER: USER}})
        dripping_server.respond_with(GET_USER, ok(b" " * 5000 + response.partition(b"\r\n\r\n")[2]))
        dripping_server.slowly[GET_USER] = (500, 0.15)
        started = time.monotonic()
        assert exchange.getUserInfo().firstName == "Ada"
        assert time.monotonic() - started > 3 * TIMEOUT

    @pytest.mark.parametrize("name", [GET_USER, "GET", "PUT"])
    def test_endless_interim_responses_time_out(
        self,
        name: str,
        dripping_server: DrippingServer,
        exchange: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        dripping_server.repeated[name] = b"HTTP/1.1 102 Processing\r\n\r\n" * 100
        with pytest.raises(
            (RequestTimeoutError, TransferError), match=r"no response within 0\.5 s"
        ):
            ask(name, dripping_server, exchange, tmp_path)

    @pytest.mark.parametrize("status", ["403 Forbidden", "503 No"])
    def test_dripping_error_of_a_download_raises_that_error(
        self,
        status: str,
        dripping_server: DrippingServer,
        exchange: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        dripping_server.respond_with("GET", http(status, b"<Code>" * 1000))
        dripping_server.slowly["GET"] = (1, 0.05)
        with pytest.raises(TransferError, match=rf"refused: {status[:3]}"):
            ask("GET", dripping_server, exchange, tmp_path)

    @pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "503 No"])
    def test_dripping_response_to_an_upload_times_out(
        self,
        status: str,
        dripping_server: DrippingServer,
        exchange: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        dripping_server.respond_with("PUT", http(status, b"<Code>" * 1000))
        dripping_server.slowly["PUT"] = (1, 0.05)
        with pytest.raises(TransferError, match=r"no response within 0\.5 s"):
            ask("PUT", dripping_server, exchange, tmp_path)

    def test_dripping_result_chunk_times_out(
        self, dripping_server: DrippingServer, exchange: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        dripping_server.respond_with_page()
        dripping_server.respond_with("GET", ok(b"[" + b" " * 10_000 + b"]"))
        dripping_server.slowly["GET"] = (1, 0.05)
        with pytest.raises(DigitalExchangeError, match=r"no response within 0\.5 s"):
            exchange.queryTimeSeriesDatabaseWithFilters(
                "db", [{"assetId": "meter"}], *TIMES, tmp_path, aggregate="client"
            )

    def test_download_may_take_long_while_bytes_arrive(
        self, dripping_server: DrippingServer, connect: Connect, tmp_path: Path
    ) -> None:
        endpoint = f"{dripping_server.url}/graphql"
        exchange = connect(TOKEN, endpoint=endpoint, maxRetries=0, timeout=2 * TIMEOUT)
        dripping_server.respond_with_file(ok(b"x" * 40))
        dripping_server.slowly["GET"] = (1, 0.05)
        exchange.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert (tmp_path / "load.csv").read_bytes() == b"x" * 40

    def test_cleanup_does_not_wait_for_other_calls(self, dripping_server: DrippingServer) -> None:
        dripping_server.repeated[GET_USER] = b"HTTP/1.1 102 Processing\r\n\r\n"
        dripping_server.respond_with(DELETE, ok({"data": {DELETE: FILE}}))
        endpoint = f"{dripping_server.url}/graphql"
        options: dict[str, Any] = {"maxRetries": 0, "maxConcurrency": 1, "timeout": 3600}
        dripping_server.respond_with(GET_USER, ok({"data": {GET_USER: USER}}))
        with AvistaDigitalExchange(TOKEN, endpoint=endpoint, **options) as exchange:
            call = threading.Thread(target=exchange.getUserInfo)
            call.start()
            while not dripping_server.heads:
                time.sleep(0.01)
            client = exchange._graphql_client.for_cleanup()
            run_sync(client.storage_delete_data_store_file("file"))
            assert call.is_alive()
            dripping_server.repeated.clear()
            call.join()


def ask(
    name: str, dripping_server: DrippingServer, exchange: AvistaDigitalExchange, folder: Path
) -> None:
    """Make the named request."""
    if name == GET_USER:
        exchange.getUserInfo()
    elif name == "GET":
        dripping_server.respond_with_file(*dripping_server.responses.get("GET", []))
        exchange.downloadDataStoreFile("file", folder / "load.csv")
    else:
        created = {"itemId": "1", "url": f"{dripping_server.url}/object?X-Amz-Signature=5ec7e7"}
        dripping_server.respond_with(CREATE, ok({"data": {CREATE: created}}))
        dripping_server.respond_with(DELETE, ok({"data": {}}))
        (folder / "load.csv").write_bytes(b"1")
        exchange.uploadFileToDataStore("store", "directory", folder / "load.csv")


@pytest.fixture
def black_hole() -> Iterator[Callable[[str, int], int]]:
    """Creates loopback addresses where connections are neither accepted nor refused."""
    if sys.platform != "linux":
        pytest.skip("elsewhere a full backlog refuses")
    sockets: list[socket.socket] = []

    def make(host: str, port: int) -> int:
        listener = socket.create_server((host, port), backlog=0)
        sockets.append(listener)
        for _ in range(4):
            waiting = socket.socket()
            sockets.append(waiting)
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        return int(listener.getsockname()[1])

    yield make
    for one in sockets:
        one.close()


class TestConnecting:
    @pytest.fixture(autouse=True)
    def _short_delays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        use_options(monkeypatch, connect_timeout=1, min_connect_timeout=0.1)

    def test_connection_that_never_opens_raises_a_connect_timeout(
        self, black_hole: Callable[[str, int], int], connect: Connect
    ) -> None:
        endpoint = f"http://127.0.0.1:{black_hole('127.0.0.1', 0)}/graphql"
        exchange = connect(TOKEN, endpoint=endpoint, maxRetries=1, timeout=60)
        with pytest.raises(RequestTimeoutError, match=r"no connection to \S+ within 1 s") as caught:
            exchange.getUserInfo()
        assert not caught.value.sent

    def test_other_addresses_of_a_host_are_tried_within_the_timeout(
        self,
        black_hole: Callable[[str, int], int],
        local: LocalExchange,
        connect: Connect,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        port = int(local.endpoint.rpartition(":")[2].partition("/")[0])
        black_hole("127.0.0.2", port)
        original = socket.getaddrinfo

        def response(host: Any, *args: Any, **options: Any) -> Any:
            hosts = ["127.0.0.2", "127.0.0.1"] if host in ("localhost", b"localhost") else [host]
            return [info for one in hosts for info in original(one, *args, **options)]

        monkeypatch.setattr(socket, "getaddrinfo", response)
        endpoint = f"http://localhost:{port}/graphql"
        exchange = connect(local.token, endpoint=endpoint, maxRetries=0)
        assert exchange.getUserInfo().firstName == "Ada"

    def test_handshakes_that_never_end_do_not_block_each_other(self) -> None:
        failures: list[str] = []

        def call(exchange: AvistaDigitalExchange) -> None:
            with pytest.raises(RequestTimeoutError) as caught:
                exchange.getUserInfo()
            failures.append(str(caught.value))

        with socket.create_server(("127.0.0.1", 0)) as silent:
            endpoint = f"https://127.0.0.1:{silent.getsockname()[1]}/graphql"
            with AvistaDigitalExchange(TOKEN, endpoint=endpoint, maxRetries=0) as exchange:
                threads = [threading.Thread(target=call, args=(exchange,)) for _ in range(8)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
        port = urlsplit(endpoint).port
        assert failures == [f"no connection to 127.0.0.1:{port} within 1 s (connect timeout)"] * 8

    def test_host_name_that_is_never_resolved_times_out(
        self, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        released = threading.Event()

        def never(*_args: Any, **_options: Any) -> Any:
            released.wait()
            raise socket.gaierror

        monkeypatch.setattr(socket, "getaddrinfo", never)
        exchange = connect(TOKEN, endpoint="https://exchange.test/graphql", maxRetries=0)
        try:
            with pytest.raises(RequestTimeoutError, match=r"no connection to \S+ within 1 s"):
                exchange.getUserInfo()
        finally:
            released.set()

    def test_unknown_host_name_raises_an_error(
        self, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def unknown(*_args: Any, **_options: Any) -> Any:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        exchange = connect(TOKEN, endpoint="https://exchange.test/graphql", maxRetries=0)
        with pytest.raises(ConnectionFailedError, match=r"not known") as caught:
            exchange.getUserInfo()
        assert not caught.value.sent


class Flood(MaliciousServer):
    """Acknowledges a subscription, then sends messages endlessly without reading.

    Attributes:
        flood: The message sent repeatedly; if empty, the connection is closed.
        pause: The delay between messages in seconds.
        hangs: The step at which each connection in turn stops responding, if any.
    """

    def __init__(self) -> None:
        super().__init__()
        self.flood = b""
        self.pause = 0.0
        self.hangs: list[str | None] = []

    async def serve(self, client: Streams) -> None:
        while True:
            request = await read_request(client[0])
            if request.name == "websocket":
                return await self._talk(client, request.begin)
            client[1].write(self.responses[request.name][0])
            await client[1].drain()

    async def _talk(self, client: Streams, head: bytes) -> None:
        hangs = self.hangs.pop(0) if self.hangs else None
        if hangs == "handshake":
            await asyncio.sleep(3600)
        key = re.search(rb"(?i)sec-websocket-key: (\S+)", head)
        assert key
        accept = hashlib.sha1(key[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        client[1].write(
            b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Protocol: graphql-ws\r\n"
            b"Sec-WebSocket-Accept: " + base64.b64encode(accept) + b"\r\n\r\n"
        )
        await read_frame(client[0])
        client[1].write(text_frame(b'{"type":"connection_ack"}'))
        _, _, text = await read_frame(client[0])
        if hangs == "start":
            await asyncio.sleep(3600)
        identifier = re.search(rb'"id":"([^"]+)"', text)
        assert identifier
        client[1].write(text_frame(b'{"type":"start_ack","id":"' + identifier[1] + b'"}'))
        while self.flood:
            client[1].write(self.flood)
            await client[1].drain()
            await asyncio.sleep(self.pause)


PING = b"\x89\x7d" + b"p" * 125
KEEP_ALIVE = text_frame(b'{"type":"ka"}')


class TestFloods:
    @pytest.fixture
    def flood(self) -> Iterator[Flood]:
        with Flood().running() as flood:
            flood.respond_with_page()
            name = "timeSeriesDb_generateQueryResultExportFile"
            flood.respond_with(name, ok({"data": {name: {"queryId": "Q1"}}}))
            yield flood

    @pytest.mark.parametrize(
        ("said", "pause"),
        [(PING * 1000, 0), (KEEP_ALIVE * 1000, 0), (KEEP_ALIVE, 0.05), (PING, 0.05)],
        ids=["pings", "keep-alives", "slow keep-alives", "slow pings"],
    )
    def test_flooded_export_times_out_in_constant_memory(
        self, said: bytes, pause: float, flood: Flood, connect: Connect, tmp_path: Path
    ) -> None:
        flood.flood, flood.pause = said, pause
        exchange = connect(TOKEN, endpoint=f"{flood.url}/graphql", maxRetries=0, timeout=2)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises((ExportTimeoutError, SubscriptionError)):
            exchange.queryTimeSeriesDatabaseWithFilters(
                "db",
                [{"assetId": "meter"}],
                *TIMES,
                tmp_path,
                aggregate="server",
                exportTimeout=1,
            )
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 100 << 10  # KiB

    @pytest.mark.parametrize("step", ["handshake", "start"])
    def test_flooded_reconnects_of_an_export_time_out(
        self, step: str, flood: Flood, connect: Connect, tmp_path: Path
    ) -> None:
        flood.hangs = [None, step]
        flood.flood = b""
        exchange = connect(TOKEN, endpoint=f"{flood.url}/graphql", maxRetries=1, timeout=3600)
        with pytest.raises((ExportTimeoutError, SubscriptionError)):
            exchange.queryTimeSeriesDatabaseWithFilters(
                "db",
                [{"assetId": "meter"}],
                *TIMES,
                tmp_path,
                aggregate="server",
                exportTimeout=2,
            )
        assert flood.hangs == []
