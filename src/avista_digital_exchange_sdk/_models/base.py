"""The base class of all generated types: how they print and what their lists accept."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args

import pydantic
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticOmit, core_schema

from .._secrets import SecretStr as SecretStr
from .html import Row, build_table
from .html_list import HtmlList

MAX_PRINTED_LIST_LENGTH = 3

# Methods of pydantic that completion does not offer.
_UNLISTED = {name for name in dir(pydantic.BaseModel) if not name.startswith("__")}
_UNLISTED -= {"model_dump", "model_dump_json"}


if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass as _ModelType
else:

    class _ModelType(type(pydantic.BaseModel)):
        def __dir__(cls) -> list[str]:
            """List attributes for completion, which includes those of the class of an object."""
            return [name for name in super().__dir__() if name not in _UNLISTED]


class BaseModel(pydantic.BaseModel, metaclass=_ModelType):
    """A type of the platform. It prints readably and compares by value."""

    model_config = pydantic.ConfigDict(
        defer_build=True,
        hide_input_in_errors=True,
        protected_namespaces=(),
        validate_assignment=True,
    )

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Print long lists as their length."""
        for name, value in super().__repr_args__():
            if isinstance(value, list) and len(value) > MAX_PRINTED_LIST_LENGTH:
                yield name, _Preformatted(f"<list of {len(value)}>")
            elif isinstance(value, Enum):
                yield name, value.value
            else:
                yield name, value

    def __str__(self) -> str:
        return repr(self)

    def __dir__(self) -> Iterable[str]:
        """List properties and methods for completion, without most of those of pydantic."""
        fields = type(self).model_fields
        return [name for name in super().__dir__() if name in fields or name not in _UNLISTED]

    def _repr_html_(self) -> str | None:
        """Return an HTML table for notebooks."""
        return build_table(self._html_rows())

    def _html_rows(self) -> Sequence[Row]:
        """Return the rows of the object in a table: one row, with the name first and IDs last."""
        fields = [(name, value) for name, value in self if not isinstance(value, SecretStr)]
        fields.sort(key=lambda field: (field[0].endswith("Id"), field[0] != "name"))
        return [{name: _to_cell(value) for name, value in fields}]


def _to_cell(value: object) -> object:
    """Convert a property to a table cell: lists to their length, objects to their name."""
    if isinstance(value, list):
        return len(value)
    return getattr(value, "name", str(value)) if isinstance(value, BaseModel) else value


class _Preformatted(str):
    """A string that prints without quotes."""

    def __repr__(self) -> str:
        return str(self)


# In the location of a validation error, it precedes what may also be null.
NULLABLE_TAG = ""


class _WithoutNulls:
    """Validates a nullable list of nullable entries into a list without nulls."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        (item,) = get_args(source)
        entry = _or_null(handler.generate_schema(item), _omit)
        # The first invalid entry is sufficient: collecting millions of errors would take gigabytes.
        entries: CoreSchema = core_schema.list_schema(entry, fail_fast=True)
        if not hasattr(item, "_html_rows"):
            return _or_null(entries, lambda _: [])
        entries = core_schema.no_info_after_validator_function(HtmlList, entries)
        return _or_null(entries, lambda _: HtmlList())


def _or_null(schema: CoreSchema, read_null: Callable[[None], Any]) -> CoreSchema:
    """Extend a schema by null. Only null costs a Python call."""
    null = core_schema.no_info_after_validator_function(read_null, core_schema.none_schema())
    return core_schema.union_schema(
        [(schema, NULLABLE_TAG), (null, NULLABLE_TAG)], mode="left_to_right"
    )


def _omit(_: None) -> Any:
    raise PydanticOmit


_Item = TypeVar("_Item")
# A list that is never null and contains no nulls, although the schema allows both.
NonNullList = Annotated[list[_Item], _WithoutNulls()]
