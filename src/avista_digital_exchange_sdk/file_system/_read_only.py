"""The read-only part of the file system: listing and reading."""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from glob import has_magic
from pathlib import Path
from typing import Any, TypeVar

from fsspec.callbacks import DEFAULT_CALLBACK  # type: ignore[import-untyped]  # untyped
from fsspec.utils import isfilelike  # type: ignore[import-untyped]  # untyped

from .._backends import run_sync
from .._models.paths import SEPARATOR
from .._services.storage.files import FileDownload, download_file, open_ranges, read_range
from .._transfer.range_reader import RangeReader
from .._utils.progress import ProgressArgument
from ..client import get_services
from . import _errors
from ._concurrency import map_concurrently
from ._connected import ConnectedFileSystem
from ._directory_cache import Tree, files_in
from ._downloads import set_modified
from ._entries import Contents, Info, parse_time
from ._errors import translate_errors
from ._parallel_copy import to_progress_callback
from ._reader import StoreFileReader
from ._store_names import PathParser
from ._walking import LookaheadLister, Pending, walk

_Result = TypeVar("_Result")


class ReadOnlyFileSystem(ConnectedFileSystem):
    """Lists data stores and reads files."""

    # -- what there is --------------------------------------------------------------------------

    _strip_protocol = PathParser()

    @classmethod
    def _parse_url(cls, path: Any) -> Any:
        stripped = super()._strip_protocol(path)
        return stripped.lstrip(SEPARATOR) if isinstance(stripped, str) else stripped

    def _parse_path(self, path: Any) -> Any:
        if isinstance(path, list):
            return [self._parse_path(one) for one in path]
        parsed = self._parse_url(path)
        if not isinstance(parsed, str):
            return parsed
        return self._listings.compose_path(self._store_names.replace(parsed))

    def ls(self, path: str, detail: bool = True, refresh: bool = False, **_: Any) -> list[Any]:
        """List a directory; at the root, the data stores you own."""
        infos = self._list(path, refresh=refresh)
        if not detail:
            return [info["name"] for info in infos]
        self._fill_sizes(infos)
        return [dict(info) for info in infos]

    def info(self, path: str, **_: Any) -> Info:
        """Return the metadata of a path."""
        info = self._listings.find(self._strip_protocol(path))
        self._fill_sizes([info], strict=True)
        return dict(info)

    def contents(self, path: str) -> Contents:
        """List a directory, including older files of the same name, and incomplete files."""
        contents = self._listings.entries(self._strip_protocol(path), refresh=True)
        self._fill_sizes([*contents, *contents.superseded])
        return contents

    def contents_tree(self, path: str) -> Tree:
        """List a directory and its subdirectories like `contents()`, by path."""
        tree = self._listings.tree(self._listings.find(self._strip_protocol(path)))
        self._fill_sizes(files_in(tree))
        return tree

    def _list(self, path: str, *, refresh: bool = False, **_: Any) -> list[Info]:
        """List a directory, or describe a file; sizes that the platform omits are missing."""
        path = self._strip_protocol(path)
        info = self._listings.find(path)
        return (
            self._listings.entries(path, refresh=refresh) if info["type"] == "directory" else [info]
        )

    def _fill_sizes(self, infos: Iterable[Info], *, strict: bool = False) -> None:
        """Determine sizes that the platform does not provide: its integers end at 2 GiB.

        Args:
            infos: Files and directories; directories have no size.
            strict: Whether to raise an error if a size cannot be determined.
        """
        unknown = [info for info in infos if info["type"] == "file" and info["size"] is None]
        for info, outcome in map_concurrently(self._fetch_size, unknown):
            error = outcome.exception()
            if error is None:
                info["size"] = outcome.result()
            elif strict or not isinstance(error, Exception) or _errors.affects_all(error):
                raise error

    def _fetch_size(self, info: Info) -> int:
        return self._probe(info).size or 0

    def isdir(self, path: str) -> bool:
        """Whether a path is a directory."""
        return self._get_type(path) == "directory"

    def isfile(self, path: str) -> bool:
        """Whether a path is a file."""
        return self._get_type(path) == "file"

    def _get_type(self, path: str) -> str | None:
        try:
            kind: str = self._listings.find(self._strip_protocol(path))["type"]
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return None
        return kind

    def exists(self, path: str, **_: Any) -> bool:
        """Whether a path exists."""
        try:
            self._listings.find(self._strip_protocol(path))
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def walk(
        self,
        path: str,
        maxdepth: int | None = None,
        topdown: bool = True,
        on_error: Any = "omit",
        **options: Any,
    ) -> Iterator[Any]:
        """Walk the directories below a path like `os.walk()`.

        Directories that cannot be read raise an error, unless they do not exist: if omitted, they
        would seem empty.
        """
        detail = options.pop("detail", False)
        path = self._strip_protocol(path)
        lister = LookaheadLister(self._listings, maxdepth, refresh=options.get("refresh", False))

        def list_directory(info: Info, depth: int, pending: Sequence[Pending]) -> list[Info]:
            infos = lister.list_directory(info, depth, pending)
            if detail:
                self._fill_sizes(infos)
            return [dict(one) for one in infos]

        return walk(
            lambda: self._listings.find(path),
            list_directory,
            maxdepth,
            topdown=topdown,
            detail=detail,
            on_error=_only_if_missing if on_error == "omit" else on_error,
        )

    def tree(
        self,
        path: str = "/",
        recursion_limit: int = 2,
        max_display: int | None = 25,
        display_size: bool = False,
        *arguments: Any,
        **options: Any,
    ) -> str:
        """Return a directory and its subdirectories as text."""
        level = [self._listings.find(self._strip_protocol(path))]
        depth = recursion_limit + (1 if display_size else 0)
        if options.get("first", not arguments):
            # Many in one request, so that they are in the cache.
            self._listings.prefetch(level, depth, max_display)
        text: str = super().tree(
            path, recursion_limit, max_display, display_size, *arguments, **options
        )
        return text

    def find(
        self,
        path: str,
        maxdepth: int | None = None,
        withdirs: bool = False,
        detail: bool = False,
        sizes: bool = True,
        **options: Any,
    ) -> Any:
        """List all files below a path; directories are listed concurrently."""
        if options:
            return super().find(path, maxdepth, withdirs, detail, **options)
        if maxdepth is not None and maxdepth < 1:
            raise ValueError("maxdepth must be at least 1")
        path = self._strip_protocol(path)
        try:
            top = self._listings.find(path)
        except (FileNotFoundError, NotADirectoryError):
            return {} if detail else []
        found = [top]
        if top["type"] == "directory":
            found = [top] if withdirs and path else []
            for contents in self._listings.tree(top, maxdepth).values():
                if isinstance(contents, OSError):
                    _only_if_missing(contents)
                elif isinstance(contents, Exception):
                    raise contents
                else:
                    found += [one for one in contents if withdirs or one["type"] == "file"]
        found.sort(key=lambda info: info["name"])
        if not detail:
            return [info["name"] for info in found]
        if sizes:
            self._fill_sizes(found)
        return {info["name"]: dict(info) for info in found}

    def expand_path(
        self, path: Any, recursive: bool = False, maxdepth: int | None = None, **options: Any
    ) -> list[str]:
        """Expand patterns; names of existing entries are not treated as patterns."""
        given = [path] if isinstance(path, (str, os.PathLike)) else path
        paths: list[str] = [self._strip_protocol(one) for one in given]
        named = [one for one in paths if has_magic(one) and self.exists(one)]
        found = set(named)
        for one in named if recursive else ():
            found.update(self.find(one, maxdepth=maxdepth, withdirs=True))
        if patterns := [one for one in paths if one not in named]:
            found.update(super().expand_path(patterns, recursive, maxdepth, **options))
        return sorted(found)

    def glob(self, path: str, maxdepth: int | None = None, **options: Any) -> Any:
        """Return the paths that match a pattern."""
        return super().glob(path, maxdepth, sizes=options.get("detail", False), **options)

    def du(
        self,
        path: str,
        total: bool = True,
        maxdepth: int | None = None,
        withdirs: bool = False,
        **options: Any,
    ) -> Any:
        """Return the size of the files below a path, without older files of the same name."""
        found = self.find(path, maxdepth, withdirs, detail=True, **options)
        self._fill_sizes(found.values(), strict=True)
        sizes = {name: info["size"] for name, info in found.items()}
        return sum(sizes.values()) if total else sizes

    def modified(self, path: str) -> datetime:
        """Return the upload time of a file; directories have no modification time."""
        modified: datetime | None = self.info(path).get("modified")
        if modified is None:
            raise NotImplementedError(f"{path!r} has no modification time")
        return modified

    def created(self, path: str) -> datetime:
        """Return the upload time of a file: files are written once."""
        return self.modified(path)

    def invalidate_cache(self, path: str | None = None) -> None:
        """Remove a path and everything below it, or everything, from the cache."""
        if path is None:
            self._store_names.clear()
        self._listings.forget(None if path is None else self._strip_protocol(path))
        super().invalidate_cache(path)

    # -- what is in it --------------------------------------------------------------------------

    def _open(
        self,
        path: str,
        mode: str = "rb",
        *,
        autocommit: bool = True,
        block_size: int | None = None,
        cache_options: dict[str, Any] | None = None,
        cache_type: str = "blockcache",
        **_: Any,
    ) -> Any:
        if mode != "rb":
            raise NotImplementedError(f"mode {mode!r}: only modes r, w and x are supported")
        size, ranged = self._open_ranges(path)
        return StoreFileReader(
            self,
            path,
            lambda start, end: self._read(path, ranged, start, end),
            size,
            block_size=block_size or self.blocksize,
            cache_type=cache_type,
            cache_options=cache_options,
        )

    def cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **_: Any
    ) -> bytes:
        """Read a file or a part of it; negative positions count from the end."""
        path = self._strip_protocol(path)
        size, ranged = self._open_ranges(path)
        start, stop, _step = slice(start, end).indices(size)
        return self._read(path, ranged, start, stop)

    def get_file(
        self,
        rpath: str,
        lpath: Any,
        callback: Any = DEFAULT_CALLBACK,
        outfile: Any = None,
        **options: Any,
    ) -> None:
        """Download a file; it appears when it is complete."""
        if outfile is not None:
            super().get_file(rpath, lpath, callback=callback, outfile=outfile, **options)
        else:
            self._download(rpath, lpath, to_progress_callback(callback))

    def _download(self, source: str, target: Any, progress: ProgressArgument | None = None) -> None:
        source = self._strip_protocol(source)
        if isfilelike(target):
            super().get_file(source, target)
            return
        local = Path(os.path.abspath(target))
        if self.isdir(source):
            local.mkdir(parents=True, exist_ok=True)
            return
        self._with_file(source, lambda file_id: self._download_by_id(file_id, local, progress))

    def _download_by_id(
        self,
        file_id: str,
        local: Path,
        progress: ProgressArgument | None,
        download: FileDownload | None = None,
    ) -> None:
        local.parent.mkdir(parents=True, exist_ok=True)
        if local.is_dir():
            raise _errors.is_directory(str(local))
        services = get_services(self.exchange)
        file = run_sync(download_file(services, file_id, local, progress, download))
        set_modified(local, parse_time(file.lastModified))

    def _open_ranges(self, path: str) -> tuple[int, RangeReader]:
        """Return a file's size, and a reader for parts of the current version."""
        services = get_services(self.exchange)
        file, ranged = self._with_file(
            path, lambda file_id: run_sync(open_ranges(services, file_id))
        )
        if file.storageSizeBytes is not None:
            return file.storageSizeBytes, ranged
        self._read(path, ranged, 0, 1)
        return ranged.size or 0, ranged

    def _probe(
        self, info: Info, take_download: Callable[[], FileDownload | None] = lambda: None
    ) -> RangeReader:
        """Fetch a file's first byte; the response headers contain its size and MD5.

        Args:
            info: The file.
            take_download: Returns its presigned URL if that was requested before.
        """
        path, file_id = info["name"], info["dataStoreFileId"]
        with translate_errors(path):
            services = get_services(self.exchange)
            _, ranged = run_sync(open_ranges(services, file_id, take_download()))
        self._read(path, ranged, 0, 1)
        return ranged

    def _read(self, path: str, ranged: RangeReader, start: int, end: int) -> bytes:
        with translate_errors(path):
            return run_sync(read_range(get_services(self.exchange), ranged, start, end))

    def _with_file(self, path: str, act: Callable[[str], _Result]) -> _Result:
        """Call a function with the ID of the file at a path."""
        with contextlib.suppress(FileNotFoundError), translate_errors(path):
            return act(self._file(path)["dataStoreFileId"])
        # The cache is stale: the file was deleted or replaced by patterns.
        self._listings.forget(path)
        with translate_errors(path):
            return act(self._file(path)["dataStoreFileId"])

    def _file(self, path: str) -> Info:
        info = self._listings.find(path)
        if info["type"] == "directory":
            raise _errors.is_directory(path)
        return info


def _only_if_missing(error: OSError) -> None:
    if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
        raise error
