"""Queries that are split into concurrent ones give the bytes of the undivided query."""

import asyncio
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AvistaDigitalExchange,
    QueryIncompleteError,
)
from avista_digital_exchange_sdk._time_series.timestamps import (
    format_timestamp,
    parse_timestamp_ns,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ....conftest import Connect
from ....support.exclusive_proxy import ExclusiveProxy
from ....support.fake_platform import FakeResponse
from ....support.options import use_options
from ....support.platform_queries import assert_all_are_cancelled
from ....support.proxy import Proxy
from ....support.sample_records import START, multi_record
from .conftest import SHAPES, WHOLE, request_asset

pytestmark = pytest.mark.filterwarnings("ignore::avista_digital_exchange_sdk.MissingDataWarning")

QUERY = "timeSeriesDb_queryDatabase"
CANCEL = "timeSeriesDb_cancelDatabaseQuery"
DURING = ("2023-11-14T22:13:20Z", "2023-11-14T22:15:20Z")
MANY = [request_asset(f"asset-{number}") for number in range(3)]


@pytest.fixture(autouse=True)
def _always_split(monkeypatch: pytest.MonkeyPatch) -> None:
    use_options(monkeypatch, min_split_seconds=0)


@pytest.fixture
def many(exchange: AvistaDigitalExchange, database: str) -> str:
    """The ID of a database with three assets, whose data is unevenly distributed."""
    for number in range(3):
        records = [
            multi_record(
                exchange,
                START + n * (1 if n < 18 else 97),
                {f"a{number}": n, **({"late": n} if n > 20 else {})},
            )
            for n in range(24)
        ]
        exchange.publishToTimeSeriesDatabase(database, f"asset-{number}", records)
    return database


def query_types(proxy: Proxy) -> list[str]:
    return [message.operation["variables"]["queryType"] for message in proxy.messages_named(QUERY)]


class TestEquality:
    @pytest.mark.parametrize("fileFormat", ["CSV", "JSON"])
    @pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
    def test_split_query_gives_the_bytes_of_the_undivided_one(
        self,
        shape: Any,
        fileFormat: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
    ) -> None:
        for aggregate in ("server", "auto"):
            exchange.queryTimeSeriesDatabaseWithFilters(
                measured,
                shape,
                *DURING,
                tmp_path / aggregate,
                fileFormat,
                maxRows=2,
                aggregate=aggregate,
            )
        assert (tmp_path / "server").read_bytes() == (tmp_path / "auto").read_bytes()

    def test_time_ranges_are_split_again_where_the_data_is(
        self,
        proxy: Proxy,
        proxied_client: AvistaDigitalExchange,
        many: str,
        tmp_path: Path,
    ) -> None:
        for assets in (MANY, MANY[:1]):
            proxy.messages.clear()
            for aggregate in ("server", "auto"):
                proxied_client.queryTimeSeriesDatabaseWithFilters(
                    many,
                    assets,
                    *WHOLE,
                    tmp_path / aggregate,
                    maxRows=3,
                    aggregate=aggregate,
                )
            assert (tmp_path / "server").read_bytes() == (tmp_path / "auto").read_bytes()
            # The undivided query is one of them.
            assert query_types(proxy).count("TIME_PERIOD") > 4

    @pytest.mark.parametrize("end", ["startTime", "endTime"])
    def test_result_does_not_depend_on_whether_ends_of_ranges_are_included(
        self, end: str, connect: Connect, local: LocalExchange, many: str, tmp_path: Path
    ) -> None:
        with ExclusiveProxy(
            local.endpoint, QUERY, end, lambda time: move(time, end)
        ).running() as proxy:
            client = connect(local.token, endpoint=proxy.endpoint)
            for aggregate in ("server", "auto"):
                client.queryTimeSeriesDatabaseWithFilters(
                    many, MANY, *WHOLE, tmp_path / aggregate, maxRows=4, aggregate=aggregate
                )
        assert (tmp_path / "server").read_bytes() == (tmp_path / "auto").read_bytes()

    def test_split_query_gives_the_same_table(
        self, exchange: AvistaDigitalExchange, many: str
    ) -> None:
        tables = [
            exchange.queryTimeSeriesDatabaseToArrow(
                many, MANY, *WHOLE, maxRows=3, aggregate=aggregate
            )
            for aggregate in ("server", "auto")
        ]
        assert tables[0].num_rows == 72
        assert tables[0].equals(tables[1])


def move(time: str, end: str) -> str:
    """Exclude a boundary, which is a whole second, as times of the data are."""
    if not time.endswith(".000Z"):
        return time
    if end == "startTime":
        return time.replace(".000Z", ".000000001Z")
    return format_timestamp(parse_timestamp_ns("time", time) - 1)


class TestExecution:
    def test_query_of_one_page_is_not_split(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, many: str, tmp_path: Path
    ) -> None:
        proxied_client.queryTimeSeriesDatabaseWithFilters(many, MANY, *WHOLE, tmp_path)
        # Its chunk is the result, so no export is needed.
        assert proxy.names == [QUERY, "GET"]

    def test_server_aggregation_is_not_split(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, many: str, tmp_path: Path
    ) -> None:
        proxied_client.queryTimeSeriesDatabaseWithFilters(
            many, MANY, *WHOLE, tmp_path, maxRows=5, aggregate="server"
        )
        assert query_types(proxy).count("TIME_PERIOD") == 1

    def test_undivided_query_is_cancelled(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, many: str, tmp_path: Path
    ) -> None:
        proxied_client.queryTimeSeriesDatabaseWithFilters(many, MANY, *WHOLE, tmp_path, maxRows=10)
        assert CANCEL in proxy.names

    def test_progress_counts_the_pages_of_all_queries(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, many: str, tmp_path: Path
    ) -> None:
        reports: list[tuple[int, int | None]] = []
        proxied_client.queryTimeSeriesDatabaseWithFilters(
            many,
            MANY,
            *WHOLE,
            tmp_path,
            maxRows=5,
            progress=lambda *report: reports.append(report),
        )
        counts = [count for count, total in reports if total is None]
        assert counts == sorted(set(counts))
        assert counts[0] == 1
        assert counts[-1] > 14

    def test_failed_part_cancels_all_queries(
        self,
        local: LocalExchange,
        proxy: Proxy,
        proxied_client: AvistaDigitalExchange,
        many: str,
        tmp_path: Path,
    ) -> None:
        proxy.responses[QUERY] = [None, None, None, FakeResponse(400)]
        with pytest.raises(QueryIncompleteError) as caught:
            proxied_client.queryTimeSeriesDatabaseWithFilters(
                many, MANY, *WHOLE, tmp_path, maxRows=5
            )
        assert caught.value.pagesRead >= 1
        assert list(tmp_path.iterdir()) == []
        assert_all_are_cancelled(local, many)

    def test_progress_exception_cancels_all_queries(
        self,
        local: LocalExchange,
        proxied_client: AvistaDigitalExchange,
        many: str,
        tmp_path: Path,
    ) -> None:
        def stop(pages: int, total: int | None) -> None:
            if pages > 1:
                raise RuntimeError("enough")

        with pytest.raises(RuntimeError, match="enough"):
            proxied_client.queryTimeSeriesDatabaseWithFilters(
                many, MANY, *WHOLE, tmp_path, maxRows=2, progress=stop
            )
        assert list(tmp_path.iterdir()) == []
        assert_all_are_cancelled(local, many)

    def test_cancelled_task_cancels_all_queries(
        self, local: LocalExchange, proxy: Proxy, many: str, tmp_path: Path
    ) -> None:
        async def run() -> None:
            async with AsyncAvistaDigitalExchange(local.token, endpoint=proxy.endpoint) as client:
                task = asyncio.create_task(
                    client.queryTimeSeriesDatabaseWithFilters(
                        many, MANY, *WHOLE, tmp_path, maxRows=2
                    )
                )
                while len(proxy.messages_named(QUERY)) < 8:
                    await asyncio.sleep(0.005)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert len(asyncio.all_tasks()) == 1

        asyncio.run(run())
        assert list(tmp_path.iterdir()) == []
        assert_all_are_cancelled(local, many)

    def test_ctrl_c_cancels_all_queries_of_a_process(
        self,
        local: LocalExchange,
        proxy: Proxy,
        many: str,
        tmp_path: Path,
    ) -> None:
        arguments = [local.token, proxy.endpoint, many, json.dumps(MANY), *WHOLE, str(tmp_path)]
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments], stderr=subprocess.PIPE, text=True
        )
        try:
            while len(proxy.messages_named(QUERY)) < 6:
                time.sleep(0.005)
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
        assert errors.rstrip().endswith("KeyboardInterrupt")
        assert list(tmp_path.iterdir()) == []
        assert_all_are_cancelled(local, many)


PROGRAM = """
import json, sys
from dataclasses import replace
from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk._client_base import BaseClient

BaseClient._options = replace(BaseClient._options, min_split_seconds=0)
token, endpoint, database, assets, start, end, target = sys.argv[1:]
client = AvistaDigitalExchange(token, endpoint=endpoint)
client.queryTimeSeriesDatabaseWithFilters(
    database, json.loads(assets), start, end, target, maxRows=1
)
"""
