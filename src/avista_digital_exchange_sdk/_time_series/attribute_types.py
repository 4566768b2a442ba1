"""The types of attributes, which a result in CSV does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from .._backends import Backend
from .._backends.prefetch import Prefetched
from .latest_values import list_latest_values

if TYPE_CHECKING:
    from .._generated.client import Client
    from .._generated.fragments import TimeSeriesAssetData


class AttributeTypes(Prefetched[dict[str, str]]):
    """The type of each attribute that some assets have; VARCHAR where they do not agree.

    Args:
        client: The client.
        backend: The backend.
        database_id: The database.
        asset_ids: The assets.
        known: The types, if they are known already.
    """

    def __init__(
        self,
        client: Client,
        backend: Backend,
        database_id: str,
        asset_ids: Collection[str],
        known: Mapping[str, str] | None = None,
    ) -> None:
        async def fetch() -> dict[str, str]:
            if known is not None:
                return dict(known)
            # Nothing but the latest values has types by attribute.
            assets = await list_latest_values(client, database_id)
            return merge_types(asset for asset in assets if asset.assetId in asset_ids)

        super().__init__(backend, fetch)


def merge_types(assets: Iterable[TimeSeriesAssetData]) -> dict[str, str]:
    """Return the type of each attribute of some assets; VARCHAR where they do not agree."""
    types: dict[str, str] = {}
    for asset in assets:
        for attribute in asset.attributes:
            add_type(types, attribute.name, str(attribute.attributeType))
    return types


def add_type(types: dict[str, str], attribute: str, kind: str) -> None:
    """Add the type of an attribute of an asset; strings hold the values of several types."""
    if types.setdefault(attribute, kind) != kind:
        types[attribute] = "VARCHAR"
