"""The schema of the platform with the resolvers of the Local Exchange."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeGuard

from ariadne import make_executable_schema
from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
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

from ..errors import PlatformError
from ..fault_names import list_root_fields
from ..faults import Fault, RequestFailedError
from ..limits import LIMITS
from ..services import notifications
from ..services.collaborative import resolvers as collaborative
from ..services.data_capture import resolvers as data_capture
from ..services.iot import resolvers as iot
from ..services.platform_admin import resolvers as platform_admin
from ..services.storage import resolvers as storage
from ..services.time_series import resolvers as time_series
from ..services.user import resolvers as user
from ..state import Context, Resolver, Source
from ..token_scopes import check_scope
from .completion import PlainDataContext
from .documents import Documents, Operation, Parsed
from .execution import Execution, ExecutionStoppedError, UserThreads
from .pubsub import Subscription
from .responses import EXECUTION_TIMEOUT, AppSyncResponse, refuse, to_event, to_response
from .variables import accept_coerced_values, coerce_variables

_DATA_TYPES = frozenset({str, dict, list, int, float, bool, type(None)})
SERVICES = (user, storage, collaborative, time_series, iot, data_capture, platform_admin)


@dataclass(frozen=True)
class RunningSubscription:
    """A running subscription: the source of its events and their conversion to JSON."""

    source: Subscription
    respond: Callable[[object], Awaitable[bytes]]


class GraphQLSchemaExecutor:
    """Executes the operations of the schema."""

    def __init__(self) -> None:
        self._schema = build_executable_schema()
        self._prepared_schema = accept_coerced_values(self._schema)
        self._documents = Documents(self._schema)
        self._threads = UserThreads()

    async def execute(self, context: Context, operation: Operation) -> bytes:
        """Execute a query or a mutation and return the JSON response.

        Raises:
            GraphQLError: If the document can't be parsed.
            RequestFailedError: If a fault makes it fail.
        """

        async def run() -> bytes:
            parsed = self._documents.read(operation.query)
            errors = parsed.errors
            if not errors and _is_subscription(parsed.document, operation):
                errors = [GraphQLError("Subscriptions are only supported over WebSocket.")]
            if errors:
                return to_json(refuse(errors))
            fault = _take_fault(context, parsed, operation)
            if fault is not None and fault.kind != "lostResponse":
                raise RequestFailedError(fault)
            response = await self._execute(self._start(context, server_loop), parsed, operation)
            if fault is not None:
                raise RequestFailedError(fault)
            return to_json(response)

        server_loop = asyncio.get_running_loop()
        return await self._threads.run(context.caller.user_id, run)

    async def subscribe(
        self, context: Context, operation: Operation
    ) -> RunningSubscription | AppSyncResponse:
        """Start a subscription, or return a response with errors.

        Raises:
            RequestFailedError: A fault makes it fail.
        """

        async def read() -> Parsed:
            return self._documents.read(operation.query)

        try:
            parsed = await self._threads.run(context.caller.user_id, read)
        except GraphQLError as error:
            return refuse([error])
        errors = parsed.errors
        if not errors and not _is_subscription(parsed.document, operation):
            errors = [GraphQLError("Only subscriptions are supported over WebSocket.")]
        if errors:
            return refuse(errors)
        if fault := _take_fault(context, parsed, operation):
            raise RequestFailedError(fault)
        return await self._subscribe(context, parsed, operation)

    def close(self) -> None:
        """Stop the threads in which documents are executed."""
        self._threads.close()

    def _start(self, context: Context, server_loop: asyncio.AbstractEventLoop) -> Execution:
        return Execution(context, server_loop, self._threads.lock(context.caller.user_id))

    async def _execute(
        self,
        execution: Execution,
        parsed: Parsed,
        operation: Operation,
        event: object = None,
    ) -> AppSyncResponse:
        """Execute a document within its limits."""
        try:
            async with asyncio.timeout(LIMITS.max_execution_seconds):
                schema, document, variables = self._prepare(parsed, operation)
                result = execute(
                    schema,
                    document,
                    event,
                    execution,
                    variables,
                    operation.name,
                    _resolve_member,
                    middleware=[execution],
                    execution_context_class=PlainDataContext,
                    is_awaitable=_is_awaitable,
                )
                result = await result if inspect.isawaitable(result) else result
                await self._announce(execution, result.data)
                if event is not None:
                    return to_event(result, self._schema)
                return to_response(result)
        except (TimeoutError, ExecutionStoppedError):
            return {"data": None, "errors": [EXECUTION_TIMEOUT]}

    def _prepare(
        self, parsed: Parsed, operation: Operation
    ) -> tuple[GraphQLSchema, DocumentNode, dict[str, Any] | None]:
        """Coerce the variables if possible; return what to execute, and with which schema."""
        if parsed.prepared is not None:
            coerced = coerce_variables(parsed.prepared, operation.variables)
            if coerced is not None:
                return self._prepared_schema, parsed.prepared.document, coerced
        return self._schema, parsed.document, operation.variables

    async def _announce(self, execution: Execution, data: Mapping[str, Any] | None) -> None:
        """Publish the events of mutations, with the fields that the document selected."""
        events = execution.context.exchange.events
        for key, (field, arguments) in execution.mutations.items():
            if data is not None and data[key] is not None:
                await execution.run_on_server_loop(
                    notifications.announce(events, field, arguments, data[key])
                )

    async def _subscribe(
        self, context: Context, parsed: Parsed, operation: Operation
    ) -> RunningSubscription | AppSyncResponse:
        """Resolve the source of the events of a subscription."""
        server_loop = asyncio.get_running_loop()
        execution = self._start(context, server_loop)
        started = subscribe(
            self._schema,
            parsed.document,
            context_value=execution,
            variable_values=operation.variables,
            operation_name=operation.name,
        )
        results = await started if inspect.isawaitable(started) else started
        if isinstance(results, ExecutionResult):
            return to_response(results)
        assert execution.source is not None

        async def convert_event(event: object) -> bytes:
            async def run() -> bytes:
                execution = self._start(context, server_loop)
                return to_json(await self._execute(execution, parsed, operation, event))

            return await self._threads.run(context.caller.user_id, run)

        return RunningSubscription(execution.source, convert_event)


def build_executable_schema() -> GraphQLSchema:
    """Bind every field of the root types to its resolver, or to a "not implemented" error.

    A field that the schema no longer has is removed.
    """
    sdl = files("avista_digital_exchange_sdk") / "_generated" / "schema.graphql"
    schema = make_executable_schema(sdl.read_text("utf-8"))
    queries = {
        name: _wrap_resolver(one) for service in SERVICES for name, one in service.QUERIES.items()
    }
    mutations = {
        name: _wrap_resolver(one)
        for service in (*SERVICES, notifications)
        for name, one in service.MUTATIONS.items()
    }
    sources = {name: _wrap_source(one) for name, one in notifications.SUBSCRIPTIONS.items()}
    for root, resolvers in ((schema.query_type, queries), (schema.mutation_type, mutations)):
        for name, field in root.fields.items() if root else ():
            field.resolve = resolvers.get(name, _reject_unavailable)
    events = schema.subscription_type
    for name, field in events.fields.items() if events else ():
        field.subscribe = sources.get(name, _reject_unavailable)
        field.resolve = _return_event
    return schema


def _wrap_resolver(resolver: Resolver) -> GraphQLFieldResolver:
    """Run a resolver on the event loop of the server with the context of the request."""

    async def resolve(_root: object, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        execution: Execution = info.context
        check_scope(execution.context.caller, info.field_name, arguments)
        if info.operation.operation is OperationType.MUTATION:
            execution.mutations[str(info.path.key)] = info.field_name, arguments
        latency = execution.context.exchange.conditions.latency
        await _apply_faults(execution.context, info.field_name, latency)
        return await execution.run_on_server_loop(resolver(execution.context, **arguments))

    return resolve


def _wrap_source(source: Source) -> GraphQLFieldResolver:
    """Store the source of the events of a subscription. Each event is executed separately."""

    async def resolve(_root: object, info: GraphQLResolveInfo, **arguments: Any) -> Subscription:
        execution: Execution = info.context
        check_scope(execution.context.caller, info.field_name, arguments)
        await _apply_faults(execution.context, info.field_name, 0.0)
        execution.source = await source(execution.context, **arguments)
        return execution.source

    return resolve


def _resolve_member(source: Any, info: GraphQLResolveInfo, **_arguments: Any) -> Any:
    """Resolve a field of the result of a resolver. Callables are evaluated."""
    value = source.get(info.field_name) if isinstance(source, Mapping) else None
    if not callable(value):
        return value
    execution: Execution = info.context
    return execution.read_on_server_loop(value)


def _is_awaitable(value: object) -> TypeGuard[Awaitable[Any]]:
    """Return whether a value is awaitable. Data, which most values are, is recognized faster."""
    return type(value) not in _DATA_TYPES and inspect.isawaitable(value)


def _return_event(payload: Any, _info: GraphQLResolveInfo, **_arguments: Any) -> Any:
    """Resolve the field of a subscription to the event."""
    return payload


def _reject_unavailable(_root: object, info: GraphQLResolveInfo, **_arguments: Any) -> Any:
    """Reject a field that the Local Exchange does not implement."""
    raise PlatformError(
        "NotAvailable", f"{info.field_name} is not available in the Local Exchange."
    )


def _take_fault(context: Context, parsed: Parsed, operation: Operation) -> Fault | None:
    """Return the fault that makes an operation fail, if any."""
    faults = context.exchange.conditions.faults
    node = None if faults.is_empty else get_operation_ast(parsed.document, operation.name)
    if node is None:
        return None
    fragments = {
        definition.name.value: definition
        for definition in parsed.document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    return faults.take(list_root_fields(node.selection_set, fragments))


async def _apply_faults(context: Context, root_field: str, latency: float) -> None:
    """Delay a root field, and make it fail if a fault requires that.

    Raises:
        PlatformError: A fault makes it fail.
    """
    faults = context.exchange.conditions.faults
    await asyncio.sleep(latency + faults.find_delay(root_field))
    if fault := faults.take_error(root_field):
        raise fault.to_platform_error()


def _is_subscription(document: DocumentNode, operation: Operation) -> bool:
    """Return whether the requested operation is a subscription."""
    node = get_operation_ast(document, operation.name)
    return node is not None and node.operation is OperationType.SUBSCRIPTION
