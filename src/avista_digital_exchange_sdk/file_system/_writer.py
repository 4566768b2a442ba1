"""Files opened for writing, which are uploaded atomically when they are closed."""

import atexit
import inspect
import io
import os
import sys
import warnings
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Any

from fsspec.transaction import Transaction  # type: ignore[import-untyped]  # untyped

from .._escaping import escape_controls
from .._transfer.upload import SpooledFile
from .._utils.logging import logger
from .._utils.temporary_files import explain_full_disk, open_unbuffered_temporary_file
from ..errors import DigitalExchangeWarning

Store = Callable[[SpooledFile], object]
"""Uploads a file."""


_CLOSING = ("close", "__exit__")
"""Functions through which wrappers close a file at the end of their `with` block."""


class UnsentFileWarning(DigitalExchangeWarning):
    """A file was opened for writing, but not uploaded."""


_unsent: weakref.WeakSet["StoreFileWriter"] = weakref.WeakSet()
"""Open writers that are neither uploaded nor discarded."""


class StoreFileWriter(io.BufferedRandom):
    """Buffers data in a temporary file, because S3 requires the content length.

    `close()` uploads the data, or raises. Nothing is uploaded if the `with` block of the writer or
    of a wrapper (`fsspec.open()`, pandas handles) exits with an exception, after `discard()`, or if
    the writer is never closed; an existing file is then kept. Except for `discard()` this is
    reported: in a note on the exception, in the log, and by a warning if no exception is visible.
    """

    def __init__(self, path: str, store: Store, *, autocommit: bool) -> None:
        self.path = path
        self._store = store
        self._autocommit = autocommit
        self._process = os.getpid()
        self._spool: io.FileIO | None = None
        super().__init__(open_unbuffered_temporary_file())
        self._is_unsent = True
        self._is_abandoned = False
        _unsent.add(self)

    def __exit__(self, *failure: Any) -> None:
        if isinstance(failure[1], BaseException):
            self.give_up(failure[1])
        self.close()

    def write(self, data: Any, /) -> int:
        """Write bytes."""
        with explain_full_disk():
            return super().write(data)

    def flush(self) -> None:
        """Write buffered data to the temporary file."""
        with explain_full_disk():
            super().flush()

    def close(self) -> None:
        """Upload the data; in a transaction, hand it over to the transaction."""
        if self.closed:
            return
        if self._is_abandoned:
            self.forget()
            return
        if self._process != os.getpid():
            self.discard()
            path = escape_controls(self.path)
            raise ValueError(
                f"dx://{path} is uploaded by the process that opened it, not after a fork"
            )
        failure = _find_block_exception()
        if failure is not None:
            self.give_up(failure)
            return
        try:
            self.flush()
            self._spool = open(os.dup(self.fileno()), "rb", buffering=0)  # noqa: SIM115  # discard() closes it
            super().close()
        except BaseException as error:
            self.give_up(error)
            raise
        if self._autocommit:
            self.commit()

    def commit(self) -> None:
        """Upload a closed file."""
        if not self._is_unsent:
            return
        try:
            if self._spool is None:
                path = escape_controls(self.path)
                raise ValueError(f"dx://{path} was not closed before its transaction ended")
            self._store(SpooledFile(self._spool, self.path.rpartition("/")[2]))
        except BaseException as error:
            self.give_up(error)
            raise
        self.discard()

    def discard(self) -> None:
        """Discard the data."""
        self._is_unsent = False
        _unsent.discard(self)
        # The buffer is no longer written.
        self.raw.close()
        if self._spool is not None:
            self._spool.close()

    def give_up(self, failure: BaseException | str) -> None:
        """Discard the data, and report it.

        Args:
            failure: The error or a message with the reason.
        """
        if not self._is_unsent:
            return
        self.discard()
        message = f"dx://{escape_controls(self.path)} was not written"
        if isinstance(failure, BaseException):
            failure.add_note(message)
            reason = type(failure).__name__
        else:
            reason = failure
        logger.warning("%s: %s", message, reason)
        if not isinstance(failure, Exception):
            # The end of a generator, a task, or the program is not visible as an error.
            warnings.warn(f"{message}: {reason}", UnsentFileWarning, stacklevel=3)

    def forget(self) -> None:
        """Discard a writer that was never closed, unless it belongs to another process."""
        if self._process != os.getpid():
            self.discard()
        elif self._spool is None:
            # Without close(), it is unknown whether the file is complete.
            self.give_up("it was not closed")
        else:
            self.give_up("its transaction did not end")

    def _dealloc_warn(self, source: object) -> None:
        # Called by wrappers that are garbage-collected without being closed, before close().
        self._is_abandoned = True

    def __del__(self) -> None:
        if getattr(self, "_is_unsent", False):
            self.forget()


class StoreTextWriter(io.TextIOWrapper):
    """Writes text to a `StoreFileWriter`, with the same behavior."""

    def __init__(self, writer: StoreFileWriter, **options: Any) -> None:
        self._writer = writer
        super().__init__(writer, **options)

    def __exit__(self, *failure: Any) -> None:
        if isinstance(failure[1], BaseException):
            self._writer.give_up(failure[1])
        self.close()

    def close(self) -> None:
        """Upload the text, with everything written before."""
        if self.closed:
            return
        failure = _find_block_exception()
        try:
            if failure is None:
                self.flush()
        except BaseException as error:
            failure = error
            raise
        finally:
            if failure is not None:
                self._writer.give_up(failure)
            super().close()

    def __del__(self) -> None:
        if not self._writer.closed:
            self._writer.forget()


class StoreTransaction(Transaction):  # type: ignore[misc]  # fsspec has no annotations
    """Files that are uploaded together at the end of a `with` block."""

    fs: Any

    def complete(self, commit: bool = True) -> None:
        """Upload all files, or none; stop at the first failure."""
        fs = self.fs
        failure = sys.exception()
        try:
            while self.files:
                writer = self.files.popleft()
                if commit:
                    writer.commit()
                elif failure is not None:
                    writer.give_up(failure)
                else:
                    writer.discard()
        except BaseException as error:
            for writer in self.files:
                writer.give_up(error)
            raise
        finally:
            fs._intrans = False
            fs._transaction = None
            self.fs = None


@atexit.register
def _report_unsent() -> None:
    for writer in list(_unsent):
        writer.forget()


def _find_block_exception() -> BaseException | None:
    """Return the exception with which the `with` block that closes the file exits, if any.

    Exceptions that are merely being handled, in an `except` block, do not count.
    """
    failure = sys.exception()
    frame = sys._getframe(1).f_back
    while failure is not None and frame is not None and frame.f_code.co_name in _CLOSING:
        if frame.f_code.co_name == "__exit__" and _is_argument(failure, frame):
            return failure
        frame = frame.f_back
    return None


def _is_argument(failure: BaseException, frame: FrameType) -> bool:
    code = frame.f_code
    count = code.co_argcount + bool(code.co_flags & inspect.CO_VARARGS)
    values = [frame.f_locals.get(name) for name in code.co_varnames[:count]]
    return any(
        value is failure or (isinstance(value, tuple) and any(one is failure for one in value))
        for value in values
    )
