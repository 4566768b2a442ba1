"""The platform's schema with everything the Local Exchange can do bound to it."""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncGenerator
from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

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
    parse,
    subscribe,
    validate,
)

from .context import Context, Resolver, Source
from .errors import PlatformError
from .services import collaborative, notifications, storage, user
from .time_series import resolvers as time_series

logger = logging.getLogger(__name__)

SERVICES = (user, storage, collaborative, time_series)
KEPT_DOCUMENTS = 256
LONGEST_KEPT_DOCUMENT = 50_000

Answer = dict[str, Any]
# What graphql-core makes of a subscription: it iterates, and closes like a generator.
Results = AsyncGenerator[ExecutionResult, None]


class Contract:
    """Answers the contract's operations."""

    def __init__(self) -> None:
        self._schema = executable_schema()
        self._kept_document = lru_cache(KEPT_DOCUMENTS)(self._read_document)

    async def execute(
        self,
        context: Context,
        query: str,
        variables: dict[str, Any] | None,
        operation_name: str | None,
    ) -> Answer:
        """Answer a query or a mutation. A document that can't be parsed raises GraphQLError."""
        document, errors = self._document(query)
        if not errors and _is_subscription(document, operation_name):
            errors = [GraphQLError("Subscriptions are answered over WebSocket only.")]
        if errors:
            return as_answer(ExecutionResult(None, errors))
        result = execute(
            self._schema,
            document,
            context_value=context,
            variable_values=variables,
            operation_name=operation_name,
        )
        return as_answer(await result if inspect.isawaitable(result) else result)

    async def subscribe(
        self,
        context: Context,
        query: str,
        variables: dict[str, Any] | None,
        operation_name: str | None,
    ) -> Results | ExecutionResult:
        """Start a subscription; what can't be started is a result of errors."""
        try:
            document, errors = self._document(query)
        except GraphQLError as error:
            return ExecutionResult(None, [error])
        if not errors and not _is_subscription(document, operation_name):
            errors = [GraphQLError("Only subscriptions are answered over WebSocket.")]
        if errors:
            return ExecutionResult(None, errors)
        started = subscribe(
            self._schema,
            document,
            context_value=context,
            variable_values=variables,
            operation_name=operation_name,
        )
        results = await started if inspect.isawaitable(started) else started
        return cast(Results | ExecutionResult, results)

    def _document(self, query: str) -> tuple[DocumentNode, list[GraphQLError]]:
        """Parse and validate a document; the same text comes again and again."""
        if len(query) > LONGEST_KEPT_DOCUMENT:
            return self._read_document(query)
        return self._kept_document(query)

    def _read_document(self, query: str) -> tuple[DocumentNode, list[GraphQLError]]:
        """Parse a document and tell what is wrong with it."""
        try:
            document = parse(query)
            return document, validate(self._schema, document)
        except RecursionError as error:
            raise GraphQLError("The document is nested too deeply.") from error


def executable_schema() -> GraphQLSchema:
    """Bind every field of the root types to what answers it, or to an honest refusal.

    A field that the contract no longer has is answered no longer.
    """
    sdl = files("avista_digital_exchange_sdk") / "_generated" / "schema.graphql"
    schema = make_executable_schema(sdl.read_text("utf-8"))
    queries = {name: _bound(one) for service in SERVICES for name, one in service.QUERIES.items()}
    mutations = {
        name: _bound(one) for service in SERVICES for name, one in service.MUTATIONS.items()
    }
    sources = {name: _bound(source) for name, source in notifications.SUBSCRIPTIONS.items()}
    for root, resolvers in ((schema.query_type, queries), (schema.mutation_type, mutations)):
        for name, field in root.fields.items() if root else ():
            field.resolve = resolvers.get(name, _not_available)
    events = schema.subscription_type
    for name, field in events.fields.items() if events else ():
        field.subscribe = sources.get(name, _not_available)
        field.resolve = _payload
    return schema


def _bound(resolver: Resolver | Source) -> GraphQLFieldResolver:
    """Hand a resolver the request's context in place of what graphql-core hands it."""

    async def resolve(_root: object, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        return await resolver(info.context, **arguments)

    return resolve


def _payload(payload: Any, _info: GraphQLResolveInfo, **_arguments: Any) -> Any:
    """Resolve a subscription's field: the event is the answer."""
    return payload


def _not_available(_root: object, info: GraphQLResolveInfo, **_arguments: Any) -> Any:
    """Refuse a field that the platform has and the Local Exchange has not."""
    raise PlatformError(
        "NotAvailable", f"{info.field_name} is not available in the Local Exchange."
    )


def _is_subscription(document: DocumentNode, operation_name: str | None) -> bool:
    """Say whether the operation asked for is a subscription."""
    operation = get_operation_ast(document, operation_name)
    return operation is not None and operation.operation is OperationType.SUBSCRIPTION


def as_answer(result: ExecutionResult) -> Answer:
    """Shape a result as AppSync does: `errors` only where there are some."""
    if not result.errors:
        return {"data": result.data}
    return {"data": result.data, "errors": [_as_error(error) for error in result.errors]}


def _as_error(error: GraphQLError) -> Answer:
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
        error_type, message = "InternalFailure", f"{type(original).__name__}: {original}"
    return {
        "path": error.path,
        "data": None,
        "errorType": error_type,
        "errorInfo": error_info,
        "locations": locations,
        "message": message,
    }
