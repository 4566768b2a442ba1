"""README.md and docs/: every Python block and console session runs and shows what it promises.

The examples of a page share a namespace and an empty directory. They may use `local`, a Local
Exchange, and `digitalExchange`, a client for its owner.
"""

import ast
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_server import serve_commands
from ..support.documents import (
    PAGES,
    ROOT,
    Block,
    anchors_of,
    blocks_of,
    commands_of,
    examples_of,
    links_of,
    matches,
    name_of,
    run_step,
    setup_of,
    steps_of,
)
from ..support.importing import importing_from
from ..support.terminal import run_on_terminal

LANGUAGES = {"", "python", "console", "sh", "yaml", "toml", "text", "dockerfile", "ini"}

each_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalExchange]:
    """A Local Exchange that the environment refers to, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    with LocalExchange() as local:
        monkeypatch.setenv("AVISTA_DX_TOKEN", local.token)
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", local.endpoint)
        yield local


@pytest.fixture
def namespace(local: LocalExchange, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The shared namespace of the examples; closes what they open."""
    client = AvistaDigitalExchange(local.token, endpoint=local.endpoint)
    names: dict[str, Any] = {"__name__": "__main__", "local": local, "digitalExchange": client}
    with importing_from(tmp_path), ExitStack() as stack:
        stack.callback(client.close)
        yield names
        for value in names.values():
            if hasattr(value, "close") and not isinstance(value, type):
                stack.callback(value.close)


@pytest.fixture(scope="module")
def program() -> Iterator[list[str]]:
    """The program that stands for `avista-dx`."""
    with serve_commands() as program:
        yield program


def run_setup(page: Path, namespace: dict[str, Any]) -> None:
    exec(compile(setup_of(page), f"setup of {name_of(page)}", "exec"), namespace)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if examples_of(page, "python")], ids=name_of
)
def test_python_blocks_run_and_print_what_they_show(page: Path, namespace: dict[str, Any]) -> None:
    run_setup(page, namespace)
    for block in examples_of(page, "python"):
        for step in steps_of(block, name_of(page)):
            output = run_step(step, namespace)
            if step.expected_output:
                summary = f"{name_of(page)}:{step.line} promises {step.expected_output}"
                assert matches(step.expected_output, output), f"{summary}, but shows:\n{output}"


@pytest.mark.skipif(os.name == "nt", reason="bash, on a terminal of POSIX")
@pytest.mark.parametrize(
    "page", [page for page in PAGES if examples_of(page, "console")], ids=name_of
)
def test_console_sessions_run_and_print_what_they_show(
    page: Path, namespace: dict[str, Any], program: list[str]
) -> None:
    run_setup(page, namespace)
    commands = [one for block in examples_of(page, "console") for one in commands_of(block)]
    function = f'avista-dx() {{ {shlex.join(program)} "$@"; }}'
    script = "\n".join(
        [function, *(f"{one.command}\nprintf '\\036%s\\036' $?" for one in commands)]
    )
    result = run_on_terminal(["bash", "-c", script], "stdout", os.environ)
    *outputs, _ = result.terminal.split("\036")
    for command, output, code in zip(commands, outputs[::2], outputs[1::2], strict=True):
        summary = f"{name_of(page)}:{command.line}: {command.command}"
        assert code == "0", f"{summary} exits with {code}:\n{result.other_stream}"
        lines = "\n".join(line.rstrip() for line in output.splitlines())
        expected_output = [line for line in command.expected_output if line]
        assert not expected_output or matches(expected_output, lines), f"{summary} shows:\n{output}"


@each_page
def test_blocks_that_are_not_run_are_valid_python(page: Path) -> None:
    for block in blocks_of(page.read_text("utf-8")):
        if block.language == "python":
            ast.parse("\n" * (block.line - 1) + block.code, name_of(page))


@each_page
def test_blocks_are_all_found_and_of_a_known_language(page: Path) -> None:
    text = page.read_text("utf-8")
    blocks = blocks_of(text)
    fences = [line for line in text.splitlines() if line.lstrip().startswith("```")]
    assert len(fences) == 2 * len(blocks)
    assert {block.language for block in blocks} <= LANGUAGES


def test_documents_have_many_examples() -> None:
    for language in ("python", "console"):
        assert sum(len(examples_of(page, language)) for page in PAGES) > 10


@each_page
def test_links_have_existing_targets(page: Path) -> None:
    for link in links_of(page):
        if "://" not in link and not link.startswith("mailto:"):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.is_file(), link
            assert target.is_relative_to(ROOT), link
            assert not anchor or anchor in anchors_of(target), link


class TestCheck:
    @pytest.mark.parametrize(
        ("code", "expected_output"),
        [
            ("print(1)\n# 1\n", ["1"]),
            ("for x in [1]:\n    print(x)\n    # 1\n", ["1"]),
            ("[1, 2]\n# [1, …]\n", ["[1, …]"]),
            ("print(1)\n\n# The next step\nx = 2\n", []),
            ("x = 2\n# The next step\ny = 3\n", []),
        ],
    )
    def test_comment_below_printed_output_is_expected_output(
        self, code: str, expected_output: list[str]
    ) -> None:
        block = Block(1, "python", code, True)
        assert next(steps_of(block)).expected_output == expected_output

    def test_expected_output_is_compared_line_by_line(self) -> None:
        assert matches(["a", "b…d"], "a\nbcd\n")
        assert matches(["a", "…"], "a\nb\nc\n")
        assert not matches(["a"], "a\nb\n")
        assert not matches(["a", "b"], "a\n")
        assert not matches(["a"], "")

    @pytest.mark.skipif(os.name == "nt", reason="sockets of POSIX")
    @pytest.mark.parametrize(
        ("arguments", "code", "output", "message"),
        [
            (["whoami", "--json"], 0, "Lindqvist", ""),
            (["ls", "dx://nowhere"], 4, "", "no data store has the name 'nowhere'"),
            (["publish", "--nonsense"], 2, "", "No such option"),
        ],
    )
    def test_program_has_the_streams_and_the_exit_code_of_a_command(
        self,
        program: list[str],
        local: LocalExchange,
        arguments: list[str],
        code: int,
        output: str,
        message: str,
    ) -> None:
        result = subprocess.run([*program, *arguments], capture_output=True, text=True)
        assert result.returncode == code
        assert output in result.stdout
        assert message in result.stderr

    def test_value_is_shown_like_in_an_interpreter(self) -> None:
        (step,) = steps_of(Block(1, "python", "'a'\n# 'a'\n", True))
        assert run_step(step, {}) == "'a'\n"
