"""The sockets of the sync client, which respect the deadline of the response.

httpcore applies timeouts to single socket calls, so a server that sends a byte now and then could
keep a request waiting forever. asyncio's timeouts cancel the whole task; here each socket call gets
the remaining time.
"""

import contextlib
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Any

import httpcore

from .base import BLOCK_BYTES, NetworkConfig
from .deadlines import Deadline
from .processes import check_process, current_process
from .sync_tasks import end_on_cancel
from .tls import TLS_RECORD_BYTES, Tls

_local = threading.local()  # `deadline` is that of the running request of this thread.


@contextlib.contextmanager
def apply_deadline(deadline: Deadline) -> Iterator[None]:
    """Apply a deadline to every read and write of this thread."""
    previous = getattr(_local, "deadline", None)
    _local.deadline = deadline
    try:
        yield
    finally:
        _local.deadline = previous


def _limit_timeout(timeout: float | None, error: type[Exception]) -> float | None:
    """Return the timeout of one socket call."""
    deadline: Deadline | None = getattr(_local, "deadline", None)
    remaining = None if deadline is None else deadline.remaining
    if remaining is None:
        return timeout
    if remaining <= 0:
        raise error("the response takes too long")
    return remaining if timeout is None else min(timeout, remaining)


class DeadlineBackend(httpcore.NetworkBackend):
    """Opens sockets whose calls respect the deadline."""

    def __init__(self, network: NetworkConfig) -> None:
        self._backend = httpcore.SyncBackend()
        self._tls = network.tls
        self._min_timeout = network.options.min_connect_timeout

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first reachable address of a host, within one timeout for all."""
        options = list(socket_options or ())
        if timeout is None:
            stream = self._backend.connect_tcp(host, port, None, local_address, options)
            return _Stream(stream, self._tls)
        end = time.monotonic() + timeout
        addresses = _resolve(host, port, timeout)
        error: Exception = httpcore.ConnectError(f"{host} has no address")
        for index, address in enumerate(addresses):
            remaining = end - time.monotonic()
            if remaining <= 0:
                break
            share = max(remaining / (len(addresses) - index), min(remaining, self._min_timeout))
            try:
                stream = self._backend.connect_tcp(address, port, share, local_address, options)
                return _Stream(stream, self._tls)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                error = failure
        raise error


def _resolve(host: str, port: int, timeout: float) -> list[str]:
    """Resolve the addresses of a host.

    The resolver has no timeout, so it runs in a thread, which is ignored after the timeout.
    """
    with contextlib.suppress(ValueError):
        return [str(ip_address(host))]
    results: queue.SimpleQueue[list[str] | OSError | UnicodeError] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            results.put(error)
        else:
            results.put(list(dict.fromkeys(str(info[4][0]) for info in infos)))

    threading.Thread(target=resolve, daemon=True).start()
    try:
        outcome = results.get(timeout=timeout)
    except queue.Empty:
        raise httpcore.ConnectTimeout(f"{host} could not be resolved in time") from None
    if isinstance(outcome, OSError):
        # As an argument, because httpcore drops the cause.
        raise httpcore.ConnectError(outcome) from outcome
    if isinstance(outcome, UnicodeError):
        raise outcome
    return outcome


class _Stream(httpcore.NetworkStream):
    """A socket that only the process that opened it uses.

    Args:
        stream: The stream.
        tls: The verification of certificates.
        is_tls: Whether the socket of the stream decrypts what it receives.
    """

    def __init__(self, stream: httpcore.NetworkStream, tls: Tls, *, is_tls: bool = False) -> None:
        self._stream = stream
        self._tls = tls
        self._is_tls = is_tls
        self._buffer = bytearray(BLOCK_BYTES if is_tls else 0)
        self._process = current_process()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        check_process(self._process)
        connection = self.get_extra_info("socket")
        with end_on_cancel(connection):
            # More than requested, as the time that h11 and httpx need is that of the blocks.
            size = TLS_RECORD_BYTES if self._is_tls else max(max_bytes, BLOCK_BYTES // 2)
            block = self._stream.read(size, _limit_timeout(timeout, httpcore.ReadTimeout))
            return _read_available(connection, block, self._buffer) if self._is_tls else block

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        check_process(self._process)
        with end_on_cancel(self.get_extra_info("socket")):
            self._stream.write(buffer, _limit_timeout(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        check_process(self._process)
        context = self._tls.create_context()
        context.set_alpn_protocols(["http/1.1"])
        # In the tunnel of an https:// proxy, the socket decrypts only the connection to the proxy.
        is_nested = isinstance(self.get_extra_info("socket"), ssl.SSLSocket)
        stream = self._stream.start_tls(context, server_hostname, timeout)
        return _Stream(stream, self._tls, is_tls=not is_nested)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _read_available(connection: ssl.SSLSocket, first: bytes, buffer: bytearray) -> bytes:
    """Read what else has been received: OpenSSL returns one record of TLS at a time.

    Args:
        connection: The socket.
        first: The bytes that were received first.
        buffer: Where to put the bytes together.
    """
    size = len(first)
    if size < TLS_RECORD_BYTES:
        return first
    with memoryview(buffer) as view:
        view[:size] = first
        connection.settimeout(0)
        # The next read fails or ends in the same way.
        with contextlib.suppress(OSError):
            while size < len(view) and (received := connection.recv_into(view[size:])):
                size += received
        return bytes(view[:size])
