"""The connections of websockets, made careful; imported when a subscription starts.

Their handshake carries the token, so it follows no redirect: another host would get to see it.
"""

from typing import Any

from websockets.asyncio import client as asyncio_client
from websockets.exceptions import InvalidStatus
from websockets.sync import client as sync_client

from ..errors import SubscriptionError


class BlockingConnection(sync_client.ClientConnection):
    """A connection that leaves nothing behind if its opening is interrupted."""

    def handshake(self, *args: Any, **options: Any) -> None:
        """Perform the opening handshake."""
        try:
            super().handshake(*args, **options)
        except InvalidStatus as error:
            raise _refused(error) from None
        except BaseException:
            self.close_socket()
            self.recv_events_thread.join()
            raise


class AsyncConnection(asyncio_client.ClientConnection):
    """A connection that is opened where it was asked for, or not at all."""

    async def handshake(self, *args: Any, **options: Any) -> None:
        """Perform the opening handshake."""
        try:
            await super().handshake(*args, **options)
        except InvalidStatus as error:
            raise _refused(error) from None


def _refused(error: InvalidStatus) -> SubscriptionError:
    return SubscriptionError(
        f"the real-time connection was refused: status {error.response.status_code}"
    )
