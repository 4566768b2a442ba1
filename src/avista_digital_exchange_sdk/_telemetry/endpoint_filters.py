"""Filters of endpoints and attributes, as users write them and as they are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NotRequired, TypeAlias, TypedDict

from .._time_series.asset_filters import merge_filters, parse_names
from .._utils import validation

if TYPE_CHECKING:
    from .._generated.input_types import TimeSeriesQueryAssetInput

VALID = (
    "a non-empty string, or a non-empty list of IDs or of dictionaries "
    '{"iotEndpointId": "…", "attributeNames": ["…"]}'
)


class EndpointFilter(TypedDict):
    """An endpoint to query, and its telemetry attributes.

    Attributes:
        iotEndpointId: The ID of the endpoint.
        attributeNames: The names of the attributes. Defaults to those of the other endpoints.
    """

    iotEndpointId: str
    attributeNames: NotRequired[Sequence[str] | None]


# mypy infers `list[object]` for a list of dictionaries whose values have different types.
EndpointFilters: TypeAlias = Sequence[str | EndpointFilter | Mapping[str, object]] | list[object]


def parse_endpoint_filters(endpoints: object, names: object) -> list[TimeSeriesQueryAssetInput]:
    """Check the filters, and merge those of the same endpoint.

    Args:
        endpoints: The argument `iotEndpointId`: an ID, or a list of IDs or of filters.
        names: The argument `attributeNames`, which applies where a filter has none itself.
    """
    argument = "iotEndpointId"
    default = _parse_names("attributeNames", names)
    if isinstance(endpoints, str):
        return merge_filters([(validation.require_id(argument, endpoints), default)])
    is_list = isinstance(endpoints, Iterable) and not isinstance(endpoints, (bytes, dict))
    entries = list(endpoints) if is_list else []  # type: ignore[call-overload]  # it is iterable
    if not entries:
        raise validation.invalid_argument(argument, endpoints, VALID)
    return merge_filters(
        _parse_filter(f"{argument}[{index}]", entry, default) for index, entry in enumerate(entries)
    )


def _parse_filter(
    argument: str, entry: object, default: list[str] | None
) -> tuple[str, list[str] | None]:
    if isinstance(entry, str):
        return validation.require_id(argument, entry), default
    valid = 'an ID or {"iotEndpointId": "…", "attributeNames": ["…"]} (the latter is optional)'
    keys = {"iotEndpointId", "attributeNames"}
    checked = validation.require_keys(argument, entry, keys, valid)
    endpoint_id = validation.require_id(f"{argument}.iotEndpointId", checked.get("iotEndpointId"))
    names = _parse_names(f"{argument}.attributeNames", checked.get("attributeNames"))
    return endpoint_id, default if names is None else names


def _parse_names(argument: str, names: object) -> list[str] | None:
    return None if names is None else parse_names(argument, names)
