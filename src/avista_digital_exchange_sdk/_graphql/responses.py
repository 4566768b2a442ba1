"""An answer parsed from its bytes: the data, or the error it stands for."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Generic, TypeVar, cast

import pydantic
from pydantic import ValidationError
from pydantic_core import from_json

from .._backends import Response
from .._escaping import escape_controls
from .._models.base import NULLABLE_TAG
from .._secrets import Secret
from .._utils.gc import gc_paused
from .._utils.redaction import join_descriptions, redact
from ..errors import (
    ApiError,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UnauthorizedError,
)

Data = TypeVar("Data")

# How many errors are kept.
MAX_ERRORS = 1000
MAX_REQUEST_ID_LENGTH = 200

_ERROR_CLASSES: list[tuple[type[ApiError], tuple[str, ...]]] = [
    # The first class one of whose words occurs in the errorType, in lower case, is taken.
    (UnauthorizedError, ("unauthorized", "accessdenied", "forbidden", "authentication")),
    (NotFoundError, ("notfound", "not_found")),
    (RateLimitError, ("throttl", "toomanyrequests", "limitexceeded", "ratelimit")),
    (InvalidRequestError, ("validation", "badrequest", "invalid", "rejectedrecords", "malformed")),
    (ServerError, ("timeout", "internal", "server", "unavailable", "lambda", "unhandled")),
]


class _Envelope(pydantic.BaseModel, Generic[Data]):
    # What did not fit may be a presigned URL, and a traceback shows the cause of an error too.
    model_config = pydantic.ConfigDict(hide_input_in_errors=True)

    data: Data | None = None
    errors: list[Any] | None = None


@cache
def _envelope(result: Any) -> Any:
    return _Envelope[result]


def parse_response(
    result: type[Data],
    answer: Response,
    operation_name: str,
    token: Secret[str],
    max_error_bytes: int,
) -> Data:
    """Parse the data of a response, or raise the error it stands for.

    Args:
        result: The type of the data.
        answer: The response.
        operation_name: The operation, for messages.
        token: The token, which is redacted from messages.
        max_error_bytes: Maximum size of a response that is searched for errors.
    """
    problem: Exception | None = None
    if answer.status == 200:
        try:
            envelope: _Envelope[Data] = _parse_envelope(result, answer)
            if envelope.data is not None and all(map(_is_too_large, envelope.errors or ())):
                return envelope.data
            del envelope
        except ValidationError as error:
            problem = _invalid_response(error, answer, operation_name, max_error_bytes)
    # Raised out here, as pydantic's error holds the answer, and whoever pickles causes, it too.
    raise problem or _to_error(answer, operation_name, token, max_error_bytes)


def _is_too_large(error: Any) -> bool:
    """Whether an error says only that an integer is beyond 32 bits, so that it is null instead.

    AWS AppSync says so of the size of a file above 2 GiB; what else it answers is complete.
    """
    message = str(error.get("message")) if isinstance(error, dict) else ""
    return message.startswith("Can't serialize value (") and "type 'Int'" in message


def _parse_envelope(result: type[Data], answer: Response) -> "_Envelope[Data]":
    with gc_paused():
        envelope: _Envelope[Data] = _envelope(cast(Any, result)).model_validate_json(answer.content)
    return envelope


def _invalid_response(
    error: ValidationError, answer: Response, operation_name: str, max_error_bytes: int
) -> InvalidResponseError | None:
    """The error to raise; None where the platform's own says more than that of a partial answer."""
    if len(answer.content) > max_error_bytes:
        return InvalidResponseError(f"{operation_name}: the answer is not of the contract's shape")
    parsed = _json_object(answer.content)
    if parsed.get("errors"):
        return None
    return InvalidResponseError(_describe_validation_error(error, parsed, operation_name))


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        parsed = from_json(content)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _describe_validation_error(
    error: ValidationError, parsed: dict[str, Any], operation_name: str
) -> str:
    if not parsed:
        return f"{operation_name}: the answer is not a JSON object"
    # The values that did not fit stay out of the message: they may be secrets.
    # That null would have been right too is said of each list and entry around what is wrong.
    places = {
        ".".join(str(part) for part in item["loc"] if part != NULLABLE_TAG)
        for item in error.errors()
        if item["type"] != "none_required"
    }
    return f"{operation_name}: the answer is not of the contract's shape at {', '.join(places)}"


def _to_error(
    answer: Response, operation_name: str, token: Secret[str], max_error_bytes: int
) -> Exception:
    is_too_large = len(answer.content) > max_error_bytes
    parsed = {} if is_too_large else _json_object(answer.content)
    errors = parsed.get("errors")
    if not isinstance(errors, list):
        errors = [errors] if errors else []
    count, errors = len(errors), errors[:MAX_ERRORS]
    if answer.status == 200 and not errors:
        size = f"an error of more than {max_error_bytes} bytes"
        problem = f"is {size}" if is_too_large else "holds no data and no error"
        return InvalidResponseError(f"{operation_name}: the answer {problem}")
    given_id = escape_controls(redact(answer.headers.get("x-amzn-requestid", ""), token))
    request_id = given_id[:MAX_REQUEST_ID_LENGTH] or None
    error_class = _error_class_by_type(errors) or _error_class_by_status(answer.status)
    description = join_descriptions(_describe_errors(errors), count, token)
    status = f"HTTP status {answer.status}"
    suffix = f" (request {request_id})" if request_id else ""
    return error_class(
        redact(f"{operation_name}: {description or status}{suffix}", token),
        operationName=operation_name,
        errors=redact(errors, token),
        data=redact(parsed.get("data"), token),
        statusCode=answer.status,
        requestId=request_id,
    )


def _describe_errors(errors: list[Any]) -> Iterator[str]:
    for error in errors:
        if not isinstance(error, dict):
            yield str(error)
            continue
        kind, message = error.get("errorType"), error.get("message")
        yield ": ".join(str(part) for part in (kind, message) if part) or "an error without message"


def _error_class_by_type(errors: list[Any]) -> type[ApiError] | None:
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


def _error_class_by_status(status: int) -> type[ApiError]:
    if status in (401, 403):
        return UnauthorizedError
    if status == 404:
        return NotFoundError
    if status == 429:
        return RateLimitError
    if status >= 500:
        return ServerError
    return InvalidRequestError if 400 <= status < 500 else ApiError
