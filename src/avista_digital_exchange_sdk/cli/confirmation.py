"""Questions before something is deleted."""

import sys
from typing import Annotated

import typer

from .._escaping import escape_controls
from .errors import print_error
from .exit_codes import FAILED

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def can_ask() -> bool:
    """Whether there is a terminal with a person who can answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def confirm(question: str, *, yes: bool) -> None:
    """Ask on a terminal, unless the user has answered already.

    Without a terminal there is no one to ask, and the command itself is the answer.

    Raises:
        typer.Exit: The answer is no, or Ctrl-D.
        KeyboardInterrupt: The answer is Ctrl-C.
    """
    if yes or not can_ask():
        return
    try:
        is_confirmed = typer.confirm(escape_controls(question), err=True)
    except typer.Abort as error:
        sys.stderr.write("\n")
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        is_confirmed = False
    if not is_confirmed:
        print_error("cancelled; nothing was deleted")
        raise typer.Exit(FAILED)
