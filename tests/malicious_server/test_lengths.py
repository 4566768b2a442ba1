"""Wrong lengths, ranges and versions result in no file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, TransferError

from ..conftest import Connect
from ..network_faults.scenarios import http
from ..support.fake_platform import TOKEN
from ..support.http_messages import Streams, read_request
from ..support.parallel_download import use_parts
from .server import CUT, DOWNLOAD, ENDLESS_HEAD, MaliciousServer, ok


class TestLengths:
    @pytest.mark.parametrize(
        "response",
        [
            ok(b"content").replace(b"Length: 7", b"Length: 9"),
            ok(b"content").replace(b"Length: 7", b"Length: -7"),
            ok(b"content").replace(b"Length: 7", b"Length: seven"),
            ok(b"content").replace(b"Length: 7", b"Length: 7\r\nContent-Length: 8"),
            ok(b"content").replace(b"Length: 7", b"Length: 10000000000000000000"),
            ok(b"content").replace(b"Length: 7", b"Length: " + b"9" * 5000),
            b"HTTP/1.1 200 OK\r\n\r\ncontent",
            b"HTTP/1.0 200 OK\r\n\r\ncontent",
            ENDLESS_HEAD + b"7\r\ncontent\r\n0\r\n\r\n",
            ok(b"content", "Transfer-Encoding: chunked"),
        ],
        ids=[
            "too long",
            "negative",
            "a word",
            "two",
            "larger than any file",
            "longer than any number",
            "none",
            "none, 1.0",
            "chunked",
            "and chunked",
        ],
    )
    def test_download_with_a_wrong_length_leaves_no_file(
        self, response: bytes, malicious_server: MaliciousServer, connect: Connect, tmp_path: Path
    ) -> None:
        malicious_server.respond_with_file(response)
        exchange = connect(
            TOKEN, endpoint=f"{malicious_server.url}/graphql", maxRetries=1, timeout=1
        )
        with pytest.raises(TransferError, match=r"load\.csv"):
            exchange.downloadDataStoreFile("file", tmp_path)
        assert not [*tmp_path.iterdir()]

    def test_download_ignores_bytes_after_the_announced_length(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        malicious_server.respond_with_file(ok(b"content") + b"and more")
        client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert (tmp_path / "load.csv").read_bytes() == b"content"

    @pytest.mark.parametrize(
        "content_range",
        [
            "bytes 0-3/7",
            "bytes 4-6/7",
            "bytes 3-6/8",
            "bytes 3-5/7",
            "bytes 3-6/*",
            "bytes 3-6/" + "7" * 5000,
            "bytes 3-" + "6" * 5000 + "/7",
            "bytes 3-",
            "items 3-6/7",
            "bytes */7",
            "",
            "x" * 9000,
        ],
    )
    def test_download_refuses_a_range_that_was_not_requested(
        self,
        content_range: str,
        malicious_server: MaliciousServer,
        client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        half = ok(b"con", 'ETag: "v1"').replace(b"Length: 3", b"Length: 7")
        rest = http("206 Partial", b"tent", 'ETag: "v1"', f"Content-Range: {content_range}")
        malicious_server.respond_with_file(half + CUT, rest)
        with pytest.raises(TransferError, match=r"load\.csv") as caught:
            client.downloadDataStoreFile("file", tmp_path)
        assert len(str(caught.value)) < 500
        assert not [*tmp_path.iterdir()]

    def test_download_does_not_take_a_part_for_the_file(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        malicious_server.respond_with_file(
            http("206 Partial", b"con", "Content-Range: bytes 0-2/7")
        )
        with pytest.raises(TransferError, match=r"load\.csv"):
            client.downloadDataStoreFile("file", tmp_path)
        assert not [*tmp_path.iterdir()]

    def test_download_of_a_file_that_always_changes_gives_up(
        self, malicious_server: MaliciousServer, connect: Connect, tmp_path: Path
    ) -> None:
        halves = [
            ok(b"con", f'ETag: "v{number}"').replace(b"Length: 3", b"Length: 7") + CUT
            for number in range(50)
        ]
        malicious_server.respond_with_file(*halves)
        exchange = connect(
            TOKEN, endpoint=f"{malicious_server.url}/graphql", maxRetries=3, timeout=5
        )
        with pytest.raises(TransferError, match=r"load\.csv"):
            exchange.downloadDataStoreFile("file", tmp_path)
        assert len(malicious_server.heads) < 10

    @pytest.mark.parametrize(
        "falsify",
        [
            lambda head, body: (head, body[:-1]),
            lambda head, body: (head.replace(b"206", b"200"), body),
            lambda head, body: (head.replace(b"-range: bytes ", b"-range: bytes 1"), body),
            lambda head, body: (head, body + b"more"),
            lambda head, body: (head.replace(b"v1", b"v2"), body),
        ],
        ids=["shorter", "the whole", "another range", "longer", "another version"],
    )
    def test_parallel_download_checks_the_range_of_each_part(
        self,
        falsify: Callable[[bytes, bytes], tuple[bytes, bytes]],
        connect: Connect,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_parts(monkeypatch, 1 << 16)
        with Parts(falsify).running() as parts:
            parts.respond_with_file()
            exchange = connect(TOKEN, endpoint=f"{parts.url}/graphql", maxRetries=1, timeout=1)
            with pytest.raises(TransferError, match=r"load\.csv"):
                exchange.downloadDataStoreFile("file", tmp_path)
        assert not [*tmp_path.iterdir()]
        assert 2 < len(parts.heads) < 60


class Parts(MaliciousServer):
    """Falsifies every part of a file except the first."""

    size = 1 << 20

    def __init__(self, falsify: Callable[[bytes, bytes], tuple[bytes, bytes]]) -> None:
        super().__init__()
        self._falsify = falsify

    async def serve(self, client: Streams) -> None:
        while True:
            request = await read_request(client[0])
            head = request.begin.partition(b"\r\n\r\n")[0].decode()
            self.heads.append(head)
            if request.name == DOWNLOAD:
                client[1].write(self.responses[DOWNLOAD][0])
            elif "Range: bytes=" not in head:
                client[1].write(ok(bytes(self.size), 'ETag: "v1"'))
            else:
                requested_range = head.partition("Range: bytes=")[2].partition("\r\n")[0]
                begin, _, last = requested_range.partition("-")
                end = int(last or self.size - 1)
                answer_head, body = self._falsify(
                    f"HTTP/1.1 206 Partial\r\ncontent-range: bytes {begin}-{end}/{self.size}"
                    '\r\netag: "v1"'.encode(),
                    bytes(end - int(begin) + 1),
                )
                client[1].write(answer_head + b"\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
