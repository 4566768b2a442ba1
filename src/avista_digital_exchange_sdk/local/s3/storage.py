"""The bytes of files and query results: where they lie, and the presigned URLs that reach them."""

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
from ..private_files import make_folder
from .presigned import PresignedUrls

URL_LIFETIME = timedelta(minutes=15)
# Long enough for every page of a long query to be fetched after its last page was asked for.
RESULT_LIFETIME = timedelta(hours=2)
OBJECTS_PATH = "/objects/"

# Of one user: what goes beyond it takes the place of the user's oldest results.
MAX_RESULTS = 20_000
MAX_RESULT_BYTES = 10 * 1024**3

FILES = "files"
RESULTS = "results"
INCOMING = "incoming"

Make = Callable[[Path], Awaitable[None]]
"""Writes an object's bytes to a new file."""


@dataclass
class StoredObject:
    """A place for a result's bytes: the key it is known by, whose it is, since when it is there."""

    key: str
    path: Path
    owner: str
    created: float
    size: int = 0
    make: Make | None = None
    making: asyncio.Task[None] | None = None


class ObjectStore:
    """Objects under random keys. No name a user chose ever reaches the file system."""

    def __init__(self, records: Database, folder: Path, urls: PresignedUrls) -> None:
        self.urls = urls
        self._records = records
        self._folder = make_folder(folder)
        self._results: OrderedDict[str, StoredObject] = OrderedDict()
        self._counts: Counter[str] = Counter()
        self._sizes: Counter[str] = Counter()
        # What an earlier run had under way means nothing to this one.
        self._empty(RESULTS, INCOMING)
        make_folder(folder / FILES)

    def clear(self) -> None:
        """Remove the bytes of every object."""
        for key in list(self._results):
            self._forget(key)
        self._empty(FILES, RESULTS, INCOMING)

    def _empty(self, *kinds: str) -> None:
        for kind in kinds:
            shutil.rmtree(self._folder / kind, ignore_errors=True)
            make_folder(self._folder / kind)

    # Results

    def create(self, owner: str, make: Make | None = None) -> StoredObject:
        """Make a place for a user's result. It is kept for a while, then removed.

        Args:
            owner: The user it counts for.
            make: Writes the result once it is asked for. If omitted, the caller writes it, and
                calls `complete`.
        """
        self._forget_old()
        while self._counts[owner] >= MAX_RESULTS:
            self._remove_oldest(owner)
        key = self.new_key(RESULTS)
        stored = StoredObject(key, self.path(key), owner, time.monotonic(), make=make)
        self._results[key] = stored
        self._counts[owner] += 1
        return stored

    def complete(self, stored: StoredObject) -> int:
        """Count a result that was written, and return its size in bytes."""
        size = stored.path.stat().st_size
        if stored.key not in self._results:
            # It was removed while it was written.
            stored.path.unlink(missing_ok=True)
            return size
        stored.size = size
        self._sizes[stored.owner] += size
        while self._sizes[stored.owner] > MAX_RESULT_BYTES:
            if self._remove_oldest(stored.owner) is stored:
                break
        return size

    async def materialize(self, key: str) -> None:
        """Make what was to be made once it is asked for."""
        stored = self._results.get(key)
        if stored is None or stored.make is None:
            return
        if stored.making is None:
            stored.making = asyncio.create_task(self._make(stored, stored.make))
        try:
            # Others may wait for it as well.
            await asyncio.shield(stored.making)
        finally:
            if stored.making.done():
                stored.making = None

    async def _make(self, stored: StoredObject, make: Make) -> None:
        """Make an object, whole or not at all."""
        incoming = self.incoming_path()
        try:
            await make(incoming)
            incoming.replace(stored.path)
            stored.make = None
            self.complete(stored)
        finally:
            incoming.unlink(missing_ok=True)

    def _forget_old(self) -> None:
        """Remove the results whose time is over."""
        oldest = time.monotonic() - RESULT_LIFETIME.total_seconds()
        for stored in list(self._results.values()):
            if stored.created >= oldest:
                return
            self.delete(stored.key)

    def _remove_oldest(self, owner: str) -> StoredObject:
        """Remove a user's oldest result."""
        oldest = next(stored for stored in self._results.values() if stored.owner == owner)
        self.delete(oldest.key)
        return oldest

    def _forget(self, key: str) -> None:
        """Count a result no more, if it is one."""
        stored = self._results.pop(key, None)
        if stored is not None:
            self._counts[stored.owner] -= 1
            self._sizes[stored.owner] -= stored.size

    # Objects of all kinds

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
        self._records.execute("INSERT OR REPLACE INTO objects VALUES (?, ?)", key, f'"{md5}"')

    def etag(self, key: str) -> str:
        """Return the MD5 of an upload. A result, as a multipart object, has an ETag that is not."""
        row = self._records.fetch_one("SELECT etag FROM objects WHERE objectKey = ?", key)
        return f'"{key.partition("/")[2]}-1"' if row is None else str(row["etag"])

    def delete(self, key: str) -> None:
        """Remove an object's bytes. Removing what is not there is no mistake."""
        self._forget(key)
        self.path(key).unlink(missing_ok=True)
        self._records.execute("DELETE FROM objects WHERE objectKey = ?", key)

    async def delete_all(self, keys: Iterable[str]) -> None:
        """Remove the bytes of many files."""
        keys = list(keys)
        self._records.run_many("DELETE FROM objects WHERE objectKey = ?", ([key] for key in keys))
        await asyncio.to_thread(self._unlink, keys)

    def _unlink(self, keys: list[str]) -> None:
        for key in keys:
            self.path(key).unlink(missing_ok=True)
