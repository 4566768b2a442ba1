"""A file of a data store, open for writing: it is there when it is closed, whole or not at all."""

import io
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

from .._text import escape_controls

Store = Callable[[Path], None]
"""Puts a local file in its place in the data store."""


class StoreFileWriter(io.BufferedRandom):
    """Gathers the bytes in a temporary file, since their number must be known before they are sent.

    They are sent when it is closed: but not if an error came up in the meantime and is on its way
    to whoever handles it, as when a `with` block is left by one; then nothing is sent, and what was
    there stays.
    """

    def __init__(self, path: str, store: Store, *, autocommit: bool) -> None:
        descriptor, name = tempfile.mkstemp(prefix="avista-dx-")
        self.path = path
        self._spooled = Path(name)
        self._store = store
        self._autocommit = autocommit
        self._handled_before = sys.exception()
        super().__init__(io.FileIO(descriptor, "w+"))

    def close(self) -> None:
        """Send the bytes, unless they are part of a transaction."""
        if self.closed:
            return
        failure = sys.exception()
        if failure is not None and failure is not self._handled_before:
            failure.add_note(f"dx://{escape_controls(self.path)} was not written")
            self.discard()
            return
        try:
            super().close()
        except BaseException:
            self.discard()
            raise
        if self._autocommit:
            self.commit()

    def commit(self) -> None:
        """Send the bytes."""
        try:
            self._store(self._spooled)
        finally:
            self.discard()

    def discard(self) -> None:
        """Forget the bytes."""
        try:
            super().close()
        finally:
            self._spooled.unlink(missing_ok=True)

    def __del__(self) -> None:
        # Whoever did not close it has not said that it is whole.
        if hasattr(self, "_spooled") and not self.closed:
            message = f"dx://{escape_controls(self.path)} was not written: it was not closed"
            warnings.warn(message, ResourceWarning, stacklevel=2, source=self)
            self.discard()
