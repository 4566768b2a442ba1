"""Parses responses to their data or to an error."""

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

# Maximum number of errors that are kept.
MAX_ERRORS = 1000
MAX_REQUEST_ID_LENGTH = 200

_ERROR_CLASSES: list[tuple[type[ApiError], tuple[str, ...]]] = [
    # The class is the first one with a word that the errorType contains, in lower case.
    (UnauthorizedError, ("unauthorized", "accessdenied", "forbidden", "authentication")),
    (NotFoundError, ("notfound", "not_found")),
    (RateLimitError, ("throttl", "toomanyrequests", "limitexceeded", "ratelimit")),
    (InvalidRequestError, ("validation", "badrequest", "invalid", "rejectedrecords", "malformed")),
    (ServerError, ("timeout", "internal", "server", "unavailable", "lambda", "unhandled")),
]


class _Envelope(pydantic.BaseModel, Generic[Data]):
    # Invalid values may be presigned URLs, and a traceback shows the cause of an error too.
    model_config = pydantic.ConfigDict(hide_input_in_errors=True)

    data: Data | None = None
    errors: list[Any] | None = None


@cache
def _get_envelope_type(result: Any) -> Any:
    return _Envelope[result]


def parse_response(
    result: type[Data],
    response: Response,
    operation_name: str,
    token: Secret[str],
    max_error_bytes: int,
) -> Data:
    """Parse the data of a response, or raise the error that it contains.

    Args:
        result: The type of the data.
        response: The response.
        operation_name: The operation, for messages.
        token: The token, which is redacted from messages.
        max_error_bytes: Maximum size of a response that is searched for errors.
    """
    problem: Exception | None = None
    if response.status == 200:
        try:
            envelope: _Envelope[Data] = _parse_envelope(result, response)
            if envelope.data is not None and all(map(_is_too_large, envelope.errors or ())):
                return envelope.data
            del envelope
        except ValidationError as error:
            problem = _build_validation_error(error, response, operation_name, max_error_bytes)
    # Raised outside of the except block: pydantic's error contains the response, and would be
    # pickled as the context.
    raise problem or _to_error(response, operation_name, token, max_error_bytes)


def _is_too_large(error: Any) -> bool:
    """Whether an error says only that an integer exceeds 32 bits and is replaced by null.

    AWS AppSync returns this for the size of a file above 2 GiB. The rest of the data is complete.
    """
    message = str(error.get("message")) if isinstance(error, dict) else ""
    return message.startswith("Can't serialize value (") and "type 'Int'" in message


def _parse_envelope(result: type[Data], response: Response) -> "_Envelope[Data]":
    with gc_paused():
        envelope: _Envelope[Data] = _get_envelope_type(cast(Any, result)).model_validate_json(
            response.content
        )
    return envelope


def _build_validation_error(
    error: ValidationError, response: Response, operation_name: str, max_error_bytes: int
) -> InvalidResponseError | None:
    """Build the error to raise; None if the response contains errors, which are more useful."""
    if len(response.content) > max_error_bytes:
        return InvalidResponseError(f"{operation_name}: the response does not match the schema")
    parsed = _parse_json_object(response.content)
    if parsed.get("errors"):
        return None
    return InvalidResponseError(_describe_validation_error(error, parsed, operation_name))


def _parse_json_object(content: bytes) -> dict[str, Any]:
    try:
        parsed = from_json(content)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _describe_validation_error(
    error: ValidationError, parsed: dict[str, Any], operation_name: str
) -> str:
    if not parsed:
        return f"{operation_name}: the response is not a JSON object"
    # The message must not contain the invalid values, which may be secrets. The errors also include
    # one for the null alternative of each nullable value.
    paths = {
        ".".join(str(part) for part in item["loc"] if part != NULLABLE_TAG)
        for item in error.errors()
        if item["type"] != "none_required"
    }
    return f"{operation_name}: the response does not match the schema at {', '.join(paths)}"


def _to_error(
    response: Response, operation_name: str, token: Secret[str], max_error_bytes: int
) -> Exception:
    is_too_large = len(response.content) > max_error_bytes
    parsed = {} if is_too_large else _parse_json_object(response.content)
    errors = parsed.get("errors")
    if not isinstance(errors, list):
        errors = [errors] if errors else []
    count, errors = len(errors), errors[:MAX_ERRORS]
    if response.status == 200 and not errors:
        size = f"an error of more than {max_error_bytes} bytes"
        problem = f"is {size}" if is_too_large else "contains neither data nor errors"
        return InvalidResponseError(f"{operation_name}: the response {problem}")
    full_id = escape_controls(redact(response.headers.get("x-amzn-requestid", ""), token))
    request_id = full_id[:MAX_REQUEST_ID_LENGTH] or None
    error_class = _find_error_class_by_type(errors) or _find_error_class_by_status(response.status)
    description = join_descriptions(_describe_errors(errors), count, token)
    status = f"HTTP status {response.status}"
    suffix = f" (request {request_id})" if request_id else ""
    return error_class(
        redact(f"{operation_name}: {description or status}{suffix}", token),
        operationName=operation_name,
        errors=redact(errors, token),
        data=redact(parsed.get("data"), token),
        statusCode=response.status,
        requestId=request_id,
    )


def _describe_errors(errors: list[Any]) -> Iterator[str]:
    for error in errors:
        if not isinstance(error, dict):
            yield str(error)
            continue
        kind, message = error.get("errorType"), error.get("message")
        yield (
            ": ".join(str(part) for part in (kind, message) if part) or "an error without a message"
        )


def _find_error_class_by_type(errors: list[Any]) -> type[ApiError] | None:
    kinds = [str(error.get("errorType") or "") for error in errors if isinstance(error, dict)]
    messages = [str(error.get("message") or "") for error in errors if isinstance(error, dict)]
    for error_class, words in _ERROR_CLASSES:
        if any(word in kind.lower() for kind in kinds for word in words):
            return error_class
    if any("timed out" in message.lower() for message in messages):
        return ServerError
    # AWS AppSync returns this without an errorType if a document does not match the schema.
    if any(message.startswith("Validation error") for message in messages):
        return InvalidRequestError
    return None


def _find_error_class_by_status(status: int) -> type[ApiError]:
    if status in (401, 403):
        return UnauthorizedError
    if status == 404:
        return NotFoundError
    if status == 429:
        return RateLimitError
    if status >= 500:
        return ServerError
    return InvalidRequestError if 400 <= status < 500 else ApiError
