"""One operation over HTTP: a request made, an answer parsed from its bytes, an error built."""

import logging
from collections.abc import Iterable
from copy import copy
from functools import cache
from typing import Any, Generic, Self, TypeVar, cast

import pydantic
from pydantic import SecretStr, ValidationError
from pydantic_core import from_json, to_json

from ._collector import collector_at_rest
from ._documents import operation
from ._io import Answer, Io
from ._log import logger, shortened
from ._model import BaseModel, Unset
from ._redact import redact
from ._retry import Waits, may_be_done, may_pass, retry_after
from .errors import (
    ApiError,
    DigitalExchangeError,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    RateLimitedError,
    ServerError,
    UnauthorizedError,
)

Data = TypeVar("Data")
Result = TypeVar("Result", bound=BaseModel)

_ERROR_CLASSES: list[tuple[type[ApiError], tuple[str, ...]]] = [
    # The first class one of whose words occurs in the errorType, in lower case, is taken.
    (UnauthorizedError, ("unauthorized", "accessdenied", "forbidden", "authentication")),
    (NotFoundError, ("notfound", "not_found")),
    (RateLimitedError, ("throttl", "toomanyrequests", "limitexceeded", "ratelimit")),
    (InvalidRequestError, ("validation", "badrequest", "invalid", "rejectedrecords", "malformed")),
    (ServerError, ("timeout", "internal", "server", "unavailable", "lambda", "unhandled")),
]


REPEATABLE_MUTATIONS = frozenset(
    {
        "timeSeriesDb_publishToDatabase",  # records carry versions: the same again is no change
        "timeSeriesDb_generateQueryResultExportFile",
        "timeSeriesDb_cancelDatabaseQuery",
    }
)
"""Mutations that do no harm when they are done twice."""


HURRIED_TIMEOUT = 5.0
"""Seconds that tidying up may take: whoever interrupts a call wants to be gone."""

ANONYMOUS = "an operation without a name"


class Subscription(Generic[Result]):
    """A subscription that is ready to be started over a real-time connection."""

    def __init__(self, result: type[Result], query: str, variables: dict[str, object]) -> None:
        self.result = result
        self.query = query
        self.variables = variables


class _Envelope(pydantic.BaseModel, Generic[Data]):
    # What did not fit may be a presigned URL, and a traceback shows the cause of an error too.
    model_config = pydantic.ConfigDict(hide_input_in_errors=True)

    data: Data | None = None
    errors: list[Any] | None = None


class GraphQLClient:
    """Runs the generated operations; the generated client extends it."""

    def __init__(
        self,
        io: Io,
        endpoint: str,
        token: SecretStr,
        maxRetries: int,
    ) -> None:
        self.io = io
        self.endpoint = endpoint
        self.token = token
        self.maxRetries = maxRetries
        self._timeout: float | None = None
        self._insists = False

    def hurried(self) -> Self:
        """The same client, asking once and not waiting long: to tidy up after an interruption."""
        hurried = copy(self)
        hurried.maxRetries, hurried._timeout = 0, HURRIED_TIMEOUT
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
    ) -> Data:
        """Run one query or mutation and return its data."""
        label = operation_name or ANONYMOUS
        body = to_json(
            {
                "query": query,
                "operationName": operation_name,
                "variables": wire_variables(variables),
            }
        )
        headers = {
            "Authorization": self.token.get_secret_value(),
            "Content-Type": "application/json",
        }
        changes = operation(query, operation_name).kind == "mutation"
        repeatable = not changes or self._insists or operation_name in REPEATABLE_MUTATIONS
        waits = Waits(self.maxRetries)
        mayBeDone = False
        while True:
            asked_wait: float | None = None
            try:
                answer = await self._ask(label, variables, headers, body)
                asked_wait = retry_after(answer.headers)
                return parse_answer(result, answer, label, self.token)
            except DigitalExchangeError as error:
                mayBeDone = error.mayBeDone = mayBeDone or may_be_done(error)
                passing = may_pass(error, repeatable=repeatable)
                if not passing or (wait := waits.next(asked_wait)) is None:
                    raise
                logger.debug("%s; trying again in %.1f s", error, wait)
            await self.io.sleep(wait)

    async def _ask(
        self,
        operation_name: str,
        variables: dict[str, object],
        headers: dict[str, str],
        body: bytes,
    ) -> Answer:
        begun = self.io.clock()
        answer = await self.io.post(self.endpoint, headers, body, self._timeout)
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug(
                "%s %s: %s in %.0f ms, %d bytes sent, %d received, request %s",
                operation_name,
                shortened(variables, self.token.get_secret_value()),
                answer.status,
                1000 * (self.io.clock() - begun),
                len(body),
                len(answer.content),
                answer.headers.get("x-amzn-requestid"),
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
        return Subscription(result, query, wire_variables(variables))


def wire_variables(variables: dict[str, object]) -> dict[str, object]:
    """Variables as JSON holds them: unset ones left out, models under the contract's names."""
    return {
        name: value.model_dump(mode="json", by_alias=True, exclude_none=True)
        if isinstance(value, BaseModel)
        else value
        for name, value in variables.items()
        if not isinstance(value, Unset)
    }


@cache
def _envelope(result: Any) -> Any:
    return _Envelope[result]


def parse_answer(result: type[Data], answer: Answer, operation_name: str, token: SecretStr) -> Data:
    """Turn the platform's answer into its data, or into the error it stands for."""
    wrong = None
    if answer.status == 200:
        try:
            with collector_at_rest():
                envelope: _Envelope[Data] = _envelope(cast(Any, result)).model_validate_json(
                    answer.content
                )
        except ValidationError as error:
            # A partial answer must not hide the platform's own error.
            parsed = _json_object(answer.content)
            if not parsed.get("errors"):
                wrong = InvalidResponseError(_what_is_wrong(error, parsed, operation_name))
        else:
            if envelope.data is not None and not envelope.errors:
                return envelope.data
    # Raised out here, as pydantic's error holds the answer, and whoever pickles causes, it too.
    raise wrong or _error_of(answer, operation_name, token)


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        parsed = from_json(content)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _what_is_wrong(error: ValidationError, parsed: dict[str, Any], operation_name: str) -> str:
    if not parsed:
        return f"{operation_name}: the answer is not a JSON object"
    # The values that did not fit stay out of the message: they may be secrets.
    places = {".".join(str(part) for part in item["loc"]) for item in error.errors()}
    return f"{operation_name}: the answer is not of the contract's shape at {', '.join(places)}"


def _error_of(answer: Answer, operation_name: str, token: SecretStr) -> Exception:
    parsed = _json_object(answer.content)
    errors = parsed.get("errors")
    if not isinstance(errors, list):
        errors = [errors] if errors else []
    if answer.status == 200 and not errors:
        return InvalidResponseError(f"{operation_name}: the answer holds no data and no error")
    request_id = answer.headers.get("x-amzn-requestid")
    error_class = _class_by_type(errors) or _class_by_status(answer.status)
    described = "; ".join(_described(errors)) or f"HTTP status {answer.status}"
    suffix = f" (request {request_id})" if request_id else ""
    secret = token.get_secret_value()
    return error_class(
        redact(f"{operation_name}: {described}{suffix}", secret),
        operationName=operation_name,
        errors=redact(errors, secret),
        data=redact(parsed.get("data"), secret),
        statusCode=answer.status,
        requestId=request_id,
    )


def _described(errors: list[Any]) -> Iterable[str]:
    for error in errors:
        if not isinstance(error, dict):
            yield str(error)
            continue
        kind, message = error.get("errorType"), error.get("message")
        yield ": ".join(str(part) for part in (kind, message) if part) or "an error without message"


def _class_by_type(errors: list[Any]) -> type[ApiError] | None:
    kinds = [str(error.get("errorType") or "") for error in errors if isinstance(error, dict)]
    messages = [str(error.get("message") or "") for error in errors if isinstance(error, dict)]
    for error_class, words in _ERROR_CLASSES:
        if any(word in kind.lower() for kind in kinds for word in words):
            return error_class
    if any("timed out" in message.lower() for message in messages):
        return ServerError
    # AWS AppSync says so, without an errorType, of a document that does not fit the schema.
    if any(message.startswith("Validation error") for message in messages):
        return InvalidRequestError
    return None


def _class_by_status(status: int) -> type[ApiError]:
    if status in (401, 403):
        return UnauthorizedError
    if status == 404:
        return NotFoundError
    if status == 429:
        return RateLimitedError
    if status >= 500:
        return ServerError
    return InvalidRequestError if 400 <= status < 500 else ApiError
