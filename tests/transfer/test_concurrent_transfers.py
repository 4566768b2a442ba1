"""A thousand concurrent transfers all complete, with a limited number at a time."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
from avista_digital_exchange_sdk._options import Options

from ..malicious_server.server import DOWNLOAD, MaliciousServer, ok
from ..support.fake_platform import TOKEN
from ..support.http_messages import Streams, discard, read_request

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
    async def call() -> float:
        async with AsyncAvistaDigitalExchange(TOKEN, **options(counter)) as exchange:
            downloads = [
                asyncio.create_task(exchange.downloadDataStoreFile("file", tmp_path / str(number)))
                for number in range(COUNT)
            ]
            await asyncio.sleep(0.2)
            begun = time.monotonic()
            await exchange.getDataStoreFileMeta("file")
            took = time.monotonic() - begun
            for download in downloads:
                download.cancel()
            await asyncio.gather(*downloads, return_exceptions=True)
            return took

    assert asyncio.run(call()) < 2
