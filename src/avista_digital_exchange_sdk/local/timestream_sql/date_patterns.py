"""The patterns of format_datetime (Joda) and date_format (MySQL), as DuckDB's strftime has them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_JODA = {
    "y": "%Y", "yyyy": "%Y", "Y": "%Y", "YYYY": "%Y", "yy": "%y",
    "M": "%-m", "MM": "%m", "MMM": "%b", "MMMM": "%B",
    "d": "%-d", "dd": "%d", "D": "%-j", "DDD": "%j",
    "H": "%-H", "HH": "%H", "h": "%-I", "hh": "%I", "K": None, "k": None,
    "m": "%-M", "mm": "%M", "s": "%-S", "ss": "%S",
    "SSS": "%g", "SSSSSS": "%f", "SSSSSSSSS": "%n",
    "E": "%a", "EE": "%a", "EEE": "%a", "EEEE": "%A", "a": "%p",
}  # fmt: skip
_JODA_ZONES = {"Z": "+0000", "ZZ": "+00:00", "ZZZ": "UTC", "z": "UTC"}
_JODA_PARTS = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+")
_MYSQL = {
    "%Y": "%Y", "%y": "%y", "%m": "%m", "%c": "%-m", "%d": "%d", "%e": "%-d",
    "%H": "%H", "%k": "%-H", "%h": "%I", "%I": "%I", "%l": "%-I", "%i": "%M",
    "%s": "%S", "%S": "%S", "%f": "%f", "%p": "%p", "%r": "%I:%M:%S %p", "%T": "%H:%M:%S",
    "%M": "%B", "%b": "%b", "%W": "%A", "%a": "%a", "%j": "%j", "%%": "%%",
}  # fmt: skip


def joda_pattern(pattern: str, *, parsing: bool) -> str | None:
    """Translate a pattern such as `yyyy-MM-dd'T'HH:mm`; None if it has unknown specifiers."""
    if "".join(match.group() for match in _JODA_PARTS.finditer(pattern)) != pattern:
        return None
    parts = [_joda_part(match.group(), parsing) for match in _JODA_PARTS.finditer(pattern)]
    known = [part for part in parts if part is not None]
    return "".join(known) if len(known) == len(parts) else None


def _joda_part(part: str, parsing: bool) -> str | None:
    """Translate a run of one letter, a quoted string, or what stands for itself."""
    if part == "''":
        return "'"
    if part.startswith("'"):
        return part[1:-1].replace("''", "'").replace("%", "%%")
    if not part[0].isalpha():
        return part.replace("%", "%%")
    if part in _JODA_ZONES and not parsing:
        return _JODA_ZONES[part]
    return _JODA.get(part)


def mysql_pattern(pattern: str, *, parsing: bool) -> str | None:
    """Translate a pattern such as `%Y-%m-%d %H:%i`; None if it has unknown specifiers."""
    del parsing  # every specifier that can be written can be read
    parts = re.findall(r"%.|[^%]+", pattern, re.DOTALL)
    if "".join(parts) != pattern:
        return None
    return _translate_all(parts, _MYSQL)


def _translate_all(parts: list[str], table: Mapping[str, str]) -> str | None:
    """Translate the specifiers; other text is literal."""
    if any(part.startswith("%") and part not in table for part in parts):
        return None
    return "".join(table.get(part, part) for part in parts)
