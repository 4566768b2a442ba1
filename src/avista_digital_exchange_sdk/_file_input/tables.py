"""Rows of any file as columns of strings, with the numbers of their lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from .problems import Problems

ROWS_PER_CHUNK = 5000
STRING = pa.string()
# The column of files of rejected rows that holds the reasons.
REASON_COLUMN = "rejected because"


class Kind(Enum):
    """What a file says of a column's values; most text files say nothing."""

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
        kind: What the file says of its values.
        unit: What a row of units says of it.
        levels: Its asset and its attribute, if its name says both.
    """

    name: str
    kind: Kind = Kind.UNKNOWN
    unit: str | None = None
    levels: tuple[str, str] | None = None


class Chunk(NamedTuple):
    """Some rows of a file.

    Attributes:
        lines: The line, or the row, of each.
        columns: For each column of the file the cells, as strings; null where there is nothing.
    """

    lines: Sequence[int]
    columns: Sequence[Any]


@dataclass
class Understanding:
    """What was understood of a file's form.

    Attributes:
        facts: What to show of it, in order.
        notices: What the user should know although nothing keeps the file from being published.
        attribute_types: The types that the file itself states, by attribute.
        is_own_result: Whether it is a result of the platform's, whose times are in UTC.
    """

    facts: dict[str, object] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    attribute_types: dict[str, str] = field(default_factory=dict)
    is_own_result: bool = False


class Table(Protocol):
    """A file's rows."""

    columns: Sequence[Column]
    line_word: str
    understanding: Understanding

    def chunks(self, problems: Problems) -> Iterator[Chunk]:
        """Read all rows; problems with their form are added to `problems`."""
        ...


def to_chunk(lines: Sequence[int], rows: Sequence[Sequence[str | None]], width: int) -> Chunk:
    """Turn rows of cells into columns."""
    columns = zip(*rows, strict=True) if rows else ((),) * width
    return Chunk(lines, [_to_array(column) for column in columns])


def _to_array(cells: Sequence[str | None]) -> Any:
    return pa.array([cell or None for cell in cells], STRING)


def name_key(mapping: Mapping[str, str] | None, name: str) -> str:
    """What a column's values are published as."""
    return (mapping or {}).get(name, name)
