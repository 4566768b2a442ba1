"""A server that sends arbitrary bytes as responses."""

import json
from pathlib import Path
from typing import Any

from avista_digital_exchange_sdk import AvistaDigitalExchange

from ..network_faults.scenarios import http
from ..services.storage.test_data_stores import FILE
from ..support.background_server import BackgroundServer
from ..support.http_messages import Streams, discard, read_request

DOWNLOAD = "storage_getDataStoreFileDownload"
PAGE = "timeSeriesDb_queryDatabase"
TIMES = ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z")
ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
DEEP = b"[" * 200_000 + b"]" * 200_000
ENDLESS = b"--and so on for ever"
CUT = b"--and hangs up"


class MaliciousServer(BackgroundServer):
    """Sends raw responses by operation or method.

    Attributes:
        responses: Responses by operation or method.
        heads: The head of every request.
    """

    def __init__(self) -> None:
        super().__init__()
        self.responses: dict[str, list[bytes]] = {}
        self.heads: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def respond_with(self, name: str, *responses: bytes) -> None:
        self.responses[name] = [*responses]

    def respond_with_file(self, *responses: bytes, url: str | None = None, **file: Any) -> None:
        """Set up a file to download, and the responses of its URL."""
        data = {
            "storage_getDataStoreFile": {**FILE, **file},
            "storage_getDataStoreFileDownloadUrl": {
                "itemId": "1",
                "url": url or f"{self.url}/object?X-Amz-Signature=5ec7e7",
            },
        }
        self.respond_with(DOWNLOAD, *[ok({"data": data})] * 9)
        self.respond_with("GET", *responses)

    def respond_with_page(self, nextToken: str | None = None) -> None:
        """Set up a query with one page, or with an endless sequence of pages."""
        page = {
            "clientToken": None,
            "nextToken": nextToken,
            "queryId": "Q1",
            "queryProgressPercentage": 100,
            "resultChunkIndex": 0,
            "presignedUrl": f"{self.url}/chunk?X-Amz-Signature=5ec7e7",
            "queryString": "SELECT",
        }
        self.respond_with(PAGE, ok({"data": {PAGE: page}}))
        self.respond_with("timeSeriesDb_cancelDatabaseQuery", ok({"data": {}}))

    async def serve(self, client: Streams) -> None:
        while True:
            request = await read_request(client[0])
            self.heads.append(request.begin.partition(b"\r\n\r\n")[0].decode())
            await discard(client[0], request.rest)
            responses = self.responses[request.name]
            response = responses.pop(0) if len(responses) > 1 else responses[0]
            client[1].write(response.removesuffix(ENDLESS).removesuffix(CUT))
            await client[1].drain()
            while response.endswith(ENDLESS):
                client[1].write(CHUNK)
                await client[1].drain()
            if response.endswith(CUT):
                return


def ok(content: Any, *headers: str) -> bytes:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return http("200 OK", body, *headers)


def query(exchange: AvistaDigitalExchange, folder: Path, aggregate: Any = "client") -> None:
    exchange.queryTimeSeriesDatabaseWithFilters(
        "db", [{"assetId": "meter"}], *TIMES, folder, aggregate=aggregate
    )
