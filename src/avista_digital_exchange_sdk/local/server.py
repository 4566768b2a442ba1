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
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .._escaping import EscapingFilter
from .connections import HttpConnection, WebSocketConnection
from .graphql.http import MAX_REQUEST_BYTES, GraphQLEndpoint
from .graphql.responses import INTERNAL_FAILURE
from .graphql.schema import GraphQLSchemaExecutor
from .graphql.websocket import RealtimeEndpoint
from .request_log import LoggedRequest
from .s3.endpoint import ObjectEndpoint, Uploads
from .s3.storage import OBJECTS_PATH
from .state import ExchangeState

_Result = TypeVar("_Result")

logger: logging.Logger = logging.getLogger(__name__)
logger.addFilter(EscapingFilter())

GRAPHQL_PATH = "/graphql"
HEALTH_PATH = "/health"
REALTIME_PATH = "/graphql/realtime"
# Longer than clients keep idle connections, so that none is closed when it is reused.
KEEP_ALIVE_SECONDS = 75
SWITCHING_PROTOCOLS = 101
# Maximum time for running requests to finish after the server is stopped.
GRACE_SECONDS = 1


def application(exchange: ExchangeState, contract: GraphQLSchemaExecutor) -> ASGIApp:
    """Combine the endpoints."""
    uploads: list[Uploads] = [exchange.files, exchange.attachments]
    routes = [
        Route(HEALTH_PATH, _report_health, methods=["GET"]),
        Route(GRAPHQL_PATH, GraphQLEndpoint(contract, exchange).handle, methods=["POST"]),
        WebSocketRoute(REALTIME_PATH, RealtimeEndpoint(contract, exchange).serve),
        Mount(OBJECTS_PATH, ObjectEndpoint(exchange.objects, uploads, exchange.conditions)),
    ]
    return RequestIdMiddleware(Router(routes))


async def _report_health(_request: Request) -> Response:
    """Respond that the exchange accepts requests."""
    return Response(to_json({"status": "ok"}), media_type="application/json")


class RequestIdMiddleware:
    """Adds an ID to every response, and responds to requests that nothing else responds to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "websocket":
            return await self._serve_websocket(scope, receive, send)
        request_id = secrets.token_hex(16)
        request = LoggedRequest(scope, request_id)
        started = False
        status: int | None = None

        async def send_named(message: Message) -> None:
            nonlocal started, status
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
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
        finally:
            request.log(status)

    async def _serve_websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a WebSocket."""
        connection = LoggedRequest(scope, secrets.token_hex(16))
        status: int | None = None

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] in ("websocket.accept", "websocket.http.response.start"):
                status = message.get("status", SWITCHING_PROTOCOLS)
            await send(message)

        try:
            await self._app(scope, receive, send_noting_status)
        except Exception:
            # uvicorn's own logging is disabled here; it closes the connection.
            logger.exception("A WebSocket connection failed")
            raise
        finally:
            connection.log(status)


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
        """Finish running requests, and close all connections.

        It does not wait for idle clients to close theirs, which uvicorn itself polls for.
        """
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._finish_tasks()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        # Sockets are closed in the next iteration of the event loop.
        await asyncio.sleep(0)

    async def _finish_tasks(self) -> None:
        """Wait for running requests, and cancel those that take too long."""
        tasks = set(self.server_state.tasks)
        for _ in range(2):
            if tasks:
                _, tasks = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
            for task in tasks:
                task.cancel()

    def stop(self) -> None:
        """End the wait, from any thread."""
        self.loop.call_soon_threadsafe(self._stopped.set)


def _failure() -> Response:
    """Build an internal error response."""
    content = to_json({"errors": [INTERNAL_FAILURE]})
    return Response(content, 500, media_type="application/json")
