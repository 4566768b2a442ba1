"""The IoT operations of the schema, except for telemetry."""

from __future__ import annotations

from collections.abc import Sequence

from ...database import Row
from ...state import Context, Resolver
from . import telemetry_resolvers
from .dtdl import to_dtdl
from .model_attributes import Inputs

# Hubs


async def list_hubs(context: Context) -> list[Row]:
    """Return the caller's hubs."""
    return context.exchange.hubs.list_hubs(context.caller)


async def get_hub(context: Context, iotHubId: str) -> Row:
    """Return a hub."""
    return context.exchange.hubs.get(context.caller, iotHubId)


async def create_hub(context: Context, name: str, description: str | None = None) -> Row:
    """Add a hub."""
    return context.exchange.hubs.create(context.caller, name, description)


async def update_hub(
    context: Context, iotHubId: str, name: str | None = None, description: str | None = None
) -> Row:
    """Update a hub."""
    return context.exchange.hubs.update(context.caller, iotHubId, name, description)


async def delete_hub(context: Context, iotHubId: str) -> Row:
    """Delete an empty hub."""
    return context.exchange.hubs.delete(context.caller, iotHubId)


# Models


async def list_models(context: Context) -> list[Row]:
    """Return the caller's models."""
    return context.exchange.models.list_models(context.caller)


async def get_model(context: Context, modelId: str) -> Row:
    """Return a model."""
    return context.exchange.models.get(context.caller, modelId)


async def get_model_in_dtdl_format(context: Context, modelId: str) -> str:
    """Return a model in DTDL."""
    return to_dtdl(context.exchange.models.get(context.caller, modelId))


async def create_model(
    context: Context,
    displayName: str,
    dtmiSegment: str,
    description: str | None = None,
    properties: Inputs | None = None,
    telemetry: Inputs | None = None,
) -> Row:
    """Add a model."""
    return context.exchange.models.create(
        context.caller,
        display_name=displayName,
        dtmi_segment=dtmiSegment,
        description=description,
        properties=properties or (),
        telemetry=telemetry or (),
    )


async def create_new_model_version(
    context: Context,
    modelId: str,
    displayName: str | None = None,
    description: str | None = None,
    properties: Inputs | None = None,
    telemetry: Inputs | None = None,
    version: int | None = None,
) -> Row:
    """Add a version of a model."""
    return context.exchange.models.create_version(
        context.caller,
        modelId,
        display_name=displayName,
        description=description,
        properties=properties,
        telemetry=telemetry,
        version=version,
    )


async def update_model(
    context: Context,
    modelId: str,
    displayName: str | None = None,
    dtmiSegment: str | None = None,
    description: str | None = None,
) -> Row:
    """Update a model."""
    return context.exchange.models.update(
        context.caller,
        modelId,
        display_name=displayName,
        dtmi_segment=dtmiSegment,
        description=description,
    )


async def delete_model(context: Context, modelId: str) -> Row:
    """Delete a model that is not in use."""
    return context.exchange.models.delete(context.caller, modelId)


# Endpoints


async def get_endpoint(context: Context, iotEndpointId: str) -> Row:
    """Return an endpoint."""
    return context.exchange.endpoints.get(context.caller, iotEndpointId)


async def list_endpoints_in_hub(context: Context, iotHubId: str) -> list[Row]:
    """Return the endpoints of a hub."""
    return context.exchange.endpoints.list_in_hub(context.caller, iotHubId)


async def create_endpoint(
    context: Context, iotHubId: str, modelId: str, name: str, description: str | None = None
) -> Row:
    """Add an endpoint."""
    return context.exchange.endpoints.create(context.caller, iotHubId, modelId, name, description)


async def update_endpoint(
    context: Context, iotEndpointId: str, name: str | None = None, description: str | None = None
) -> Row:
    """Update an endpoint."""
    return context.exchange.endpoints.update(context.caller, iotEndpointId, name, description)


async def update_model_used_by_endpoint(context: Context, iotEndpointId: str, modelId: str) -> Row:
    """Change the model of an endpoint."""
    return context.exchange.endpoints.update_model(context.caller, iotEndpointId, modelId)


async def update_endpoint_properties(
    context: Context, iotEndpointId: str, properties: Inputs
) -> Row:
    """Set values of an endpoint's properties."""
    return context.exchange.endpoints.update_properties(context.caller, iotEndpointId, properties)


async def delete_endpoint(context: Context, iotEndpointId: str) -> Row:
    """Delete an endpoint and its telemetry."""
    endpoint = context.exchange.endpoints.delete(context.caller, iotEndpointId)
    await context.exchange.telemetry.samples.delete(iotEndpointId)
    return endpoint


async def get_endpoint_token(context: Context, iotEndpointId: str) -> Row:
    """Return an endpoint's token."""
    return context.exchange.endpoints.get_token(context.caller, iotEndpointId)


async def regenerate_endpoint_token(context: Context, iotEndpointId: str) -> Row:
    """Replace an endpoint's token."""
    return context.exchange.endpoints.regenerate_token(context.caller, iotEndpointId)


# Groups


async def list_groups(
    context: Context, iotHubId: str, includeEndpoints: bool | None = None
) -> list[Row]:
    """Return the groups of a hub."""
    return context.exchange.groups.list_in_hub(
        context.caller, iotHubId, include_endpoints=bool(includeEndpoints)
    )


async def get_group(context: Context, iotGroupId: str, includeEndpoints: bool | None = None) -> Row:
    """Return a group."""
    return context.exchange.groups.get(
        context.caller, iotGroupId, include_endpoints=bool(includeEndpoints)
    )


async def create_group(
    context: Context,
    iotHubId: str,
    name: str,
    description: str | None = None,
    iotEndpointIds: Sequence[str | None] | None = None,
) -> Row:
    """Add a group."""
    return context.exchange.groups.create(
        context.caller, iotHubId, name, description, iotEndpointIds or ()
    )


async def update_group(
    context: Context, iotGroupId: str, name: str | None = None, description: str | None = None
) -> Row:
    """Update a group."""
    return context.exchange.groups.update(context.caller, iotGroupId, name, description)


async def add_endpoints_to_group(
    context: Context, iotGroupId: str, iotEndpointIds: Sequence[str | None]
) -> Row:
    """Add endpoints to a group."""
    return context.exchange.groups.add_endpoints(context.caller, iotGroupId, iotEndpointIds)


async def remove_endpoints_from_group(
    context: Context, iotGroupId: str, iotEndpointIds: Sequence[str | None]
) -> Row:
    """Remove endpoints from a group."""
    return context.exchange.groups.remove_endpoints(context.caller, iotGroupId, iotEndpointIds)


async def delete_group(context: Context, iotGroupId: str) -> Row:
    """Delete a group."""
    return context.exchange.groups.delete(context.caller, iotGroupId)


QUERIES: dict[str, Resolver] = {
    "iot_listHubs": list_hubs,
    "iot_getHub": get_hub,
    "iot_listModels": list_models,
    "iot_getModel": get_model,
    "iot_getModelInDTDLFormat": get_model_in_dtdl_format,
    "iot_getEndpoint": get_endpoint,
    "iot_listEndpointsInHub": list_endpoints_in_hub,
    "iot_getEndpointToken": get_endpoint_token,
    "iot_listGroups": list_groups,
    "iot_getGroup": get_group,
    **telemetry_resolvers.QUERIES,
}
MUTATIONS: dict[str, Resolver] = {
    "iot_createHub": create_hub,
    "iot_updateHub": update_hub,
    "iot_deleteHub": delete_hub,
    "iot_createModel": create_model,
    "iot_createNewModelVersion": create_new_model_version,
    "iot_updateModel": update_model,
    "iot_deleteModel": delete_model,
    "iot_createEndpoint": create_endpoint,
    "iot_updateEndpoint": update_endpoint,
    "iot_updateModelUsedByEndpoint": update_model_used_by_endpoint,
    "iot_updateEndpointProperties": update_endpoint_properties,
    "iot_deleteEndpoint": delete_endpoint,
    "iot_regenerateEndpointToken": regenerate_endpoint_token,
    "iot_createGroup": create_group,
    "iot_updateGroup": update_group,
    "iot_addEndpointsToGroup": add_endpoints_to_group,
    "iot_removeEndpointsFromGroup": remove_endpoints_from_group,
    "iot_deleteGroup": delete_group,
    **telemetry_resolvers.MUTATIONS,
}
