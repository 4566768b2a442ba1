"""How rows become the contract's types where a row alone has not their shape."""

from __future__ import annotations

from .records import Row

# GraphQL's Int ends here; the size of a larger file can't be told.
LARGEST_INT = 2**31 - 1


def as_user(row: Row) -> Row:
    """Shape a row of a user and its organization as a User."""
    return {
        "userId": row["userId"],
        "firstName": row["firstName"],
        "lastName": row["lastName"],
        "email": row["email"],
        "userAccountState": "ACTIVE",
        "organization": {
            "organizationId": row["organizationId"],
            "name": row["organizationName"],
            "hostOrganization": bool(row["hostOrganization"]),
        },
    }


def as_file(row: Row) -> Row:
    """Shape a row as a DataStoreFile, which tells of its bytes only once they have arrived."""
    size = row["storageSizeBytes"]
    return row | {
        "contentType": None if size is None else row["contentType"],
        "storageSizeBytes": size if size is None or size <= LARGEST_INT else None,
        "s3ConfirmedUpload": size is not None,
        "dataViewIds": [],
    }
