"""Translated expressions, and the errors of those that can't be translated."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from ..errors import PlatformError, invalid_request
from ..query_engine.sql import quote
from ..values import parse_iso_timestamp
from .sizes import Size, fixed_size, measure_size
from .types import (
    DATE,
    TIMESTAMP,
    UNKNOWN,
    VARCHAR,
    Array,
    Row,
    Type,
    common_type,
    converts,
)


@dataclass(frozen=True)
class Expression:
    """An expression in DuckDB's SQL.

    Attributes:
        sql: The SQL.
        type: The type of its values.
        constant: The value of a literal.
        known_size: How many bytes it takes, if that is known without computing the expression.
    """

    sql: str
    type: Type
    constant: str | int | None = None
    known_size: Size | None = None

    @property
    def size(self) -> Size:
        """The maximum size in bytes."""
        if self.known_size is not None:
            return self.known_size
        if isinstance(self.constant, str) and self.type == VARCHAR:
            return fixed_size(len(self.constant.encode()))
        return fixed_size(0) if self.type == UNKNOWN else measure_size(self.type, self.sql)


def sql_error(node: exp.Expression | None, message: str) -> PlatformError:
    """Create an error with the position of a node."""
    return invalid_request(f"{position(node)}{message}" if node is not None else message)


def not_supported(node: exp.Expression, what: str) -> PlatformError:
    """Create the error for SQL that is not supported."""
    return sql_error(node, f"{what} is not supported")


def reject_unsupported_args(node: exp.Expression, *known: str) -> None:
    """Raise if a node has arguments that are not translated."""
    for name, value in node.args.items():
        if name not in known and value not in (None, False, [], ""):
            what = value.key if isinstance(value, exp.Expression) else value
            raise not_supported(node, (what if isinstance(what, str) else name).strip("_").upper())


def position(node: exp.Expression) -> str:
    """Return the position of a node, such as `line 1:8: `, or an empty string if unknown."""
    positions = [
        (part.meta["line"], part.meta["col"] - part.meta["end"] + part.meta["start"])
        for part in node.walk()
        if "col" in part.meta
    ]
    return "line {}:{}: ".format(*min(positions)) if positions else ""


def coerce(expression: Expression, target: Type) -> Expression | None:
    """Convert an expression to a type; return None if that is not allowed."""
    source = expression.type
    if source == target:
        return expression
    if source == VARCHAR and target == TIMESTAMP and isinstance(expression.constant, str):
        return timestamp_literal(expression.constant)
    if source == VARCHAR and target == DATE and isinstance(expression.constant, str):
        return date_literal(expression.constant)
    if not converts(source, target):
        return None
    if isinstance(source, Array | Row) and source.duckdb() == target.duckdb():
        return Expression(expression.sql, target, known_size=expression.known_size)
    return Expression(
        f"CAST({expression.sql} AS {target.duckdb()})",
        target,
        expression.constant,
        expression.known_size,
    )


def unify(expressions: list[Expression]) -> list[Expression] | None:
    """Convert expressions to a common type; return None if there is none."""
    kind: Type = UNKNOWN
    for expression in expressions:
        if (common := common_type(kind, expression.type)) is not None:
            kind = common
        elif TIMESTAMP in (kind, expression.type) or DATE in (kind, expression.type):
            # The other one may be a time literal.
            kind = expression.type if kind == VARCHAR else kind
        else:
            return None
    coerced = [coerce(expression, kind) for expression in expressions]
    found = [expression for expression in coerced if expression is not None]
    return found if len(found) == len(expressions) else None


def timestamp_literal(text: str) -> Expression | None:
    """Parse a SQL timestamp, in UTC unless it has a zone."""
    for completed in (text, f"{text}Z", f"{text} 00:00Z"):
        try:
            return timestamp_constant(parse_iso_timestamp(completed.strip()))
        except ValueError:
            continue
    return None


def date_literal(text: str) -> Expression | None:
    """Parse a SQL date."""
    if len(text) != 10 or timestamp_literal(text) is None:
        return None
    return Expression(f"DATE {quote(text)}", DATE, text)


def timestamp_constant(nanoseconds: int) -> Expression:
    """Return the expression of a timestamp."""
    return Expression(f"make_timestamp_ns({nanoseconds})", TIMESTAMP)
