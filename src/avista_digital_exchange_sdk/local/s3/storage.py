"""The contents of files and query results, and their presigned URLs."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import time
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from ..database import Database
from ..limits import LIMITS
from ..private_files import make_folder, remove_file
from .presigned import PresignedUrls

URL_LIFETIME = timedelta(minutes=15)
# Long enough to fetch every page of a long query after the last page was requested.
RESULT_LIFETIME = timedelta(hours=2)
OBJECTS_PATH = "/objects/"

# Per user: beyond this limit the oldest results are deleted.
MAX_RESULTS = 20_000

FILES = "files"
RESULTS = "results"
INCOMING = "incoming"

Make = Callable[[Path], Awaitable[None]]
"""Writes the contents of an object to a new file."""


@dataclass
class StoredObject:
    """A stored result: its key, its owner, and its creation time."""

    key: str
    path: Path
    owner: str
    created: float
    size: int = 0
    make: Make | None = None
    making: asyncio.Task[None] | None = None


class ObjectStore:
    """Objects with random keys. Names from users are never used in the file system."""

    def __init__(self, records: Database, folder: Path, urls: PresignedUrls) -> None:
        self.urls = urls
        self._records = records
        self._folder = make_folder(folder)
        self._results: OrderedDict[str, StoredObject] = OrderedDict()
        self._counts: Counter[str] = Counter()
        self._sizes: Counter[str] = Counter()
        # Results of an earlier run cannot be continued.
        self._delete_folders(RESULTS, INCOMING)
        make_folder(folder / FILES)

    def clear(self) -> None:
        """Delete the contents of all objects."""
        for key in list(self._results):
            self._unregister(key)
        self._delete_folders(FILES, RESULTS, INCOMING)

    def _delete_folders(self, *kinds: str) -> None:
        for kind in kinds:
            shutil.rmtree(self._folder / kind, ignore_errors=True)
            make_folder(self._folder / kind)

    # Results

    def create(self, owner: str, make: Make | None = None) -> StoredObject:
        """Create an object for a user's result, which is deleted after a while.

        Args:
            owner: The user it counts for.
            make: Writes the result when it is requested. If omitted, the caller writes it, and
                calls `complete`.
        """
        self._delete_expired()
        while self._counts[owner] >= MAX_RESULTS:
            self._delete_oldest(owner)
        key = self.new_key(RESULTS)
        stored = StoredObject(key, self.path(key), owner, time.monotonic(), make=make)
        self._results[key] = stored
        self._counts[owner] += 1
        return stored

    def complete(self, stored: StoredObject) -> int:
        """Register a result that was written, and return its size in bytes."""
        size = stored.path.stat().st_size
        if stored.key not in self._results:
            # It was deleted while it was being written.
            remove_file(stored.path)
            return size
        stored.size = size
        self._sizes[stored.owner] += size
        while self._sizes[stored.owner] > LIMITS.max_stored_result_bytes:
            if self._delete_oldest(stored.owner) is stored:
                break
        return size

    async def materialize(self, key: str) -> None:
        """Create the contents of a lazy object when it is requested."""
        stored = self._results.get(key)
        if stored is None or stored.make is None:
            return
        if stored.making is None:
            stored.making = asyncio.create_task(self._make(stored, stored.make))
        try:
            # Other requests may wait for it, too.
            await asyncio.shield(stored.making)
        finally:
            if stored.making.done():
                stored.making = None

    async def _make(self, stored: StoredObject, make: Make) -> None:
        """Create an object atomically."""
        incoming = self.incoming_path()
        try:
            await make(incoming)
            incoming.replace(stored.path)
            stored.make = None
            self.complete(stored)
        finally:
            remove_file(incoming)

    def _delete_expired(self) -> None:
        """Delete expired results."""
        oldest = time.monotonic() - RESULT_LIFETIME.total_seconds()
        for stored in list(self._results.values()):
            if stored.created >= oldest:
                return
            self.delete(stored.key)

    def _delete_oldest(self, owner: str) -> StoredObject:
        """Delete a user's oldest result."""
        oldest = next(stored for stored in self._results.values() if stored.owner == owner)
        self.delete(oldest.key)
        return oldest

    def _unregister(self, key: str) -> None:
        """Unregister a result, if the key is that of one."""
        stored = self._results.pop(key, None)
        if stored is not None:
            self._counts[stored.owner] -= 1
            self._sizes[stored.owner] -= stored.size

    # Objects of all kinds

    def new_key(self, kind: str = FILES) -> str:
        """Create a key for a new object."""
        return f"{kind}/{secrets.token_hex(16)}"

    def path(self, key: str) -> Path:
        """Return the path of an object, which exists after the upload."""
        return self._folder / key

    def incoming_path(self) -> Path:
        """Return a path for an upload in progress."""
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
        """Replace the contents of an object atomically with a complete upload."""
        incoming.replace(self.path(key))
        self._records.execute("INSERT OR REPLACE INTO objects VALUES (?, ?)", key, f'"{md5}"')

    def etag(self, key: str) -> str:
        """Return the ETag: the MD5 of an upload, or that of a multipart object for results."""
        row = self._records.fetch_one("SELECT etag FROM objects WHERE objectKey = ?", key)
        return f'"{key.partition("/")[2]}-1"' if row is None else str(row["etag"])

    def delete(self, key: str) -> None:
        """Delete an object; deleting a missing object is allowed."""
        self._unregister(key)
        remove_file(self.path(key))
        self._records.execute("DELETE FROM objects WHERE objectKey = ?", key)

    async def delete_all(self, keys: Iterable[str]) -> None:
        """Delete several objects."""
        keys = list(keys)
        self._records.run_many("DELETE FROM objects WHERE objectKey = ?", ([key] for key in keys))
        await asyncio.to_thread(self._unlink, keys)

    def _unlink(self, keys: list[str]) -> None:
        for key in keys:
            remove_file(self.path(key))
