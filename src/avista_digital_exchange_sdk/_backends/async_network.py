"""The streams of the async client, which read all TLS records that have been received.

OpenSSL returns one record at a time, and a turn of the event loop for each takes more time than
decrypting it.
"""

import contextlib
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from .tls import TLS_RECORD_BYTES


class RecordBackend(httpcore.AsyncNetworkBackend):
    """Opens streams whose reads return several TLS records.

    Args:
        backend: Opens the connections.
    """

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(
            await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        )


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._tls: ssl.SSLObject | None = stream.get_extra_info("ssl_object")

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        block = await self._stream.read(max_bytes, timeout)
        if self._tls is None or len(block) < TLS_RECORD_BYTES:
            return block
        blocks, size = [block], len(block)
        # The next read waits for the rest of a record, or fails in the same way.
        with contextlib.suppress(ssl.SSLError):
            while size < max_bytes and (block := self._tls.read(max_bytes - size)):
                blocks.append(block)
                size += len(block)
        return b"".join(blocks)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            # httpcore closes the connection after errors, but not after a cancellation.
            await self.aclose()
            raise
        return _Stream(stream)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
