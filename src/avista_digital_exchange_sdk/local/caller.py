"""The caller of a request."""

from __future__ import annotations

from dataclasses import dataclass

USER_FULL_ACCESS = "USER_FULL_ACCESS"


@dataclass(frozen=True)
class Caller:
    """The user behind a request and the token the request came with.

    The token of an endpoint or a capture acts for the user who owns it, but only on what its
    scope names.
    """

    user_id: str
    token_id: str
    token_type: str = USER_FULL_ACCESS
    scope: str | None = None

    @property
    def principal(self) -> str:
        """Who owns what this caller starts, such as queries: a user, an endpoint or a capture."""
        return self.scope or self.user_id
