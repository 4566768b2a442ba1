"""Reason phrases of servers and proxies are never shown, since they may contain anything."""

import io
import logging
import traceback
from collections.abc import Iterator

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    ConnectionFailedError,
    UnauthorizedError,
)

from ..conftest import Connect
from ..network_faults.scenarios import http
from ..support.fake_platform import TOKEN
from ..support.frames import chain
from .server import MaliciousServer

HOSTILE = f"{TOKEN} \x1b[31m pa55word"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of a program at INFO, including httpx."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_reason_phrase_of_a_server_is_not_logged(
    malicious_server: MaliciousServer, client: AvistaDigitalExchange, log: io.StringIO
) -> None:
    malicious_server.respond_with("user_getUserSession", http(f"401 {HOSTILE}"))
    with pytest.raises(UnauthorizedError):
        client.getUserInfo()
    assert '"HTTP/1.1 401 Unauthorized"' in log.getvalue()
    assert TOKEN not in log.getvalue()
    assert "\x1b" not in log.getvalue()


def test_reason_phrase_of_a_proxy_is_not_in_the_error(
    malicious_server: MaliciousServer, connect: Connect
) -> None:
    malicious_server.respond_with("CONNECT", http(f"407 {HOSTILE}"))
    proxy = malicious_server.url.replace("http://", "http://me:pa55word@")
    exchange = connect(TOKEN, endpoint="https://exchange.test/graphql", proxy=proxy, maxRetries=0)
    with pytest.raises(ConnectionFailedError, match="407 Proxy Authentication Required") as caught:
        exchange.getUserInfo()
    shown = [*traceback.format_exception(caught.value), *map(str, chain(caught.value))]
    assert not [text for text in shown if TOKEN in text or "\x1b" in text or "pa55word" in text]
