"""Expressions of Timestream's SQL in DuckDB's.

Every kind of node that is translated is listed; any other is rejected. So is anything a node says
that its translation does not look at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from ..errors import invalid_request
from ..query_engine.sql import quote
from .budget import MAX_SQL_CHARACTERS, MemoryBudget
from .expressions import Expression, not_supported, reject_unsupported_args, sql_error
from .function_calls import CALLS
from .operators import OPERATORS
from .scopes import Scope, find_matching, take_fields
from .special_forms import CONSTRUCTS
from .translator import Queries, Translation, Translator
from .types import BIGINT, BOOLEAN, DOUBLE, INTEGER, UNKNOWN, VARCHAR

_NUMBER = re.compile(r"[0-9]*(\.[0-9]*)?([eE][+-]?[0-9]+)?")


class ExpressionTranslator:
    """Translates the expressions of one clause of a query."""

    def __init__(self, queries: Queries, scope: Scope, clause: str | None = None) -> None:
        """Translate in a scope; a named clause is one that can't hold aggregates."""
        self.queries = queries
        self.scope = scope
        self.clause = clause
        self.now: int = queries.now
        self.budget: MemoryBudget = queries.budget
        self.outputs: list[tuple[str, Expression]] = []
        """What the names of a SELECT's own columns mean, where they come first."""
        self.variables: list[dict[str, Expression]] = []
        """The parameters of the lambdas around an expression."""
        self.group_keys: set[str] = set()
        """The SQL of the GROUP BY expressions."""
        self.has_aggregates = False
        self.inside_aggregate = False
        self.ungrouped: list[tuple[exp.Expression, str]] = []
        """The columns that stand neither in an aggregate nor in a group key."""

    def translate(self, node: exp.Expression) -> Expression:
        """Translate an expression."""
        translation = _TRANSLATIONS.get(type(node))
        if translation is None:
            raise not_supported(node, node.sql("trino")[:60])
        before = len(self.ungrouped)
        result = translation(self, node)
        if len(result.sql) > MAX_SQL_CHARACTERS:
            raise invalid_request("The query is too complex.")
        if result.sql in self.group_keys:
            del self.ungrouped[before:]
            # Only the output itself can be used now, not its operands.
            return replace(result, known_size=None)
        return result

    def translate_all(self, nodes: list[exp.Expression]) -> list[Expression]:
        """Translate several."""
        return [self.translate(node) for node in nodes]

    def boolean(self, node: exp.Expression, where: str) -> Expression:
        """Translate a condition."""
        condition = self.translate(node)
        if condition.type not in (BOOLEAN, UNKNOWN):
            raise sql_error(node, f"{where} must evaluate to a boolean (actual: {condition.type})")
        return condition

    def use_column(self, node: exp.Expression, name: str, sql: str) -> None:
        """Note a column that may have to be grouped by."""
        if not self.inside_aggregate and sql not in self.group_keys:
            self.ungrouped.append((node, name))

    def check_grouped(self) -> None:
        """Raise if a column is neither in an aggregate nor in GROUP BY."""
        for node, name in self.ungrouped:
            raise sql_error(
                node, f"'{name}' must be an aggregate expression or appear in GROUP BY clause"
            )


def _column(translator: Translator, node: exp.Expression) -> Expression:
    """A name, perhaps qualified."""
    reject_unsupported_args(node, "this", "table", "db", "catalog")
    parts = [node.args.get(part) for part in ("catalog", "db", "table", "this")]
    return _resolve_name(translator, node, [part.name for part in parts if part is not None])


def _identifier(translator: Translator, node: exp.Expression) -> Expression:
    """A name within a lambda."""
    reject_unsupported_args(node, "this", "quoted")
    return _resolve_name(translator, node, [node.name])


def _resolve_name(translator: Translator, node: exp.Expression, names: list[str]) -> Expression:
    """Resolve a name, searching the innermost scope first."""
    for variables in reversed(translator.variables):
        if names[0] in variables:
            return take_fields(node, variables[names[0]], names[1:])
    if len(names) == 1:
        outputs = find_matching(translator.outputs, names[0], lambda output: output[0])
        if len({value.sql for _, value in outputs}) > 1:
            raise sql_error(node, f"Column '{names[0]}' is ambiguous")
        if outputs:
            return outputs[0][1]
    column, is_own = translator.scope.resolve(node, names)
    if is_own:
        translator.use_column(node, ".".join(names), column.sql)
    return column


def _literal(_translator: Translator, node: exp.Expression) -> Expression:
    """A string or a number."""
    text = node.name
    if node.args["is_string"]:
        parts = " || chr(0) || ".join(quote(part) for part in text.split("\0"))
        return Expression(f"({parts})" if "\0" in text else parts, VARCHAR, text)
    if text.isdecimal() and text.isascii():
        if len(text) > 19 or int(text) >= 2**63:
            raise sql_error(node, f"Invalid numeric literal: {text[:40]}")
        return Expression(text, INTEGER if int(text) < 2**31 else BIGINT)
    if not _NUMBER.fullmatch(text):
        raise sql_error(node, f"Invalid numeric literal: {text[:40]}")
    return Expression(f"{text}::DOUBLE", DOUBLE)


def _boolean(_translator: Translator, node: exp.Expression) -> Expression:
    return Expression("true" if node.this else "false", BOOLEAN)


def _null(_translator: Translator, _node: exp.Expression) -> Expression:
    return Expression("NULL", UNKNOWN)


def _paren(translator: Translator, node: exp.Expression) -> Expression:
    reject_unsupported_args(node, "this")
    inner = translator.translate(node.this)
    return Expression(f"({inner.sql})", inner.type, inner.constant, inner.known_size)


_TRANSLATIONS: Mapping[type[exp.Expression], Translation] = {
    **CALLS,
    **CONSTRUCTS,
    **OPERATORS,
    exp.Boolean: _boolean,
    exp.Column: _column,
    exp.Identifier: _identifier,
    exp.Literal: _literal,
    exp.Null: _null,
    exp.Paren: _paren,
}
