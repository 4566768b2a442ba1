"""Result pages in the format of Timestream, and iteration over rows with either client."""

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


def scalar_column(name: str | None, scalar_type: str) -> Row:
    """A column with a scalar type."""
    named = {} if name is None else {"Name": name}
    return {**named, "Type": {"ScalarType": scalar_type}}


def response(columns: list[Row], rows: list[list[Row]], nextToken: str | None = None) -> Row:
    """A response in the format of Timestream."""
    result = {
        "QueryId": "AEDACANMQDLSTQR3SPDV6HEWYACX5IALTEWGK7JM3VSFQQ5J5F3HGKVEMNHBRHY",
        "Rows": [{"Data": row} for row in rows],
        "ColumnInfo": columns,
        "QueryStatus": STATUS,
    }
    return result if nextToken is None else {**result, "NextToken": nextToken}


def page(
    columns: list[Row],
    rows: list[list[Row]],
    nextToken: str | None = None,
    *,
    indent: int | None = None,
) -> dict[str, str | None]:
    """A result page in the format of the platform, whose JSON is compact if not indented."""
    separators = None if indent else (",", ":")
    text = json.dumps(response(columns, rows, nextToken), indent=indent, separators=separators)
    return {"clientToken": "client-token-1", "resultJSONString": text}


def number_page(*values: int, nextToken: str | None = None) -> dict[str, str | None]:
    """A page with one column of integers, `n`."""
    return page(
        [scalar_column("n", "BIGINT")], [[scalar(str(value))] for value in values], nextToken
    )


def iterate_rows(exchange: AvistaDigitalExchange, *args: Any, **options: Any) -> Iterator[Row]:
    """Iterate over the rows of a query with a sync or an async client."""
    rows = exchange.iterTimeSeriesDatabase_TimestreamFormat(*args, **options)
    return rows if isinstance(exchange, AvistaDigitalExchange) else _iterate_async(rows)


def _iterate_async(rows: AsyncGenerator[Row, None]) -> Iterator[Row]:
    async def step() -> Row | None:
        return await anext(rows, None)

    try:
        while (row := RUNNER.run(step())) is not None:
            yield row
    finally:
        RUNNER.run(_close(rows))


async def _close(rows: AsyncGenerator[Row, None]) -> None:
    await rows.aclose()


def wait_in_loop(condition: Callable[[], bool]) -> bool:
    """Wait for a condition while the event loop runs; return whether it holds."""
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        RUNNER.run(asyncio.sleep(0.01))
    return condition()
