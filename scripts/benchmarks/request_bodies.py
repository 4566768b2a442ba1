"""The bodies of the SDK's own requests, for floors that send the same."""

from collections.abc import Callable, Coroutine
from typing import Any

from avista_digital_exchange_sdk._backends import Answer, BlockingIo, Network, run, tls_context
from avista_digital_exchange_sdk._generated.client import Client
from avista_digital_exchange_sdk._secrets import Secret


class _Recorded(BaseException):
    """Ends a flow where it would have sent its request."""


class _Recorder(BlockingIo):
    async def post(
        self, url: str, token: Secret[str], content: bytes, timeout: float | None = None
    ) -> Answer:
        raise _Recorded(content)


def body_of(call: Callable[[Client], Coroutine[Any, Any, object]]) -> bytes:
    """The body of the request that a call of the generated client begins with."""
    io = _Recorder(Network(1, tls_context(True), None))
    try:
        run(call(Client(io, "http://localhost/graphql", Secret("none"), 0)))
    except _Recorded as recorded:
        content: bytes = recorded.args[0]
        return content
    raise RuntimeError("nothing was sent")
