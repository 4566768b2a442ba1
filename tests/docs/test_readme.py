"""README.md: every Python block runs, in order, and prints the shown output."""

import ast
import contextlib
import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import pytest

from ..support.importing import importing_from

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(
    r"(?P<comment><!-- not run: [^\n]+ -->\n)?^```python\n(?P<code>.*?)^```$", re.M | re.S
)
SHOWN_COMMENT = re.compile(r"^ *# ?(.*)$")
ANYTHING = "…"


class Block(NamedTuple):
    """A code block, with its line number in README.md."""

    line: int
    code: str
    is_run: bool


class Step(NamedTuple):
    """A statement of a block, with the expected output from the comments below it."""

    line: int
    code: CodeType
    shows_value: bool
    expected_output: list[str]


def blocks_of(text: str) -> list[Block]:
    return [
        Block(text[: match.start("code")].count("\n") + 1, match["code"], not match["comment"])
        for match in BLOCK.finditer(text)
    ]


def steps_of(block: Block) -> Iterator[Step]:
    """The statements of a block, with the line numbers of README.md for tracebacks."""
    source = "\n" * (block.line - 1) + block.code
    lines = source.splitlines()
    for statement in ast.parse(source).body:
        expected_output = _promise(statement, lines)
        if isinstance(statement, ast.Expr) and expected_output and not _prints(statement):
            code = compile(ast.Expression(statement.value), README, "eval")
            yield Step(statement.lineno, code, True, expected_output)
        else:
            code = compile(ast.Module([statement], []), README, "exec")
            yield Step(statement.lineno, code, False, expected_output)


def _prints(statement: ast.AST) -> bool:
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    names = (getattr(func, "id", getattr(func, "attr", "")) for func in calls)
    return any(name.startswith("print") for name in names)


def _promise(statement: ast.stmt, lines: list[str]) -> list[str]:
    """The comments within a printing statement and directly below it."""
    below = statement.end_lineno or 0
    within = lines[statement.lineno - 1 : below] if _prints(statement) else []
    if _prints(statement) or isinstance(statement, ast.Expr):
        while below < len(lines) and SHOWN_COMMENT.match(lines[below]):
            within.append(lines[below])
            below += 1
    return [match[1] for line in within if (match := SHOWN_COMMENT.match(line))]


def run(step: Step, namespace: dict[str, Any]) -> str:
    """Run a statement and return its output."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        value = eval(step.code, namespace)
        if step.shows_value:
            output.write(f"{value!r}\n")
    return output.getvalue()


def matches(expected_output: list[str], output: str) -> bool:
    """Whether an output is as expected; `…` matches any text or any further lines."""
    pattern = ""
    for line in expected_output:
        any_text = ".*".join(re.escape(part) for part in line.split(ANYTHING))
        pattern += "(.*\n)*" if line == ANYTHING else f"{any_text}\n"
    return re.fullmatch(pattern, output.rstrip("\n") + "\n") is not None


@pytest.fixture
def namespace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The shared namespace of the examples, in an empty directory; closes what they open."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "__main__"}
    with importing_from(tmp_path), ExitStack() as stack:
        yield names
        for value in names.values():
            if hasattr(value, "close") and not isinstance(value, type):
                stack.callback(value.close)


def test_readme_python_blocks_run_and_print_what_they_show(namespace: dict[str, Any]) -> None:
    blocks = [block for block in blocks_of(README.read_text("utf-8")) if block.is_run]
    assert len(blocks) > 30
    for block in blocks:
        for step in steps_of(block):
            output = run(step, namespace)
            if step.expected_output:
                summary = f"README.md:{step.line} promises {step.expected_output}"
                assert matches(step.expected_output, output), f"{summary}, but shows:\n{output}"


def test_readme_blocks_that_are_not_run_are_valid_python() -> None:
    for block in blocks_of(README.read_text("utf-8")):
        ast.parse("\n" * (block.line - 1) + block.code, README.name)


def test_readme_python_blocks_are_all_found() -> None:
    text = README.read_text("utf-8")
    assert len(blocks_of(text)) == len(re.findall(r"^ *```python", text, re.M))


class TestReadmeCheck:
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
        assert next(steps_of(Block(1, code, True))).expected_output == expected_output

    def test_expected_output_is_compared_line_by_line(self) -> None:
        assert matches(["a", "b…d"], "a\nbcd\n")
        assert matches(["a", "…"], "a\nb\nc\n")
        assert not matches(["a"], "a\nb\n")
        assert not matches(["a", "b"], "a\n")
        assert not matches(["a"], "")

    def test_value_is_shown_like_in_an_interpreter(self) -> None:
        (step,) = steps_of(Block(1, "'a'\n# 'a'\n", True))
        assert run(step, {}) == "'a'\n"
