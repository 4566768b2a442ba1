"""Local output files of calls."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import IO

from .._backends import Backend
from .._utils.atomic_files import AtomicFile

# Opens an output file. If it is opened again, it is empty.
Output = Callable[[], AbstractAsyncContextManager[IO[bytes]]]


@contextlib.asynccontextmanager
async def open_output(backend: Backend, target: Path) -> AsyncIterator[IO[bytes]]:
    """Write a file that replaces `target`, or is copied into it, if the `with` block succeeds."""
    with AtomicFile(target) as output:
        with output.explain_full_disk():
            yield output.file
        in_place = output.publish()
        if in_place is None:
            return
        # In a thread, as the reader of a pipe may be slow or not have opened it yet.
        writing = backend.run_in_thread(in_place.run)
        try:
            await writing.result()
        except BaseException:
            in_place.stop()
            raise


@contextlib.asynccontextmanager
async def write_spool(file: IO[bytes]) -> AsyncIterator[IO[bytes]]:
    """Overwrite an open file, which stays open."""
    file.seek(0)
    file.truncate()
    yield file
    file.flush()
