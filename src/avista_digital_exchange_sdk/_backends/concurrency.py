"""Runs a function for many items concurrently."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from .base import Backend

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


async def run_for_each(
    backend: Backend,
    function: Callable[[_Item], Coroutine[Any, Any, _Result]],
    items: Sequence[_Item],
) -> list[_Result]:
    """Run a function for each item, for as many at a time as the client sends requests.

    Returns:
        The results in the order of the items. After an error, the other tasks are cancelled.
    """
    results: list[_Result] = []
    for start in range(0, len(items), backend.max_concurrency):
        tasks = [
            backend.spawn(function(item)) for item in items[start : start + backend.max_concurrency]
        ]
        try:
            results += [await task.result() for task in tasks]
        finally:
            for task in tasks:
                await task.cancel()
    return results
