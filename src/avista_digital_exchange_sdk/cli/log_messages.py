"""Shows log messages of the library on a terminal."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .._escaping import escape_controls
from .progress_bar import write_line

_logger = logging.getLogger(__package__.partition(".")[0])


class _TerminalHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        message = escape_controls(" ".join(record.getMessage().split()))
        write_line(f"avista-dx: {message}")


@contextmanager
def show_log(*, quiet: bool, verbose: bool) -> Iterator[None]:
    """Show log messages: with `verbose` all of them, on a terminal also retries and reasons."""
    if not verbose and (quiet or not sys.stderr.isatty()):
        yield
        return
    shown = logging.DEBUG if verbose else logging.INFO
    handler, level = _TerminalHandler(shown), _logger.level
    _logger.addHandler(handler)
    _logger.setLevel(shown)
    try:
        yield
    finally:
        _logger.removeHandler(handler)
        _logger.setLevel(level)
