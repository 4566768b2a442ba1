"""Endpoints: each follows a model and has a value of each of its properties."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...authorization import MEMBERSHIPS, Access
from ...caller import Caller
from ...database import Database, Row, check_name, new_id
from ...errors import bad_request, not_found, unauthorized
from ...token_scopes import IOT_ENDPOINT_READ_WRITE
from ...values import parse_time
from ..user.tokens import Tokens
from ..value_types import check_value
from .hubs import Hubs
from .models import Models, serialize_model

MAX_VALUE_CHARACTERS = 65_536


class Endpoints:
    """The endpoints of one exchange; their telemetry is elsewhere."""

    def __init__(self, records: Database, tokens: Tokens, hubs: Hubs, models: Models) -> None:
        self._records = records
        self._tokens = tokens
        self._hubs = hubs
        self._models = models

    def create(
        self, caller: Caller, iot_hub_id: str, model_id: str, name: str, description: str | None
    ) -> Row:
        """Add an IotEndpoint, and a token of its own, to the caller's own hub."""
        check_name(name)
        self._hubs.get(caller, iot_hub_id)
        self._models.get(caller, model_id)
        iot_endpoint_id = new_id("iotEndpointId")
        endpoint = {
            "iotEndpointId": iot_endpoint_id,
            "iotHubId": iot_hub_id,
            "modelId": model_id,
            "name": name,
            "description": description,
            "ownerUserId": caller.user_id,
        }
        with self._records.transaction():
            self._records.insert("iotEndpoints", **endpoint)
            self._tokens.replace(caller.user_id, IOT_ENDPOINT_READ_WRITE, iot_endpoint_id, name)
        return self.get(caller, iot_endpoint_id)

    def get(self, caller: Caller, iot_endpoint_id: str, needed: Access = Access.READ) -> Row:
        """Return an IotEndpoint the caller has the needed access to."""
        (endpoint,) = self.serialize([self.find(caller, iot_endpoint_id, needed)])
        return endpoint

    def list_in_hub(self, caller: Caller, iot_hub_id: str) -> list[Row]:
        """Return the IotEndpoints of the caller's own hub."""
        self._hubs.get(caller, iot_hub_id)
        rows = self._records.fetch_all(
            "SELECT * FROM iotEndpoints WHERE iotHubId = ? ORDER BY rowid", iot_hub_id
        )
        return self.serialize(rows)

    def update(
        self, caller: Caller, iot_endpoint_id: str, name: str | None, description: str | None
    ) -> Row:
        """Update the specified fields of the caller's own IotEndpoint."""
        check_name(name)
        self.find(caller, iot_endpoint_id, Access.OWN)
        self._records.update(
            "iotEndpoints", "iotEndpointId", iot_endpoint_id, name=name, description=description
        )
        return self.get(caller, iot_endpoint_id)

    def update_model(self, caller: Caller, iot_endpoint_id: str, model_id: str) -> Row:
        """Have the caller's own IotEndpoint follow another model of the caller's own.

        Properties of the same name keep their values as far as their types allow.
        """
        self.find(caller, iot_endpoint_id, Access.OWN)
        self._models.get(caller, model_id)
        self._records.execute(
            "UPDATE iotEndpoints SET modelId = ? WHERE iotEndpointId = ?", model_id, iot_endpoint_id
        )
        return self.get(caller, iot_endpoint_id)

    def update_properties(
        self, caller: Caller, iot_endpoint_id: str, inputs: Sequence[Mapping[str, Any] | None]
    ) -> Row:
        """Set values of writable properties, all of them or none."""
        endpoint = self.get(caller, iot_endpoint_id, Access.WRITE)
        properties = {known["name"]: known for known in endpoint["properties"]}
        rows = [
            (iot_endpoint_id, *_read_property(f"properties[{index}]", entry, properties))
            for index, entry in enumerate(inputs)
        ]
        if not rows:
            raise bad_request("properties must not be empty.")
        if len({name for _, name, *_ in rows}) < len(rows):
            raise bad_request("properties must have each name once.")
        self._records.run_many("INSERT OR REPLACE INTO propertyValues VALUES (?, ?, ?, ?)", rows)
        return self.get(caller, iot_endpoint_id)

    def delete(self, caller: Caller, iot_endpoint_id: str) -> Row:
        """Delete the caller's own IotEndpoint, and take it out of its groups."""
        endpoint = self.get(caller, iot_endpoint_id, Access.OWN)
        with self._records.transaction():
            self._tokens.delete_for_resource(iot_endpoint_id)
            self._records.execute(
                "DELETE FROM iotEndpoints WHERE iotEndpointId = ?", iot_endpoint_id
            )
        return endpoint

    # Tokens

    def get_token(self, caller: Caller, iot_endpoint_id: str) -> Row:
        """Return the AuthenticationToken of the caller's own endpoint, with its value."""
        self.find(caller, iot_endpoint_id, Access.OWN)
        return self._tokens.get_for_resource(iot_endpoint_id)

    def regenerate_token(self, caller: Caller, iot_endpoint_id: str) -> Row:
        """Replace the token of the caller's own endpoint. The old one ends at once."""
        endpoint = self.find(caller, iot_endpoint_id, Access.OWN)
        return self._tokens.replace(
            caller.user_id, IOT_ENDPOINT_READ_WRITE, iot_endpoint_id, endpoint["name"]
        )

    # For groups and telemetry

    def find(self, caller: Caller, iot_endpoint_id: str, needed: Access) -> Row:
        """Find an endpoint and check the access of the caller."""
        endpoint = self._records.fetch_one(
            "SELECT * FROM iotEndpoints WHERE iotEndpointId = ?", iot_endpoint_id
        )
        if endpoint is None:
            raise not_found(iot_endpoint_id)
        if self._determine_access(caller, endpoint) < needed:
            raise unauthorized(iot_endpoint_id)
        return endpoint

    def serialize(self, rows: Sequence[Row]) -> list[Row]:
        """Shape rows as IotEndpoints, with the attributes of their models."""
        ids = [row["iotEndpointId"] for row in rows]
        models = self._read_models({row["modelId"] for row in rows})
        values = self._read_values(ids)
        return [
            row
            | {
                "properties": [
                    _to_endpoint_property(known, values.get((row["iotEndpointId"], known["name"])))
                    for known in models[row["modelId"]]["properties"]
                ],
                "telemetry": models[row["modelId"]]["telemetry"],
            }
            for row in rows
        ]

    def _determine_access(self, caller: Caller, endpoint: Row) -> Access:
        """Say what the caller may do with an endpoint: as its owner, or through shared groups."""
        if caller.user_id == endpoint["ownerUserId"]:
            return Access.OWN
        rows = self._records.fetch_all(
            f"""SELECT permission FROM ({MEMBERSHIPS}) JOIN sharedServices USING (collaborativeId)
            JOIN iotGroupEndpoints ON iotGroupId = serviceId
            WHERE userId = ? AND iotEndpointId = ?""",
            caller.user_id,
            endpoint["iotEndpointId"],
        )
        permissions = {row["permission"] for row in rows}
        if "READ_WRITE" in permissions:
            return Access.WRITE
        return Access.READ if permissions else Access.NONE

    def _read_models(self, model_ids: set[str]) -> dict[str, Row]:
        """Read models by their ids."""
        rows = self._records.fetch_all(
            "SELECT * FROM models WHERE modelId IN (SELECT value FROM json_each(?))",
            json.dumps(list(model_ids)),
        )
        return {row["modelId"]: serialize_model(row) for row in rows}

    def _read_values(self, endpoint_ids: Sequence[str]) -> dict[tuple[str, str], Row]:
        """Read the values of the endpoints' properties, by endpoint and name."""
        rows = self._records.fetch_all(
            """SELECT * FROM propertyValues
            WHERE iotEndpointId IN (SELECT value FROM json_each(?))""",
            json.dumps(endpoint_ids),
        )
        return {(row["iotEndpointId"], row["name"]): row for row in rows}


def _to_endpoint_property(known: Row, stored: Row | None) -> Row:
    """Shape a property of a model as an EndpointProperty."""
    if stored is not None:
        try:
            check_value(known["schemaType"], stored["value"])
        except ValueError:
            # It is of a model that the endpoint followed before.
            stored = None
    if stored is None:
        return known | {"value": known["defaultValue"], "timestamp": None}
    return known | {"value": stored["value"], "timestamp": stored["timestamp"]}


def _read_property(
    where: str, entry: Mapping[str, Any] | None, properties: Mapping[str, Row]
) -> tuple[str, str, str]:
    """Read the name, the value and the time of a property."""
    if entry is None:
        raise bad_request(f"{where} is missing.")
    name, value, timestamp = entry["name"], entry["value"], entry["timestamp"]
    if name not in properties:
        raise bad_request(f"{where}.name must be that of a property of the model, got {name!r}.")
    if not properties[name]["writable"]:
        raise bad_request(f"The property {name!r} is not writable.")
    try:
        check_value(properties[name]["schemaType"], value)
    except ValueError as error:
        raise bad_request(f"The property {name!r} {error}, got {value[:60]!r}.") from None
    if len(value) > MAX_VALUE_CHARACTERS:
        raise bad_request(f"{where}.value must have at most {MAX_VALUE_CHARACTERS} characters.")
    try:
        milliseconds = parse_time(timestamp, "MILLISECONDS") // 1_000_000
    except ValueError as error:
        raise bad_request(f"{where}.timestamp {timestamp[:60]!r} {error}.") from None
    return name, value, str(milliseconds)
