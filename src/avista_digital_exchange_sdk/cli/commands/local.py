"""The command that starts the Local Exchange."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..._utils.extras import require_extra
from ..._utils.local_paths import expand_home
from ..command import command
from ..context import CommandContext

if TYPE_CHECKING:
    from ...local import LocalExchange


@command("avista-dx local", "avista-dx local --port 8000 --data exchange")
def local(
    run: CommandContext,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            metavar="PORT", min=0, max=65535, help="The port to listen on; 0 for any free port."
        ),
    ] = 0,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=expand_home,
            help="The directory for persistent data (default: none is kept).",
        ),
    ] = None,
    public_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The URL that clients on other machines use (default: the address it listens on).",
        ),
    ] = None,
    latency: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            help="Additional duration of each operation, to test against a slow platform.",
        ),
    ] = 0,
    throttle: Annotated[
        float | None,
        typer.Option(
            metavar="RATE",
            help="Maximum number of GraphQL requests per second (default: no limit).",
        ),
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            parser=expand_home,
            help="A JSON file with endpoints, tokens and IDs; exists while it accepts requests.",
        ),
    ] = None,
    log: Annotated[bool, typer.Option("--log", help="Log requests to standard error.")] = False,
) -> None:
    """Run a local emulator of the platform until Ctrl-C.

    Prints the environment variables for the other commands: run the lines in another terminal.
    """
    require_extra("local", "ariadne", "duckdb", "sqlglot", "starlette", "uvicorn")
    from ...local import LocalExchange
    from ...local.serve import ready_json, serve

    def print_ready(exchange: LocalExchange) -> None:
        sys.stdout.write(ready_json(exchange) + "\n" if run.json else _lines(exchange))
        sys.stdout.flush()

    create = partial(
        LocalExchange,
        host=host,
        port=port,
        data=data,
        publicUrl=public_url,
        latency=latency,
        throttle=throttle,
    )
    try:
        serve(create, ready_file, print_ready, log=log)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _lines(exchange: "LocalExchange") -> str:
    return (
        f"export AVISTA_DX_ENDPOINT={exchange.publicEndpoint}\n"
        f"export AVISTA_DX_TOKEN={exchange.token}\n"
    )
