"""Digital twin models, which define the attributes of endpoints. Only the owner has access."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...authorization import Access, require_access
from ...caller import Caller
from ...database import Database, Row, check_name, new_id
from ...errors import bad_request, not_found, shorten
from .dtdl import NAME_PATTERN
from .model_attributes import Inputs, check_attributes, read_properties, read_telemetry

DTMI_NAMESPACE = "dtmi:localExchange"
# The DTMI of a DTDL interface has at most 128 characters.
MAX_SEGMENT_CHARACTERS = 99
MAX_VERSION = 999_999_999


class Models:
    """The models of one exchange."""

    def __init__(self, records: Database) -> None:
        self._records = records

    def create(
        self,
        caller: Caller,
        *,
        display_name: str,
        dtmi_segment: str,
        description: str | None,
        properties: Inputs,
        telemetry: Inputs,
    ) -> Row:
        """Add the first version of a DigitalTwinModel that the caller owns."""
        self._check_segment_is_free(caller, dtmi_segment)
        read = read_properties(properties), read_telemetry(telemetry)
        return self._add(caller, display_name, dtmi_segment, 1, description, *read)

    def create_version(
        self,
        caller: Caller,
        model_id: str,
        *,
        display_name: str | None,
        description: str | None,
        properties: Inputs | None,
        telemetry: Inputs | None,
        version: int | None,
    ) -> Row:
        """Add a new version of the caller's own model. Omitted fields are copied from it."""
        model = self._find(caller, model_id)
        newest = self._records.fetch_one(
            """SELECT max(version) AS version FROM models
            WHERE ownerUserId = ? AND dtmiSegment = ?""",
            caller.user_id,
            model["dtmiSegment"],
        )
        lowest = 1 + (newest or model)["version"]
        if version is None:
            version = lowest
        if not lowest <= version <= MAX_VERSION:
            raise bad_request(f"version must be {lowest} to {MAX_VERSION}, got {version}.")
        shaped = serialize_model(model)
        return self._add(
            caller,
            model["displayName"] if display_name is None else display_name,
            model["dtmiSegment"],
            version,
            model["description"] if description is None else description,
            shaped["properties"] if properties is None else read_properties(properties),
            shaped["telemetry"] if telemetry is None else read_telemetry(telemetry),
        )

    def list_models(self, caller: Caller) -> list[Row]:
        """Return the DigitalTwinModels the caller owns."""
        rows = self._records.fetch_all(
            "SELECT * FROM models WHERE ownerUserId = ? ORDER BY rowid", caller.user_id
        )
        return [serialize_model(row) for row in rows]

    def get(self, caller: Caller, model_id: str) -> Row:
        """Return a DigitalTwinModel that the caller owns."""
        return serialize_model(self._find(caller, model_id))

    def update(
        self,
        caller: Caller,
        model_id: str,
        *,
        display_name: str | None,
        dtmi_segment: str | None,
        description: str | None,
    ) -> Row:
        """Update the specified fields of the caller's own model."""
        check_name(display_name)
        model = self._find(caller, model_id)
        if dtmi_segment not in (None, model["dtmiSegment"]):
            self._check_segment_is_free(caller, str(dtmi_segment))
        self._records.update(
            "models",
            "modelId",
            model_id,
            displayName=display_name,
            dtmiSegment=dtmi_segment,
            description=description,
        )
        return self.get(caller, model_id)

    def delete(self, caller: Caller, model_id: str) -> Row:
        """Delete the caller's own model, which no endpoint may use."""
        model = self.get(caller, model_id)
        users = self._records.fetch_all(
            "SELECT iotEndpointId FROM iotEndpoints WHERE modelId = ? LIMIT 10", model_id
        )
        if users:
            ids = ", ".join(row["iotEndpointId"] for row in users)
            raise bad_request(
                f"{model_id} is still followed by {ids}. Delete these first, or have them follow "
                "another model."
            )
        self._records.execute("DELETE FROM models WHERE modelId = ?", model_id)
        return model

    def _add(
        self,
        caller: Caller,
        display_name: str,
        dtmi_segment: str,
        version: int,
        description: str | None,
        properties: Sequence[Row],
        telemetry: Sequence[Row],
    ) -> Row:
        check_name(display_name)
        check_attributes(properties, telemetry)
        model = {
            "modelId": new_id("modelId"),
            "dtmiSegment": dtmi_segment,
            "version": version,
            "displayName": display_name,
            "description": description,
            "ownerUserId": caller.user_id,
            "properties": json.dumps(properties),
            "telemetry": json.dumps(telemetry),
        }
        self._records.insert("models", **model)
        return serialize_model(model)

    def _check_segment_is_free(self, caller: Caller, segment: str) -> None:
        """Raise if a segment is invalid or already used by a model of the caller."""
        if len(segment) > MAX_SEGMENT_CHARACTERS or not NAME_PATTERN.fullmatch(segment):
            raise bad_request(
                f"dtmiSegment must be 1 to {MAX_SEGMENT_CHARACTERS} letters, digits and "
                f"underscores, first a letter, last no underscore, got {shorten(segment)}."
            )
        taken = self._records.fetch_one(
            "SELECT modelId FROM models WHERE ownerUserId = ? AND dtmiSegment = ?",
            caller.user_id,
            segment,
        )
        if taken is not None:
            raise bad_request(
                f"The dtmiSegment {segment!r} is that of {taken['modelId']}. Create a new version "
                "of it, or choose another segment."
            )

    def _find(self, caller: Caller, model_id: str) -> Row:
        model = self._records.fetch_one("SELECT * FROM models WHERE modelId = ?", model_id)
        if model is None:
            raise not_found(model_id)
        require_access(self._records, caller, model_id, model["ownerUserId"], Access.OWN)
        return model


def serialize_model(row: Row) -> Row:
    """Convert a row to a DigitalTwinModel."""
    return row | {
        "dtmi": f"{DTMI_NAMESPACE}:{row['dtmiSegment']};{row['version']}",
        "properties": json.loads(row["properties"]),
        "telemetry": json.loads(row["telemetry"]),
    }
