"""Rows to publish, column by column: checked against each other, and taken out slice by slice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from .._generated.enums import MeasureValueType
from .._time_series.database_state import DatabaseState
from .._time_series.record_planner import Dimensions, Row, Value, same_value
from .._time_series.row_publisher import NAME_DIMENSION, RowSlice
from .._time_series.timestamps import format_timestamp
from ..errors import InvalidParameterError
from .arrow_types import Values

# Rows that are compared with what is stored at a time.
ROWS_PER_SLICE = 1000


class Measure(NamedTuple):
    """A column of values of one type, as texts."""

    name: str
    type: MeasureValueType
    texts: Values


class RowColumns:
    """The rows that hold a value.

    Args:
        asset_ids: Each row's asset.
        times: Each row's time: the count of nanoseconds since 1970, as text.
        dimensions: Columns of metadata, by name.
        measures: The columns to publish.
        first_index: The index of the first row among all rows to publish.
        source: What holds the rows, as errors call it.
    """

    def __init__(
        self,
        asset_ids: Values,
        times: Values,
        dimensions: dict[str, Values],
        measures: Sequence[Measure],
        *,
        first_index: int = 0,
        source: str = "frame",
    ) -> None:
        self._asset_ids = asset_ids
        self._times = times.cast(pa.int64())
        self._dimensions = dimensions
        self.measures: Sequence[Measure] = measures
        self._first_index = first_index
        self._source = source
        held = pa.array([False] * len(times), pa.bool_())
        for measure in measures:
            held = pc.or_(held, measure.texts.is_valid())
        self._rows = pc.indices_nonzero(held)

    @property
    def indexes(self) -> list[int]:
        """Which of all rows to publish they are."""
        return [self._first_index + row for row in self._rows.to_pylist()]

    def with_measures(self, measures: Sequence[Measure]) -> RowColumns:
        """Get the same rows with the values of other types."""
        return RowColumns(
            self._asset_ids,
            self._times,
            self._dimensions,
            measures,
            first_index=self._first_index,
            source=self._source,
        )

    def take_names(self, state: DatabaseState, *, rename_assets: bool) -> None:
        """Take over the names that rows give to assets.

        Args:
            state: What the database holds; the names are added to it.
            rename_assets: Whether an asset may get another name than it has.

        Raises:
            InvalidParameterError: An asset gets another name than it has, or several.
        """
        if NAME_DIMENSION not in self._dimensions:
            return
        names = self._dimensions[NAME_DIMENSION].take(self._rows)
        pairs = pa.table({"assetId": self._asset_ids.take(self._rows), "name": names})
        distinct = pairs.group_by(["assetId", "name"], use_threads=False).aggregate([])
        for asset_id, name in zip(*distinct.to_pydict().values(), strict=True):
            if name is not None:
                state.take_name(self._source, asset_id, name, rename_assets=rename_assets)

    def check_duplicates(self) -> None:
        """Refuse rows that give an attribute of an asset two values at one time."""
        assets = self._asset_ids.take(self._rows).dictionary_encode()
        times = self._times.take(self._rows)
        keys = pa.table({"asset": assets.indices, "time": times})
        if keys.group_by(["asset", "time"], use_threads=False).aggregate([]).num_rows == len(keys):
            return
        places: dict[tuple[int, int], list[int]] = {}
        for position, key in enumerate(zip(*keys.to_pydict().values(), strict=True)):
            places.setdefault(key, []).append(position)
        for positions in places.values():
            if len(positions) > 1:
                self._check_same_time(self._rows.take(pa.array(positions)))

    def _check_same_time(self, rows: Values) -> None:
        """Refuse rows of one asset and time that give an attribute several values."""
        given: dict[str, tuple[Row, Value]] = {}
        for row in self._take(rows):
            for value in row.values:
                earlier, known = given.setdefault(value.name, (row, value))
                if earlier is row:
                    continue
                is_same_series = earlier.dimensions == row.dimensions
                if not (is_same_series and same_value(known, value)):
                    raise self._duplicate_error(rows, earlier, row, known, value)

    def _duplicate_error(
        self, rows: Values, earlier: Row, row: Row, known: Value, value: Value
    ) -> InvalidParameterError:
        asset_id = self._asset_ids[rows[0].as_py()].as_py()
        advice = (
            "publish one of them"
            if earlier.dimensions == row.dimensions
            else "dimensions do not tell values apart when an asset is queried, so make them "
            "different attributes or assets"
        )
        return InvalidParameterError(
            f"{self._source}: rows {earlier.index} and {row.index} both hold {value.name!r} of "
            f"asset {asset_id!r} at {format_timestamp(row.time)}, as {known.text!r} and "
            f"{value.text!r}; {advice}"
        )

    async def slices(self) -> AsyncIterator[RowSlice]:
        """Take out the rows, asset by asset."""
        for part in self.iter_slices():
            yield part

    def iter_slices(self) -> Iterator[RowSlice]:
        """Take out the rows, asset by asset."""
        for asset_id, rows in self._by_asset():
            for begin in range(0, len(rows), ROWS_PER_SLICE):
                yield RowSlice(asset_id, list(self._take(rows.slice(begin, ROWS_PER_SLICE))))

    def _by_asset(self) -> Iterator[tuple[str, Values]]:
        assets = self._asset_ids.take(self._rows).dictionary_encode()
        order = pc.sort_indices(assets.indices)
        counts = assets.indices.value_counts().field("counts")
        begin = 0
        for asset_id, count in zip(assets.dictionary.to_pylist(), counts.to_pylist(), strict=True):
            yield asset_id, self._rows.take(order.slice(begin, count))
            begin += count

    def _take(self, rows: Values) -> Iterator[Row]:
        times = self._times.take(rows).to_pylist()
        dimensions = self._take_dimensions(rows)
        columns = [(m.name, m.type, m.texts.take(rows).to_pylist()) for m in self.measures]
        for position, row in enumerate(rows.to_pylist()):
            values = [
                Value(name, kind, text)
                for name, kind, texts in columns
                if (text := texts[position]) is not None
            ]
            yield Row(self._first_index + row, times[position], dimensions[position], values)

    def _take_dimensions(self, rows: Values) -> list[Dimensions]:
        """Take the dimensions of each row, ordered by name."""
        names = sorted(self._dimensions)
        columns = [self._dimensions[name].take(rows).to_pylist() for name in names]
        if not names:
            return [()] * len(rows)
        return [
            tuple((name, value) for name, value in zip(names, values, strict=True) if value)
            for values in zip(*columns, strict=True)
        ]
