"""Loads results, DataFrames and files of any kind as columns to plot."""

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from pydantic_core import to_json

from .._dataframes.arrow_types import Values
from .._dataframes.input_frame import UNNAMED_INDEX, to_arrow_table
from .._generated.fragments import TimeSeriesAssetData
from .._time_series.zones import parse_time_zone
from .._utils import validation
from ..errors import InvalidParameterError
from .files import VALID_FILES, read_assets, read_file
from .time_axis import DisplayZone
from .time_column import TimeColumn, find_column, without_index

VALID_RESULTS = (
    "a DataFrame or Arrow table with a column of times, a pandas Series indexed by time, a list of "
    f"TimeSeriesAssetData, or the path of a file ({VALID_FILES})"
)
# The names of the asset column, in lower case.
ASSET_NAMES = ("assetid", "asset_id", "iotendpointid")
UNNAMED_SERIES = "value"


class LoadedResult(NamedTuple):
    """The rows of a result.

    Attributes:
        times: The time of each row, in UTC.
        zone: The time zone of the times, or None if they are naive.
        time_expression: The pandas expression for the times.
        asset_ids: The asset of each row, or None if there is only one asset.
        asset_names: The names of the assets, if any.
        values: All other columns.
    """

    times: Values
    zone: tzinfo | None
    time_expression: str
    asset_ids: Values | None
    asset_names: Values | None
    values: pa.Table


def load_result(
    argument: str, result: object, time_column: str | None, asset_id_column: str | None
) -> LoadedResult:
    """Load a result of any kind, wide or long."""
    if isinstance(result, (str, os.PathLike)):
        path = validation.require_file(argument, result)
        table = read_file(argument, path)
        return _split(argument, table, time_column, asset_id_column, path)
    if isinstance(result, TimeSeriesAssetData):
        result = [result]
    if isinstance(result, Sequence) and all(isinstance(a, TimeSeriesAssetData) for a in result):
        table = read_assets(to_json(result))
        return _split(argument, table, time_column, asset_id_column)
    frame, index = _from_pandas(argument, result)
    table = _to_table(argument, frame)
    return _split(argument, table, time_column or index, asset_id_column)


def choose_zone(argument: str, name: str | None, result: LoadedResult) -> DisplayZone:
    """Choose the time zone of the axis. Defaults to that of the times."""
    if name is None:
        return DisplayZone(result.zone or UTC, _zone_name(result.zone))
    named = parse_time_zone(argument, name)
    if result.zone is None and named.key != "UTC":
        localize = f"{result.time_expression}.tz_localize"
        raise InvalidParameterError(
            f"{argument} must be omitted for times without a UTC offset, got {name!r}; to convert "
            f'them, localize them first, for example with {localize}("UTC") or '
            f'{localize}("{named.key}")'
        )
    return DisplayZone(named, named.key)


def _zone_name(zone: tzinfo | None) -> str:
    if zone is None:
        return "no time zone"
    return getattr(zone, "key", None) or str(zone)


def _split(
    argument: str,
    table: pa.Table,
    time_column: str | None,
    asset_id_column: str | None,
    path: Path | None = None,
) -> LoadedResult:
    """Split a table into its times, assets and values."""
    names = table.column_names
    column = TimeColumn.find(argument, table, time_column, path)
    times, zone = column.parse()
    asset_name = find_column("assetIdColumn", names, asset_id_column, ASSET_NAMES)
    label_name = "name" if "name" in names and "name" not in (asset_name, column.name) else None
    if asset_name is None:
        asset_name, label_name = label_name, None
    keys = {column.name, asset_name, label_name}
    present = times.is_valid()
    rows = table.filter(present)
    return LoadedResult(
        times.filter(present),
        zone,
        column.expression,
        None if asset_name is None else rows[asset_name],
        None if label_name is None else rows[label_name],
        rows.select([name for name in without_index(names) if name not in keys]),
    )


def _from_pandas(argument: str, result: object) -> tuple[object, str | None]:
    """Prepare a pandas object for Arrow; return it and the name of its index of times, if any."""
    pandas: Any = sys.modules.get("pandas")
    if pandas is None or not isinstance(result, (pandas.DataFrame, pandas.Series)):
        return result, None
    frame: Any = result
    if isinstance(frame, pandas.Series):
        frame = frame.to_frame(UNNAMED_SERIES if frame.name is None else frame.name)
    if isinstance(frame.index, pandas.PeriodIndex):
        frame = frame.to_timestamp()
    names = [_column_name(name) for name in frame.columns]
    if duplicate := next((name for name in names if names.count(name) > 1), None):
        raise InvalidParameterError(
            f"{argument} must have columns with distinct names, got two named {duplicate!r}"
        )
    frame = frame.set_axis(names, axis="columns")
    for name in names:
        if getattr(frame[name].dtype, "kind", "") in "Oc":
            frame = frame.assign(**{name: _from_objects(frame[name])})
    if set(frame.index.names) & set(names):
        frame = frame.rename_axis(index=[None] * frame.index.nlevels)
    if isinstance(frame.index, pandas.DatetimeIndex):
        return frame, frame.index.name or UNNAMED_INDEX
    return frame, None


def _column_name(name: object) -> str:
    """Return the name of a column, joining the names of several levels."""
    parts = name if isinstance(name, tuple) else (name,)
    return " · ".join(str(part) for part in parts if part != "")


def _from_objects(column: Any) -> Any:
    """Convert a column of Python objects of several types to strings."""
    try:
        pa.array(column, from_pandas=True)
    except (pa.ArrowException, OverflowError):
        return column.map(str, na_action="ignore")
    return column


def _to_table(argument: str, result: object) -> pa.Table:
    if isinstance(result, Sequence) and result and all(isinstance(r, Mapping) for r in result):
        names = dict.fromkeys(name for row in result for name in row)
        result = {name: [row.get(name) for row in result] for name in names}
    is_arrow = hasattr(result, "__arrow_c_stream__") or hasattr(result, "__arrow_c_array__")
    for method in ("collect", "compute"):
        # LazyFrames of polars, and Dask DataFrames.
        if not is_arrow and callable(getattr(result, method, None)):
            kind = type(result).__name__
            raise InvalidParameterError(
                f"{argument} must be loaded, got a {kind}; pass the result of its {method}()"
            )
    is_column = isinstance(result, (pa.Array, pa.ChunkedArray)) or (
        is_arrow and type(result).__name__ == "Series"
    )
    if is_column or not (is_arrow or isinstance(result, Mapping) or hasattr(result, "schema")):
        if result is None or isinstance(result, (int, float, bytes)):
            raise validation.invalid_argument(argument, result, VALID_RESULTS)
        # Its representation may have many lines.
        kind = type(result).__name__
        raise InvalidParameterError(
            f"{argument} must be {VALID_RESULTS}, got a value of type {kind}"
        )
    return to_arrow_table(argument, result, VALID_RESULTS)
