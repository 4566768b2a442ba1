"""Local variables in tracebacks, as debugging tools show them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FunctionType, MethodType, ModuleType, TracebackType
from typing import Any

TESTS = str(Path(__file__).parents[1])
DEPTH = 3
"""Levels of attributes, entries and members, including the variable itself."""


def local_variables(error: BaseException) -> list[str]:
    """The local variables in the tracebacks of an error and its causes, as tools show them.

    Frames of the tests themselves are omitted: they contain the secrets.
    """
    variables: dict[str, None] = {}
    for link in chain(error):
        for traceback in _links(link.__traceback__):
            frame = traceback.tb_frame
            if not frame.f_code.co_filename.startswith(TESTS):
                where = f"{frame.f_code.co_filename}:{traceback.tb_lineno}"
                for name, value in frame.f_locals.items():
                    variables |= {
                        f"{where} {name}{text}": None for text in _represent(value, DEPTH)
                    }
    return list(variables)


def chain(error: BaseException) -> list[BaseException]:
    """An error with its causes, contexts and the members of exception groups."""
    found: dict[int, BaseException] = {}
    pending = [error]
    while pending:
        link = pending.pop()
        if id(link) not in found:
            found[id(link)] = link
            pending += filter(None, (link.__cause__, link.__context__))
            pending += link.exceptions if isinstance(link, BaseExceptionGroup) else ()
    return list(found.values())


def _links(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _represent(value: Any, depth: int) -> Iterator[str]:
    """The repr of a value and of its members."""
    yield f" = {value!r}"
    if depth == 1 or isinstance(value, (type, ModuleType, FunctionType, MethodType)):
        return
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, Mapping):
        inner += value.items()
    elif isinstance(value, (list, tuple, set, frozenset)):
        inner += enumerate(value)
    inner += getattr(value, "__dict__", {}).items()
    for name, member in inner:
        for text in _represent(member, depth - 1):
            yield f".{name!r}{text}"
