"""Converts rows to the schema's types where they differ."""

from __future__ import annotations

import json

from graphql import GraphQLError

from .database import Row
from .limits import LIMITS


def serialize_user(row: Row) -> Row:
    """Convert a row of a user and its organization to a User."""
    return {
        "userId": row["userId"],
        "firstName": row["firstName"],
        "lastName": row["lastName"],
        "email": row["email"],
        "mobile": row["mobile"],
        "lastActive": row.get("lastActive"),
        "userAccountState": row["userAccountState"],
        "userRoles": json.loads(row["userRoles"]),
        "organization": {
            "organizationId": row["organizationId"],
            "name": row["organizationName"],
            "hostOrganization": bool(row["hostOrganization"]),
        },
    }


def serialize_file(row: Row) -> Row:
    """Convert a row to a DataStoreFile, without size and times until its upload is complete."""
    size = row["storageSizeBytes"]
    return row | {
        "contentType": None if size is None else row["contentType"],
        "storageSizeBytes": _refuse_size if size is not None and size > LIMITS.max_int else size,
        "s3ConfirmedUpload": size is not None,
        "dataViewIds": json.loads(row["dataViewIds"]),
    }


def _refuse_size() -> None:
    """Raise AppSync's error for an integer out of range, whose field becomes null."""
    raise GraphQLError(
        "Can't serialize value (/storageSizeBytes) : Expected type 'Int' but was 'Long'."
    )
