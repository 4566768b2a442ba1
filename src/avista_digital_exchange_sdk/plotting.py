"""Plots of time series."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ._utils import validation
from ._utils.extras import require_extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plotTimeSeries(
    result: object,
    *,
    attributes: Iterable[str] | None = None,
    assets: Iterable[str] | None = None,
    steps: bool | Iterable[str] = False,
    timeZone: str | None = None,
    title: str | None = None,
    style: str | None = None,
    figsize: tuple[float, float] | None = None,
    timeColumn: str | None = None,
    assetIdColumn: str | None = None,
) -> Figure:
    """Plot time series.

    There is one subplot per unit, which is read from the end of the attribute's name, as in
    `GHI (W/m^2)` or `A kW`, and one per attribute without a unit. More than ten lines with the same
    unit become small multiples with a common value axis. Axes use SI prefixes: 2,500,000 W is
    written as 2.5 MW. Lines are interrupted where data is missing. Booleans and strings are plotted
    as steps. Series that would fill their subplot, such as five years of hourly values, are plotted
    as their mean and a band from the minimum to the maximum. Requires the extra `plot`.

    Args:
        result: A pandas or polars DataFrame or an Arrow table with a column or index of times, wide
            or long (`attribute`, `value`); a pandas Series; a list of `TimeSeriesAssetData`, or of
            the rows of an IoT query; or the path of a result file or another CSV or Parquet file.
        attributes: The attributes to plot, in that order. Defaults to all of them.
        assets: The IDs or names of the assets to plot. Defaults to all of them.
        steps: The attributes whose values hold until the next one, such as setpoints that are
            reported when they change. True for all attributes. Defaults to none.
        timeZone: The time zone of the time axis, such as `America/Los_Angeles`. Defaults to that of
            the timestamps. Naive timestamps can only be plotted without it.
        title: The title. Defaults to the asset's name if there is only one asset.
        style: `"light"`, `"dark"`, or the name of a matplotlib style. By default matplotlib's
            rcParams apply, wherever they are not matplotlib's own defaults.
        figsize: Width and height in inches. Defaults to the rcParam `figure.figsize` if it was
            changed, otherwise to a figure at most 8 inches tall.
        timeColumn: The column of timestamps. Defaults to `timestamp` or `time`, or else to the only
            column of timestamps.
        assetIdColumn: The column of asset IDs. Defaults to `assetId` or `iotEndpointId`.

    Returns:
        The figure. `figure.savefig("result.png")` saves it; notebooks show it.

    Raises:
        InvalidParameterError: An argument is invalid, or the result cannot be plotted.
        InvalidResponseError: A file does not have the format of its extension.
        MissingExtraError: The extra `plot` is not installed.

    Example:
        >>> assets = digitalExchange.listTimeSeriesAssetsAndLatestValues(timeSeriesDbId)
        >>> plotTimeSeries(assets, timeZone="America/Los_Angeles").savefig("latest.png")
    """
    require_extra("plot", "matplotlib", "numpy", "pyarrow")
    from ._plotting.figure import FigureOptions, draw
    from ._plotting.layout import parse_figsize
    from ._plotting.loading import choose_zone, load_result
    from ._plotting.series import PlotData
    from ._plotting.theme import parse_style

    title = validation.optional_str("title", title)
    style = parse_style("style", style)
    size = parse_figsize("figsize", figsize)
    loaded = load_result("result", result, timeColumn, assetIdColumn)
    zone = choose_zone("timeZone", timeZone, loaded)
    options = FigureOptions(zone, title, style, size)
    return draw(PlotData(loaded, attributes, assets, steps), options)
