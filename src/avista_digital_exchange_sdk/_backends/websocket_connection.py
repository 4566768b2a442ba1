"""A WebSocket connection that protects the token. Imported when a subscription starts."""

from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from ..errors import SubscriptionError

# Far more than the messages of this package.
MAX_UNSENT_BYTES = 1 << 20


class NoRedirectConnection(ClientConnection):
    """A connection that does not follow redirects.

    The handshake contains the token, which a redirect would send to another host.
    """

    async def handshake(self, *args: Any, **options: Any) -> None:
        """Perform the opening handshake."""
        try:
            await super().handshake(*args, **options)
            return
        except InvalidStatus as error:
            status = error.response.status_code
        finally:
            # Both contain the token, and tracebacks show this object in local variables.
            self.request = self.protocol.available_subprotocols = None
        # Raised outside of the block, so that the response is not in the context of the error.
        raise SubscriptionError(
            f"the real-time connection was refused: status {status}", statusCode=status
        )

    def data_received(self, data: bytes) -> None:
        """Process received bytes, including pings."""
        super().data_received(data)
        if self.transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            # The server sends pings without reading the pongs.
            self.transport.abort()
        elif self.protocol.close_expected():
            # The server has closed or broken the protocol, but may not close the connection.
            self.loop.call_later(self.close_timeout or 0, self.transport.abort)
