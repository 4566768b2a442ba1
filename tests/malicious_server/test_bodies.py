"""Endless bodies, too deeply nested bodies and invalid HTTP are refused."""

import gzip
import json
import traceback
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from avista_digital_exchange_sdk import (
    ApiError,
    AvistaDigitalExchange,
    DigitalExchangeError,
    InvalidResponseError,
    QueryIncompleteError,
    TransferError,
)

from ..conftest import Connect
from ..network_faults.scenarios import http
from ..support.fake_platform import TOKEN, FakePlatform
from ..support.options import use_options
from .server import DEEP, ENDLESS, ENDLESS_HEAD, MaliciousServer, ok, query

GET_USER = "user_getUserSession"
CREATE = "storage_createDataStoreFile"
LATEST = "timeSeriesDb_listAllAssetLastValues"
SQL = "timeSeriesDb_queryDatabaseWithTimestreamQuery"


@contextmanager
def little_memory() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


class TestEndlessBodies:
    def test_endless_response_is_refused(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange
    ) -> None:
        malicious_server.respond_with(GET_USER, ENDLESS_HEAD + ENDLESS)
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than 2097152"):
            client.getUserInfo()
        assert len(malicious_server.heads) == 1

    def test_endless_error_response_is_refused(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange
    ) -> None:
        malicious_server.respond_with(
            GET_USER, ENDLESS_HEAD.replace(b"200 OK", b"500 No") + ENDLESS
        )
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than"):
            client.getUserInfo()

    def test_endless_file_is_refused(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        malicious_server.respond_with_file(ENDLESS_HEAD + ENDLESS)
        with little_memory(), pytest.raises(TransferError, match=r"has no valid Content-Length"):
            client.downloadDataStoreFile("file", tmp_path)
        assert not [*tmp_path.iterdir()]

    def test_endless_error_of_a_download_is_refused(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        malicious_server.respond_with_file(ENDLESS_HEAD.replace(b"200 OK", b"403 No") + ENDLESS)
        with little_memory(), pytest.raises(TransferError, match=r"refused: 403"):
            client.downloadDataStoreFile("file", tmp_path)

    @pytest.mark.parametrize("status", [b"200 OK", b"403 No"])
    def test_endless_response_to_an_upload_is_refused(
        self,
        status: bytes,
        malicious_server: MaliciousServer,
        client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        (tmp_path / "load.csv").write_bytes(b"1")
        created = {
            "itemId": "1",
            "url": f"{malicious_server.url}/object?X-Amz-Signature=5ec7e7",
        }
        malicious_server.respond_with(CREATE, ok({"data": {CREATE: created}}))
        malicious_server.respond_with("PUT", ENDLESS_HEAD.replace(b"200 OK", status) + ENDLESS)
        malicious_server.respond_with("storage_deleteDataStoreFile", ok({"data": {}}))
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than"):
            client.uploadFileToDataStore("store", "directory", tmp_path / "load.csv")

    def test_endless_result_chunk_is_refused(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        malicious_server.respond_with_page()
        malicious_server.respond_with("GET", ENDLESS_HEAD + ENDLESS)
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than 2097152"):
            query(client, tmp_path)
        assert not [*tmp_path.iterdir()]

    @pytest.mark.parametrize("status", ["200 OK", "500 No", "403 No"])
    @pytest.mark.parametrize(
        ("packed", "encoding"),
        [
            (zlib.compress(b" " * (64 << 20)), "deflate"),
            (gzip.compress(b" " * (64 << 20)), "gzip"),
            (gzip.compress(b" " * (64 << 20)), "GZIP"),
            (gzip.compress(b" " * (64 << 20)), " x-gzip, identity"),
        ],
    )
    def test_compression_bomb_is_refused(
        self,
        packed: bytes,
        encoding: str,
        status: str,
        malicious_server: MaliciousServer,
        client: AvistaDigitalExchange,
    ) -> None:
        malicious_server.respond_with(
            GET_USER, http(status, packed, f"Content-Encoding: {encoding}")
        )
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than"):
            client.getUserInfo()

    def test_compression_bomb_in_the_response_to_an_upload_is_refused(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").write_bytes(b"1")
        created = {
            "itemId": "1",
            "url": f"{malicious_server.url}/object?X-Amz-Signature=5ec7e7",
        }
        malicious_server.respond_with(CREATE, ok({"data": {CREATE: created}}))
        packed = gzip.compress(b" " * (64 << 20))
        malicious_server.respond_with("PUT", http("403 No", packed, "Content-Encoding: gzip"))
        malicious_server.respond_with("storage_deleteDataStoreFile", ok({"data": {}}))
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than"):
            client.uploadFileToDataStore("store", "directory", tmp_path / "load.csv")


class TestEncodings:
    USER: ClassVar[dict[str, Any]] = {
        "user": {"userId": "u1", "firstName": "Ada", "lastName": "L", "organization": None}
    }
    ANSWER = json.dumps({"data": {GET_USER: USER}}).encode()

    @pytest.mark.parametrize(
        ("packed", "headers"),
        [
            (ANSWER, ["Content-Encoding: identity"]),
            (ANSWER, ["Content-Encoding:"]),
            (gzip.compress(ANSWER), ["Content-Encoding: gzip"]),
            (gzip.compress(ANSWER), ["content-encoding: X-GZIP"]),
            (gzip.compress(ANSWER), ["Content-Encoding: identity", "Content-Encoding: gzip"]),
            (zlib.compress(ANSWER), ["Content-Encoding: deflate"]),
        ],
    )
    def test_response_is_decoded_once(
        self,
        packed: bytes,
        headers: list[str],
        malicious_server: MaliciousServer,
        client: AvistaDigitalExchange,
    ) -> None:
        malicious_server.respond_with(GET_USER, ok(packed, *headers))
        assert client.getUserInfo().firstName == "Ada"
        assert "accept-encoding: gzip\r\n" in f"{malicious_server.heads[0].lower()}\r\n"

    def test_empty_response_may_have_any_encoding(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange
    ) -> None:
        malicious_server.respond_with(GET_USER, http("403 No", b"", "Content-Encoding: gzip"))
        with pytest.raises(ApiError) as caught:
            client.getUserInfo()
        assert caught.value.statusCode == 403

    @pytest.mark.parametrize("status", ["200 OK", "500 No"])
    @pytest.mark.parametrize(
        ("packed", "headers"),
        [
            (gzip.compress(gzip.compress(ANSWER)), ["Content-Encoding: gzip, gzip"]),
            (gzip.compress(gzip.compress(ANSWER)), ["Content-Encoding: gzip"] * 2),
            (gzip.compress(ANSWER), ["Content-Encoding: br"]),
            (gzip.compress(ANSWER), ["Content-Encoding: gzip;q=1"]),
            (gzip.compress(ANSWER), ["Content-Encoding: " + "gzip, " * 5000]),
            (gzip.compress(ANSWER)[:-5], ["Content-Encoding: gzip"]),
            (gzip.compress(ANSWER) + b"more", ["Content-Encoding: gzip"]),
            (gzip.compress(ANSWER)[:20] + b"x" * 50, ["Content-Encoding: gzip"]),
            (b"x", ["Content-Encoding: gzip"]),
        ],
        ids=["twice", "two headers", "brotli", "quality", "5000", "cut", "more", "broken", "none"],
    )
    def test_response_with_an_invalid_encoding_is_refused(
        self,
        packed: bytes,
        headers: list[str],
        status: str,
        malicious_server: MaliciousServer,
        client: AvistaDigitalExchange,
    ) -> None:
        malicious_server.respond_with(GET_USER, http(status, packed, *headers))
        with pytest.raises(InvalidResponseError, match=r"Content-Encoding") as caught:
            client.getUserInfo()
        assert len(str(caught.value)) < 200


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
    def test_deeply_nested_response_is_refused(
        self, body: bytes, malicious_server: MaliciousServer, client: AvistaDigitalExchange
    ) -> None:
        malicious_server.respond_with(GET_USER, ok(body))
        with pytest.raises(InvalidResponseError):
            client.getUserInfo()

    def test_deeply_nested_error_response_is_refused(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange
    ) -> None:
        malicious_server.respond_with(GET_USER, http("403 No", DEEP))
        with pytest.raises(ApiError) as caught:
            client.getUserInfo()
        assert caught.value.statusCode == 403

    def test_deeply_nested_timestream_result_is_refused(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange
    ) -> None:
        page = {"resultJSONString": '{"Rows":' + DEEP.decode() + "}", "clientToken": None}
        malicious_server.respond_with(SQL, ok({"data": {SQL: page}}))
        with pytest.raises(InvalidResponseError):
            client.queryTimeSeriesDatabase_TimestreamFormat("db", "SELECT 1")

    def test_deeply_nested_result_chunk_is_refused(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        malicious_server.respond_with_page()
        malicious_server.respond_with("GET", ok(DEEP))
        with pytest.raises(InvalidResponseError, match=r"result chunk"):
            query(client, tmp_path)


class TestErrors:
    @pytest.mark.parametrize(
        "entry", [b"{}", b'{"message":"no"}', b"[[]]", b"7", b'{"errorType":"x","data":[[]]}']
    )
    def test_many_errors_raise_an_error_of_bounded_length(
        self, entry: bytes, malicious_server: MaliciousServer, client: AvistaDigitalExchange
    ) -> None:
        malicious_server.respond_with(
            GET_USER, ok(b'{"errors":[' + b",".join([entry] * 20_000) + b"]}")
        )
        with pytest.raises(ApiError, match=r"and 19990 more$") as caught:
            client.getUserInfo()
        assert len(caught.value.errors) == 1000
        assert len(str(caught.value)) < 1000

    def test_long_error_message_is_truncated_after_redaction(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange
    ) -> None:
        message = "x" * (1000 - len(TOKEN) // 2) + TOKEN + "y" * 10_000
        malicious_server.respond_with(
            GET_USER,
            ok({"errors": [{"message": message}]}, f"x-amzn-requestid: {'z' * 50_000}"),
        )
        with pytest.raises(ApiError) as caught:
            client.getUserInfo()
        assert len(str(caught.value)) < 2000
        assert TOKEN[:6] not in str(caught.value)
        assert caught.value.requestId == "z" * 200

    @pytest.mark.parametrize("status", ["200 OK", "400 No"])
    def test_oversized_error_is_not_parsed(
        self,
        status: str,
        malicious_server: MaliciousServer,
        connect: Connect,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_options(monkeypatch, max_error_bytes=1000)
        client = connect(TOKEN, endpoint=f"{malicious_server.url}/graphql")
        malicious_server.respond_with(
            GET_USER, http(status, b'{"errors":[' + b"{}," * 1000 + b"{}]}")
        )
        says = r"HTTP status 400|an error of more than 1000 bytes"
        with pytest.raises((ApiError, InvalidResponseError), match=says):
            client.getUserInfo()

    def test_list_of_invalid_entries_takes_little_memory(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange
    ) -> None:
        name = "storage_listDataStores"
        malicious_server.respond_with(
            name, ok(b'{"data":{"' + name.encode() + b'":[' + b"1," * 500_000 + b"1]}}")
        )
        with little_memory(), pytest.raises(InvalidResponseError, match=r"schema at .*\.0"):
            client.listDataStores()


class TestHttp:
    @pytest.mark.parametrize(
        "response",
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
    def test_invalid_http_raises_an_error_that_repeats_nothing(
        self, response: bytes, malicious_server: MaliciousServer, client: AvistaDigitalExchange
    ) -> None:
        malicious_server.respond_with(GET_USER, response)
        with pytest.raises(DigitalExchangeError) as caught:
            client.getUserInfo()
        assert TOKEN not in "".join(traceback.format_exception(caught.value))
        assert len(str(caught.value)) < 500


class TestPages:
    def test_page_tokens_in_a_cycle_raise_an_error(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        pages = [{"data": [], "nextToken": token, "clientToken": None} for token in "aa"]
        fake_platform.add_data(LATEST, *pages)
        with pytest.raises(InvalidResponseError, match=r"same page token twice"):
            fake_platform_client.listTimeSeriesAssetsAndLatestValues("db")

    def test_page_tokens_in_a_cycle_of_a_filter_query_raise_an_error(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        malicious_server.respond_with_page(nextToken="the same")
        malicious_server.respond_with("GET", ok(b"[]"))
        with pytest.raises(QueryIncompleteError, match=r"same page token twice"):
            query(client, tmp_path)
        assert not [*tmp_path.iterdir()]
