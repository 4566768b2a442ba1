"""Serialization and validation of the variables of operations."""

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

from .._models.base import BaseModel
from .._utils import validation
from .._utils.values import Unset
from ..errors import InvalidParameterError

# Maximum levels of nesting. Variables that contain themselves are nested infinitely.
MAX_DEPTH = 100


def serialize_variables(variables: dict[str, object]) -> dict[str, object]:
    """Serialize variables to JSON values, without unset ones, with the names of the schema."""
    return {
        name: _serialize(value) for name, value in variables.items() if not isinstance(value, Unset)
    }


def _serialize(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    return [_serialize(item) for item in value] if isinstance(value, list) else value


def check_json_value(argument: str, value: Any, depth: int = 0) -> Any:
    """Convert a variable to a JSON value; raise InvalidParameterError if it is none."""
    if depth > MAX_DEPTH:
        raise InvalidParameterError(f"variables must be nested at most {MAX_DEPTH} levels deep")
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, Enum):
        return check_json_value(argument, value.value)
    if isinstance(value, str):
        return validation.optional_str(argument, value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list | tuple):
        return [
            check_json_value(f"{argument}[{index}]", item, depth + 1)
            for index, item in enumerate(value)
        ]
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {
            validation.optional_str(argument, name): check_json_value(
                f"{argument}.{name}", item, depth + 1
            )
            for name, item in value.items()
        }
    valid = "a JSON value (string, finite number, bool, None, list, dictionary)"
    raise validation.invalid_argument(
        argument, value, f"{valid} or an object of this package's types"
    )
