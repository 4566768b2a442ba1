"""Local files that a call of either client writes."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import IO

from .._backends import Backend
from .._utils.atomic_files import AtomicFile

Output = Callable[[], AbstractAsyncContextManager[IO[bytes]]]
"""Opens what a result is written to; opened again, it is empty."""


@contextlib.asynccontextmanager
async def open_output(backend: Backend, target: Path) -> AsyncIterator[IO[bytes]]:
    """Write a file that takes the place of `target`, or is written into it, when all went well."""
    with AtomicFile(target) as output:
        with output.explain_full_disk():
            yield output.file
        in_place = output.publish()
        if in_place is None:
            return
        # The reader of a pipe may be slow, or not there yet.
        writing = backend.run_in_thread(in_place.run)
        try:
            await writing.result()
        except BaseException:
            in_place.stop()
            raise


@contextlib.asynccontextmanager
async def write_spool(file: IO[bytes]) -> AsyncIterator[IO[bytes]]:
    """Write an open file, which stays open, from its beginning."""
    file.seek(0)
    file.truncate()
    yield file
    file.flush()
