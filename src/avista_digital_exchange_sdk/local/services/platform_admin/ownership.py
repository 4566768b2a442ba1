"""Delete or transfer everything that a user owns."""

from __future__ import annotations

from ...caller import Caller
from ...database import Row
from ...errors import bad_request
from ...state import Context, ExchangeState
from ..iot.resolvers import delete_endpoint
from ..time_series.resolvers import delete_database

# Service types with their tables and key columns.
SERVICES = {
    "DATA_STORE": ("dataStores", "dataStoreId"),
    "TIME_SERIES_DB": ("timeSeriesDatabases", "timeSeriesDbId"),
    "IOT_GROUP": ("iotGroups", "iotGroupId"),
    "DATA_CAPTURE": ("captures", "captureId"),
}
# Not services, but deleted or transferred with those of IoT. Deletion needs this order.
DEVICES = {"iotEndpoints": "iotEndpointId", "iotHubs": "iotHubId", "models": "modelId"}


async def delete_services(exchange: ExchangeState, user_id: str) -> list[Row]:
    """Delete everything that a user owns except collaboratives; return the deleted Services."""
    owner = _act_for(exchange, user_id)
    services = _list_services(exchange, owner)
    for service in services:
        await _delete_service(exchange, owner, service["serviceType"], service["serviceId"])
    for table, key in DEVICES.items():
        for device_id in exchange.people.list_owned(user_id, table, key):
            await _delete_device(exchange, owner, table, device_id)
    return services


def migrate_services(exchange: ExchangeState, user_id: str, new_user_id: str) -> list[Row]:
    """Transfer everything that a user owns except collaboratives; return the Services."""
    owner, new_owner = _act_for(exchange, user_id), _act_for(exchange, new_user_id)
    if owner == new_owner:
        raise bad_request("transferToUserId must be another user.")
    services = [(s["serviceType"], s["serviceId"]) for s in _list_services(exchange, owner)]
    exchange.people.migrate(user_id, new_user_id, dict(SERVICES.values()) | DEVICES)
    return [exchange.collaboratives.service(new_owner, *named) for named in services]


def _act_for(exchange: ExchangeState, user_id: str) -> Caller:
    """Return a caller that acts on behalf of a user."""
    exchange.accounts.user(user_id)
    return Caller(user_id, "")


def _list_services(exchange: ExchangeState, owner: Caller) -> list[Row]:
    return [
        exchange.collaboratives.service(owner, service_type, service_id)
        for service_type, (table, key) in SERVICES.items()
        for service_id in exchange.people.list_owned(owner.user_id, table, key)
    ]


async def _delete_service(
    exchange: ExchangeState, owner: Caller, service_type: str, service_id: str
) -> None:
    """Delete a service with its data."""
    match service_type:
        case "DATA_STORE":
            await exchange.data_stores.delete(owner, service_id)
        case "TIME_SERIES_DB":
            await delete_database(Context(exchange, owner), timeSeriesDbId=service_id)
        case "IOT_GROUP":
            exchange.groups.delete(owner, service_id)
        case _:
            await exchange.lifecycle.delete(owner, service_id)


async def _delete_device(
    exchange: ExchangeState, owner: Caller, table: str, device_id: str
) -> None:
    """Delete an endpoint, a hub or a model."""
    match table:
        case "iotEndpoints":
            await delete_endpoint(Context(exchange, owner), device_id)
        case "iotHubs":
            exchange.hubs.delete(owner, device_id)
        case _:
            exchange.models.delete(owner, device_id)
