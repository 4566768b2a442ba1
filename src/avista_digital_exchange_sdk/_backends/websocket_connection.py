"""The connection of websockets, made careful; imported when a subscription starts."""

from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from ..errors import SubscriptionError

# Bytes; far more than messages of this package take.
MAX_UNSENT_BYTES = 1 << 20


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

    def data_received(self, data: bytes) -> None:
        """Take bytes that came, and answer pings among them."""
        super().data_received(data)
        if self.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            # Pings without end, of a server that does not read what they are answered with.
            self.transport.abort()
        elif self.protocol.close_expected():
            # It has said goodbye, or broken the protocol, and may not hang up by itself.
            self.loop.call_later(self.close_timeout or 0, self.transport.abort)
