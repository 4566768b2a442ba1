"""Authentication tokens, whose value is a secret."""

from typing import Any

from pydantic import field_serializer

from .base import BaseModel


class AuthenticationTokenMixin(BaseModel):
    """The base class of authentication tokens.

    Those with a value can't be pickled, and the value is null in JSON.
    """

    @field_serializer("tokenValue", when_used="json", check_fields=False)
    def _omit_value(self, value: object) -> None:
        """Keep the secret out of JSON, which programs log and store."""

    def __getstate__(self) -> dict[Any, Any]:
        if getattr(self, "tokenValue", None) is not None:
            raise TypeError(
                "an AuthenticationToken with a tokenValue can't be pickled, as the pickle would "
                "contain the secret; set tokenValue to None first"
            )
        return super().__getstate__()
