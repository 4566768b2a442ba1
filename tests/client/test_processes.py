"""One client in several processes, threads and event loops, each with its own connections."""

import asyncio
import copy
import logging
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AvistaDigitalExchange,
    ExchangeClosedError,
    MissingDataWarning,
)
from avista_digital_exchange_sdk._backends import iterate_sync
from avista_digital_exchange_sdk._graphql import subscriptions
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.admin_client import AdminClient
from ..support.certificates import CertificateAuthority
from ..support.clients import AsyncClientAdapter
from ..support.forked import run_forked, start_forked
from ..support.realtime import FakeConnection, FakeRealtimeServer
from .test_network import site

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here"),
    # Newer Pythons warn of threads, and the Local Exchange runs in one.
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
]

ELSEWHERE = "DigitalExchangeError: this call, iterator or connection was started in another process"
COUNT = 20


@pytest.fixture
def exchange(local: LocalExchange) -> Iterator[AvistaDigitalExchange]:
    """A connected sync client that does not retry."""
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint, maxRetries=0) as exchange:
        exchange.getUserInfo()
        yield exchange


@pytest.fixture
def stores(admin_client: AdminClient) -> list[str]:
    """The ids of four data stores."""
    return [admin_client.create_data_store()["dataStoreId"] for _ in range(4)]


def ask(exchange: AvistaDigitalExchange, store: str) -> bool:
    """Request a data store repeatedly; return whether it was always the right one."""
    responses = {exchange.getDataStore(store).dataStoreId for _ in range(COUNT)}
    return responses == {store}


class TestForks:
    def test_forked_children_get_the_responses_to_their_own_requests(
        self, exchange: AvistaDigitalExchange, stores: list[str]
    ) -> None:
        results = [start_forked(lambda store=store: ask(exchange, store)) for store in stores]
        assert ask(exchange, stores[0])
        assert [result() for result in results] == [True] * 4

    def test_forked_grandchildren_get_the_responses_to_their_own_requests(
        self, exchange: AvistaDigitalExchange, stores: list[str]
    ) -> None:
        def child() -> list[bool]:
            grandchild = start_forked(lambda: ask(exchange, stores[1]))
            return [ask(exchange, stores[0]), grandchild()]

        assert run_forked(child) == [True, True]

    def test_forked_child_of_a_process_with_busy_threads_does_not_wait_for_them(
        self, exchange: AvistaDigitalExchange, stores: list[str]
    ) -> None:
        ended = threading.Event()

        def keep_busy() -> None:
            while not ended.is_set():
                exchange.getUserInfo()

        threads = [threading.Thread(target=keep_busy) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            results = [start_forked(lambda: ask(exchange, stores[0])) for _ in range(4)]
            assert [result() for result in results] == [True] * 4
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def test_close_in_a_forked_child_leaves_the_parent_connected(
        self, exchange: AvistaDigitalExchange, stores: list[str]
    ) -> None:
        def close() -> str:
            exchange.close()
            return exchange.getUserInfo().firstName or ""

        assert "ExchangeClosedError" in run_forked(close)
        assert ask(exchange, stores[0])

    def test_forked_children_connect_over_tls(self, tmp_path: Path) -> None:
        certificate_authority = CertificateAuthority(tmp_path)
        for here in site(certificate_authority.server("localhost")):
            token, endpoint = here.arguments
            options = {
                "endpoint": endpoint,
                "maxRetries": 0,
                "verify": certificate_authority.bundle,
            }
            with AvistaDigitalExchange(token, **options) as exchange:
                exchange.getUserInfo()
                results = [start_forked(lambda: _name(exchange)) for _ in range(3)]
                assert _name(exchange) == "Ada"
                assert [result() for result in results] == ["Ada"] * 3

    def test_row_iterator_continues_only_in_the_process_that_started_it(
        self, exchange: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        values = ", ".join(f"({number})" for number in range(50))
        pages = exchange.iterTimeSeriesDatabase_TimestreamFormat(
            local.timeSeriesDbId, f"SELECT * FROM (VALUES {values}) AS t (n)", maxRows=10
        )
        next(pages)
        assert run_forked(lambda: next(pages)).startswith(ELSEWHERE)

        def drop() -> str:
            pages.close()
            return "closed"

        assert run_forked(drop) == "closed"
        assert list(pages) == [{"n": number} for number in range(1, 50)]

    def test_download_continues_only_in_the_process_that_started_it(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str], tmp_path: Path
    ) -> None:
        content = os.urandom(4 << 20)
        (tmp_path / "sent").write_bytes(content)
        file = exchange.uploadFileToDataStore(
            data_store["dataStoreId"], data_store["homeDirectoryId"], tmp_path / "sent"
        )
        parent, outcomes = os.getpid(), []

        def fork_once(done: int, total: int | None) -> None:
            if not outcomes and os.getpid() == parent:
                outcomes.append(None)
                outcomes.append(run_forked(_read_on))

        def _read_on() -> str:
            # The frames of the child include what is running in the parent.
            exchange.downloadDataStoreFile(file.dataStoreFileId, tmp_path / "child")
            return "read"

        target = tmp_path / "parent"
        exchange.downloadDataStoreFile(file.dataStoreFileId, target, progress=fork_once)
        assert outcomes == [None, "read"]
        assert target.read_bytes() == content == (tmp_path / "child").read_bytes()

    def test_running_filter_query_is_not_ended_by_a_forked_child(
        self, exchange: AvistaDigitalExchange, local: LocalExchange, tmp_path: Path
    ) -> None:
        record = exchange.createTimeSeriesInputRecord(1, "SECONDS", "power", "BIGINT", 7)
        exchange.publishToTimeSeriesDatabase(local.timeSeriesDbId, "forked meter", [record])
        outcomes: list[Any] = []

        def fork_once(done: int, total: int | None) -> None:
            if not outcomes:
                outcomes.append(run_forked(lambda: _name(exchange)))

        exchange.queryTimeSeriesDatabaseWithFilters(
            local.timeSeriesDbId,
            [{"assetId": "forked meter"}],
            "1970-01-01T00:00:00Z",
            "1970-01-02T00:00:00Z",
            tmp_path,
            aggregate="server",
            progress=fork_once,
        )
        assert outcomes == ["Ada"]
        assert (tmp_path / "result.csv").read_text("utf-8").endswith(",7\n")

    def test_subscription_continues_only_in_the_process_that_subscribed(self) -> None:
        second = threading.Event()

        def talk(conversation: FakeConnection) -> None:
            conversation.acknowledge()
            identifier = conversation.start()
            conversation.send_export_ready(identifier, "first", "https://objects.test/1")
            assert second.wait(60)
            conversation.send_export_ready(identifier, "second", "https://objects.test/1")

        with FakeRealtimeServer().running() as realtime:
            realtime.handler = talk
            with AvistaDigitalExchange("token", endpoint=realtime.endpoint) as exchange:
                events = iterate_sync(subscribe(exchange))
                assert next(events) == "first"
                assert run_forked(lambda: next(events)).startswith(ELSEWHERE)
                assert run_forked(events.close) is None
                second.set()
                assert next(events) == "second"
                events.close()
            realtime.wait_until_disconnected()
            assert [message["type"] for message in realtime.messages] == [
                "connection_init",
                "start",
            ]

    @pytest.mark.parametrize("child", ["", "await exchange.getUserInfo()"])
    def test_forked_child_that_leaves_the_event_loop_leaves_the_parent_connected(
        self, child: str, local: LocalExchange
    ) -> None:
        code = FORK_IN_A_LOOP.replace("pass", child or "pass")
        script = [sys.executable, "-c", code, local.token, local.endpoint]
        shown = subprocess.run(script, capture_output=True, text=True, timeout=60)
        assert shown.stdout == "Ada\nAda\n"
        assert ("there is no running event loop" in shown.stderr) == bool(child)


async def subscribe(exchange: AvistaDigitalExchange) -> AsyncGenerator[str, None]:
    """Iterate over the IDs of queries with announced exports."""
    client = exchange._graphql_client
    subscription = client.on_notify_time_series_query_export_complete("query")
    async with (
        subscriptions.connect(client, client.backend) as connection,
        connection.subscribe(subscription) as events,
    ):
        while True:
            event = (await events.next(60)).onNotifyTimeSeriesQueryExportComplete
            assert event is not None
            yield event.queryId


FORK_IN_A_LOOP = """
import asyncio, os, sys
from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange

async def main():
    async with AsyncAvistaDigitalExchange(sys.argv[1], endpoint=sys.argv[2]) as exchange:
        print((await exchange.getUserInfo()).firstName, flush=True)
        if not (child := os.fork()):
            pass
            sys.exit()
        # Without threads: asyncio hears no more of them after a child has closed its loop.
        while not os.waitpid(child, os.WNOHANG)[0]:
            await asyncio.sleep(0.05)
        print((await asyncio.wait_for(exchange.getUserInfo(), 20)).firstName)

asyncio.run(main())
"""


def _name(exchange: AvistaDigitalExchange) -> str | None:
    return exchange.getUserInfo().firstName


class TestProcessPools:
    def test_inherited_client_works_in_a_process_pool(
        self, exchange: AvistaDigitalExchange, stores: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(_INHERITED, "exchange", exchange)
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(4, mp_context=context) as pool:
            assert all(pool.map(_ask_inherited, stores))

    @pytest.mark.parametrize(
        "pass_on",
        [
            lambda exchange: exchange,
            lambda exchange: exchange.getUserInfo,
            lambda exchange: exchange.dataStores,
            lambda exchange: [exchange],
        ],
        ids=["client", "method", "group", "list"],
    )
    def test_pickled_client_is_refused(
        self, pass_on: Callable[[Any], Any], connect: Connect, local: LocalExchange
    ) -> None:
        exchange = connect(local.token, endpoint=local.endpoint)
        real = exchange.exchange if isinstance(exchange, AsyncClientAdapter) else exchange
        with pytest.raises(TypeError, match=r"can't be pickled.* token .* AVISTA_DX_TOKEN"):
            pickle.dumps(pass_on(real))
        with pytest.raises(TypeError, match=r"can't be copied"):
            copy.deepcopy(pass_on(real))

    def test_client_sent_to_a_process_pool_is_refused(
        self, exchange: AvistaDigitalExchange, stores: list[str]
    ) -> None:
        with (
            ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool,
            pytest.raises(TypeError, match=r"can't be pickled.* token"),
        ):
            pool.submit(ask, exchange, stores[0]).result(timeout=60)


_INHERITED: dict[str, AvistaDigitalExchange] = {}


def _ask_inherited(store: str) -> bool:
    return ask(_INHERITED["exchange"], store)


async def get_name(exchange: AsyncAvistaDigitalExchange) -> str | None:
    return (await exchange.getUserInfo()).firstName


class TestEventLoops:
    @pytest.fixture(autouse=True)
    def _nothing_is_logged(self, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        yield
        logged = caplog.get_records("call")
        assert [record.getMessage() for record in logged if record.levelno > logging.INFO] == []

    def test_client_works_in_successive_event_loops(self, local: LocalExchange) -> None:
        exchange = AsyncAvistaDigitalExchange(local.token, endpoint=local.endpoint, maxRetries=0)
        assert [asyncio.run(get_name(exchange)) for _ in range(3)] == ["Ada"] * 3
        asyncio.run(exchange.close())
        with pytest.raises(ExchangeClosedError, match="is closed"):
            asyncio.run(get_name(exchange))

    def test_client_works_in_concurrent_event_loops(
        self, local: LocalExchange, stores: list[str]
    ) -> None:
        exchange = AsyncAvistaDigitalExchange(local.token, endpoint=local.endpoint, maxRetries=0)
        right: list[bool] = []

        async def ask_again(store: str) -> None:
            responses = [await exchange.getDataStore(store) for _ in range(COUNT)]
            right.append({response.dataStoreId for response in responses} == {store})

        threads = [
            threading.Thread(target=lambda store=store: asyncio.run(ask_again(store)))
            for store in stores
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert right == [True] * 4

    def test_client_works_in_an_event_loop_that_was_not_shut_down(
        self, local: LocalExchange
    ) -> None:
        exchange = AsyncAvistaDigitalExchange(local.token, endpoint=local.endpoint, maxRetries=0)
        first = asyncio.new_event_loop()
        assert first.run_until_complete(get_name(exchange)) == "Ada"
        assert asyncio.run(get_name(exchange)) == "Ada"
        assert first.run_until_complete(get_name(exchange)) == "Ada"
        first.run_until_complete(first.shutdown_asyncgens())
        first.close()

    def test_realtime_connection_works_in_successive_event_loops(
        self, local: LocalExchange, tmp_path: Path
    ) -> None:
        exchange = AsyncAvistaDigitalExchange(local.token, endpoint=local.endpoint, maxRetries=0)

        async def query() -> None:
            with pytest.warns(MissingDataWarning):
                await exchange.queryTimeSeriesDatabaseWithFilters(
                    local.timeSeriesDbId,
                    [{"assetId": "nothing"}],
                    "1970-01-01T00:00:00Z",
                    "2030-01-01T00:00:00Z",
                    tmp_path,
                    aggregate="server",
                )

        for _ in range(2):
            asyncio.run(query())

    def test_client_works_in_the_event_loop_of_a_forked_process(
        self, local: LocalExchange, stores: list[str]
    ) -> None:
        exchange = AsyncAvistaDigitalExchange(local.token, endpoint=local.endpoint, maxRetries=0)

        async def ask_again(store: str) -> bool:
            responses = [await exchange.getDataStore(store) for _ in range(COUNT)]
            return {response.dataStoreId for response in responses} == {store}

        async def fork() -> list[bool]:
            first = await ask_again(stores[0])
            results = [
                start_forked(lambda store=store: asyncio.run(ask_again(store))) for store in stores
            ]
            again = await ask_again(stores[0])
            return [first, again, *(result() for result in results)]

        assert asyncio.run(fork()) == [True] * 6

    def test_many_concurrent_calls_share_the_connections(
        self, local: LocalExchange, stores: list[str]
    ) -> None:
        async def ask_all() -> int:
            async with AsyncAvistaDigitalExchange(
                local.token, endpoint=local.endpoint, timeout=5, maxRetries=0
            ) as exchange:
                calls = (exchange.getDataStore(stores[0]) for _ in range(1000))
                return len(await asyncio.gather(*calls))

        assert asyncio.run(ask_all()) == 1000
