"""Runs many calls of a generated client in few requests.

The operations of a request are aliases in one document. An error of one operation is the result of
that operation alone.
"""

import contextlib
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from itertools import count
from typing import Any, NoReturn, TypeVar

from pydantic_core import from_json, to_json

from .._backends import Response
from .._utils.retry import Attempt, is_retryable, may_have_succeeded, parse_retry_after
from ..errors import (
    ApiError,
    DigitalExchangeError,
    InvalidParameterError,
    InvalidResponseError,
    RateLimitError,
    UnauthorizedError,
)
from .aliases import merge_operations
from .client import GraphQLClient, OperationCall

# Maximum number of operations in a request. AWS AppSync cuts a request off after 30 seconds and
# 10,000 resolvers, and a response at 5 MB.
MAX_BATCH_QUERIES = 50
# The mutations of a request run one after the other, so several smaller requests are faster.
MAX_BATCH_MUTATIONS = 10

# Maximum size of the variables in a request. AWS AppSync accepts requests of 1 MB.
MAX_VARIABLES_BYTES = 256 << 10

_Result = TypeVar("_Result")
_Client = TypeVar("_Client", bound=GraphQLClient)

# Calls an operation of a generated client.
Call = Callable[[_Client], Awaitable[_Result]]


async def run_batch(
    client: _Client, calls: Sequence[Call[_Client, _Result]]
) -> list[_Result | DigitalExchangeError]:
    """Run calls of a generated client, all of them queries or all of them mutations.

    Args:
        client: The client.
        calls: Each calls one operation, and returns its result.

    Returns:
        The result or error of each call.
    """
    if len(calls) == 1:
        return [await _catch_error(calls[0](client))]
    recorded = [await _record_operation(client, call) for call in calls]
    batch = _Batch(client, [operation for operation in recorded if operation is not None])
    await batch.run()
    numbers = count()
    return [
        await _catch_error(
            call(
                client.with_executor(partial(batch.get_data, next(numbers)))
                if operation
                else client
            )
        )
        for call, operation in zip(calls, recorded, strict=True)
    ]


async def _catch_error(call: Awaitable[_Result]) -> _Result | DigitalExchangeError:
    try:
        return await call
    except DigitalExchangeError as error:
        return error


class _Stopped(BaseException):
    """Stops a call where it would send its request."""


async def _record_operation(client: _Client, call: Call[_Client, object]) -> OperationCall | None:
    """Return the operation of a call without running it; None if the call rejects an argument."""
    operations: list[OperationCall] = []

    async def execute(operation: OperationCall) -> NoReturn:
        operations.append(operation)
        raise _Stopped

    with contextlib.suppress(_Stopped, InvalidParameterError):
        await call(client.with_executor(execute))
    return operations[0] if operations else None


class _Batch:
    """Operations that are sent in few requests, and their results."""

    def __init__(self, client: GraphQLClient, operations: Sequence[OperationCall]) -> None:
        self._client = client
        self._operations = operations
        self._results: dict[int, object] = {}
        # The errors of operations that are sent again.
        self._errors: dict[int, DigitalExchangeError] = {}
        # The operations that may have taken effect in an earlier attempt.
        self._uncertain: set[int] = set()
        is_query = all(operation.kind == "query" for operation in operations)
        self._max_operations = MAX_BATCH_QUERIES if is_query else MAX_BATCH_MUTATIONS

    async def run(self) -> None:
        """Send the operations until each has succeeded or failed permanently."""
        try:
            await self._client.run_attempts(self._send_pending, self._is_retryable)
        except DigitalExchangeError as error:
            for number in self._pending:
                self._fail(number, self._errors.get(number) or _copy_error(error))

    async def get_data(self, number: int, _: OperationCall) -> Any:
        """Return the data of an operation, or raise its error."""
        result = self._results[number]
        if isinstance(result, DigitalExchangeError):
            raise result
        return result

    @property
    def _pending(self) -> list[int]:
        return [number for number in range(len(self._operations)) if number not in self._results]

    async def _send_pending(self, attempt: Attempt) -> None:
        """Send the operations without a result; raise an error if some have to be sent again."""
        before = len(self._results)
        for numbers in self._divide(self._pending):
            await self._send_divisible(numbers, attempt)
            attempt.made_progress = len(self._results) > before
        if pending := self._pending:
            raise self._errors[pending[0]]

    def _divide(self, numbers: Sequence[int]) -> Iterator[list[int]]:
        """Divide operations into requests of limited size."""
        chunk: list[int] = []
        size = 0
        for number in numbers:
            added = len(to_json(self._operations[number].variables))
            if chunk and (len(chunk) >= self._max_operations or size + added > MAX_VARIABLES_BYTES):
                yield chunk
                chunk, size = [], 0
            chunk.append(number)
            size += added
        if chunk:
            yield chunk

    async def _send_divisible(self, numbers: list[int], attempt: Attempt) -> None:
        """Send operations; if the request fails as a whole, send each half of them."""
        try:
            await self._send(numbers, attempt)
        except DigitalExchangeError as error:
            is_uncertain = may_have_succeeded(error)
            if is_uncertain:
                self._set_uncertain(numbers)
            if self._is_retryable(error):
                if _is_divisible(error):
                    self._max_operations = max(1, len(numbers) // 2)
                raise
            if not _is_divisible(error):
                raise
            if len(numbers) > 1 and (self._is_idempotent or not is_uncertain):
                # Too large for the platform, or one operation invalidates the request.
                middle = len(numbers) // 2
                await self._send_divisible(numbers[:middle], attempt)
                await self._send_divisible(numbers[middle:], attempt)
                return
            for number in numbers:
                self._fail(number, _copy_error(error))

    async def _send(self, numbers: Sequence[int], attempt: Attempt) -> None:
        """Send operations in one request, and keep their results."""
        operations = [self._operations[number] for number in numbers]
        first = operations[0]
        merged = merge_operations(
            first.kind,
            first.name,
            [(operation.query, operation.variables) for operation in operations],
        )
        body = to_json(
            {"query": merged.document, "operationName": first.name, "variables": merged.variables}
        )
        response = await self._client.send(first.label, merged.variables, body)
        attempt.retry_after = parse_retry_after(response.headers)
        parts = self._split(response, operations, merged.fields)
        for number, operation, part in zip(numbers, operations, parts, strict=True):
            try:
                self._results[number] = self._client.parse(operation, part)
            except DigitalExchangeError as error:
                self._set_error(number, error)

    def _split(
        self,
        response: Response,
        operations: Sequence[OperationCall],
        fields: Sequence[Mapping[str, str]],
    ) -> list[Response]:
        """Return the response of each operation; raise the error of the request, if any."""
        content = _parse_object(response)
        data, errors = content.get("data"), content.get("errors") or []
        known = {alias for own in fields for alias in own}
        are_known = isinstance(errors, list) and all(_get_alias(one) in known for one in errors)
        if isinstance(data, dict) and are_known:
            return [_select(response, data, errors, own) for own in fields]
        try:
            self._client.parse(operations[0], response)
        except ApiError as error:
            if errors and are_known:
                # The operations were run, although the platform discards their results.
                message = f"{operations[0].label}: the response contains no data: {error}"
                raise InvalidResponseError(message) from error
            raise
        raise InvalidResponseError(f"{operations[0].label}: the response contains no data")

    @property
    def _is_idempotent(self) -> bool:
        return all(map(self._client.is_idempotent, self._operations))

    def _is_retryable(self, error: Exception) -> bool:
        return is_retryable(error, idempotent=self._is_idempotent)

    def _set_uncertain(self, numbers: Iterable[int]) -> None:
        self._uncertain.update(numbers)
        self._client.report_unknown_outcome()

    def _set_error(self, number: int, error: DigitalExchangeError) -> None:
        """Keep the error of an operation, which is its result if another attempt can't help."""
        if may_have_succeeded(error):
            self._set_uncertain([number])
        self._errors[number] = error
        if not self._is_retryable(error):
            self._fail(number, error)

    def _fail(self, number: int, error: DigitalExchangeError) -> None:
        error.mayHaveSucceeded = number in self._uncertain
        self._results[number] = error


def _copy_error(error: DigitalExchangeError) -> DigitalExchangeError:
    """Copy the error of a request for one of its operations, to which notes can be added."""
    # copy.copy() may share the attributes, as tblib, which distributed uses, registers reducers.
    own = type(error).__new__(type(error), *error.args)
    own.__dict__.update(error.__dict__)
    if notes := getattr(error, "__notes__", None):
        own.__notes__ = [*notes]
    # It shows which operations have the same error.
    own.__cause__ = error
    return own


def _parse_object(response: Response) -> dict[str, Any]:
    if response.status != HTTPStatus.OK:
        return {}
    try:
        content = from_json(response.content)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _get_alias(error: Any) -> str | None:
    """Return the alias that an error is about."""
    path = error.get("path") if isinstance(error, dict) else None
    return path[0] if isinstance(path, list) and path and isinstance(path[0], str) else None


def _select(
    response: Response, data: dict[str, Any], errors: list[Any], fields: Mapping[str, str]
) -> Response:
    """Return the part of a response that belongs to an operation."""
    own = {
        "data": {field: data[alias] for alias, field in fields.items() if alias in data},
        "errors": [
            error | {"path": [fields[error["path"][0]], *error["path"][1:]]}
            for error in errors
            if error["path"][0] in fields
        ],
    }
    return Response(response.status, response.headers, to_json(own))


def _is_divisible(error: DigitalExchangeError) -> bool:
    """Whether an error of a request may be due to its size, or to one of its operations."""
    if isinstance(error, UnauthorizedError | RateLimitError):
        return False
    return isinstance(error, ApiError | InvalidResponseError)
