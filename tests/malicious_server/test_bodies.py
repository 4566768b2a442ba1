"""Bodies without end, of too many levels, and what is no HTTP: refused."""

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
from .server import DEEP, ENDLESS, ENDLESS_HEAD, Liar, ok, query

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
        with little_memory(), pytest.raises(TransferError, match=r"has no valid Content-Length"):
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
        liar.lay_down_page()
        liar.lay_down("GET", ENDLESS_HEAD + ENDLESS)
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than 2097152"):
            query(victim, tmp_path)
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
    def test_of_what_unpacks_to_very_much(
        self,
        packed: bytes,
        encoding: str,
        status: str,
        liar: Liar,
        victim: AvistaDigitalExchange,
    ) -> None:
        liar.lay_down(GET_USER, http(status, packed, f"Content-Encoding: {encoding}"))
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than"):
            victim.getUserInfo()

    def test_of_what_unpacks_to_very_much_in_the_answer_to_an_upload(
        self, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").write_bytes(b"1")
        created = {"itemId": "1", "url": f"{liar.address}/object?X-Amz-Signature=5ec7e7"}
        liar.lay_down(CREATE, ok({"data": {CREATE: created}}))
        packed = gzip.compress(b" " * (64 << 20))
        liar.lay_down("PUT", http("403 No", packed, "Content-Encoding: gzip"))
        liar.lay_down("storage_deleteDataStoreFile", ok({"data": {}}))
        with little_memory(), pytest.raises(InvalidResponseError, match=r"larger than"):
            victim.uploadFileToDataStore("store", "directory", tmp_path / "load.csv")


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
    def test_answer_is_decoded_once(
        self, packed: bytes, headers: list[str], liar: Liar, victim: AvistaDigitalExchange
    ) -> None:
        liar.lay_down(GET_USER, ok(packed, *headers))
        assert victim.getUserInfo().firstName == "Ada"
        assert "accept-encoding: gzip\r\n" in f"{liar.heads[0].lower()}\r\n"

    def test_empty_answer_is_encoded_in_any_way(
        self, liar: Liar, victim: AvistaDigitalExchange
    ) -> None:
        liar.lay_down(GET_USER, http("403 No", b"", "Content-Encoding: gzip"))
        with pytest.raises(ApiError) as caught:
            victim.getUserInfo()
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
    def test_answer_that_is_encoded_otherwise_is_refused(
        self,
        packed: bytes,
        headers: list[str],
        status: str,
        liar: Liar,
        victim: AvistaDigitalExchange,
    ) -> None:
        liar.lay_down(GET_USER, http(status, packed, *headers))
        with pytest.raises(InvalidResponseError, match=r"Content-Encoding") as caught:
            victim.getUserInfo()
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
        liar.lay_down_page()
        liar.lay_down("GET", ok(DEEP))
        with pytest.raises(InvalidResponseError, match=r"result chunk"):
            query(victim, tmp_path)


class TestErrors:
    @pytest.mark.parametrize(
        "entry", [b"{}", b'{"message":"no"}', b"[[]]", b"7", b'{"errorType":"x","data":[[]]}']
    )
    def test_many_errors_are_an_error_of_bounded_length(
        self, entry: bytes, liar: Liar, victim: AvistaDigitalExchange
    ) -> None:
        liar.lay_down(GET_USER, ok(b'{"errors":[' + b",".join([entry] * 20_000) + b"]}"))
        with pytest.raises(ApiError, match=r"and 19990 more$") as caught:
            victim.getUserInfo()
        assert len(caught.value.errors) == 1000
        assert len(str(caught.value)) < 1000

    def test_long_message_is_cut_after_what_is_secret_was_taken_out(
        self, liar: Liar, victim: AvistaDigitalExchange
    ) -> None:
        message = "x" * (1000 - len(TOKEN) // 2) + TOKEN + "y" * 10_000
        liar.lay_down(
            GET_USER,
            ok({"errors": [{"message": message}]}, f"x-amzn-requestid: {'z' * 50_000}"),
        )
        with pytest.raises(ApiError) as caught:
            victim.getUserInfo()
        assert len(str(caught.value)) < 2000
        assert TOKEN[:6] not in str(caught.value)
        assert caught.value.requestId == "z" * 200

    @pytest.mark.parametrize("status", ["200 OK", "400 No"])
    def test_error_larger_than_any_of_the_platform_is_not_looked_into(
        self,
        status: str,
        liar: Liar,
        connect: Connect,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_options(monkeypatch, max_error_bytes=1000)
        victim = connect(TOKEN, endpoint=f"{liar.address}/graphql")
        liar.lay_down(GET_USER, http(status, b'{"errors":[' + b"{}," * 1000 + b"{}]}"))
        says = r"HTTP status 400|an error of more than 1000 bytes"
        with pytest.raises((ApiError, InvalidResponseError), match=says):
            victim.getUserInfo()

    def test_list_of_wrong_entries_takes_little_memory(
        self, liar: Liar, victim: AvistaDigitalExchange
    ) -> None:
        name = "storage_listDataStores"
        liar.lay_down(name, ok(b'{"data":{"' + name.encode() + b'":[' + b"1," * 500_000 + b"1]}}"))
        with little_memory(), pytest.raises(InvalidResponseError, match=r"schema at .*\.0"):
            victim.listDataStores()


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
    def test_that_is_none_is_an_error_that_repeats_nothing(
        self, response: bytes, liar: Liar, victim: AvistaDigitalExchange
    ) -> None:
        liar.lay_down(GET_USER, response)
        with pytest.raises(DigitalExchangeError) as caught:
            victim.getUserInfo()
        assert TOKEN not in "".join(traceback.format_exception(caught.value))
        assert len(str(caught.value)) < 500


class TestPages:
    def test_whose_tokens_lead_in_a_circle_are_an_error(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        pages = [{"data": [], "nextToken": token, "clientToken": None} for token in "aa"]
        fake_platform.add_data(LATEST, *pages)
        with pytest.raises(InvalidResponseError, match=r"same page token twice"):
            fake_platform_client.listTimeSeriesAssetsAndLatestValues("db")

    def test_so_are_those_of_a_query_with_filters(
        self, liar: Liar, victim: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        liar.lay_down_page(nextToken="the same")
        liar.lay_down("GET", ok(b"[]"))
        with pytest.raises(QueryIncompleteError, match=r"same page token twice"):
            query(victim, tmp_path)
        assert not [*tmp_path.iterdir()]
