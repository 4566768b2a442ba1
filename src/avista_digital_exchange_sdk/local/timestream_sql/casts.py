"""CAST and TRY_CAST, as strict as Timestream's where DuckDB's are lenient."""

from __future__ import annotations

from sqlglot import exp

from ..query_engine.sql import timestamp_text
from .budget import bind_payments
from .expressions import Expression, coerce, not_supported, sql_error
from .sizes import fixed_size
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
    Row,
    Scalar,
    Type,
)

_NAMES: dict[exp.DType, Type] = {
    exp.DType.BIGINT: BIGINT,
    exp.DType.BOOLEAN: BOOLEAN,
    exp.DType.DATE: DATE,
    exp.DType.DOUBLE: DOUBLE,
    exp.DType.INT: INTEGER,
    exp.DType.TIMESTAMP: TIMESTAMP,
    exp.DType.VARCHAR: VARCHAR,
}
# The string formats of each type that can be cast.
_FORMS: dict[Type, str] = {
    INTEGER: r"[+-]?[0-9]+",
    BIGINT: r"[+-]?[0-9]+",
    DOUBLE: r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?Infinity|NaN",
    BOOLEAN: r"(?i)t|true|1|f|false|0",
    DATE: r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}",
    TIMESTAMP: (
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?)?"
    ),
}
_TEXTS: dict[Type, str] = {
    DOUBLE: "results.double_text({0})",
    INTERVAL: "results.interval_text({0})",
    MONTHS: "results.months_text({0})",
    TIMESTAMP: timestamp_text("{0}"),
}
# Maximum length of a formatted number or time.
_TEXT_BYTES = 64
_NUMBERS: dict[tuple[Type, Type], str] = {
    (DOUBLE, BIGINT): "CAST(round({0}) AS BIGINT)",
    (DOUBLE, INTEGER): "CAST(round({0}) AS INTEGER)",
    (BIGINT, INTEGER): "CAST({0} AS INTEGER)",
    (BOOLEAN, BIGINT): "CAST({0} AS BIGINT)",
    (BOOLEAN, INTEGER): "CAST({0} AS INTEGER)",
    (BOOLEAN, DOUBLE): "CAST({0} AS DOUBLE)",
    (INTEGER, BOOLEAN): "({0} <> 0)",
    (BIGINT, BOOLEAN): "({0} <> 0)",
    (DOUBLE, BOOLEAN): "({0} <> 0)",
    (TIMESTAMP, DATE): "results.date_of({0})",
}


def read_type(node: exp.DataType) -> Type:
    """Read the name of a type."""
    if node.this == exp.DType.ARRAY and len(node.expressions) == 1:
        return Array(read_type(node.expressions[0]))
    if node.this == exp.DType.STRUCT:
        return Row(tuple(_read_field(field) for field in node.expressions))
    kind = _NAMES.get(node.this)
    if kind is None or node.expressions:
        raise not_supported(node, f"The type {node.sql('trino').lower()}")
    return kind


def _read_field(field: exp.Expression) -> tuple[str | None, Type]:
    if isinstance(field, exp.ColumnDef):
        return field.name, read_type(field.args["kind"])
    assert isinstance(field, exp.DataType)
    return None, read_type(field)


def cast(node: exp.Expression, value: Expression, target: Type, *, safe: bool) -> Expression:
    """Cast a value. If `safe`, return NULL instead of an error if it can't be cast."""
    if value.type == VARCHAR and target in (TIMESTAMP, DATE) and value.constant is not None:
        if (literal := coerce(value, target)) is not None:
            return literal
        if not safe:
            raise sql_error(node, f"Value cannot be cast to {target}: {value.constant}")
        return Expression("NULL", target)
    if value.type == VARCHAR and target in _FORMS:
        return _cast_text(value, target, safe)
    if target == VARCHAR and isinstance(value.type, Scalar):
        return to_text(value)
    if (value.type, target) in _NUMBERS:
        sql = _NUMBERS[value.type, target].format(value.sql)
        return Expression(sql.replace("CAST(", "TRY_CAST(", 1) if safe else sql, target)
    coerced = coerce(value, target)
    if coerced is None:
        raise sql_error(node, f"Cannot cast {value.type} to {target}")
    return coerced


def to_text(value: Expression) -> Expression:
    """Convert a value to a string."""
    if value.type in (VARCHAR, UNKNOWN):
        return Expression(value.sql, VARCHAR, value.constant, value.known_size)
    names, bind = bind_payments([value.sql], [0])
    text = names.get(0, value.sql)
    sql = bind(_TEXTS.get(value.type, "CAST({0} AS VARCHAR)").format(text))
    return Expression(sql, VARCHAR, known_size=fixed_size(_TEXT_BYTES))


def _cast_text(value: Expression, target: Type, safe: bool) -> Expression:
    """Cast a string in the format of the type."""
    names, bind = bind_payments([value.sql], [0])
    text = names.get(0, f"({value.sql})")
    failure = f"results.fail('Cannot cast ''' || {text} || ''' to {str(target).upper()}')"
    sql = (
        f"CAST(CASE WHEN regexp_full_match({text}, '{_FORMS[target]}') THEN {text} "
        f"WHEN {text} IS NOT NULL THEN {'NULL' if safe else failure} END AS {target.duckdb()})"
    )
    return Expression(bind(f"TRY_{sql}" if safe else sql), target)
