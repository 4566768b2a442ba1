"""What names mean: the columns of tables, subqueries and clauses a query can refer to.

To DuckDB every relation and column goes by a name of ours; the names people gave are only here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlglot import exp

from .expressions import Expression, sql_error
from .sizes import Size, measure_size
from .types import VARCHAR, Row, Type


@dataclass(frozen=True)
class Column:
    """A column: its name in Timestream, its SQL and its type."""

    name: str | None
    sql: str
    type: Type
    max_bytes: int | None = None
    """What its strings take at most, if that is known."""

    @property
    def expression(self) -> Expression:
        """The column's value."""
        size = None
        if self.max_bytes is not None and self.type == VARCHAR:
            size = Size(measure_size(self.type, self.sql).sql, self.max_bytes)
        return Expression(self.sql, self.type, known_size=size)


@dataclass(frozen=True)
class Relation:
    """A table, subquery or other relation in FROM."""

    alias: str | None
    columns: Sequence[Column]
    database: str | None = None


@dataclass(frozen=True)
class Source:
    """Something to read from: its SQL, and its columns as names and types.

    DuckDB knows the columns as `c0`, `c1`, ….
    """

    sql: str
    columns: Sequence[tuple[str | None, Type]]


FindTable = Callable[[str, str], Source | None]
"""Finds a table by the names of its database and itself."""


@dataclass
class Scope:
    """The relations a SELECT reads from, the WITH queries it may use, the query around it."""

    find_table: FindTable
    parent: Scope | None = None
    queries: Mapping[str, Source] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    merged: dict[str, Column] = field(default_factory=dict)
    """The columns that USING made one of two."""

    def inner(self) -> Scope:
        """Open the scope of a query within this one."""
        return Scope(self.find_table, self, self.queries)

    def resolve(self, node: exp.Expression, names: Sequence[str]) -> tuple[Expression, bool]:
        """Resolve a name to a column, optionally qualified, or to a field of a column.

        Returns:
            The column or field, and whether it is this query's own, not one around it.

        Raises:
            PlatformError: If it means nothing, or more than one thing.
        """
        scope: Scope | None = self
        while scope is not None:
            for qualifiers in reversed(range(len(names))):
                found = scope._find(names[:qualifiers], names[qualifiers])
                if len(found) > 1:
                    raise sql_error(node, f"Column '{'.'.join(names)}' is ambiguous")
                if found:
                    value = found[0].expression
                    fields = names[qualifiers + 1 :]
                    return take_fields(node, value, fields), scope is self
            scope = scope.parent
        raise sql_error(node, f"Column '{'.'.join(names)}' does not exist")

    def star(self, node: exp.Expression, qualifier: str | None) -> list[Column]:
        """List the columns of `*`, or of `qualifier.*`."""
        if qualifier is None:
            if not self.relations:
                raise sql_error(node, "SELECT * not allowed in queries without FROM clause")
            hidden = set(self.merged)
            rest = [c for r in self.relations for c in r.columns if c.name not in hidden]
            return [*self.merged.values(), *rest]
        relations = find_matching(self.relations, qualifier, lambda relation: relation.alias)
        if len(relations) != 1:
            raise sql_error(node, f"Table '{qualifier}' not found")
        return list(relations[0].columns)

    def _find(self, qualifiers: Sequence[str], name: str) -> list[Column]:
        """List the columns a name may mean."""
        relations: Iterable[Relation] = self.relations
        if not qualifiers and (merged := find_matching(self.merged.values(), name, _name)):
            return merged
        if len(qualifiers) > 2:
            return []
        if len(qualifiers) == 2:
            relations = find_matching(relations, qualifiers[0], lambda relation: relation.database)
        if qualifiers:
            relations = find_matching(relations, qualifiers[-1], lambda relation: relation.alias)
        return find_matching((c for relation in relations for c in relation.columns), name, _name)


T = TypeVar("T")


def find_matching(things: Iterable[T], name: str, name_of: Callable[[T], str | None]) -> list[T]:
    """List the items with a name; if there are none, ignore its case."""
    named = [(thing, known) for thing in things if (known := name_of(thing)) is not None]
    exact = [thing for thing, known in named if known == name]
    return exact or [thing for thing, known in named if known.lower() == name.lower()]


def take_fields(node: exp.Expression, value: Expression, names: Sequence[str]) -> Expression:
    """Select nested fields of a row."""
    for name in names:
        fields = value.type.fields if isinstance(value.type, Row) else ()
        found = find_matching(enumerate(fields), name, lambda item: item[1][0])
        if len(found) != 1:
            raise sql_error(node, f"Column '{name}' does not exist")
        index, (_, kind) = found[0]
        value = Expression(f"struct_extract({value.sql}, 'f{index}')", kind)
    return value


def _name(column: Column) -> str | None:
    """Return a column's name."""
    return column.name
