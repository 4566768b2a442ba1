"""The two doors to the Digital Exchange: one whose calls block, one whose calls are awaited."""

import functools
import os
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from types import TracebackType
from typing import Any, Concatenate, NamedTuple, ParamSpec, Self, TypeVar, cast

from pydantic import SecretStr

from . import _checks, _log
from ._generated.client import Client
from ._io import AsyncIo, BlockingIo, Io, Network, Verify, iterate, run, tls_context
from .collaboratives import CollaborativeCalls
from .data_stores import DataStoreCalls
from .errors import InvalidParameterError
from .time_series import TimeSeriesCalls
from .time_series_queries import TimeSeriesQueryCalls
from .users import UserCalls

PRODUCTION_ENDPOINT = (
    "https://rrfs7pb7ancybo7bom7uxcsaxq.appsync-api.us-west-2.amazonaws.com/graphql"
)
TOKEN_VARIABLE = "AVISTA_DX_TOKEN"
ENDPOINT_VARIABLE = "AVISTA_DX_ENDPOINT"
DEFAULT_TIMEOUT = 60.0
"""Seconds; AWS AppSync cuts an operation off at 30."""
DEFAULT_RETRIES = 4
MOST_RETRIES = 100

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class _Calls(UserCalls, DataStoreCalls, TimeSeriesCalls, TimeSeriesQueryCalls, CollaborativeCalls):
    """Every documented call, written once."""


class _Settings(NamedTuple):
    """The doors' arguments, checked."""

    network: Network
    endpoint: str
    token: SecretStr
    maxRetries: int

    def client(self, io: Io) -> Client:
        """The generated client over one way to wait."""
        return Client(io, self.endpoint, self.token, self.maxRetries)


def _settings(
    token: object,
    debug: object,
    endpoint: object,
    timeout: object,
    maxRetries: object,
    verify: object,
    proxy: object,
) -> _Settings:
    if not isinstance(debug, bool):
        raise _checks.invalid("debug", debug, "True or False")
    settings = _Settings(
        Network(_checks.seconds("timeout", timeout), tls_context(verify), _proxy(proxy)),
        _endpoint(endpoint),
        _token(token),
        _checks.whole_number("maxRetries", maxRetries, 0, MOST_RETRIES),
    )
    if debug:
        _log.turn_on()
    return settings


def _token(given: object) -> SecretStr:
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
    return SecretStr(value)


def _endpoint(given: object) -> str:
    value = given or os.environ.get(ENDPOINT_VARIABLE) or PRODUCTION_ENDPOINT
    if not isinstance(value, str) or not _checks.is_secure(value):
        valid = "an https:// address (http:// only on this machine)"
        raise _checks.invalid("endpoint", value, valid)
    return value


def _proxy(given: object) -> str | None:
    # A proxy's URL may hold a password, so it stays out of the message.
    if given is None or (isinstance(given, str) and given.startswith(("http://", "https://"))):
        return given
    raise InvalidParameterError("proxy: valid is None or the URL of an http:// or https:// proxy")


def _blocking(
    call: Callable[Concatenate[Any, _Arguments], Coroutine[Any, Any, _Result]],
) -> Callable[Concatenate["AvistaDigitalExchange", _Arguments], _Result]:
    """Make a call's blocking twin, with its name, signature and docstring."""

    @functools.wraps(call)
    def blocking(
        self: "AvistaDigitalExchange", *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        return run(call(self._calls, *args, **kwargs))

    return cast(Callable[Concatenate["AvistaDigitalExchange", _Arguments], _Result], blocking)


def _blocking_iterator(
    call: Callable[Concatenate[Any, _Arguments], AsyncGenerator[_Result, None]],
) -> Callable[Concatenate["AvistaDigitalExchange", _Arguments], Iterator[_Result]]:
    """Make an iterating call's blocking twin, with its name, signature and docstring."""

    @functools.wraps(call)
    def blocking(
        self: "AvistaDigitalExchange", *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> Iterator[_Result]:
        return iterate(call(self._calls, *args, **kwargs))

    return cast(
        Callable[Concatenate["AvistaDigitalExchange", _Arguments], Iterator[_Result]], blocking
    )


class AvistaDigitalExchange:
    """The Digital Exchange, by calls that block until they are done.

    It works inside a running event loop too, as in notebooks. Use it in a `with` block, or call
    `close()`, to close its connections.

    Args:
        token: Your token from energy.collaboratives.io; the environment variable
            `AVISTA_DX_TOKEN` if left out.
        debug: Whether to log each call through `logging`.
        endpoint: The address of the platform's GraphQL API; the environment variable
            `AVISTA_DX_ENDPOINT`, then production, if left out.
        timeout: Seconds to wait for each answer, or each part of one.
        maxRetries: How often a step is tried again after a failure that may pass, waiting
            longer each time. Progress begins the count anew.
        verify: What verifies certificates: True for the operating system's own, the path of a
            bundle (PEM), or an `ssl.SSLContext`. False verifies nothing, and warns.
        proxy: The URL of a proxy; what the environment says (`HTTPS_PROXY` and so on) if left
            out. This machine itself is always reached directly.

    Raises:
        InvalidParameterError: There is no token, or an argument can't be used.

    Example:
        >>> with AvistaDigitalExchange(token, endpoint=endpoint) as digitalExchange:
        ...     print(digitalExchange.getUserInfo().firstName)
        Olivia
    """

    def __init__(
        self,
        token: str | None = None,
        debug: bool = False,
        *,
        endpoint: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        maxRetries: int = DEFAULT_RETRIES,
        verify: Verify = True,
        proxy: str | None = None,
    ) -> None:
        settings = _settings(token, debug, endpoint, timeout, maxRetries, verify, proxy)
        self._io = BlockingIo(settings.network)
        self._calls = _Calls(settings.client(self._io), self._io)

    def __repr__(self) -> str:
        return f"AvistaDigitalExchange(endpoint={self._calls._client.endpoint!r})"

    def close(self) -> None:
        """Close the connections; the object can't be used afterwards."""
        run(self._io.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    getUserInfo = _blocking(_Calls.getUserInfo)
    listDataStores = _blocking(_Calls.listDataStores)
    getDataStore = _blocking(_Calls.getDataStore)
    getDataStoreDirectory = _blocking(_Calls.getDataStoreDirectory)
    getDataStoreFileMeta = _blocking(_Calls.getDataStoreFileMeta)
    downloadDataStoreFile = _blocking(_Calls.downloadDataStoreFile)
    uploadFileToDataStore = _blocking(_Calls.uploadFileToDataStore)
    deleteDataStoreFile = _blocking(_Calls.deleteDataStoreFile)
    listTimeSeriesDatabases = _blocking(_Calls.listTimeSeriesDatabases)
    getTimeSeriesDatabase = _blocking(_Calls.getTimeSeriesDatabase)
    listTimeSeriesAssetsAndLatestValues = _blocking(_Calls.listTimeSeriesAssetsAndLatestValues)
    createTimeSeriesMeasureValue = _blocking(_Calls.createTimeSeriesMeasureValue)
    createTimeSeriesDimension = _blocking(_Calls.createTimeSeriesDimension)
    createTimeSeriesInputRecord = _blocking(_Calls.createTimeSeriesInputRecord)
    publishToTimeSeriesDatabase = _blocking(_Calls.publishToTimeSeriesDatabase)
    queryTimeSeriesDatabaseWithFilters = _blocking(_Calls.queryTimeSeriesDatabaseWithFilters)
    queryTimeSeriesDatabase_TimestreamFormat = _blocking(
        _Calls.queryTimeSeriesDatabase_TimestreamFormat
    )
    iterTimeSeriesDatabase_TimestreamFormat = _blocking_iterator(
        _Calls.iterTimeSeriesDatabase_TimestreamFormat
    )
    listCollaboratives = _blocking(_Calls.listCollaboratives)
    getCollaborative = _blocking(_Calls.getCollaborative)
    listCollaborativeServices = _blocking(_Calls.listCollaborativeServices)
    listCollaborativesServiceSharedWith = _blocking(_Calls.listCollaborativesServiceSharedWith)
    addServiceToCollaborative = _blocking(_Calls.addServiceToCollaborative)
    removeServiceFromCollaborative = _blocking(_Calls.removeServiceFromCollaborative)


class AsyncAvistaDigitalExchange(_Calls):
    """The Digital Exchange, by the same calls as coroutines: `await` each.

    Use it in an `async with` block, or await `close()`, to close its connections.

    Args:
        token: Your token from energy.collaboratives.io; the environment variable
            `AVISTA_DX_TOKEN` if left out.
        debug: Whether to log each call through `logging`.
        endpoint: The address of the platform's GraphQL API; the environment variable
            `AVISTA_DX_ENDPOINT`, then production, if left out.
        timeout: Seconds to wait for each answer, or each part of one.
        maxRetries: How often a step is tried again after a failure that may pass, waiting
            longer each time. Progress begins the count anew.
        verify: What verifies certificates: True for the operating system's own, the path of a
            bundle (PEM), or an `ssl.SSLContext`. False verifies nothing, and warns.
        proxy: The URL of a proxy; what the environment says (`HTTPS_PROXY` and so on) if left
            out. This machine itself is always reached directly.

    Raises:
        InvalidParameterError: There is no token, or an argument can't be used.

    Example:
        >>> async with AsyncAvistaDigitalExchange(token, endpoint=endpoint) as digitalExchange:
        ...     print((await digitalExchange.getUserInfo()).firstName)
        Olivia
    """

    def __init__(
        self,
        token: str | None = None,
        debug: bool = False,
        *,
        endpoint: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        maxRetries: int = DEFAULT_RETRIES,
        verify: Verify = True,
        proxy: str | None = None,
    ) -> None:
        settings = _settings(token, debug, endpoint, timeout, maxRetries, verify, proxy)
        io = AsyncIo(settings.network)
        super().__init__(settings.client(io), io)

    def __repr__(self) -> str:
        return f"AsyncAvistaDigitalExchange(endpoint={self._client.endpoint!r})"

    async def close(self) -> None:
        """Close the connections; the object can't be used afterwards."""
        await self._io.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()
