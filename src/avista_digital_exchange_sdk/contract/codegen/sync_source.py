"""Generates sync classes from the source of async ones: real methods, which editors show.

Every call is written once as a coroutine, which the sync client runs in one step (see
`_backends.run_sync`). The generated methods have the signature, defaults and docstring of the async
method, and one line that runs it.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..errors import ContractError

_STREAM = "AsyncEventStream["
_GENERATOR = re.compile(r"AsyncGenerator\[(.+), None\]")
_AWAIT = re.compile(r"\bawait |\basync (?=for |with |def )")
_PARENTHESIZED_AWAIT = "(await "
COPIED_DECORATOR = "accept_aliases"


@dataclass(frozen=True)
class AsyncMethod:
    """A public method of an async class.

    Attributes:
        node: Its definition.
        signature: Its source from `def` to the colon, without `async`.
        docstring: The source of its docstring with the quotes; empty if it has none.
        decorators: The source of its decorators, one line each.
    """

    node: ast.FunctionDef | ast.AsyncFunctionDef
    signature: str
    docstring: str
    decorators: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the method."""
        return self.node.name

    @property
    def is_coroutine(self) -> bool:
        """Whether it is a coroutine function; otherwise it returns an async iterator."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def returns(self) -> str:
        """The return annotation."""
        return ast.unparse(self.node.returns) if self.node.returns else ""

    @property
    def arguments(self) -> list[str]:
        """The arguments that pass each parameter on to a method of the same signature."""
        parameters = self.node.args
        return [
            *(parameter.arg for parameter in parameters.args[1:]),
            *(f"{parameter.arg}={parameter.arg}" for parameter in parameters.kwonlyargs),
            *([f"**{parameters.kwarg.arg}"] if parameters.kwarg else []),
        ]


def public_methods(class_def: ast.ClassDef, source: str) -> Iterator[AsyncMethod]:
    """Find the public methods of a class."""
    lines = source.split("\n")
    for node in class_def.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        decorators = tuple(f"    @{ast.unparse(node)}" for node in node.decorator_list)
        if node.name.startswith("_") or not all(map(_is_copied, decorators)):
            continue
        first = node.body[0]
        signature = "\n".join(lines[node.lineno - 1 : first.lineno - 1])
        docstring = "\n".join(lines[first.lineno - 1 : first.end_lineno])
        yield AsyncMethod(
            node,
            signature.replace("async def ", "def ", 1),
            docstring if ast.get_docstring(node) is not None else "",
            decorators,
        )


def _is_copied(decorator: str) -> bool:
    """Whether generated methods have a decorator, too. Methods with others are not generated."""
    return decorator.startswith(f"    @{COPIED_DECORATOR}(")


def to_sync_method(
    method: AsyncMethod, call: str, renames: Mapping[str, str], runtime: str = ""
) -> str:
    """Generate the sync method that runs an async one.

    Args:
        method: The async method.
        call: The expression of the async method up to its arguments, such as
            `UserService.getUserInfo(self._calls`.
        renames: The sync names of types that differ in the async source.
        runtime: The prefix of the functions that run coroutines.
    """
    run = runtime + _find_runner(method)
    separator = "" if call.endswith("(") or not method.arguments else ", "
    result = f"{run}({call}{separator}{', '.join(method.arguments)}))"
    signature = _rename(_GENERATOR.sub(r"Generator[\1, None, None]", method.signature), renames)
    returns = _rename(method.returns, renames)
    if method.is_coroutine and returns != method.returns:
        # The same objects, of the sync client's class.
        result = f'cast("{returns}", {result})'
    docstring = to_sync_docstring(_rename(method.docstring, renames))
    lines = [*method.decorators, signature, docstring, f"        return {result}"]
    return "\n".join(filter(None, lines))


def _find_runner(method: AsyncMethod) -> str:
    if method.is_coroutine:
        return "run_sync"
    return "EventStream" if method.returns.startswith(_STREAM) else "iterate_sync"


def to_sync_docstring(docstring: str) -> str:
    """Remove `await` and `async` from the examples in a docstring."""
    return "\n".join(
        _without_await(line) if line.lstrip().startswith((">>>", "...")) else line
        for line in docstring.split("\n")
    )


def _without_await(line: str) -> str:
    while (start := line.find(_PARENTHESIZED_AWAIT)) >= 0:
        end = _closing_parenthesis(line, start)
        line = line[:start] + line[start + len(_PARENTHESIZED_AWAIT) : end] + line[end + 1 :]
    return _AWAIT.sub("", line)


def _closing_parenthesis(line: str, start: int) -> int:
    depth = 0
    for index in range(start, len(line)):
        depth += {"(": 1, ")": -1}.get(line[index], 0)
        if depth == 0:
            return index
    raise ContractError(f"`(await …)` in an example must end on the same line: {line.strip()}")


def _rename(text: str, renames: Mapping[str, str]) -> str:
    for old, new in renames.items():
        text = re.sub(rf"\b{old}\b", new, text)
    return text


def format_module(source: str) -> str:
    """Remove unused imports from a module, and format it."""
    unused = ["check", "--select=F401,I001", "--fix"]
    source = _ruff(unused, source).replace("if TYPE_CHECKING:\n    pass\n", "")
    return _ruff(["format"], _ruff(unused, source))


def _ruff(command: list[str], source: str) -> str:
    options = ["--quiet", "--isolated", "--line-length=100", "--stdin-filename=module.py", "-"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, *options],
        input=source,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise ContractError(f"ruff could not format a generated module: {done.stderr}")
    return done.stdout
