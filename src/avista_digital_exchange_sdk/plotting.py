"""Pictures of time series."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import _checks
from ._extras import need
from ._time_series.zones import zone

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plotTimeSeries(
    result: object,
    *,
    attributes: Iterable[str] | None = None,
    timeZone: str = "UTC",
    title: str | None = None,
) -> Figure:
    """Draw time series.

    There is one panel a unit, which is read off the end of an attribute's name, as in
    `GHI (W/m^2)` or `A kW`, and one an attribute that tells none. Assets are lines. Where data is
    missing, a line is interrupted. Truths and texts are drawn as steps. Lines of a million points
    are thinned out to what a picture can show, peaks included. Needs the extra `plot`.

    Args:
        result: A frame as queries return it, of pandas, polars or Arrow, wide or long, or any
            other with a column `timestamp` or `time`; a list of `TimeSeriesAssetData`; or the
            path of a result file (`.csv`, `.json`, `.parquet`).
        attributes: The attributes to draw; all of them if left out.
        timeZone: The zone of the axis of time, such as `America/Los_Angeles`.
        title: What to write above; the asset's name if left out and there is but one.

    Returns:
        The figure. `figure.savefig("result.png")` writes it, and notebooks show it.

    Raises:
        InvalidParameterError: An argument can't be used, or is not such a result.
        InvalidResponseError: A file is not of its format.
        MissingExtraError: The extra `plot` is not installed.

    Example:
        >>> assets = digitalExchange.listTimeSeriesAssetsAndLatestValues(timeSeriesDbId)
        >>> plotTimeSeries(assets, timeZone="America/Los_Angeles").savefig("latest.png")
    """
    need("plot", "matplotlib", "numpy", "pyarrow")
    from ._plotting.figure import draw
    from ._plotting.series import PlotData, load_result

    place = zone("timeZone", timeZone)
    above = _checks.optional_text("title", title)
    return draw(PlotData(load_result("result", result), attributes), place, above)
