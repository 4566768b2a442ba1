"""Endpoints: each has a model, and a value for each property of the model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...authorization import Access, require_access_to_endpoint
from ...caller import Caller
from ...database import Database, Row, check_name, new_id
from ...errors import bad_request, not_found, shorten
from ...token_scopes import IOT_ENDPOINT_READ_WRITE
from ...values import parse_time
from ..user.tokens import Tokens
from ..value_types import check_value
from .hubs import Hubs
from .models import Models, serialize_model

MAX_VALUE_CHARACTERS = 65_536


class Endpoints:
    """The endpoints of one exchange, without their telemetry."""

    def __init__(self, records: Database, tokens: Tokens, hubs: Hubs, models: Models) -> None:
        self._records = records
        self._tokens = tokens
        self._hubs = hubs
        self._models = models

    def create(
        self, caller: Caller, iot_hub_id: str, model_id: str, name: str, description: str | None
    ) -> Row:
        """Add an IotEndpoint with its token to the caller's own hub."""
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
        """Return an IotEndpoint after checking the access of the caller."""
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
        """Change the model of the caller's own IotEndpoint.

        Properties of the same name keep their values if their types allow it.
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
        """Set values of writable properties atomically."""
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
        """Delete the caller's own IotEndpoint, and remove it from its groups."""
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
        """Replace the token of the caller's own endpoint. The old one becomes invalid."""
        endpoint = self.find(caller, iot_endpoint_id, Access.OWN)
        return self._tokens.replace(
            caller.user_id, IOT_ENDPOINT_READ_WRITE, iot_endpoint_id, endpoint["name"]
        )

    # For groups and telemetry

    def find(self, caller: Caller, iot_endpoint_id: str, needed: Access) -> Row:
        """Return an endpoint after checking the access of the caller."""
        endpoint = self._records.fetch_one(
            "SELECT * FROM iotEndpoints WHERE iotEndpointId = ?", iot_endpoint_id
        )
        if endpoint is None:
            raise not_found(iot_endpoint_id)
        require_access_to_endpoint(
            self._records, caller, iot_endpoint_id, endpoint["ownerUserId"], needed
        )
        return endpoint

    def serialize(self, rows: Sequence[Row]) -> list[Row]:
        """Convert rows to IotEndpoints, with the attributes of their models."""
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

    def _read_models(self, model_ids: set[str]) -> dict[str, Row]:
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
    """Convert a property of a model to an EndpointProperty."""
    if stored is not None:
        try:
            check_value(known["schemaType"], stored["value"])
        except ValueError:
            # The value belongs to the previous model of the endpoint.
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
        raise bad_request(f"The property {name!r} {error}, got {shorten(value)}.") from None
    if len(value) > MAX_VALUE_CHARACTERS:
        raise bad_request(f"{where}.value must have at most {MAX_VALUE_CHARACTERS} characters.")
    try:
        milliseconds = parse_time(timestamp, "MILLISECONDS") // 1_000_000
    except ValueError as error:
        raise bad_request(f"{where}.timestamp {shorten(timestamp)} {error}.") from None
    return name, value, str(milliseconds)
