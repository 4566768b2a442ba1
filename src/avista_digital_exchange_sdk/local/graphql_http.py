"""GraphQL over HTTP, as AppSync speaks it."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError
from pydantic_core import from_json, to_json
from starlette.requests import Request
from starlette.responses import Response

from .context import Context, Exchange
from .contract import Contract

UNAUTHORIZED = {
    "errorType": "UnauthorizedException",
    "message": "You are not authorized to make this call.",
}


class GraphQLEndpoint:
    """Answers POST /graphql."""

    def __init__(self, contract: Contract, exchange: Exchange) -> None:
        self._contract = contract
        self._exchange = exchange

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        body = await request.body()
        caller = self._exchange.accounts.authenticate(request.headers.get("authorization", ""))
        if caller is None:
            return _json({"errors": [UNAUTHORIZED]}, 401)
        if not body:
            return _malformed("Request body is empty.")
        try:
            query, variables, operation_name = read_operation(from_json(body))
            context = Context(self._exchange, caller)
            answer = await self._contract.execute(context, query, variables, operation_name)
        except (ValueError, GraphQLError):
            return _malformed("Unable to parse GraphQL query.")
        return _json(answer, 200)


def read_operation(operation: Any) -> tuple[str, dict[str, Any] | None, str | None]:
    """Take an operation out of a request, or raise ValueError."""
    if not isinstance(operation, dict):
        raise ValueError("An operation is an object.")
    query = operation.get("query")
    variables = operation.get("variables")
    operation_name = operation.get("operationName")
    if not isinstance(query, str):
        raise ValueError("The query is text.")
    if not isinstance(variables, dict | None):
        raise ValueError("The variables are an object.")
    if not isinstance(operation_name, str | None):
        raise ValueError("The operation's name is text.")
    return query, variables, operation_name


def _json(content: object, status: int) -> Response:
    """Answer with JSON."""
    return Response(to_json(content), status, media_type="application/json")


def _malformed(message: str) -> Response:
    """Refuse a request that can't be read."""
    error = {"errorType": "MalformedHttpRequestException", "message": message}
    return _json({"errors": [error]}, 400)
