"""The program `avista-dx`: all commands, in the order of its help."""

from collections.abc import Iterable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from .._version import __version__
from .commands.collaboratives import collaboratives, services, share, unshare
from .commands.contract import contract, generate
from .commands.copy import get, put
from .commands.data_stores import ls, rm, stores, tree
from .commands.databases import assets, databases
from .commands.local import local
from .commands.publish import publish
from .commands.query import query
from .commands.sql import sql
from .commands.whoami import whoami
from .exit_codes import EXIT_CODES

COMMANDS = (
    *(whoami, stores, ls, tree, get, put, rm),
    *(databases, assets, query, sql, publish),
    *(collaboratives, services, share, unshare),
    *(local, contract, generate),
)


def _split_lines(title: str, lines: Iterable[str]) -> str:
    """A part of help that keeps its lines, as a backspace at its head tells."""
    return "\n".join(["\b", f"{title}:", *(f"  {line}" for line in lines)])


class _Program(TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] in self.commands:
            # No option of its own is given. To read even that, typer imports pydantic, which would
            # take longer than the help of a command may.
            self.params, self.add_help_option = [], False
        return super().parse_args(ctx, args)


app: typer.Typer = typer.Typer(
    name="avista-dx",
    cls=_Program,
    help="Files, time series and collaboratives of the Avista Digital Exchange.\n\n"
    "The token comes from the environment variable AVISTA_DX_TOKEN, the platform's address from "
    "AVISTA_DX_ENDPOINT; production, if that is not set. Data goes to standard output, everything "
    "else to standard error.",
    epilog=_split_lines("Exit codes", [f"{code:<4} {what}" for code, what in EXIT_CODES.items()]),
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"avista-dx {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


for _command in COMMANDS:
    app.command(_command.name, epilog=_split_lines("Examples", _command.examples))(_command.action)
