"""Calls of functions: plain ones, aggregates and window functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from sqlglot import exp

from ..query_engine.sql import quote
from .date_functions import DATE_FUNCTIONS, Call
from .expressions import Expression, not_supported, reject_unsupported_args, sql_error
from .function_sizes import aggregate_size, function_cost, function_size
from .functions import (
    AGGREGATES,
    SCALARS,
    WINDOW_FUNCTIONS,
    Overload,
    fill_template,
    find_overload,
)
from .lambdas import LAMBDA_FUNCTIONS
from .sizes import add_sizes, is_growable, max_size, scale_size
from .translator import Translator
from .types import VARCHAR, Array, Row, is_orderable


def _call(translator: Translator, node: exp.Expression) -> Expression:
    """Translate a call with its modifiers: FILTER, IGNORE NULLS, OVER."""
    suffix = CallModifiers(translator)
    function = suffix.unwrap(node)
    name = function.name.lower()
    if name in AGGREGATES or name in WINDOW_FUNCTIONS:
        return _aggregate(translator, function, name, suffix)
    if suffix.used:
        raise not_supported(node, f"OVER, FILTER or IGNORE NULLS of {name}")
    if name == "try" and len(function.expressions) == 1:
        return _try(translator, function)
    if name in LAMBDA_FUNCTIONS:
        return LAMBDA_FUNCTIONS[name](translator, function)
    arguments = translator.translate_all(function.expressions)
    return scalar(Call(function, name, arguments, translator.now, translator.budget))


def scalar(call: Call) -> Expression:
    """Translate a call of a scalar function."""
    if call.name in DATE_FUNCTIONS:
        result = DATE_FUNCTIONS[call.name](call)
        if not is_growable(result.type):
            return result
        return replace(result, sql=call.budget.guard(result.sql, result.size))
    if call.name == "row" and call.arguments:
        return _row(call)
    if call.name == "typeof" and len(call.arguments) == 1:
        return Expression(quote(str(call.arguments[0].type)), VARCHAR)
    if call.name == "zip" and call.arguments:
        return _zip(call)
    if call.name not in SCALARS:
        raise sql_error(call.node, f"Function {call.name} not registered")
    return _fit_arguments(call, SCALARS[call.name])


def _try(translator: Translator, node: exp.Anonymous) -> Expression:
    """`try(…)`: NULL instead of an error."""
    argument = node.expressions[0]
    if type(argument) is exp.Cast:
        argument = exp.TryCast(**argument.args)
    # DuckDB rejects side effects in try, which would also hide an error of the budget.
    with translator.budget.reject_unbounded(node):
        operand = translator.translate(argument)
    return Expression(f"try({operand.sql})", operand.type, known_size=operand.known_size)


def _fit_arguments(call: Call, overloads: list[Overload], **parts: str) -> Expression:
    """Translate a call with the matching overload."""
    found = find_overload(overloads, call.arguments)
    if found is None:
        raise call.unexpected()
    template, arguments, result = found
    cost = function_cost(call.name, arguments, result)
    sql = fill_template(template, arguments, partial(call.budget.guard, size=cost), **parts)
    return Expression(sql, result, known_size=function_size(call.name, arguments))


def _row(call: Call) -> Expression:
    """Build a row of values, whose fields have no names."""
    fields = ", ".join(f"'f{i}': {value.sql}" for i, value in enumerate(call.arguments))
    kind = Row(tuple((None, value.type) for value in call.arguments))
    size = add_sizes(value.size for value in call.arguments)
    return Expression(call.budget.guard(f"{{{fields}}}", size), kind, known_size=size)


def _zip(call: Call) -> Expression:
    """Build an array of rows from several arrays."""
    elements = [a.type.element for a in call.arguments if isinstance(a.type, Array)]
    if len(elements) < len(call.arguments):
        raise call.unexpected()
    kind = Array(Row(tuple((None, element) for element in elements)))
    arrays = ", ".join(argument.sql for argument in call.arguments)
    # The longest array determines the length of the result.
    size = scale_size(max_size(argument.size for argument in call.arguments), len(elements))
    size = add_sizes([size, *(argument.size for argument in call.arguments)])
    sql = f"CAST(list_zip({arrays}) AS {kind.duckdb()})"
    return Expression(call.budget.guard(sql, size), kind, known_size=size)


class CallModifiers:
    """The modifiers of an aggregate call in DuckDB's SQL."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self._filter = ""
        self._window = ""
        self.nulls: str = ""
        self.is_window: bool = False

    @property
    def used(self) -> bool:
        """Whether the call has modifiers."""
        return bool(self._filter or self.is_window or self.nulls)

    @property
    def sql(self) -> str:
        """The SQL that follows the call."""
        return self._filter + self._window

    def unwrap(self, node: exp.Expression) -> exp.Anonymous:
        """Record the modifiers of a call and return the call itself."""
        if isinstance(node, exp.Window):
            if node.args.get("over") != "OVER" or node.args.get("alias"):
                raise not_supported(node, "A named window")
            reject_unsupported_args(node, "this", "partition_by", "order", "spec", "over")
            self.is_window = True
            self._window = f" OVER ({self._window_sql(node)})"
            return self.unwrap(node.this)
        if isinstance(node, exp.IgnoreNulls):
            self.nulls = " IGNORE NULLS"
            return self.unwrap(node.this)
        if isinstance(node, exp.Filter):
            before = len(self._translator.ungrouped)
            condition = self._translator.boolean(node.expression.this, "FILTER")
            del self._translator.ungrouped[before:]
            self._filter = f" FILTER (WHERE {condition.sql})"
            return self.unwrap(node.this)
        if not isinstance(node, exp.Anonymous) or not isinstance(node.this, str):
            raise not_supported(node, node.key.upper())
        return node

    def _window_sql(self, node: exp.Window) -> str:
        """Return the SQL in the parentheses of OVER."""
        parts = []
        with self._translator.budget.without_payments():
            if partition := node.args.get("partition_by"):
                keys = ", ".join(key.sql for key in self._translator.translate_all(partition))
                parts.append(f"PARTITION BY {keys}")
            if order := node.args.get("order"):
                parts.append(f"ORDER BY {order_items(self._translator, order)}")
        if spec := node.args.get("spec"):
            parts.append(_frame(spec))
        return " ".join(parts)


def order_items(translator: Translator, order: exp.Expression) -> str:
    """Write the items of an ORDER BY, NULLs last as Timestream has them."""
    items = []
    for item in order.expressions:
        value = translator.translate(item.this)
        if not is_orderable(value.type):
            raise sql_error(
                item, f"Type {value.type} is not orderable, and cannot be used in ORDER BY"
            )
        items.append(f"{value.sql} {direction(item)}")
    return ", ".join(items)


def direction(item: exp.Expression) -> str:
    """Write the direction of one item of an ORDER BY."""
    descending = "DESC" if item.args.get("desc") else "ASC"
    return f"{descending} NULLS {'FIRST' if item.args.get('nulls_first') else 'LAST'}"


def _frame(spec: exp.Expression) -> str:
    """Write a window's frame."""
    kind = str(spec.args.get("kind")).upper()
    if kind not in ("ROWS", "RANGE"):
        raise not_supported(spec, kind)
    start = _bound(spec, kind, "start")
    end = _bound(spec, kind, "end") if spec.args.get("end") else "CURRENT ROW"
    return f"{kind} BETWEEN {start} AND {end}"


def _bound(spec: exp.Expression, kind: str, name: str) -> str:
    """Return the SQL of the start or the end of a frame."""
    value, side = spec.args[name], spec.args.get(f"{name}_side")
    if str(value).upper() == "CURRENT ROW":
        return "CURRENT ROW"
    if str(value).upper() == "UNBOUNDED":
        return f"UNBOUNDED {str(side).upper()}"
    if kind != "ROWS" or not isinstance(value, exp.Literal) or not value.is_int:
        raise not_supported(spec, "A computed window frame")
    return f"{value.name} {str(side).upper()}"


def _aggregate(
    translator: Translator, node: exp.Anonymous, name: str, suffix: CallModifiers
) -> Expression:
    """Translate a call of an aggregate or a window function."""
    if name in WINDOW_FUNCTIONS and not suffix.is_window:
        raise sql_error(node, f"Window function {name} requires an OVER clause")
    if translator.clause is not None:
        raise sql_error(
            node,
            f"{translator.clause} cannot contain aggregations, window functions or grouping "
            f"operations: [{node.sql('trino')}]",
        )
    if suffix.is_window:
        # Window functions may contain aggregates, but not the other way round.
        arguments, distinct, order = _aggregate_arguments(translator, node)
    else:
        if translator.inside_aggregate:
            raise sql_error(node, f"Cannot nest aggregations inside aggregation '{name}'")
        translator.has_aggregates = translator.inside_aggregate = True
        arguments, distinct, order = _aggregate_arguments(translator, node)
        translator.inside_aggregate = False
    overloads = AGGREGATES.get(name) or WINDOW_FUNCTIONS[name]
    for part, placeholder in ((distinct, "distinct"), (order, "order"), (suffix.nulls, "nulls")):
        if part and not any(f"{{{placeholder}}}" in o.template for o in overloads):
            raise not_supported(node, f"{part.split()[0]} in {name}")
    call = Call(node, name, arguments, translator.now, translator.budget)
    found = find_overload(overloads, arguments)
    if found is None:
        raise call.unexpected()
    template, arguments, result = found
    sql = fill_template(
        template,
        arguments,
        str,
        over=suffix.sql,
        distinct=distinct,
        order=order,
        nulls=suffix.nulls,
    )
    size = None
    if is_growable(result) and not suffix.is_window:
        size = aggregate_size(name, arguments, suffix.sql)
    return Expression(sql, result, known_size=size)


def _aggregate_arguments(
    translator: Translator, node: exp.Anonymous
) -> tuple[list[Expression], str, str]:
    """Translate an aggregate's arguments, and the DISTINCT and ORDER BY among them."""
    nodes = list(node.expressions)
    distinct = order = ""
    if len(nodes) == 1 and isinstance(nodes[0], exp.Star) and node.name.lower() == "count":
        return [], "", ""
    if len(nodes) == 1 and isinstance(nodes[0], exp.Distinct):
        nodes, distinct = list(nodes[0].expressions), "DISTINCT "
    if nodes and isinstance(nodes[-1], exp.Order):
        order = f" ORDER BY {order_items(translator, nodes[-1])}"
        nodes[-1] = nodes[-1].this
    return translator.translate_all(nodes), distinct, order


CALLS: Mapping[type[exp.Expression], Callable[[Translator, exp.Expression], Expression]] = (
    dict.fromkeys((exp.Anonymous, exp.Filter, exp.IgnoreNulls, exp.Window), _call)
)
