"""The functions that take lambdas: filter, transform, reduce."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from .expressions import Expression, coerce, sql_error
from .sizes import ENTRY_BYTES, Size, is_growable, scale_size
from .translator import Translator
from .types import BOOLEAN, Array, Row, TimeSeries, Type, common_type


def _translate_lambda(
    translator: Translator, node: exp.Expression, parameters: Sequence[Expression]
) -> Expression:
    """Translate the body of a lambda with its parameters bound to expressions."""
    if not isinstance(node, exp.Lambda) or len(node.expressions) != len(parameters):
        raise sql_error(node, f"Expected a lambda with {len(parameters)} parameters")
    names = [parameter.name for parameter in node.expressions]
    translator.variables.append(dict(zip(names, parameters, strict=True)))
    body = translator.translate(node.this)
    translator.variables.pop()
    return body


def _new_variable(translator: Translator, kind: Type, suffix: str = "") -> Expression:
    """Create a DuckDB variable, distinct from those of the enclosing lambdas."""
    return Expression(f"v{len(translator.variables)}{suffix}", kind)


def _array_arguments(
    translator: Translator, node: exp.Anonymous, count: int
) -> tuple[Expression, Type, list[exp.Expression]]:
    """Split the arguments of a call into the array, its element type, and the rest."""
    arguments = node.expressions
    if len(arguments) != count:
        raise sql_error(node, f"Function {node.name.lower()} takes {count} arguments")
    array = translator.translate(arguments[0])
    if isinstance(array.type, TimeSeries):
        return array, array.type.point, arguments[1:]
    if not isinstance(array.type, Array):
        name = node.name.lower()
        raise sql_error(node, f"Unexpected parameters ({array.type}, …) for function {name}")
    return array, array.type.element, arguments[1:]


def _filter(translator: Translator, node: exp.Anonymous) -> Expression:
    """`filter(array, x -> condition)`."""
    array, element, (condition,) = _array_arguments(translator, node, 2)
    x = _new_variable(translator, element)
    body = _translate_lambda(translator, condition, [x])
    if body.type != BOOLEAN:
        raise sql_error(condition, f"filter must evaluate to a boolean (actual: {body.type})")
    items = translator.budget.guard(array.sql, array.size)
    sql = f"list_filter({items}, lambda {x.sql}: {body.sql})"
    return Expression(sql, array.type, known_size=array.size)


def _transform(translator: Translator, node: exp.Anonymous) -> Expression:
    """`transform(array, x -> value)`."""
    array, element, (function,) = _array_arguments(translator, node, 2)
    x = _new_variable(translator, element)
    body = _translate_lambda(translator, function, [x])
    size = scale_size(array.size, 1)
    if is_growable(body.type):
        entry = f"{body.size.sql} + {ENTRY_BYTES}"
        sizes = f"list_transform({array.sql}, lambda {x.sql}: {entry})"
        size = Size(f"coalesce(list_sum({sizes}), 0)")
    items = translator.budget.guard(array.sql, size)
    sql = f"list_transform({items}, lambda {x.sql}: {body.sql})"
    return Expression(sql, Array(body.type), known_size=size)


def _reduce(translator: Translator, node: exp.Anonymous) -> Expression:
    """`reduce(array, initial, (state, x) -> state, state -> result)`.

    The state and the elements may be of different types. DuckDB reduces values of one type, so
    rows that have room for both replace them.
    """
    array, element, (initial, step, finish) = _array_arguments(translator, node, 4)
    start = translator.translate(initial)
    state = _state_type(translator, step, start, element)
    start_as_state = coerce(start, state)
    pair = Row((("state", state), ("element", element)))
    left, right = (_new_variable(translator, pair, suffix) for suffix in ("s", "x"))
    parameters = [
        Expression(f"struct_extract({left.sql}, 'f0')", state),
        Expression(f"struct_extract({right.sql}, 'f1')", element),
    ]
    next_state = coerce(_translate_lambda(translator, step, parameters), state)
    assert start_as_state is not None
    assert next_state is not None
    pairs = f"list_transform({array.sql}, lambda e: {_pair(pair, 'NULL', 'e')})"
    reduced = (
        f"list_reduce({pairs}, lambda {left.sql}, {right.sql}: "
        f"{_pair(pair, next_state.sql, 'NULL')}, {_pair(pair, start_as_state.sql, 'NULL')})"
    )
    last = _new_variable(translator, state)
    result = _translate_lambda(translator, finish, [last])
    finished = f"list_transform([struct_extract({reduced}, 'f0')], lambda {last.sql}: {result.sql})"
    return Expression(f"list_extract({finished}, 1)", result.type)


def _state_type(
    translator: Translator, step: exp.Expression, start: Expression, element: Type
) -> Type:
    """Find the type the state has after the first step, which may be wider than at the start."""
    parameters = [_new_variable(translator, start.type), _new_variable(translator, element)]
    after = _translate_lambda(translator, step, parameters).type
    state = common_type(start.type, after)
    if state is None:
        raise sql_error(step, f"reduce can't make {after} of a state that is {start.type}")
    return state


def _pair(kind: Row, state: str, element: str) -> str:
    """Return the SQL of a row of a state and an element."""
    return f"CAST({{'f0': {state}, 'f1': {element}}} AS {kind.duckdb()})"


LAMBDA_FUNCTIONS: Mapping[str, Callable[[Translator, exp.Anonymous], Expression]] = {
    "filter": _filter,
    "transform": _transform,
    "reduce": _reduce,
}
