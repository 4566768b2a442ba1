"""What requests and answers hold beside models; kept apart, as pydantic is slow to import."""

from enum import Enum, StrEnum
from typing import Final, Literal

from .._text import escape_controls


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "UNSET"


UNSET: Final[Literal[Unset.UNSET]] = Unset.UNSET
"""Stands for an optional variable that is left out of the request."""


class OpenEnum(StrEnum):
    """An enum that keeps a value the platform added later as its text."""

    @classmethod
    def _missing_(cls, value: object) -> "OpenEnum | None":
        if not isinstance(value, str):
            return None
        added = str.__new__(cls, value)
        added._value_ = value
        added._name_ = escape_controls(value)
        return added
