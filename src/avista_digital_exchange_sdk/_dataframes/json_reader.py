"""Reads assets with their data in JSON to a table, wide or long."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pa_json

from .._time_series.attribute_types import add_type
from .._time_series.result_writers import RequestedSeries
from ..errors import InvalidResponseError
from .arrow_types import (
    STRING,
    TIMESTAMP_NS,
    KeyColumns,
    LongTableBuilder,
    common_type,
    parse_values,
    to_arrow_type,
    wide_column_names,
)

_POINT = pa.struct([("timestamp", STRING), ("value", STRING)])
_ATTRIBUTE = pa.struct(
    [
        ("name", STRING),
        ("attributeType", STRING),
        ("lastValue", STRING),
        ("lastValueTime", STRING),
        ("data", pa.list_(_POINT)),
    ]
)
_ASSET = pa.struct([("assetId", STRING), ("name", STRING), ("attributes", pa.list_(_ATTRIBUTE))])
_ARRAY = pa.schema([("assets", pa.list_(_ASSET))])


class Points(NamedTuple):
    """The points of an attribute: times, and values as strings."""

    times: pa.Array
    strings: pa.Array

    def sort(self) -> "Points":
        """Sort by time; of several values at one time keep the last."""
        times, strings = self
        if times.null_count:
            # Lists of the schema may have null entries.
            present = times.is_valid()
            times, strings = times.filter(present), strings.filter(present)
        if len(times) < 2 or pc.all(pc.less(times[:-1], times[1:])).as_py():
            return Points(times, strings)
        order = pc.sort_indices(times)
        times, strings = times.take(order), strings.take(order)
        is_last = pa.concat_arrays([pc.not_equal(times[:-1], times[1:]), pa.array([True])])
        return Points(times.filter(is_last), strings.filter(is_last))

    def at(self, times: pa.Array) -> pa.Array:
        """Return the values at some times."""
        if times.equals(self.times):
            return self.strings
        return self.strings.take(pc.index_in(times, value_set=self.times))


class Asset:
    """What is known of an asset."""

    def __init__(self) -> None:
        self.name: str | None = None
        self._pieces: dict[str, list[Points]] = {}

    def add(self, attribute: str, points: Points) -> None:
        """Add some of an attribute's points."""
        self._pieces.setdefault(attribute, []).append(points)

    def points(self, attribute: str) -> Points | None:
        """All points of an attribute, if it has any."""
        if attribute not in self._pieces:
            return None
        times, strings = zip(*self._pieces[attribute], strict=True)
        return Points(_concat(times), _concat(strings)).sort()


class AssetDataTable:
    """Builds a table from JSON arrays of TimeSeriesAssetData.

    The data of an asset can be split over adjacent arrays.

    Args:
        request: The requested assets and attributes, if the arrays are the result of a query.
    """

    def __init__(self, request: RequestedSeries | None = None) -> None:
        self._request = request
        self._assets = {asset_id: Asset() for asset_id in request.position} if request else {}
        self._types: dict[str, str] = {}

    def add(self, array: bytes, *, latest: bool = False) -> None:
        """Add an array; with `latest`, also the last values of attributes without data."""
        for asset_id, name, attributes in _parse_assets(array):
            asset = self._asset(asset_id)
            asset.name = name
            for attribute, kind, points in _parse_attributes(attributes, latest):
                if self._request is None or self._request.is_requested(asset_id, attribute):
                    asset.add(attribute, points)
                    add_type(self._types, attribute, kind)

    def table(self, shape: str, types: Mapping[str, str] | None = None) -> pa.Table:
        """Return the table; `types` of attributes take precedence over those in the arrays."""
        shaped = self._wide if shape == "wide" else self._long
        return shaped(self._attributes(), {**self._types, **(types or {})}).combine_chunks()

    def _asset(self, asset_id: str) -> Asset:
        if self._request is not None and asset_id not in self._assets:
            raise InvalidResponseError("the result has an asset that was not requested")
        return self._assets.setdefault(asset_id, Asset())

    def _attributes(self) -> list[str]:
        """List attributes in order of appearance; of a query the requested ones, then by name."""
        if self._request is None:
            return list(self._types)
        requested = dict.fromkeys(chain.from_iterable(self._request.attributes.values()))
        return [*requested, *sorted(self._types.keys() - requested.keys())]

    def _wide(self, attributes: Sequence[str], types: Mapping[str, str]) -> pa.Table:
        """Build one row per asset and timestamp, one column per attribute."""
        keys: list[tuple[Any, ...]] = []
        columns: dict[str, list[pa.Array]] = {name: [] for name in attributes}
        for asset_id, asset in self._assets.items():
            every = [asset.points(attribute) for attribute in attributes]
            times = _union([points.times for points in every if points])
            keys.append(_keys(asset_id, asset, times))
            for points, column in zip(every, columns.values(), strict=True):
                column.append(points.at(times) if points else pa.nulls(len(times), STRING))
        values = [
            parse_values(
                pa.chunked_array(column, STRING), to_arrow_type(types.get(name)), repr(name)
            )
            for name, column in columns.items()
        ]
        return pa.table([*_concat_keys(keys), *values], names=wide_column_names(attributes))

    def _long(self, attributes: Sequence[str], types: Mapping[str, str]) -> pa.Table:
        """Build one row per value, ordered by attribute, asset and time."""
        kind = common_type(to_arrow_type(types[name]) for name in attributes if name in types)
        long = LongTableBuilder(kind)
        for attribute in attributes:
            keys: list[tuple[Any, ...]] = []
            strings: list[pa.Array] = []
            for asset_id, asset in self._assets.items():
                if points := asset.points(attribute):
                    keys.append(_keys(asset_id, asset, points.times))
                    strings.append(points.strings)
            own = STRING if kind == STRING else to_arrow_type(types.get(attribute))
            values = parse_values(pa.chunked_array(strings, STRING), own, repr(attribute))
            long.add(_concat_keys(keys), attribute, values)
        return long.table()


def _concat(pieces: Sequence[pa.Array]) -> pa.Array:
    return pieces[0] if len(pieces) == 1 else pa.concat_arrays(pieces)


def _keys(asset_id: str, asset: Asset, times: pa.Array) -> tuple[Any, ...]:
    names = pa.repeat(pa.scalar(asset.name, STRING), len(times))
    return pa.repeat(asset_id, len(times)), names, times


def _concat_keys(keys: Sequence[tuple[Any, ...]]) -> KeyColumns:
    columns = zip(*keys, strict=True) if keys else [[], [], []]
    kinds = (STRING, STRING, TIMESTAMP_NS)
    return KeyColumns(*(pa.chunked_array(c, kind) for c, kind in zip(columns, kinds, strict=True)))


def _union(every: Sequence[pa.Array]) -> pa.Array:
    """Merge sorted times, each once."""
    if not every:
        return pa.array([], TIMESTAMP_NS)
    first, *others = every
    if all(times.equals(first) for times in others):
        return first
    merged = pa.chunked_array(every, TIMESTAMP_NS).unique()
    return merged.take(pc.sort_indices(merged))


def _parse_assets(array: bytes) -> Iterator[tuple[str, str | None, Any]]:
    """Parse the ID, name and attributes of each asset."""
    assets = _parse_json(array)
    names = assets.field("name").to_pylist()
    for index, asset_id in enumerate(assets.field("assetId").to_pylist()):
        if asset_id is None:
            raise InvalidResponseError("the result has an asset without an ID")
        if (attributes := assets.field("attributes")[index].values) is not None:
            yield asset_id, names[index], attributes.filter(attributes.is_valid())


def _parse_attributes(attributes: Any, latest: bool) -> Iterator[tuple[str, str, Points]]:
    """Parse the name, type and points of each attribute that has points."""
    names = attributes.field("name").to_pylist()
    kinds = attributes.field("attributeType").to_pylist()
    counts = pc.list_value_length(attributes.field("data")).fill_null(0).to_pylist()
    every = _points(attributes.field("data").flatten(), "timestamp", "value")
    lasts = _points(attributes, "lastValueTime", "lastValue") if latest else None
    begin = 0
    for index, (name, kind, count) in enumerate(zip(names, kinds, counts, strict=True)):
        if count:
            yield name, kind, Points(*(part.slice(begin, count) for part in every))
        elif lasts:
            yield name, kind, Points(*(part.slice(index, 1) for part in lasts))
        begin += count


def _points(entries: Any, time: str, value: str) -> Points:
    times = parse_values(entries.field(time), TIMESTAMP_NS, time)
    return Points(times, entries.field(value))


def _parse_json(array: bytes) -> Any:
    document = b"".join((b'{"assets":', array, b"}"))
    try:
        table = pa_json.read_json(
            pa.BufferReader(document),
            pa_json.ReadOptions(use_threads=False, block_size=len(document) + 1),
            pa_json.ParseOptions(
                explicit_schema=_ARRAY,
                newlines_in_values=True,
                unexpected_field_behavior="ignore",
            ),
        )
    except pa.ArrowInvalid:
        # The cause would expose data values.
        raise InvalidResponseError(
            "the result is not a JSON array of TimeSeriesAssetData"
        ) from None
    return table["assets"].combine_chunks().flatten()
