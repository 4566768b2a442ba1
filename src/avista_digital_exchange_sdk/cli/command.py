"""Turns functions into commands, with common options and error handling."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

import typer

from .completion import complete_profile
from .context import CommandContext
from .errors import handle_errors
from .log_messages import show_log

Json = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log each request.")]
Ids = Annotated[bool, typer.Option("--ids", help="Show complete IDs in tables.")]
Bytes = Annotated[bool, typer.Option("--bytes", help="Show sizes in bytes in tables.")]
NoPager = Annotated[bool, typer.Option("--no-pager", help="Show long output without a pager.")]
Profile = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        autocompletion=complete_profile,
        help="The profile to use (default: AVISTA_DX_PROFILE).",
    ),
]
COMMON_OPTIONS_WITH_VALUE = frozenset({"--profile"})
COMMON_OPTIONS = COMMON_OPTIONS_WITH_VALUE | {
    *("--json", "--quiet", "-q", "--verbose", "-v", "--ids", "--bytes", "--no-pager"),
}
# The metavar of arguments that are neither in the usage nor in the help.
HIDDEN = "HIDDEN"
Action = Callable[..., None]


class Command(NamedTuple):
    """A command of `avista-dx`.

    Attributes:
        name: Its name.
        action: The function to run; typer derives arguments and help from it.
        examples: Example command lines.
    """

    name: str
    action: Action
    examples: tuple[str, ...]


class CommandGroup(NamedTuple):
    """A group of commands, such as `avista-dx iot`.

    Attributes:
        name: Its name.
        help: What its commands are about.
        commands: The commands.
    """

    name: str
    help: str
    commands: tuple[Command, ...]


def command(*examples: str) -> Callable[[Action], Command]:
    """Turn a function with a context and the command's arguments into a command.

    Args:
        examples: Example command lines.
    """

    def decorate(action: Action) -> Command:
        def act(
            json: Json = False,
            quiet: Quiet = False,
            verbose: Verbose = False,
            ids: Ids = False,
            exact_sizes: Bytes = False,
            no_pager: NoPager = False,
            profile: Profile = None,
            **arguments: Any,
        ) -> None:
            run = CommandContext(
                json=json,
                quiet=quiet,
                verbose=verbose,
                ids=ids,
                exact_sizes=exact_sizes,
                pager=not no_pager,
                profile=profile,
            )
            with handle_errors():
                try:
                    with show_log(quiet=quiet, verbose=verbose):
                        action(run, **arguments)
                finally:
                    run.close()

        _, *own = inspect.signature(action).parameters.values()
        *shared, _ = inspect.signature(act).parameters.values()
        act.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]  # inspect reads it
        act.__annotations__ = {
            parameter.name: parameter.annotation for parameter in [*own, *shared]
        }
        act.__doc__ = action.__doc__
        # Names of built-in functions end with an underscore.
        return Command(action.__name__.removesuffix("_"), act, examples)

    return decorate
