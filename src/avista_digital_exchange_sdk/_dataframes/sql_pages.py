"""Reads pages of Timestream SQL to tables.

A page is the response that AWS describes under `Query`, `Datum` and `Type` in the reference of
Timestream's query API.
"""

from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any

import pyarrow as pa
import pyarrow.json as pa_json
from pydantic_core import from_json

from .._generated.fragments import TimestreamPage
from .._time_series.sql_results import column_names
from ..errors import InvalidResponseError
from .arrow_types import STRING, TIMESTAMP_NS, Values, parse_values

Datum = dict[str, Any]

# The other scalars stay strings: VARCHAR, TIME, and intervals.
_SCALARS = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "TIMESTAMP": TIMESTAMP_NS,
    "DATE": pa.date32(),
}

_NULL: Datum = {"NullValue": True}
_DATUM = pa.struct([("ScalarValue", STRING)])
_COLUMN = pa.struct([("Name", STRING), ("Type", pa.struct([("ScalarType", STRING)]))])
_PAGE = pa.schema(
    [
        ("NextToken", STRING),
        ("Rows", pa.list_(pa.struct([("Data", pa.list_(_DATUM))]))),
        ("ColumnInfo", pa.list_(_COLUMN)),
    ]
)


def parse_page(response: TimestreamPage) -> "Page":
    """Parse the platform's response."""
    return Page(response.resultJSONString)


def concat_pages(tables: Sequence[pa.Table]) -> pa.Table:
    """Concatenate the pages of a result."""
    # The first pages of a long query may be empty, and its columns are not known yet.
    known = [table for table in tables if table.num_columns] or tables
    try:
        return pa.concat_tables(known)
    except pa.ArrowInvalid:
        raise InvalidResponseError("the pages of the result have different columns") from None


class Page:
    """One page: its rows, and the token of the next."""

    def __init__(self, response: str) -> None:
        self._response = response
        page = _parse_json(response)
        self.nextToken: str | None = page["NextToken"][0].as_py()
        self._columns = page["ColumnInfo"][0].as_py()
        self._rows = page["Rows"].combine_chunks().flatten()
        if self._columns is None:
            raise _invalid_result()

    def table(self) -> pa.Table:
        """Return the rows."""
        names = column_names(self._columns)
        if all(column["Type"]["ScalarType"] for column in self._columns):
            arrays = self._scalars(names)
        else:
            arrays = self._convert_nested()
        return pa.table(arrays, names=names)

    def _scalars(self, names: Sequence[str]) -> list[Values]:
        cells = self._rows.field("Data").flatten().field("ScalarValue")
        if len(cells) != len(self._rows) * len(names):
            raise _invalid_result()
        return [
            _scalar(cells.take(pa.arange(index, len(cells), len(names))), column["Type"])
            for index, column in enumerate(self._columns)
        ]

    def _convert_nested(self) -> list[Values]:
        """Convert results with arrays, rows or time series, which are few, without Arrow."""
        page = from_json(self._response)
        try:
            return [
                _values([row["Data"][index] for row in page["Rows"]], column["Type"])
                for index, column in enumerate(page["ColumnInfo"])
            ]
        except (KeyError, IndexError, TypeError):
            raise _invalid_result() from None


def _parse_json(response: str) -> pa.Table:
    document = response.encode()
    try:
        return pa_json.read_json(
            pa.BufferReader(document),
            pa_json.ReadOptions(use_threads=False, block_size=len(document) + 1),
            pa_json.ParseOptions(
                explicit_schema=_PAGE, newlines_in_values=True, unexpected_field_behavior="ignore"
            ),
        )
    except pa.ArrowInvalid:
        raise _invalid_result() from None


def _invalid_result() -> InvalidResponseError:
    return InvalidResponseError("the response has no Timestream result")


def _values(data: Sequence[Datum], kind: dict[str, Any]) -> Values:
    """Convert the data of a column to values of its type, which can be nested."""
    is_null = pa.array(["NullValue" in datum for datum in data], pa.bool_())
    if "ScalarType" in kind:
        return _scalar(pa.array([datum.get("ScalarValue") for datum in data], STRING), kind)
    if "RowColumnInfo" in kind:
        rows = [datum.get("RowValue", {}).get("Data") for datum in data]
        fields = [
            _values([_NULL if row is None else row[index] for row in rows], column["Type"])
            for index, column in enumerate(kind["RowColumnInfo"])
        ]
        names = column_names(kind["RowColumnInfo"])
        return pa.StructArray.from_arrays(fields, names, mask=is_null)
    if "ArrayColumnInfo" in kind:
        lists = [datum.get("ArrayValue", []) for datum in data]
        items = _values(list(chain(*lists)), kind["ArrayColumnInfo"]["Type"])
    else:
        lists = [datum.get("TimeSeriesValue", []) for datum in data]
        points = list(chain(*lists))
        times = _scalar(pa.array([p["Time"] for p in points], STRING), {"ScalarType": "TIMESTAMP"})
        value_type = kind["TimeSeriesMeasureValueColumnInfo"]["Type"]
        values = _values([point["Value"] for point in points], value_type)
        items = pa.StructArray.from_arrays([times, values], ["time", "value"])
    offsets = pa.array(accumulate(map(len, lists), initial=0), pa.int32())
    return pa.ListArray.from_arrays(offsets, items, mask=is_null)


def _scalar(strings: Any, kind: dict[str, Any]) -> Any:
    name = kind["ScalarType"]
    return parse_values(strings, _SCALARS.get(name, STRING), f"a {name} column")
