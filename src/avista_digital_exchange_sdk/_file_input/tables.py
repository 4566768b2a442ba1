"""Rows of files as columns of strings, with their line numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from .problems import Problems

ROWS_PER_CHUNK = 5000
STRING = pa.string()
# The column of reasons in files of rejected rows.
REASON_COLUMN = "rejected because"


class Kind(Enum):
    """The kind of a column's values according to the file; unknown in most text files."""

    UNKNOWN = "unknown"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    TIME = "time"


@dataclass(frozen=True)
class Column:
    """A column of a file.

    Attributes:
        name: Its name; empty if it has none.
        kind: The kind of its values according to the file.
        unit: Its unit, from a row of units.
        levels: Its asset and its attribute, if its name contains both.
    """

    name: str
    kind: Kind = Kind.UNKNOWN
    unit: str | None = None
    levels: tuple[str, str] | None = None


class Chunk(NamedTuple):
    """Some rows of a file.

    Attributes:
        lines: The line or row number of each.
        columns: The cells of each column as strings; null if empty.
    """

    lines: Sequence[int]
    columns: Sequence[Any]


@dataclass
class Understanding:
    """The detected format of a file.

    Attributes:
        facts: The facts to display, in order.
        notices: Messages for the user that do not prevent publishing.
        attribute_types: The types that the file declares, by attribute.
        is_own_result: Whether it is a result of the platform, whose times are in UTC.
        skipped: The rows that were ignored as units or as a footer, with their numbers.
    """

    facts: dict[str, object] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    attribute_types: dict[str, str] = field(default_factory=dict)
    is_own_result: bool = False
    skipped: list[tuple[int, Sequence[str | None]]] = field(default_factory=list)


class Table(Protocol):
    """The rows of a file."""

    columns: Sequence[Column]
    line_word: str
    understanding: Understanding

    def chunks(self, problems: Problems) -> Iterator[Chunk]:
        """Read all rows, and add problems with their format to `problems`."""
        ...


def to_chunk(lines: Sequence[int], rows: Sequence[Sequence[str | None]], width: int) -> Chunk:
    """Convert rows of cells to columns."""
    columns = zip(*rows, strict=True) if rows else ((),) * width
    return Chunk(lines, [_to_array(column) for column in columns])


def _to_array(cells: Sequence[str | None]) -> Any:
    return pa.array([cell or None for cell in cells], STRING)


def name_key(mapping: Mapping[str, str] | None, name: str) -> str:
    """The name as which a column's values are published."""
    return (mapping or {}).get(name, name)
