"""Types with properties that only some calls load."""

from collections.abc import Iterable
from typing import Any

from .base import BaseModel

# The properties that representations omit if they are not loaded.
RARE_FIELDS = frozenset(
    {
        *("email", "mobile", "lastActive", "userAccountState", "userRoles", "hostOrganization"),
        *("submittedByUser", "submittedTimestamp", "accessApprovedByUserId"),
        *("iotEndpointGroup", "dataCapture"),
    }
)


class RareFieldsMixin(BaseModel):
    """The base class of these types."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Print the properties that are always loaded, and those that have a value."""
        for name, value in super().__repr_args__():
            if name not in RARE_FIELDS or value not in (None, []):
                yield name, value
