"""Every command is documented: its help, its examples, and README.md, whose examples run."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer.main

from avista_digital_exchange_sdk.cli.app import COMMANDS, app
from avista_digital_exchange_sdk.cli.exit_codes import EXIT_CODES
from avista_digital_exchange_sdk.local import LocalExchange

from ..docs.test_readme import README, matches
from ..support.command_line import run_command
from ..support.terminal import run_on_terminal
from .conftest import PROGRAM, TIMEOUT_SECONDS

BLOCK = re.compile(
    r"(?P<comment><!-- not run: [^\n]+ -->\n)?^```console\n(?P<text>.*?)^```$", re.M | re.S
)
PROMPT = "$ "
NAMES = [command.name for command in COMMANDS]
EXAMPLES = [(command.name, example) for command in COMMANDS for example in command.examples]


class Example(NamedTuple):
    """A command in README.md with its expected output."""

    line: int
    command: str
    expected_output: list[str]


def examples(text: str) -> Iterator[Example]:
    """The examples of README.md that run."""
    for block in BLOCK.finditer(text):
        if block["comment"]:
            continue
        first = text[: block.start("text")].count("\n") + 1
        example = None
        for number, line in enumerate(block["text"].splitlines(), first):
            if line.startswith(PROMPT):
                if example:
                    yield example
                example = Example(number, line.removeprefix(PROMPT), [])
            elif example:
                example.expected_output.append(line)
        if example:
            yield example


def parsed(name: str) -> Any:
    """A command, as typer has it."""
    return typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]


class TestHelp:
    @pytest.mark.parametrize("name", NAMES)
    def test_help_of_a_command_describes_its_purpose_and_arguments(self, name: str) -> None:
        command = parsed(name)
        result = run_command(name, "--help").stdout
        assert command.help
        assert "Examples:" in result
        for parameter in command.params:
            assert getattr(parameter, "help", None), parameter.name
        assert {"--json", "--quiet"} <= {one for part in command.params for one in part.opts}

    @pytest.mark.parametrize(("name", "example"), EXAMPLES)
    def test_help_gives_examples_that_can_be_parsed(self, name: str, example: str) -> None:
        words = shlex.split(re.sub(r" [<>] .*", "", example))
        assert words[:2] == ["avista-dx", name]
        assert parsed(name).make_context(name, words[2:])

    def test_help_lists_every_command_in_a_sentence(self) -> None:
        result = run_command("--help").stdout
        for name in NAMES:
            assert re.search(rf"^  {name} +\S.*\.$", result, re.M), name

    def test_help_imports_no_slow_modules(self) -> None:
        invocations = [["--help"], *([name, "--help"] for name in NAMES)]
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


class TestReadme:
    def test_readme_contains_every_command_and_every_exit_code(self) -> None:
        section = (
            README.read_text("utf-8").partition("\n## Command line\n")[2].partition("\n## ")[0]
        )
        for command in COMMANDS:
            assert f"| `{command.name}" in section, command.name
        for code, meaning in EXIT_CODES.items():
            assert f"| {code} | {meaning}" in section

    def test_readme_contains_an_example_of_every_command(self) -> None:
        text = README.read_text("utf-8")
        for name in NAMES:
            assert re.search(rf"avista-dx {name}\b", text), name

    @pytest.mark.skipif(os.name == "nt", reason="bash, on a terminal of POSIX")
    def test_readme_examples_run_and_print_what_they_show(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        found = list(examples(README.read_text("utf-8")))
        assert len(found) > 20
        program = f'avista-dx() {{ {shlex.join(PROGRAM)} "$@"; }}'
        script = "\n".join(
            [program, *(f"{one.command}\nprintf '\\036%s\\036' $?" for one in found)]
        )
        with LocalExchange() as local:
            access = {"AVISTA_DX_TOKEN": local.token, "AVISTA_DX_ENDPOINT": local.endpoint}
            environment = os.environ | access
            result = run_on_terminal(["bash", "-c", script], "stdout", environment)
        *outputs, _ = result.terminal.split("\036")
        for example, output, code in zip(found, outputs[::2], outputs[1::2], strict=True):
            what = f"README.md:{example.line}: {example.command}"
            assert code == "0", f"{what} exits with {code}:\n{result.other_stream}"
            lines = "\n".join(line.rstrip() for line in output.splitlines())
            expected_output = [line for line in example.expected_output if line]
            assert not expected_output or matches(expected_output, lines), (
                f"{what} shows:\n{output}"
            )
