"""The context of a command: the client, the file system and output."""

import logging
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .._escaping import escape_controls
from .._options import DEFAULT_CONCURRENCY
from .._secrets import Secret
from .._utils.logging import logger
from ..errors import DigitalExchangeWarning
from . import output, tables
from .errors import print_error
from .pager import open_pager
from .parameter_names import to_cli_message
from .progress_bar import ProgressDisplay, Unit, show_progress
from .remote_paths import forget_names
from .standard_streams import STANDARD_STREAM

if TYPE_CHECKING:
    from ..client import AvistaDigitalExchange
    from ..file_system import DataStoreFileSystem


class _WarningHandler(logging.Handler):
    """Prints warnings logged by the library."""

    def emit(self, record: logging.LogRecord) -> None:
        print_error(escape_controls(to_cli_message(record.getMessage())))


class CommandContext:
    """Provides a command with the client, the file system and output.

    Args:
        json: Whether data is printed as JSON.
        quiet: Whether to print only errors.
        verbose: Whether the log is shown, with all warnings of the library.
        ids: Whether tables on a terminal have complete IDs even if they are then too wide.
        exact_sizes: Whether sizes on a terminal are numbers of bytes.
        pager: Whether output that does not fit on the screen is shown with a pager.
        profile: The name of the profile, or None.

    Attributes:
        max_requests: Maximum number of concurrent requests to the API, set before the client is
            used.
    """

    max_requests = DEFAULT_CONCURRENCY

    def __init__(
        self,
        *,
        json: bool,
        quiet: bool,
        verbose: bool = False,
        ids: bool = False,
        exact_sizes: bool = False,
        pager: bool = True,
        profile: str | None = None,
    ) -> None:
        self.json = json
        self.quiet = quiet
        self.ids = ids
        self.exact_sizes = exact_sizes
        self._has_pager = pager
        self.profile = profile
        forget_names()
        self._exit_stack = ExitStack()
        self._exit_stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("always", DigitalExchangeWarning)
        self._show_other_warning = warnings.showwarning
        warnings.showwarning = self._show_warning
        if not quiet and not verbose:
            handler = _WarningHandler(logging.WARNING)
            logger.addHandler(handler)
            self._exit_stack.callback(logger.removeHandler, handler)

    def close(self) -> None:
        """Close the connections."""
        self._exit_stack.close()

    def _show_warning(
        self, message: Warning | str, category: type[Warning], *place: Any, **options: Any
    ) -> None:
        """Print a warning of this package like an error, and others as Python does."""
        if not issubclass(category, DigitalExchangeWarning):
            self._show_other_warning(message, category, *place, **options)
        elif not self.quiet:
            print_error(f"warning: {to_cli_message(str(message))}")

    @cached_property
    def exchange(self) -> "AvistaDigitalExchange":
        """The client configured by the profile or the environment."""
        from ..client import AvistaDigitalExchange

        return self._exit_stack.enter_context(
            AvistaDigitalExchange(profile=self.profile, maxConcurrency=self.max_requests)
        )

    def connect(self, token: Secret[str], endpoint: str) -> "AvistaDigitalExchange":
        """Create a client with another token."""
        from ..client import AvistaDigitalExchange

        return self._exit_stack.enter_context(
            AvistaDigitalExchange(token.reveal(), endpoint=endpoint)
        )

    @cached_property
    def files(self) -> "DataStoreFileSystem":
        """The data stores as a file system."""
        from .._utils.extras import require_extra

        require_extra("cli", "fsspec")
        from ..file_system import DataStoreFileSystem

        files = DataStoreFileSystem(profile=self.profile, skip_instance_cache=True)
        self._exit_stack.callback(files.close)
        return files

    def print_rows(
        self,
        rows: Iterable[tables.Row],
        columns: Mapping[str, tables.Cell[tables.Row]],
        *,
        json: object = None,
    ) -> None:
        """Print rows as a table on a terminal, tab-separated otherwise, or as JSON.

        Args:
            rows: The rows.
            columns: The function that returns a row's cell, by column title.
            json: What to print as JSON. Defaults to the rows.
        """
        rows = list(rows)
        notes: list[str] = []
        with self.open_pager():
            if self.json:
                output.print_json(rows if json is None else json)
            elif sys.stdout.isatty():
                notes = tables.print_table(
                    rows, columns, whole_ids=self.ids, exact_sizes=self.exact_sizes
                )
            else:
                output.print_tsv(rows, columns)
        for note in notes:
            self.info(note)

    def open_pager(self) -> AbstractContextManager[None]:
        """Show what is printed with a pager, if it does not fit on the screen."""
        return open_pager(enabled=self._has_pager)

    def format_size(self, size: int | None) -> str:
        """Format a number of bytes: readably on a terminal, exactly elsewhere."""
        if size is None:
            return ""
        is_exact = self.exact_sizes or not sys.stdout.isatty()
        return str(size) if is_exact else tables.format_byte_count(size)

    @staticmethod
    def translate(message: str) -> str:
        """Name options where a message of the library names arguments."""
        return to_cli_message(message)

    def info(self, message: str) -> None:
        """Print what was done to standard error, unless quiet."""
        if not self.quiet:
            sys.stderr.write(f"{escape_controls(message)}\n")

    @contextmanager
    def progress(
        self,
        what: str,
        unit: Unit,
        unit_of_total: Unit | None = None,
        *,
        file: Path | str | None = None,
    ) -> Iterator[ProgressDisplay | None]:
        """Show the progress of a block; yield the callback that it is reported to.

        Args:
            what: A description of the work.
            unit: The unit of the count.
            unit_of_total: The unit once a total is known. Defaults to `unit`.
            file: The file that is worked on, if it is one.
        """
        with show_progress(what, unit, unit_of_total, shown=not self.quiet) as display:
            if display is not None and str(file or STANDARD_STREAM) != STANDARD_STREAM:
                display.start_file(str(file))
            yield display
