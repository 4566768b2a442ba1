"""The type of an attribute whose values are strings because other attributes' values are."""

from typing import Any

import pyarrow.compute as pc

from .._generated.enums import MeasureValueType
from ..errors import InvalidParameterError

_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
# Numbers that may be codes: a DOUBLE would lose zeros or digits of them.
_CODE = r"^[+-]?(?:0[0-9]|[0-9]{16})"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|[T ])"
_BOOLEAN = r"^(?:true|false)$"


def infer_type(name: str, strings: Any) -> MeasureValueType:
    """Infer the type of an attribute from its values.

    Args:
        name: The attribute.
        strings: Its values.

    Raises:
        InvalidParameterError: They may be of several types.
    """
    present = strings.drop_null()
    if _match_all(present, _NUMBER) and not pc.any(_match(present, _CODE)).as_py():
        return MeasureValueType.DOUBLE
    if _match_all(present, _BOOLEAN):
        return MeasureValueType.BOOLEAN
    for pattern in (_NUMBER, _BOOLEAN, _DATE):
        place = pc.index(_match(present, pattern), True).as_py()
        if place >= 0:
            raise InvalidParameterError(
                f"measureTypes must have the type of {name!r}, as {present[place].as_py()!r} "
                f"among its values may be of several types; pass for example "
                f"measureTypes={{{name!r}: 'VARCHAR'}}, which keeps them as they are"
            )
    return MeasureValueType.VARCHAR


def _match(strings: Any, pattern: str) -> Any:
    return pc.match_substring_regex(strings, pattern)


def _match_all(strings: Any, pattern: str) -> bool:
    return bool(len(strings)) and bool(pc.all(_match(strings, pattern)).as_py())
