"""Faults of single messages, to test all kinds of calls with."""

from collections.abc import Iterable
from typing import Any

import pytest

from ..support.faulty_proxy import Fault

HTML = b"<html><body><h1>The service is not available</h1></body></html>"


def http(status: str, body: bytes = b"", *headers: str) -> bytes:
    """An HTTP response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def cuts(step: str, after: int = 0) -> list[Fault]:
    """Connections closed at every tenth of a request and its response."""
    faults = []
    for tenth in range(10):
        request, response = ("close", "reset") if tenth % 2 else ("reset", "close")
        faults.append(Fault(step, "request", request, tenth / 10, after))
        faults.append(Fault(step, "response", response, tenth / 10, after))
    return [*faults, Fault(step, "response", "close", 1, after)]


def breaks_between(*steps: tuple[str, int]) -> list[Fault]:
    """Connections closed before, in the middle of and after each request and its response."""
    return [
        Fault(step, direction, what, at, after)
        for step, after in steps
        for direction, what, at in (
            ("request", "reset", 0),
            ("request", "close", 0.5),
            ("response", "close", 0),
            ("response", "reset", 0.5),
            ("response", "reset", 1),
        )
    ]


def lateness(step: str, after: int = 0) -> list[Fault]:
    """A network that is late or slow, but within the timeout."""
    return [
        Fault(step, direction, what, after=after)
        for direction in ("request", "response")
        for what in ("delay", "throttle")
    ]


def silences(step: str, after: int = 0) -> list[Fault]:
    """A network that silently drops everything."""
    return [
        Fault(step, "request", "stall", 0.5, after),
        Fault(step, "response", "stall", 0, after),
        Fault(step, "response", "stall", 0.5, after),
    ]


TRANSIENT_RESPONSES = {
    "408": http("408 Request Timeout"),
    "429": http("429 Too Many Requests", b"{}", "Retry-After: 0"),
    "500": http("500 Internal Server Error", HTML, "Content-Type: text/html"),
    "502": http("502 Bad Gateway", HTML, "Content-Type: text/html"),
    "503": http("503 Service Unavailable", b"", "Retry-After: 0"),
    "504": http("504 Gateway Timeout", HTML, "Content-Type: text/html"),
    "garbage": b"\x00\x9d\xff no HTTP at all\r\n\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "nothing": b"",
}
"""Responses for transient failures."""


def refusals(step: str, after: int = 0) -> list[Any]:
    """Responses of a proxy or broken server, with and without execution of the request."""
    return [
        pytest.param(
            Fault(step, direction, response, after=after),
            id=f"{step}.{after}-{direction}-answered-{name}",
        )
        for name, response in TRANSIENT_RESPONSES.items()
        for direction in ("request", "response")
        # A server that responds 429 has done nothing.
        if (name, direction) != ("429", "response")
    ]


def scenarios(*faults: Iterable[Any]) -> pytest.MarkDecorator:
    """Run a test once per fault."""
    listed = [
        pytest.param(fault, id=str(fault)) if isinstance(fault, Fault) else fault
        for some in faults
        for fault in some
    ]
    return pytest.mark.parametrize("fault", listed)
