"""A thousand concurrent transfers all complete, with a limited number at a time."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
from avista_digital_exchange_sdk._options import Options
from avista_digital_exchange_sdk.local import LocalExchange

from ..malicious_server.server import DOWNLOAD, MaliciousServer, ok
from ..support.fake_platform import TOKEN
from ..support.http_messages import Message, Streams, discard, read_request, text_frame
from ..support.options import use_options
from ..support.proxy import Proxy

COUNT = 1000
CREATE = "storage_createDataStoreFile"
META = "storage_getDataStoreFile"
UNDER_WAY = 0.02
"""The delay of each response in seconds."""


class Counter(MaliciousServer):
    """Delays each response.

    Attributes:
        most: The maximum number of concurrent requests.
        connections: The number of connections.
    """

    def __init__(self) -> None:
        super().__init__()
        self.most = self.connections = self._now = 0

    async def serve(self, client: Streams) -> None:
        self.connections += 1
        while True:
            request = await read_request(client[0])
            self._now += 1
            self.most = max(self.most, self._now)
            await discard(client[0], request.rest)
            await asyncio.sleep(UNDER_WAY)
            self._now -= 1
            client[1].write(self.responses[request.name][0])
            await client[1].drain()


@pytest.fixture
def counter() -> Iterator[Counter]:
    with Counter().running() as counter:
        counter.respond_with_file(ok(b"content", 'ETag: "9a0364b9e99bb480dd25e1f0284c8555"'))
        created = {"itemId": "1", "url": f"{counter.url}/object?X-Amz-Signature=5ec7e7"}
        counter.respond_with(CREATE, ok({"data": {CREATE: created}}))
        counter.respond_with("PUT", ok(b"", 'ETag: "9a0364b9e99bb480dd25e1f0284c8555"'))
        body = counter.responses[DOWNLOAD][0]
        counter.respond_with(META, body)
        yield counter


def options(counter: Counter) -> dict[str, object]:
    # Far shorter than the total: waiting for other transfers does not count.
    return {"endpoint": f"{counter.url}/graphql", "timeout": 3, "maxRetries": 0}


def check(counter: Counter) -> None:
    assert 4 < counter.most <= Options().max_streams
    assert counter.connections <= 4 * Options().max_transfers


def test_gather_over_many_downloads_completes(counter: Counter, tmp_path: Path) -> None:
    async def download() -> None:
        async with AsyncAvistaDigitalExchange(TOKEN, **options(counter)) as exchange:
            await asyncio.gather(
                *(
                    exchange.downloadDataStoreFile(f"file {number}", tmp_path / str(number))
                    for number in range(COUNT)
                )
            )

    asyncio.run(download())
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"content"}
    assert len([*tmp_path.iterdir()]) == COUNT
    check(counter)


def test_gather_over_many_uploads_completes(counter: Counter, tmp_path: Path) -> None:
    (tmp_path / "load.csv").write_bytes(b"content")

    async def upload() -> None:
        async with AsyncAvistaDigitalExchange(TOKEN, **options(counter)) as exchange:
            await asyncio.gather(
                *(
                    exchange.uploadFileToDataStore("store", "directory", tmp_path / "load.csv")
                    for _ in range(COUNT // 4)
                )
            )

    asyncio.run(upload())
    check(counter)


def test_many_downloading_threads_complete(counter: Counter, tmp_path: Path) -> None:
    failures: list[BaseException] = []
    with AvistaDigitalExchange(TOKEN, **options(counter)) as exchange:

        def download(number: int) -> None:
            try:
                exchange.downloadDataStoreFile(f"file {number}", tmp_path / str(number))
            except BaseException as failure:
                failures.append(failure)

        threads = [threading.Thread(target=download, args=(n,)) for n in range(COUNT // 4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
    assert len([*tmp_path.iterdir()]) == COUNT // 4
    check(counter)


def test_call_does_not_wait_for_running_transfers(counter: Counter, tmp_path: Path) -> None:
    async def call() -> int:
        async with AsyncAvistaDigitalExchange(TOKEN, **options(counter)) as exchange:
            downloads = [
                asyncio.create_task(exchange.downloadDataStoreFile("file", tmp_path / str(number)))
                for number in range(COUNT)
            ]
            await asyncio.sleep(0.2)
            await exchange.getDataStoreFileMeta("file")
            running = sum(not download.done() for download in downloads)
            for download in downloads:
                download.cancel()
            await asyncio.gather(*downloads, return_exceptions=True)
            return running

    assert asyncio.run(call()) > COUNT // 2


class SlowDownloads(Proxy):
    """Delays each download.

    Attributes:
        most: The maximum number of concurrent downloads.
        count: The number of downloads.
    """

    def __init__(self, endpoint: str) -> None:
        super().__init__(endpoint)
        self.most = self.count = self._now = 0

    async def forward_message(
        self, message: Message, direction: str, source: Streams, sink: Streams
    ) -> None:
        if (message.name, direction) == ("GET", "request"):
            self.count += 1
            self._now += 1
            self.most = max(self.most, self._now)
            await asyncio.sleep(0.3)
            self._now -= 1
        await super().forward_message(message, direction, source, sink)

    def transform_frames(self, name: str, direction: str, frame: bytes, text: bytes) -> bytes:
        if direction == "request":
            return frame
        # The signature does not cover the host.
        host, port = self.upstream
        return text_frame(text.replace(f"http://{host}:{port}/".encode(), f"{self.url}/".encode()))


@pytest.fixture
def slow_downloads(local: LocalExchange) -> Iterator[SlowDownloads]:
    with SlowDownloads(local.endpoint).running() as proxy:
        yield proxy


def run_limited(
    proxy: SlowDownloads,
    local: LocalExchange,
    calls: Callable[[AsyncAvistaDigitalExchange], Iterable[Awaitable[object]]],
) -> None:
    """Run calls concurrently with a client that runs two transfers at a time."""

    async def run() -> None:
        options = {"endpoint": proxy.endpoint, "maxRetries": 0}
        async with AsyncAvistaDigitalExchange(local.token, **options) as exchange:
            await asyncio.gather(*calls(exchange))

    with pytest.MonkeyPatch.context() as monkeypatch:
        use_options(monkeypatch, max_transfers=2)
        asyncio.run(run())


@pytest.fixture
def owner(local: LocalExchange) -> Iterator[AvistaDigitalExchange]:
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as owner:
        yield owner


def test_concurrent_downloads_of_captures_are_limited(
    owner: AvistaDigitalExchange,
    local: LocalExchange,
    slow_downloads: SlowDownloads,
    tmp_path: Path,
) -> None:
    capture_id = owner.dataCapture.createCapture("Night test").captureId
    attributes = [{"userDefinedId": "speed", "schemaType": "double"}]
    asset = {"userDefinedId": "mast", "displayName": "Mast", "attributes": attributes}
    owner.dataCapture.updateDataModel(capture_id, [asset])
    owner.dataCapture.startCapture(capture_id)
    record = {"timestamp": "2024-05-01T00:00:00Z", "attributeValues": {"speed": 1.5}}
    owner.dataCapture.publishData(capture_id, [record | {"timeUnit": "ISO8601"}])
    paths = [tmp_path / f"{number}.csv" for number in range(8)]
    run_limited(
        slow_downloads,
        local,
        lambda exchange: [exchange.dataCapture.downloadData(capture_id, path) for path in paths],
    )
    assert all(path.read_bytes() for path in paths)
    assert slow_downloads.count == len(paths)
    assert slow_downloads.most <= 2


def test_concurrent_downloads_of_query_results_are_limited(
    owner: AvistaDigitalExchange,
    local: LocalExchange,
    slow_downloads: SlowDownloads,
    database: str,
    tmp_path: Path,
) -> None:
    frame = pd.DataFrame({"kW": [1.5]}, index=pd.DatetimeIndex(["2024-05-01T00:00:00Z"]))
    owner.publishDataFrameToTimeSeriesDatabase(database, frame, assetId="meter")
    query = (database, [{"assetId": "meter"}], "2024-01-01", "2025-01-01")
    paths = [tmp_path / f"{number}.csv" for number in range(8)]
    run_limited(
        slow_downloads,
        local,
        lambda exchange: [
            exchange.queryTimeSeriesDatabaseWithFilters(*query, path, aggregate="server")
            for path in paths
        ],
    )
    assert all(path.read_bytes() for path in paths)
    assert slow_downloads.count == len(paths)
    assert slow_downloads.most <= 2
