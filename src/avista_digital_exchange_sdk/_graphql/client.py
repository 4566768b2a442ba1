"""The GraphQL client: sends operations over HTTP and retries them."""

import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Self, TypeVar

from pydantic_core import to_json

from .._backends import Backend, Response
from .._profiles.access import Access
from .._secrets import TokenHolder
from .._utils.logging import abbreviate, logger
from .._utils.retry import (
    Attempt,
    RetryPolicy,
    is_retryable,
    is_throttling,
    may_have_succeeded,
    parse_retry_after,
    retrying,
)
from ..errors import (
    ConnectionFailedError,
    DigitalExchangeError,
    NotFoundError,
    SubscriptionError,
    UnauthorizedError,
)
from .documents import select_operation

if TYPE_CHECKING:
    from .._models.base import BaseModel

Data = TypeVar("Data")
Result = TypeVar("Result", bound="BaseModel")

# The HTTP status for a rejected token, as opposed to a forbidden operation.
REJECTED_TOKEN_STATUS = 401
# The beginning of the type of errors of real-time connections with such a token.
UNAUTHORIZED_TYPE = "Unauthorized"
UNNAMED_OPERATION = "unnamed operation"

_Object = TypeVar("_Object")


def require_found(result: _Object | None, what: str, identifier: str) -> _Object:
    """Require a result: the platform returns null for what does not exist."""
    if result is None:
        raise NotFoundError(f"{what} {identifier} not found: the platform returned null")
    return result


class Subscription(Generic[Result]):
    """A subscription, to be started over a real-time connection."""

    def __init__(self, result: type[Result], query: str, variables: dict[str, object]) -> None:
        self.result = result
        self.query = query
        self.variables = variables


class OperationCall(NamedTuple):
    """An operation with its variables.

    Attributes:
        result: The type of the data.
        query: The document.
        name: The name of the operation.
        variables: The variables as JSON values.
        is_idempotent: Whether it can be repeated, if it is a mutation.
    """

    result: Any
    query: str
    name: str | None
    variables: dict[str, object]
    is_idempotent: bool = False

    @property
    def label(self) -> str:
        """The name for messages."""
        return self.name or UNNAMED_OPERATION

    @property
    def kind(self) -> str:
        """Either `query` or `mutation`."""
        return select_operation(self.query, self.name).kind


# Runs an operation, and returns its data.
Executor = Callable[[OperationCall], Awaitable[Any]]


class GraphQLClient(TokenHolder):
    """The base class of generated clients: runs their operations."""

    def __init__(
        self,
        backend: Backend,
        access: Access,
        max_retries: int,
        log: logging.Logger = logger,
    ) -> None:
        self.backend = backend
        self.token, self.endpoint, self.sources = access
        self.max_retries = max_retries
        self.log = log
        self._timeout: float | None = None
        self._idempotent = False
        self._on_unknown_outcome: Callable[[], object] | None = None
        self._executor: Executor | None = None

    @property
    def retry_policy(self) -> RetryPolicy:
        """How failed requests are retried."""
        return RetryPolicy(self.backend, self.max_retries, self.backend.options, self.log)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        max_retries: int | None = None,
        idempotent: bool | None = None,
        on_unknown_outcome: Callable[[], object] | None = None,
    ) -> Self:
        """Return a copy of the client with other options.

        Args:
            timeout: Timeout in seconds for each response.
            max_retries: Maximum number of retries after a transient failure.
            idempotent: Whether mutations are idempotent and can be retried.
            on_unknown_outcome: Called when an attempt fails that may have taken effect.
        """
        client = copy(self)
        client._timeout = self._timeout if timeout is None else timeout
        client.max_retries = self.max_retries if max_retries is None else max_retries
        client._idempotent = self._idempotent if idempotent is None else idempotent
        client._on_unknown_outcome = on_unknown_outcome or self._on_unknown_outcome
        return client

    def for_cleanup(self) -> Self:
        """Return a copy for cleaning up after an interruption: one attempt, a short timeout."""
        # An interrupted call should end soon.
        return self.with_options(timeout=self.backend.options.cleanup_timeout, max_retries=0)

    def with_executor(self, executor: Executor) -> Self:
        """Return a copy of the client whose operations are run by a function."""
        client = copy(self)
        client._executor = executor
        return client

    async def execute(
        self,
        result: type[Data],
        *,
        query: str,
        operation_name: str | None,
        variables: dict[str, object],
        idempotent: bool = False,
    ) -> Data:
        """Run one query or mutation and return its data.

        Queries, and mutations that are idempotent, are retried after any transient failure.
        """
        # Imported on first use, as pydantic takes longer to import than everything else.
        from .variables import serialize_variables

        operation = OperationCall(
            result, query, operation_name, serialize_variables(variables), idempotent
        )
        data: Data = await (self._executor or self._run)(operation)
        return data

    def is_idempotent(self, operation: OperationCall) -> bool:
        """Whether an operation can be repeated."""
        return operation.kind == "query" or self._idempotent or operation.is_idempotent

    async def _run(self, operation: OperationCall) -> Any:
        body = to_json(
            {
                "query": operation.query,
                "operationName": operation.name,
                "variables": operation.variables,
            }
        )
        may_have_taken_effect = False

        async def send(attempt: Attempt) -> Any:
            nonlocal may_have_taken_effect
            try:
                response = await self.send(operation.label, operation.variables, body)
                attempt.retry_after = parse_retry_after(response.headers)
                return self.parse(operation, response)
            except DigitalExchangeError as error:
                if may_have_succeeded(error):
                    may_have_taken_effect = True
                    self.report_unknown_outcome()
                error.mayHaveSucceeded = may_have_taken_effect
                raise

        return await self.run_attempts(
            send, partial(is_retryable, idempotent=self.is_idempotent(operation))
        )

    async def run_attempts(
        self,
        send: Callable[[Attempt], Awaitable[Data]],
        should_retry: Callable[[Exception], bool],
    ) -> Data:
        """Run an attempt when it is its turn, and again until it succeeds or fails permanently.

        Args:
            send: Sends requests, one after the other.
            should_retry: Whether another attempt can help after an error.
        """
        if self._timeout is not None:
            # Requests that clean up after an interruption must not wait for others.
            return await retrying(self.retry_policy, send, should_retry)
        queue = await self.backend.get_request_queue()
        with queue.join() as turn:

            async def send_in_turn(attempt: Attempt) -> Data:
                await queue.wait(turn)
                try:
                    data = await send(attempt)
                except DigitalExchangeError as error:
                    if is_throttling(error):
                        queue.note_throttling(turn, self._limit_pause(attempt.retry_after))
                    raise
                queue.note_success(turn)
                return data

            return await retrying(self.retry_policy, send_in_turn, should_retry)

    def _limit_pause(self, retry_after: float | None) -> float | None:
        """Return the time for which other requests wait; None if this one is not retried."""
        is_waiting = self.max_retries and (retry_after or 0) <= self.backend.options.max_retry_after
        return retry_after if is_waiting else None

    def report_unknown_outcome(self) -> None:
        """Report that an attempt failed that may have taken effect."""
        if self._on_unknown_outcome is not None:
            self._on_unknown_outcome()

    def parse(self, operation: OperationCall, response: Response) -> Any:
        """Parse the data of an operation, or raise the error that the response contains."""
        from .responses import parse_response

        max_error_bytes = self.backend.options.max_error_bytes
        with self.explain_errors():
            return parse_response(
                operation.result, response, operation.label, self.token, max_error_bytes
            )

    @contextlib.contextmanager
    def explain_errors(self) -> Iterator[None]:
        """Add to errors where a rejected token, or an unreachable endpoint, comes from."""
        rejected = f"{self.endpoint} rejected the token, which comes from {self.sources.token}"
        try:
            yield
        except UnauthorizedError as error:
            if error.statusCode == REJECTED_TOKEN_STATUS:
                error.add_note(rejected)
            raise
        except SubscriptionError as error:
            if (error.errorType or "").startswith(UNAUTHORIZED_TYPE):
                error.add_note(rejected)
            raise
        except ConnectionFailedError as error:
            if not error.sent:
                error.add_note(f"the endpoint {self.endpoint} comes from {self.sources.endpoint}")
            raise

    async def send(
        self,
        operation_name: str,
        variables: dict[str, object],
        body: bytes,
    ) -> Response:
        """Send a request once.

        Args:
            operation_name: The name of the operation, for the log.
            variables: Its variables, for the log.
            body: The body of the request.
        """
        start = self.backend.clock()
        with self.explain_errors():
            response = await self.backend.post(self.endpoint, self.token, body, self._timeout)
        if self.log.isEnabledFor(logging.DEBUG):
            self.log.debug(
                "%s %s: %s in %.0f ms, %d bytes sent, %d received, request %s",
                operation_name,
                abbreviate(variables, self.token),
                response.status,
                1000 * (self.backend.clock() - start),
                len(body),
                len(response.content),
                abbreviate(response.headers.get("x-amzn-requestid"), self.token),
            )
        return response

    def subscription(
        self,
        result: type[Result],
        *,
        query: str,
        operation_name: str,
        variables: dict[str, object],
    ) -> Subscription[Result]:
        """Create a subscription, to be started over a real-time connection."""
        from .variables import serialize_variables

        return Subscription(result, query, serialize_variables(variables))
