"""Questions before something is deleted."""

import sys
from typing import Annotated

import typer

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def confirm(question: str, *, yes: bool) -> None:
    """Ask on a terminal, unless the user has answered already.

    Without a terminal there is no one to ask, and the command itself is the answer.

    Raises:
        typer.Abort: The answer is no.
    """
    if not yes and sys.stdin.isatty() and sys.stderr.isatty():
        typer.confirm(question, abort=True, err=True)
