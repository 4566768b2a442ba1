"""The bodies of the SDK's own requests, for baselines that send the same."""

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
from avista_digital_exchange_sdk._secrets import Secret


class _Recorded(BaseException):
    """Ends a flow where it would have sent its request."""


class _Recorder(SyncBackend):
    async def post(
        self, url: str, token: Secret[str], content: bytes, timeout: float | None = None
    ) -> Response:
        raise _Recorded(content)


def body_of(call: Callable[[Client], Coroutine[Any, Any, object]]) -> bytes:
    """The body of the request that a call of the generated client begins with."""
    io = _Recorder(NetworkConfig(1, Tls(True), Proxies(None)))
    try:
        run_sync(call(Client(io, "http://localhost/graphql", Secret("none"), 0)))
    except _Recorded as recorded:
        content: bytes = recorded.args[0]
        return content
    raise RuntimeError("nothing was sent")
