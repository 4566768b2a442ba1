"""The statements about databases, tables and measures: SHOW and DESCRIBE."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from sqlglot.tokenizer_core import Token, TokenType

from ..errors import invalid_request
from ..query_engine.sql import quote
from ..services.time_series.catalog import Catalog
from ..services.time_series.records import ASSET_ID
from .dialect import invalid_at
from .scopes import Source
from .tables import table_columns
from .types import VARCHAR, Array, Row, Type

_DIMENSIONS = Array(Row((("dimension_name", VARCHAR), ("data_type", VARCHAR))))

Tables = Mapping[tuple[str, str], Callable[[], Catalog]]
"""The tables a user may read, by the names of their databases and themselves."""


def read_statement(tokens: list[Token], tables: Tables) -> Source | None:
    """Execute SHOW or DESCRIBE, or None for any other statement."""
    if not tokens:
        raise invalid_request("The query syntax is invalid at line 1:1")
    words = TokenReader(tokens)
    if words.take("SHOW"):
        for what, show in _SHOWS.items():
            if words.take(what):
                return show(words, tables)
        raise words.unexpected()
    if words.take("DESCRIBE") or words.take("DESC"):
        return _describe(words, tables)
    return None


class TokenReader:
    """The tokens of a statement, read one after the other."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = list(tokens)
        self._next = 0

    def take(self, word: str) -> bool:
        """Read a keyword, if it comes next."""
        token = self._peek()
        if token is None or token.token_type is TokenType.IDENTIFIER:
            return False
        if token.text.upper() != word:
            return False
        self._next += 1
        return True

    def name(self) -> str:
        """Read a name."""
        token = self._peek()
        if token is None or not (
            token.token_type is TokenType.IDENTIFIER or re.fullmatch(r"\w+", token.text)
        ):
            raise self.unexpected()
        self._next += 1
        return token.text

    def table(self) -> tuple[str, str]:
        """Read the name of a table, which starts with its database's."""
        database = self.name()
        token = self._peek()
        if token is None or token.token_type is not TokenType.DOT:
            raise self.unexpected()
        self._next += 1
        return database, self.name()

    def pattern(self) -> Callable[[str], bool]:
        """Read LIKE and its pattern, if they come next, and then the end."""
        matches: Callable[[str], bool] = bool
        if self.take("LIKE"):
            token = self._peek()
            if token is None or token.token_type is not TokenType.STRING:
                raise self.unexpected()
            self._next += 1
            matches = _like(token.text)
        self.end()
        return matches

    def end(self) -> None:
        """Raise if anything but a semicolon follows."""
        token = self._peek()
        if token is not None and token.token_type is TokenType.SEMICOLON:
            self._next += 1
        if self._peek() is not None:
            raise self.unexpected()

    def unexpected(self) -> Exception:
        """Create the error for the next token."""
        return invalid_at(self._peek() or self._tokens[-1])

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None


def _like(pattern: str) -> Callable[[str], bool]:
    """Return a matcher of a LIKE pattern. Its time is at most the product of both lengths."""
    runs = pattern.split("%")

    def fits(text: str, start: int, run: str) -> bool:
        part = text[start : start + len(run)]
        return len(part) == len(run) and all(
            expected in ("_", character) for expected, character in zip(run, part, strict=True)
        )

    def matches(text: str) -> bool:
        first, *others = runs
        if not others:
            return len(text) == len(first) and fits(text, 0, first)
        *inner, last = others
        position = len(first)
        if not fits(text, 0, first):
            return False
        for run in inner:
            # The first match suffices: what matches after a later one matches after it, too.
            positions = range(position, len(text) - len(run) + 1)
            found = next((start for start in positions if fits(text, start, run)), None)
            if found is None:
                return False
            position = found + len(run)
        end = len(text) - len(last)
        return end >= position and fits(text, end, last)

    return matches


def _show_databases(words: TokenReader, tables: Tables) -> Source:
    matches = words.pattern()
    names = sorted({database for database, _ in tables if matches(database)})
    return _source([("Database", VARCHAR)], [[quote(name)] for name in names])


def _show_tables(words: TokenReader, tables: Tables) -> Source:
    """SHOW TABLES FROM database."""
    selected = words.name() if words.take("FROM") or words.take("IN") else None
    matches = words.pattern()
    names = sorted(
        table for database, table in tables if selected in (None, database) and matches(table)
    )
    return _source([("Table", VARCHAR)], [[quote(name)] for name in names])


def _show_measures(words: TokenReader, tables: Tables) -> Source:
    """SHOW MEASURES FROM database.table: each with its type and the dimensions it comes with."""
    if not words.take("FROM"):
        raise words.unexpected()
    catalog = _find(tables, words.table())
    matches = words.pattern()
    dimensions: dict[str, set[str]] = {}
    for series in list(catalog.series):
        names = {ASSET_ID} | {name for name, _ in series.dimensions}
        dimensions.setdefault(series.measure_name, set()).update(names)
    rows = [
        [quote(name), quote(catalog.measure_names[name].lower()), _rows(dimensions[name])]
        for name in sorted(filter(matches, dimensions))
    ]
    columns = [("measure_name", VARCHAR), ("data_type", VARCHAR), ("dimensions", _DIMENSIONS)]
    return _source(columns, rows)


def _rows(names: set[str]) -> str:
    """Write dimensions as an array of rows."""
    rows = (f"{{'f0': {quote(name)}, 'f1': 'varchar'}}" for name in sorted(names))
    return f"[{', '.join(rows)}]"


def _describe(words: TokenReader, tables: Tables) -> Source:
    """DESCRIBE database.table."""
    catalog = _find(tables, words.table())
    words.end()
    rows = [
        [quote(column.name), quote(str(column.type)), quote(column.kind)]
        for column in table_columns(catalog)
    ]
    columns = [("Column", VARCHAR), ("Type", VARCHAR), ("Timestream attribute type", VARCHAR)]
    return _source(columns, rows)


_SHOWS = {"DATABASES": _show_databases, "TABLES": _show_tables, "MEASURES": _show_measures}


def _find(tables: Tables, name: tuple[str, str]) -> Catalog:
    if name not in tables:
        raise invalid_request(f"Table {name[0]}.{name[1]} does not exist")
    return tables[name]()


def _source(columns: Sequence[tuple[str, Type]], rows: Sequence[Sequence[str]]) -> Source:
    """Write rows of SQL values as a query."""
    names = ", ".join(f"c{i}" for i in range(len(columns)))
    nulls = ", ".join(f"NULL::{kind.duckdb()}" for _, kind in columns)
    values = ", ".join(f"({', '.join(row)})" for row in rows) or f"({nulls})"
    sql = f"SELECT * FROM (VALUES {values}) AS t({names})" + ("" if rows else " WHERE false")
    return Source(sql, list(columns))
