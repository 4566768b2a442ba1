"""The command that runs any GraphQL operation."""

import json
import sys
from typing import Annotated, Any

import typer

from ..._utils import validation
from ..command import command
from ..context import CommandContext
from ..output import print_json
from ..standard_streams import STANDARD_STREAM


@command(
    "avista-dx execute '{ user_getUserSession { user { firstName } } }'",
    'avista-dx execute - --variables \'{"id": "<dataStoreId>"}\' < operation.graphql',
)
def execute(
    run: CommandContext,
    operation: Annotated[
        str,
        typer.Argument(
            metavar="OPERATION", help="A query or mutation in GraphQL, or - for standard input."
        ),
    ],
    variables: Annotated[
        str, typer.Option(metavar="JSON", help="The variables, as a JSON object.")
    ] = "{}",
) -> None:
    """Run a query or mutation of the platform's schema, and print its data as JSON."""
    text = sys.stdin.read() if operation == STANDARD_STREAM else operation
    validation.require_str("OPERATION", text)
    data = run.exchange.execute(text, _parse_variables(variables))
    with run.open_pager():
        print_json(data)


def _parse_variables(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise validation.invalid_argument("--variables", text, "a JSON object")
    return parsed
