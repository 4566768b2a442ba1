"""The language in which the functions' parameters are written down, and how calls match it.

`varchar, T... -> array(T)` takes a string and any number of values of one type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .expressions import Expression, coerce
from .types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    INTERVAL,
    MONTHS,
    TIMESTAMP,
    UNKNOWN,
    VARCHAR,
    Array,
    TimeSeries,
    Type,
    common_type,
    is_orderable,
)

_NAMES: dict[str, Type] = {
    "bigint": BIGINT,
    "boolean": BOOLEAN,
    "date": DATE,
    "double": DOUBLE,
    "integer": INTEGER,
    "interval": INTERVAL,
    "months": MONTHS,
    "timestamp": TIMESTAMP,
    "unknown": UNKNOWN,
    "varchar": VARCHAR,
}


@dataclass(frozen=True)
class Variable(Type):
    """A type variable in a signature: any type, or any orderable type."""

    name: str
    orderable: bool = False


@dataclass(frozen=True)
class Signature:
    """The parameters of a function, the last perhaps repeated, and its result."""

    parameters: tuple[Type, ...]
    repeated: bool
    result: Type

    def match(self, arguments: list[Expression]) -> tuple[list[Expression], Type] | None:
        """Fit the arguments of a call to the parameters: converted, with the result's type."""
        parameters = self._parameters_for(len(arguments))
        if parameters is None:
            return None
        variables: dict[Variable, Type] = {}
        for parameter, argument in zip(parameters, arguments, strict=True):
            if not _bind(parameter, argument.type, variables):
                return None
        fitted = []
        for parameter, argument in zip(parameters, arguments, strict=True):
            coerced = coerce(argument, _fill(parameter, variables))
            if coerced is None:
                return None
            fitted.append(coerced)
        return fitted, _fill(self.result, variables)

    def _parameters_for(self, count: int) -> tuple[Type, ...] | None:
        """Repeat the last parameter as often as there are arguments for it."""
        if self.repeated and count >= len(self.parameters):
            more = count - len(self.parameters)
            return self.parameters + self.parameters[-1:] * more
        return self.parameters if count == len(self.parameters) else None


def parse_signature(text: str) -> Signature:
    """Read a signature."""
    tokens = iter(re.findall(r"[a-zA-Z]+|->|\.\.\.|[(),]", text))
    parameters: list[Type] = []
    repeated = False
    for token in tokens:
        if token == "->":
            break
        if token == "...":
            repeated = True
        elif token != ",":
            parameters.append(_parse_type(token, tokens))
    return Signature(tuple(parameters), repeated, _parse_type(next(tokens), tokens))


def _parse_type(name: str, tokens: Iterator[str]) -> Type:
    """Read one type: a variable is a capital letter, O is an orderable one."""
    if name in ("array", "timeseries"):
        next(tokens)
        inner = _parse_type(next(tokens), tokens)
        next(tokens)
        return Array(inner) if name == "array" else TimeSeries(inner)
    return Variable(name, name == "O") if name.isupper() else _NAMES[name]


def _bind(parameter: Type, argument: Type, variables: dict[Variable, Type]) -> bool:
    """Bind the type variables of a parameter. Coercion checks the rest."""
    if isinstance(parameter, Variable):
        common = common_type(variables.get(parameter, UNKNOWN), argument)
        if common is None or (parameter.orderable and not is_orderable(common)):
            return False
        variables[parameter] = common
        return True
    if isinstance(parameter, Array) and isinstance(argument, Array):
        return _bind(parameter.element, argument.element, variables)
    if isinstance(parameter, TimeSeries) and isinstance(argument, TimeSeries):
        return _bind(parameter.value, argument.value, variables)
    return True


def _fill(kind: Type, variables: dict[Variable, Type]) -> Type:
    """Replace type variables by the bound types."""
    if isinstance(kind, Variable):
        return variables.get(kind, UNKNOWN)
    if isinstance(kind, Array):
        return Array(_fill(kind.element, variables))
    if isinstance(kind, TimeSeries):
        return TimeSeries(_fill(kind.value, variables))
    return kind
