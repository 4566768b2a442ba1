"""Arguments that are the name or the ID of an endpoint, a group, a hub or a data capture."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .._utils import validation
from .context import CommandContext

if TYPE_CHECKING:
    from .._services.name_lookup import Kind, NamedObject

# name_lookup is imported on use, as the services are slow to import and help needs none.


def find_hub(run: CommandContext, value: str) -> str:
    """Return the ID of a hub."""
    from .._services.name_lookup import HUB

    return _find("HUB", value, {HUB: lambda: _list_hubs(run)})[0]


def find_endpoint(run: CommandContext, value: str) -> str:
    """Return the ID of an endpoint."""
    from .._services.name_lookup import ENDPOINT

    return _find("ENDPOINT", value, {ENDPOINT: lambda: _list_endpoints(run)})[0]


def find_capture(run: CommandContext, value: str) -> str:
    """Return the ID of a data capture."""
    from .._services.name_lookup import CAPTURE

    return _find("CAPTURE", value, {CAPTURE: lambda: list_captures(run)})[0]


def find_source(run: CommandContext, value: str) -> "tuple[str, Kind]":
    """Return the ID of an endpoint, a group or a hub, and which of them it is."""
    from .._services.name_lookup import ENDPOINT, GROUP, HUB

    listers = {
        ENDPOINT: lambda: _list_endpoints(run),
        GROUP: lambda: list_groups(run),
        HUB: lambda: _list_hubs(run),
    }
    return _find("SOURCE", value, listers)


def _find(
    argument: str, value: str, listers: "dict[Kind, Callable[[], Iterator[NamedObject]]]"
) -> "tuple[str, Kind]":
    """Find an object by its name or ID, among those of some kinds."""
    from .._services.name_lookup import find_by_name, find_kind

    validation.require_str(argument, value)
    kind = find_kind(value)
    if kind in listers:
        return value, kind
    if kind is not None:
        kinds = " or ".join(one.name for one in listers)
        raise validation.invalid_argument(
            argument, value, f"the name or ID of {kinds}", note=f"that is the ID of {kind.name}"
        )
    known = [named for list_all in listers.values() for named in list_all()]
    found = find_by_name(argument, list(listers), value, known).identifier
    return found, find_kind(found) or next(iter(listers))


def _list_hubs(run: CommandContext) -> "Iterator[NamedObject]":
    from .._services.name_lookup import NamedObject

    for hub in run.exchange.iot.listHubs():
        yield NamedObject(hub.iotHubId, hub.name, hub.description)


def _list_endpoints(run: CommandContext) -> "Iterator[NamedObject]":
    from .._services.name_lookup import NamedObject

    for hub in run.exchange.iot.listHubs():
        for endpoint in run.exchange.iot.listEndpointsInHub(hub.iotHubId):
            yield NamedObject(endpoint.iotEndpointId, endpoint.name, endpoint.description)


def list_groups(run: CommandContext) -> "Iterator[NamedObject]":
    """List the groups of endpoints in the user's hubs."""
    from .._services.name_lookup import NamedObject

    for hub in run.exchange.iot.listHubs():
        for group in run.exchange.iot.listGroups(hub.iotHubId):
            yield NamedObject(group.iotGroupId, group.name, group.description)


def list_captures(run: CommandContext) -> "Iterator[NamedObject]":
    """List the user's data captures."""
    from .._services.name_lookup import NamedObject

    for capture in run.exchange.dataCapture.listCaptures():
        yield NamedObject(capture.captureId, capture.displayName, capture.description)
