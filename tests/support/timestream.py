"""Pages as Timestream gives them, and going through a query's rows in either colour."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any

from avista_digital_exchange_sdk import AvistaDigitalExchange

from .clients import RUNNER

QUERY = "timeSeriesDb_queryDatabaseWithTimestreamQuery"
DATABASE = "timeSeriesDbId.1"
NULL = {"NullValue": True}
STATUS = {
    "ProgressPercentage": 100.0,
    "CumulativeBytesScanned": 2048,
    "CumulativeBytesMetered": 10000000,
}

Row = dict[str, Any]


def scalar(value: str) -> Row:
    return {"ScalarValue": value}


def typed(name: str | None, scalar_type: str) -> Row:
    """A column of a scalar type."""
    named = {} if name is None else {"Name": name}
    return {**named, "Type": {"ScalarType": scalar_type}}


def response(columns: list[Row], rows: list[list[Row]], nextToken: str | None = None) -> Row:
    """A response as Timestream gives it."""
    given = {
        "QueryId": "AEDACANMQDLSTQR3SPDV6HEWYACX5IALTEWGK7JM3VSFQQ5J5F3HGKVEMNHBRHY",
        "Rows": [{"Data": row} for row in rows],
        "ColumnInfo": columns,
        "QueryStatus": STATUS,
    }
    return given if nextToken is None else {**given, "NextToken": nextToken}


def page(
    columns: list[Row], rows: list[list[Row]], nextToken: str | None = None
) -> dict[str, str | None]:
    """A page as the platform gives it."""
    text = json.dumps(response(columns, rows, nextToken))
    return {"clientToken": "client-token-1", "resultJSONString": text}


def numbers(*values: int, nextToken: str | None = None) -> dict[str, str | None]:
    """A page of one column of numbers, `n`."""
    return page([typed("n", "BIGINT")], [[scalar(str(value))] for value in values], nextToken)


def rows_of(exchange: AvistaDigitalExchange, *args: Any, **options: Any) -> Iterator[Row]:
    """Go through the rows of a query, in the colour of the exchange."""
    rows = exchange.iterTimeSeriesDatabase_TimestreamFormat(*args, **options)
    return rows if isinstance(exchange, AvistaDigitalExchange) else _stepped(rows)


def _stepped(rows: AsyncGenerator[Row, None]) -> Iterator[Row]:
    async def step() -> Row | None:
        return await anext(rows, None)

    try:
        while (row := RUNNER.run(step())) is not None:
            yield row
    finally:
        RUNNER.run(_closed(rows))


async def _closed(rows: AsyncGenerator[Row, None]) -> None:
    await rows.aclose()


def until(condition: Callable[[], bool], timeout: float = 10) -> bool:
    """Do nothing, as a program busy with other things, until something is so."""
    deadline = time.monotonic() + timeout
    while not condition() and time.monotonic() < deadline:
        RUNNER.run(asyncio.sleep(0.01))
    return condition()
