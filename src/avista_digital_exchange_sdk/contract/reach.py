"""What a call's code reaches within the SDK, told from its names without running it.

Function by function the names are followed that code uses: of functions, of classes, and of
methods. A public method counts as reached where its class is named and its name is used anywhere on
the way; a private one, where its own class uses it. The outcome is held true by a test.
"""

from collections import defaultdict
from collections.abc import Iterator
from inspect import isfunction
from types import CodeType, FunctionType

PACKAGE = __name__.partition(".")[0]


def functions_of(cls: type) -> dict[str, FunctionType]:
    """A class's methods, inherited ones included."""
    return {name: value for name in dir(cls) if isfunction(value := getattr(cls, name))}


def names_used_by(cls: type, method: FunctionType) -> set[str]:
    """All names used by a method of a class, and by whatever it reaches."""
    reached: set[tuple[type | None, FunctionType]] = {(cls, method)}
    classes, names = {cls}, set[str]()
    private: dict[type | None, set[str]] = defaultdict(set)
    size = 0
    while size != (size := len(reached) + len(classes) + len(names)):
        for owner, function in list(reached):
            for name in _names(function.__code__):
                names.add(name)
                private[owner].add(name)
                value = function.__globals__.get(name)
                if isfunction(value) and _is_own(value):
                    reached.add((None, value))
                elif isinstance(value, type) and _is_own(value):
                    classes.add(value)
        for owner in classes:
            for name, function in functions_of(owner).items():
                is_made = name == "__init__" and owner is not cls
                used = private[owner] if name.startswith("_") else names
                if is_made or name in used:
                    reached.add((owner, function))
    return names


def _names(code: CodeType) -> Iterator[str]:
    """The names of globals and attributes in a function, and in the functions within it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _is_own(value: type | FunctionType) -> bool:
    return str(value.__module__).partition(".")[0] == PACKAGE
