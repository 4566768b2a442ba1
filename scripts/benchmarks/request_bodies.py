"""Records request bodies of the SDK, so that baselines send the same."""

from collections.abc import Callable, Coroutine
from typing import Any

from avista_digital_exchange_sdk._backends import (
    NetworkConfig,
    Proxies,
    Response,
    SyncBackend,
    Tls,
    run_sync,
)
from avista_digital_exchange_sdk._generated.client import Client
from avista_digital_exchange_sdk._profiles.access import Access, Sources
from avista_digital_exchange_sdk._secrets import Secret


class _Recorded(BaseException):
    """Stops a coroutine where it would have sent its request."""


class _Recorder(SyncBackend):
    async def post(
        self, url: str, token: Secret[str], content: bytes, timeout: float | None = None
    ) -> Response:
        raise _Recorded(content)


def record_body(call: Callable[[Client], Coroutine[Any, Any, object]]) -> bytes:
    """Return the body of the first request of a generated client's call."""
    backend = _Recorder(NetworkConfig(1, Tls(True), Proxies(None)))
    access = Access(Secret("none"), "http://localhost/graphql", Sources())
    try:
        run_sync(call(Client(backend, access, 0)))
    except _Recorded as recorded:
        content: bytes = recorded.args[0]
        return content
    raise RuntimeError("no request was sent")
