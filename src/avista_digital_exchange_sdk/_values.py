"""What requests and answers hold beside models; kept apart, as pydantic is slow to import."""

from enum import Enum, StrEnum
from typing import Final, Literal


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
        added._name_ = added._value_ = value
        return added


class Token:
    """The user's token, which shows in no repr."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The token itself, for those who send it, or keep it out of a text."""
        return self._value
