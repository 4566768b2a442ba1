"""One SELECT of Timestream's SQL in DuckDB's."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from .expression_translator import ExpressionTranslator
from .expressions import Expression, not_supported, reject_unsupported_args, sql_error, unify
from .function_calls import direction
from .scopes import Column, Relation, Scope, Source, find_matching
from .translator import Queries
from .types import Type, is_orderable

_JOINS = {
    ("", ""): "INNER JOIN",
    ("", "INNER"): "INNER JOIN",
    ("", "CROSS"): "CROSS JOIN",
    ("LEFT", ""): "LEFT JOIN",
    ("LEFT", "OUTER"): "LEFT JOIN",
    ("RIGHT", ""): "RIGHT JOIN",
    ("RIGHT", "OUTER"): "RIGHT JOIN",
    ("FULL", ""): "FULL JOIN",
    ("FULL", "OUTER"): "FULL JOIN",
}


class SelectTranslator:
    """Translates one SELECT to DuckDB's SQL."""

    def __init__(self, queries: Queries, node: exp.Select, scope: Scope) -> None:
        reject_unsupported_args(
            node,
            *("expressions", "from_", "joins", "where", "group", "having"),
            *("order", "limit", "distinct", "with_"),
        )
        if not node.expressions:
            raise sql_error(node, "SELECT needs at least one column")
        self._queries = queries
        self._node = node
        self._scope = scope
        self._translator = ExpressionTranslator(queries, scope)

    def translate(self) -> Source:
        """Translate it."""
        from_sql = self._from()
        where = self._condition("where", "WHERE clause")
        keys = self._group_keys()
        outputs = self._outputs()
        having = self._having()
        order = self._order(outputs)
        if keys or self._translator.has_aggregates:
            self._translator.check_grouped()
        columns = ", ".join(f"{value.sql} AS c{i}" for i, (_, value) in enumerate(outputs))
        group = f" GROUP BY {', '.join(keys)}" if keys else ""
        sql = (
            f"SELECT {self._distinct()}{columns}{from_sql}{where}{group}{having}{order}"
            f"{limit_sql(self._node)}"
        )
        return Source(sql, [(name, value.type) for name, value in outputs])

    def _from(self) -> str:
        """Translate FROM and its joins."""
        start = self._node.args.get("from_")
        if start is None:
            return ""
        reject_unsupported_args(start, "this")
        sql, relation = self._queries.relation(start.this, self._scope)
        self._scope.relations.append(relation)
        joins = [*self._node.args.get("joins", []), *start.this.args.get("joins", [])]
        return f" FROM {sql}" + "".join(self._join(join) for join in joins)

    def _join(self, join: exp.Expression) -> str:
        reject_unsupported_args(join, "this", "side", "kind", "on", "using")
        side, kind = (str(join.args.get(part) or "").upper() for part in ("side", "kind"))
        operator = _JOINS.get((side, kind))
        if operator is None:
            raise not_supported(join, f"{side} {kind} JOIN".strip())
        sql, relation = self._queries.relation(join.this, self._scope)
        left = list(self._scope.relations)
        self._scope.relations.append(relation)
        if using := join.args.get("using"):
            conditions = [self._using(name, left, relation, operator) for name in using]
            return f" {operator} {sql} ON {' AND '.join(conditions)}"
        if (on := join.args.get("on")) is not None:
            translator = ExpressionTranslator(self._queries, self._scope, "JOIN clause")
            return f" {operator} {sql} ON {translator.boolean(on, 'JOIN ON clause').sql}"
        if operator not in ("CROSS JOIN", "INNER JOIN"):
            raise sql_error(join, "A join needs a condition")
        return f" CROSS JOIN {sql}"

    def _using(
        self, node: exp.Expression, left: list[Relation], right: Relation, operator: str
    ) -> str:
        """Translate one column of USING, which the two sides share from here on."""
        name = node.name
        merged = find_matching(self._scope.merged.values(), name, lambda column: column.name)
        one = merged or find_matching(
            [c for relation in left for c in relation.columns], name, lambda column: column.name
        )
        other = find_matching(right.columns, name, lambda column: column.name)
        if len(one) != 1 or len(other) != 1:
            raise sql_error(
                node, f"Column '{name}' is missing from or ambiguous in one side of JOIN"
            )
        both = unify([one[0].expression, other[0].expression])
        if both is None:
            raise sql_error(node, f"Column '{name}' has different types in the sides of JOIN")
        value = both[0].sql
        if operator in ("RIGHT JOIN", "FULL JOIN"):
            value = f"coalesce({both[0].sql}, {both[1].sql})"
        self._scope.merged[one[0].name or name] = Column(one[0].name, value, both[0].type)
        return f"{both[0].sql} = {both[1].sql}"

    def _condition(self, part: str, clause: str) -> str:
        """Translate WHERE."""
        node = self._node.args.get(part)
        if node is None:
            return ""
        translator = ExpressionTranslator(self._queries, self._scope, clause)
        return f" WHERE {translator.boolean(node.this, clause).sql}"

    def _group_keys(self) -> list[str]:
        """Translate GROUP BY: its expressions, or the positions of columns in the SELECT."""
        group = self._node.args.get("group")
        if group is None:
            return []
        reject_unsupported_args(group, "expressions")
        translator = ExpressionTranslator(self._queries, self._scope, "GROUP BY clause")
        keys = []
        items = [part for item in group.expressions for part in _split_group(item)]
        # GROUP BY () groups all rows together.
        self._translator.has_aggregates = not items
        for item in items:
            if isinstance(item, exp.Literal) and item.is_int:
                item = self._get_selected(item, "GROUP BY")
            keys.append(translator.translate(item).sql)
        self._translator.group_keys = set(keys)
        return keys

    def _get_selected(self, position: exp.Literal, clause: str) -> exp.Expression:
        """Return the expression at a position of the SELECT."""
        selected: list[exp.Expression] = self._node.expressions
        if not 1 <= int(position.name) <= len(selected):
            raise sql_error(position, f"{clause} position {position.name} is not in select list")
        node = selected[int(position.name) - 1]
        return node.this if isinstance(node, exp.Alias) else node

    def _outputs(self) -> list[tuple[str | None, Expression]]:
        """Translate the selected expressions."""
        outputs: list[tuple[str | None, Expression]] = []
        for node in self._node.expressions:
            if isinstance(node, exp.Star):
                reject_unsupported_args(node)
                outputs += self._star(node, None)
            elif isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
                reject_unsupported_args(node, "this", "table")
                outputs += self._star(node, node.table)
            elif isinstance(node, exp.Alias):
                outputs.append((node.alias, self._translator.translate(node.this)))
            else:
                outputs.append((_infer_name(node), self._translator.translate(node)))
        return outputs

    def _star(
        self, node: exp.Expression, qualifier: str | None
    ) -> list[tuple[str | None, Expression]]:
        columns = self._scope.star(node, qualifier)
        for column in columns:
            self._translator.use_column(node, str(column.name), column.sql)
        return [(column.name, column.expression) for column in columns]

    def _having(self) -> str:
        node = self._node.args.get("having")
        if node is None:
            return ""
        condition = self._translator.boolean(node.this, "HAVING clause")
        self._translator.has_aggregates = True
        return f" HAVING {condition.sql}"

    def _order(self, outputs: list[tuple[str | None, Expression]]) -> str:
        """Translate ORDER BY, in which the names of the selected columns come first."""
        order = self._node.args.get("order")
        if order is None:
            return ""
        self._translator.outputs = [(name, value) for name, value in outputs if name is not None]
        columns = [(name, value.type) for name, value in outputs]
        items = []
        for item in order.expressions:
            key = order_key(self._translator, item, columns)
            if self._distinct() and key not in {
                *(f"c{i}" for i in range(len(outputs))),
                *(value.sql for _, value in outputs),
            }:
                raise sql_error(
                    item,
                    "For SELECT DISTINCT, ORDER BY expressions must appear in select list",
                )
            items.append(f"{key} {direction(item)}")
        return f" ORDER BY {', '.join(items)}"

    def _distinct(self) -> str:
        distinct = self._node.args.get("distinct")
        if distinct is None:
            return ""
        reject_unsupported_args(distinct)
        return "DISTINCT "


def order_key(
    translator: ExpressionTranslator,
    item: exp.Expression,
    columns: Sequence[tuple[str | None, Type]],
) -> str:
    """Translate one item of ORDER BY: the position of a column, or an expression."""
    node = item.this
    if isinstance(node, exp.Literal) and node.is_int:
        if not 1 <= int(node.name) <= len(columns):
            raise sql_error(node, f"ORDER BY position {node.name} is not in select list")
        key, kind = f"c{int(node.name) - 1}", columns[int(node.name) - 1][1]
    else:
        value = translator.translate(node)
        key, kind = value.sql, value.type
    if not is_orderable(kind):
        raise sql_error(node, f"Type {kind} is not orderable, and cannot be used in ORDER BY")
    return key


def limit_sql(node: exp.Expression) -> str:
    """Translate LIMIT."""
    limit = node.args.get("limit")
    if limit is None:
        return ""
    reject_unsupported_args(limit, "expression")
    count = limit.expression
    if isinstance(count, exp.Var) and count.name.upper() == "ALL":
        return ""
    if not isinstance(count, exp.Literal) or not count.is_int or int(count.name) >= 2**63:
        raise sql_error(count, "LIMIT must be an integer")
    return f" LIMIT {count.name}"


def _split_group(item: exp.Expression) -> list[exp.Expression]:
    """Split `(a, b)`."""
    return item.expressions if isinstance(item, exp.Tuple) else [item]


def _infer_name(node: exp.Expression) -> str | None:
    """Return the name of a selected expression without an alias."""
    if isinstance(node, exp.Cast) and node.this.name == "measure_value":
        return f"measure_value::{node.args['to'].sql('trino').lower()}"
    return node.name if isinstance(node, exp.Column | exp.Dot) else None
