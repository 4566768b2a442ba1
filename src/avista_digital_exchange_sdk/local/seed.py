"""The initial contents of an exchange: users, shared services and devices."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from .caller import Caller
from .database import Database
from .state import ExchangeState

TOKEN_LIFE_DAYS = 3650
SETTING = "seed"
PROPERTIES = (
    {"name": "SerialNumber", "schemaType": "string", "defaultValue": "unknown", "writable": True},
    {"name": "RatedPower", "schemaType": "double", "defaultValue": "5.5", "writable": True},
    {"name": "Manufacturer", "schemaType": "string", "defaultValue": "Ridgeline"},
)
TELEMETRY = (
    {"name": "Power", "schemaType": "double", "description": "In kW"},
    {"name": "Energy", "schemaType": "integer", "description": "In Wh since the first start"},
    {"name": "Online", "schemaType": "boolean"},
    {"name": "Status", "schemaType": "string"},
    {"name": "LastService", "schemaType": "dateTime"},
    {"name": "Uptime", "schemaType": "duration"},
)
ROLES = {
    "owner": ("PLATFORM_ADMIN", "DATA_COMPLIANCE", "DATA_PROVIDER", "DATA_CONSUMER"),
    "member": ("DATA_PROVIDER", "DATA_CONSUMER"),
    "reader": ("DATA_CONSUMER",),
    "outsider": ("DATA_PROVIDER", "DATA_CONSUMER"),
}
CAPTURE_ATTRIBUTE_ID = "inverter-1-power"
CAPTURE_ATTRIBUTES = (
    (CAPTURE_ATTRIBUTE_ID, "Power", "double", "kW"),
    ("inverter-1-energy", "Energy", "integer", "Wh"),
    ("inverter-1-online", "Online", "boolean", None),
    ("inverter-1-status", "Status", "string", None),
)


@dataclass(frozen=True)
class Seed:
    """The tokens, and the IDs of what the owner has."""

    tokens: dict[str, str]
    dataStoreId: str
    homeDirectoryId: str
    timeSeriesDbId: str
    collaborativeId: str
    iotHubId: str
    modelId: str
    iotEndpointId: str
    iotGroupId: str
    captureId: str
    captureAttributeId: str


def seed(records: Database, exchange: ExchangeState) -> Seed:
    """Return the seed of this exchange, creating it in a new one."""
    setting = records.get_setting(SETTING)
    if setting is None:
        return create_seed_data(records, exchange)
    kept = json.loads(setting)
    if "iotHubId" not in kept:
        # A folder of an earlier release.
        with records.transaction():
            owner_id = _find_owner(records).user_id
            exchange.people.update_user(owner_id, roles=ROLES["owner"])
            records.execute(
                "UPDATE collaboratives SET ownerUserId = ? WHERE collaborativeId = ?",
                owner_id,
                kept["collaborativeId"],
            )
            kept = _add_devices(kept, exchange, _find_owner(records))
            _keep(records, Seed(**kept))
    return Seed(**kept)


def create_seed_data(records: Database, exchange: ExchangeState) -> Seed:
    """Create the seed of an empty exchange."""
    with records.transaction():
        kept = _create_services(exchange)
        created = Seed(**_add_devices(kept, exchange, _find_owner(records)))
        _keep(records, created)
    return created


def _keep(records: Database, created: Seed) -> None:
    """Keep the seed for the next start."""
    records.execute(
        "INSERT OR REPLACE INTO settings VALUES (?, ?)", SETTING, json.dumps(asdict(created))
    )


def _find_owner(records: Database) -> Caller:
    """Return the owner of the seed, who is the first user."""
    (first,) = records.fetch_all("SELECT userId FROM users ORDER BY rowid LIMIT 1")
    return Caller(first["userId"], "")


def _create_services(exchange: ExchangeState) -> dict[str, Any]:
    """Create the users, and what the owner shares with two of them."""
    accounts, collaboratives = exchange.accounts, exchange.collaboratives
    utility = accounts.create_organization("Cascade Valley Energy", host=True)
    university = accounts.create_organization("Palouse State University")
    consultancy = accounts.create_organization("Harborview Analytics")
    owner = accounts.create_user("Ada", "Lindqvist", "ada@cascade-valley.example", utility)
    member = accounts.create_user("Marcus", "Okafor", "marcus@palouse.example", university)
    reader = accounts.create_user("Priya", "Raman", "priya@palouse.example", university)
    outsider = accounts.create_user("Tom", "Keller", "tom@harborview.example", consultancy)
    users = {"owner": owner, "member": member, "reader": reader, "outsider": outsider}
    for role, user_id in users.items():
        exchange.people.update_user(user_id, roles=ROLES[role])
    tokens = {
        role: exchange.tokens.create(user_id, "Local Exchange", TOKEN_LIFE_DAYS)["tokenValue"]
        for role, user_id in users.items()
    }

    caller = exchange.tokens.authenticate(tokens["owner"])
    assert isinstance(caller, Caller)
    data_store = exchange.data_stores.create(caller, "Solar site", "Files of the solar site")
    database = accounts.create_database(caller, "Solar measurements", "What the site measures")

    collaborative_id = collaboratives.create(
        "Solar Research", "Sharing what a solar site measures", utility, owner
    )
    collaboratives.add_member(collaborative_id, owner, "READ_WRITE")
    collaboratives.add_member(collaborative_id, member, "READ_WRITE")
    collaboratives.add_member(collaborative_id, reader, "READ_ONLY")
    for service_type, service_id in (
        ("DATA_STORE", data_store["dataStoreId"]),
        ("TIME_SERIES_DB", database["timeSeriesDbId"]),
    ):
        collaboratives.add_service(caller, collaborative_id, service_type, service_id)
    return {
        "tokens": tokens,
        "dataStoreId": data_store["dataStoreId"],
        "homeDirectoryId": data_store["homeDirectoryId"],
        "timeSeriesDbId": database["timeSeriesDbId"],
        "collaborativeId": collaborative_id,
    }


def _add_devices(kept: dict[str, Any], exchange: ExchangeState, owner: Caller) -> dict[str, Any]:
    """Create an endpoint and a capture of the owner's, with all that belongs to them."""
    hub = exchange.hubs.create(owner, "Solar site", "Devices of the solar site")
    model = exchange.models.create(
        owner,
        display_name="Inverter",
        dtmi_segment="LocalExchangeInverter",
        description="What an inverter measures",
        properties=PROPERTIES,
        telemetry=TELEMETRY,
    )
    endpoint = exchange.endpoints.create(
        owner, hub["iotHubId"], model["modelId"], "Inverter 1", "On the south roof"
    )
    group = exchange.groups.create(
        owner,
        hub["iotHubId"],
        "Inverters",
        "All inverters of the site",
        [endpoint["iotEndpointId"]],
    )
    capture = exchange.captures.create(owner, "STANDARD", "Load test", "Inverters under load")
    attributes = [
        {
            "userDefinedId": attribute_id,
            "displayName": name,
            "attributeType": "TELEMETRY",
            "schemaType": schema_type,
            "unit": unit,
        }
        for attribute_id, name, schema_type, unit in CAPTURE_ATTRIBUTES
    ]
    asset = {"userDefinedId": "inverter-1", "displayName": "Inverter 1", "attributes": attributes}
    exchange.captures.update_data_model(owner, capture["captureId"], [asset])
    tokens = {
        "endpoint": exchange.tokens.get_for_resource(endpoint["iotEndpointId"])["tokenValue"],
        "capture": exchange.tokens.get_for_resource(capture["captureId"])["tokenValue"],
    }
    return kept | {
        "tokens": kept["tokens"] | tokens,
        "iotHubId": hub["iotHubId"],
        "modelId": model["modelId"],
        "iotEndpointId": endpoint["iotEndpointId"],
        "iotGroupId": group["iotGroupId"],
        "captureId": capture["captureId"],
        "captureAttributeId": CAPTURE_ATTRIBUTE_ID,
    }
