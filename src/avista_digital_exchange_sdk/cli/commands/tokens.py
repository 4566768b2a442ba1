"""The commands about authentication tokens."""

import sys
from typing import Annotated

import typer

from ..._utils import validation
from ..command import CommandGroup, command
from ..context import CommandContext
from ..output import print_json


@command("avista-dx tokens list", "avista-dx tokens list --json")
def list_(run: CommandContext) -> None:
    """List your authentication tokens, without their values."""
    columns = {
        "name": lambda token: token.name,
        "tokenId": lambda token: token.tokenId,
        "type": lambda token: token.tokenType,
        "expires": lambda token: token.dateExpires,
        "last active": lambda token: token.lastActive,
    }
    run.print_rows(run.exchange.listAuthenticationTokens(), columns)


@command(
    "avista-dx tokens create CI --days 30 > token.txt",
    "avista-dx tokens create CI --days 30 --json",
)
def create(
    run: CommandContext,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name to recognize the token by.")],
    days: Annotated[int, typer.Option(metavar="N", help="How many days the token is valid.")],
) -> None:
    """Create an authentication token, and print its value.

    The value is a secret, and the platform does not return it again.
    """
    validation.require_str("NAME", name)
    token = run.exchange.createAuthenticationToken(name, days)
    value = str(token.tokenValue or "")
    try:
        if run.json:
            print_json(token.model_dump() | {"tokenValue": value})
        else:
            typer.echo(value)
        sys.stdout.flush()
    except OSError:
        # Nobody has the value, so the token would stay valid for nothing.
        run.exchange.deleteAuthenticationToken(token.tokenId)
        run.info(f"deleted again, as its value could not be written: {token.name}")
        raise
    run.info(f"created: {token.name} ({token.tokenId}), expires {token.dateExpires}")


@command("avista-dx tokens delete <tokenId>")
def delete(
    run: CommandContext,
    token: Annotated[
        str, typer.Argument(metavar="TOKEN", help="The ID of the token, which is not its value.")
    ],
) -> None:
    """Delete an authentication token. It stops working at once."""
    deleted = run.exchange.deleteAuthenticationToken(token)
    if run.json:
        print_json(deleted)
    run.info(f"deleted: {deleted.name} ({deleted.tokenId})")


tokens: CommandGroup = CommandGroup(
    "tokens", "Your authentication tokens.", (list_, create, delete)
)
