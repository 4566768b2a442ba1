"""The bytes of files and query results: where they lie, and the presigned URLs that reach them."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from .presigned import PresignedUrls
from .records import Records

URL_LIFETIME = timedelta(minutes=15)
# Long enough for every page of a long query to be fetched after its last page was asked for.
RESULT_LIFETIME = timedelta(hours=2)
OBJECTS_PATH = "/objects/"

FILES = "files"
RESULTS = "results"
INCOMING = "incoming"

Make = Callable[[Path], Awaitable[None]]
"""Writes an object's bytes to a file."""


@dataclass(frozen=True)
class StoredObject:
    """A place for bytes, and the key it is known by."""

    key: str
    path: Path


class Objects:
    """Objects under random keys. No name a user chose ever reaches the file system."""

    def __init__(self, records: Records, folder: Path, urls: PresignedUrls) -> None:
        self.urls = urls
        self._records = records
        self._folder = folder
        self._results: deque[tuple[float, str]] = deque()
        self._to_make: dict[str, Make] = {}
        self._making = asyncio.Lock()
        # What an earlier run had under way means nothing to this one.
        self._empty(RESULTS, INCOMING)
        (folder / FILES).mkdir(exist_ok=True)

    def clear(self) -> None:
        """Remove the bytes of every object."""
        self._results.clear()
        self._empty(FILES, RESULTS, INCOMING)

    def _empty(self, *kinds: str) -> None:
        for kind in kinds:
            shutil.rmtree(self._folder / kind, ignore_errors=True)
            (self._folder / kind).mkdir(parents=True, exist_ok=True)

    def create(self) -> StoredObject:
        """Make a place for a query's result. It is kept for a while, then removed."""
        now = time.monotonic()
        while self._results and self._results[0][0] < now - RESULT_LIFETIME.total_seconds():
            self.delete(self._results.popleft()[1])
        key = self.new_key(RESULTS)
        self._results.append((now, key))
        return StoredObject(key, self.path(key))

    def create_later(self, make: Make) -> StoredObject:
        """Make a place for a query's result that is made once it is asked for."""
        stored = self.create()
        self._to_make[stored.key] = make
        return stored

    async def arrived(self, key: str) -> None:
        """Make what was to be made once it is asked for."""
        if key in self._to_make:
            async with self._making:
                if make := self._to_make.get(key):
                    await make(self.path(key))
                    self._to_make.pop(key, None)

    def new_key(self, kind: str = FILES) -> str:
        """Make a key under which bytes may be stored."""
        return f"{kind}/{secrets.token_hex(16)}"

    def path(self, key: str) -> Path:
        """Return where an object's bytes are, if they have arrived."""
        return self._folder / key

    def incoming_path(self) -> Path:
        """Return a place for bytes that are still arriving."""
        return self._folder / INCOMING / secrets.token_hex(16)

    def upload_url(self, key: str, *, lifetime: timedelta = URL_LIFETIME) -> str:
        """Return a presigned URL for a PUT."""
        return self.urls.sign("PUT", OBJECTS_PATH + key, lifetime)

    def download_url(
        self,
        key: str,
        *,
        content_type: str = "application/octet-stream",
        lifetime: timedelta = URL_LIFETIME,
    ) -> str:
        """Return a presigned URL for a GET."""
        parameters = {"response-content-type": content_type}
        return self.urls.sign("GET", OBJECTS_PATH + key, lifetime, **parameters)

    def store(self, key: str, incoming: Path, md5: str) -> None:
        """Make bytes that have arrived the object's own, whole, replacing what was there."""
        incoming.replace(self.path(key))
        self._records.run("INSERT OR REPLACE INTO objects VALUES (?, ?)", key, f'"{md5}"')

    def etag(self, key: str) -> str:
        """Return the MD5 of an upload. A result, as a multipart object, has an ETag that is not."""
        row = self._records.one("SELECT etag FROM objects WHERE objectKey = ?", key)
        return f'"{key.partition("/")[2]}-1"' if row is None else str(row["etag"])

    def delete(self, key: str) -> None:
        """Remove an object's bytes. Removing what is not there is no mistake."""
        self._to_make.pop(key, None)
        self.path(key).unlink(missing_ok=True)
        self._records.run("DELETE FROM objects WHERE objectKey = ?", key)
