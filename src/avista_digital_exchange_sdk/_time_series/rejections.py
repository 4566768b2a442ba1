"""The rejections of records that AWS Timestream lists in errors."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from ..errors import ApiError, DigitalExchangeError


class Rejection(NamedTuple):
    """The rejection of a record.

    Attributes:
        reason: The platform's reason.
        existing_version: The version of the stored record, if known.
    """

    reason: str
    existing_version: int | None


def parse_rejections(error: DigitalExchangeError) -> dict[int, Rejection]:
    """Parse the rejections that AWS Timestream lists in an error, by index."""
    if not isinstance(error, ApiError):
        return {}
    rejected: dict[int, Rejection] = {}
    for entry in error.errors:
        info = entry.get("errorInfo") if isinstance(entry, dict) else None
        for record in _iter_rejections(info):
            index, version = record.get("RecordIndex"), record.get("ExistingVersion")
            if isinstance(index, int):
                rejected[index] = Rejection(
                    str(record.get("Reason") or "no reason given"),
                    version if isinstance(version, int) else None,
                )
    return rejected


def _iter_rejections(info: Any) -> Iterable[dict[str, Any]]:
    listed = info.get("RejectedRecords") if isinstance(info, dict) else None
    return (record for record in listed or () if isinstance(record, dict))
