"""A server that lies: each lie is refused, or made harmless."""

import json
import platform
import traceback
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    ApiError,
    AvistaDigitalExchange,
    DigitalExchangeError,
    InvalidResponseError,
    SubscriptionError,
    TransferError,
    _download,
    _subscriptions,
    _transfer,
)
from avista_digital_exchange_sdk._io import _http
from avista_digital_exchange_sdk.local import LocalExchange

from .conftest import Connect
from .faults.proxy import Background, Fault, Proxy, Streams, pass_over, read_request
from .faults.scenarios import http
from .support.scripted import TOKEN, ScriptedPlatform
from .test_data_stores import FILE

GET_USER = "user_getUserSession"
CREATE = "storage_createDataStoreFile"
DOWNLOAD = "storage_getDataStoreFileDownload"
LATEST = "timeSeriesDb_listAllAssetLastValues"
SQL = "timeSeriesDb_queryDatabaseWithTimestreamQuery"
PAGE = "timeSeriesDb_queryDatabase"
TIMES = ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z")
ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
DEEP = b"[" * 200_000 + b"]" * 200_000


ENDLESS = b"--and so on for ever"
CUT = b"--and hangs up"


class Liar(Background):
    """Answers what it is told to, by operation or method.

    Attributes:
        answers: Answers by operation or method.
        heads: The head of every request.
    """

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, list[bytes]] = {}
        self.heads: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def lay_down(self, name: str, *answers: bytes) -> None:
        self.answers[name] = [*answers]

    def lay_down_file(self, *answers: bytes, url: str | None = None, **file: Any) -> None:
        """Let there be a file to download, and what its address answers."""
        data = {
            "storage_getDataStoreFile": {**FILE, **file},
            "storage_getDataStoreFileDownloadUrl": {
                "itemId": "1",
                "url": url or f"{self.address}/object?X-Amz-Signature=5ec7e7",
            },
        }
        self.lay_down(DOWNLOAD, *[ok({"data": data})] * 9)
        self.lay_down("GET", *answers)

    async def serve(self, client: Streams) -> None:
        while True:
            request = await read_request(client[0])
            self.heads.append(request.begin.partition(b"\r\n\r\n")[0].decode())
            await pass_over(client[0], request.rest)
            answers = self.answers[request.name]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            client[1].write(answer.removesuffix(ENDLESS).removesuffix(CUT))
            await client[1].drain()
            while answer.endswith(ENDLESS):
                client[1].write(CHUNK)
                await client[1].drain()
            if answer.endswith(CUT):
                return


def ok(content: Any, *headers: str) -> bytes:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return http("200 OK", body, *headers)


@pytest.fixture
def liar() -> Iterator[Liar]:
    with Liar().running() as liar:
        yield liar


@pytest.fixture
def victim(liar: Liar, connect: Connect) -> AvistaDigitalExchange:
    """An exchange that speaks to the liar."""
    return connect(TOKEN, endpoint=f"{liar.address}/graphql", maxRetries=1, timeout=5)


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "LARGEST_ANSWER", 2 << 20)
    monkeypatch.setattr(_transfer, "LARGEST_CHUNK", 2 << 20)


@contextmanager
def little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


class TestEndlessBodies:
    def test_of_an_answer(self, liar: Liar, victim: AvistaDigitalExchange) -> None:
        liar.lay_down(GET_USER, ENDLESS_HEAD + ENDLESS)
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than 2097152"):
            victim.getUserInfo()
        assert len(liar.heads) == 1

    def test_of_an_error(self, liar: Liar, victim: AvistaDigitalExchange) -> None:
        liar.lay_down(GET_USER, ENDLESS_HEAD.replace(b"200 OK", b"500 No") + ENDLESS)
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than"):
            victim.getUserInfo()

    def test_of_a_file(self, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path) -> None:
        liar.lay_down_file(ENDLESS_HEAD + ENDLESS)
        with little_memory(), pytest.raises(TransferError, match=r"does not say how long it is"):
            victim.downloadDataStoreFile("file", tmp_path)
        assert not [*tmp_path.iterdir()]

    def test_of_a_refusal(self, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path) -> None:
        liar.lay_down_file(ENDLESS_HEAD.replace(b"200 OK", b"403 No") + ENDLESS)
        with little_memory(), pytest.raises(TransferError, match=r"refused: 403"):
            victim.downloadDataStoreFile("file", tmp_path)

    @pytest.mark.parametrize("status", [b"200 OK", b"403 No"])
    def test_of_the_answer_to_an_upload(
        self, status: bytes, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").write_bytes(b"1")
        created = {"itemId": "1", "url": f"{liar.address}/object?X-Amz-Signature=5ec7e7"}
        liar.lay_down(CREATE, ok({"data": {CREATE: created}}))
        liar.lay_down("PUT", ENDLESS_HEAD.replace(b"200 OK", status) + ENDLESS)
        liar.lay_down("storage_deleteDataStoreFile", ok({"data": {}}))
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than"):
            victim.uploadFileToDataStore("store", "directory", tmp_path / "load.csv")

    def test_of_a_result_chunk(
        self, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        lay_down_page(liar)
        liar.lay_down("GET", ENDLESS_HEAD + ENDLESS)
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than 2097152"):
            query(victim, tmp_path)
        assert not [*tmp_path.iterdir()]

    def test_of_what_unpacks_to_very_much(self, liar: Liar, victim: AvistaDigitalExchange) -> None:
        packed = zlib.compress(b" " * (64 << 20))
        liar.lay_down(GET_USER, ok(packed, "Content-Encoding: deflate"))
        with pytest.raises(InvalidResponseError, match=r"larger than"):
            victim.getUserInfo()


def lay_down_page(liar: Liar) -> None:
    page = {
        "clientToken": None,
        "nextToken": None,
        "queryId": "Q1",
        "queryProgressPercentage": 100,
        "resultChunkIndex": 0,
        "presignedUrl": f"{liar.address}/chunk?X-Amz-Signature=5ec7e7",
        "queryString": "SELECT",
    }
    liar.lay_down(PAGE, ok({"data": {PAGE: page}}))
    liar.lay_down("timeSeriesDb_cancelDatabaseQuery", ok({"data": {}}))


def query(exchange: AvistaDigitalExchange, folder: Path, aggregate: Any = "client") -> None:
    exchange.queryTimeSeriesDatabaseWithFilters(
        "db", [{"assetId": "meter"}], *TIMES, folder, aggregate=aggregate
    )


class TestDeepJson:
    @pytest.mark.parametrize(
        "body",
        [
            DEEP,
            b'{"data":' + DEEP + b"}",
            b'{"data":null,"errors":' + DEEP + b"}",
            b'{"errors":[{"errorInfo":' + DEEP + b',"message":"no"}]}',
            b'{"a":' * 100_000,
        ],
        ids=["alone", "data", "errors", "in an error", "cut off"],
    )
    def test_in_an_answer(self, body: bytes, liar: Liar, victim: AvistaDigitalExchange) -> None:
        liar.lay_down(GET_USER, ok(body))
        with pytest.raises(InvalidResponseError):
            victim.getUserInfo()

    def test_in_a_refusal(self, liar: Liar, victim: AvistaDigitalExchange) -> None:
        liar.lay_down(GET_USER, http("403 No", DEEP))
        with pytest.raises(ApiError) as caught:
            victim.getUserInfo()
        assert caught.value.statusCode == 403

    def test_in_a_result_of_timestream(self, liar: Liar, victim: AvistaDigitalExchange) -> None:
        page = {"resultJSONString": '{"Rows":' + DEEP.decode() + "}", "clientToken": None}
        liar.lay_down(SQL, ok({"data": {SQL: page}}))
        with pytest.raises(InvalidResponseError):
            victim.queryTimeSeriesDatabase_TimestreamFormat("db", "SELECT 1")

    def test_in_a_result_chunk(
        self, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        lay_down_page(liar)
        liar.lay_down("GET", ok(DEEP))
        with pytest.raises(InvalidResponseError, match=r"result chunk"):
            query(victim, tmp_path)


@pytest.fixture
def elsewhere() -> Iterator[Liar]:
    """Another host, which is to see nothing."""
    with Liar().running() as elsewhere:
        yield elsewhere


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_of_a_request_are_not_followed(
        self, status: int, liar: Liar, elsewhere: Liar, victim: AvistaDigitalExchange
    ) -> None:
        liar.lay_down(
            GET_USER, http(f"{status} Elsewhere", b"", f"Location: {elsewhere.address}/graphql")
        )
        with pytest.raises(ApiError) as caught:
            victim.getUserInfo()
        assert caught.value.statusCode == status
        assert elsewhere.heads == []
        assert len(liar.heads) == 1

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("target", ["another host", "plain http", "the same host"])
    def test_of_a_download_are_not_followed(
        self,
        status: int,
        target: str,
        liar: Liar,
        elsewhere: Liar,
        victim: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        location = {
            "another host": elsewhere.address,
            "plain http": "http://objects.test",
            "the same host": liar.address,
        }[target]
        liar.lay_down_file(http(f"{status} Elsewhere", b"", f"Location: {location}/other"))
        with pytest.raises(TransferError, match=rf"refused: {status}"):
            victim.downloadDataStoreFile("file", tmp_path)
        assert elsewhere.heads == []
        assert len(liar.heads) == 2
        assert not [*tmp_path.iterdir()]

    def test_of_an_upload_are_not_followed(
        self, liar: Liar, elsewhere: Liar, victim: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").write_bytes(b"secret measurements")
        created = {"itemId": "1", "url": f"{liar.address}/object?X-Amz-Signature=5ec7e7"}
        liar.lay_down(CREATE, ok({"data": {CREATE: created}}))
        liar.lay_down("PUT", http("307 Elsewhere", b"", f"Location: {elsewhere.address}/other"))
        liar.lay_down("storage_deleteDataStoreFile", ok({"data": {}}))
        with pytest.raises(TransferError, match=r"refused: 307"):
            victim.uploadFileToDataStore("store", "directory", tmp_path / "load.csv")
        assert elsewhere.heads == []

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_of_a_real_time_connection_are_not_followed(
        self,
        status: int,
        liar: Liar,
        elsewhere: Liar,
        victim: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        location = elsewhere.address.replace("http", "ws")
        liar.lay_down("websocket", http(f"{status} Elsewhere", b"", f"Location: {location}/other"))
        with pytest.raises(SubscriptionError, match=rf"refused: status {status}"):
            query(victim, tmp_path, "server")
        assert elsewhere.heads == []

    def test_no_request_for_bytes_ever_holds_the_token(
        self, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        liar.lay_down_file(ok(b"content"))
        victim.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert TOKEN in liar.heads[0]
        assert TOKEN not in liar.heads[1]
        assert "authorization" not in liar.heads[1].lower()


class TestLengths:
    @pytest.mark.parametrize(
        "answer",
        [
            ok(b"content").replace(b"Length: 7", b"Length: 9"),
            ok(b"content").replace(b"Length: 7", b"Length: -7"),
            ok(b"content").replace(b"Length: 7", b"Length: seven"),
            ok(b"content").replace(b"Length: 7", b"Length: 7\r\nContent-Length: 8"),
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
            "none",
            "none, 1.0",
            "chunked",
            "and chunked",
        ],
    )
    def test_that_do_not_hold_are_no_file(
        self, answer: bytes, liar: Liar, connect: Connect, tmp_path: Path
    ) -> None:
        liar.lay_down_file(answer)
        exchange = connect(TOKEN, endpoint=f"{liar.address}/graphql", maxRetries=1, timeout=0.3)
        with pytest.raises(TransferError, match=r"load\.csv"):
            exchange.downloadDataStoreFile("file", tmp_path)
        assert not [*tmp_path.iterdir()]

    def test_what_comes_after_the_promised_bytes_is_no_part_of_the_file(
        self, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        liar.lay_down_file(ok(b"content") + b"and more")
        victim.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert (tmp_path / "load.csv").read_bytes() == b"content"

    @pytest.mark.parametrize(
        "given",
        [
            "bytes 0-3/7",
            "bytes 4-6/7",
            "bytes 3-6/8",
            "bytes 3-5/7",
            "bytes 3-6/*",
            "bytes 3-",
            "items 3-6/7",
            "bytes */7",
            "",
            "x" * 9000,
        ],
    )
    def test_a_range_that_was_not_asked_for_is_no_part_of_the_file(
        self, given: str, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        half = ok(b"con", 'ETag: "v1"').replace(b"Length: 3", b"Length: 7")
        rest = http("206 Partial", b"tent", 'ETag: "v1"', f"Content-Range: {given}")
        liar.lay_down_file(half + CUT, rest)
        with pytest.raises(TransferError, match=r"load\.csv") as caught:
            victim.downloadDataStoreFile("file", tmp_path)
        assert len(str(caught.value)) < 500
        assert not [*tmp_path.iterdir()]

    def test_a_part_is_not_taken_for_the_whole(
        self, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        liar.lay_down_file(http("206 Partial", b"con", "Content-Range: bytes 0-2/7"))
        with pytest.raises(TransferError, match=r"load\.csv"):
            victim.downloadDataStoreFile("file", tmp_path)
        assert not [*tmp_path.iterdir()]

    def test_a_version_that_changes_for_ever_is_not_followed_for_ever(
        self, liar: Liar, connect: Connect, tmp_path: Path
    ) -> None:
        halves = [
            ok(b"con", f'ETag: "v{number}"').replace(b"Length: 3", b"Length: 7") + CUT
            for number in range(50)
        ]
        liar.lay_down_file(*halves)
        exchange = connect(TOKEN, endpoint=f"{liar.address}/graphql", maxRetries=3, timeout=0.2)
        with pytest.raises(TransferError, match=r"load\.csv"):
            exchange.downloadDataStoreFile("file", tmp_path)
        assert len(liar.heads) < 10

    @pytest.mark.parametrize(
        "lie",
        [
            lambda head, body: (head, body[:-1]),
            lambda head, body: (head.replace(b"206", b"200"), body),
            lambda head, body: (head.replace(b"-range: bytes ", b"-range: bytes 1"), body),
            lambda head, body: (head, body + b"more"),
        ],
        ids=["shorter", "the whole", "another range", "longer"],
    )
    def test_a_part_fetched_over_a_connection_of_its_own_is_checked_too(
        self,
        lie: Callable[[bytes, bytes], tuple[bytes, bytes]],
        connect: Connect,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(_download, "LOOK_AFTER", -1.0)
        monkeypatch.setattr(_download, "FAST", float("inf"))
        monkeypatch.setattr(_download, "LONG", 0)
        monkeypatch.setattr(_download, "PART_SIZE", 1 << 16)
        with Parts(lie).running() as parts:
            parts.lay_down_file()
            exchange = connect(
                TOKEN, endpoint=f"{parts.address}/graphql", maxRetries=1, timeout=0.5
            )
            with pytest.raises(TransferError, match=r"load\.csv"):
                exchange.downloadDataStoreFile("file", tmp_path)
        assert not [*tmp_path.iterdir()]
        assert 2 < len(parts.heads) < 60


class Parts(Liar):
    """Lies about every part of a file but the first."""

    size = 1 << 20

    def __init__(self, lie: Callable[[bytes, bytes], tuple[bytes, bytes]]) -> None:
        super().__init__()
        self._lie = lie

    async def serve(self, client: Streams) -> None:
        while True:
            request = await read_request(client[0])
            head = request.begin.partition(b"\r\n\r\n")[0].decode()
            self.heads.append(head)
            if request.name == DOWNLOAD:
                client[1].write(self.answers[DOWNLOAD][0])
            elif "Range: bytes=" not in head:
                client[1].write(ok(bytes(self.size), 'ETag: "v1"'))
            else:
                asked = head.partition("Range: bytes=")[2].partition("\r\n")[0]
                begin, _, last = asked.partition("-")
                end = int(last or self.size - 1)
                answer_head, body = self._lie(
                    f"HTTP/1.1 206 Partial\r\ncontent-range: bytes {begin}-{end}/{self.size}"
                    '\r\netag: "v1"'.encode(),
                    bytes(end - int(begin) + 1),
                )
                client[1].write(answer_head + b"\r\ncontent-length: %d\r\n\r\n" % len(body) + body)


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "https://objects.test:99999/1",
            "https://[::1/1",
            "https:///1",
            "https://",
            "https://objects.test/1\r\nX-Evil: 1",
            "https://objects.test/1 \x00",
            "https://" + "a" * 300 + ".test/1",
            "https://objects.test/" + "a" * 100_000,
            "https://ex\u00e4mple..test/1",
            "https://\ud800.test/1",
            "//objects.test/1",
            "objects.test/1",
            "ftp://objects.test/1",
            "file:///etc/passwd",
            "data:,content",
            "http://objects.test/1",
            "http://127.0.0.1.objects.test/1",
            "HTTP://OBJECTS.TEST/1",
            " ",
        ],
    )
    @pytest.mark.parametrize("purpose", ["download", "upload", "chunk"])
    def test_that_are_none_or_not_safe_are_refused(
        self, url: str, purpose: str, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        (tmp_path / "source.csv").write_bytes(b"1")
        signed = f"{url}?X-Amz-Signature=5ec7e7"
        lay_down_page(liar)
        page = liar.answers[PAGE][0]
        address = f"{liar.address}/chunk?X-Amz-Signature=5ec7e7"
        replaced = page.partition(b"\r\n\r\n")[2].replace(
            json.dumps(address).encode(), json.dumps(signed).encode()
        )
        liar.lay_down(PAGE, ok(replaced))
        liar.lay_down_file(ok(b"content"), url=signed)
        liar.lay_down(CREATE, ok({"data": {CREATE: {"itemId": "1", "url": signed}}}))
        liar.lay_down("storage_deleteDataStoreFile", ok({"data": {}}))
        calls = {
            "download": lambda: victim.downloadDataStoreFile("file", tmp_path / "load.csv"),
            "upload": lambda: victim.uploadFileToDataStore("s", "d", tmp_path / "source.csv"),
            "chunk": lambda: query(victim, tmp_path),
        }
        with pytest.raises(DigitalExchangeError) as caught:
            calls[purpose]()
        assert "5ec7e7" not in str(caught.value)
        assert len(str(caught.value)) < 1000
        assert [path.name for path in tmp_path.iterdir()] == ["source.csv"]
        assert not [head for head in liar.heads if head.startswith(("GET", "PUT"))]


class TestNames:
    @pytest.mark.parametrize(
        ("name", "extension"),
        [
            ("load", "../../outside"),
            ("load", "csv/../../outside"),
            ("load", "\0csv"),
            ("..", "."),
            ("", ""),
            ("a" * 4000, "csv"),
            ("load", "x" * 4000),
            ("\U0001f4c8" * 1000, "\U0001f4c8" * 1000),
            ("COM1", "txt"),
            ("nul", None),
            ("aux", "csv"),
            ("lpt9", "a.b.c"),
            ("load.", " "),
            ('load|<>:"?*', "csv"),
            ("\u202egnp", "exe"),
            ("\ud800", "csv"),
            ("~", None),
            ("-rf", "csv"),
            (".bashrc", None),
            ("CON", "\u0000"),
        ],
    )
    def test_of_files_stay_in_the_folder(
        self,
        name: str,
        extension: str | None,
        liar: Liar,
        victim: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        folder = tmp_path / "deep" / "folder"
        folder.mkdir(parents=True)
        liar.lay_down_file(ok(b"content"), name=name, fileExtension=extension)
        try:
            victim.downloadDataStoreFile("dataStoreFileId.1", folder)
        except InvalidResponseError:
            # What is no text has no place in an answer.
            assert "\ud800" in name
            return
        (written,) = (path for path in tmp_path.rglob("*") if path.is_file())
        assert written.parent == folder
        assert written.read_bytes() == b"content"
        assert written.name.isprintable()
        assert len(written.name.encode()) <= 255

    @pytest.mark.parametrize("name", ["COM1", "nul", "aux", "lpt9", "CON", "Prn"])
    def test_are_no_devices_where_names_can_be(
        self,
        name: str,
        liar: Liar,
        victim: AvistaDigitalExchange,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        liar.lay_down_file(ok(b"content"), name=name, fileExtension="csv")
        monkeypatch.setattr(platform, "system", lambda: "Windows")
        victim.downloadDataStoreFile("dataStoreFileId.1", tmp_path)
        (written,) = tmp_path.iterdir()
        assert written.stem.upper() != name.upper()

    def test_play_no_tricks_on_a_terminal(
        self, liar: Liar, victim: AvistaDigitalExchange, capsys: pytest.CaptureFixture[str]
    ) -> None:
        evil = "\x1b[2J\x07\u202e\r\n"
        file = {**FILE, "name": evil, "dataStoreFileId": evil, "fileExtension": evil}
        directory = {
            "dataStoreDirectoryId": evil,
            "dataStoreId": "1",
            "parentDirectoryId": None,
            "name": evil,
            "path": evil,
            "contents": [{"objectType": "FILE", "dataStoreFile": file, "dataStoreDirectory": None}],
        }
        name = "storage_getDataStoreDirectory"
        liar.lay_down(name, ok({"data": {name: directory}}))
        victim.getDataStoreDirectory("directory").printContents()
        printed = capsys.readouterr().out
        assert printed.endswith("\n")
        assert printed[:-1].isprintable()


class TestRealTime:
    """The proxy changes what the Local Exchange says."""

    @pytest.fixture
    def proxy(self) -> Iterator[Proxy]:
        with Proxy().running() as proxy:
            yield proxy

    @pytest.fixture
    def lied_to(
        self,
        proxy: Proxy,
        local: LocalExchange,
        connect: Connect,
        monkeypatch: pytest.MonkeyPatch,
    ) -> AvistaDigitalExchange:
        monkeypatch.setattr(_subscriptions, "START_TIMEOUT", 1)
        host, _, port = local.endpoint.split("/")[2].partition(":")
        proxy.upstream = (host, int(port))
        return connect(local.token, endpoint=proxy.endpoint, maxRetries=1, timeout=5)

    def query(self, exchange: AvistaDigitalExchange, local: LocalExchange, folder: Path) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            local.timeSeriesDbId,
            [{"assetId": "meter"}],
            *TIMES,
            folder,
            aggregate="server",
            exportTimeout=30,
        )

    @pytest.mark.parametrize(
        "frame",
        [
            b"",
            b"no JSON",
            b"null",
            b"7",
            b'"text"',
            b"[]",
            b"{}",
            b'{"type":7}',
            b'{"type":["data"]}',
            b'{"type":"data","id":["1"],"payload":[1]}',
            b'{"type":"error","payload":7}',
            b'{"type":"error","payload":{"errors":{"message":{"a":1}}}}',
            b'{"type":"error","payload":{"errors":[[[]],7,null,{"errorType":7}]}}',
            b'{"type":"connection_error"}',
            b'{"type":"ka","payload":' + DEEP[:100_000] + b"}",
            b'{"type":"ka","payload":"' + b"x" * (2 << 20) + b'"}',
        ],
    )
    @pytest.mark.parametrize("step", ["connection_ack", "start_ack"])
    def test_nonsense_is_an_error_of_its_own_kind(
        self,
        frame: bytes,
        step: str,
        proxy: Proxy,
        local: LocalExchange,
        lied_to: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        proxy.expect(Fault(step, "answer", lambda _text: [frame], times=9))
        with pytest.raises(SubscriptionError):
            self.query(lied_to, local, tmp_path)
        assert proxy.happened
        assert not [*tmp_path.iterdir()]

    @pytest.mark.parametrize("payload", [b"[1]", b"7", b'"x"', b'{"data":7}', b'{"data":[1]}'])
    def test_so_is_nonsense_in_an_event(
        self,
        payload: bytes,
        proxy: Proxy,
        local: LocalExchange,
        lied_to: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        def lie(text: bytes) -> list[bytes]:
            frame = json.loads(text)
            return [json.dumps({**frame, "payload": json.loads(payload)}).encode()]

        proxy.expect(Fault("data", "answer", lie, times=9))
        with pytest.raises(SubscriptionError):
            self.query(lied_to, local, tmp_path)
        assert proxy.happened
        assert not [*tmp_path.iterdir()]

    @pytest.mark.parametrize(
        "payload",
        [
            *(
                f'{{"connectionTimeoutMs":{milliseconds}}}'
                for milliseconds in ("1" + "0" * 400, "-5", "0", "true", '"5"', "null", "0.1", "{}")
            ),
            "[1]",
            "7",
            '"x"',
        ],
    )
    def test_a_patience_that_makes_no_sense_does_no_harm(
        self,
        payload: str,
        proxy: Proxy,
        local: LocalExchange,
        lied_to: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        frame = f'{{"type":"connection_ack","payload":{payload}}}'
        proxy.expect(Fault("connection_ack", "answer", lambda _text: [frame.encode()]))
        self.query(lied_to, local, tmp_path)
        assert (tmp_path / "result.csv").exists()

    @pytest.mark.parametrize(
        "url", ["http://objects.test/1", "https://[", "", "file:///etc/passwd"]
    )
    def test_an_export_at_no_safe_address_is_not_fetched(
        self,
        url: str,
        proxy: Proxy,
        local: LocalExchange,
        lied_to: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        def lie(text: bytes) -> list[bytes]:
            frame = json.loads(text)
            frame["payload"]["data"]["onNotifyTimeSeriesQueryExportComplete"]["url"] = url
            return [json.dumps(frame).encode()]

        proxy.expect(Fault("data", "answer", lie))
        with pytest.raises((TransferError, InvalidResponseError)):
            self.query(lied_to, local, tmp_path)
        assert not [*tmp_path.iterdir()]


class TestHttp:
    @pytest.mark.parametrize(
        "answer",
        [
            b"HTTP/1.1 200 " + TOKEN.encode() + b"\x00\r\n\r\n",
            b"HTTP/9.9 " + TOKEN.encode() + b"\r\n\r\n",
            TOKEN.encode() + b"\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n" + TOKEN.encode() + b"\r\n\r\n",
            b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + TOKEN.encode() * 20_000 + b"\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + TOKEN.encode() + b"\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: " + TOKEN.encode() + b"\r\n\r\n",
            b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
            ok(b"no gzip", "Content-Encoding: gzip"),
        ],
    )
    def test_that_is_none_is_an_error_that_repeats_nothing(
        self, answer: bytes, liar: Liar, victim: AvistaDigitalExchange
    ) -> None:
        liar.lay_down(GET_USER, answer)
        with pytest.raises(DigitalExchangeError) as caught:
            victim.getUserInfo()
        assert TOKEN not in "".join(traceback.format_exception(caught.value))
        assert len(str(caught.value)) < 500


class TestPages:
    def test_whose_tokens_lead_in_a_circle_are_an_error(
        self, scripted: ScriptedPlatform, scripted_exchange: AvistaDigitalExchange
    ) -> None:
        pages = [{"data": [], "nextToken": token, "clientToken": None} for token in "aa"]
        scripted.data(LATEST, *pages)
        with pytest.raises(InvalidResponseError, match=r"same page token twice"):
            scripted_exchange.listTimeSeriesAssetsAndLatestValues("db")
