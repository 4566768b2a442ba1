"""Patterns in filters, such as `feeder-*` for assets or `* kW` for attributes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._generated.fragments import TimeSeriesAssetData
    from .._generated.input_types import TimeSeriesQueryAssetInput

ALL = "*"


def has_patterns(filters: Iterable[TimeSeriesQueryAssetInput]) -> bool:
    """Return whether a filter has a pattern among its names."""
    return any(
        is_pattern(name) for entry in filters for name in (entry.assetId, *_get_names(entry))
    )


def is_pattern(name: str) -> bool:
    """Return whether a name has wildcards: `*` for any characters, `?` for any single one."""
    return "*" in name or "?" in name


def expand_patterns(
    filters: Iterable[TimeSeriesQueryAssetInput], assets: Iterable[TimeSeriesAssetData]
) -> list[TimeSeriesQueryAssetInput]:
    """Replace patterns by the names that match.

    A name that an asset or attribute has is no pattern. A pattern that nothing matches is kept,
    and so is reported as a name that there is not.

    Args:
        filters: The filters.
        assets: The assets that the database has.
    """
    from .._generated.input_types import TimeSeriesQueryAssetInput

    attributes = {
        asset.assetId: [attribute.name for attribute in asset.attributes] for asset in assets
    }
    expanded: dict[str, dict[str, None] | None] = {}
    for entry in filters:
        for asset_id, names in _expand(entry, attributes):
            known = expanded.setdefault(asset_id, {})
            expanded[asset_id] = None if known is None or names is None else known | names
    return [
        TimeSeriesQueryAssetInput(
            assetId=asset_id, attributeNamesFilter=None if names is None else list(names)
        )
        for asset_id, names in expanded.items()
    ]


def _expand(
    entry: TimeSeriesQueryAssetInput, attributes: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, dict[str, None] | None]]:
    """Iterate over the assets of a filter with their attributes, which are None for all."""
    asset_ids = _match(entry.assetId, attributes)
    patterns = _get_names(entry)
    if not patterns:
        yield from ((asset_id, None) for asset_id in asset_ids)
        return
    names: dict[str, dict[str, None]] = {asset_id: {} for asset_id in asset_ids}
    for pattern in patterns:
        matches = {
            asset_id: _match(pattern, attributes.get(asset_id, ())) for asset_id in asset_ids
        }
        # Not every asset of a pattern has every attribute, but one of them must have it.
        having = {
            asset_id: found
            for asset_id, found in matches.items()
            if not set(found).isdisjoint(attributes.get(asset_id, ()))
        }
        for asset_id, found in (having or matches).items():
            names[asset_id] |= dict.fromkeys(found)
    yield from ((asset_id, found) for asset_id, found in names.items() if found)


def _match(name: str, known: Iterable[str]) -> list[str]:
    """List the known names that match; the name itself if it is known, or none matches."""
    names = list(known)
    if not is_pattern(name) or name in names:
        return [name]
    matches = _compile(name)
    return [other for other in names if matches(other)] or [name]


def _compile(pattern: str) -> Callable[[str], object]:
    # Not fnmatch: names such as "Temperature [C]" have brackets that are no pattern.
    wildcards = {"*": ".*", "?": "."}
    parts = (wildcards.get(part) or re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.compile("".join(parts), re.DOTALL).fullmatch


def _get_names(entry: TimeSeriesQueryAssetInput) -> Sequence[str]:
    return entry.attributeNamesFilter or ()
