"""One operation over HTTP: the request, and another try where that may help."""

import logging
from copy import copy
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from pydantic_core import to_json

from .._backends import Backend, Response
from .._secrets import Secret, TokenHolder
from .._utils.logging import abbreviate, log_retry, logger
from .._utils.retry import Backoff, is_retryable, may_have_succeeded, parse_retry_after
from ..errors import DigitalExchangeError, NotFoundError
from .documents import select_operation

if TYPE_CHECKING:
    from .._models.base import BaseModel

Data = TypeVar("Data")
Result = TypeVar("Result", bound="BaseModel")

CLEANUP_TIMEOUT = 5.0
"""Seconds that tidying up may take: whoever interrupts a call wants to be gone."""

UNNAMED_OPERATION = "an operation without a name"


_Found = TypeVar("_Found")


def require_found(answer: _Found | None, what: str, identifier: str) -> _Found:
    """Insist that the platform answered with something: it says null for what it does not have."""
    if answer is None:
        raise NotFoundError(f"{what} {identifier}: the platform answered with nothing")
    return answer


class Subscription(Generic[Result]):
    """A subscription that is ready to be started over a real-time connection."""

    def __init__(self, result: type[Result], query: str, variables: dict[str, object]) -> None:
        self.result = result
        self.query = query
        self.variables = variables


class GraphQLClient(TokenHolder):
    """Runs the generated operations; the generated client extends it."""

    def __init__(
        self,
        io: Backend,
        endpoint: str,
        token: Secret[str],
        maxRetries: int,
        log: logging.Logger = logger,
    ) -> None:
        self.io = io
        self.endpoint = endpoint
        self.token = token
        self.maxRetries = maxRetries
        self.log = log
        self._timeout: float | None = None
        self._insists = False

    def hurried(self) -> Self:
        """The same client, asking once and not waiting long: to tidy up after an interruption."""
        hurried = copy(self)
        hurried.maxRetries, hurried._timeout = 0, CLEANUP_TIMEOUT
        return hurried

    def insisting(self) -> Self:
        """The same client, for mutations that here do no harm when they are done twice."""
        insisting = copy(self)
        insisting._insists = True
        return insisting

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
        # Imported by the first call: pydantic takes longer to import than all the rest.
        from .responses import parse_response
        from .variables import serialize_variables

        variables = serialize_variables(variables)
        label = operation_name or UNNAMED_OPERATION
        body = to_json({"query": query, "operationName": operation_name, "variables": variables})
        changes = select_operation(query, operation_name).kind == "mutation"
        repeatable = not changes or self._insists or idempotent
        waits = Backoff(self.maxRetries)
        mayHaveSucceeded = False
        while True:
            asked_wait: float | None = None
            try:
                answer = await self._send(label, variables, body)
                asked_wait = parse_retry_after(answer.headers)
                return parse_response(result, answer, label, self.token)
            except DigitalExchangeError as error:
                mayHaveSucceeded = error.mayHaveSucceeded = mayHaveSucceeded or may_have_succeeded(
                    error
                )
                passing = is_retryable(error, repeatable=repeatable)
                if not passing or (wait := waits.next_delay(asked_wait)) is None:
                    raise
                log_retry(self.log, error, wait)
            await self.io.sleep(wait)

    async def _send(
        self,
        operation_name: str,
        variables: dict[str, object],
        body: bytes,
    ) -> Response:
        begun = self.io.clock()
        answer = await self.io.post(self.endpoint, self.token, body, self._timeout)
        if self.log.isEnabledFor(logging.DEBUG):
            self.log.debug(
                "%s %s: %s in %.0f ms, %d bytes sent, %d received, request %s",
                operation_name,
                abbreviate(variables, self.token),
                answer.status,
                1000 * (self.io.clock() - begun),
                len(body),
                len(answer.content),
                abbreviate(answer.headers.get("x-amzn-requestid"), self.token),
            )
        return answer

    def subscription(
        self,
        result: type[Result],
        *,
        query: str,
        operation_name: str,
        variables: dict[str, object],
    ) -> Subscription[Result]:
        """Describe a subscription, to be started over a real-time connection."""
        from .variables import serialize_variables

        return Subscription(result, query, serialize_variables(variables))
