"""Suggests the names nearest to one that does not exist."""

from collections.abc import Sequence
from difflib import get_close_matches

MAX_NAMES = 3


def find_nearest(name: str, known: Sequence[str]) -> list[str]:
    """Find the known names that are nearest to a name, the nearest first."""
    by_lower: dict[str, list[str]] = {}
    for other in known:
        by_lower.setdefault(other.casefold(), []).append(other)
    close = get_close_matches(name.casefold(), by_lower, MAX_NAMES)
    return [other for lower in close for other in by_lower[lower]][:MAX_NAMES]


def format_suggestion(names: Sequence[str]) -> str:
    """Format names that may have been meant."""
    return f"did you mean {' or '.join(map(repr, names))}?"


def format_nearest(name: str, known: Sequence[str], none: str) -> str:
    """Format the known names that are nearest to a name, or some of them if none is near.

    Args:
        name: The name.
        known: The names that exist.
        none: The result if there are no names.
    """
    if not known:
        return none
    if near := find_nearest(name, known):
        return format_suggestion(near)
    shown = ", ".join(map(repr, known[:MAX_NAMES]))
    more = f" and {len(known) - MAX_NAMES} more" if len(known) > MAX_NAMES else ""
    return f"there are {shown}{more}" if len(known) > 1 else f"there is {shown}"
