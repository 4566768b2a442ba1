"""The memory budget of a query.

DuckDB does not apply its memory limit to strings and lists while it builds them, and it builds
those of 2,048 rows at a time. So a query computes the size of a value in advance, and deducts large
ones from a budget before building them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from sqlglot import exp

from ..errors import invalid_request
from ..query_engine.engine import THREADS
from ..query_engine.results import OUT_OF_MEMORY
from .expressions import not_supported
from .sizes import Size

MAX_BUILT_BYTES = 400 * 1024**2
"""What a query may build of large values of one order of magnitude."""
# Budget for small values in the rows that DuckDB processes at once, in all threads.
MAX_BYTES_AT_ONCE = 256 * 1024**2
MAX_SQL_CHARACTERS = 500_000
# Maximum size of a value that is free. It decreases with the number of values.
FREE_BYTES = (16_384, 4_096, 1_024, 256, 64)

_ROWS_AT_ONCE = 2_048
_PAYMENT = "results.overdraws"
_ERROR = f"results.fail('{OUT_OF_MEMORY}')"


class _Purse(NamedTuple):
    """The budget of a query for values below a size, and the unit of its payments."""

    name: str
    end: int
    unit: int
    size: int


_PURSES = (
    _Purse("built_kilobytes", 64 * 1024, 1024, MAX_BUILT_BYTES),
    _Purse("built_blocks", 4 * 1024**2, 64 * 1024, MAX_BUILT_BYTES),
    _Purse("built_megabytes", MAX_BUILT_BYTES, 4 * 1024**2, MAX_BUILT_BYTES),
)


class MemoryBudget:
    """Limits the memory of the values that one query builds."""

    def __init__(self, free_bytes: int) -> None:
        """Watch a query's translation; a value of `free_bytes` costs nothing."""
        self._free_bytes = free_bytes
        self._at_once = 0
        self._constant = 0
        self._pays = True
        self._refusing: exp.Expression | None = None

    @property
    def fits(self) -> bool:
        """Whether all free values fit in memory at once."""
        return self._at_once * _ROWS_AT_ONCE * THREADS <= MAX_BYTES_AT_ONCE

    @contextmanager
    def without_payments(self) -> Iterator[None]:
        """Bound values instead of paying for them, where DuckDB allows nothing else."""
        before, self._pays = self._pays, False
        yield
        self._pays = before

    @contextmanager
    def reject_unbounded(self, node: exp.Expression) -> Iterator[None]:
        """Reject values that may take any number of bytes."""
        before, self._refusing = self._refusing, node
        yield
        self._refusing = before

    def guard(self, sql: str, size: Size | None) -> str:
        """Charge a value of a size to the budget before an expression is evaluated."""
        if size is None:
            return sql
        if len(sql) + len(size.sql) > MAX_SQL_CHARACTERS:
            raise invalid_request("The query is too complex.")
        if size.limit is not None and size.limit <= self._free_bytes:
            self._at_once += size.limit
            return sql
        if self._refusing is not None:
            raise not_supported(self._refusing, "A string or an array of any length in try")
        self._at_once += self._free_bytes
        if size.limit is not None and size.is_constant:
            # DuckDB may evaluate it before the query runs.
            self._constant += size.limit
            if self._constant > MAX_BUILT_BYTES:
                raise invalid_request(OUT_OF_MEMORY)
        if not self._pays:
            # Not error(), which DuckDB treats as having side effects, too.
            failure = f"CAST('{OUT_OF_MEMORY}' AS BOOLEAN)"
            is_large = f"CASE WHEN {size.sql} > {self._free_bytes} THEN {failure} ELSE false END"
            return f"CASE WHEN {is_large} THEN NULL ELSE {sql} END"
        return f"CASE WHEN {_PAYMENT}({size.sql}, {self._free_bytes}) THEN {_ERROR} ELSE {sql} END"


def bind_payments(
    arguments: Sequence[str], positions: Iterable[int]
) -> tuple[dict[int, str], Callable[[str], str]]:
    """Compute arguments once that would otherwise be paid for each time.

    Args:
        arguments: The SQL of all arguments.
        positions: Which of them may be computed more than once.

    Returns:
        The names of those that are computed once, by position; and the function that completes SQL
        with these names.
    """
    bound = {i: arguments[i] for i in positions if _PAYMENT in arguments[i]}
    fields = ", ".join(f"'b{i}': {argument}" for i, argument in bound.items())

    def bind(sql: str) -> str:
        return f"list_transform([{{{fields}}}], lambda b: {sql})[1]" if bound else sql

    return {i: f"b.b{i}" for i in bound}, bind


def overdraws_macro() -> str:
    """Define the macro that pays for a value, and says whether it is too large to be paid for.

    A sequence counts what was paid, and raises an error at its end. Each purse has one, so that no
    value is paid for in more than some hundred steps.
    """
    purses = "".join(
        f"WHEN size < {purse.end} THEN list_sum(list_transform("
        # DuckDB may build a list of constants even if the condition is false.
        f"range((least(size, {purse.end}) / {purse.unit})::BIGINT + 1), "
        f"lambda unit: nextval('temp.{purse.name}')))"
        for purse in _PURSES
    )
    return f"""CREATE MACRO {_PAYMENT}(size, free_bytes) AS
        CASE WHEN size > free_bytes THEN coalesce(CASE {purses} END, 0) <= 0 ELSE false END"""


def budget_statements() -> list[str]:
    """Return the statements that create the budget of a connection."""
    return [
        f"CREATE OR REPLACE TEMP SEQUENCE {purse.name} MAXVALUE {purse.size // purse.unit}"
        for purse in _PURSES
    ]
