"""What the modules of the translation need of one another, so that none imports the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sqlglot import exp

from .budget import MemoryBudget
from .expressions import Expression
from .scopes import Relation, Scope
from .types import Type


class Queries(Protocol):
    """Translates the queries within a statement."""

    now: int
    budget: MemoryBudget

    def new_name(self) -> str:
        """Create a name that is unique in the statement."""

    def single_column(self, node: exp.Expression, scope: Scope) -> tuple[str, Type]:
        """Translate a subquery that returns a value or a list of values."""

    def any_rows(self, node: exp.Expression, scope: Scope) -> str:
        """Translate a subquery of which only the existence of rows matters."""

    def relation(self, node: exp.Expression, scope: Scope) -> tuple[str, Relation]:
        """Translate a relation."""


class Translator(Protocol):
    """Translates the expressions of one clause of a query."""

    queries: Queries
    scope: Scope
    clause: str | None
    now: int
    budget: MemoryBudget
    outputs: list[tuple[str, Expression]]
    variables: list[dict[str, Expression]]
    has_aggregates: bool
    inside_aggregate: bool
    ungrouped: list[tuple[exp.Expression, str]]

    def translate(self, node: exp.Expression) -> Expression:
        """Translate an expression."""

    def translate_all(self, nodes: list[exp.Expression]) -> list[Expression]:
        """Translate several."""

    def boolean(self, node: exp.Expression, where: str) -> Expression:
        """Translate a condition."""

    def use_column(self, node: exp.Expression, name: str, sql: str) -> None:
        """Note a column that may have to be grouped by."""


Translation = Callable[[Translator, exp.Expression], Expression]
