"""Problems that prevent publishing a file: their location and the argument that resolves them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from .._utils.validation import format_value
from ..errors import InvalidParameterError

# The number of problems listed by one error.
MAX_LISTED = 20


class Problems:
    """The problems of a file, each once.

    Args:
        source: The name of the file in messages.
        line_word: The unit of the numbers of rows: `line` or `row`.
        options: The options that apply to its format only.

    Attributes:
        messages: The problems.
        columns: The columns with problems.
    """

    def __init__(self, source: str, line_word: str = "line", options: Collection[str] = ()) -> None:
        self.source = source
        self.options = options
        self.line_word = line_word
        self.messages: list[str] = []
        self.columns: set[str | None] = set()
        self._said: set[str] = set()

    def add(
        self, what: str, *, line: int | None = None, column: str | None = None, key: object = None
    ) -> None:
        """Add a problem, unless there is one with the same key."""
        said = repr(key) if key is not None else what
        if said not in self._said:
            self._said.add(said)
            self.columns.add(column)
            self.messages.append(f"{self.locate(line, column)}: {what}")

    def advise_names(self, count: int | None = None) -> str:
        """Advise how to name all columns; their number may be unknown."""
        columns = "all columns" if count is None else f"all {count} columns"
        if "columnNames" in self.options:
            return f"name {columns} with columnNames="
        return f"name {columns} in the file"

    def locate(self, line: int | None = None, column: str | None = None) -> str:
        """Format a location."""
        parts = [self.source]
        if line is not None:
            parts.append(f"{self.line_word} {line}")
        if column is not None:
            parts.append(f"column {column!r}")
        return ", ".join(parts)

    def raise_any(self) -> None:
        """Raise InvalidParameterError if there are problems."""
        if self.messages:
            raise build_error(self.messages)


def build_error(messages: list[str]) -> InvalidParameterError:
    """Build the error of the first problem, with the others as notes."""
    first, *others = messages[:MAX_LISTED]
    error = InvalidParameterError(first)
    for message in others:
        error.add_note(message)
    if (more := len(messages) - MAX_LISTED) > 0:
        error.add_note(f"and {more} more problems")
    return error


def fail(source: str, what: str, line: int | None = None) -> InvalidParameterError:
    """Build the error for a file that can't be read any further."""
    return InvalidParameterError(f"{Problems(source).locate(line)}: {what}")


def quote(cell: object) -> str:
    """Format a cell for a message, shortened."""
    return format_value(cell) if isinstance(cell, str) else repr(cell)


def suggest(**arguments: Any) -> str:
    """Format arguments as Python code; the command line converts them to options."""
    return ", ".join(f"{name}={_literal(value)}" for name, value in arguments.items())


def _literal(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {item!r}" for key, item in value.items()) + "}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(map(repr, value)) + "]"
    return repr(value)
