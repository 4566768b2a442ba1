"""The result of a range query of IoT endpoints as a table or a Parquet file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import IO

import pyarrow as pa

from .._generated.fragments import TimeSeriesAssetData
from .._options import Options
from .._telemetry.range_result import ID_COLUMN
from .._time_series.attribute_types import merge_types
from .._time_series.csv_time_zone import rewrite_csv
from .._time_series.timestamps import format_timestamp, parse_timestamp_ns
from .._time_series.zones import TimeZone
from .._utils.temporary_files import explain_full_disk, open_temporary_file
from ..errors import InvalidParameterError, InvalidResponseError
from .arrow_types import mark_bigint_fields
from .csv_reader import CsvResult, read_header
from .time_zones import convert_timestamps


def read_range_table(
    source: IO[bytes], endpoints: Sequence[TimeSeriesAssetData], shape: str, zone: TimeZone | None
) -> pa.Table:
    """Read a result as a table.

    Args:
        source: The CSV file of the result.
        endpoints: The queried endpoints as assets.
        shape: `wide` or `long`.
        zone: The time zone of timestamps. Defaults to UTC.
    """
    with _open_result(source, endpoints) as result:
        if shape == "long":
            return convert_timestamps(result.long(), zone)
        table = result.wide()
    return convert_timestamps(table.cast(mark_bigint_fields(table.schema)), zone)


def write_range_parquet(
    source: IO[bytes],
    target: IO[bytes],
    endpoints: Sequence[TimeSeriesAssetData],
    options: Options,
    zone: TimeZone | None,
) -> None:
    """Write a result as a Parquet file.

    Args:
        source: The CSV file of the result.
        target: The file to write to.
        endpoints: The queried endpoints as assets.
        options: The sizes of blocks and row groups.
        zone: The time zone of timestamps. Defaults to UTC.
    """
    with _open_result(source, endpoints) as result:
        result.write_parquet(target, options, zone)


@contextmanager
def _open_result(
    source: IO[bytes], endpoints: Sequence[TimeSeriesAssetData]
) -> Iterator[CsvResult]:
    types = merge_types(endpoints)
    columns = [
        column
        for column, name in enumerate(read_header(source))
        if types.get(name) == "TIMESTAMP" and column > 2
    ]
    if not columns:
        yield CsvResult(source, types, ID_COLUMN)
        return
    # Values are written as they were published, in any form of ISO 8601.
    with open_temporary_file() as file:
        with explain_full_disk():
            rewrite_csv(source, file, dict.fromkeys(columns, lru_cache(100_000)(_to_utc)))
        yield CsvResult(file, types, ID_COLUMN)


def _to_utc(text: str) -> str:
    for candidate in (text, f"{text}Z"):
        try:
            nanoseconds = parse_timestamp_ns("timestamp", candidate.upper())
        except InvalidParameterError:
            continue
        if -(2**63) <= nanoseconds < 2**63:
            return format_timestamp(nanoseconds)[:-1].replace("T", " ").ljust(29, "0")
    # Without the value, which belongs in no message.
    raise InvalidResponseError(
        "a dateTime in the result is not between the years 1677 and 2262, or has more digits than "
        "nanoseconds have; query into a CSV file, which has values as they were published"
    )
