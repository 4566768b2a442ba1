"""Formats the examples of commands in the help."""

import re
from collections.abc import Iterator

# Words of a shell, which may contain quoted blanks.
_WORD = re.compile(r"""(?:[^\s'"]|'[^']*'|"[^"]*")+""")
CONTINUATION = " \\"
INDENT = "    "


def wrap_command(line: str, width: int) -> Iterator[str]:
    """Yield the lines of a command line, continued by backslashes, that are not wider than `width`.

    Words are never broken.
    """
    shown = ""
    for word in _WORD.findall(line):
        longer = f"{shown} {word}" if shown else word
        if shown and len(longer) + len(CONTINUATION) > width and line.rstrip() != longer:
            yield shown + CONTINUATION
            longer = INDENT + word
        shown = longer
    yield shown
