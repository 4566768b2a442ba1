"""Debug mode: what it logs of each call, and what it never logs."""

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, NotFoundError, ServerError
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.fake_platform import (
    ENDPOINT,
    TOKEN,
    FakePlatform,
    FakeResponse,
    error_response,
    graphql_error,
)

LOGGER = "avista_digital_exchange_sdk"
LINE = re.compile(
    r"(?P<operation>\w+) (?P<variables>\{.*\}): (?P<status>\d+) in (?P<ms>\d+) ms, "
    r"(?P<sent>\d+) bytes sent, (?P<received>\d+) received, request (?P<request>\S+)",
    re.DOTALL,
)
PROGRAM = """
import sys
from avista_digital_exchange_sdk import AvistaDigitalExchange
{setup}
with AvistaDigitalExchange({token!r}, {debug}, endpoint={endpoint!r}) as digitalExchange:
    print(digitalExchange.getUserInfo().firstName)
    digitalExchange.getDataStoreDirectory({directory!r}).printContents()
"""


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    logger = logging.getLogger(LOGGER)
    level = logger.level
    yield
    logger.setLevel(level)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The log messages of the SDK."""
    return _Messages(caplog)


class _Messages(list[str]):
    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    def __iter__(self) -> Iterator[str]:
        records = (record for record in self._caplog.records if record.name == LOGGER)
        return iter([record.getMessage() for record in records])


def calls(lines: list[str], operation: str) -> list[re.Match[str]]:
    """The log lines about requests of an operation."""
    found = (LINE.fullmatch(line) for line in lines)
    return [match for match in found if match and match["operation"] == operation]


def secrets_of(local: LocalExchange) -> list[str]:
    return [*local.tokens.values(), "Signature="]


class TestDebugLog:
    def test_debug_log_of_a_call_has_operation_variables_duration_bytes_and_request(
        self, connect: Connect, local: LocalExchange, lines: list[str]
    ) -> None:
        connect(local.token, True, endpoint=local.endpoint).getDataStore(local.dataStoreId)
        (call,) = calls(lines, "storage_getDataStore")
        assert call["variables"] == f"{{'dataStoreId': '{local.dataStoreId}'}}"
        assert call["status"] == "200"
        assert int(call["sent"]) > len(local.dataStoreId)
        assert int(call["received"]) > 2 * len(local.dataStoreId)
        assert len(call["request"]) >= 16

    def test_debug_log_of_a_refused_call_has_its_request(
        self, connect: Connect, local: LocalExchange, lines: list[str]
    ) -> None:
        exchange = connect(local.token, True, endpoint=local.endpoint)
        with pytest.raises(NotFoundError) as caught:
            exchange.getDataStore("dataStoreId.nothing")
        (call,) = calls(lines, "storage_getDataStore")
        assert call["request"] == caught.value.requestId

    def test_debug_log_of_a_query_has_each_page_and_their_count(
        self,
        connect: Connect,
        local: LocalExchange,
        database: str,
        tmp_path: Path,
        lines: list[str],
    ) -> None:
        exchange = connect(local.token, True, endpoint=local.endpoint)
        publish(exchange, database, 5)
        query_with_filters(exchange, database, tmp_path / "result.csv", maxRows=2)
        pages = len(calls(lines, "timeSeriesDb_queryDatabase"))
        assert pages >= 3
        assert any(re.fullmatch(rf"query \S+: {pages} pages, .*", line) for line in lines)

    def test_debug_log_of_transfers_has_their_bytes(
        self,
        connect: Connect,
        local: LocalExchange,
        data_store: dict[str, str],
        tmp_path: Path,
        lines: list[str],
    ) -> None:
        exchange = connect(local.token, True, endpoint=local.endpoint)
        transfer(exchange, data_store, tmp_path)
        assert any(re.match(r"load\.csv: 7 bytes uploaded in ", line) for line in lines)
        assert any(re.match(r"load\.csv: 7 bytes downloaded in ", line) for line in lines)

    def test_debug_log_of_a_retry_has_its_reason(
        self, fake_platform: FakePlatform, connect: Connect, lines: list[str]
    ) -> None:
        unreachable = {"data": {"user_getUserSession": {"user": {"userId": "u1"}}}}
        fake_platform.add_responses(
            "user_getUserSession", FakeResponse(503, headers={"Retry-After": "0"}), unreachable
        )
        connect(TOKEN, True, endpoint=ENDPOINT).getUserInfo()
        assert [call["status"] for call in calls(lines, "user_getUserSession")] == ["503", "200"]
        assert any("503" in line and "retrying in" in line for line in lines)

    def test_debug_log_abbreviates_long_strings_and_lists(
        self, connect: Connect, local: LocalExchange, database: str, lines: list[str]
    ) -> None:
        exchange = connect(local.token, True, endpoint=local.endpoint)
        publish(exchange, database, 90)
        (call,) = calls(lines, "timeSeriesDb_publishToDatabase")
        assert "… 87 more" in call["variables"]
        assert len(call["variables"]) < 1500
        with pytest.raises(NotFoundError):
            exchange.getDataStore("dataStoreId." + "x" * 900)
        (call,) = calls(lines, "storage_getDataStore")
        assert "… (912 characters)" in call["variables"]
        assert len(call["variables"]) < 150

    def test_debug_log_abbreviates_long_strings_in_filters(
        self,
        connect: Connect,
        local: LocalExchange,
        database: str,
        tmp_path: Path,
        lines: list[str],
    ) -> None:
        exchange = connect(local.token, True, endpoint=local.endpoint)
        filters = [{"assetId": "a" * 900, "attributeNamesFilter": ["b" * 200] * 5}]
        exchange.queryTimeSeriesDatabaseWithFilters(
            database,
            filters,
            "1970-01-01T00:00:00Z",
            "1970-01-02T00:00:00Z",
            tmp_path,
            errors="ignore",
        )
        call, *_ = calls(lines, "timeSeriesDb_queryDatabase")
        assert "… (900 characters)" in call["variables"]
        assert "TimeSeriesQueryAssetInput" not in call["variables"]
        assert len(call["variables"]) < 600


class TestRedaction:
    def test_log_contains_no_token_and_no_presigned_query_string(
        self,
        connect: Connect,
        local: LocalExchange,
        data_store: dict[str, str],
        database: str,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        exchange = connect(local.token, True, endpoint=local.endpoint)
        transfer(exchange, data_store, tmp_path)
        publish(exchange, database, 5)
        for aggregate in ("server", "client"):
            query_with_filters(
                exchange, database, tmp_path / "r.csv", maxRows=2, aggregate=aggregate
            )
        exchange.listTimeSeriesAssetsAndLatestValues(database)
        output = caplog.text
        assert "storage_createDataStoreFile" in output
        assert [secret for secret in secrets_of(local) if secret in output] == []

    def test_log_contains_no_page_tokens(
        self, fake_platform: FakePlatform, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        page = {"data": [], "nextToken": "page-token-7", "clientToken": "client-token-7"}
        last = {**page, "nextToken": None}
        fake_platform.add_data("timeSeriesDb_listAllAssetLastValues", page, last)
        connect(TOKEN, True, endpoint=ENDPOINT).listTimeSeriesAssetsAndLatestValues("d")
        assert len(fake_platform.operations) == 2
        assert "page-token-7" not in caplog.text
        assert "client-token-7" not in caplog.text

    def test_log_hides_the_token_in_variables(
        self, fake_platform: FakePlatform, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        fake_platform.add_data("q", 1)
        exchange = connect(TOKEN, True, endpoint=ENDPOINT)
        exchange.execute("query q($mine: String) { q(x: $mine) }", {"mine": f"a {TOKEN} b"})
        assert "a <secret> b" in caplog.text
        assert TOKEN not in caplog.text

    def test_log_hides_what_the_platform_echoes(
        self, fake_platform: FakePlatform, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        echo = f"{TOKEN} https://bucket.test/file?X-Amz-Signature=abc"
        again = error_response(graphql_error("InternalServerException", echo))
        fake_platform.add_responses("user_getUserSession", again, again)
        exchange = connect(TOKEN, True, endpoint=ENDPOINT, maxRetries=1)
        with pytest.raises(ServerError) as caught:
            exchange.getUserInfo()
        for output in (caplog.text, str(caught.value), repr(caught.value.errors)):
            assert TOKEN not in output
            assert "X-Amz-Signature" not in output
            assert "<secret>" in output


class TestPrinting:
    @pytest.fixture
    def run(self, local: LocalExchange, data_store: dict[str, str]) -> object:
        """Runs a program in a new Python process."""

        def run(debug: str, setup: str = "") -> subprocess.CompletedProcess[str]:
            program = PROGRAM.format(
                token=local.token,
                debug=debug,
                endpoint=local.endpoint,
                directory=data_store["homeDirectoryId"],
                setup=setup,
            )
            command = [sys.executable, "-c", program]
            return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

        return run

    def test_client_without_debug_prints_nothing(self, run) -> None:
        outcome = run("False")
        assert outcome.stdout.splitlines()[0] == "Ada"
        assert len(outcome.stdout.splitlines()) == 2
        assert outcome.stderr == ""

    def test_client_with_debug_prints_each_call_as_a_line_on_stderr(self, run) -> None:
        outcome = run("True")
        assert len(outcome.stdout.splitlines()) == 2
        assert [line.split()[3] for line in outcome.stderr.splitlines()] == [
            "user_getUserSession",
            "storage_getDataStoreDirectory",
        ]

    def test_program_with_its_own_logging_gets_each_line_once(self, run) -> None:
        outcome = run("True", "import logging; logging.basicConfig(format='mine %(message)s')")
        own = outcome.stderr.splitlines()
        assert len(own) == 2
        assert all(line.startswith("mine ") for line in own)

    def test_second_client_does_not_double_the_lines(self, run) -> None:
        outcome = run("True", "AvistaDigitalExchange('other', True).close()")
        assert len(outcome.stderr.splitlines()) == 2

    def test_debug_mode_of_one_client_does_not_affect_another(
        self, connect: Connect, local: LocalExchange, lines: list[str]
    ) -> None:
        loud = connect(local.token, True, endpoint=local.endpoint)
        quiet = connect(local.token, endpoint=local.endpoint)
        quiet.getUserInfo()
        assert list(lines) == []
        loud.getUserInfo()
        assert len(list(lines)) == 1

    def test_logging_can_be_enabled_without_debug_mode(
        self, exchange: AvistaDigitalExchange, lines: list[str]
    ) -> None:
        exchange.getUserInfo()
        assert list(lines) == []
        logging.getLogger(LOGGER).setLevel(logging.DEBUG)
        exchange.getUserInfo()
        assert len(calls(lines, "user_getUserSession")) == 1


def transfer(exchange: AvistaDigitalExchange, store: dict[str, str], folder: Path) -> None:
    """Upload a file of seven bytes, and download it."""
    (folder / "load.csv").write_bytes(b"a,b\n1,2")
    file = exchange.uploadFileToDataStore(
        store["dataStoreId"], store["homeDirectoryId"], folder / "load.csv"
    )
    exchange.downloadDataStoreFile(file.dataStoreFileId, folder)


def publish(exchange: AvistaDigitalExchange, database: str, count: int) -> None:
    records = [
        exchange.createTimeSeriesInputRecord(second, "SECONDS", "kW", "DOUBLE", second)
        for second in range(count)
    ]
    exchange.publishToTimeSeriesDatabase(database, "meter", records)


def query_with_filters(
    exchange: AvistaDigitalExchange, database: str, target: Path, **options: object
) -> None:
    exchange.queryTimeSeriesDatabaseWithFilters(
        database,
        [{"assetId": "meter"}],
        "1970-01-01T00:00:00Z",
        "1970-01-02T00:00:00Z",
        target,
        **options,
    )
