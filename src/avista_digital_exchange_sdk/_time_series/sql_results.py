"""Results of Timestream SQL: the response as AWS documents it, and the rows as Python values.

The response is described under `Query`, `Datum`, `ColumnInfo` and `Type` in the reference of AWS
Timestream's query API.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import repeat
from operator import itemgetter
from typing import Any, NamedTuple

from pydantic_core import from_json

from .._generated.fragments import TimestreamPage
from .._models.base import BaseModel
from .._utils.gc import gc_paused
from ..errors import InvalidResponseError
from .sql_cells import NULL, SplitRows, split_rows

_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
_TIMESTAMP_LINE = b"0000-00-00 00:00:00.000000000\n"

Datum = dict[str, Any]
Convert = Callable[[Sequence[Any]], list[Any]]


class QueryResult_TimestreamVariables(BaseModel):
    """One page of the result of a SQL query.

    Attributes:
        timestreamResults: The response of AWS Timestream with its capitalized names. The
            properties below are derived from it.
        clientToken: The platform's name for this run of the query, used with `nextToken`.
    """

    timestreamResults: dict[str, Any]
    clientToken: str | None = None

    @property
    def nextToken(self) -> str | None:
        """The token of the next page; None on the last page."""
        return self.timestreamResults.get("NextToken")

    @property
    def queryId(self) -> str:
        """The ID of the query."""
        return str(self.timestreamResults["QueryId"])

    @property
    def queryStatus(self) -> dict[str, Any]:
        """Progress (`ProgressPercentage`), and the bytes scanned and metered so far."""
        return dict(self.timestreamResults.get("QueryStatus") or {})

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of this page, each `{"Data": [datum, …]}` with one datum per column."""
        return list(self.timestreamResults["Rows"])

    @property
    def columnInfo(self) -> list[dict[str, Any]]:
        """The columns, each with its `Name` and `Type`."""
        return list(self.timestreamResults["ColumnInfo"])

    def _html_rows(self) -> list[dict[str, Any]]:
        return convert_rows(self)


def parse_result(page: TimestreamPage) -> QueryResult_TimestreamVariables:
    """Parse the platform's response, which contains that of Timestream as a JSON string."""
    with gc_paused():
        results = _parse_json(page.resultJSONString)
    return QueryResult_TimestreamVariables(timestreamResults=results, clientToken=page.clientToken)


def _parse_json(result: str) -> dict[str, Any]:
    try:
        # Values seldom repeat.
        parsed = from_json(result, cache_strings="keys")
    except ValueError:
        parsed = None
    expected = {"QueryId": str, "Rows": list, "ColumnInfo": list}
    if not isinstance(parsed, dict) or not all(
        isinstance(parsed.get(name), kind) for name, kind in expected.items()
    ):
        raise InvalidResponseError("the response has no Timestream result")
    return parsed


class RowPage(NamedTuple):
    """One page of a result as Python values.

    Attributes:
        rows: The rows, keyed by column name.
        nextToken: The token of the next page; None on the last page.
    """

    rows: list[dict[str, Any]]
    nextToken: str | None


def parse_rows(page: TimestreamPage) -> RowPage:
    """Parse the platform's response to Python values."""
    # Until the response is discarded, so that the collector never traverses it.
    with gc_paused():
        split = split_rows(page.resultJSONString)
        results = _parse_json(split.rest if split else page.resultJSONString)
        columns = _convert_cells(results, split) if split else _convert_data(results)
        return RowPage(_create_rows(results, columns), results.get("NextToken"))


def convert_rows(result: QueryResult_TimestreamVariables) -> list[dict[str, Any]]:
    """Convert the rows of a page to dictionaries of Python values, keyed by column name."""
    with gc_paused():
        results = result.timestreamResults
        return _create_rows(results, _convert_data(results))


def _create_rows(results: dict[str, Any], columns: list[list[Any]]) -> list[dict[str, Any]]:
    names = column_names(results["ColumnInfo"])
    return list(map(dict, map(zip, repeat(names), zip(*columns, strict=True))))


@contextmanager
def _explain_errors() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        kind = type(error).__name__
        raise InvalidResponseError(f"a row does not match the columns' types ({kind})") from error


@_explain_errors()
def _convert_data(results: dict[str, Any]) -> list[list[Any]]:
    """Convert the values column by column, which is twice as fast as one by one."""
    rows = results["Rows"]
    data = zip(*(row["Data"] for row in rows), strict=True)
    return [
        _converter(column["Type"])(values)
        for column, values in zip(results["ColumnInfo"] if rows else (), data, strict=True)
    ]


@_explain_errors()
def _convert_cells(results: dict[str, Any], split: SplitRows) -> list[list[Any]]:
    columns = zip(results["ColumnInfo"], split.columns, strict=True)
    return [_convert_strings(column["Type"], cells, split) for column, cells in columns]


def _convert_strings(
    column_type: dict[str, Any], cells: Sequence[str], split: SplitRows
) -> list[Any]:
    """Convert the strings of a column, which are all null if its type is not scalar."""
    convert: Convert = _SCALARS.get(column_type.get("ScalarType", _NESTED), _strings)
    if not split.has_nulls:
        return convert(cells)
    present = iter(convert([cell for cell in cells if cell != NULL]))
    return [None if cell == NULL else next(present) for cell in cells]


def column_names(columns: list[dict[str, Any]]) -> list[str]:
    """Name every column; unnamed ones get the names that Presto gives."""
    return deduplicate_names(
        column.get("Name") or f"_col{index}" for index, column in enumerate(columns)
    )


def deduplicate_names(names: Iterable[str]) -> list[str]:
    """Number repeated names of columns."""
    distinct: list[str] = []
    for unnumbered in names:
        name, number = unnumbered, 2
        while name in distinct:
            name, number = f"{unnumbered}_{number}", number + 1
        distinct.append(name)
    return distinct


def _converter(column_type: dict[str, Any]) -> Convert:
    """Return the function that converts data of a type to Python values, None for NULL."""
    if "ScalarType" in column_type:
        return _nullable("ScalarValue", _SCALARS.get(column_type["ScalarType"], _strings))
    if "ArrayColumnInfo" in column_type:
        return _nullable("ArrayValue", _each(_converter(column_type["ArrayColumnInfo"]["Type"])))
    if "RowColumnInfo" in column_type:
        return _nullable("RowValue", _each(_row_converter(column_type["RowColumnInfo"])))
    values = _converter(column_type["TimeSeriesMeasureValueColumnInfo"]["Type"])
    return _nullable("TimeSeriesValue", _each(lambda points: _series(points, values)))


def _each(convert: Callable[[Any], Any]) -> Convert:
    return lambda values: list(map(convert, values))


def _nullable(kind: str, convert: Convert) -> Convert:
    value_of = itemgetter(kind)

    def converted(data: Sequence[Datum]) -> list[Any]:
        try:
            return convert(list(map(value_of, data)))
        except KeyError:
            present = iter(convert([datum[kind] for datum in data if "NullValue" not in datum]))
            return [None if "NullValue" in datum else next(present) for datum in data]

    return converted


def _row_converter(columns: list[dict[str, Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    names = column_names(columns)
    fields = [_converter(column["Type"]) for column in columns]

    def converted(row: dict[str, Any]) -> dict[str, Any]:
        values = [field([datum])[0] for field, datum in zip(fields, row["Data"], strict=True)]
        return dict(zip(names, values, strict=True))

    return converted


def _series(points: list[dict[str, Any]], convert: Convert) -> list[dict[str, Any]]:
    values = convert([point["Value"] for point in points])
    times = _timestamps([point["Time"] for point in points])
    return [{"time": time, "value": value} for time, value in zip(times, values, strict=True)]


def _strings(values: Sequence[Any]) -> list[str]:
    # Raises TypeError if another value is among them.
    "".join(values)
    return list(values)


def _no_values(values: Sequence[Any]) -> list[Any]:
    if values:
        raise ValueError("not scalars")
    return []


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _timestamps(strings: Sequence[str]) -> list[str]:
    """Format as ISO 8601 in UTC with all nine digits; a datetime would drop the last three.

    Converting them as one string takes a tenth of the time of one by one.
    """
    lines = "\n".join([*strings, ""])
    if lines.encode("ascii").translate(_DIGITS_TO_ZERO) != _TIMESTAMP_LINE * len(strings):
        raise ValueError("not timestamps")
    return lines.replace(" ", "T").replace("\n", "Z\n").replace("000000Z", "Z").splitlines()


_NESTED = ""

# The other scalars stay strings: VARCHAR, TIME, and intervals, for which Python has no type.
_SCALARS: dict[str, Convert] = {
    "BIGINT": _each(int),
    "INTEGER": _each(int),
    "DOUBLE": _each(float),
    "BOOLEAN": _each(_boolean),
    "TIMESTAMP": _timestamps,
    "DATE": _each(date.fromisoformat),
    _NESTED: _no_values,
}
