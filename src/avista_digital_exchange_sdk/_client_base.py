"""What a door is made of: its arguments, checked, and how it is opened and closed."""

import contextlib
import logging
import os
import re
from types import TracebackType
from typing import NamedTuple, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

from ._backends import (
    Backend,
    NetworkConfig,
    Proxies,
    Tls,
    Verify,
    is_proxy,
    normalize_proxy,
    run_sync,
)
from ._graphql.client import GraphQLClient
from ._options import Options
from ._secrets import Secret, TokenHolder
from ._utils import validation
from ._utils.logging import client_logger
from .errors import InvalidParameterError

PRODUCTION_ENDPOINT = (
    "https://rrfs7pb7ancybo7bom7uxcsaxq.appsync-api.us-west-2.amazonaws.com/graphql"
)
TOKEN_VARIABLE = "AVISTA_DX_TOKEN"
ENDPOINT_VARIABLE = "AVISTA_DX_ENDPOINT"
MAX_RETRIES = 100

_Client = TypeVar("_Client", bound=GraphQLClient)


class ClientConfig(NamedTuple):
    """The doors' arguments, checked."""

    network: NetworkConfig
    endpoint: str
    token: Secret[str]
    max_retries: int
    log: logging.Logger

    def with_options(self, options: Options) -> Self:
        """The same with other options."""
        return self._replace(network=self.network._replace(options=options))

    def client(self, kind: type[_Client], backend: Backend) -> _Client:
        """A client of some kind over one way to wait."""
        return kind(backend, self.endpoint, self.token, self.max_retries, self.log)


class BaseClient(TokenHolder):
    """What every client has: its options, and what may not be copied or pickled."""

    _options = Options()

    def __init__(
        self,
        token: str | None = None,
        debug: bool = False,
        *,
        endpoint: str | None = None,
        timeout: float = 60,
        maxRetries: int = 4,
        verify: Verify = True,
        proxy: str | None = None,
    ) -> None:
        """Create a client; no request is made.

        Args:
            token: A token from energy.collaboratives.io. Defaults to the environment variable
                `AVISTA_DX_TOKEN`.
            debug: Whether to log each request through `logging`.
            endpoint: The URL of the platform's GraphQL API. Defaults to the environment variable
                `AVISTA_DX_ENDPOINT`, then to production.
            timeout: Timeout in seconds for each response, or for each chunk of a file.
            maxRetries: Maximum number of retries after a transient failure, with exponential
                backoff. The counter resets when a transfer makes progress.
            verify: TLS verification: True for the operating system's certificates, the path of a
                bundle (PEM), or an `ssl.SSLContext`. False disables verification, with a warning.
            proxy: The URL of a proxy. Defaults to the proxy environment variables (`HTTPS_PROXY`
                and so on). Loopback addresses are always reached directly.

        Raises:
            InvalidParameterError: There is no token, or an argument is invalid.

        Example:
            >>> AvistaDigitalExchange(token, endpoint=endpoint, timeout=10).getUserInfo().firstName
            'Ada'
        """
        arguments = Arguments(token, debug, endpoint, proxy)
        del token, debug, endpoint, proxy
        config = parse_config(arguments, timeout, maxRetries, verify)
        self._connect(config.with_options(self._options))

    def _connect(self, config: ClientConfig) -> None:
        """Set up what makes the requests."""
        raise NotImplementedError

    @property
    def _graphql_client(self) -> GraphQLClient:
        """The client that makes the requests."""
        raise NotImplementedError

    def _made_client(self) -> GraphQLClient | None:
        """The client that makes the requests; None where `__init__` raised before it was made."""
        with contextlib.suppress(AttributeError):
            client = self._graphql_client
            return client if client.backend else None
        return None

    def __repr__(self) -> str:
        client = self._made_client()
        shown = "not connected" if client is None else f"endpoint={client.endpoint!r}"
        return f"{type(self).__name__}({shown})"


class SyncClientBase(BaseClient):
    """What is opened and closed, in calls that block."""

    def close(self) -> None:
        """Close the connections; the object can't be used afterwards."""
        if (client := self._made_client()) is not None:
            run_sync(client.backend.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClientBase(BaseClient):
    """What is opened and closed, in calls that are awaited."""

    async def close(self) -> None:
        """Close the connections; the object can't be used afterwards."""
        if (client := self._made_client()) is not None:
            await client.backend.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()


class Arguments:
    """The arguments of a client that are secrets, or may be where two were mixed up.

    Clients delete their own variables of them, as a traceback shows local variables.
    """

    __slots__ = ("debug", "endpoint", "proxy", "token")

    def __init__(self, token: object, debug: object, endpoint: object, proxy: object) -> None:
        self.token = Secret(token)
        self.debug = Secret(debug)
        self.endpoint = Secret(endpoint)
        self.proxy = Secret(proxy)


def parse_config(
    arguments: Arguments, timeout: object = 60, maxRetries: object = 4, verify: object = True
) -> ClientConfig:
    """Check a client's arguments."""
    if not isinstance(arguments.debug.reveal(), bool):
        kind = type(arguments.debug.reveal()).__name__
        raise InvalidParameterError(f"debug must be True or False, got a value of type {kind}")
    seconds, tls = validation.parse_duration("timeout", timeout), Tls(verify)
    proxies = Proxies(_parse_proxy(arguments.proxy))
    endpoint = _parse_endpoint(arguments.endpoint)
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    # A proxy that can't be used is an error now, not with the first call.
    proxies.find(parts.scheme, host, parts.port)
    return ClientConfig(
        NetworkConfig(seconds, tls, proxies, allows_http=validation.is_loopback(host)),
        endpoint,
        _parse_token(arguments.token),
        validation.parse_int("maxRetries", maxRetries, 0, MAX_RETRIES),
        client_logger(bool(arguments.debug.reveal())),
    )


# Their values stay out of these messages, and of local variables: they are secrets, or may be.


def _parse_token(given: Secret[object]) -> Secret[str]:
    if given.reveal() is None:
        given = Secret(os.environ.get(TOKEN_VARIABLE))
    if given.reveal() is None:
        raise InvalidParameterError(
            f"token is missing: pass token= or set the environment variable {TOKEN_VARIABLE} "
            "(create a token at energy.collaboratives.io)"
        )
    if not isinstance(given.reveal(), str):
        kind = type(given.reveal()).__name__
        raise InvalidParameterError(f"token must be a string, got a value of type {kind}")
    token = Secret(str(given.reveal()).strip())
    if not _is_token(token.reveal()):
        raise InvalidParameterError(
            "token must be a token, got a string that is empty or contains invalid characters"
        )
    if validation.is_url(token.reveal()):
        raise InvalidParameterError("token must be a token, got a URL; is it the endpoint's?")
    return token


def _is_token(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable() and " " not in value


def _parse_endpoint(given: Secret[object]) -> str:
    source = "the argument"
    if given.reveal() is None:
        source = f"the environment variable {ENDPOINT_VARIABLE}"
        given = Secret(os.environ.get(ENDPOINT_VARIABLE, "").strip() or PRODUCTION_ENDPOINT)
    if not _is_endpoint(given.reveal()):
        raise InvalidParameterError(
            "endpoint must be an https:// URL (http:// only on this machine) without user name, "
            f"password, query string or fragment; {source} is something else, which is not shown "
            "as it may be a secret"
        )
    parts = urlsplit(str(given.reveal()).strip())
    return urlunsplit(parts._replace(path=re.sub("/{2,}", "/", parts.path).removesuffix("/")))


def _is_endpoint(value: object) -> bool:
    if not isinstance(value, str) or not validation.is_url(value.strip()):
        return False
    parts = urlsplit(value.strip())
    # What stands before an @ would be sent in the token's place.
    has_secrets = "@" in value or parts.query or parts.fragment
    return validation.is_secure(value.strip()) and not has_secrets


def _parse_proxy(given: Secret[object]) -> Secret[str] | None:
    if given.reveal() is None:
        return None
    if not is_proxy(given.reveal()):
        raise InvalidParameterError(
            "proxy must be None or the URL of an http:// or https:// proxy; "
            "the value is not shown, as it may hold a password"
        )
    return normalize_proxy(Secret(str(given.reveal())))
