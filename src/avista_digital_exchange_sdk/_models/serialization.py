"""Serializes objects of the platform's types, alone or in lists and dictionaries."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import pydantic_core

if TYPE_CHECKING:
    from .base import BaseModel

_Result = TypeVar("_Result")


def to_json(value: object, **options: Any) -> bytes:
    """Serialize a value to JSON, with the options of `pydantic_core.to_json`."""
    return _serialize(pydantic_core.to_json, value, options)


def to_python(value: object, **options: Any) -> Any:
    """Convert a value to what JSON can hold, with those of `pydantic_core.to_jsonable_python`."""
    return _serialize(pydantic_core.to_jsonable_python, value, options)


def _serialize(function: Callable[..., _Result], value: object, options: dict[str, Any]) -> _Result:
    try:
        return function(value, **options)
    except (TypeError, pydantic_core.PydanticSerializationError):
        # Before 2.14, pydantic serializes no object whose class was only validated as part of
        # another, because the schema of the class itself is not built yet.
        from .base import BaseModel

        incomplete = [model for model in _find_models(BaseModel) if not model.__pydantic_complete__]
        for model in incomplete:
            model.model_rebuild(raise_errors=False)
        if not incomplete:
            raise
    return function(value, **options)


def _find_models(model: "type[BaseModel]") -> "Iterator[type[BaseModel]]":
    for subclass in model.__subclasses__():
        yield subclass
        yield from _find_models(subclass)
