"""Results of any kind as series: one attribute of one asset each."""

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as kinds
from pydantic_core import to_json

from .. import _checks
from .._frames.asset_data import AssetData
from .._frames.columns import INSTANT, TEXT, Keys, Values, instants
from .._frames.csv_result import CsvResult
from .._frames.given import indexed_by_time, table_of
from .._generated.fragments import TimeSeriesAssetData
from ..errors import InvalidResponseError
from .downsampling import FloatArray, TimeArray

VALID_RESULTS = (
    "a frame as queries return it, a list of TimeSeriesAssetData, or the path of a result file "
    "(.csv, .json or .parquet)"
)
TIME_COLUMNS = ("timestamp", "time")
"""What the time is called in frames of queries with filters, and in those of SQL."""

MAX_STATES = 20
"""The most different texts of an attribute that a picture can tell apart."""


IndexArray = npt.NDArray[np.int64]


class Series(NamedTuple):
    """One attribute of one asset.

    Attributes:
        asset: The asset's name, or its id where it has none.
        times: Nanoseconds since 1970, growing.
        values: A number at each time.
        states: The texts that the numbers stand for, where they do.
    """

    asset: str
    attribute: str
    times: TimeArray
    values: FloatArray
    states: Sequence[str] | None = None


class _NumericColumn(NamedTuple):
    """A column's values as numbers, missing ones as NaN; and the texts they stand for, if so."""

    numbers: FloatArray
    states: Sequence[str] | None = None


_Column = tuple[str, IndexArray, Values]
"""An attribute, the rows that its values are in, and the values."""


def load_result(argument: str, result: object) -> pa.Table:
    """A result as a table, wide or long."""
    if isinstance(result, (str, os.PathLike)):
        return _load_file(argument, _checks.source_file(argument, result))
    if isinstance(result, Sequence) and all(isinstance(a, TimeSeriesAssetData) for a in result):
        return _load_assets(to_json(result))
    return _parse_time_column(
        argument, indexed_by_time(table_of(argument, result, VALID_RESULTS), "timestamp")
    )


class PlotData:
    """What can be drawn of a table.

    Args:
        table: The table, wide or long.
        attributes: The attributes wanted; None for all.

    Attributes:
        series: The series in it, attribute by attribute.
        left_out: The attributes that no line can show.
    """

    def __init__(self, table: pa.Table, attributes: Iterable[str] | None) -> None:
        self.series: list[Series] = []
        self.left_out: list[str] = []
        self._times: TimeArray = table["timestamp"].cast(pa.int64()).to_numpy()
        codes, names = _encode_assets(table)
        for attribute, rows, column in _select_attributes(
            list(_iter_attributes(table)), attributes
        ):
            readings = _to_numeric(column)
            if readings is None:
                self.left_out.append(attribute)
                continue
            for code, some in _group_rows(codes[rows]):
                self._add(names[code], attribute, rows[some], some, readings)

    def _add(
        self,
        asset: str,
        attribute: str,
        rows: IndexArray,
        places: IndexArray,
        readings: _NumericColumn,
    ) -> None:
        numbers, times = readings.numbers[places], self._times[rows]
        present = ~np.isnan(numbers)
        if not present.any():
            return
        numbers, times = numbers[present], times[present]
        if (np.diff(times) <= 0).any():
            # Each time once; of several values at a time, the last.
            times, last = np.unique(times[::-1], return_index=True)
            numbers = numbers[::-1][last]
        self.series.append(Series(asset, attribute, times, numbers, readings.states))


def _load_file(argument: str, path: Path) -> pa.Table:
    match path.suffix.lower():
        case ".csv":
            return CsvResult(path, {}).wide()
        case ".json":
            return _load_assets(path.read_bytes())
        case ".parquet":
            try:
                return _parse_time_column(argument, table_of(argument, pq.read_table(path)))
            except pa.ArrowInvalid:
                raise InvalidResponseError(f"{path.name} is not a Parquet file") from None
    raise _checks.invalid(argument, str(path), VALID_RESULTS)


def _parse_time_column(argument: str, table: pa.Table) -> pa.Table:
    """A table whose rows all have a time; what says no zone is in UTC."""
    found = next((name for name in TIME_COLUMNS if name in table.column_names), None)
    if found is None:
        listed = ", ".join(map(repr, table.column_names))
        raise _checks.invalid(argument, listed, "a frame with a column `timestamp` or `time`")
    try:
        times = instants(table[found]) if table.num_rows else pa.array([], INSTANT)
    except pa.ArrowException:
        kind = str(table[found].type)
        raise _checks.invalid(argument, kind, f"a column `{found}` of times") from None
    place = table.column_names.index(found)
    return table.set_column(place, "timestamp", times).filter(times.is_valid())


def _load_assets(array: bytes) -> pa.Table:
    data = AssetData()
    data.add(array, latest=True)
    return data.table("wide")


def _select_attributes(columns: list[_Column], attributes: object) -> list[_Column]:
    """The columns of the attributes wanted, in that order."""
    if attributes is None:
        return columns
    by_name = {column[0]: column for column in columns}
    names = _checks.entries("attributes", attributes, "names of attributes")
    for name in names:
        if name not in by_name:
            listed = ", ".join(map(repr, by_name)) or "none"
            raise _checks.invalid("attributes", name, f"one of the result's attributes: {listed}")
    return [by_name[name] for name in dict.fromkeys(names)]


def _iter_attributes(table: pa.Table) -> Iterator[_Column]:
    """Each attribute, with the rows that its values are in."""
    if {"attribute", "value"} <= set(table.column_names):
        codes, names = _encode(table["attribute"])
        for code, rows in _group_rows(codes):
            yield names[code], rows, table["value"].take(pa.array(rows))
    else:
        every = np.arange(table.num_rows)
        for name in table.column_names:
            if name not in Keys._fields:
                yield name, every, table[name]


def _encode_assets(table: pa.Table) -> tuple[IndexArray, list[str]]:
    """The number of each row's asset, and what the assets are called."""
    if "assetId" not in table.column_names:
        return np.zeros(table.num_rows, np.int64), [""]
    codes, ids = _encode(table["assetId"])
    named = dict(zip(ids, ids, strict=True))
    if "name" in table.column_names:
        pairs = pa.table({"id": table["assetId"], "name": table["name"]}).group_by(["id", "name"])
        found = pairs.aggregate([]).to_pylist()
        named |= {str(pair["id"]): pair["name"] for pair in found if pair["name"]}
    names = [named[assetId] for assetId in ids]
    return codes, [
        name if names.count(name) == 1 else f"{name} ({assetId})"
        for name, assetId in zip(names, ids, strict=True)
    ]


def _encode(column: Values) -> tuple[IndexArray, list[str]]:
    """Texts as numbers, and what they stand for."""
    encoded = column.cast(TEXT).fill_null("").combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def _group_rows(codes: IndexArray) -> Iterator[tuple[int, IndexArray]]:
    """The places of each number, the numbers in order."""
    order = np.argsort(codes, kind="stable")
    ends = np.flatnonzero(np.diff(codes[order])) + 1
    for places in np.split(order, ends):
        if len(places):
            yield int(codes[places[0]]), places


def _to_numeric(column: Values) -> _NumericColumn | None:
    """A column as numbers; None if it can't be drawn."""
    kind = column.type
    if kinds.is_boolean(kind):
        return _NumericColumn(_to_floats(column.cast(pa.int8())), ["false", "true"])
    if kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind):
        return _NumericColumn(_to_floats(column))
    if kinds.is_null(kind):
        return _NumericColumn(np.full(len(column), np.nan))
    if not kinds.is_string(kind):
        return None
    return _parse_strings(column)


def _parse_strings(column: Values) -> _NumericColumn | None:
    """Texts, which are of all types in a file in CSV and where several types share a column."""
    with contextlib.suppress(pa.ArrowInvalid):
        return _NumericColumn(_to_floats(column))
    with contextlib.suppress(pa.ArrowInvalid):
        instants(column)
        return None
    return _encode_states(column)


def _encode_states(column: Values) -> _NumericColumn | None:
    states = sorted(column.drop_null().unique().to_pylist())
    if len(states) > MAX_STATES:
        return None
    return _NumericColumn(_to_floats(pc.index_in(column, value_set=pa.array(states, TEXT))), states)


def _to_floats(column: Values) -> FloatArray:
    numbers: FloatArray = column.cast(pa.float64(), safe=False).to_numpy()
    return numbers
