"""Requested series without a value in a result: names that there are not, or no values."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

from .._utils.caller_warnings import warn
from .._utils.nearest_names import format_nearest
from ..errors import DigitalExchangeError, MissingDataWarning, NotFoundError

if TYPE_CHECKING:
    from .._generated.fragments import TimeSeriesAssetData

ErrorHandling = Literal["warn", "raise", "ignore"]
ERROR_HANDLINGS = ("warn", "raise", "ignore")

MAX_MESSAGES = 5


class Series(NamedTuple):
    """A requested series.

    Attributes:
        asset_id: The asset.
        attribute: The attribute, or None for all that the asset has.
    """

    asset_id: str
    attribute: str | None


class MissingSeries(NamedTuple):
    """What a result lacks.

    Attributes:
        series: The requested series that have no value in it.
        is_empty: Whether it has no value at all.
    """

    series: Collection[Series]
    is_empty: bool


def report_missing(
    missing: MissingSeries,
    assets: Iterable[TimeSeriesAssetData],
    time_range: tuple[str, str],
    error_handling: str,
    noun: str = "asset",
) -> None:
    """Warn of names that there are not, and of a result without values.

    Args:
        missing: What the result lacks.
        assets: The assets that the database has.
        time_range: The requested time range.
        error_handling: `warn`, `raise` or `ignore`.
        noun: What the assets are called.

    Raises:
        NotFoundError: There is something to report, and `error_handling` is `raise`.
    """
    known = {asset.assetId: asset for asset in assets}
    messages = _describe_unknown(missing.series, known, noun)
    if missing.is_empty and not messages:
        messages = [_describe_empty(missing.series, known, time_range, noun)]
    if not messages or error_handling == "ignore":
        return
    message = "; ".join(messages[:MAX_MESSAGES])
    if len(messages) > MAX_MESSAGES:
        message += f"; and {len(messages) - MAX_MESSAGES} more"
    if error_handling == "raise":
        raise NotFoundError(message)
    warn(message, MissingDataWarning)


def report_unchecked(error: DigitalExchangeError, error_handling: str) -> None:
    """Warn that it could not be found out why a result lacks values.

    Args:
        error: Why the names of the database could not be listed.
        error_handling: `warn` or `raise`.

    Raises:
        DigitalExchangeError: `error_handling` is `raise`.
    """
    if error_handling == "raise":
        raise error
    warn(
        "some of what was requested has no values, and whether it exists could not be checked: "
        f"{error}",
        MissingDataWarning,
    )


def _describe_unknown(
    series: Iterable[Series], known: dict[str, TimeSeriesAssetData], noun: str
) -> list[str]:
    messages: dict[str, None] = {}
    for asset_id, attribute in series:
        asset = known.get(asset_id)
        if asset is None:
            nearest = format_nearest(asset_id, list(known), "the database has no assets")
            messages[f"there is no {noun} {asset_id!r} ({nearest})"] = None
        elif attribute is not None:
            names = [entry.name for entry in asset.attributes]
            if attribute not in names:
                nearest = format_nearest(attribute, names, "it has no attributes")
                messages[f"{noun} {asset_id!r} has no attribute {attribute!r} ({nearest})"] = None
    return list(messages)


def _describe_empty(
    series: Iterable[Series],
    known: dict[str, TimeSeriesAssetData],
    time_range: tuple[str, str],
    noun: str,
) -> str:
    """Describe an empty result of names that there are."""
    start, end = time_range
    latest = [
        (entry.lastValueTime, asset_id, entry.name)
        for asset_id, attribute in series
        for entry in known[asset_id].attributes
        if attribute in (None, entry.name) and entry.lastValueTime
    ]
    message = f"there are no values from {start} to {end}"
    if not latest:
        return message
    time, asset_id, name = max(latest)
    return f"{message}; the latest value, of {name!r} of {noun} {asset_id!r}, is of {time}"
