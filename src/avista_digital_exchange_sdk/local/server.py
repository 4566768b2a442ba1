"""The HTTP and WebSocket server, with its own thread and event loop."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
from collections.abc import Coroutine
from threading import Event, Thread
from typing import Any, TypeVar

import uvicorn
from pydantic_core import to_json
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Mount, Route, Router, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .._escaping import EscapingFilter
from .connections import HttpConnection, WebSocketConnection
from .graphql.http import MAX_REQUEST_BYTES, GraphQLEndpoint
from .graphql.responses import INTERNAL_FAILURE
from .graphql.schema import GraphQLSchemaExecutor
from .graphql.websocket import RealtimeEndpoint
from .s3.endpoint import ObjectEndpoint, Uploads
from .s3.storage import OBJECTS_PATH
from .state import ExchangeState

_Result = TypeVar("_Result")

logger: logging.Logger = logging.getLogger(__name__)
logger.addFilter(EscapingFilter())

GRAPHQL_PATH = "/graphql"
REALTIME_PATH = "/graphql/realtime"
# Longer than clients keep idle connections, so that none is closed when it is reused.
KEEP_ALIVE_SECONDS = 75
# Maximum time for running requests to finish after the server is stopped.
GRACE_SECONDS = 1


def application(exchange: ExchangeState, contract: GraphQLSchemaExecutor) -> ASGIApp:
    """Combine the endpoints."""
    uploads: list[Uploads] = [exchange.files, exchange.attachments]
    routes = [
        Route(GRAPHQL_PATH, GraphQLEndpoint(contract, exchange).handle, methods=["POST"]),
        WebSocketRoute(REALTIME_PATH, RealtimeEndpoint(contract, exchange).serve),
        Mount(OBJECTS_PATH, ObjectEndpoint(exchange.objects, uploads, exchange.conditions)),
    ]
    return RequestIdMiddleware(Router(routes))


class RequestIdMiddleware:
    """Adds an ID to every response, and responds to requests that nothing else responds to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "websocket":
            return await self._serve_websocket(scope, receive, send)
        request_id = secrets.token_hex(16)
        started = False

        async def send_named(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)["x-amzn-requestid"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_named)
        except ClientDisconnect:
            return
        except Exception:
            logger.exception("Request %s failed", request_id)
            if not started:
                await _failure()(scope, receive, send_named)

    async def _serve_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket."""
        try:
            await self._app(scope, receive, send)
        except Exception:
            # uvicorn's own logging is disabled here; it closes the connection.
            logger.exception("A WebSocket connection failed")
            raise


class Server:
    """Serves requests on a listening socket until it is stopped."""

    def __init__(self, exchange: ExchangeState, listener: socket.socket) -> None:
        self._contract = GraphQLSchemaExecutor()
        self._uvicorn = _Uvicorn(application(exchange, self._contract))
        self._listener = listener
        self._thread = Thread(target=self._run, name="local-exchange", daemon=True)

    def start(self) -> None:
        """Start the thread; return when requests are accepted."""
        self._thread.start()
        self._uvicorn.ready.wait()

    def stop(self) -> None:
        """Stop; return after running requests and the thread have ended."""
        self._uvicorn.stop()
        self._thread.join()
        self._contract.close()

    def run(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        """Run a coroutine on the server's event loop; return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._uvicorn.loop).result()

    def _run(self) -> None:
        """Run the server on this thread."""
        asyncio.run(self._uvicorn.serve(sockets=[self._listener]))


class _Uvicorn(uvicorn.Server):
    """uvicorn, waiting for an event instead of polling ten times a second."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(
            app,
            http=HttpConnection,
            ws=WebSocketConnection,
            ws_ping_interval=None,
            ws_max_size=MAX_REQUEST_BYTES,
            # Compressed messages may be huge when decompressed.
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        # Load here, not on the server's thread, so that the caller gets import errors.
        config.load()
        super().__init__(config)
        self.ready = Event()
        self._stopped = asyncio.Event()
        self.loop: asyncio.AbstractEventLoop

    async def main_loop(self) -> None:
        """Wait for the stop event."""
        self.loop = asyncio.get_running_loop()
        self.ready.set()
        await self._stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish running requests, and close connections of clients that do not read."""
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # Sockets are closed in the next iteration of the event loop.
        await asyncio.sleep(0)

    def stop(self) -> None:
        """End the wait, from any thread."""
        self.loop.call_soon_threadsafe(self._stopped.set)


def _failure() -> Response:
    """Build an internal error response."""
    content = to_json({"errors": [INTERNAL_FAILURE]})
    return Response(content, 500, media_type="application/json")
