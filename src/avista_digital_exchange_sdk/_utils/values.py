"""Types of requests and responses that do not need pydantic, which is slow to import."""

from enum import Enum, StrEnum
from typing import Final, Literal

from .._escaping import escape_controls


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "UNSET"


# The value of an optional variable that is omitted from the request.
UNSET: Final[Literal[Unset.UNSET]] = Unset.UNSET


class OpenEnum(StrEnum):
    """An enum that keeps unknown values, which the platform may add, as strings."""

    @classmethod
    def _missing_(cls, value: object) -> "OpenEnum | None":
        if not isinstance(value, str):
            return None
        added = str.__new__(cls, value)
        added._value_ = value
        added._name_ = escape_controls(value)
        return added
