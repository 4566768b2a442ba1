"""The half of the file system that changes nothing: what there is, and what is in it."""

import contextlib
import os
import weakref
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from fsspec import AbstractFileSystem  # type: ignore[import-untyped]  # fsspec's own lack
from fsspec.callbacks import DEFAULT_CALLBACK  # type: ignore[import-untyped]  # fsspec's own lack
from fsspec.utils import isfilelike  # type: ignore[import-untyped]  # fsspec's own lack

from .._door import DEFAULT_RETRIES, DEFAULT_TIMEOUT
from .._io import run
from .._models.paths import SEPARATOR
from .._progress import Progress
from .._transfers.ranges import RangedFile
from ..exchange import AvistaDigitalExchange
from . import _errors
from ._bulk import Copies, Plan, reporting
from ._entries import Info
from ._errors import asking_for
from ._listings import Listings
from ._reader import StoreFileReader
from ._secret_options import Environment, SecretOptions

LISTING_LIFETIME = 30.0
"""Seconds for which a listing is believed."""


_Result = TypeVar("_Result")


class ReadingFileSystem(AbstractFileSystem, metaclass=SecretOptions):  # type: ignore[misc]  # fsspec has no annotations
    """Looks around in data stores and reads what is in them."""

    # fsspec gives out the same object for the same arguments: and the same environment.
    _environment = Environment()
    _extra_tokenize_attributes = ("_environment",)

    def __init__(
        self,
        *,
        token: str | None = None,
        endpoint: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        maxRetries: int = DEFAULT_RETRIES,
        verify: bool | str = True,
        proxy: str | None = None,
        listings_expiry_time: float | None = LISTING_LIFETIME,
        **options: Any,
    ) -> None:
        super().__init__(listings_expiry_time=listings_expiry_time, **options)
        # When it connects again, it is the same whatever the environment says by then.
        token_then, endpoint_then = self._environment

        def connect() -> AvistaDigitalExchange:
            return AvistaDigitalExchange(
                token_then if token is None else token,
                endpoint=endpoint_then if endpoint is None else endpoint,
                timeout=timeout,
                maxRetries=maxRetries,
                verify=verify,
                proxy=proxy,
            )

        self._connect = connect
        self._connection = self._connected()
        self._listings = Listings(lambda: self.exchange, self.dircache)

    # Where `__init__` raised, as fsspec sets them after it.
    _connection: tuple[int, AvistaDigitalExchange] | None = None
    storage_args: tuple[Any, ...] = ()
    storage_options: dict[str, Any] = {}  # noqa: RUF012  # never changed

    def __repr__(self) -> str:
        if self._connection is None:
            return f"{type(self).__name__}(not connected)"
        return f"{type(self).__name__}({self.exchange!r})"

    def __eq__(self, other: object) -> bool:
        return self is other or (self._connection is not None and bool(super().__eq__(other)))

    def __hash__(self) -> int:
        return id(self) if self._connection is None else int(super().__hash__())

    def to_dict(self, *, include_password: bool = False) -> dict[str, Any]:
        """Describe it as JSON can hold it; with token and proxy only if asked to."""
        described: dict[str, Any] = super().to_dict(include_password=include_password)
        if not include_password:
            for name in ("token", "proxy"):
                described.pop(name, None)
        return described

    def to_json(self, *, include_password: bool = False) -> str:
        """Describe it as JSON; with token and proxy only if asked to."""
        described: str = super().to_json(include_password=include_password)
        return described

    @property
    def exchange(self) -> AvistaDigitalExchange:
        """The exchange behind it. A process that was forked off gets one of its own."""
        process, exchange = self._connection or self._connected()
        if process != os.getpid():
            # The connections of the other process are not ours to talk over.
            self._connection = _, exchange = self._connected()
        return exchange

    def close(self) -> None:
        """Close the connections; new ones are opened when they are needed."""
        if self._connection is None:
            return
        _, exchange = self._connection
        self._connection = self._connected()
        exchange.close()

    def _connected(self) -> tuple[int, AvistaDigitalExchange]:
        exchange = self._connect()
        weakref.finalize(self, exchange.close)
        return os.getpid(), exchange

    # -- what there is --------------------------------------------------------------------------

    @classmethod
    def _strip_protocol(cls, path: Any) -> Any:
        stripped = super()._strip_protocol(path)
        return stripped.lstrip(SEPARATOR) if isinstance(stripped, str) else stripped

    def ls(self, path: str, detail: bool = True, refresh: bool = False, **_: Any) -> list[Any]:
        """List a directory; at the root, the data stores you own."""
        path = self._strip_protocol(path)
        info = self._listings.find(path)
        infos = [info]
        if info["type"] == "directory":
            infos = self._listings.of(path, refresh=refresh)
        return [dict(info) if detail else info["name"] for info in infos]

    def info(self, path: str, **_: Any) -> Info:
        """Describe what a path leads to."""
        path = self._strip_protocol(path)
        info = dict(self._listings.find(path))
        if info["type"] == "file" and info["size"] is None:
            # GraphQL's whole numbers end at 2 GiB; the storage itself knows.
            info["size"] = self._opened(path)[0]
        return info

    def exists(self, path: str, **_: Any) -> bool:
        """Whether a path leads to something."""
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
        """Go through the directories below a path, as `os.walk()` does.

        What can't be read is an error, unless it is not there: left out, it would seem empty.
        """
        on_error = _only_if_missing if on_error == "omit" else on_error
        yield from super().walk(path, maxdepth, topdown, on_error, **options)

    def modified(self, path: str) -> datetime:
        """When a file's bytes came; the platform keeps no such time of directories."""
        moment: datetime | None = self.info(path).get("modified")
        if moment is None:
            raise NotImplementedError(f"the platform keeps no time of {path}")
        return moment

    def created(self, path: str) -> datetime:
        """When a file's bytes came: a file is written once."""
        return self.modified(path)

    def invalidate_cache(self, path: str | None = None) -> None:
        """Forget what is remembered at and below a path, or everything."""
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
            raise NotImplementedError(f"mode {mode!r}: files are read (r) or written anew (w, x)")
        size, ranged = self._opened(path)
        return StoreFileReader(
            self,
            path,
            lambda begin, end: self._read(path, ranged, begin, end),
            size,
            block_size=block_size or self.blocksize,
            cache_type=cache_type,
            cache_options=cache_options,
        )

    def cat_file(
        self, path: str, start: int | None = None, end: int | None = None, **_: Any
    ) -> bytes:
        """Read a file, or a part of it; places below 0 count from its end."""
        path = self._strip_protocol(path)
        size, ranged = self._opened(path)
        begin, stop, _step = slice(start, end).indices(size)
        return self._read(path, ranged, begin, stop)

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
            self._download(rpath, lpath, reporting(callback))

    def get(
        self,
        rpath: Any,
        lpath: Any,
        recursive: bool = False,
        callback: Any = DEFAULT_CALLBACK,
        maxdepth: int | None = None,
        **options: Any,
    ) -> None:
        """Download files and directories, several files at once."""
        plan = Plan(self)
        AbstractFileSystem.get(plan, rpath, lpath, recursive, maxdepth=maxdepth, **options)
        Copies(self._download, callback).make(plan.pairs)

    def _download(self, source: str, target: Any, progress: Progress | None = None) -> None:
        source = self._strip_protocol(source)
        if isfilelike(target):
            super().get_file(source, target)
            return
        local = Path(target)
        if self.isdir(source):
            local.mkdir(parents=True, exist_ok=True)
            return
        local.parent.mkdir(parents=True, exist_ok=True)
        if local.is_dir():
            raise _errors.is_directory(target)
        self._with_file(
            source,
            lambda file_id: self.exchange.downloadDataStoreFile(file_id, local, progress=progress),
        )

    def _opened(self, path: str) -> tuple[int, RangedFile]:
        """A file's size, and the file as it is now, to be read in parts."""
        calls = self.exchange._calls
        file, ranged = self._with_file(path, lambda file_id: run(calls._opened(file_id)))
        if file.storageSizeBytes is not None:
            return file.storageSizeBytes, ranged
        self._read(path, ranged, 0, 1)
        return ranged.size or 0, ranged

    def _read(self, path: str, ranged: RangedFile, begin: int, end: int) -> bytes:
        with asking_for(path):
            return run(self.exchange._calls._transfers.read(ranged, begin, end))

    def _with_file(self, path: str, act: Callable[[str], _Result]) -> _Result:
        """Act on the file that a path leads to, by its id."""
        with contextlib.suppress(FileNotFoundError), asking_for(path):
            return act(self._file(path)["dataStoreFileId"])
        # What was remembered is no longer true: others have deleted or replaced it.
        self._listings.forget(path)
        with asking_for(path):
            return act(self._file(path)["dataStoreFileId"])

    def _file(self, path: str) -> Info:
        info = self._listings.find(path)
        if info["type"] == "directory":
            raise _errors.is_directory(path)
        return info


def _only_if_missing(error: OSError) -> None:
    if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
        raise error
