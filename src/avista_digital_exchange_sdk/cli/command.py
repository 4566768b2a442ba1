"""What makes a function a command: the options that all have, and how it ends."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import typer

from .context import CommandContext
from .errors import handle_errors
from .log_messages import showing_log

Json = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Tell errors only.")]
Action = Callable[..., None]


class Command(NamedTuple):
    """A command of `avista-dx`.

    Attributes:
        name: What it is called.
        action: What it does; typer reads its arguments and its help off this.
        examples: How to call it.
    """

    name: str
    action: Action
    examples: tuple[str, ...]


def command(*examples: str) -> Callable[[Action], Command]:
    """Make a command of a function that takes a run, and the command's own arguments.

    Args:
        examples: How to call it.
    """

    def made(action: Action) -> Command:
        def act(json: Json = False, quiet: Quiet = False, **given: Any) -> None:
            run = CommandContext(json, quiet)
            with handle_errors():
                try:
                    with showing_log(quiet):
                        action(run, **given)
                finally:
                    run.close()

        _, *own = inspect.signature(action).parameters.values()
        *shared, _ = inspect.signature(act).parameters.values()
        act.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]  # inspect reads it
        act.__annotations__ = {one.name: one.annotation for one in [*own, *shared]}
        act.__doc__ = action.__doc__
        return Command(action.__name__, act, examples)

    return made
