"""Results of Timestream SQL: the response as AWS documents it, and its rows as Python values.

The response is described under `Query`, `Datum`, `ColumnInfo` and `Type` in the reference of AWS
Timestream's query API.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from pydantic_core import from_json

from ._generated.fragments import TimestreamPage
from ._instants import instant, iso_text
from ._model import BaseModel
from .errors import InvalidResponseError

Datum = dict[str, Any]
Convert = Callable[[Any], Any]


class QueryResult_TimestreamVariables(BaseModel):
    """One page of the result of a SQL query.

    Attributes:
        timestreamResults: The response of AWS Timestream as it documents it, with its capitalised
            names. The properties below are read off it.
        clientToken: The platform's name for this run of the query; goes with `nextToken`.
    """

    timestreamResults: dict[str, Any]
    clientToken: str | None = None

    @property
    def nextToken(self) -> str | None:
        """What asks for the next page; None on the last page."""
        return self.timestreamResults.get("NextToken")

    @property
    def queryId(self) -> str:
        """The id of the query."""
        return str(self.timestreamResults["QueryId"])

    @property
    def queryStatus(self) -> dict[str, Any]:
        """Progress (`ProgressPercentage`) and bytes scanned and metered so far."""
        return dict(self.timestreamResults.get("QueryStatus") or {})

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of this page, each `{"Data": [datum, …]}`, one datum a column."""
        return list(self.timestreamResults["Rows"])

    @property
    def columnInfo(self) -> list[dict[str, Any]]:
        """The columns, each with its `Name` and `Type`."""
        return list(self.timestreamResults["ColumnInfo"])


def result_of(page: TimestreamPage) -> QueryResult_TimestreamVariables:
    """Read the platform's answer; the response of Timestream travels in it as JSON text."""
    try:
        results = from_json(page.resultJSONString)
    except ValueError:
        results = None
    wanted = {"QueryId": str, "Rows": list, "ColumnInfo": list}
    if not isinstance(results, dict) or not all(
        isinstance(results.get(name), kind) for name, kind in wanted.items()
    ):
        raise InvalidResponseError("the platform's answer holds no result of Timestream")
    return QueryResult_TimestreamVariables(timestreamResults=results, clientToken=page.clientToken)


def row_values(result: QueryResult_TimestreamVariables) -> list[dict[str, Any]]:
    """The rows of a page as dictionaries of Python values, keyed by column name."""
    names = column_names(result.columnInfo)
    try:
        converters = [_converter(column["Type"]) for column in result.columnInfo]
        return [
            {
                name: convert(datum)
                for name, convert, datum in zip(names, converters, row["Data"], strict=True)
            }
            for row in result.rows
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        kind = type(error).__name__
        raise InvalidResponseError(f"a row is not of the columns' types ({kind})") from error


def column_names(columns: list[dict[str, Any]]) -> list[str]:
    """A name for every column: unnamed ones as Presto names them."""
    return distinct_names(
        column.get("Name") or f"_col{index}" for index, column in enumerate(columns)
    )


def distinct_names(names: Iterable[str]) -> list[str]:
    """Names of columns, repeated ones numbered."""
    distinct: list[str] = []
    for unnumbered in names:
        name, number = unnumbered, 2
        while name in distinct:
            name, number = f"{unnumbered}_{number}", number + 1
        distinct.append(name)
    return distinct


def _converter(column_type: dict[str, Any]) -> Convert:
    """How to turn a datum of a type into a Python value; None for NULL."""
    if "ScalarType" in column_type:
        scalar = _SCALARS.get(column_type["ScalarType"], str)
        return lambda datum: None if "NullValue" in datum else scalar(datum["ScalarValue"])
    if "ArrayColumnInfo" in column_type:
        item = _converter(column_type["ArrayColumnInfo"]["Type"])
        return _nullable("ArrayValue", lambda items: [item(datum) for datum in items])
    if "RowColumnInfo" in column_type:
        names = column_names(column_type["RowColumnInfo"])
        fields = [_converter(column["Type"]) for column in column_type["RowColumnInfo"]]
        return _nullable(
            "RowValue",
            lambda row: {
                name: field(datum)
                for name, field, datum in zip(names, fields, row["Data"], strict=True)
            },
        )
    value = _converter(column_type["TimeSeriesMeasureValueColumnInfo"]["Type"])
    return _nullable(
        "TimeSeriesValue",
        lambda points: [
            {"time": _timestamp(point["Time"]), "value": value(point["Value"])} for point in points
        ],
    )


def _nullable(kind: str, convert: Convert) -> Convert:
    return lambda datum: None if "NullValue" in datum else convert(datum[kind])


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _timestamp(text: str) -> str:
    """ISO 8601 in UTC with all the digits Timestream has; a datetime would drop the last three."""
    return iso_text(instant("time", f"{text}Z"))


_SCALARS: dict[str, Convert] = {
    "BIGINT": int,
    "INTEGER": int,
    "DOUBLE": float,
    "BOOLEAN": _boolean,
    "TIMESTAMP": _timestamp,
    "DATE": date.fromisoformat,
}
"""The remaining scalars stay text: VARCHAR, TIME, and intervals, which Python has no type for."""
