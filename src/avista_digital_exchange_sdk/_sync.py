"""A call written once, in its two colours: one that blocks, one that is awaited.

Each maker keeps the call's name, signature and docstring. What it makes is a method of an object
whose `_calls` holds the calls as they were written.
"""

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar

from ._backends import iterate_sync, run_sync

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def blocking(
    call: Callable[Concatenate[Any, _Arguments], Coroutine[Any, Any, _Result]],
) -> Callable[Concatenate[Any, _Arguments], _Result]:
    """Make a call's blocking twin, with its name, signature and docstring."""

    @functools.wraps(call)
    def blocked(self: Any, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        return run_sync(call(self._calls, *args, **kwargs))

    return blocked


def blocking_iterator(
    call: Callable[Concatenate[Any, _Arguments], AsyncGenerator[_Result, None]],
) -> Callable[Concatenate[Any, _Arguments], Iterator[_Result]]:
    """Make an iterating call's blocking twin; its signature says that it returns an `Iterator`."""

    @functools.wraps(call)
    def blocked(
        self: Any, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> Iterator[_Result]:
        return iterate_sync(call(self._calls, *args, **kwargs))

    signature = inspect.signature(call)
    items = str(signature.return_annotation).partition("[")[2].removesuffix("]")
    iterator = f"Iterator[{items.removesuffix(', None')}]"
    blocked.__signature__ = signature.replace(return_annotation=iterator)  # type: ignore[attr-defined]  # help() looks for it
    return blocked


def awaited(
    call: Callable[Concatenate[Any, _Arguments], Coroutine[Any, Any, _Result]],
) -> Callable[Concatenate[Any, _Arguments], Coroutine[Any, Any, _Result]]:
    """Make a call's twin that is awaited, with its name, signature and docstring."""

    @functools.wraps(call)
    async def forwarded(
        self: Any, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        return await call(self._calls, *args, **kwargs)

    return forwarded
