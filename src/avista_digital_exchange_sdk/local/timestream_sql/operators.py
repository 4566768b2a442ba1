"""Operators: arithmetic, comparisons, logic."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import exp

from ..errors import PlatformError
from .date_functions import add
from .expressions import Expression, not_supported, reject_unsupported_args, sql_error, unify
from .translator import Translator
from .types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTERVAL,
    MONTHS,
    UNKNOWN,
    VARCHAR,
    Type,
    converts,
    is_numeric,
    is_orderable,
)

_COMPARISONS: Mapping[type[exp.Expression], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
}
_EQUALITIES = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ)
_ARITHMETIC: Mapping[type[exp.Expression], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
}


def _arithmetic(translator: Translator, node: exp.Expression) -> Expression:
    """A sum, difference, product, quotient or remainder."""
    reject_unsupported_args(node, "this", "expression", "typed", "safe")
    left, right = translator.translate(node.this), translator.translate(node.expression)
    operator = _ARITHMETIC[type(node)]
    if operator in "+-":
        changed = add(left, right, 1 if operator == "+" else -1)
        if changed is not None:
            return changed
    both = unify([left, right])
    if both is not None and (is_numeric(both[0].type) or both[0].type == UNKNOWN):
        if operator == "/" and both[0].type != DOUBLE:
            operator = "//"
        return Expression(f"({both[0].sql} {operator} {both[1].sql})", both[0].type)
    if operator == "*":
        for interval, factor in ((left, right), (right, left)):
            if interval.type in (INTERVAL, MONTHS) and converts(factor.type, BIGINT):
                return Expression(f"({interval.sql} * {factor.sql})", interval.type)
    raise _no_operator(node, operator, left.type, right.type)


def _no_operator(node: exp.Expression, operator: str, left: Type, right: Type) -> PlatformError:
    """Create the error for operands that an operator does not accept."""
    return sql_error(node, f"Cannot apply operator: {left} {operator} {right}")


def _negative(translator: Translator, node: exp.Expression) -> Expression:
    """A minus sign."""
    reject_unsupported_args(node, "this")
    value = translator.translate(node.this)
    if not (is_numeric(value.type) or value.type in (INTERVAL, MONTHS, UNKNOWN)):
        raise sql_error(node, f"Cannot negate {value.type}")
    return Expression(f"(-{value.sql})", value.type)


def _comparison(translator: Translator, node: exp.Expression) -> Expression:
    reject_unsupported_args(node, "this", "expression")
    left, right = translator.translate(node.this), translator.translate(node.expression)
    operator = _COMPARISONS[type(node)]
    both = unify([left, right])
    if both is None or not (isinstance(node, _EQUALITIES) or is_orderable(both[0].type)):
        raise _no_operator(node, operator, left.type, right.type)
    return Expression(f"({both[0].sql} {operator} {both[1].sql})", BOOLEAN)


def _logic(translator: Translator, node: exp.Expression) -> Expression:
    """AND or OR, of any number of terms at once."""
    reject_unsupported_args(node, "this", "expression")
    terms = [translator.boolean(term, "Logical expression term") for term in _terms(node)]
    return Expression(f"({f' {node.key.upper()} '.join(term.sql for term in terms)})", BOOLEAN)


def _terms(node: exp.Expression) -> list[exp.Expression]:
    """Flatten a chain of one operator, which the parser nests as deep as it is long."""
    terms = []
    link = node
    while type(link) is type(node):
        terms.append(link.expression)
        link = link.this
    return [link, *reversed(terms)]


def _not(translator: Translator, node: exp.Expression) -> Expression:
    reject_unsupported_args(node, "this")
    value = translator.boolean(node.this, "Value of logical NOT expression")
    return Expression(f"(NOT {value.sql})", BOOLEAN)


def _is(translator: Translator, node: exp.Expression) -> Expression:
    reject_unsupported_args(node, "this", "expression")
    if not isinstance(node.expression, exp.Null):
        raise not_supported(node, f"IS {node.expression.sql().upper()}")
    return Expression(f"({translator.translate(node.this).sql} IS NULL)", BOOLEAN)


def _between(translator: Translator, node: exp.Expression) -> Expression:
    reject_unsupported_args(node, "this", "low", "high")
    operands = translator.translate_all([node.this, node.args["low"], node.args["high"]])
    unified = unify(operands)
    if unified is None or not is_orderable(unified[0].type):
        value, low, high = (part.type for part in operands)
        raise sql_error(node, f"Cannot check if {value} is BETWEEN {low} and {high}")
    between = "({} BETWEEN {} AND {})".format(*(part.sql for part in unified))
    return Expression(between, BOOLEAN)


def _in(translator: Translator, node: exp.Expression) -> Expression:
    """IN a list, or the rows of a query."""
    reject_unsupported_args(node, "this", "expressions", "query")
    value = translator.translate(node.this)
    if (query := node.args.get("query")) is not None:
        sql, kind = translator.queries.single_column(query, translator.scope)
        if not (converts(kind, value.type) or converts(value.type, kind)):
            raise _no_operator(node, "IN", value.type, kind)
        return Expression(f"({value.sql} IN ({sql}))", BOOLEAN)
    unified = unify([value, *translator.translate_all(node.expressions)])
    if unified is None or len(unified) == 1:
        raise sql_error(node, "IN value and list items must be the same type")
    items = ", ".join(item.sql for item in unified[1:])
    return Expression(f"({unified[0].sql} IN ({items}))", BOOLEAN)


def _like(translator: Translator, node: exp.Expression) -> Expression:
    reject_unsupported_args(node, "this", "expression")
    value, pattern = translator.translate(node.this), translator.translate(node.expression)
    if not (converts(value.type, VARCHAR) and converts(pattern.type, VARCHAR)):
        raise _no_operator(node, "LIKE", value.type, pattern.type)
    return Expression(f"({value.sql} LIKE {pattern.sql})", BOOLEAN)


def _escape(translator: Translator, node: exp.Expression) -> Expression:
    """LIKE with an escape character."""
    reject_unsupported_args(node, "this", "expression")
    escape = translator.translate(node.expression)
    if not isinstance(node.this, exp.Like) or len(str(escape.constant)) != 1:
        raise sql_error(node, "Escape string must be a single character")
    like = translator.translate(node.this).sql.removesuffix(")")
    return Expression(f"{like} ESCAPE {escape.sql})", BOOLEAN)


OPERATORS: Mapping[type[exp.Expression], Callable[[Translator, exp.Expression], Expression]] = {
    **dict.fromkeys(_COMPARISONS, _comparison),
    **dict.fromkeys(_ARITHMETIC, _arithmetic),
    exp.And: _logic,
    exp.Between: _between,
    exp.Escape: _escape,
    exp.In: _in,
    exp.Is: _is,
    exp.Like: _like,
    exp.Neg: _negative,
    exp.Not: _not,
    exp.Or: _logic,
}
