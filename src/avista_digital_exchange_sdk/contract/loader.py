"""Reads a schema from an endpoint, an SDL file or an introspection JSON."""

import json
import os
from pathlib import Path
from typing import Any, NamedTuple, cast

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    IntrospectionQuery,
    Source,
    build_ast_schema,
    build_client_schema,
    get_introspection_query,
    parse,
    print_schema,
    validate_schema,
)

from .._backends import SyncBackend, run_sync
from .._client_base import Arguments, parse_config
from .._escaping import escape_controls
from .._graphql.client import GraphQLClient
from .._profiles.access import TOKEN_VARIABLE, select_profile_name
from .._profiles.files import list_names
from .._secrets import Secret
from ..errors import DigitalExchangeError, InvalidRequestError
from .appsync import strip_appsync
from .ast_utils import get_line_and_column
from .errors import ContractError

OPERATION = "IntrospectionQuery"
FULL_QUERY = get_introspection_query(input_value_deprecation=True)
MINIMAL_QUERY = get_introspection_query()
"""For servers that do not support later additions to introspection."""


class LoadedSchema(NamedTuple):
    """A schema, and notes on what was removed from it."""

    schema: GraphQLSchema
    notes: list[str] = []  # noqa: RUF012  # never changed


def load(source: str, token_variable: str, profile: str | None = None) -> LoadedSchema:
    """Read a schema from the URL of an endpoint, or from a file."""
    if "://" in source:
        return from_endpoint(source, token_variable, profile)
    return from_file(Path(source))


def from_endpoint(
    endpoint: str | None, token_variable: str, profile: str | None = None
) -> LoadedSchema:
    """Query an endpoint for its schema.

    Args:
        endpoint: The URL.
        token_variable: The environment variable with the token.
        profile: The name of the profile with the token. Without the default variable, too, the
            token is that of a profile.
    """
    token: Secret[str | None] = Secret(os.environ.get(token_variable))
    if profile is not None or (token_variable == TOKEN_VARIABLE and _has_profile(token)):
        token = Secret(None)
    elif not token.reveal():
        if token_variable.isidentifier() and token_variable.isupper():
            raise ContractError(f"the environment variable {token_variable} must contain a token")
        # It may be the token itself.
        raise ContractError("--token-env must be the name of an environment variable with a token")
    arguments = Arguments(token.reveal(), False, endpoint, None, profile)
    # The URL may contain a password or a token, which errors about arguments do not show.
    del endpoint, token_variable
    try:
        settings = parse_config(arguments)
    except DigitalExchangeError as error:
        raise ContractError(str(error)) from error
    try:
        client = settings.create_client(GraphQLClient, SyncBackend(settings.network))
        try:
            introspection = run_sync(_introspect(client))
        finally:
            run_sync(client.backend.close())
    except DigitalExchangeError as error:
        raise ContractError(f"{settings.access.endpoint}: {error}") from error
    return _from_introspection(introspection, settings.access.endpoint)


def _has_profile(token: Secret[str | None]) -> bool:
    """Whether there is no token, but a profile that may have one."""
    return not token.reveal() and select_profile_name() in list_names()


async def _introspect(client: GraphQLClient) -> dict[str, Any]:
    try:
        return await _introspection_result(client, FULL_QUERY)
    except InvalidRequestError:
        return await _introspection_result(client, MINIMAL_QUERY)


async def _introspection_result(client: GraphQLClient, query: str) -> dict[str, Any]:
    return await client.execute(dict[str, Any], query=query, operation_name=OPERATION, variables={})


def from_file(path: Path) -> LoadedSchema:
    """Read an SDL file or an introspection JSON, as AWS AppSync exports them."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ContractError(f"{path}: must be a UTF-8 text file") from error
    except OSError as error:
        raise ContractError(f"{path}: {error.strerror}") from error
    if text.lstrip().startswith("{"):
        return _from_json(text, str(path))
    return from_sdl(text, str(path))


def _from_json(text: str, name: str) -> LoadedSchema:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise ContractError(f"{name}: not JSON: {escape_controls(str(error))}") from error
    return _from_introspection(content.get("data") or content, name)


def _from_introspection(introspection: dict[str, Any], name: str) -> LoadedSchema:
    try:
        schema = build_client_schema(cast(IntrospectionQuery, introspection))
    except (TypeError, KeyError, ValueError, AttributeError, GraphQLError) as error:
        raise ContractError(
            f"{name}: not the result of an introspection: {escape_controls(str(error))}"
        ) from error
    return from_sdl(print_schema(schema), name)


def from_sdl(text: str, name: str) -> LoadedSchema:
    """Read a schema from SDL; `name` identifies it in errors."""
    try:
        return from_document(parse(Source(text, name)), name)
    except GraphQLError as error:
        raise ContractError(f"{format_error_location(error, name)}") from error


def from_document(document: DocumentNode, name: str) -> LoadedSchema:
    """Build a schema without AWS AppSync's additions."""
    try:
        stripped, notes = strip_appsync(document)
        errors = validate_schema(build_ast_schema(stripped))
        schema = build_ast_schema(stripped, assume_valid=True)
    except TypeError as error:
        raise ContractError(f"{name}: not a valid schema: {escape_controls(str(error))}") from error
    if not schema.query_type:
        raise ContractError(f"{name}: not a valid schema: it has no query type")
    # Other servers are less strict than graphql-core; their schemas can be compared nonetheless.
    notes += [f"{name}: {escape_controls(error.message)}" for error in errors]
    return LoadedSchema(schema, notes)


def format_error_location(error: GraphQLError, name: str) -> str:
    """Format an error message after its location."""
    if not error.source or not error.positions:
        return f"{name}: {escape_controls(error.message)}"
    line, column = get_line_and_column(error.source, next(iter(error.positions)))
    return f"{name}:{line}:{column}: {escape_controls(error.message)}"
