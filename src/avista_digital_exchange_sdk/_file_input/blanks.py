"""Blanks around cells: white space of all kinds, and characters that have no width."""

from typing import Any

import pyarrow.compute as pc

_ZERO_WIDTH = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"
_BLANKS = "".join(one for one in map(chr, range(0x3001)) if one.isspace()) + _ZERO_WIDTH


def strip_blanks(text: str) -> str:
    """Remove blanks around a string."""
    return text.strip(_BLANKS)


def to_one_line(text: str) -> str:
    """Remove blanks around a name, and line breaks in it."""
    return " ".join(filter(None, map(strip_blanks, text.splitlines())))


def trim_cells(cells: Any) -> Any:
    """Remove blanks around strings."""
    return pc.utf8_trim(cells, characters=_BLANKS)
