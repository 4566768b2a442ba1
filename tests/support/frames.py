"""What tools show that print the local variables of a failed program."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FunctionType, MethodType, ModuleType, TracebackType
from typing import Any

TESTS = str(Path(__file__).parents[1])
DEPTH = 3
"""Levels of attributes, entries and members, a variable itself being the first."""


def local_variables(error: BaseException) -> list[str]:
    """The variables of all frames of an error and of all it comes from, as tools show them.

    Those of the tests' own frames are left out: they hold the secrets as they are.
    """
    shown: dict[str, None] = {}
    for link in chain(error):
        for traceback in _links(link.__traceback__):
            frame = traceback.tb_frame
            if not frame.f_code.co_filename.startswith(TESTS):
                where = f"{frame.f_code.co_filename}:{traceback.tb_lineno}"
                for name, value in frame.f_locals.items():
                    shown |= {f"{where} {name}{text}": None for text in _shown(value, DEPTH)}
    return list(shown)


def chain(error: BaseException) -> list[BaseException]:
    """An error, its causes and contexts, and the members of groups."""
    found: dict[int, BaseException] = {}
    waiting = [error]
    while waiting:
        link = waiting.pop()
        if id(link) not in found:
            found[id(link)] = link
            waiting += filter(None, (link.__cause__, link.__context__))
            waiting += link.exceptions if isinstance(link, BaseExceptionGroup) else ()
    return list(found.values())


def _links(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _shown(value: Any, depth: int) -> Iterator[str]:
    """The representation of a value and of what is in it."""
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
        for text in _shown(member, depth - 1):
            yield f".{name!r}{text}"
