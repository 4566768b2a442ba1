"""What a door is made of: its arguments, checked, and how it is opened and closed."""

import logging
import os
import re
from types import TracebackType
from typing import NamedTuple, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

from . import _checks
from ._io import Io, Network, run, tls_context
from ._requests.graphql import GraphQLClient
from ._requests.log import logger_of
from ._values import Token
from .errors import InvalidParameterError

PRODUCTION_ENDPOINT = (
    "https://rrfs7pb7ancybo7bom7uxcsaxq.appsync-api.us-west-2.amazonaws.com/graphql"
)
TOKEN_VARIABLE = "AVISTA_DX_TOKEN"
ENDPOINT_VARIABLE = "AVISTA_DX_ENDPOINT"
DEFAULT_TIMEOUT = 60.0
"""Seconds; AWS AppSync cuts an operation off at 30."""
DEFAULT_RETRIES = 4
PROXIES = ("http://", "https://")
MOST_RETRIES = 100

_Client = TypeVar("_Client", bound=GraphQLClient)


class Settings(NamedTuple):
    """The doors' arguments, checked."""

    network: Network
    endpoint: str
    token: Token
    maxRetries: int
    log: logging.Logger

    def client(self, kind: type[_Client], io: Io) -> _Client:
        """A client of some kind over one way to wait."""
        return kind(io, self.endpoint, self.token, self.maxRetries, self.log)


class _Door:
    @property
    def _graphql_client(self) -> GraphQLClient:
        """The client that makes the requests."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}(endpoint={self._graphql_client.endpoint!r})"


class BlockingDoor(_Door):
    """What is opened and closed, in calls that block."""

    def close(self) -> None:
        """Close the connections; the object can't be used afterwards."""
        run(self._graphql_client.io.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AwaitedDoor(_Door):
    """What is opened and closed, in calls that are awaited."""

    async def close(self) -> None:
        """Close the connections; the object can't be used afterwards."""
        await self._graphql_client.io.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


def settings_of(
    token: object,
    debug: object,
    endpoint: object,
    timeout: object,
    maxRetries: object,
    verify: object,
    proxy: object,
) -> Settings:
    """Check a door's arguments."""
    if not isinstance(debug, bool):
        raise _checks.invalid("debug", debug, "True or False")
    return Settings(
        Network(_checks.seconds("timeout", timeout), tls_context(verify), _proxy(proxy)),
        _endpoint(endpoint),
        _token(token),
        _checks.whole_number("maxRetries", maxRetries, 0, MOST_RETRIES),
        logger_of(debug),
    )


def _token(given: object) -> Token:
    value = os.environ.get(TOKEN_VARIABLE) if given is None else given
    if value is None:
        raise InvalidParameterError(
            f"token: none was given, and the environment variable {TOKEN_VARIABLE} is not set; "
            "make one at energy.collaboratives.io"
        )
    # The value stays out of these messages.
    if not isinstance(value, str):
        raise InvalidParameterError(f"token: got a {type(value).__name__}; valid is a text")
    value = value.strip()
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise InvalidParameterError(
            "token: it is empty, or holds blanks or characters that no token has"
        )
    return Token(value)


def _endpoint(given: object) -> str:
    if given is None:
        given = os.environ.get(ENDPOINT_VARIABLE, "").strip() or PRODUCTION_ENDPOINT
    value = given.strip() if isinstance(given, str) else given
    if (
        not isinstance(value, str)
        or not _checks.is_address(value)
        or not _checks.is_secure(value)
        # What stands before an @ would be sent in the token's place.
        or "@" in value
    ):
        valid = "an https:// address (http:// only on this machine)"
        raise _checks.invalid("endpoint", value, valid)
    parts = urlsplit(value)
    return urlunsplit(parts._replace(path=re.sub("/{2,}", "/", parts.path).removesuffix("/")))


def _proxy(given: object) -> str | None:
    # A proxy's URL may hold a password, so it stays out of the message.
    if given is None:
        return None
    if isinstance(given, str) and given.startswith(PROXIES) and _checks.is_address(given):
        return given
    raise InvalidParameterError("proxy: valid is None or the URL of an http:// or https:// proxy")
