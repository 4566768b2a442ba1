"""Prints directory trees line by line, at any depth."""

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from .._escaping import escape_controls
from .entry_format import Info, display_name, sort_entries, to_json
from .output import json_text
from .remote_paths import to_url

if TYPE_CHECKING:
    from ..file_system._directory_cache import Tree


def print_tree(top: Info, tree: "Tree", format_size: Callable[[int | None], str]) -> None:
    """Print a tree with lines between directories and their contents, and the sizes of files."""
    sys.stdout.write(f"{escape_controls(to_url(top['name']))}\n")
    pending = _branches(top, "", tree)
    while pending:
        info, indent, is_last = pending.pop()
        branch = f"{indent}{'└── ' if is_last else '├── '}{escape_controls(display_name(info))}"
        size = format_size(info.get("size")) if info["type"] == "file" else ""
        sys.stdout.write(f"{branch}  {size}".rstrip() + "\n")
        pending += _branches(info, indent + ("    " if is_last else "│   "), tree)


def print_json_tree(top: Info, tree: "Tree") -> None:
    """Print a tree as JSON, with the entries of a directory as its `contents`.

    JSON libraries are not used, because their nesting depth is limited to some hundred levels.
    """
    for text in _json_tree(top, tree):
        sys.stdout.write(text)
    sys.stdout.write("\n")


def _branches(info: Info, indent: str, tree: "Tree") -> list[tuple[Info, str, bool]]:
    """Return the entries of a directory in reverse order, with their indentation."""
    inner = _inner(info, tree)
    return [(entry, indent, entry is inner[-1]) for entry in reversed(inner)]


def _inner(info: Info, tree: "Tree") -> list[Info]:
    contents = tree.get(info["name"]) if info["type"] == "directory" else None
    return [] if contents is None or isinstance(contents, Exception) else sort_entries(contents)


def _json_tree(top: Info, tree: "Tree") -> Iterator[str]:
    """Yield the JSON of a tree piece by piece."""
    # What remains to be written: entries, or None for the end of a directory.
    pending: list[tuple[Info | None, int, bool]] = [(top, 0, True)]
    while pending:
        info, level, is_last = pending.pop()
        indent = "  " * level
        comma = "" if is_last else ","
        if info is None:
            yield f"\n{indent}  ]\n{indent}}}{comma}"
            continue
        fields = [
            f"{indent}  {json_text(name)}: {json_text(value)}"
            for name, value in to_json(info).items()
        ]
        if info["type"] == "file":
            yield f"\n{indent}{{\n" + ",\n".join(fields) + f"\n{indent}}}{comma}"
            continue
        inner = _inner(info, tree)
        fields.append(f'{indent}  "contents": [')
        yield ("\n" if level else "") + f"{indent}{{\n" + ",\n".join(fields)
        pending.append((None, level, is_last))
        pending += [(entry, level + 2, entry is inner[-1]) for entry in reversed(inner)]
