"""Zip files of several files and directories, which are planned immediately and written lazily."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import IO, NamedTuple

from ...caller import Caller
from ...database import Row
from ...errors import bad_request
from ...limits import LIMITS
from ...private_files import open_new
from ...s3.storage import Make, ObjectStore
from .directories import Directories

# The limit of the zip format for one path.
MAX_PATH_BYTES = 65_535
MAX_ALL_PATHS_BYTES = 64 * 1024**2

UNSAFE = str.maketrans(dict.fromkeys([*map(chr, range(32)), "/", "\\", "\x7f"], "_"))
_THREADS = 2
_BLOCK_BYTES = 1024 * 1024
# Fast, with most of the possible compression.
_COMPRESSION = 1


class Entry(NamedTuple):
    """One entry of a zip: its path in it, and where its bytes are; a directory has none."""

    path: str
    source: Path | None


@dataclass
class _Contents:
    """The requested entries, and the contents of requested directories."""

    directories: dict[str, tuple[list[Row], list[Row]]] = field(default_factory=dict)
    inner: set[str] = field(default_factory=set)
    """The IDs of entries in one of the directories, which are listed only there."""
    entries: int = 0
    size: int = 0

    def count(self, files: Sequence[Row], directories: int) -> None:
        """Count entries.

        Raises:
            PlatformError: If they are too many or too large for one zip.
        """
        self.entries += len(files) + directories
        self.size += sum(file["storageSizeBytes"] or 0 for file in files)
        if self.entries > LIMITS.max_zip_entries:
            raise bad_request(
                f"A zip can hold at most {LIMITS.max_zip_entries} files and directories."
            )
        if self.size > LIMITS.max_zip_bytes:
            raise bad_request(f"A zip can hold files of at most {LIMITS.max_zip_bytes} bytes.")


class Zips:
    """Plans zips and writes them in separate threads, one at a time for each user."""

    def __init__(self, objects: ObjectStore, directories: Directories) -> None:
        self._objects = objects
        self._directories = directories
        self._threads = ThreadPoolExecutor(_THREADS, "zip")
        self._locks: dict[str, asyncio.Lock] = {}
        self._closing = Event()

    async def plan(self, top: Sequence[Row]) -> list[Entry]:
        """List the entries of a zip, each file and directory once.

        Args:
            top: The rows of the requested files and directories, which the caller may read. One
                that is also in a requested directory is listed there.
        """
        contents = await self._read(top)
        roots = {_id(row): row for row in top if _id(row) not in contents.inner}
        entries, left = [], MAX_ALL_PATHS_BYTES
        for entry in self._entries(contents, list(roots.values())):
            size = len(entry.path.encode(errors="surrogatepass"))
            left -= size
            if size >= MAX_PATH_BYTES or left < 0:
                raise bad_request("The paths in the zip would be too long.")
            entries.append(entry)
        return entries

    def writer(self, caller: Caller, entries: Sequence[Entry]) -> Make:
        """Return what writes a zip to a file."""

        async def make(target: Path) -> None:
            lock = self._locks.setdefault(caller.user_id, asyncio.Lock())
            async with lock:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._threads, self._write, target, entries)

        return make

    def close(self) -> None:
        """Stop writing."""
        self._closing.set()
        self._threads.shutdown(cancel_futures=True)

    async def _read(self, top: Sequence[Row]) -> _Contents:
        """Read the contents of the requested directories."""
        contents = _Contents()
        contents.count([row for row in top if "dataStoreFileId" in row], 0)
        pending = [row["dataStoreDirectoryId"] for row in top if "dataStoreFileId" not in row]
        while pending:
            directory_id = pending.pop()
            if directory_id in contents.directories:
                continue
            directories, files = self._directories.entries(directory_id)
            contents.directories[directory_id] = directories, files
            contents.inner.update(map(_id, [*directories, *files]))
            contents.count(files, len(directories))
            pending += (row["dataStoreDirectoryId"] for row in directories)
            # Let requests of others run.
            await asyncio.sleep(0)
        return contents

    def _entries(self, contents: _Contents, roots: Sequence[Row]) -> Iterator[Entry]:
        """List the entries, parents before their contents."""
        pending = [("", roots)]
        while pending:
            folder, rows = pending.pop()
            names = _Names()
            for row in rows:
                if "dataStoreFileId" not in row:
                    path = folder + names.unique(row["name"]) + "/"
                    yield Entry(path, None)
                    directories, files = contents.directories[row["dataStoreDirectoryId"]]
                    pending.append((path, [*directories, *files]))
                # Skip files that are not uploaded yet.
                elif row["storageSizeBytes"] is not None:
                    path = folder + names.unique(row["name"], row["fileExtension"])
                    yield Entry(path, self._objects.path(row["objectKey"]))

    def _write(self, target: Path, entries: Sequence[Entry]) -> None:
        """Write a zip, in a thread."""
        with (
            open_new(target) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive,
        ):
            for entry in entries:
                if entry.source is None:
                    archive.mkdir(entry.path)
                else:
                    self._write_file(archive, entry.path, entry.source)

    def _write_file(self, archive: zipfile.ZipFile, path: str, source: Path) -> None:
        """Write a file into a zip."""
        info = zipfile.ZipInfo.from_file(source, path)
        info.compress_type = archive.compression
        with source.open("rb") as incoming, archive.open(info, "w") as outgoing:
            while block := self._block(incoming):
                outgoing.write(block)

    def _block(self, file: IO[bytes]) -> bytes:
        """Read a part of a file, unless writing is to stop."""
        if self._closing.is_set():
            raise OSError("The Local Exchange is closing.")
        return file.read(_BLOCK_BYTES)


class _Names:
    """Creates unique names for the entries of a folder, as names in a data store may repeat."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._counts: dict[tuple[str, str], int] = {}

    def unique(self, name: str, extension: str = "") -> str:
        """Return a name that no entry of the folder has yet, and that leads out of no folder."""
        stem, suffix = name.translate(UNSAFE), f".{extension}".translate(UNSAFE).rstrip(".")
        if stem + suffix in ("", ".", ".."):
            stem = "_"
        unique, count = stem + suffix, self._counts.get((stem, suffix), 1)
        while unique in self._taken:
            count += 1
            unique = f"{stem} ({count}){suffix}"
        self._counts[stem, suffix] = count
        self._taken.add(unique)
        return unique


def _id(row: Row) -> str:
    """Return the id of a file or a directory."""
    return str(row.get("dataStoreFileId") or row["dataStoreDirectoryId"])
