"""Columns with two levels, as written by pandas: assets in one line, attributes in the next."""

from collections.abc import Sequence
from typing import NamedTuple

from .._dataframes.arrow_types import ID_COLUMN
from .._dataframes.input_shapes import ATTRIBUTE, is_attribute_first
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


def find_levels(
    source: str,
    lines: Sequence[Sequence[str]],
    time_names: Sequence[str],
    asset_column: str | None,
) -> ColumnLevels | None:
    """Find two levels in the first three lines of a file; None if there is one level only.

    Args:
        source: What messages call the file.
        lines: The cells of the lines.
        time_names: The names of columns of times.
        asset_column: What a level of assets is called, if not as in results.

    Raises:
        InvalidParameterError: It is not clear which level holds the assets.
    """
    if len(lines) < 3 or len({len(line) for line in lines[:3]}) > 1:
        return None
    (first, *upper), (second, *lower), (index, *rest) = (
        [strip_blanks(cell) for cell in line] for line in lines[:3]
    )
    pairs = list(zip(upper, lower, strict=True))
    if not pairs or not all(map(all, pairs)) or len(set(pairs)) < len(pairs):
        return None
    if index and not any(rest) and first.lower() not in time_names:
        time_name, line_count = index, 3
    # Without a line for the index's name, one line of names and one of units look alike.
    elif (
        not first
        and second in ("", ATTRIBUTE, ID_COLUMN, asset_column)
        and (len(set(upper)) < len(upper))
    ):
        time_name, line_count = "", 2
    else:
        return None
    if is_attribute_first([first or None, second or None], asset_column, source):
        upper, lower = lower, upper
    return ColumnLevels(time_name, tuple(upper), tuple(lower), line_count)
