"""The Local Exchange as a context manager."""

from __future__ import annotations

import atexit
import socket
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from .components import open_components, reset_components
from .conditions import Conditions
from .faults import DELAY, Fault, FaultKind, check_seconds, create_failure
from .private_files import make_folder
from .seed import Seed, seed
from .server import GRAPHQL_PATH, REALTIME_PATH, Server
from .state import ExchangeState

LAST_PORT = 65535
WILDCARD_HOSTS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


class LocalExchange:
    """A local emulator of the Digital Exchange platform.

    It accepts requests from its creation until it is closed:

        with LocalExchange() as local:
            digitalExchange = AvistaDigitalExchange(local.token, endpoint=local.endpoint)

    Attributes:
        endpoint: The URL for GraphQL requests.
        realtimeEndpoint: The WebSocket URL for subscriptions.
        publicEndpoint: The URL for GraphQL requests of clients on other machines, which begins with
            `publicUrl`. Without `publicUrl` it is the same as `endpoint`.
        publicRealtimeEndpoint: The WebSocket URL for subscriptions of clients on other machines.
        token: The token of the owner of all initial objects.
        tokens: The tokens of `owner`; of `member` and `reader`, who are in the owner's
            collaborative with the permissions READ_WRITE and READ_ONLY; and of `outsider`, who
            is in none. `endpoint` and `capture` are the tokens of the IoT endpoint and of the
            data capture.
        dataStoreId: A data store shared in the collaborative.
        homeDirectoryId: The data store's home directory.
        timeSeriesDbId: A time series database shared in the collaborative.
        collaborativeId: The collaborative.
        iotHubId: An IoT hub. The owner does not share it, nor any of the objects below.
        modelId: A model with properties, and with a telemetry attribute of each type.
        iotEndpointId: An endpoint in the hub that follows the model.
        iotGroupId: A group of the hub with the endpoint in it.
        captureId: A data capture that is READY.
        captureAttributeId: The `userDefinedId` of a double attribute in its data model.
    """

    tokens: dict[str, str]
    token: str
    dataStoreId: str
    homeDirectoryId: str
    timeSeriesDbId: str
    collaborativeId: str
    iotHubId: str
    modelId: str
    iotEndpointId: str
    iotGroupId: str
    captureId: str
    captureAttributeId: str

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        data: str | Path | None = None,
        publicUrl: str | None = None,
        keepOmittedMeasures: bool = False,
        latency: float = 0,
        throttle: float | None = None,
    ) -> None:
        """Start the server.

        Args:
            host: The IP address to listen on. Defaults to the loopback address.
            port: The port to listen on; 0 (default) for any free port.
            data: The directory for persistent data. Defaults to a temporary directory, which is
                deleted when the exchange is closed.
            publicUrl: The URL with which clients on other machines reach the exchange, such as
                `https://exchange.example` or `http://exchange:8000`. Presigned URLs begin with it.
                Defaults to the address on which it listens.
            keepOmittedMeasures: Whether a MULTI record that replaces one of a lower version keeps
                the measures that it omits. Defaults to False, which removes them. What the
                platform does is not documented.
            latency: An additional duration of each operation, in seconds. Defaults to 0.
            throttle: Maximum number of GraphQL requests per second. Defaults to no limit.

        Raises:
            ValueError: `publicUrl`, `latency` or `throttle` is not valid.
            OSError: The IP address or the directory cannot be used.
        """
        conditions = Conditions(latency, throttle)
        public_url = None if publicUrl is None else parse_public_url(publicUrl)
        with ExitStack() as stack:
            listener = stack.enter_context(_listen(host, port))
            address = _to_url(host, listener)
            if data is None:
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="local-exchange-")))
            else:
                folder = make_folder(Path(data))
            base_url = public_url or f"http://{address}"
            self._records, exchange = open_components(
                folder, base_url, stack, conditions, keep_omitted_measures=keepOmittedMeasures
            )
            self.exchange: ExchangeState = exchange
            self._expose(seed(self._records, self.exchange))
            self._server = Server(self.exchange, listener)
            self._server.start()
            stack.callback(self._server.stop)
            self._server.run(self.exchange.lifecycle.resume())
            self._open_parts = stack.pop_all()
        self.endpoint: str = f"http://{address}{GRAPHQL_PATH}"
        self.realtimeEndpoint: str = f"ws://{address}{REALTIME_PATH}"
        self.publicEndpoint: str = base_url + GRAPHQL_PATH
        # http becomes ws, and https becomes wss.
        self.publicRealtimeEndpoint: str = "ws" + base_url.removeprefix("http") + REALTIME_PATH
        # DuckDB prints a warning about connections that are open at exit.
        atexit.register(self.close)

    def _expose(self, seed_data: Seed) -> None:
        self.tokens = dict(seed_data.tokens)
        self.token = self.tokens["owner"]
        self.dataStoreId = seed_data.dataStoreId
        self.homeDirectoryId = seed_data.homeDirectoryId
        self.timeSeriesDbId = seed_data.timeSeriesDbId
        self.collaborativeId = seed_data.collaborativeId
        self.iotHubId = seed_data.iotHubId
        self.modelId = seed_data.modelId
        self.iotEndpointId = seed_data.iotEndpointId
        self.iotGroupId = seed_data.iotGroupId
        self.captureId = seed_data.captureId
        self.captureAttributeId = seed_data.captureAttributeId

    @property
    def latency(self) -> float:
        """An additional duration of each operation, in seconds; can be set at any time.

        It applies to each field of a query or mutation, and to each upload and download. The
        fields of a query wait concurrently, those of a mutation one after the other. A request
        times out after 30 seconds, as on the platform.
        """
        return self.exchange.conditions.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        self.exchange.conditions.latency = seconds

    @property
    def throttle(self) -> float | None:
        """Maximum number of GraphQL requests per second; can be set at any time.

        The requests of all users count, and those of one second may come at once. Others get the
        response of AWS AppSync to requests above its quota: HTTP status 429. None is no limit.
        """
        return self.exchange.conditions.throttle

    @throttle.setter
    def throttle(self, rate: float | None) -> None:
        self.exchange.conditions.throttle = rate

    def fail(
        self,
        operation: str,
        kind: FaultKind = "throttle",
        *,
        times: int | None = None,
        after: int = 0,
        retryAfter: int | None = None,
        errorType: str | None = None,
        message: str | None = None,
    ) -> Fault:
        """Let requests fail, to test how a program handles failures.

        Faults apply in the order of their creation: one with `times` is followed by the next.
        `reset()` removes them all.

        Args:
            operation: What fails: the name of a call, such as `publishToTimeSeriesDatabase` or
                `iot.publish`, or of a root field of the schema; `upload` or `download` for
                transfers to and from presigned URLs; `*` for everything. A call fails with any
                of its requests; its transfers are separate.
            kind: How it fails; `throttle` by default:

                - `throttle`: HTTP 429; 503 SlowDown for transfers.
                - `serverError`: HTTP 500.
                - `timeout`: there is no response until the client closes the connection.
                - `disconnect`: the connection is closed, and nothing is executed.
                - `lostResponse`: the request is executed, then the connection is closed. Downloads
                  are interrupted after half of the file.
                - `unauthorized`: HTTP 401, as for an invalid token. Not for
                  transfers.
                - `graphqlError`: HTTP 200 with an error for the root field. Not for transfers.
                - `expired`: HTTP 403, as for an expired URL. Only for transfers.
            times: How many requests fail. Defaults to all until the fault is removed.
            after: How many requests succeed first. Defaults to 0.
            retryAfter: Seconds for the header `Retry-After`, for `throttle` and `serverError`.
                Defaults to no header.
            errorType: The `errorType` of a `graphqlError`. Defaults to `InternalFailure`.
            message: The message of a `graphqlError`.

        Returns:
            The fault. It counts the requests that failed, and can be removed.

        Raises:
            ValueError: An argument is not valid.

        Example:
            >>> with local.fail("getUserInfo", "serverError", times=1) as fault:
            ...     digitalExchange.getUserInfo().firstName, fault.count
            ('Ada', 1)
        """
        fault = create_failure(
            operation,
            kind,
            times=times,
            after=after,
            retry_after=retryAfter,
            error_type=errorType,
            message=message,
        )
        return self.exchange.conditions.faults.add(fault)

    def delay(
        self, operation: str, seconds: float, *, times: int | None = None, after: int = 0
    ) -> Fault:
        """Delay some operations. `latency` is for all operations.

        Args:
            operation: What to delay, as for `fail`.
            seconds: The additional duration in seconds.
            times: How many requests are delayed. Defaults to all until the fault is removed.
            after: How many requests are not delayed first. Defaults to 0.

        Returns:
            The fault. It counts the requests that were delayed, and can be removed.

        Raises:
            ValueError: An argument is not valid.

        Example:
            >>> with local.delay("getUserInfo", 0.1) as fault:
            ...     digitalExchange.getUserInfo().firstName, fault.count
            ('Ada', 1)
        """
        seconds = check_seconds("seconds", seconds)
        fault = Fault(operation, DELAY, times=times, after=after, seconds=seconds)
        return self.exchange.conditions.faults.add(fault)

    def resetConditions(self) -> None:
        """Remove all faults, and reset `latency` and `throttle` to their initial values."""
        self.exchange.conditions.reset()

    def reset(self) -> None:
        """Reset to the initial state: remove everything, and create the initial objects.

        This is much faster than creating a new exchange, and the endpoint stays the same. Tokens
        and IDs are new; the previous ones become invalid. `latency` and `throttle` are those with
        which the exchange was created, and faults are removed.
        """
        self.resetConditions()
        self._expose(self._server.run(reset_components(self._records, self.exchange)))

    def close(self) -> None:
        """Stop the server, and delete temporary data. Closing again has no effect."""
        atexit.unregister(self.close)
        self.exchange.conditions.faults.clear()
        self._open_parts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"LocalExchange(endpoint={self.endpoint!r})"


def _listen(host: str, port: int) -> socket.socket:
    """Listen on an address; a port in use is an error."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if not 0 <= port <= LAST_PORT:
        raise OSError(f"the port must be between 0 and {LAST_PORT}, got {port}")
    listener = socket.create_server((host, port), family=family, backlog=2048)
    # Connections inherit this. Without it small responses wait 40 ms for the client's ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def parse_public_url(url: str) -> str:
    """Return a URL to which paths can be appended.

    Raises:
        ValueError: If it is no http or https URL of a server.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(
            "publicUrl must be an http:// or https:// URL without query string or fragment, "
            f"got {url!r}"
        )
    # The scheme in lower case.
    return parts.geturl().rstrip("/")


def _to_url(host: str, listener: socket.socket) -> str:
    """Return the host and port with which local clients reach the listener."""
    host = WILDCARD_HOSTS.get(host, host)
    port = listener.getsockname()[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
