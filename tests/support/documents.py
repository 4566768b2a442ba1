"""README.md and the pages of docs/: their code blocks, console sessions, headings and links."""

import ast
import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
"""The documents whose examples run."""

FENCE = re.compile(
    r"(?P<comment><!-- not run: [^\n]+ -->\n)?"
    r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<code>.*?)^(?P=indent)```$",
    re.M | re.S,
)
SETUP = re.compile(r"^<!-- setup\n(?P<code>.*?)^-->$", re.M | re.S)
"""Python that runs before the examples of a page, and is not shown."""

SHOWN_COMMENT = re.compile(r"^ *# ?(.*)$")
PROMPT = "$ "
ANYTHING = "…"


class Block(NamedTuple):
    """A code block, with its line number in the page."""

    line: int
    language: str
    code: str
    is_run: bool


class Step(NamedTuple):
    """A statement of a block, with the expected output from the comments below it."""

    line: int
    code: CodeType
    shows_value: bool
    expected_output: list[str]


class Command(NamedTuple):
    """A command of a console session, with its expected output."""

    line: int
    command: str
    expected_output: list[str]


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks_of(text: str) -> list[Block]:
    return [
        Block(
            text[: match.start("code")].count("\n") + 1,
            match["language"],
            match["code"],
            not match["comment"],
        )
        for match in FENCE.finditer(text)
    ]


def examples_of(page: Path, language: str) -> list[Block]:
    """The blocks of a page that run."""
    blocks = blocks_of(page.read_text("utf-8"))
    return [block for block in blocks if block.language == language and block.is_run]


def setup_of(page: Path) -> str:
    return "".join(match["code"] for match in SETUP.finditer(page.read_text("utf-8")))


def steps_of(block: Block, name: str = "") -> Iterator[Step]:
    """The statements of a block, with the line numbers of the page for tracebacks."""
    source = "\n" * (block.line - 1) + block.code
    lines = source.splitlines()
    for statement in ast.parse(source).body:
        expected_output = _find_expected_output(statement, lines)
        if isinstance(statement, ast.Expr) and expected_output and not _prints(statement):
            code = compile(ast.Expression(statement.value), name, "eval")
            yield Step(statement.lineno, code, True, expected_output)
        else:
            code = compile(ast.Module([statement], []), name, "exec")
            yield Step(statement.lineno, code, False, expected_output)


def commands_of(block: Block) -> list[Command]:
    commands: list[Command] = []
    for number, line in enumerate(block.code.splitlines(), block.line):
        if line.startswith(PROMPT):
            commands.append(Command(number, line.removeprefix(PROMPT), []))
        elif commands:
            commands[-1].expected_output.append(line)
    return commands


def run_step(step: Step, namespace: dict[str, Any]) -> str:
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


def sections_of(page: Path) -> dict[str, str]:
    """The text below each heading of a page, up to the next heading."""
    text = FENCE.sub(lambda match: re.sub("^#", "\\#", match[0], flags=re.M), _prose(page))
    parts = re.split(r"^#+ (.+)\n", text, flags=re.M)
    return dict(zip(parts[1::2], (part.replace("\\#", "#") for part in parts[2::2]), strict=True))


def anchors_of(page: Path) -> set[str]:
    headings = sections_of(page)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links_of(page: Path) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", _prose(page)))


def _prose(page: Path) -> str:
    return SETUP.sub("", page.read_text("utf-8"))


def _prints(statement: ast.AST) -> bool:
    calls = (node.func for node in ast.walk(statement) if isinstance(node, ast.Call))
    names = (getattr(func, "id", getattr(func, "attr", "")) for func in calls)
    return any(name.startswith("print") for name in names)


def _find_expected_output(statement: ast.stmt, lines: list[str]) -> list[str]:
    """The comments within a printing statement and directly below it."""
    below = statement.end_lineno or 0
    within = lines[statement.lineno - 1 : below] if _prints(statement) else []
    if _prints(statement) or isinstance(statement, ast.Expr):
        while below < len(lines) and SHOWN_COMMENT.match(lines[below]):
            within.append(lines[below])
            below += 1
    return [match[1] for line in within if (match := SHOWN_COMMENT.match(line))]
