"""The platform's schema with everything the Local Exchange can do bound to it."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from ariadne import make_executable_schema
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLFieldResolver,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationType,
    execute,
    get_operation_ast,
    subscribe,
)
from pydantic_core import to_json

from ..._text import EscapingFilter
from ..errors import PlatformError
from ..services import notifications
from ..services.collaborative import resolvers as collaborative
from ..services.storage import resolvers as storage
from ..services.time_series import resolvers as time_series
from ..services.user import resolvers as user
from ..state import Context, Resolver, Source
from .documents import Documents, Operation, Parsed
from .execution import MAX_EXECUTION_SECONDS, Execution, ExecutionStoppedError, UserThreads
from .pubsub import Subscription

logger: logging.Logger = logging.getLogger(__name__)
logger.addFilter(EscapingFilter())

SERVICES = (user, storage, collaborative, time_series)
EXECUTION_TIMEOUT = {
    "path": None,
    "data": None,
    "errorType": "ExecutionTimeout",
    "errorInfo": None,
    "locations": None,
    "message": "Execution timed out.",
}
INTERNAL_FAILURE = {
    "errorType": "InternalFailure",
    "message": "The Local Exchange failed; see its log.",
}

AppSyncResponse = dict[str, Any]


@dataclass(frozen=True)
class Subscribed:
    """A running subscription: where its events come from, and what answers one, as JSON."""

    source: Subscription
    answer: Callable[[object], Awaitable[bytes]]


class GraphQLSchemaExecutor:
    """Answers the contract's operations."""

    def __init__(self) -> None:
        self._schema = executable_schema()
        self._documents = Documents(self._schema)
        self._threads = UserThreads()

    async def execute(self, context: Context, operation: Operation) -> bytes:
        """Answer a query or a mutation with JSON.

        Raises:
            GraphQLError: If the document can't be parsed.
        """

        async def run() -> bytes:
            document, errors = self._documents.read(operation.query)
            if not errors and _is_subscription(document, operation):
                errors = [GraphQLError("Subscriptions are answered over WebSocket.")]
            if errors:
                return to_json(_refused(errors))
            return to_json(await self._execute(self._start(context, home), document, operation))

        home = asyncio.get_running_loop()
        return await self._threads.run(context.caller.user_id, run)

    async def subscribe(
        self, context: Context, operation: Operation
    ) -> Subscribed | AppSyncResponse:
        """Start a subscription; what can't be started is an answer of errors."""

        async def read() -> Parsed:
            return self._documents.read(operation.query)

        try:
            document, errors = await self._threads.run(context.caller.user_id, read)
        except GraphQLError as error:
            return _refused([error])
        if not errors and not _is_subscription(document, operation):
            errors = [GraphQLError("Only subscriptions are answered over WebSocket.")]
        if errors:
            return _refused(errors)
        return await self._subscribe(context, document, operation)

    def close(self) -> None:
        """Stop the threads in which documents are executed."""
        self._threads.close()

    def _start(self, context: Context, home: asyncio.AbstractEventLoop) -> Execution:
        """Begin to execute a document."""
        return Execution(context, home, self._threads.turn(context.caller.user_id))

    async def _execute(
        self,
        execution: Execution,
        document: DocumentNode,
        operation: Operation,
        event: object = None,
    ) -> AppSyncResponse:
        """Execute a document, within its limits."""
        try:
            async with asyncio.timeout(MAX_EXECUTION_SECONDS):
                result = execute(
                    self._schema,
                    document,
                    event,
                    execution,
                    operation.variables,
                    operation.name,
                    _resolve_member,
                    middleware=[execution],
                )
                return to_appsync_response(await result if inspect.isawaitable(result) else result)
        except (TimeoutError, ExecutionStoppedError):
            return {"data": None, "errors": [EXECUTION_TIMEOUT]}

    async def _subscribe(
        self, context: Context, document: DocumentNode, operation: Operation
    ) -> Subscribed | AppSyncResponse:
        """Find the source of a subscription's events."""
        home = asyncio.get_running_loop()
        execution = self._start(context, home)
        started = subscribe(
            self._schema,
            document,
            context_value=execution,
            variable_values=operation.variables,
            operation_name=operation.name,
        )
        results = await started if inspect.isawaitable(started) else started
        if isinstance(results, ExecutionResult):
            return to_appsync_response(results)
        assert execution.source is not None

        async def answer(event: object) -> bytes:
            async def run() -> bytes:
                execution = self._start(context, home)
                return to_json(await self._execute(execution, document, operation, event))

            return await self._threads.run(context.caller.user_id, run)

        return Subscribed(execution.source, answer)


def executable_schema() -> GraphQLSchema:
    """Bind every field of the root types to what answers it, or to an honest refusal.

    A field that the contract no longer has is answered no longer.
    """
    sdl = files("avista_digital_exchange_sdk") / "_generated" / "schema.graphql"
    schema = make_executable_schema(sdl.read_text("utf-8"))
    queries = {
        name: _wrap_resolver(one) for service in SERVICES for name, one in service.QUERIES.items()
    }
    mutations = {
        name: _wrap_resolver(one) for service in SERVICES for name, one in service.MUTATIONS.items()
    }
    sources = {name: _listening(one) for name, one in notifications.SUBSCRIPTIONS.items()}
    for root, resolvers in ((schema.query_type, queries), (schema.mutation_type, mutations)):
        for name, field in root.fields.items() if root else ():
            field.resolve = resolvers.get(name, _not_available)
    events = schema.subscription_type
    for name, field in events.fields.items() if events else ():
        field.subscribe = sources.get(name, _not_available)
        field.resolve = _payload
    return schema


def _wrap_resolver(resolver: Resolver) -> GraphQLFieldResolver:
    """Run a resolver where the exchange lives, with the request's context."""

    async def resolve(_root: object, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        execution: Execution = info.context
        return await execution.at_home(resolver(execution.context, **arguments))

    return resolve


def _listening(source: Source) -> GraphQLFieldResolver:
    """Keep the source of a subscription's events, each of which is executed on its own."""

    async def resolve(_root: object, info: GraphQLResolveInfo, **arguments: Any) -> Subscription:
        execution: Execution = info.context
        execution.source = await source(execution.context, **arguments)
        return execution.source

    return resolve


def _resolve_member(source: Any, info: GraphQLResolveInfo, **_arguments: Any) -> Any:
    """Resolve a field of what a resolver answered; what it left to be read is read now."""
    value = source.get(info.field_name) if isinstance(source, Mapping) else None
    if not callable(value):
        return value
    execution: Execution = info.context
    return execution.read_at_home(value)


def _payload(payload: Any, _info: GraphQLResolveInfo, **_arguments: Any) -> Any:
    """Resolve a subscription's field: the event is the answer."""
    return payload


def _not_available(_root: object, info: GraphQLResolveInfo, **_arguments: Any) -> Any:
    """Refuse a field that the platform has and the Local Exchange has not."""
    raise PlatformError(
        "NotAvailable", f"{info.field_name} is not available in the Local Exchange."
    )


def _is_subscription(document: DocumentNode, operation: Operation) -> bool:
    """Say whether the operation asked for is a subscription."""
    node = get_operation_ast(document, operation.name)
    return node is not None and node.operation is OperationType.SUBSCRIPTION


def _refused(errors: Sequence[GraphQLError]) -> AppSyncResponse:
    """Answer a document that is not executed."""
    return to_appsync_response(ExecutionResult(None, list(errors)))


def to_appsync_response(result: ExecutionResult) -> AppSyncResponse:
    """Shape a result as AppSync does: `errors` only where there are some."""
    if not result.errors:
        return {"data": result.data}
    return {"data": result.data, "errors": [_to_appsync_error(error) for error in result.errors]}


def _to_appsync_error(error: GraphQLError) -> AppSyncResponse:
    """Shape an error as AppSync does."""
    locations = [
        {"line": location.line, "column": location.column, "sourceName": None}
        for location in error.locations or ()
    ]
    if error.path is None:
        message = f"Validation error: {error.message}"
        return {"path": None, "locations": locations, "message": message}
    original = error.original_error
    error_type, error_info, message = None, None, error.message
    if isinstance(original, PlatformError):
        error_type, error_info = original.error_type, original.error_info
    elif original is not None and not isinstance(original, GraphQLError):
        logger.error("%s failed", error.path[0], exc_info=original)
        error_type, message = INTERNAL_FAILURE["errorType"], INTERNAL_FAILURE["message"]
    return {
        "path": error.path,
        "data": None,
        "errorType": error_type,
        "errorInfo": error_info,
        "locations": locations,
        "message": message,
    }
