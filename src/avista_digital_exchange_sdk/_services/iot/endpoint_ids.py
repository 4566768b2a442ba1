"""Arguments that are IDs of endpoints."""

from collections.abc import Sequence

from ..._utils import validation


def parse_endpoint_ids(ids: object, *, allow_empty: bool = False) -> list[str]:
    """Parse the argument `iotEndpointIds`: a list of IDs, or a single one."""
    argument = "iotEndpointIds"
    if isinstance(ids, str):
        return [validation.require_id(argument, ids)]
    if allow_empty and (ids is None or (isinstance(ids, Sequence) and not ids)):
        return []
    return [
        validation.require_id(f"{argument}[{index}]", endpoint_id)
        for index, endpoint_id in enumerate(validation.require_items(argument, ids, "IDs"))
    ]
