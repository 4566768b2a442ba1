"""GraphQL over HTTP, compatible with AppSync."""

from __future__ import annotations

import asyncio

from graphql import GraphQLError
from pydantic_core import from_json, to_json
from starlette.requests import Request
from starlette.responses import Response

from ..connections import disconnect
from ..faults import Fault, RequestFailedError
from ..limits import LIMITS
from ..request_log import add_details
from ..state import Context, ExchangeState
from .documents import read_operation
from .schema import GraphQLSchemaExecutor

MAX_REQUEST_BYTES = 1024**2
UNAUTHORIZED = {
    "errorType": "UnauthorizedException",
    "message": "You are not authorized to make this call.",
}
TOO_MANY_REQUESTS = {"errorType": "TooManyRequestsException", "message": "Rate exceeded"}
SERVER_ERROR = {"errorType": "InternalFailure", "message": "Internal server error"}
# The status and the error of a request that fails because of a fault.
FAILURES = {
    "throttle": (429, TOO_MANY_REQUESTS),
    "serverError": (500, SERVER_ERROR),
    "unauthorized": (401, UNAUTHORIZED),
}
NO_AUTHORIZATION = UNAUTHORIZED | {"message": "Valid authorization header not provided."}


class GraphQLEndpoint:
    """Handles POST /graphql."""

    def __init__(self, contract: GraphQLSchemaExecutor, exchange: ExchangeState) -> None:
        self._contract = contract
        self._exchange = exchange

    async def handle(self, request: Request) -> Response:
        """Handle one request. The token is checked before the body is read."""
        token = request.headers.get("authorization")
        if not token:
            return _respond_json({"errors": [NO_AUTHORIZATION]}, 401)
        caller = self._exchange.tokens.authenticate(token)
        if caller is None:
            return _respond_json({"errors": [UNAUTHORIZED]}, 401)
        add_details(request.scope, user=caller.user_id)
        try:
            body = await _read_body(request)
        except TimeoutError:
            return _reject_malformed("The request body did not arrive in time.", 408)
        if not self._exchange.conditions.accept_request():
            return _respond_json({"errors": [TOO_MANY_REQUESTS]}, 429)
        if body is None:
            return _reject_malformed(
                f"The request body is larger than {MAX_REQUEST_BYTES} bytes.", 413
            )
        if not body:
            return _reject_malformed("Request body is empty.")
        try:
            operation = read_operation(from_json(body))
        except ValueError:
            return _reject_malformed("Unable to parse GraphQL query.")
        add_details(request.scope, operation=operation.name)
        try:
            response = await self._contract.execute(Context(self._exchange, caller), operation)
        except GraphQLError:
            return _reject_malformed("Unable to parse GraphQL query.")
        except RequestFailedError as failed:
            return await _fail(request, failed.fault)
        return Response(response, media_type="application/json")


async def _read_body(request: Request) -> bytes | None:
    """Read a request body; return None if it is too large.

    Raises:
        TimeoutError: If it does not arrive in time.
    """
    if int(request.headers.get("content-length", 0)) > MAX_REQUEST_BYTES:
        return None
    body = bytearray()
    async with asyncio.timeout(LIMITS.max_body_seconds):
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_REQUEST_BYTES:
                return None
    return bytes(body)


async def _fail(request: Request, fault: Fault) -> Response:
    """Respond to a request as a fault demands, or do not respond."""
    if fault.kind not in FAILURES:
        if fault.kind == "timeout":
            await fault.hold(request.receive)
        await disconnect(request.scope)
    status, error = FAILURES[fault.kind]
    response = _respond_json({"errors": [error]}, status)
    if fault.retry_after is not None:
        response.headers["retry-after"] = str(fault.retry_after)
    return response


def _respond_json(content: object, status: int) -> Response:
    return Response(to_json(content), status, media_type="application/json")


def _reject_malformed(message: str, status: int = 400) -> Response:
    """Return the response to a malformed request."""
    error = {"errorType": "MalformedHttpRequestException", "message": message}
    return _respond_json({"errors": [error]}, status)
