"""Authentication tokens, whose value is a secret."""

from typing import Any

from .base import BaseModel


class AuthenticationTokenMixin(BaseModel):
    """The base class of authentication tokens: those with a value can't be pickled."""

    def __getstate__(self) -> dict[Any, Any]:
        if getattr(self, "tokenValue", None) is not None:
            raise TypeError(
                "an AuthenticationToken with a tokenValue can't be pickled, as the pickle would "
                "contain the secret; set tokenValue to None first"
            )
        return super().__getstate__()
