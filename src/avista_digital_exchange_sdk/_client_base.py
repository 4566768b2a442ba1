"""The base classes of clients: their options, and how they are opened and closed."""

import contextlib
import logging
from types import TracebackType
from typing import NamedTuple, Self, TypeVar
from urllib.parse import urlsplit

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
from ._options import DEFAULT_CONCURRENCY, MAX_CONCURRENCY, Options
from ._profiles.access import Access, resolve_access, resolve_http_hosts
from ._secrets import Secret, TokenHolder
from ._utils import validation
from ._utils.logging import client_logger
from .errors import InvalidParameterError

MAX_RETRIES = 100

_Client = TypeVar("_Client", bound=GraphQLClient)


class ClientConfig(NamedTuple):
    """The validated options of a client."""

    network: NetworkConfig
    access: Access
    max_retries: int
    log: logging.Logger

    def with_options(self, options: Options) -> Self:
        """Return a copy with other internal options."""
        return self._replace(network=self.network._replace(options=options))

    def create_client(self, client_class: type[_Client], backend: Backend) -> _Client:
        """Create a GraphQL client that sends its requests through a backend."""
        return client_class(backend, self.access, self.max_retries, self.log)


class BaseClient(TokenHolder):
    """The base class of all clients."""

    _options = Options()

    def __init__(
        self,
        token: str | None = None,
        debug: bool = False,
        *,
        endpoint: str | None = None,
        timeout: float = 60,
        maxRetries: int = 4,
        maxConcurrency: int = 8,
        verify: Verify = True,
        proxy: str | None = None,
        profile: str | None = None,
        allowHttp: bool | None = None,
    ) -> None:
        """Create a client; no request is made.

        Args:
            token: A token from energy.collaboratives.io. Defaults to the environment variable
                `AVISTA_DX_TOKEN`, or else to the token that `avista-dx login` stored.
            debug: Whether to log each request through `logging`, to the logger
                `avista_digital_exchange_sdk`: operation, variables, duration, sizes and request ID.
                Secrets are redacted and long values truncated. The log goes to standard error
                unless logging is configured. Defaults to False.
            endpoint: The URL of the platform's GraphQL API. Defaults to the environment variable
                `AVISTA_DX_ENDPOINT`, or else to that of the profile, or else to the production API.
                It must be `https://`, except on this machine, unless `allowHttp` is True.
            timeout: Read timeout in seconds for each response, or for each chunk of a file.
                Connecting takes at most 10 seconds of it. Defaults to 60.
            maxRetries: Maximum number of retries after a transient failure, with exponential
                backoff. The counter resets when a transfer makes progress. Defaults to 4.
            maxConcurrency: Maximum number of concurrent requests to the API, 1 to 64. It is lowered
                while the platform throttles. File contents are transferred separately. Defaults to
                8.
            verify: TLS verification: True (default) for the operating system's certificates, the
                path of a CA bundle (PEM), or an `ssl.SSLContext`. False disables it, with a
                warning.
            proxy: The URL of an HTTP proxy. Defaults to the proxy environment variables
                (`HTTPS_PROXY`, `NO_PROXY` and so on). This machine is always reached directly.
            profile: The name of a profile with token and endpoint. It has priority over the
                environment variables. Defaults to the environment variable `AVISTA_DX_PROFILE`, or
                else to the profile `default`.
            allowHttp: Whether the endpoint may be an `http://` URL of a host in a private network,
                such as `http://exchange:8000/graphql`, to which the token is sent unencrypted.
                Defaults to whether the environment variable `AVISTA_DX_ALLOW_HTTP` is 1.

        Raises:
            InvalidParameterError: The token is missing, or an argument is invalid.

        Example:
            >>> AvistaDigitalExchange(token, endpoint=endpoint, timeout=10).getUserInfo().firstName
            'Ada'
        """
        arguments = Arguments(token, debug, endpoint, proxy, profile)
        del token, debug, endpoint, proxy, profile
        config = parse_config(arguments, timeout, maxRetries, verify, maxConcurrency, allowHttp)
        self._connect(config.with_options(self._options))

    def _connect(self, config: ClientConfig) -> None:
        """Create the backend and the GraphQL client."""
        raise NotImplementedError

    @property
    def _graphql_client(self) -> GraphQLClient:
        """The GraphQL client."""
        raise NotImplementedError

    def _find_client(self) -> GraphQLClient | None:
        """Return the GraphQL client, or None if `__init__` raised before creating it."""
        with contextlib.suppress(AttributeError):
            client = self._graphql_client
            return client if client.backend else None
        return None

    def __repr__(self) -> str:
        client = self._find_client()
        if client is None:
            return f"{type(self).__name__}(not connected)"
        return self._describe(client.endpoint)

    def _describe(self, endpoint: str) -> str:
        """Return the representation of a client with an endpoint."""
        return f"{type(self).__name__}(endpoint={endpoint!r})"


class SyncClientBase(BaseClient):
    """The base class of sync clients."""

    def close(self) -> None:
        """Close the connections. The client cannot be used afterwards."""
        if (client := self._find_client()) is not None:
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
    """The base class of async clients."""

    async def close(self) -> None:
        """Close the connections. The client cannot be used afterwards."""
        if (client := self._find_client()) is not None:
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
    """The arguments of a client that are secrets, or may be if arguments were mixed up.

    Clients delete their local variables of them, which a traceback would show.
    """

    __slots__ = ("debug", "endpoint", "profile", "proxy", "token")

    def __init__(
        self,
        token: object,
        debug: object,
        endpoint: object,
        proxy: object,
        profile: object = None,
    ) -> None:
        self.token = Secret(token)
        self.debug = Secret(debug)
        self.endpoint = Secret(endpoint)
        self.proxy = Secret(proxy)
        self.profile = Secret(profile)


def parse_config(
    arguments: Arguments,
    timeout: object = 60,
    maxRetries: object = 4,
    verify: object = True,
    maxConcurrency: object = DEFAULT_CONCURRENCY,
    allowHttp: object = None,
) -> ClientConfig:
    """Validate the arguments of a client."""
    if not isinstance(arguments.debug.reveal(), bool):
        kind = type(arguments.debug.reveal()).__name__
        raise InvalidParameterError(f"debug must be True or False, got a value of type {kind}")
    seconds, tls = validation.parse_duration("timeout", timeout), Tls(verify)
    proxies = Proxies(_parse_proxy(arguments.proxy))
    http_hosts = resolve_http_hosts(allowHttp)
    access = resolve_access(
        arguments.token, arguments.endpoint, arguments.profile.reveal(), http_hosts
    )
    parts = urlsplit(access.endpoint)
    host = parts.hostname or ""
    # An unusable proxy raises an error now, not at the first call.
    proxies.find(parts.scheme, host, parts.port)
    return ClientConfig(
        NetworkConfig(
            seconds,
            tls,
            proxies,
            validation.limit_http_hosts(http_hosts, access.endpoint),
            max_concurrency=validation.parse_int(
                "maxConcurrency", maxConcurrency, 1, MAX_CONCURRENCY
            ),
        ),
        access,
        validation.parse_int("maxRetries", maxRetries, 0, MAX_RETRIES),
        client_logger(bool(arguments.debug.reveal())),
    )


def _parse_proxy(argument: Secret[object]) -> Secret[str] | None:
    if argument.reveal() is None:
        return None
    if not is_proxy(argument.reveal()):
        raise InvalidParameterError(
            "proxy must be None or the URL of an http:// or https:// proxy; "
            "the value is not shown, as it may hold a password"
        )
    return normalize_proxy(Secret(str(argument.reveal())))
