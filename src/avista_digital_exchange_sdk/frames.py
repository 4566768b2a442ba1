"""Converts lists of TimeSeriesAssetData to pandas and polars DataFrames and Arrow tables.

`listTimeSeriesAssetsAndLatestValues` and `publishToTimeSeriesDatabase` return such lists, and
result files in JSON contain them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pydantic_core import to_json

from . import types
from ._dataframes.shapes import SHAPES, Shape
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
    """Convert assets with their data to a pandas DataFrame.

    The last value is used for attributes without data. Requires the extra `pandas`.

    Args:
        assets: A list of `TimeSeriesAssetData`.
        shape: `wide` (default) has one row per asset and timestamp and one column per attribute.
            `long` has one row per value.

    Returns:
        A DataFrame with the columns of `queryTimeSeriesDatabaseToDataFrame`, and the attributes in
        order of appearance.

    Raises:
        InvalidParameterError: An argument is invalid.
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
    """Convert assets with their data to an Arrow table.

    The last value is used for attributes without data. Requires the extra `arrow`.

    Args:
        assets: A list of `TimeSeriesAssetData`.
        shape: `wide` (default) has one row per asset and timestamp and one column per attribute.
            `long` has one row per value.

    Returns:
        A table with the columns of `queryTimeSeriesDatabaseToArrow`, and the attributes in order
        of appearance.

    Raises:
        InvalidParameterError: An argument is invalid.
        MissingExtraError: The extra `arrow` is not installed.

    Example:
        >>> assets = digitalExchange.listTimeSeriesAssetsAndLatestValues(timeSeriesDbId)
        >>> assetDataToArrow(assets)["Dry-bulb (C)"].to_pylist()
        [18.8]
    """
    require_extra("arrow", "pyarrow")
    from ._dataframes.json_reader import AssetDataTable

    validation.parse_choice("shape", shape, SHAPES)
    if isinstance(assets, (str, bytes)) or not isinstance(assets, Iterable):
        raise validation.invalid_argument("assets", assets, "a list of TimeSeriesAssetData")
    asset_list = list(assets)
    for index, asset in enumerate(asset_list):
        if not isinstance(asset, types.TimeSeriesAssetData):
            raise validation.invalid_argument(f"assets[{index}]", asset, "a TimeSeriesAssetData")
    data = AssetDataTable()
    data.add(to_json(asset_list), latest=True)
    return data.table(shape)


def assetDataToPolars(
    assets: Iterable[TimeSeriesAssetData], *, shape: Shape = "wide"
) -> pl.DataFrame:
    """Convert assets with their data to a polars DataFrame.

    The last value is used for attributes without data. Requires the extra `polars`.

    Args:
        assets: A list of `TimeSeriesAssetData`.
        shape: `wide` (default) has one row per asset and timestamp and one column per attribute.
            `long` has one row per value.

    Returns:
        A DataFrame with the columns of `queryTimeSeriesDatabaseToPolars`, and the attributes in
        order of appearance.

    Raises:
        InvalidParameterError: An argument is invalid.
        MissingExtraError: The extra `polars` is not installed.

    Example:
        >>> assets = digitalExchange.listTimeSeriesAssetsAndLatestValues(timeSeriesDbId)
        >>> assetDataToPolars(assets)["Dry-bulb (C)"].to_list()
        [18.8]
    """
    require_extra("polars", "polars", "pyarrow")
    from ._dataframes.convert import to_polars

    return to_polars(assetDataToArrow(assets, shape=shape))
