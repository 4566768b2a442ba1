"""A file of a data store, open for writing: it is there when it is closed, whole or not at all."""

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

from fsspec.transaction import Transaction  # type: ignore[import-untyped]  # fsspec's own lack

from .._escaping import escape_controls
from .._transfer.upload import SpooledFile
from .._utils.logging import logger
from .._utils.temporary_files import explain_full_disk, open_unbuffered_temporary_file

Store = Callable[[SpooledFile], object]
"""Puts a file in its place in the data store."""


_CLOSING = ("close", "__exit__")
"""Functions by which what wraps a file closes it at the end of its own `with` block."""


class UnsentFileWarning(UserWarning):
    """A file was opened for writing, and was not sent."""


_unsent: weakref.WeakSet["StoreFileWriter"] = weakref.WeakSet()
"""What was opened and is neither sent nor given up."""


class StoreFileWriter(io.BufferedRandom):
    """Gathers the bytes in a temporary file, since their number must be known before they are sent.

    `close()` sends them, or raises. They are not sent if the writer's `with` block, or that of what
    wraps it (`fsspec.open()`, the handles of pandas), is left by an error, nor after `discard()`,
    nor if it is never closed; what was there stays then. All but `discard()` is said: by a note on
    the error, in the log, and by a warning where the error is none that anybody sees.
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
        """Write what is held in memory."""
        with explain_full_disk():
            super().flush()

    def close(self) -> None:
        """Send the bytes; in a transaction, hand them over to it."""
        if self.closed:
            return
        if self._is_abandoned:
            self.forget()
            return
        if self._process != os.getpid():
            self.discard()
            path = escape_controls(self.path)
            raise ValueError(f"dx://{path} is sent by the process that opened it, not after a fork")
        failure = _failure_of_block()
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
        """Send the bytes of a file that was closed."""
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
        """Forget the bytes."""
        self._is_unsent = False
        _unsent.discard(self)
        # The buffer is not written any more.
        self.raw.close()
        if self._spool is not None:
            self._spool.close()

    def give_up(self, failure: BaseException | str) -> None:
        """Forget the bytes, and say so.

        Args:
            failure: The error that is the reason, or the reason.
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
            # Nobody sees the end of a generator, of a task, or of the program as an error.
            warnings.warn(f"{message}: {reason}", UnsentFileWarning, stacklevel=3)

    def forget(self) -> None:
        """Give it up since nobody has closed it, unless it is another process that has to."""
        if self._process != os.getpid():
            self.discard()
        elif self._spool is None:
            # Without close(), nothing says that the file is complete.
            self.give_up("it was not closed")
        else:
            self.give_up("its transaction did not end")

    def _dealloc_warn(self, source: object) -> None:
        # What wraps it calls this before close(), when it goes away and nobody has closed it.
        self._is_abandoned = True

    def __del__(self) -> None:
        if getattr(self, "_is_unsent", False):
            self.forget()


class StoreTextWriter(io.TextIOWrapper):
    """Text for a `StoreFileWriter`, of which the same holds."""

    def __init__(self, writer: StoreFileWriter, **options: Any) -> None:
        self._writer = writer
        super().__init__(writer, **options)

    def __exit__(self, *failure: Any) -> None:
        if isinstance(failure[1], BaseException):
            self._writer.give_up(failure[1])
        self.close()

    def close(self) -> None:
        """Send the text, with all that was written before."""
        if self.closed:
            return
        failure = _failure_of_block()
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
    """Files that are sent together, when a `with` block ends."""

    fs: Any

    def complete(self, commit: bool = True) -> None:
        """Send all files; or none, and after one that can't be sent no other."""
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
def _say_what_is_unsent() -> None:
    for writer in list(_unsent):
        writer.forget()


def _failure_of_block() -> BaseException | None:
    """The error by which a `with` block is left, if it is a block of what closes the caller's file.

    An error that is merely being handled, in an `except` block, is none of that kind.
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
