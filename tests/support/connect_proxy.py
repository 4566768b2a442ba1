"""A corporate proxy."""

import asyncio
import ssl

from .background_server import BackgroundServer
from .http_messages import Streams, close_writer, copy


class ConnectProxy(BackgroundServer):
    """An HTTP CONNECT proxy that connects every requested host to one port of this machine.

    Attributes:
        requests: The request line and headers of every request.
    """

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self._target = port
        self._tls = tls
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}"

    async def serve(self, client: Streams) -> None:
        if self._tls is not None:
            await client[1].start_tls(self._tls)
        head = await client[0].readuntil(b"\r\n\r\n")
        self.requests.append(head.decode())
        client[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        server = await asyncio.open_connection("127.0.0.1", self._target)
        try:
            await asyncio.gather(copy(client[0], server[1]), copy(server[0], client[1]))
        finally:
            await close_writer(server[1])
