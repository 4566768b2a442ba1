"""How rows become the contract's types where a row alone has not their shape."""

from __future__ import annotations

import json

from graphql import GraphQLError

from .database import Row

# GraphQL's Int ends here; of the size of a larger file AppSync says that it is none.
MAX_INT = 2**31 - 1


def serialize_user(row: Row) -> Row:
    """Shape a row of a user and its organization as a User."""
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
    """Shape a row as a DataStoreFile, which tells of its bytes only once they have arrived."""
    size = row["storageSizeBytes"]
    return row | {
        "contentType": None if size is None else row["contentType"],
        "storageSizeBytes": _refuse_size if size is not None and size > MAX_INT else size,
        "s3ConfirmedUpload": size is not None,
        "dataViewIds": [],
    }


def _refuse_size() -> None:
    """Refuse an integer as AppSync does: an error beside the null that stands in its place."""
    raise GraphQLError(
        "Can't serialize value (/storageSizeBytes) : Expected type 'Int' but was 'Long'."
    )
