"""Columns with two levels, as written by pandas: assets in one line, attributes in the next."""

from collections.abc import Sequence
from typing import NamedTuple

from .blanks import strip_blanks
from .tables import REASON_COLUMN


class ColumnLevels(NamedTuple):
    """The names of columns with two levels.

    Attributes:
        time_name: The name of the first column, which contains the times.
        assets: The asset of each other column.
        attributes: The attribute of each other column.
        line_count: The number of header lines.
    """

    time_name: str
    assets: tuple[str, ...]
    attributes: tuple[str, ...]
    line_count: int

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each column in messages."""
        pairs = zip(self.assets, self.attributes, strict=True)
        # The column of reasons for rejections has its name in both lines.
        names = (asset if asset == REASON_COLUMN else f"{asset} {name}" for asset, name in pairs)
        return (self.time_name, *names)


def find_levels(lines: Sequence[Sequence[str]], time_names: Sequence[str]) -> ColumnLevels | None:
    """Find two levels in the first three lines of a file; None if there is one level only.

    Args:
        lines: The cells of the lines.
        time_names: The names of columns of times.
    """
    if len(lines) < 3 or len({len(line) for line in lines[:3]}) > 1:
        return None
    (first, *assets), (second, *attributes), (index, *rest) = (
        [strip_blanks(cell) for cell in line] for line in lines[:3]
    )
    pairs = list(zip(assets, attributes, strict=True))
    if not pairs or not all(map(all, pairs)) or len(set(pairs)) < len(pairs):
        return None
    if index and not any(rest) and first.lower() not in time_names:
        return ColumnLevels(index, tuple(assets), tuple(attributes), 3)
    # Without a line for the index's name, one line of names and one of units look alike.
    if not first and not second and len(set(assets)) < len(assets):
        return ColumnLevels("", tuple(assets), tuple(attributes), 2)
    return None
