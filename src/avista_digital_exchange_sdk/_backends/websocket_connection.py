"""The connection of websockets, made careful; imported when a subscription starts."""

from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from ..errors import SubscriptionError


class NoRedirectConnection(ClientConnection):
    """A connection that is opened where it was asked for, or not at all.

    The handshake carries the token; if it followed a redirect, another host would get to see it.
    """

    async def handshake(self, *args: Any, **options: Any) -> None:
        """Perform the opening handshake."""
        try:
            await super().handshake(*args, **options)
            return
        except InvalidStatus as error:
            status = error.response.status_code
        finally:
            # Both hold the token, and this object is in the local variables of tracebacks.
            self.request = self.protocol.available_subprotocols = None
        # Out here, where the error does not come with the server's whole response.
        raise SubscriptionError(f"the real-time connection was refused: status {status}")
