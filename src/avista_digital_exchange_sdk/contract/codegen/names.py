"""Converts GraphQL names to valid Python names."""

import builtins
import itertools
import keyword
import string
from collections.abc import Callable, Collection, Iterable

import pydantic
from ariadne_codegen.utils import str_to_pascal_case, str_to_snake_case

# Names that the modules of a generated package import.
IMPORTED = frozenset(
    {
        "Annotated",
        "Any",
        "AsyncBaseClient",
        "AsyncClient",
        "BaseModel",
        "BeforeValidator",
        "Client",
        "EventIterator",
        "Field",
        "Literal",
        "NonNullList",
        "OpenEnum",
        "Optional",
        "PlainSerializer",
        "SecretStr",
        "Subscription",
        "SyncEventIterator",
        "TYPE_CHECKING",
        "UNSET",
        "Union",
        "Unset",
    }
)
# A field would shadow a method of the same name, and pydantic rejects one called `Config`.
MEMBERS_OF_MODELS = {
    "Config",
    *(name for name in dir(pydantic.BaseModel) if not name.startswith("_")),
}
BUILT_IN_TYPES = frozenset(name for name, value in vars(builtins).items() if type(value) is type)
TYPENAME = "__typename"

IsTaken = Callable[[str], bool]


def to_python_name(name: str, is_taken: IsTaken = lambda _: False) -> str:
    """Convert a GraphQL name to a valid and unused Python name.

    Leading underscores are removed: pydantic treats such attributes as private, and Python mangles
    such method arguments.
    """
    python = "typename__" if name == TYPENAME else name.lstrip("_")
    if not python or python[0] in string.digits:
        python = f"field_{python}".rstrip("_")
    while keyword.iskeyword(python) or python in BUILT_IN_TYPES or is_taken(python):
        python += "_"
    return python


def assign_python_names(names: Iterable[str], is_taken: IsTaken) -> dict[str, str]:
    """Assign a unique Python name to each name."""
    found: dict[str, str] = {}

    def is_used(python: str) -> bool:
        return python in found.values() or is_taken(python)

    # Unchanged names take precedence over converted ones.
    for name in sorted(names, key=lambda name: to_python_name(name, is_taken) != name):
        found[name] = to_python_name(name, is_used)
    return found


def to_class_name(name: str) -> str:
    """Return the class name for an operation or a fragment."""
    pascal = str_to_pascal_case(name)
    allowed = pascal.isidentifier() and not keyword.iskeyword(pascal)
    return pascal if allowed else f"Class{pascal}"


def to_method_name(name: str) -> str:
    """Return the method name for an operation."""
    return to_python_name(str_to_snake_case(name) or name)


def find_unused_name(name: str, taken: Collection[str]) -> str:
    """Append a number to a name until it is unused."""
    numbered = (f"{name}{number}" for number in itertools.count(2))
    return next(one for one in itertools.chain([name], numbered) if one not in taken)
