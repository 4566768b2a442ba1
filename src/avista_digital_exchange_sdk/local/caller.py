"""Who is calling."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caller:
    """The user behind a request and the token the request came with."""

    user_id: str
    token_id: str
