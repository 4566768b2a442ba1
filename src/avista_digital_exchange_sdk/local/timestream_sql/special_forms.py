"""Translate special syntax: CASE, CAST, arrays, intervals, subqueries and others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from .budget import bind_payments
from .casts import cast, read_type
from .date_functions import FIELDS, Call, to_interval
from .expressions import Expression, reject_unsupported_args, sql_error, timestamp_constant, unify
from .function_calls import scalar
from .scopes import take_fields
from .sizes import ENTRY_BYTES, add_sizes, is_growable, max_size
from .translator import Translator
from .types import BIGINT, BOOLEAN, DATE, UNKNOWN, VARCHAR, Array, converts


def _case(translator: Translator, node: exp.Expression) -> Expression:
    """CASE, with or without an operand."""
    reject_unsupported_args(node, "this", "ifs", "default")
    branches = node.args["ifs"]
    if (operand := node.args.get("this")) is not None:
        value = translator.translate(operand)
        conditions = [_equals(translator, value, branch.this) for branch in branches]
    else:
        conditions = [translator.boolean(branch.this, "CASE WHEN clause") for branch in branches]
    results = [branch.args["true"] for branch in branches]
    return _choice(translator, node, conditions, [*results, node.args.get("default")])


def _equals(translator: Translator, operand: Expression, node: exp.Expression) -> Expression:
    """Compare the operand of a CASE with the value of one WHEN."""
    both = unify([operand, translator.translate(node)])
    if both is None:
        raise sql_error(node, "CASE operand type does not match type of WHEN clause operand")
    return Expression(f"{both[0].sql} = {both[1].sql}", BOOLEAN)


def _if(translator: Translator, node: exp.Expression) -> Expression:
    reject_unsupported_args(node, "this", "true", "false")
    condition = translator.boolean(node.this, "IF condition")
    return _choice(translator, node, [condition], [node.args["true"], node.args.get("false")])


def _choice(
    translator: Translator,
    node: exp.Expression,
    conditions: list[Expression],
    results: list[exp.Expression | None],
) -> Expression:
    """Write a CASE of conditions and their results, the last of which needs no condition."""
    null = Expression("NULL", UNKNOWN)
    unified = unify([null if r is None else translator.translate(r) for r in results])
    if unified is None:
        raise sql_error(node, "All CASE results must be the same type")
    branches = " ".join(
        f"WHEN {condition.sql} THEN {result.sql}"
        for condition, result in zip(conditions, unified[:-1], strict=True)
    )
    kind = unified[-1].type
    size = max_size(result.size for result in unified) if is_growable(kind) else None
    sql = f"CASE {branches} ELSE {unified[-1].sql} END"
    if size is not None and kind != VARCHAR:
        # DuckDB copies lists if the rows select different branches.
        sql = translator.budget.guard(sql, size)
    return Expression(sql, kind, known_size=size)


def _cast(translator: Translator, node: exp.Expression) -> Expression:
    """CAST, TRY_CAST, a typed literal such as TIMESTAMP '…', or `measure_value::double`."""
    reject_unsupported_args(node, "this", "to", "safe")
    target = node.args["to"]
    if isinstance(node.this, exp.Column) and node.this.name == "measure_value":
        column = node.this.copy()
        identifier = exp.to_identifier(f"measure_value::{read_type(target)}")
        identifier.update_positions(node.this.this)
        column.set("this", identifier)
        return translator.translate(column)
    value = translator.translate(node.this)
    if value.constant is not None and target.this == exp.DType.TIMESTAMP:
        # The parser adds the number of fractional digits of a literal; the type always has nine.
        target = exp.DataType(this=exp.DType.TIMESTAMP)
    return cast(node, value, read_type(target), safe=isinstance(node, exp.TryCast))


def _interval(_translator: Translator, node: exp.Expression) -> Expression:
    """INTERVAL '2' DAY."""
    reject_unsupported_args(node, "this", "unit")
    unit = node.args.get("unit")
    try:
        amount = Decimal(node.this.name)
        interval = to_interval(amount, unit.name.lower() if isinstance(unit, exp.Var) else "")
    except InvalidOperation:
        interval = None
    if interval is None:
        raise sql_error(node, f"Invalid INTERVAL: {node.sql('trino')}")
    return interval


def _array(translator: Translator, node: exp.Expression) -> Expression:
    """ARRAY[1, 2]."""
    reject_unsupported_args(node, "expressions", "bracket_notation")
    unified = unify(translator.translate_all(node.expressions))
    if unified is None:
        raise sql_error(node, "All ARRAY elements must be the same type")
    kind = Array(unified[0].type if unified else UNKNOWN)
    items = ", ".join(item.sql for item in unified)
    size = add_sizes((item.size for item in unified), ENTRY_BYTES * len(unified))
    sql = f"CAST([{items}] AS {kind.duckdb()})"
    return Expression(translator.budget.guard(sql, size), kind, known_size=size)


def _subscript(translator: Translator, node: exp.Expression) -> Expression:
    """array[1]; outside the array is an error."""
    reject_unsupported_args(node, "this", "expressions")
    array, index = translator.translate(node.this), translator.translate(node.expressions[0])
    if not isinstance(array.type, Array) or not converts(index.type, BIGINT):
        raise sql_error(node, f"Cannot use {index.type} for subscript of {array.type}")
    names, bind = bind_payments([array.sql, index.sql], [0, 1])
    items, index_sql = names.get(0, array.sql), names.get(1, f"({index.sql})")
    length = f"len({items})"
    sql = bind(
        f"CASE WHEN {index_sql} < 1 THEN results.fail('SQL array indices start at 1') "
        f"WHEN {index_sql} > {length} THEN results.fail('Array subscript must be less "
        f"than or equal to array length: ' || {index_sql} || ' > ' || {length}) "
        f"ELSE list_extract({items}, {index_sql}) END"
    )
    return Expression(sql, array.type.element)


def _dot(translator: Translator, node: exp.Expression) -> Expression:
    """A field of a row expression."""
    reject_unsupported_args(node, "this", "expression")
    return take_fields(node, translator.translate(node.this), [node.expression.name])


def _concatenation(translator: Translator, node: exp.Expression) -> Expression:
    """|| between strings or arrays."""
    reject_unsupported_args(node, "this", "expression", "safe")
    parts = translator.translate_all([node.this, node.expression])
    return scalar(Call(node, "concat", parts, translator.now, translator.budget))


def _extract(translator: Translator, node: exp.Expression) -> Expression:
    """EXTRACT(year FROM time)."""
    reject_unsupported_args(node, "this", "expression")
    field = node.this.name.lower()
    if field not in FIELDS:
        raise sql_error(node, f"Invalid EXTRACT field: {field}")
    time = translator.translate(node.expression)
    return FIELDS[field](Call(node, field, [time], translator.now, translator.budget))


def _trim(translator: Translator, node: exp.Expression) -> Expression:
    """TRIM of spaces, on both ends or one; of other characters it is rejected."""
    reject_unsupported_args(node, "this", "position")
    position = str(node.args.get("position")).upper()
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(position, "trim")
    return scalar(
        Call(node, name, [translator.translate(node.this)], translator.now, translator.budget)
    )


def _position(translator: Translator, node: exp.Expression) -> Expression:
    """POSITION(substring IN text)."""
    reject_unsupported_args(node, "this", "substr")
    arguments = translator.translate_all([node.this, node.args["substr"]])
    return scalar(Call(node, "strpos", arguments, translator.now, translator.budget))


def _current_date(translator: Translator, node: exp.Expression) -> Expression:
    reject_unsupported_args(node)
    return Expression(f"results.date_of({timestamp_constant(translator.now).sql})", DATE)


def _current_timestamp(translator: Translator, node: exp.Expression) -> Expression:
    reject_unsupported_args(node)
    return timestamp_constant(translator.now)


def _exists(translator: Translator, node: exp.Expression) -> Expression:
    reject_unsupported_args(node, "this")
    rows = translator.queries.any_rows(node.this, translator.scope)
    return Expression(f"EXISTS ({rows})", BOOLEAN)


def _subquery(translator: Translator, node: exp.Expression) -> Expression:
    """A query for one value."""
    reject_unsupported_args(node, "this")
    sql, kind = translator.queries.single_column(node.this, translator.scope)
    return Expression(f"({sql})", kind)


CONSTRUCTS: Mapping[type[exp.Expression], Callable[[Translator, exp.Expression], Expression]] = {
    exp.Array: _array,
    exp.Bracket: _subscript,
    exp.Case: _case,
    exp.Cast: _cast,
    exp.CurrentDate: _current_date,
    exp.CurrentTimestamp: _current_timestamp,
    exp.Dot: _dot,
    exp.DPipe: _concatenation,
    exp.Exists: _exists,
    exp.Extract: _extract,
    exp.If: _if,
    exp.Interval: _interval,
    exp.Localtimestamp: _current_timestamp,
    exp.StrPosition: _position,
    exp.Subquery: _subquery,
    exp.Trim: _trim,
    exp.TryCast: _cast,
}
