"""One run of a command: the platform as its user sees it, and what is told."""

import logging
import sys
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from typing import TYPE_CHECKING

from .._escaping import escape_controls
from .._utils.logging import logger
from . import output
from .errors import print_error
from .progress_bar import Unit, progress_bar

if TYPE_CHECKING:
    from .._utils.progress import ProgressCallback
    from ..client import AvistaDigitalExchange
    from ..file_system import DataStoreFileSystem


class _WarningHandler(logging.Handler):
    """Prints what the library warns of."""

    def emit(self, record: logging.LogRecord) -> None:
        print_error(escape_controls(record.getMessage()))


class CommandContext:
    """What a command has at hand.

    Args:
        json: Whether data is printed as JSON.
        quiet: Whether errors alone are told.
    """

    def __init__(self, json: bool, quiet: bool) -> None:
        self.json = json
        self.quiet = quiet
        self._opened = ExitStack()
        if not quiet:
            handler = _WarningHandler(logging.WARNING)
            logger.addHandler(handler)
            self._opened.callback(logger.removeHandler, handler)

    def close(self) -> None:
        """Close the connections."""
        self._opened.close()

    @cached_property
    def exchange(self) -> "AvistaDigitalExchange":
        """The exchange that the environment tells of."""
        from ..client import AvistaDigitalExchange

        return self._opened.enter_context(AvistaDigitalExchange())

    @cached_property
    def files(self) -> "DataStoreFileSystem":
        """Its data stores, as a file system."""
        from .._utils.extras import require_extra

        require_extra("cli", "fsspec")
        from ..file_system import DataStoreFileSystem

        files = DataStoreFileSystem(skip_instance_cache=True)
        self._opened.callback(files.close)
        return files

    def print_rows(
        self,
        rows: Iterable[output.Row],
        columns: Mapping[str, output.Cell[output.Row]],
        *,
        json: object = None,
    ) -> None:
        """Print rows: as a table on a terminal, parted by tabs elsewhere, or as JSON.

        Args:
            rows: What to print.
            columns: For each column's title, what it holds of a row.
            json: What to print as JSON, where that is not the rows themselves.
        """
        rows = list(rows)
        if self.json:
            output.print_json(rows if json is None else json)
        elif sys.stdout.isatty():
            output.print_table(rows, columns)
        else:
            output.print_tsv(rows, columns)

    def info(self, message: str) -> None:
        """Say what was done, where that is wanted."""
        if not self.quiet:
            sys.stderr.write(f"{escape_controls(message)}\n")

    def progress(
        self, what: str, unit: Unit, unit_of_total: Unit | None = None
    ) -> "AbstractContextManager[ProgressCallback | None]":
        """Show how far long work has got, on a terminal; None where nobody looks."""
        return progress_bar(what, unit, unit_of_total, shown=not self.quiet and sys.stderr.isatty())
