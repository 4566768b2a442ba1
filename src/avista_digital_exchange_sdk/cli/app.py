"""The program `avista-dx`: all commands, in the order of its help."""

from collections.abc import Iterable

import typer

from .account import whoami
from .collaboratives import collaboratives, services, share, unshare
from .contract import contract, generate
from .copying import get, put
from .data_stores import ls, rm, stores, tree
from .databases import assets, databases
from .ending import EXIT_CODES
from .local import local
from .publish import publish
from .query import query
from .sql import sql

COMMANDS = (
    *(whoami, stores, ls, tree, get, put, rm),
    *(databases, assets, query, sql, publish),
    *(collaboratives, services, share, unshare),
    *(local, contract, generate),
)


def _in_lines(title: str, lines: Iterable[str]) -> str:
    """A part of help that keeps its lines, as a backspace at its head tells."""
    return "\n".join(["\b", f"{title}:", *(f"  {line}" for line in lines)])


app = typer.Typer(
    name="avista-dx",
    help="Files, time series and collaboratives of the Avista Digital Exchange.\n\n"
    "The token comes from the environment variable AVISTA_DX_TOKEN, the platform's address from "
    "AVISTA_DX_ENDPOINT; production, if that is not set. Data goes to standard output, everything "
    "else to standard error.",
    epilog=_in_lines("Exit codes", [f"{code:<4} {what}" for code, what in EXIT_CODES.items()]),
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in COMMANDS:
    app.command(command.name, epilog=_in_lines("Examples", command.examples))(command.action)
