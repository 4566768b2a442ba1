"""The `avista-dx` program: all commands, in the order of the help."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from .._version import __version__
from .command import COMMON_OPTIONS, COMMON_OPTIONS_WITH_VALUE, HIDDEN, Command, CommandGroup
from .commands.capture import capture
from .commands.cat import cat
from .commands.collaboratives import collaboratives, services, share, unshare
from .commands.contract import contract, generate
from .commands.copy import get, put
from .commands.data_stores import ls, rm, tree
from .commands.databases import assets, databases
from .commands.doctor import doctor
from .commands.execute import execute
from .commands.iot import iot
from .commands.local import local
from .commands.login import login, logout, profiles
from .commands.manage import cp, du, find, mkdir, mv, zip_
from .commands.mirror import mirror
from .commands.publish import publish
from .commands.query import query
from .commands.sql import sql
from .commands.stores import stores
from .commands.sync import sync
from .commands.tokens import tokens
from .commands.whoami import whoami
from .errors import handle_errors
from .exit_codes import EXIT_CODES
from .help_format import wrap_command
from .shells import handle_completion_options

DATABASE = "DATABASE"
HELP_OPTIONS = ("-h", "--help")
# Longer than the first sentence of any help, so that none is cut off.
MAX_SENTENCE = 200

# The sections of the help, with commands and groups of commands.
SECTIONS: dict[str, tuple[Command | CommandGroup, ...]] = {
    "Account": (login, logout, profiles, whoami, tokens),
    "Files": (stores, ls, tree, find, du, cat, get, put, sync, zip_, mkdir, mv, cp, rm),
    "Time series": (databases, assets, query, sql, publish, mirror),
    "Devices": (iot, capture),
    "Sharing": (collaboratives, services, share, unshare),
    "Development": (doctor, execute, local, contract, generate),
}
EXAMPLES_TITLE = "Examples"
EXIT_CODES_TITLE = "Exit codes"
LISTING_GROUPS = (stores, databases)


def _format_section(title: str, lines: Iterable[str]) -> str:
    """Format a section at the end of help; the backspace makes click keep its lines."""
    return "\n".join(["\b", f"{title}:", *(f"  {line}" for line in lines)])


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _list_arguments(command: TyperCommand) -> list[Any]:
    return [one for one in command.params if _is_argument(one) and one.metavar != HIDDEN]


def _format_usage(argument: Any) -> str:
    """Format an argument as in `FILE...` and `[HUB]`; the releases of typer differ in this."""
    name = argument.metavar if argument.required else f"[{argument.metavar}]"
    return name if argument.nargs == 1 else f"{name}..."


def _count_common_options(args: list[str]) -> int:
    """Return how many arguments at the beginning are options of all commands."""
    count = 0
    while count < len(args) and args[count].partition("=")[0] in COMMON_OPTIONS:
        count += 2 if args[count] in COMMON_OPTIONS_WITH_VALUE else 1
    return count


class _Program(TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with handle_errors():
            handle_completion_options(args)
        args = self._move_common_options(args)
        # Without a command, they are no options.
        args = args[_count_common_options(args) :]
        if args and args[0] in self.commands:
            # There are no global options to parse. Skip them, because for parsing typer imports
            # pydantic, which would slow down the help of commands.
            self.params, self.add_help_option = [], False
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        self._write_section(formatter, "Commands", self.commands)

    def _write_section(self, formatter: Any, title: str, names: Iterable[str]) -> None:
        helps = {name: self.commands[name].get_short_help_str(MAX_SENTENCE) for name in names}
        with formatter.section(title):
            formatter.write_dl(list(helps.items()))

    def _move_common_options(self, args: list[str]) -> list[str]:
        """Move options of all commands from before the command to after it."""
        end = start = _count_common_options(args)
        group: Any = self
        while isinstance(group, TyperGroup) and end < len(args) and args[end] in group.commands:
            group = group.commands[args[end]]
            end += 1
        return args if end == start else [*args[start:end], *args[:start], *args[end:]]


class _Main(_Program):
    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for title, entries in SECTIONS.items():
            self._write_section(formatter, title, [entry.name for entry in entries])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        with formatter.section(EXIT_CODES_TITLE):
            formatter.write_dl([(str(code), meaning) for code, meaning in EXIT_CODES.items()])


class _ListingGroup(_Program):
    """A group that lists its objects if no command is given."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        args = self._move_common_options(args)
        if not args or (args[0].startswith("-") and args[0] not in HELP_OPTIONS):
            args = ["list", *args]
        return super().parse_args(ctx, args)


class _Command(TyperCommand):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if any(parameter.metavar == DATABASE for parameter in self.params):
            args = _move_database_first(args)
        if ctx.resilient_parsing and args and args[-1].startswith("-"):
            # The value of this option is being completed. Without it the parser stops, and the
            # arguments would not be known.
            args = args[:-1]
        try:
            # A copy, as the parser removes the arguments.
            return super().parse_args(ctx, list(args))
        except typer.BadParameter as error:
            self._correct(error, ctx, args)
            raise

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        arguments = (_format_usage(one) for one in _list_arguments(self))
        return [*([self.options_metavar] if self.options_metavar else []), *arguments]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        records = [(one, one.get_help_record(ctx)) for one in self.get_params(ctx)]
        options = [record for one, record in records if record and not _is_argument(one)]
        # Without the types of the arguments, which typer adds to their names.
        arguments = [
            (one.metavar, record[1]) for one, record in records if record and _is_argument(one)
        ]
        if arguments:
            with formatter.section("Arguments"):
                formatter.write_dl(arguments)
        with formatter.section("Options"):
            formatter.write_dl(options)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        _, _, *examples = (self.epilog or "").split("\n")
        with formatter.section(EXAMPLES_TITLE):
            indent = " " * formatter.current_indent
            for example in examples:
                for line in wrap_command(example, formatter.width - len(indent)):
                    formatter.write(f"{indent}{line}\n")

    def _correct(self, error: typer.BadParameter, ctx: Any, args: list[str]) -> None:
        """Name the argument that is missing, and say in words what is invalid."""
        arguments = _list_arguments(self)
        if not error.message and error.param in arguments[:-1]:
            # The parser assigns the only argument of `get SOURCE` to TARGET, the last one.
            given, *_ = self.make_parser(ctx).parse_args(list(args))
            if given.get(str(arguments[-1].name)):
                error.param = arguments[-1]
        message = error.message.removeprefix("Value error, ")
        error.message = re.sub(r"^Input should (be [^,]*).*", r"must \1", message)


def _move_database_first(args: list[str]) -> list[str]:
    """Make the value of --db the first argument."""
    for position, argument in enumerate(args):
        if argument == "--":
            break
        if argument.startswith("--db="):
            value = argument.removeprefix("--db=")
            return [value, *args[:position], *args[position + 1 :]]
        if argument == "--db" and position + 1 < len(args):
            return [args[position + 1], *args[:position], *args[position + 2 :]]
    return args


app: typer.Typer = typer.Typer(
    name="avista-dx",
    cls=_Main,
    help="Files, time series and collaboratives of the Avista Digital Exchange.\n\n"
    "Token and endpoint are those of --profile, else those of the environment variables "
    "AVISTA_DX_TOKEN and AVISTA_DX_ENDPOINT, else those that `avista-dx login` stored. Data is "
    "printed to standard output, everything else to standard error.",
    epilog=_format_section(
        EXIT_CODES_TITLE, [f"{code:<4} {meaning}" for code, meaning in EXIT_CODES.items()]
    ),
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(requested: bool) -> None:
    if requested:
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


def _add(parent: typer.Typer, command: Command) -> None:
    epilog = _format_section(EXAMPLES_TITLE, command.examples)
    parent.command(command.name, cls=_Command, epilog=epilog)(command.action)


def _add_group(group: CommandGroup) -> None:
    is_listing = group in LISTING_GROUPS
    program = typer.Typer(
        cls=_ListingGroup if is_listing else _Program,
        help=group.help,
        no_args_is_help=not is_listing,
        rich_markup_mode=None,
    )
    for command in group.commands:
        _add(program, command)
    app.add_typer(program, name=group.name)


for _entries in SECTIONS.values():
    for _entry in _entries:
        if isinstance(_entry, CommandGroup):
            _add_group(_entry)
        else:
            _add(app, _entry)
