"""Responses and errors in the format of AppSync."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from typing import Any

from graphql import ExecutionResult, GraphQLError, GraphQLObjectType, GraphQLSchema

from ..._escaping import EscapingFilter
from ..errors import PlatformError

logger: logging.Logger = logging.getLogger(__name__)
logger.addFilter(EscapingFilter())

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
_MISSING_VALUE = re.compile(r"Cannot return null for non-nullable field (\w+)\.(\w+)\.")

AppSyncResponse = dict[str, Any]


def refuse(errors: Sequence[GraphQLError]) -> AppSyncResponse:
    """Build the response to a document that is not executed."""
    return to_response(ExecutionResult(None, list(errors)))


def to_response(result: ExecutionResult) -> AppSyncResponse:
    """Convert the result of an operation. `errors` is present only if there are any."""
    return _shape(result, _to_error)


def to_event(result: ExecutionResult, schema: GraphQLSchema) -> AppSyncResponse:
    """Convert an event of a subscription.

    Values that the publisher did not select are missing, even if the schema requires them.
    """

    def to_error(error: GraphQLError) -> AppSyncResponse:
        match = _MISSING_VALUE.match(error.message)
        if match is None or not isinstance(error.original_error, TypeError):
            return _to_error(error)
        return _describe_missing_value(error, schema, *match.groups())

    return _shape(result, to_error)


def _shape(
    result: ExecutionResult, to_error: Callable[[GraphQLError], AppSyncResponse]
) -> AppSyncResponse:
    if not result.errors:
        return {"data": result.data}
    return {"data": result.data, "errors": [to_error(error) for error in result.errors]}


def _describe_missing_value(
    error: GraphQLError, schema: GraphQLSchema, parent: str, field: str
) -> AppSyncResponse:
    """Return the error for a value that is missing from an event."""
    parent_type = schema.type_map[parent]
    assert isinstance(parent_type, GraphQLObjectType)
    value_type = str(parent_type.fields[field].type).removesuffix("!")
    path = "/".join(map(str, error.path or ()))
    message = (
        f"Cannot return null for non-nullable type: '{value_type}' within parent "
        f"'{parent}' (/{path})"
    )
    return {"message": message, "path": error.path}


def _to_error(error: GraphQLError) -> AppSyncResponse:
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
