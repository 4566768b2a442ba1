"""Dask DataFrames to publish, computed partition by partition."""

from collections.abc import AsyncIterator
from typing import Any

from .._backends import Backend
from .._time_series.database_state import DatabaseState
from .._time_series.publish_outcomes import PublishOutcomes
from .._time_series.row_publisher import RowSlice
from .column_mapping import ColumnMapping
from .input_frame import InputFrame


def is_dask_frame(frame: object) -> bool:
    """Return whether an object is a Dask DataFrame, without importing Dask."""
    is_dask = type(frame).__module__.partition(".")[0] == "dask"
    return is_dask and hasattr(frame, "get_partition")


class DaskFrame:
    """The rows of a Dask DataFrame, of which one partition at a time is in memory.

    Args:
        frame: The DataFrame.
        mapping: Its columns.
        time_column: The name for an unnamed DatetimeIndex.
        time_zone: The time zone of naive timestamps.

    Attributes:
        computed: The number of partitions that were computed.
    """

    def __init__(
        self, frame: Any, mapping: ColumnMapping, time_column: str, time_zone: str | None
    ) -> None:
        self._frame = frame
        self._mapping = mapping
        self._time_arguments = time_column, time_zone
        self.computed = 0

    def describe_rest(self) -> str | None:
        """Describe the partitions that were not computed; None if all of them were."""
        first, last = self.computed, self._frame.npartitions - 1
        if first > last:
            return None
        numbers = f"partition {first}" if first == last else f"partitions {first} to {last}"
        return f"{numbers} of the Dask DataFrame: not computed, so none of their rows was sent"

    async def slices(
        self,
        backend: Backend,
        outcomes: PublishOutcomes,
        state: DatabaseState,
        *,
        rename_assets: bool,
    ) -> AsyncIterator[RowSlice]:
        """Iterate over the rows by partition and asset.

        Args:
            backend: Computes partitions in a thread.
            outcomes: Expects the rows of each partition.
            state: What the database holds; the types of new attributes are added.
            rename_assets: Whether an asset may get another name than it has.

        Raises:
            InvalidParameterError: A partition can't be published.
        """
        types = dict(state.types)
        first_index = 0
        for number in range(self._frame.npartitions):
            part = self._frame.get_partition(number)
            columns = InputFrame(
                await backend.run_in_thread(part.compute).result(), *self._time_arguments
            )
            self.computed = number + 1
            rows = self._mapping.rows(columns, first_index, f"frame, partition {number}")
            rows.check_duplicates()
            rows.take_names(state, rename_assets=rename_assets)
            rows = self._mapping.with_stored_types(columns, rows, types)
            types |= {measure.name: measure.type for measure in rows.measures}
            outcomes.expect(rows.indexes)
            for part_of_asset in rows.iter_slices():
                yield part_of_asset
            first_index += len(columns)
