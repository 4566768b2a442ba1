"""Filter queries against a Local Exchange: arguments and execution."""

import asyncio
import json
import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    NotFoundError,
    SubscriptionError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ....conftest import Connect
from ....support.http_messages import Message, Streams
from ....support.proxy import Proxy
from .conftest import SHAPES, WHOLE, request_asset

# Some tests request names that do not exist, or time ranges without values.
pytestmark = pytest.mark.filterwarnings("ignore::avista_digital_exchange_sdk.MissingDataWarning")

QUERY = "timeSeriesDb_queryDatabase"
EXPORT = "timeSeriesDb_generateQueryResultExportFile"
CANCEL = "timeSeriesDb_cancelDatabaseQuery"
WAYS = ["server", "client"]


class TestTimes:
    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20.2Z"),
            ("2023-11-15T00:13:20.000000000+02:00", "2023-11-14T20:13:20,200-02:00"),
            (
                datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
                datetime(2023, 11, 14, 22, 13, 20, 200_000, tzinfo=UTC),
            ),
        ],
    )
    def test_times_may_be_iso_8601_strings_with_a_zone_or_datetimes(
        self, start: Any, end: Any, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, [request_asset("meter-2", "kW")], start, end, tmp_path
        )
        rows = (tmp_path / "result.csv").read_text("utf-8").splitlines()[1:]
        assert [row.rpartition(",")[2] for row in rows] == ["1", "2"]

    def test_times_keep_all_digits(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured,
            [request_asset("meter-2", "kW")],
            "2023-11-14T22:13:20.000000002Z",
            "2023-11-14T22:13:20.123456790Z",
            tmp_path,
        )
        rows = (tmp_path / "result.csv").read_text("utf-8").splitlines()[1:]
        assert [row.rpartition(",")[2] for row in rows] == ["2"]


class TestOutputPath:
    def test_documented_example_writes_a_file(
        self,
        exchange: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        result = exchange.queryTimeSeriesDatabaseWithFilters(
            measured,
            [
                {"assetId": "meter-1", "attributeNamesFilter": ["kW", "V", "on"]},
                {"assetId": "meter-2", "attributeNamesFilter": ["kW"]},
            ],
            "2023-11-14T00:00:00.000Z",
            "2023-11-15T00:00:00.000Z",
            "./",
            "JSON",
        )
        assert result is True
        assert [path.name for path in tmp_path.iterdir()] == ["result.json"]
        assert len(json.loads((tmp_path / "result.json").read_text("utf-8"))) == 2

    def test_keyword_arguments_are_accepted(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        result = exchange.queryTimeSeriesDatabaseWithFilters(
            timeSeriesDbId=measured,
            assetAndAttributesFilter=({"assetId": "meter-1", "attributeNamesFilter": ("kW",)},),
            startTime=WHOLE[0],
            endTime=WHOLE[1],
            resultFileWriteLocation=str(tmp_path),
            exportFileFormat="csv",  # type: ignore[arg-type]  # taken in any case
            maxRows=5,
            exportTimeout=60,
            aggregate="auto",
        )
        assert result is True
        assert [path.name for path in tmp_path.iterdir()] == ["result.csv"]

    def test_existing_file_is_replaced(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        target = tmp_path / "july"
        target.write_text("older, and much longer than what replaces it" * 100)
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, [request_asset("nobody")], *WHOLE, target
        )
        assert target.read_text("utf-8") == "assetId,name,timestamp\n"


class TestPagination:
    def test_pages_are_followed_with_the_tokens_of_the_previous_page(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, measured: str, tmp_path: Path
    ) -> None:
        proxied_client.queryTimeSeriesDatabaseWithFilters(
            measured, [request_asset("wide", "n")], *WHOLE, tmp_path, maxRows=2, aggregate="client"
        )
        assert len((tmp_path / "result.csv").read_text("utf-8").splitlines()) == 13
        first, *following = (
            request.operation["variables"] for request in proxy.messages_named(QUERY)
        )
        assert len(following) >= 5
        assert first["queryType"] == "TIME_PERIOD"
        assert first["maxRows"] == 2
        assert first["startTime"] == "1970-01-01T00:00:00.000Z"
        assert first["endTime"] == "2200-01-01T00:00:00.000Z"
        assert "nextToken" not in first
        assert {variables["queryType"] for variables in following} == {"NEXT_TOKEN"}
        assert len({variables["nextToken"] for variables in following}) == len(following)
        assert all(variables["clientToken"] for variables in following)
        assert all(variables["queryString"] for variables in following)

    def test_pages_are_followed_before_the_export(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, measured: str, tmp_path: Path
    ) -> None:
        proxied_client.queryTimeSeriesDatabaseWithFilters(
            measured, [request_asset("wide", "n")], *WHOLE, tmp_path, maxRows=2, aggregate="server"
        )
        requested = [name for name in proxy.names if name in (QUERY, EXPORT)]
        assert requested.count(QUERY) >= 6
        assert requested.index(EXPORT) == len(requested) - 1


class Overlapping(Proxy):
    """Opens a WebSocket after a query has arrived, and responds to the query once it is open."""

    async def forward_message(
        self, message: Message, direction: str, source: Streams, sink: Streams
    ) -> None:
        prerequisites = {"websocket": QUERY, QUERY: "connection_init"}
        if direction == "response" and message.name in prerequisites:
            await asyncio.to_thread(self.wait_for, prerequisites[message.name], 10)
        await super().forward_message(message, direction, source, sink)


def test_connection_is_opened_while_the_first_page_is_read(
    connect: Connect, local: LocalExchange, measured: str, tmp_path: Path
) -> None:
    with Overlapping(local.endpoint).running() as proxy:
        client = connect(local.token, endpoint=proxy.endpoint)
        client.queryTimeSeriesDatabaseWithFilters(
            measured, [request_asset("meter-1")], *WHOLE, tmp_path, aggregate="server"
        )
    assert (tmp_path / "result.csv").stat().st_size > 0


class TestWithoutRealtime:
    """Networks without WebSockets."""

    @pytest.fixture(autouse=True)
    def _blocked(self, proxy: Proxy) -> None:
        proxy.blocks_websockets = True

    @pytest.mark.parametrize("fileFormat", ["CSV", "JSON"])
    def test_result_is_merged_on_the_client_and_logged_without_a_realtime_connection(
        self,
        fileFormat: Any,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        measured: str,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        # Several pages: a single one needs no connection.
        arguments = (measured, SHAPES["everything"], *WHOLE, tmp_path / "result", fileFormat, 5)
        assert proxied_client.queryTimeSeriesDatabaseWithFilters(*arguments) is True
        (warning,) = (record for record in caplog.records if record.levelno >= logging.WARNING)
        assert warning.name.startswith("avista_digital_exchange_sdk")
        assert "merging the result on the client" in warning.getMessage()
        assert capfd.readouterr() == ("", "")
        assert EXPORT not in proxy.names
        shutil.move(tmp_path / "result", tmp_path / "here")
        proxy.blocks_websockets = False
        proxied_client.queryTimeSeriesDatabaseWithFilters(*arguments, aggregate="server")
        assert (tmp_path / "here").read_bytes() == (tmp_path / "result").read_bytes()

    def test_server_aggregation_without_a_realtime_connection_is_an_error(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, measured: str, tmp_path: Path
    ) -> None:
        with pytest.raises(SubscriptionError):
            proxied_client.queryTimeSeriesDatabaseWithFilters(
                measured, [request_asset("meter-1")], *WHOLE, tmp_path, aggregate="server"
            )
        assert list(tmp_path.iterdir()) == []
        assert proxy.names.count(QUERY) == 1
        assert proxy.names[-1] == CANCEL

    def test_query_without_connection_runs_once(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, measured: str, tmp_path: Path
    ) -> None:
        proxied_client.queryTimeSeriesDatabaseWithFilters(
            measured, [request_asset("wide", "n")], *WHOLE, tmp_path, maxRows=5
        )
        types = [
            message.operation["variables"]["queryType"] for message in proxy.messages_named(QUERY)
        ]
        assert types.count("TIME_PERIOD") == 1
        assert CANCEL not in proxy.names
        assert len((tmp_path / "result.csv").read_text("utf-8").splitlines()) == 13

    def test_client_aggregation_requires_no_realtime_connection(
        self,
        proxied_client: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        proxied_client.queryTimeSeriesDatabaseWithFilters(
            measured, [request_asset("meter-1")], *WHOLE, tmp_path, aggregate="client"
        )
        assert (tmp_path / "result.csv").stat().st_size > 0
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


class TestQuiet:
    @pytest.mark.parametrize("aggregate", WAYS)
    def test_query_prints_nothing(
        self,
        aggregate: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, [request_asset("meter-1")], *WHOLE, tmp_path, aggregate=aggregate
        )
        assert capfd.readouterr() == ("", "")


class TestReadAuthorization:
    def test_unknown_database_is_not_found(
        self, exchange: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        with pytest.raises(NotFoundError):
            exchange.queryTimeSeriesDatabaseWithFilters(
                "timeSeriesDbId.nothing", [request_asset("meter-1")], *WHOLE, tmp_path
            )
        assert list(tmp_path.iterdir()) == []

    def test_query_of_an_outsider_is_refused(
        self, connect: Connect, local: LocalExchange, measured: str, tmp_path: Path
    ) -> None:
        outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
        with pytest.raises((UnauthorizedError, NotFoundError)):
            outsider.queryTimeSeriesDatabaseWithFilters(
                measured, [request_asset("meter-1")], *WHOLE, tmp_path
            )

    def test_query_of_a_reader_is_allowed(
        self, connect: Connect, local: LocalExchange, tmp_path: Path
    ) -> None:
        reader = connect(local.tokens["reader"], endpoint=local.endpoint)
        for aggregate in ("server", "client"):
            assert reader.queryTimeSeriesDatabaseWithFilters(
                local.timeSeriesDbId,
                [request_asset("m", "kW")],
                *WHOLE,
                tmp_path,
                aggregate=aggregate,
            )


class TestArgumentOrder:
    @pytest.mark.parametrize(
        "times", [WHOLE, (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC))]
    )
    def test_times_before_filters_raise_an_error_that_says_so(
        self, times: Any, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        with pytest.raises(
            InvalidParameterError,
            match=r"assetAndAttributesFilter must be .*the order is timeSeriesDbId",
        ):
            exchange.queryTimeSeriesDatabaseWithFilters(
                measured,
                *times,
                [request_asset("meter-1")],  # type: ignore[arg-type]  # the mistake
                tmp_path,
            )
