"""Long-running queries block nobody and can be stopped."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import duckdb
import pytest

from avista_digital_exchange_sdk.local.errors import PlatformError
from avista_digital_exchange_sdk.local.query_engine import queries
from avista_digital_exchange_sdk.local.query_engine.queries import Page, QueryRequest
from avista_digital_exchange_sdk.local.query_engine.results import ResultTable
from avista_digital_exchange_sdk.local.query_engine.worker_pools import Workload
from avista_digital_exchange_sdk.local.state import Caller

from ....support.options import use_limits
from .fakes import ASSET, DATABASE, Exchange, record, refusal


def endless(cursor: duckdb.DuckDBPyConnection, table: str) -> ResultTable:
    """Run for hours."""
    cursor.execute(f"CREATE TABLE {table} AS SELECT sum(random()) FROM range(1000000000000)")
    return ResultTable(table, 1, 1)


@pytest.fixture
def running(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The first page of a query that is still running."""
    use_limits(monkeypatch, first_page_seconds=0.1)
    use_limits(monkeypatch, next_page_seconds=0.1)

    async def start() -> Page:
        requested = QueryRequest("FILTER", Caller("owner", "token"), (DATABASE,), "SELECT 1")
        query = exchange.queries.start(requested, None, endless)
        return await exchange.queries.first_page(query, opens_empty=True)

    return exchange.runner.run(start())


def test_pages_of_a_running_query_are_empty_and_have_a_next_token(
    exchange: Exchange, running: Page
) -> None:
    assert (list(running.rows), running.progress) == ([], 0.0)
    page = exchange.call(
        "queryDatabase", assets=[], queryType="NEXT_TOKEN", nextToken=running.next_token
    )
    assert exchange.chunk(page) == []
    assert page["nextToken"] not in (None, running.next_token)
    assert page["queryProgressPercentage"] == 0.0


def test_query_does_not_wait_for_a_write(exchange: Exchange) -> None:
    exchange.publish(record(1))
    with exchange.engine.writer_lock:
        page = exchange.query(ASSET)
    assert page["queryProgressPercentage"] == 100.0


@pytest.mark.parametrize("workload", [Workload.QUERY, Workload.READ, Workload.EXPORT])
def test_user_runs_eight_jobs_of_a_kind_at_once(exchange: Exchange, workload: Workload) -> None:
    everyone = threading.Barrier(8, timeout=60)

    async def meet() -> None:
        jobs = [
            exchange.engine.start_job(lambda _cursor: everyone.wait(), "owner", workload)
            for _ in range(8)
        ]
        for job in jobs:
            await job.result()

    exchange.runner.run(meet())


def test_running_query_blocks_nobody(exchange: Exchange, running: Page) -> None:
    exchange.publish(record(1))
    assert len(exchange.latest()["data"]) == 1
    assert running.query.job.running


def test_cancelling_stops_a_running_query(exchange: Exchange, running: Page) -> None:
    exchange.call("cancelDatabaseQuery", queryId=running.query.query_id)
    assert not running.query.job.running
    with pytest.raises(PlatformError) as error:
        exchange.call(
            "queryDatabase", assets=[], queryType="NEXT_TOKEN", nextToken=running.next_token
        )
    assert refusal(error) == ("ValidationException", "The query was cancelled.")


def test_deleting_the_database_stops_its_queries(exchange: Exchange, running: Page) -> None:
    exchange.call("deleteDatabase")
    assert not running.query.job.running


def test_closing_stops_running_queries(exchange: Exchange, running: Page) -> None:
    exchange.engine.close()
    assert not running.query.job.running


def test_query_that_takes_too_long_is_stopped(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_limits(monkeypatch, query_seconds=0.1)

    async def run() -> Page:
        requested = QueryRequest("FILTER", Caller("owner", "token"), (DATABASE,), "SELECT 1")
        query = exchange.queries.start(requested, None, endless)
        return await asyncio.wait_for(exchange.queries.first_page(query, opens_empty=True), 60)

    with pytest.raises(PlatformError, match="took longer than"):
        exchange.runner.run(run())


@pytest.fixture
def start(exchange: Exchange) -> Callable[..., queries.Query]:
    """Starts queries, by default endless ones."""

    def start(user: str = "owner", work: Any = endless) -> queries.Query:
        async def start() -> queries.Query:
            requested = QueryRequest("FILTER", Caller(user, "token"), (DATABASE,), "SELECT 1")
            return exchange.queries.start(requested, None, work)

        return exchange.runner.run(start())

    return start


def response(size: int) -> Callable[..., ResultTable]:
    """A query with a result of that many bytes."""

    def work(cursor: duckdb.DuckDBPyConnection, table: str) -> ResultTable:
        cursor.execute(f"CREATE TABLE {table} AS SELECT 1 AS c0")
        return ResultTable(table, 1, size)

    return work


def finish(exchange: Exchange, query: queries.Query) -> None:
    """Wait until a query is done, and counted."""

    async def wait() -> None:
        await query.result()
        for _ in range(10):
            await asyncio.sleep(0)

    exchange.runner.run(wait())


@pytest.mark.parametrize("user", ["owner", "reader"])
def test_many_queries_of_a_user_do_not_block_publishing(
    exchange: Exchange, start: Callable[..., queries.Query], user: str
) -> None:
    started = [start(user) for _ in range(60)]
    for i in range(5):
        exchange.publish(record(i))
    assert all(query.job.running for query in started)


def test_many_queries_of_a_user_do_not_block_those_of_others(
    exchange: Exchange, start: Callable[..., queries.Query]
) -> None:
    exchange.publish(record(1))
    for _ in range(60):
        start("reader")
    assert exchange.rows('SELECT count(*) FROM "Digital Exchange"."Table_1"') == [["1"]]


def test_result_can_be_read_while_other_queries_of_the_user_run(
    exchange: Exchange, start: Callable[..., queries.Query]
) -> None:
    exchange.publish(*(record(i) for i in range(30)))
    page = exchange.query(maxRows=10)
    for _ in range(60):
        start("owner")
    assert len(exchange.chunk(exchange.next_page(page))[0]["attributes"][0]["data"]) == 10


def test_queued_queries_can_be_cancelled_at_once(
    exchange: Exchange, start: Callable[..., queries.Query]
) -> None:
    started = [start() for _ in range(60)]
    for query in reversed(started):
        exchange.call("cancelDatabaseQuery", queryId=query.query_id)
    assert not any(query.job.running for query in started)
    with pytest.raises(PlatformError, match="was cancelled"):
        exchange.runner.run(started[-1].result())


def test_query_timeout_excludes_queueing(
    exchange: Exchange,
    start: Callable[..., queries.Query],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_limits(monkeypatch, query_seconds=0.5)
    for _ in range(6):
        start()
    last = start(work=response(1))
    finish(exchange, last)
    assert exchange.runner.run(last.result()).row_count == 1


def test_user_has_a_limited_number_of_queued_queries(
    start: Callable[..., queries.Query], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_limits(monkeypatch, max_unfinished_queries=5)
    for _ in range(5):
        start("reader")
    with pytest.raises(PlatformError) as error:
        start("reader")
    assert refusal(error) == ("ThrottlingException", "Rate exceeded.")
    start("owner")


def kept(exchange: Exchange) -> set[str]:
    """The ids of the queries whose results are there."""

    async def tables() -> list[tuple[str]]:
        def read(cursor: duckdb.DuckDBPyConnection) -> list[tuple[str]]:
            sql = "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'query_%'"
            return cursor.execute(sql).fetchall()

        return await exchange.engine.start_job(read, "another", Workload.READ).result()

    return {name.removeprefix("query_") for (name,) in exchange.runner.run(tables())}


def start_until_refused(start: Callable[..., queries.Query]) -> None:
    """Start endless queries until the user has as many as allowed."""
    with suppress(PlatformError):
        for _ in range(10):
            start()
        pytest.fail("no query was refused")


def test_query_that_finishes_at_the_query_limit_replaces_older_results(
    exchange: Exchange, start: Callable[..., queries.Query], monkeypatch: pytest.MonkeyPatch
) -> None:
    use_limits(monkeypatch, max_unfinished_queries=2, max_kept_query_bytes=150)
    older = start(work=response(100))
    finish(exchange, older)
    release = threading.Event()

    def work(cursor: duckdb.DuckDBPyConnection, table: str) -> ResultTable:
        release.wait(30)
        return response(100)(cursor, table)

    newer = start(work=work)
    start_until_refused(start)
    release.set()
    finish(exchange, newer)
    with pytest.raises(PlatformError) as error:
        exchange.call("cancelDatabaseQuery", queryId=older.query_id)
    assert refusal(error)[0] == "NotFound"


@pytest.mark.parametrize(
    ("limit", "value"),
    [("max_kept_queries", 2), ("max_kept_query_bytes", 250)],
    ids=["count", "bytes"],
)
def test_results_beyond_the_limit_of_a_user_replace_older_ones(
    exchange: Exchange,
    start: Callable[..., queries.Query],
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    value: int,
) -> None:
    use_limits(monkeypatch, **{limit: value})
    started = []
    for user in ("owner", "reader", "owner", "owner", "owner"):
        started.append(start(user, response(100)))
        finish(exchange, started[-1])
    own = {query.query_id for query in started[-2:]}
    for _ in range(100):
        if kept(exchange) == own | {started[1].query_id}:
            break
        time.sleep(0.02)
    assert kept(exchange) == own | {started[1].query_id}
    with pytest.raises(PlatformError) as error:
        exchange.call("cancelDatabaseQuery", queryId=started[0].query_id)
    assert refusal(error)[0] == "NotFound"


def test_tokens_do_not_accumulate_while_a_query_is_polled(
    exchange: Exchange, running: Page
) -> None:
    token = running.next_token
    for _ in range(20):
        page = exchange.call("queryDatabase", assets=[], queryType="NEXT_TOKEN", nextToken=token)
        token = page["nextToken"]
    assert len(exchange.queries._tokens) < 10
