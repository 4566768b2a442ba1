"""What the services share: the generated client, and the way to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._backends import Backend
from .._secrets import TokenHolder
from .._transfer.transfers import Transfers

if TYPE_CHECKING:
    from .._generated.client import Client


class BaseService(TokenHolder):
    """The base of every service's calls."""

    def __init__(self, client: Client, io: Backend) -> None:
        self._client = client
        self._io = io
        self._transfers = Transfers(io, client.maxRetries, client.log)
