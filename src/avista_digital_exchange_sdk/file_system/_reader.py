"""A file of a data store, open for reading: blocks are fetched when they are read."""

from collections.abc import Callable
from typing import Any

from fsspec.spec import AbstractBufferedFile  # type: ignore[import-untyped]  # fsspec's own lack

Fetch = Callable[[int, int], bytes]
"""Gives the bytes of a file from one place up to another."""


class StoreFileReader(AbstractBufferedFile):  # type: ignore[misc]  # fsspec has no annotations
    """Reads a file through one of fsspec's caches."""

    def __init__(self, fs: Any, path: str, fetch: Fetch, size: int, **options: Any) -> None:
        self._fetch = fetch
        super().__init__(fs, path, "rb", size=size, **options)

    def _fetch_range(self, start: int, end: int) -> bytes:
        return self._fetch(start, min(end, self.size))
