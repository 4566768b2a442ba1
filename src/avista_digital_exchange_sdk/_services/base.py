"""What the services share: the generated client, and the way to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .._backends import Backend
from .._transfer.transfers import Transfers
from ..errors import NotFoundError

if TYPE_CHECKING:
    from .._generated.client import Client

_Found = TypeVar("_Found")


class BaseService:
    """The base of every service's calls."""

    def __init__(self, client: Client, io: Backend) -> None:
        self._client = client
        self._io = io
        self._transfers = Transfers(io, client.maxRetries, client.log)


def require_found(answer: _Found | None, what: str, identifier: str) -> _Found:
    """Insist that the platform answered with something: it says null for what it does not have."""
    if answer is None:
        raise NotFoundError(f"{what} {identifier}: the platform answered with nothing")
    return answer
