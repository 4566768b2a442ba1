"""Types whose properties can also be read as the keys of a dictionary."""

from typing import Any

from .base import BaseModel


class KeyMixin(BaseModel):
    """The base class of types that the platform's documentation describes as dictionaries."""

    def __getitem__(self, key: str) -> Any:
        if key not in self:
            raise KeyError(key)
        return getattr(self, key)

    def __contains__(self, key: object) -> bool:
        kind = type(self)
        return isinstance(key, str) and (
            key in kind.model_fields or isinstance(getattr(kind, key, None), property)
        )

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key, or `default` if there is no such key."""
        return getattr(self, key) if key in self else default

    def toDict(self) -> dict[str, Any]:
        """Convert the object to nested dictionaries."""
        return self.model_dump(mode="json")
