"""Lists of TimeSeriesAssetData as frames of pandas and polars, and as Arrow tables.

Such lists are what `listTimeSeriesAssetsAndLatestValues` and `publishToTimeSeriesDatabase` return,
and what a result file in JSON holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic_core import to_json

from . import types
from ._dataframes.shapes import Shape, check_shape
from ._utils import validation
from ._utils.extras import require_extra

if TYPE_CHECKING:
    from ._generated.fragments import TimeSeriesAssetData

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


def assetDataToDataFrame(
    assets: Iterable[TimeSeriesAssetData], *, shape: Shape = "wide"
) -> pd.DataFrame:
    """Make a frame of pandas from assets with their data.

    An attribute without data counts with its last value. Needs the extra `pandas`.

    Args:
        assets: The assets.
        shape: `wide` has one row an asset and time, and one column an attribute; `long` has one
            row a value.

    Returns:
        A frame as `queryTimeSeriesDatabaseToDataFrame` returns it, attributes in the order in
        which they come.

    Raises:
        InvalidParameterError: An argument can't be used.
        MissingExtraError: The extra `pandas` is not installed.

    Example:
        >>> assets = digitalExchange.listTimeSeriesAssetsAndLatestValues(timeSeriesDbId)
        >>> assetDataToDataFrame(assets, shape="long")["attribute"].to_list()
        ['DNI (W/m^2)', 'Dry-bulb (C)']
    """
    require_extra("pandas", "pandas", "pyarrow")
    from ._dataframes.convert import to_pandas

    return to_pandas(assetDataToArrow(assets, shape=shape))


def assetDataToArrow(assets: Iterable[TimeSeriesAssetData], *, shape: Shape = "wide") -> pa.Table:
    """Make an Arrow table from assets with their data.

    An attribute without data counts with its last value. Needs the extra `arrow`.

    Args:
        assets: The assets.
        shape: `wide` has one row an asset and time, `long` has one row a value.

    Returns:
        A table as `queryTimeSeriesDatabaseToArrow` returns it, attributes in the order in which
        they come.

    Raises:
        InvalidParameterError: An argument can't be used.
        MissingExtraError: The extra `arrow` is not installed.

    Example:
        >>> assets = digitalExchange.listTimeSeriesAssetsAndLatestValues(timeSeriesDbId)
        >>> assetDataToArrow(assets)["Dry-bulb (C)"].to_pylist()
        [18.8]
    """
    require_extra("arrow", "pyarrow")
    from ._dataframes.json_reader import AssetDataTable

    check_shape(shape)
    if isinstance(assets, (str, bytes)) or not isinstance(assets, Iterable):
        raise validation.invalid_argument("assets", assets, "a list of TimeSeriesAssetData")
    listed = list(assets)
    for index, asset in enumerate(listed):
        if not isinstance(asset, types.TimeSeriesAssetData):
            raise validation.invalid_argument(f"assets[{index}]", asset, "a TimeSeriesAssetData")
    data = AssetDataTable()
    data.add(to_json(listed), latest=True)
    return data.table(shape)


def assetDataToPolars(
    assets: Iterable[TimeSeriesAssetData], *, shape: Shape = "wide"
) -> pl.DataFrame:
    """Make a frame of polars from assets with their data.

    An attribute without data counts with its last value. Needs the extra `polars`.

    Args:
        assets: The assets.
        shape: `wide` has one row an asset and time, `long` has one row a value.

    Returns:
        A frame as `queryTimeSeriesDatabaseToPolars` returns it, attributes in the order in which
        they come.

    Raises:
        InvalidParameterError: An argument can't be used.
        MissingExtraError: The extra `polars` is not installed.

    Example:
        >>> assets = digitalExchange.listTimeSeriesAssetsAndLatestValues(timeSeriesDbId)
        >>> assetDataToPolars(assets)["Dry-bulb (C)"].to_list()
        [18.8]
    """
    require_extra("polars", "polars", "pyarrow")
    from ._dataframes.convert import to_polars

    return to_polars(assetDataToArrow(assets, shape=shape))
