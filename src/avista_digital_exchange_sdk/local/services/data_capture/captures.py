"""Captures: their settings and their states."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...authorization import Access, require_access
from ...caller import Caller
from ...database import Database, Row, check_name, new_id, timestamp
from ...errors import bad_request, not_found
from ...token_scopes import DATA_CAPTURE_READ_WRITE
from ..user.tokens import Tokens
from .data_models import EMPTY_MODEL, replace_model
from .time_settings import check_time, find_errors, serialize_times

MAX_PAGE = 100
# States before anything is recorded.
NOT_STARTED = ("CONFIGURATION_ERROR", "READY")


class Captures:
    """The captures of one exchange, without the recorded data."""

    def __init__(self, records: Database, tokens: Tokens) -> None:
        self._records = records
        self._tokens = tokens

    def create(
        self, caller: Caller, capture_type: str, display_name: str, description: str | None
    ) -> Row:
        """Add a DataCapture that the caller owns, with its token."""
        check_name(display_name)
        capture_id, now = new_id("dataCapture"), timestamp()
        with self._records.transaction():
            self._records.insert(
                "captures",
                captureId=capture_id,
                captureType=capture_type,
                displayName=display_name,
                description=description,
                ownerUserId=caller.user_id,
                state="CONFIGURATION_ERROR",
                dateCreated=now,
                dateUpdated=now,
                startTimeType="MANUAL",
                stopTimeType="MANUAL",
                timeErrors="[]",
                dataModel=json.dumps(EMPTY_MODEL),
            )
            self.set_state(capture_id, "CONFIGURATION_ERROR", EMPTY_MODEL["errors"][0])
            self._tokens.replace(caller.user_id, DATA_CAPTURE_READ_WRITE, capture_id, display_name)
        return self.get(caller, capture_id)

    def list_page(
        self,
        caller: Caller,
        limit: int | None,
        next_token: str | None,
        *,
        include_data_models: bool,
    ) -> Row:
        """Return a page of the DataCaptures the caller owns, oldest first."""
        limit = MAX_PAGE if limit is None else limit
        check_limit(limit)
        rows = self._records.fetch_all(
            """SELECT rowid AS number, * FROM captures
            WHERE ownerUserId = ? AND rowid > ? ORDER BY rowid LIMIT ?""",
            caller.user_id,
            _read_token(next_token),
            limit + 1,
        )
        page = rows[:limit]
        return {
            "captures": [
                self.serialize(row, include_data_model=include_data_models) for row in page
            ],
            "nextToken": _write_token(page[-1]["number"]) if len(rows) > limit else None,
        }

    def get(
        self,
        caller: Caller,
        capture_id: str,
        needed: Access = Access.READ,
        *,
        include_data_model: bool = True,
    ) -> Row:
        """Return a DataCapture after checking the access of the caller."""
        row = self.find(caller, capture_id, needed)
        return self.serialize(row, include_data_model=include_data_model)

    def update(self, caller: Caller, capture_id: str, changes: Mapping[str, Any]) -> Row:
        """Update settings of the caller's own DataCapture. Null clears optional settings."""
        capture = self.find(caller, capture_id, Access.OWN)
        for name in ("displayName", "startTimeType", "stopTimeType"):
            if name in changes and not changes[name]:
                raise bad_request(f"{name} must not be empty.")
        for name in ("scheduledStartTime", "scheduledStopTime"):
            check_time(name, changes.get(name))
        if set(changes) - {"displayName", "description"}:
            _require_state(capture, NOT_STARTED, "its times can be changed")
        with self._records.transaction():
            for name, value in changes.items():
                self._records.execute(
                    f"UPDATE captures SET {name} = ? WHERE captureId = ?", value, capture_id
                )
            self.refresh(capture_id)
        return self.get(caller, capture_id)

    def update_data_model(
        self, caller: Caller, capture_id: str, assets: Sequence[Mapping[str, Any] | None]
    ) -> Row:
        """Replace the data model of the caller's own capture; return a DataCaptureDataModel."""
        capture = self.find(caller, capture_id, Access.OWN)
        _require_state(capture, NOT_STARTED, "its data model can be changed")
        model = replace_model(json.loads(capture["dataModel"]), assets)
        with self._records.transaction():
            self._records.execute(
                "UPDATE captures SET dataModel = ? WHERE captureId = ?",
                json.dumps(model),
                capture_id,
            )
            self.refresh(capture_id)
        return model

    # States

    def start(self, caller: Caller, capture_id: str) -> Row:
        """Start a capture that is READY."""
        capture = self.find(caller, capture_id, Access.WRITE)
        if capture["state"] == "READY":
            # A scheduled time may have passed since the last check.
            self.refresh(capture_id)
            capture = self.find_any(capture_id)
        _require_state(capture, ("READY",), "it can be started")
        return self.set_started(capture_id, "The capture was started.")

    def stop(self, caller: Caller, capture_id: str) -> Row:
        """Stop a capture that is CAPTURING."""
        capture = self.find(caller, capture_id, Access.WRITE)
        _require_state(capture, ("CAPTURING",), "it can be stopped")
        return self.set_stopped(capture_id, "The capture was stopped.")

    def set_started(self, capture_id: str, message: str) -> Row:
        """Set the state of a capture that starts to record."""
        return self._set_time_and_state(capture_id, "actualStartTime", "CAPTURING", message)

    def set_stopped(self, capture_id: str, message: str) -> Row:
        """Set the state of a capture that has stopped, before its export."""
        return self._set_time_and_state(capture_id, "actualStopTime", "FINISHING", message)

    def set_finished(self, capture_id: str, state: str, message: str, data_export: Row) -> Row:
        """Set the state of a capture after its export."""
        with self._records.transaction():
            self._records.execute(
                "UPDATE captures SET dataExport = ? WHERE captureId = ?",
                json.dumps(data_export),
                capture_id,
            )
            self.set_state(capture_id, state, message)
        return self.serialize(self.find_any(capture_id))

    def refresh(self, capture_id: str) -> None:
        """Update the state of a capture that has not started to match its settings."""
        capture = self.find_any(capture_id)
        if capture["state"] not in NOT_STARTED:
            return self._touch(capture_id)
        time_errors = list(find_errors(capture))
        self._records.execute(
            "UPDATE captures SET timeErrors = ? WHERE captureId = ?",
            json.dumps(time_errors),
            capture_id,
        )
        errors = [*json.loads(capture["dataModel"])["errors"], *time_errors]
        state = "CONFIGURATION_ERROR" if errors else "READY"
        if state != capture["state"]:
            self.set_state(capture_id, state, " ".join(errors) or "The capture can be started.")
        self._touch(capture_id)

    def set_state(self, capture_id: str, state: str, message: str) -> None:
        """Change the state of a capture and add it to its history."""
        self._records.execute(
            "UPDATE captures SET state = ? WHERE captureId = ?", state, capture_id
        )
        self._records.insert(
            "captureStateChanges",
            captureId=capture_id,
            newState=state,
            message=message,
            dateCreated=timestamp(),
        )
        self._touch(capture_id)

    def remove(self, capture_id: str) -> None:
        """Remove the rows of a capture, and remove it from all collaboratives."""
        with self._records.transaction():
            self._records.execute("DELETE FROM sharedServices WHERE serviceId = ?", capture_id)
            self._records.execute("DELETE FROM captures WHERE captureId = ?", capture_id)

    def list_in_states(self, *states: str) -> list[Row]:
        """Return the rows of the captures of all users in any of the states."""
        return self._records.fetch_all(
            "SELECT * FROM captures WHERE state IN (SELECT value FROM json_each(?))",
            json.dumps(states),
        )

    # Tokens

    def get_token(self, caller: Caller, capture_id: str) -> Row:
        """Return the AuthenticationToken of the caller's own capture, with its value."""
        self.find(caller, capture_id, Access.OWN)
        return self._tokens.get_for_resource(capture_id)

    def regenerate_token(self, caller: Caller, capture_id: str) -> Row:
        """Replace the token of the caller's own capture. The old one becomes invalid."""
        capture = self.find(caller, capture_id, Access.OWN)
        return self._tokens.replace(
            caller.user_id, DATA_CAPTURE_READ_WRITE, capture_id, capture["displayName"]
        )

    def delete_token(self, capture_id: str) -> None:
        """Delete the token of a capture."""
        self._tokens.delete_for_resource(capture_id)

    # Rows

    def find(self, caller: Caller, capture_id: str, needed: Access) -> Row:
        """Return a capture after checking the access of the caller."""
        capture = self.find_any(capture_id)
        require_access(self._records, caller, capture_id, capture["ownerUserId"], needed)
        return capture

    def exists(self, capture_id: str) -> bool:
        """Return whether a capture exists."""
        sql = "SELECT 1 FROM captures WHERE captureId = ?"
        return self._records.fetch_one(sql, capture_id) is not None

    def find_any(self, capture_id: str) -> Row:
        """Return a capture of any user."""
        capture = self._records.fetch_one("SELECT * FROM captures WHERE captureId = ?", capture_id)
        if capture is None:
            raise not_found(capture_id)
        return capture

    def serialize(self, capture: Row, *, include_data_model: bool = True) -> Row:
        """Convert a row to a DataCapture."""
        history = self._records.fetch_all(
            "SELECT * FROM captureStateChanges WHERE captureId = ? ORDER BY rowid",
            capture["captureId"],
        )
        return capture | {
            "dataModel": json.loads(capture["dataModel"]) if include_data_model else None,
            "timeSettings": serialize_times(capture),
            "stateHistory": history,
        }

    def _set_time_and_state(self, capture_id: str, column: str, state: str, message: str) -> Row:
        """Note when a capture's state changed."""
        with self._records.transaction():
            self._records.execute(
                f"UPDATE captures SET {column} = ? WHERE captureId = ?", timestamp(), capture_id
            )
            self.set_state(capture_id, state, message)
        return self.serialize(self.find_any(capture_id))

    def _touch(self, capture_id: str) -> None:
        """Update the modification time of a capture."""
        self._records.execute(
            "UPDATE captures SET dateUpdated = ? WHERE captureId = ?", timestamp(), capture_id
        )


def check_limit(limit: int) -> None:
    """Raise if the requested number of objects is invalid."""
    if not 1 <= limit <= MAX_PAGE:
        raise bad_request(f"limit must be 1 to {MAX_PAGE}, got {limit}.")


def _require_state(capture: Row, states: Sequence[str], what: str) -> None:
    """Raise unless a capture is in one of the states."""
    if capture["state"] not in states:
        raise bad_request(
            f"{capture['captureId']} is {capture['state']}; {what} while it is "
            f"{' or '.join(states)}."
        )


def _write_token(number: int) -> str:
    """Return the token of the page after a capture."""
    return base64.urlsafe_b64encode(f"captures {number}".encode()).decode()


def _read_token(token: str | None) -> int:
    if token is None:
        return 0
    try:
        prefix, number = base64.b64decode(token, b"-_", validate=True).decode().split(" ")
        if prefix == "captures" and len(number) <= 18:
            return int(number)
    except ValueError:
        pass
    raise bad_request("Invalid pagination token.")
