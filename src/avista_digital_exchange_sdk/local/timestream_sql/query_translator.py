"""Queries of Timestream's SQL in DuckDB's: SELECT, joins, WITH, UNION and the like."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ..services.time_series.records import MAX_VALUE_BYTES
from .budget import MemoryBudget
from .expression_translator import ExpressionTranslator
from .expressions import (
    Expression,
    coerce,
    not_supported,
    reject_unsupported_args,
    sql_error,
    unify,
)
from .function_calls import direction
from .scopes import Column, FindTable, Relation, Scope, Source, find_matching
from .select_translator import SelectTranslator, limit_sql, order_key
from .types import BIGINT, Array, Row, TimeSeries, Type, common_type

_SET_OPERATIONS: dict[type[exp.Expression], str] = {
    exp.Union: "UNION",
    exp.Intersect: "INTERSECT",
    exp.Except: "EXCEPT",
}


class QueryTranslator:
    """Translates one statement. `now` is the start of the query in nanoseconds."""

    def __init__(self, find_table: FindTable, now: int, budget: MemoryBudget) -> None:
        self.now = now
        self.budget = budget
        self._find_table = find_table
        self._names = 0

    def translate(self, statement: exp.Expression) -> Source:
        """Translate a statement, which must be a query."""
        return self._query(statement, Scope(self._find_table))

    def single_column(self, node: exp.Expression, scope: Scope) -> tuple[str, Type]:
        """Translate a subquery that returns a value or a list of values."""
        source = self._query(node, scope.inner())
        if len(source.columns) != 1:
            raise sql_error(node, f"Subquery has {len(source.columns)} columns instead of 1")
        return source.sql, source.columns[0][1]

    def any_rows(self, node: exp.Expression, scope: Scope) -> str:
        """Translate a subquery of which only the existence of rows matters."""
        return self._query(node, scope.inner()).sql

    def _query(self, node: exp.Expression, scope: Scope) -> Source:
        """Translate a query; the scope is its own, with the WITH queries it may use."""
        with_sql = self._with(node.args.get("with_"), scope)
        if isinstance(node, exp.Select):
            source = SelectTranslator(self, node, scope).translate()
        elif type(node) in _SET_OPERATIONS:
            source = self._set_operation(node, scope)
        elif isinstance(node, exp.Subquery):
            reject_unsupported_args(node, "this", "with_")
            source = self._query(node.this, scope)
        elif isinstance(node, exp.Values):
            source = self._values(node, scope)
        else:
            raise not_supported(node, node.key.upper())
        return Source(with_sql + source.sql, source.columns)

    def _with(self, node: exp.Expression | None, scope: Scope) -> str:
        """Translate the WITH queries; each may use those before it."""
        if node is None:
            return ""
        reject_unsupported_args(node, "expressions")
        queries = []
        for query in node.expressions:
            reject_unsupported_args(query, "this", "alias")
            source = self._query(query.this, scope.inner())
            columns = _rename_columns(query, source.columns, query.args["alias"])
            name = self.new_name()
            queries.append(f"{name} AS ({source.sql})")
            scope.queries = {**scope.queries, query.alias: Source(f"SELECT * FROM {name}", columns)}
        return f"WITH {', '.join(queries)} "

    def _set_operation(self, node: exp.Expression, scope: Scope) -> Source:
        """Translate UNION, INTERSECT or EXCEPT."""
        reject_unsupported_args(node, "this", "expression", "distinct", "order", "limit", "with_")
        operator = _SET_OPERATIONS[type(node)]
        left = self._query(node.this, self._side(scope))
        right = self._query(node.expression, self._side(scope))
        if len(left.columns) != len(right.columns):
            raise sql_error(node, f"{operator} query has different number of fields")
        columns = []
        for (name, one), (_, other) in zip(left.columns, right.columns, strict=True):
            kind = common_type(one, other)
            if kind is None:
                raise sql_error(
                    node, f"column in {operator} query has incompatible types: {one}, {other}"
                )
            columns.append((name, kind))
        quantifier = "" if node.args.get("distinct") else " ALL"
        sql = (
            f"{_cast_columns(left, columns)} {operator}{quantifier} {_cast_columns(right, columns)}"
        )
        return Source(self._order(node, sql, columns, scope), columns)

    def _side(self, scope: Scope) -> Scope:
        """Open the scope of one side of a set operation, instead of the whole."""
        return Scope(self._find_table, scope.parent, scope.queries)

    def _order(
        self,
        node: exp.Expression,
        sql: str,
        columns: Sequence[tuple[str | None, Type]],
        scope: Scope,
    ) -> str:
        """Order the rows of a set operation by its own columns only."""
        order, limit = node.args.get("order"), limit_sql(node)
        if order is None:
            return f"SELECT * FROM ({sql}){limit}" if limit else sql
        relation = Relation(
            None, [Column(name, f"c{i}", kind) for i, (name, kind) in enumerate(columns)]
        )
        inner = Scope(self._find_table, scope.parent, scope.queries, [relation])
        translator = ExpressionTranslator(self, inner, "ORDER BY clause")
        items = [
            f"{order_key(translator, item, columns)} {direction(item)}"
            for item in order.expressions
        ]
        return f"SELECT * FROM ({sql}) ORDER BY {', '.join(items)}{limit}"

    def _values(self, node: exp.Expression, scope: Scope) -> Source:
        """Translate VALUES."""
        reject_unsupported_args(node, "expressions", "alias")
        translator = ExpressionTranslator(self, scope, "VALUES")
        rows = [translator.translate_all(row.expressions) for row in node.expressions]
        if len({len(row) for row in rows}) != 1:
            raise sql_error(node, "Values rows have mismatched types")
        unified = [unify(list(column)) for column in zip(*rows, strict=True)]
        columns = [column for column in unified if column is not None]
        if len(columns) < len(unified):
            raise sql_error(node, "Values rows have mismatched types")
        listed = ", ".join(
            f"({', '.join(value.sql for value in row)})" for row in zip(*columns, strict=True)
        )
        names = ", ".join(f"c{i}" for i in range(len(columns)))
        sql = f"SELECT * FROM (VALUES {listed}) AS {self.new_name()}({names})"
        return Source(sql, [(None, column[0].type) for column in columns])

    def relation(self, node: exp.Expression, scope: Scope) -> tuple[str, Relation]:
        """Translate a relation; return its SQL with a generated name, and its columns."""
        name = self.new_name()
        if isinstance(node, exp.Unnest):
            return self._unnest(node, scope, name)
        database = None
        if isinstance(node, exp.Table):
            reject_unsupported_args(node, "this", "db", "alias")
            source, database = self._table(node, scope)
            alias: str | None = node.alias or node.name
        elif isinstance(node, exp.Subquery):
            reject_unsupported_args(node, "this", "alias")
            inner = Scope(self._find_table, scope.parent, scope.queries)
            source, alias = self._query(node.this, inner), node.alias or None
        elif isinstance(node, exp.Values):
            source, alias = self._values(node, scope), node.alias or None
        else:
            raise not_supported(node, node.key.upper())
        columns = _rename_columns(node, source.columns, node.args.get("alias"))
        return f"({source.sql}) AS {name}", _build_relation(alias, columns, name, database)

    def _table(self, node: exp.Table, scope: Scope) -> tuple[Source, str | None]:
        """Find a table, or a WITH query of that name."""
        if not isinstance(node.this, exp.Identifier):
            raise not_supported(node, "A table function")
        if not node.db:
            queries = find_matching(scope.queries.items(), node.name, lambda item: item[0])
            if queries:
                return queries[0][1], None
            raise sql_error(node, f"Table {node.name} does not exist")
        table = scope.find_table(node.db, node.name)
        if table is None:
            raise sql_error(node, f"Table {node.db}.{node.name} does not exist")
        return table, node.db

    def _unnest(self, node: exp.Unnest, scope: Scope, name: str) -> tuple[str, Relation]:
        """Translate UNNEST: a row for each element, a column for each array or field of a row."""
        reject_unsupported_args(node, "expressions", "alias", "offset")
        arrays = ExpressionTranslator(self, scope, "UNNEST").translate_all(node.expressions)
        lists: list[str] = []
        outputs: list[str] = []
        columns: list[tuple[str | None, Type]] = []
        for i, array in enumerate(arrays):
            lists.append(f"unnest({array.sql}) AS u{i}")
            if isinstance(array.type, TimeSeries):
                element: Type = array.type.point
            elif isinstance(array.type, Array):
                element = array.type.element
            else:
                raise sql_error(node, f"Cannot unnest type: {array.type}")
            if isinstance(element, Row):
                outputs += [f"struct_extract(u{i}, 'f{j}')" for j in range(len(element.fields))]
                columns += element.fields
            else:
                outputs.append(f"u{i}")
                columns.append((None, element))
        offset = node.args.get("offset")
        if offset:
            lengths = ", ".join(f"len({array.sql})" for array in arrays)
            lists.append(f"unnest(generate_series(1, greatest({lengths}))) AS ordinality")
            outputs.append("ordinality")
            named = isinstance(offset, exp.Identifier)
            columns.append((offset.name if named else "ordinality", BIGINT))
        listed = ", ".join(f"{output} AS c{i}" for i, output in enumerate(outputs))
        sql = f"LATERAL (SELECT {listed} FROM (SELECT {', '.join(lists)})) AS {name}"
        alias = node.args.get("alias")
        count = len(columns) - (1 if offset else 0)
        renamed = [*_rename_columns(node, columns[:count], alias), *columns[count:]]
        return sql, _build_relation(node.alias or None, renamed, name, None)

    def new_name(self) -> str:
        """Create a unique name for a relation."""
        self._names += 1
        return f"t{self._names}"


def _cast_columns(source: Source, columns: Sequence[tuple[str | None, Type]]) -> str:
    """Select from a source, with its columns cast to wider types."""
    values = [
        coerce(Expression(f"c{i}", kind), target)
        for i, ((_, kind), (_, target)) in enumerate(zip(source.columns, columns, strict=True))
    ]
    listed = ", ".join(f"{value.sql} AS c{i}" for i, value in enumerate(values) if value)
    return f"SELECT {listed} FROM ({source.sql})"


def _rename_columns(
    node: exp.Expression, columns: Sequence[tuple[str | None, Type]], alias: exp.Expression | None
) -> Sequence[tuple[str | None, Type]]:
    """Rename columns if an alias lists names."""
    names = alias.args.get("columns") if alias is not None else None
    if not names:
        return columns
    if len(names) != len(columns):
        raise sql_error(
            node,
            f"Column alias list has {len(names)} entries but '{alias.name if alias else ''}' has "
            f"{len(columns)} columns available",
        )
    return [(name.name, kind) for name, (_, kind) in zip(names, columns, strict=True)]


def _build_relation(
    alias: str | None,
    columns: Sequence[tuple[str | None, Type]],
    name: str,
    database: str | None,
) -> Relation:
    """Build a relation whose columns are `name.c0`, `name.c1`, … in DuckDB."""
    return Relation(
        alias,
        [
            Column(known, f"{name}.c{i}", kind, MAX_VALUE_BYTES if database else None)
            for i, (known, kind) in enumerate(columns)
        ],
        database,
    )
