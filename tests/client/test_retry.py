"""Retries: conditions, numbers and delays; no test really waits."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from avista_digital_exchange_sdk import (
    ApiError,
    AvistaDigitalExchange,
    ConnectionFailedError,
    DigitalExchangeError,
    InvalidParameterError,
    PublishIncompleteError,
    RateLimitError,
    RequestTimeoutError,
    ServerError,
    TransferError,
)
from avista_digital_exchange_sdk._backends import SyncBackend
from avista_digital_exchange_sdk._backends.async_backend import AsyncBackend
from avista_digital_exchange_sdk._options import Options
from avista_digital_exchange_sdk._utils import retry

from ..conftest import Connect
from ..services.storage.test_data_stores import FILE
from ..support.clients import ClientFactory
from ..support.fake_platform import (
    ENDPOINT,
    TOKEN,
    FakePlatform,
    FakeResponse,
    error_response,
    graphql_error,
)
from ..support.options import use_options

USER = {"user": {"userId": "u1", "firstName": "Ada", "lastName": "L", "organization": None}}
GET_USER = "user_getUserSession"
PUBLISH = "timeSeriesDb_publishToDatabase"
CREATE = "storage_createDataStoreFile"
DELETE = "storage_deleteDataStoreFile"
URL = "https://objects.test/1?X-Amz-Signature=5ec7e7"

TRANSIENT_FAILURES: list[Any] = [
    pytest.param(httpx.ConnectError("refused"), id="refused"),
    pytest.param(httpx.ConnectTimeout("slow"), id="slow to connect"),
    pytest.param(httpx.ReadTimeout("slow"), id="slow to answer"),
    pytest.param(httpx.ReadError("reset"), id="reset"),
    pytest.param(httpx.RemoteProtocolError("no HTTP"), id="no HTTP"),
    *(
        pytest.param(FakeResponse(status), id=str(status))
        for status in (408, 429, 500, 502, 503, 504)
    ),
    pytest.param(
        error_response(graphql_error("ThrottlingException", "Rate exceeded")), id="throttled"
    ),
    pytest.param(error_response(graphql_error("ExecutionTimeout", "too long")), id="timed out"),
    pytest.param(
        error_response(graphql_error(None, "Execution timed out.")), id="timed out, no type"
    ),
    pytest.param(error_response(graphql_error("InternalFailure", "oops")), id="internal"),
]
PERMANENT_FAILURES: list[Any] = [
    *(pytest.param(FakeResponse(status), id=str(status)) for status in (400, 401, 403, 404, 501)),
    pytest.param(error_response(graphql_error("Unauthorized", "no")), id="unauthorized"),
    pytest.param(error_response(graphql_error("NotFound", "no such thing")), id="not found"),
    pytest.param(error_response(graphql_error("ValidationException", "line 1:8")), id="invalid"),
    pytest.param(FakeResponse(200, b"<html>"), id="HTML"),
    pytest.param(FakeResponse(302, b"", {"Location": "https://elsewhere.test/"}), id="redirected"),
]


@pytest.fixture
def delays(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The delays between attempts, skipped and as long as possible."""
    waited: list[float] = []

    async def sleep(_io: object, seconds: float) -> None:
        waited.append(seconds)

    for io in (SyncBackend, AsyncBackend):
        monkeypatch.setattr(io, "sleep", sleep)
    monkeypatch.setattr(random, "uniform", lambda _lowest, highest: highest)
    return waited


@pytest.fixture
def retrying_client(
    fake_platform: FakePlatform, connect: Connect, delays: list[float]
) -> AvistaDigitalExchange:
    """A client of the fake platform with the default number of retries."""
    return connect(TOKEN, endpoint=ENDPOINT)


class TestQuery:
    @pytest.mark.parametrize("failure", TRANSIENT_FAILURES)
    def test_query_is_retried_after_a_transient_failure(
        self, failure: Any, fake_platform: FakePlatform, retrying_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_responses(GET_USER, failure, failure)
        fake_platform.add_data(GET_USER, USER)
        assert retrying_client.getUserInfo().firstName == "Ada"
        assert fake_platform.operations == [GET_USER] * 3

    @pytest.mark.parametrize("failure", PERMANENT_FAILURES)
    def test_query_is_not_retried_after_a_permanent_failure(
        self,
        failure: Any,
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
        delays: list[float],
    ) -> None:
        fake_platform.add_responses(GET_USER, failure)
        with pytest.raises(DigitalExchangeError):
            retrying_client.getUserInfo()
        assert fake_platform.operations == [GET_USER]
        assert delays == []

    def test_query_fails_after_the_last_retry(
        self,
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
        delays: list[float],
    ) -> None:
        fake_platform.add_responses(GET_USER, *[FakeResponse(503)] * 5)
        with pytest.raises(ServerError) as caught:
            retrying_client.getUserInfo()
        assert caught.value.statusCode == 503
        assert fake_platform.operations == [GET_USER] * 5
        assert delays == [0.5, 1, 2, 4]

    @pytest.mark.parametrize("maxRetries", [0, 1, 7])
    def test_query_is_retried_at_most_max_retries_times(
        self, maxRetries: int, fake_platform: FakePlatform, connect: Connect, delays: list[float]
    ) -> None:
        exchange = connect(TOKEN, endpoint=ENDPOINT, maxRetries=maxRetries)
        fake_platform.add_responses(GET_USER, *[FakeResponse(503)] * 8)
        with pytest.raises(ServerError):
            exchange.getUserInfo()
        assert len(fake_platform.requests) == 1 + maxRetries
        assert len(delays) == maxRetries

    @pytest.mark.parametrize("maxRetries", [-1, 101, 1.5, None, "many", True])
    def test_max_retries_must_be_an_integer(
        self, maxRetries: object, create_client: ClientFactory
    ) -> None:
        with pytest.raises(
            InvalidParameterError, match=r"maxRetries must be an integer between 0 and 100"
        ):
            create_client(TOKEN, maxRetries=maxRetries)


class TestBackoff:
    def test_backoff_grows_up_to_a_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(random, "uniform", lambda _lowest, highest: highest)
        delays = retry.Backoff(9, Options())
        assert [delays.next_delay() for _ in range(10)] == [0.5, 1, 2, 4, 8, 16, 20, 20, 20, None]

    def test_backoff_is_spread_over_the_whole_delay(self) -> None:
        shares = sorted(
            (retry.Backoff(1, Options()).next_delay() or 0) / Options().initial_retry_delay
            for _ in range(400)
        )
        assert 0 <= shares[0] < 0.1
        assert 0.4 < shares[200] < 0.6
        assert 0.9 < shares[-1] <= 1

    def test_backoff_is_reset_by_progress(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(random, "uniform", lambda _lowest, highest: highest)
        delays = retry.Backoff(2, Options())
        assert [delays.next_delay(), delays.next_delay(), delays.next_delay()] == [0.5, 1, None]
        delays.reset()
        assert [delays.next_delay(), delays.next_delay(), delays.next_delay()] == [0.5, 1, None]

    def test_backoff_is_no_shorter_than_retry_after(
        self,
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
        delays: list[float],
    ) -> None:
        fake_platform.add_responses(
            GET_USER, FakeResponse(429, b"", {"Retry-After": "7"}), FakeResponse(503)
        )
        fake_platform.add_data(GET_USER, USER)
        retrying_client.getUserInfo()
        assert delays == [7, 1]

    def test_backoff_ends_if_retry_after_is_too_long(
        self,
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
        delays: list[float],
    ) -> None:
        fake_platform.add_responses(GET_USER, FakeResponse(429, b"", {"Retry-After": "3600"}))
        with pytest.raises(RateLimitError):
            retrying_client.getUserInfo()
        assert delays == []

    @pytest.mark.parametrize(
        "retry_after",
        [
            *("", "soon", "-5", "1e3", "٣", "nan", "inf", "0x10", "0.5", "1,2", ",", "()", '"'),
            "Wed, 99 Nov 2022",
            "Mon, 01 Jan 99999999999 00:00:00 GMT",
            "Mon, 01 Jan 2024 00:00:00 +99999999999",
            "Mon, 01 Jan 2024 99999999999:00:00 GMT",
            "Mon, " * 10_000,
        ],
    )
    def test_backoff_ignores_an_invalid_retry_after(self, retry_after: str) -> None:
        assert retry.parse_retry_after({"retry-after": retry_after}) is None

    @pytest.mark.parametrize("retry_after", ["9" * 5000, "Fri, 31 Dec 9999 23:59:59 -2359"])
    def test_backoff_with_a_distant_retry_after_raises_the_error_of_the_call(
        self,
        retry_after: str,
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
        delays: list[float],
    ) -> None:
        fake_platform.add_responses(GET_USER, FakeResponse(503, b"", {"Retry-After": retry_after}))
        with pytest.raises(ServerError):
            retrying_client.getUserInfo()
        assert delays == []

    def test_backoff_accepts_a_retry_after_date(self) -> None:
        timestamp = datetime.now(UTC) + timedelta(seconds=30)
        for text in (format_datetime(timestamp, usegmt=True), format_datetime(timestamp)):
            retry_after = retry.parse_retry_after({"retry-after": text})
            assert retry_after is not None
            assert 20 < retry_after <= 30
        past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
        assert retry.parse_retry_after({"retry-after": past}) == 0


class TestMutation:
    @pytest.mark.parametrize("failure", TRANSIENT_FAILURES)
    def test_mutation_is_retried_only_if_it_surely_had_no_effect(
        self,
        failure: Any,
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
        request: pytest.FixtureRequest,
    ) -> None:
        fake_platform.add_responses(DELETE, failure)
        fake_platform.add_data(DELETE, FILE)
        not_done = ("refused", "slow to connect", "429", "throttled")
        if request.node.callspec.id.split("-", 1)[1] in not_done:
            retrying_client.deleteDataStoreFile("file")
            assert fake_platform.operations == [DELETE] * 2
        else:
            with pytest.raises((ApiError, ConnectionFailedError)) as caught:
                retrying_client.deleteDataStoreFile("file")
            assert fake_platform.operations == [DELETE]
            assert caught.value.mayHaveSucceeded

    @pytest.mark.parametrize("failure", TRANSIENT_FAILURES)
    def test_mutation_of_publishing_is_retried(
        self, failure: Any, fake_platform: FakePlatform, retrying_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_responses(PUBLISH, failure, failure)
        fake_platform.add_data(PUBLISH, [])
        record = retrying_client.createTimeSeriesInputRecord(1, "SECONDS", "power", "BIGINT", 7)
        retrying_client.publishToTimeSeriesDatabase("db", "meter", [record])
        assert len({request.content for request in fake_platform.requests}) == 1
        assert fake_platform.operations == [PUBLISH] * 3

    @pytest.mark.parametrize(
        ("failures", "mayHaveSucceeded"),
        [
            ([httpx.ConnectError("refused")] * 5, False),
            ([FakeResponse(429)] * 5, False),
            ([FakeResponse(403)], False),
            ([FakeResponse(500)] * 5, True),
            ([httpx.ReadTimeout("slow"), *[httpx.ConnectError("refused")] * 4], True),
            ([FakeResponse(502), *[FakeResponse(429)] * 4], True),
            ([FakeResponse(429), httpx.ReadError("reset"), FakeResponse(403)], True),
            ([FakeResponse(200, b"<html>")], True),
        ],
    )
    def test_mutation_error_says_whether_it_may_have_succeeded(
        self,
        failures: list[Any],
        mayHaveSucceeded: bool,
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
    ) -> None:
        fake_platform.add_responses(PUBLISH, *failures)
        record = retrying_client.createTimeSeriesInputRecord(1, "SECONDS", "power", "BIGINT", 7)
        with pytest.raises(DigitalExchangeError) as caught:
            retrying_client.publishToTimeSeriesDatabase("db", "meter", [record])
        assert caught.value.mayHaveSucceeded is mayHaveSucceeded
        assert len(fake_platform.requests) == len(failures)
        assert not isinstance(caught.value, PublishIncompleteError)

    def test_upload_error_names_a_file_that_may_have_been_created(
        self, fake_platform: FakePlatform, retrying_client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").write_bytes(b"1")
        fake_platform.add_responses(CREATE, httpx.ReadTimeout("slow"))
        with pytest.raises(RequestTimeoutError) as caught:
            retrying_client.uploadFileToDataStore("store", "directory", tmp_path / "load.csv")
        assert caught.value.__notes__ == ["the directory may now contain an empty file load.csv"]

    def test_upload_error_names_no_file_that_was_surely_not_created(
        self, fake_platform: FakePlatform, retrying_client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").write_bytes(b"1")
        fake_platform.add_responses(CREATE, error_response(graphql_error("Unauthorized", "no")))
        with pytest.raises(ApiError) as caught:
            retrying_client.uploadFileToDataStore("store", "directory", tmp_path / "load.csv")
        assert not hasattr(caught.value, "__notes__")


class TestTransfer:
    def add_download(self, fake_platform: FakePlatform, *responses: Any) -> None:
        data = {
            "storage_getDataStoreFile": FILE,
            "storage_getDataStoreFileDownloadUrl": {"itemId": "1", "url": URL},
        }
        for _ in range(3):
            fake_platform.add_responses("storage_getDataStoreFileDownload", {"data": data})
        fake_platform.add_url_responses(f"GET {URL}", *responses)

    @pytest.mark.parametrize("failure", TRANSIENT_FAILURES[:11])
    def test_download_is_retried_after_a_transient_failure(
        self,
        failure: Any,
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        self.add_download(fake_platform, failure, FakeResponse(200, b"content"))
        retrying_client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert (tmp_path / "load.csv").read_bytes() == b"content"

    def test_download_waits_as_long_as_retry_after_says(
        self,
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
        delays: list[float],
        tmp_path: Path,
    ) -> None:
        busy = FakeResponse(503, b"<Error><Code>SlowDown</Code></Error>", {"Retry-After": "9"})
        self.add_download(fake_platform, busy, FakeResponse(200, b"content"))
        retrying_client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert delays == [9]

    def test_download_resumes_after_the_last_byte_of_the_same_file(
        self, fake_platform: FakePlatform, retrying_client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        half = FakeResponse(200, b"con", {"Content-Length": "7", "ETag": '"v1"'})
        rest = FakeResponse(206, b"tent", {"Content-Range": "bytes 3-6/7", "ETag": '"v1"'})
        self.add_download(fake_platform, half, rest)
        retrying_client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert (tmp_path / "load.csv").read_bytes() == b"content"
        assert fake_platform.requests[-1].headers["Range"] == "bytes=3-"
        assert fake_platform.requests[-1].headers["If-Match"] == '"v1"'

    @pytest.mark.parametrize(
        "response",
        [
            FakeResponse(412, b"<Error><Code>PreconditionFailed</Code></Error>"),
            FakeResponse(416, b"<Error><Code>InvalidRange</Code></Error>"),
            FakeResponse(200, b"another", {"ETag": '"v2"'}),
        ],
        ids=["changed", "shorter now", "no ranges here"],
    )
    def test_download_restarts_if_it_cannot_resume(
        self,
        response: FakeResponse,
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        half = FakeResponse(200, b"con", {"Content-Length": "7", "ETag": '"v1"'})
        whole = FakeResponse(200, b"another", {"ETag": '"v2"'})
        self.add_download(
            fake_platform, half, *[whole] * (response.status == 200) or (response, whole)
        )
        retrying_client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert (tmp_path / "load.csv").read_bytes() == b"another"

    def test_download_restarts_if_no_etag_identifies_the_file(
        self, fake_platform: FakePlatform, retrying_client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        half = FakeResponse(200, b"con", {"Content-Length": "7"})
        self.add_download(fake_platform, half, FakeResponse(200, b"another"))
        retrying_client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert (tmp_path / "load.csv").read_bytes() == b"another"
        assert "Range" not in fake_platform.requests[-1].headers

    def test_download_is_verified_against_the_checksum(
        self,
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
        delays: list[float],
        tmp_path: Path,
    ) -> None:
        right = '"9a0364b9e99bb480dd25e1f0284c8555"'
        self.add_download(
            fake_platform,
            FakeResponse(200, b"conTent", {"ETag": right}),
            FakeResponse(200, b"content", {"ETag": right}),
        )
        retrying_client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert (tmp_path / "load.csv").read_bytes() == b"content"
        assert len(delays) == 1

    def test_download_fails_if_the_checksum_never_matches(
        self, fake_platform: FakePlatform, retrying_client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        self.add_download(
            fake_platform, *[FakeResponse(200, b"content", {"ETag": f'"{"0" * 32}"'})] * 5
        )
        with pytest.raises(TransferError, match=r"load\.csv: .* checksum"):
            retrying_client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert not [*tmp_path.iterdir()]

    @pytest.fixture
    def large_client(
        self, monkeypatch: pytest.MonkeyPatch, connect: Connect
    ) -> AvistaDigitalExchange:
        """A client for which every file is large."""
        use_options(monkeypatch, max_md5_bytes_over_tls=0)
        return connect(TOKEN, endpoint=ENDPOINT, maxRetries=2)

    def test_download_of_a_large_file_in_one_response_over_tls_is_not_hashed(
        self, fake_platform: FakePlatform, large_client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        wrong = {"ETag": f'"{"0" * 32}"'}
        self.add_download(fake_platform, FakeResponse(200, b"content", wrong))
        large_client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert (tmp_path / "load.csv").read_bytes() == b"content"

    def test_download_of_a_large_file_in_several_responses_over_tls_is_verified(
        self,
        fake_platform: FakePlatform,
        large_client: AvistaDigitalExchange,
        delays: list[float],
        tmp_path: Path,
    ) -> None:
        right = {"ETag": '"9a0364b9e99bb480dd25e1f0284c8555"'}
        half = FakeResponse(200, b"con", {"Content-Length": "7", **right})
        rest = FakeResponse(206, b"TENT", {"Content-Range": "bytes 3-6/7", **right})
        whole = FakeResponse(200, b"content", right)
        self.add_download(fake_platform, half, rest, whole)
        large_client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert (tmp_path / "load.csv").read_bytes() == b"content"
        assert len(delays) == 2

    @pytest.mark.parametrize(
        "headers",
        [
            {"ETag": '"00000000000000000000000000000000-2"'},
            {
                "ETag": '"00000000000000000000000000000000"',
                "x-amz-server-side-encryption": "aws:kms",
            },
            {"ETag": 'W/"00000000000000000000000000000000"'},
        ],
        ids=["multipart", "encrypted", "weak"],
    )
    def test_download_ignores_an_etag_that_is_no_checksum(
        self,
        headers: dict[str, str],
        fake_platform: FakePlatform,
        retrying_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        self.add_download(fake_platform, FakeResponse(200, b"content", headers))
        retrying_client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert (tmp_path / "load.csv").read_bytes() == b"content"

    def test_upload_restarts_at_a_new_url(
        self, fake_platform: FakePlatform, retrying_client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").write_bytes(b"content")
        addresses = [f"https://objects.test/{number}?X-Amz-Signature=5ec" for number in range(2)]
        fake_platform.add_data(
            CREATE, *({"itemId": f"file {i}", "url": url} for i, url in enumerate(addresses))
        )
        fake_platform.add_url_responses(f"PUT {addresses[0]}", httpx.WriteError("reset"))
        fake_platform.add_url_responses(f"PUT {addresses[1]}", FakeResponse(200))
        fake_platform.add_data(DELETE, FILE)
        fake_platform.add_data("storage_getDataStoreFile", FILE)
        retrying_client.uploadFileToDataStore("store", "directory", tmp_path / "load.csv")
        assert fake_platform.variables(DELETE) == [{"dataStoreFileId": "file 0"}]
        assert fake_platform.variables("storage_getDataStoreFile") == [
            {"dataStoreFileId": "file 1"}
        ]
