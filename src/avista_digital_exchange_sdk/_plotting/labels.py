"""Converts untrusted names to labels on one line, truncated but distinct."""

import os
import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from matplotlib.figure import Figure

ELLIPSIS = "…"
MAX_TITLE_NAMES = 4
# Maximum number of characters that are measured and drawn, and minimum of a truncated name.
MAX_LABEL_LENGTH = 300
MIN_LABEL_LENGTH = 6
# The maximum width of a character, relative to the font size.
MAX_CHARACTER_WIDTH = 1.1
MEAN_CHARACTER_WIDTH = 0.6
MAX_LINES = 3
POINTS_PER_INCH = 72
# Labels may be wider by this factor in images of another resolution.
HINTING_RESERVE = 0.93

_SUPERSCRIPTS = str.maketrans({"2": "²", "3": "³"})


def clean(value: str) -> str:
    """Convert a string to one line without control and formatting characters."""
    return "".join(map(_printable, value))


def truncate(value: str, length: int) -> str:
    """Clean a string, and remove its middle if it is longer than `length`."""
    line = clean(value)
    if len(line) <= length:
        return line
    head = max(length // 2, 1)
    tail = max(length - head - 1, 1)
    return f"{line[:head].rstrip()}{ELLIPSIS}{line[-tail:].lstrip()}"


def fit(
    figure: Figure, names: Sequence[str], width: float, size: float, weight: object = "normal"
) -> list[str]:
    """Truncate names to a width in inches so that different names remain different.

    Args:
        figure: The figure of the labels.
        names: The names.
        width: The maximum width in inches.
        size: The font size in points.
        weight: The font weight.
    """
    labels = [clean(name) for name in names]
    length = max(map(len, labels), default=0)
    if length * MAX_CHARACTER_WIDTH * size <= width * POINTS_PER_INCH:
        return labels
    limit = width * figure.dpi * HINTING_RESERVE
    artist = figure.text(0, 0, "", size=size, parse_math=False)
    artist.set_fontweight(weight)  # type: ignore[arg-type]  # whatever the rcParams hold
    length = min(length, MAX_LABEL_LENGTH)
    while True:
        labels = _truncate_distinct(names, length)
        widest = 0.0
        for label in labels:
            artist.set_text(label)
            widest = max(widest, artist.get_window_extent().width)
        if widest <= limit or length <= MIN_LABEL_LENGTH:
            artist.remove()
            return labels
        length = max(MIN_LABEL_LENGTH, min(length - 1, int(length * limit / widest)))


def wrap(value: str, width: float, size: float) -> list[str]:
    """Wrap a string at spaces to lines of about a width in inches."""
    length = int(width * POINTS_PER_INCH / (MEAN_CHARACTER_WIDTH * size))
    return textwrap.wrap(
        value,
        max(length, MIN_LABEL_LENGTH),
        break_long_words=False,
        max_lines=MAX_LINES,
        placeholder=f" {ELLIPSIS}",
    )


def join_names(names: Sequence[str]) -> str:
    """Join several names to a title."""
    if len(names) <= MAX_TITLE_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:2])} and {len(names) - 2} more"


def format_unit(unit: str) -> str:
    """Format the powers of a unit as superscripts."""
    powers = re.sub(r"\^([23])(?!\d)", lambda power: power[1].translate(_SUPERSCRIPTS), unit)
    return truncate(powers, 24)


def _truncate_distinct(names: Sequence[str], length: int) -> list[str]:
    labels = [truncate(name, length) for name in names]
    if _are_distinct(labels):
        return labels
    start = len(os.path.commonprefix(names))
    end = len(os.path.commonprefix([name[start:][::-1] for name in names]))
    before, after = ELLIPSIS if start else "", ELLIPSIS if end else ""
    parts = [name[start : len(name) - end] for name in names]
    labels = [truncate(f"{before}{part}{after}", length) for part in parts]
    if _are_distinct(labels):
        return labels
    return [f"{truncate(name, max(length - 5, 1))} ({n})" for n, name in enumerate(names, 1)]


def _are_distinct(labels: Iterable[str]) -> bool:
    return max(Counter(labels).values(), default=0) <= 1


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    # For example, marks that change the direction of writing have no width.
    return "" if unicodedata.category(character) == "Cf" else " "
