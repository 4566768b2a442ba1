"""Queries that take their time: they keep nobody waiting, and they can be stopped."""

from __future__ import annotations

import asyncio
import time

import duckdb
import pytest

from avista_digital_exchange_sdk.local.errors import PlatformError
from avista_digital_exchange_sdk.local.services.time_series import queries
from avista_digital_exchange_sdk.local.services.time_series.queries import Page, QueryRequest
from avista_digital_exchange_sdk.local.services.time_series.results import ResultTable
from avista_digital_exchange_sdk.local.state import Caller

from .fakes import DATABASE, Exchange, record, refusal


def endless(cursor: duckdb.DuckDBPyConnection, table: str) -> ResultTable:
    """Run for hours."""
    cursor.execute(f"CREATE TABLE {table} AS SELECT sum(random()) FROM range(1000000000000)")
    return ResultTable(table, 1)


@pytest.fixture
def running(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> Page:
    """The first page of a query that is still running."""
    monkeypatch.setattr(queries, "FIRST_PAGE_SECONDS", 0.1)
    monkeypatch.setattr(queries, "NEXT_PAGE_SECONDS", 0.1)

    async def start() -> Page:
        asked = QueryRequest("FILTER", Caller("owner", "token"), DATABASE, "SELECT 1")
        query = exchange.time_series.queries.start(asked, None, endless)
        return await exchange.time_series.queries.first_page(query, opens_empty=True)

    return exchange.runner.run(start())


def test_pages_of_a_running_query_are_empty_and_lead_on(exchange: Exchange, running: Page) -> None:
    assert (list(running.rows), running.progress) == ([], 0.0)
    page = exchange.call(
        "queryDatabase", assets=[], queryType="NEXT_TOKEN", nextToken=running.next_token
    )
    assert exchange.chunk(page) == []
    assert page["nextToken"] not in (None, running.next_token)
    assert page["queryProgressPercentage"] == 0.0


def test_a_running_query_keeps_nobody_waiting(exchange: Exchange, running: Page) -> None:
    started = time.monotonic()
    exchange.publish(record(1))
    assert len(exchange.latest()["data"]) == 1
    assert time.monotonic() - started < 2


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
    started = time.monotonic()
    exchange.time_series.close()
    assert time.monotonic() - started < 2


def test_a_query_that_takes_too_long_is_stopped(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "QUERY_SECONDS", 0.1)

    async def run() -> Page:
        asked = QueryRequest("FILTER", Caller("owner", "token"), DATABASE, "SELECT 1")
        query = exchange.time_series.queries.start(asked, None, endless)
        return await asyncio.wait_for(
            exchange.time_series.queries.first_page(query, opens_empty=True), 5
        )

    with pytest.raises(PlatformError, match="took longer than"):
        exchange.runner.run(run())
