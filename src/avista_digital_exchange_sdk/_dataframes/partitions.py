"""Partitions of a result: by asset or by time, with the types that all of them have."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.tseries.frequencies import to_offset

from .._utils.validation import invalid_argument
from .arrow_types import TIMESTAMP_NS, mark_bigint_fields, to_arrow_type, wide_column_names
from .convert import to_pandas

if TYPE_CHECKING:
    from .._time_series.zones import TimeZone

BY_ASSET = "asset"
MAX_PARTITIONS = 100_000
OVERLAP = pd.Timedelta(milliseconds=1)
VALID_PARTITIONS = '"asset", or a frequency of pandas such as "1D", "6h" or "MS"'


class Window(NamedTuple):
    """A part of a time range.

    Attributes:
        query_start: The start to query, in ISO 8601.
        end: Its end, in ISO 8601.
        start: The time before which values are those of the window before; None for the first one.
        is_last: Whether it is the last one, which alone has the values at its end.
    """

    query_start: str
    end: str
    start: str | None
    is_last: bool


class Partitions(NamedTuple):
    """The partitions of a result.

    Attributes:
        index_column: The column that is the index.
        divisions: The first value of the index in each partition, and the last one of all.
        asset_ids: The assets of each partition.
        windows: The time range of each partition.
    """

    index_column: str
    divisions: Sequence[Any]
    asset_ids: Sequence[Sequence[str]]
    windows: Sequence[Window]


def split_by_asset(asset_ids: Sequence[str], time_range: tuple[str, str]) -> Partitions:
    """Make a partition of each asset."""
    ordered = sorted(asset_ids)
    window = Window(*time_range, None, is_last=True)
    return Partitions(
        "assetId",
        (*ordered, ordered[-1]),
        [[asset_id] for asset_id in ordered],
        [window] * len(ordered),
    )


def split_by_time(
    asset_ids: Sequence[str],
    time_range: tuple[str, str],
    partition_by: object,
    zone: "TimeZone | None",
) -> Partitions:
    """Make a partition of each period of a frequency of pandas.

    Raises:
        InvalidParameterError: It is no such frequency, or there are too many partitions.
    """
    key = "UTC" if zone is None else zone.key
    start, end = (pd.Timestamp(time).tz_convert(key).as_unit("ns") for time in time_range)
    bounds = [start, *_list_bounds(start, end, partition_by), end]
    last = len(bounds) - 2
    windows = [
        Window(
            # Whether or not the platform includes the start of a range.
            _format(bound - OVERLAP if number else bound),
            _format(bounds[number + 1]),
            _format(bound) if number else None,
            is_last=number == last,
        )
        for number, bound in enumerate(bounds[:-1])
    ]
    return Partitions("timestamp", bounds, [asset_ids] * len(windows), windows)


def _list_bounds(start: pd.Timestamp, end: pd.Timestamp, partition_by: object) -> list[Any]:
    try:
        offset: Any = to_offset(partition_by)  # type: ignore[call-overload]  # any object
    except (ValueError, TypeError):
        offset = None
    if offset is None or offset.n <= 0:
        raise invalid_argument("partitionBy", partition_by, VALID_PARTITIONS)
    period = getattr(offset, "nanos", None) if isinstance(offset, pd.offsets.Tick) else None
    if period and (end - start).value // period > MAX_PARTITIONS:
        valid = f"a longer period: {MAX_PARTITIONS} partitions at most"
        raise invalid_argument("partitionBy", partition_by, valid)
    return [bound for bound in pd.date_range(start, end, freq=offset) if start < bound < end]


def _format(time: pd.Timestamp) -> str:
    utc = time.tz_convert("UTC")
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.value % 10**9:09}Z"


def create_schema(types: Mapping[str, str], zone: "TimeZone | None") -> pa.Schema:
    """Return the columns of a wide result with attributes of some types."""
    time_type = TIMESTAMP_NS if zone is None else pa.timestamp("ns", zone.key)
    kinds = [to_arrow_type(kind) for kind in types.values()]
    kinds = [time_type if kind == TIMESTAMP_NS else kind for kind in kinds]
    names = wide_column_names(types)
    fields = zip(names, [pa.string(), pa.string(), time_type, *kinds], strict=True)
    return mark_bigint_fields(pa.schema(fields))


def create_empty(schema: pa.Schema, index: str) -> pd.DataFrame:
    """Return a partition without rows."""
    return to_pandas(schema.empty_table()).set_index(index)


def to_partition(table: pa.Table, schema: pa.Schema, window: Window, index: str) -> pd.DataFrame:
    """Convert the result of a query to a partition.

    Args:
        table: The result; it may have values of the windows before and after.
        schema: The columns of all partitions.
        window: The time range of the partition.
        index: The column that is the index.
    """
    if window.start is not None:
        table = table.filter(pc.greater_equal(_times(table), pd.Timestamp(window.start).value))
    if not window.is_last:
        table = table.filter(pc.less(_times(table), pd.Timestamp(window.end).value))
    columns = [
        table[field.name].cast(field.type)
        if field.name in table.column_names
        else pa.nulls(len(table), field.type)
        for field in schema
    ]
    complete = pa.table(columns, schema=schema)
    other = "timestamp" if index == "assetId" else "assetId"
    ordered = complete.sort_by([(index, "ascending"), (other, "ascending")])
    return to_pandas(ordered).set_index(index)


def _times(table: pa.Table) -> pa.ChunkedArray:
    """Return the timestamps in nanoseconds since 1970."""
    return table["timestamp"].cast(pa.int64())
