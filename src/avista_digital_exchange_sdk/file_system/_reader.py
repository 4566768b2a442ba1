"""Files opened for reading: blocks are fetched on demand."""

from collections.abc import Callable
from typing import Any

from fsspec.spec import AbstractBufferedFile  # type: ignore[import-untyped]  # untyped

Fetch = Callable[[int, int], bytes]
"""Returns the bytes of a file from one position up to another."""


class StoreFileReader(AbstractBufferedFile):  # type: ignore[misc]  # fsspec has no annotations
    """Reads a file through one of fsspec's caches."""

    def __init__(self, fs: Any, path: str, fetch: Fetch, size: int, **options: Any) -> None:
        self._fetch = fetch
        super().__init__(fs, path, "rb", size=size, **options)

    def _fetch_range(self, start: int, end: int) -> bytes:
        return self._fetch(start, min(end, self.size))
