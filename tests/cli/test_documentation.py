"""Every command is documented: its help, its examples, and the guide of the command line."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer
import typer.main

from avista_digital_exchange_sdk.cli.app import SECTIONS, app
from avista_digital_exchange_sdk.cli.command import CommandGroup
from avista_digital_exchange_sdk.cli.exit_codes import EXIT_CODES

from ..support.command_line import run_command
from ..support.documents import PAGES, ROOT
from .conftest import PROGRAM, TIMEOUT_SECONDS

ENTRIES = [entry for entries in SECTIONS.values() for entry in entries]
GROUPS = [entry for entry in ENTRIES if isinstance(entry, CommandGroup)]
BY_NAME = {entry.name: entry for entry in ENTRIES if entry not in GROUPS} | {
    f"{group.name} {command.name}": command for group in GROUPS for command in group.commands
}
NAMES = list(BY_NAME)
EXAMPLES = [(name, example) for name, command in BY_NAME.items() for example in command.examples]


def parsed(name: str) -> Any:
    """A command, as typer has it."""
    found: Any = typer.main.get_command(app)
    for word in name.split():
        found = found.commands[word]
    return found


def each_command(command: Any, parent: Any, name: str) -> Iterator[tuple[Any, Any]]:
    """A command and all below it, with their contexts."""
    context = typer.Context(command, info_name=name, parent=parent)
    yield command, context
    for inner, below in getattr(command, "commands", {}).items():
        yield from each_command(below, context, inner)


def help_of(command: Any, context: Any, width: int) -> str:
    """The help of a command on a terminal."""
    options = {"terminal_width": width, "max_content_width": width}
    found: str = command.get_help(
        typer.Context(command, info_name=context.info_name, parent=context.parent, **options)
    )
    return found


class TestHelp:
    @pytest.mark.parametrize("name", NAMES)
    def test_help_of_a_command_describes_its_purpose_and_arguments(self, name: str) -> None:
        command = parsed(name)
        result = run_command(*name.split(), "--help").stdout
        assert command.help
        assert "Examples:" in result
        for parameter in command.params:
            assert getattr(parameter, "help", None), parameter.name
        assert {"--json", "--quiet"} <= {one for part in command.params for one in part.opts}

    @pytest.mark.parametrize(("name", "example"), EXAMPLES)
    def test_help_gives_examples_that_can_be_parsed(self, name: str, example: str) -> None:
        words = shlex.split(re.sub(r" [<>] .*", "", example))
        length = 1 + len(name.split())
        assert words[:length] == ["avista-dx", *name.split()]
        assert parsed(name).make_context(name, words[length:])

    def test_help_lists_every_command_in_a_sentence(self) -> None:
        for name in [*NAMES, *(group.name for group in GROUPS)]:
            *group, command = name.split()
            result = run_command(*group, "--help").stdout
            assert re.search(rf"^  {command} +\S.*(\n {{6,}}\S.*)*[^.]\.$", result, re.M), name

    @pytest.mark.parametrize("width", [80, 60])
    def test_help_fits_the_terminal_without_breaking_words(self, width: int) -> None:
        for command, context in each_command(typer.main.get_command(app), None, "avista-dx"):
            words = set(help_of(command, context, 10_000).split())
            lines = help_of(command, context, width).splitlines()
            assert max(map(len, lines)) <= width, context.command_path
            # Long examples are continued on the next line.
            shown = {word for line in lines for word in line.removesuffix(" \\").split()}
            assert shown == words, context.command_path

    @pytest.mark.parametrize("width", [80, 60])
    def test_examples_in_the_help_can_be_copied(self, width: int) -> None:
        for name, command in BY_NAME.items():
            context = typer.Context(parsed(name), info_name=name)
            _, shown = help_of(parsed(name), context, width).split("Examples:\n")
            lines = shown.replace("\\\n", " ").splitlines()
            assert [line.split() for line in lines] == [one.split() for one in command.examples]

    def test_help_of_the_program_has_groups_of_commands_and_exit_codes_last(self) -> None:
        titles = re.findall(r"^(\w.*):$", run_command("--help").stdout, re.M)
        assert titles == ["Options", *SECTIONS, "Exit codes"]

    def test_help_imports_no_slow_modules(self) -> None:
        invocations = [["--help"], *([*name.split(), "--help"] for name in NAMES)]
        code = (
            "import sys\n"
            "from avista_digital_exchange_sdk.cli import main\n"
            f"for arguments in {invocations!r}:\n"
            "    sys.argv = ['avista-dx', *arguments]\n"
            "    try: main()\n"
            "    except SystemExit: pass\n"
            "print(*sys.modules, file=sys.stderr)"
        )
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert result.stdout.count("Usage: avista-dx") == len(invocations)
        slow = {"asyncio", "fsspec", "graphql", "httpx", "pyarrow", "pydantic", "rich", "ssl"}
        assert not slow & set(result.stderr.split())

    def test_version_option_prints_the_version(self) -> None:
        assert re.fullmatch(r"avista-dx \d+\.\d+\.\d+\n", run_command("--version").stdout)


def test_shell_completion_completes_commands() -> None:
    invocations = {
        "_AVISTA_DX_COMPLETE": "complete_bash",
        "COMP_WORDS": "avista-dx who",
        "COMP_CWORD": "1",
    }
    result = subprocess.run(
        PROGRAM,
        env=os.environ | invocations,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    assert result.stdout.split() == ["whoami"]


class TestGuide:
    def test_guide_contains_every_command_and_every_exit_code(self) -> None:
        text = (ROOT / "docs/guides/command-line.md").read_text("utf-8")
        for name in NAMES:
            assert f"| `{name}" in text, name
        for code, meaning in EXIT_CODES.items():
            assert f"| {code} | {meaning}" in text

    @pytest.mark.parametrize("name", NAMES)
    def test_documents_contain_an_example_of_every_command(self, name: str) -> None:
        assert any(re.search(rf"avista-dx {name}\b", page.read_text("utf-8")) for page in PAGES)
