"""Further names of arguments: those of official releases that differ from the documented ones."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from ..errors import InvalidParameterError

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def accept_aliases(
    **names: str,
) -> Callable[[Callable[_Parameters, _Result]], Callable[_Parameters, _Result]]:
    """Accept further names of keyword arguments. The signature does not show them.

    Args:
        names: The name of the argument by its further name.
    """

    def decorate(method: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        positions = {
            name: position for position, name in enumerate(inspect.signature(method).parameters)
        }

        def rename(arguments: tuple[object, ...], keywords: dict[str, Any]) -> None:
            for alias in names.keys() & keywords.keys():
                name = names[alias]
                if name in keywords or positions[name] < len(arguments):
                    raise InvalidParameterError(
                        f"{alias} must be omitted if {name} is passed: both name the same argument"
                    )
                keywords[name] = keywords.pop(alias)

        if inspect.iscoroutinefunction(method):

            @wraps(method)
            async def call_async(*args: Any, **kwargs: Any) -> Any:
                rename(args, kwargs)
                return await method(*args, **kwargs)

            return call_async  # type: ignore[return-value]  # a coroutine function, as the method

        @wraps(method)
        def call(*args: Any, **kwargs: Any) -> _Result:
            rename(args, kwargs)
            return method(*args, **kwargs)

        return call

    return decorate
