"""The series to plot, one per attribute and asset."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from .._dataframes.arrow_types import STRING, Values
from .._utils import validation
from ..errors import InvalidParameterError
from .downsampling import BoolArray, FloatArray, IndexArray, TimeArray
from .loading import LoadedResult
from .time_column import holds_times, is_temporal

# Maximum number of different strings of an attribute that can be plotted.
MAX_STATES = 20
MAX_SHOWN_REASONS = 3

# The columns of long DataFrames of queries and of pandas.melt().
LONG_COLUMNS = (("attribute", "value"), ("variable", "value"))

_NUMBER_WITH_COMMA = re.compile(r"\s*[+-]?\d+(,\d+)+\s*")
_DIGITS = re.compile(r"([0-9]+)")
_HAS_FRACTION = re.compile(r"[.,]\d")


class Series(NamedTuple):
    """One attribute of one asset.

    Attributes:
        asset: The name of the asset, or its ID if it has no name.
        times: Nanoseconds since 1970, ascending.
        values: The number at each time.
        states: The strings that the numbers represent, if any.
        holds: Whether a value holds until the next one.
    """

    asset: str
    attribute: str
    times: TimeArray
    values: FloatArray
    states: Sequence[str] | None = None
    holds: bool = False


class _NumericColumn(NamedTuple):
    """The values of a column as numbers, with NaN for missing values, and their strings, if any."""

    numbers: FloatArray
    states: Sequence[str] | None = None


class _Unplottable(NamedTuple):
    """The reason why a column cannot be plotted."""

    reason: str


# An attribute, the rows of its values, and the values.
_Column = tuple[str, IndexArray, Values]


class PlotData:
    """The series of a result.

    Args:
        result: The result.
        attributes: The attributes to plot. Defaults to all.
        assets: The names or IDs of the assets to plot. Defaults to all.
        steps: The attributes whose values hold until the next one, or True for all.

    Attributes:
        series: The series, ordered by attribute.
        not_plotted: The attributes that cannot be plotted.
        infinite: The number of omitted infinite values.
    """

    def __init__(
        self, result: LoadedResult, attributes: object, assets: object, steps: object
    ) -> None:
        self.series: list[Series] = []
        self.infinite = 0
        self._result = result
        self._times: TimeArray = result.times.cast(pa.int64()).to_numpy()
        self._codes, self._names = _encode_assets(result, assets)
        columns = list(_iter_attributes(result.values))
        self._steps = _parse_steps(columns, steps)
        unplottable: dict[str, str] = {}
        for attribute, rows, column in _select_attributes(columns, attributes):
            numeric = _to_numeric(column)
            if isinstance(numeric, _Unplottable):
                unplottable[attribute] = numeric.reason
                continue
            for code, some in _group_rows(self._codes[rows]):
                if code >= 0:
                    self._add(self._names[code], attribute, rows[some], some, numeric)
        self.not_plotted = list(unplottable)
        if unplottable and (attributes is not None or not self.series):
            raise _nothing_to_plot(unplottable)

    def _add(
        self,
        asset: str,
        attribute: str,
        rows: IndexArray,
        indices: IndexArray,
        column: _NumericColumn,
    ) -> None:
        numbers, times = column.numbers[indices], self._times[rows]
        present = np.isfinite(numbers)
        self.infinite += int(np.isinf(numbers).sum())
        if not present.any():
            return
        numbers, times, rows = numbers[present], times[present], rows[present]
        if (np.diff(times) <= 0).any():
            order = np.argsort(times, kind="stable")
            numbers, times, rows = numbers[order], times[order], rows[order]
            kept = _differs_from_last(times, numbers)
            numbers, times, rows = numbers[kept], times[kept], rows[kept]
            self._check_rows_of_one_time(attribute, times, rows)
        holds = attribute in self._steps
        self.series.append(Series(asset, attribute, times, numbers, column.states, holds))

    def _check_rows_of_one_time(self, attribute: str, times: TimeArray, rows: IndexArray) -> None:
        """Raise an error if repeated times are those of objects that a column distinguishes."""
        is_repeated = np.diff(times) == 0
        if not is_repeated.any():
            return
        before, after = pa.array(rows[:-1][is_repeated]), pa.array(rows[1:][is_repeated])
        values = self._result.values
        for name in values.column_names:
            column = values[name]
            if not (kinds.is_string(column.type) or kinds.is_integer(column.type)):
                continue
            if name != attribute and _all_differ(column.take(before), column.take(after)):
                raise InvalidParameterError(
                    f"result must have one value of {attribute!r} per asset and time, got several; "
                    f"if column {name!r} identifies the assets, pass assetIdColumn={name!r}"
                )


def _all_differ(column: Values, other: Values) -> bool:
    differs = pc.not_equal(column.combine_chunks(), other.combine_chunks())
    return bool(pc.all(differs, skip_nulls=False).as_py())


def _differs_from_last(times: TimeArray, numbers: FloatArray) -> BoolArray:
    """Find the rows whose time or value differs from the previous row."""
    return np.append(True, (np.diff(times) != 0) | (np.diff(numbers) != 0))


def _nothing_to_plot(unplottable: Mapping[str, str]) -> InvalidParameterError:
    listed = [f"{name!r} is {reason}" for name, reason in unplottable.items()]
    more = len(listed) - MAX_SHOWN_REASONS
    shown = "; ".join(listed[:MAX_SHOWN_REASONS]) + (f"; and {more} more" if more > 0 else "")
    return InvalidParameterError(
        "attributes must be numbers, booleans or strings of at most "
        f"{MAX_STATES} different values: {shown}"
    )


def _parse_steps(columns: Sequence[_Column], steps: object) -> frozenset[str]:
    if steps is True or steps is False:
        return frozenset(name for name, *_ in columns if steps)
    valid = "attribute names (True for all attributes)"
    return frozenset(name for name, *_ in _select_columns("steps", columns, steps, valid))


def _select_attributes(columns: Sequence[_Column], attributes: object) -> Sequence[_Column]:
    """Return the columns of the requested attributes, in that order."""
    if attributes is None:
        return columns
    return _select_columns("attributes", columns, attributes, "attribute names")


def _select_columns(
    argument: str, columns: Sequence[_Column], names: object, valid: str
) -> list[_Column]:
    by_name = {column[0]: column for column in columns}
    requested = validation.require_items(argument, names, valid)
    for name in requested:
        if name not in by_name:
            listed = ", ".join(map(repr, by_name)) or "none"
            raise validation.invalid_argument(
                argument, name, f"one of the result's attributes: {listed}"
            )
    return [by_name[name] for name in dict.fromkeys(requested)]


def _iter_attributes(values: pa.Table) -> Iterator[_Column]:
    """Iterate over the attributes with the rows of their values."""
    names = set(values.column_names)
    for attribute_column, value_column in LONG_COLUMNS:
        if {attribute_column, value_column} <= names:
            codes, attributes = _encode(values[attribute_column])
            for code, rows in _group_rows(codes):
                yield attributes[code], rows, values[value_column].take(pa.array(rows))
            return
    every = np.arange(values.num_rows)
    for name in values.column_names:
        yield name, every, values[name]


def _encode_assets(result: LoadedResult, requested: object) -> tuple[IndexArray, list[str]]:
    """Return the asset number of each row, -1 if not requested, and the labels of assets."""
    if result.asset_ids is None:
        if requested is not None:
            raise InvalidParameterError(
                "assets must be None for a result without a column of asset IDs; "
                "name that column with assetIdColumn="
            )
        return np.zeros(len(result.times), np.int64), [""]
    codes, ids = _encode(result.asset_ids)
    named = dict(zip(ids, ids, strict=True))
    if result.asset_names is not None:
        pairs = pa.table([result.asset_ids.cast(STRING), result.asset_names], names=["id", "name"])
        found = pairs.group_by(["id", "name"]).aggregate([]).to_pylist()
        named |= {str(pair["id"]): str(pair["name"]) for pair in found if pair["name"]}
    names = [named[asset_id] for asset_id in ids]
    labels = [
        name if names.count(name) == 1 else f"{name} ({asset_id})"
        for name, asset_id in zip(names, ids, strict=True)
    ]
    if requested is not None:
        is_requested = _select_assets(requested, ids, names)
        codes = np.where(is_requested[codes], codes, -1)
    return codes, labels


def _select_assets(assets: object, ids: Sequence[str], names: Sequence[str]) -> BoolArray:
    requested = validation.require_items("assets", assets, "asset IDs or names")
    for asset in requested:
        if asset not in ids and asset not in names:
            listed = ", ".join(map(repr, ids)) or "none"
            raise validation.invalid_argument(
                "assets", asset, f"one of the result's assets: {listed}"
            )
    return np.array([i in requested or n in requested for i, n in zip(ids, names, strict=True)])


def _encode(column: Values) -> tuple[IndexArray, list[str]]:
    """Encode strings as numbers; return the numbers and the distinct strings."""
    strings = column.cast(STRING).fill_null("")
    encoded = pa.chunked_array(strings.chunks, STRING).combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist()


def _group_rows(codes: IndexArray) -> Iterator[tuple[int, IndexArray]]:
    """Iterate over the numbers, in ascending order, with their rows."""
    order = np.argsort(codes, kind="stable")
    ends = np.flatnonzero(np.diff(codes[order])) + 1
    for rows in np.split(order, ends):
        if len(rows):
            yield int(codes[rows[0]]), rows


def _to_numeric(column: Values) -> _NumericColumn | _Unplottable:
    """Convert a column to numbers, or return the reason why it cannot be plotted."""
    kind = column.type
    if kinds.is_boolean(kind):
        return _NumericColumn(_to_floats(column.cast(pa.int8())), ["false", "true"])
    if kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind):
        return _NumericColumn(_to_floats(column))
    if kinds.is_null(kind):
        return _NumericColumn(np.full(len(column), np.nan))
    if kinds.is_string(kind):
        return _parse_strings(column)
    return _Unplottable("times" if is_temporal(kind) else f"of type {kind}")


def _parse_strings(column: Values) -> _NumericColumn | _Unplottable:
    """Parse strings, which represent all types in CSV files and in columns of several types."""
    trimmed = pc.utf8_trim_whitespace(column)
    trimmed = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, STRING), trimmed)
    try:
        return _NumericColumn(_to_floats(trimmed))
    except pa.ArrowInvalid:
        pass
    distinct = trimmed.drop_null().unique()
    if holds_times(distinct):
        return _Unplottable("times")
    states: list[str] = sorted(distinct.to_pylist(), key=_natural_order)
    if (problem := _find_malformed_number(states)) is not None:
        return problem
    if len(states) > MAX_STATES:
        return _Unplottable(f"text with {len(states)} different values")
    numbers = _to_floats(pc.index_in(trimmed, value_set=pa.array(states, STRING)))
    return _NumericColumn(numbers, states)


def _natural_order(value: str) -> list[tuple[int, str]]:
    """Return a sort key that orders `Stage 2` before `Stage 10`."""
    parts = [part.lstrip("0") if part.isdecimal() else part for part in _DIGITS.split(value)]
    # Every second part is a number, and is larger if it has more digits.
    return [(len(part) if index % 2 else 0, part) for index, part in enumerate(parts)]


def _find_malformed_number(values: Iterable[str]) -> _Unplottable | None:
    """Describe the malformed numbers in strings that are mostly numbers, if there are any."""
    numbers: list[str] = []
    others: list[str] = []
    for value in values:
        is_number = _is_number(value) or _NUMBER_WITH_COMMA.fullmatch(value)
        (numbers if is_number else others).append(value)
    if len(numbers) <= len(others) or not any(map(_HAS_FRACTION.search, numbers)):
        return None
    if others:
        return _Unplottable(
            f"text, with numbers and others such as {others[0][:40]!r}; convert it to numbers, "
            'for example with pandas.to_numeric(column, errors="coerce")'
        )
    return _Unplottable(
        f"text with numbers such as {next(filter(_NUMBER_WITH_COMMA.fullmatch, numbers))!r}; "
        'read it as numbers, for example with pandas.read_csv(path, decimal=",") or thousands=","'
    )


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _to_floats(column: Values) -> FloatArray:
    numbers: FloatArray = column.cast(pa.float64(), safe=False).to_numpy()
    return numbers
