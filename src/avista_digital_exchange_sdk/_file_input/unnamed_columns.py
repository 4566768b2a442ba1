"""Columns without a name that are ignored, as they number the rows or are empty."""

from .blanks import strip_blanks
from .problems import Problems, quote
from .tables import Chunk


class UnnamedColumns:
    """Columns that are ignored because of their first rows.

    Args:
        are_counters: Whether they number the rows, by their index; the others are empty.
    """

    def __init__(self, are_counters: dict[int, bool]) -> None:
        self._are_counters = are_counters
        self._next: dict[int, int] = {}

    def check(self, chunk: Chunk, problems: Problems) -> None:
        """Reject rows in which such a column has another value.

        Args:
            chunk: The next rows.
            problems: Receives such rows.
        """
        for index, is_counter in self._are_counters.items():
            for line, cell in zip(chunk.lines, chunk.columns[index].to_pylist(), strict=True):
                text = strip_blanks(cell or "")
                if is_counter and index not in self._next:
                    self._next[index] = int(text)
                expected = str(self._next[index]) if is_counter else ""
                if text != expected:
                    problems.add(
                        f"column {index + 1} has no name, but the value {quote(text)}; before, it "
                        f"{'numbers the rows' if is_counter else 'is empty'}; "
                        f"{problems.advise_names()}, or those to publish with measureColumns=",
                        line=line,
                        key=("unnamed", index),
                    )
                    return
                if is_counter:
                    self._next[index] += 1
