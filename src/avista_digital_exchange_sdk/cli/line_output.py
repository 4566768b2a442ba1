"""Lines of JSON, written as they arrive: to standard output, or to a file that may be rotated."""

import logging
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from logging.handlers import RotatingFileHandler, WatchedFileHandler
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from .._utils import validation
from ..errors import InvalidParameterError
from .output import json_text
from .standard_streams import parse_output, to_file

_SIZE = re.compile(r"(\d+)\s*(B|KB|MB|GB|KIB|MIB|GIB)?", re.IGNORECASE)
_FACTORS = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "KIB": 1 << 10,
    "MIB": 1 << 20,
    "GIB": 1 << 30,
}
MAX_KEPT_FILES = 1000
DEFAULT_KEPT_FILES = 5

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        parser=parse_output,
        help="A file to append to (default: standard output). It is opened again if another "
        "program rotates it.",
    ),
]
MaxSize = Annotated[
    str | None,
    typer.Option(metavar="SIZE", help="Rotate FILE before it is larger: 500KB, 10MB, 1GB."),
]
Keep = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        help=f"With --max-size: how many rotated files to keep, FILE.1 being the newest (default: "
        f"{DEFAULT_KEPT_FILES}).",
    ),
]
Count = Annotated[int | None, typer.Option(metavar="N", help="Stop after N lines.")]
Write = Callable[[str], None]


class _RaisingHandler(logging.FileHandler):
    """Raises errors, such as of a full disk, instead of printing them."""

    def handleError(self, record: logging.LogRecord) -> NoReturn:  # noqa: N802  # overrides
        raise  # within the handler of the error


class _WatchedFile(_RaisingHandler, WatchedFileHandler):
    """A file that other programs rotate."""


class _RotatingFile(_RaisingHandler, RotatingFileHandler):
    """A file that is rotated when it is full."""


def print_lines(write: Write, lines: Iterable[Mapping[str, object]], count: int | None) -> None:
    """Write objects as lines of JSON, at most `count`."""
    for line in islice(lines, count):
        write(json_text(line))


@contextmanager
def open_lines(
    output: Path | None, max_size: str | None, keep: int | None, count: int | None
) -> Iterator[Write]:
    """Open the output; yield the function that writes a line. Each line is written at once."""
    if count is not None:
        validation.parse_int("--count", count, 1, 2**63 - 1)
    handler = _open_file(to_file(output), max_size, keep)
    if handler is None:
        yield _print_line
        return
    handler.setFormatter(logging.Formatter("%(message)s"))
    try:
        yield lambda line: handler.emit(logging.makeLogRecord({"msg": line}))
    finally:
        handler.close()


def _print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _open_file(
    output: Path | None, max_size: str | None, keep: int | None
) -> logging.FileHandler | None:
    """Open the file; reject invalid options before any request."""
    if keep is not None and max_size is None:
        raise InvalidParameterError("--keep must be used with --max-size")
    if max_size is not None and output is None:
        raise InvalidParameterError("--max-size must be used with --output")
    if output is None:
        return None
    validation.resolve_output_path("--output", output, "")
    if max_size is not None:
        kept = DEFAULT_KEPT_FILES if keep is None else keep
        return _RotatingFile(
            output,
            maxBytes=_parse_size("--max-size", max_size),
            backupCount=validation.parse_int("--keep", kept, 1, MAX_KEPT_FILES),
            encoding="utf-8",
        )
    # Windows does not rename open files.
    kind = _RaisingHandler if os.name == "nt" else _WatchedFile
    return kind(output, encoding="utf-8")


def _parse_size(option: str, text: str) -> int:
    match = _SIZE.fullmatch(text.strip())
    size = int(match[1]) * _FACTORS[(match[2] or "B").upper()] if match else 0
    if not size:
        raise validation.invalid_argument(option, text, "a size such as 500KB, 10MB or 1GB")
    return size
