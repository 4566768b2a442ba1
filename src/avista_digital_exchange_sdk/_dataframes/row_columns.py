"""The columns of rows to publish: check for duplicates and iterate over slices."""

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

# The number of rows that are compared with stored values at once.
ROWS_PER_SLICE = 1000


class Measure(NamedTuple):
    """A column of values of one type, as strings."""

    name: str
    type: MeasureValueType
    strings: Values


class RowColumns:
    """The rows with a value.

    Args:
        asset_ids: The asset of each row.
        times: The time of each row in nanoseconds since 1970, as strings.
        dimensions: Columns of metadata, by name.
        measures: The columns to publish.
        first_index: The index of the first row among all rows to publish.
        source: The source of the rows, for messages.
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
            held = pc.or_(held, measure.strings.is_valid())
        self._rows = pc.indices_nonzero(held)

    @property
    def indexes(self) -> list[int]:
        """The indexes among all rows to publish."""
        return [self._first_index + row for row in self._rows.to_pylist()]

    @property
    def asset_ids(self) -> list[str]:
        """The assets, each once."""
        ids: list[str] = self._asset_ids.take(self._rows).unique().to_pylist()
        return ids

    def with_measures(self, measures: Sequence[Measure]) -> RowColumns:
        """Return the same rows with values of other types."""
        return RowColumns(
            self._asset_ids,
            self._times,
            self._dimensions,
            measures,
            first_index=self._first_index,
            source=self._source,
        )

    def take_names(self, state: DatabaseState, *, rename_assets: bool) -> None:
        """Apply the names of assets in the rows.

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
        """Check that no attribute of an asset has two values at the same time."""
        assets = self._asset_ids.take(self._rows).dictionary_encode()
        times = self._times.take(self._rows)
        keys = pa.table({"asset": assets.indices, "time": times})
        if keys.group_by(["asset", "time"], use_threads=False).aggregate([]).num_rows == len(keys):
            return
        rows_by_key: dict[tuple[int, int], list[int]] = {}
        for position, key in enumerate(zip(*keys.to_pydict().values(), strict=True)):
            rows_by_key.setdefault(key, []).append(position)
        for positions in rows_by_key.values():
            if len(positions) > 1:
                self._check_same_time(self._rows.take(pa.array(positions)))

    def _check_same_time(self, rows: Values) -> None:
        """Check that no attribute has several values in rows of one asset and time."""
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
            else "dimensions do not distinguish values when an asset is queried, so publish them "
            "as different attributes or assets"
        )
        return InvalidParameterError(
            f"{self._source}: rows {earlier.index} and {row.index} both have a value of "
            f"{value.name!r} of asset {asset_id!r} at {format_timestamp(row.time)}, {known.text!r} "
            f"and {value.text!r}; {advice}"
        )

    async def slices(self) -> AsyncIterator[RowSlice]:
        """Iterate over the rows by asset."""
        for part in self.iter_slices():
            yield part

    def iter_slices(self) -> Iterator[RowSlice]:
        """Iterate over the rows by asset."""
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
        columns = [(m.name, m.type, m.strings.take(rows).to_pylist()) for m in self.measures]
        for position, row in enumerate(rows.to_pylist()):
            values = [
                Value(name, kind, text)
                for name, kind, strings in columns
                if (text := strings[position]) is not None
            ]
            yield Row(self._first_index + row, times[position], dimensions[position], values)

    def _take_dimensions(self, rows: Values) -> list[Dimensions]:
        """Return the dimensions of each row, ordered by name."""
        names = sorted(self._dimensions)
        columns = [self._dimensions[name].take(rows).to_pylist() for name in names]
        if not names:
            return [()] * len(rows)
        return [
            tuple((name, value) for name, value in zip(names, values, strict=True) if value)
            for values in zip(*columns, strict=True)
        ]
