"""The file system as a whole: the half that reads, and here the half that changes something."""

from glob import has_magic
from typing import Any

from fsspec.core import get_compression  # type: ignore[import-untyped]  # fsspec's own lack

from .._models.paths import SEPARATOR
from .._services.storage.files import can_rename_to
from .._transfer.upload import SpooledFile
from . import _errors
from ._entries import Info
from ._errors import translate_errors
from ._uploading import UploadingFileSystem, check_target, file_ids, split, store_of
from ._writer import StoreFileWriter, StoreTextWriter, StoreTransaction


class DataStoreFileSystem(UploadingFileSystem):
    """Data stores as directories named by their ids, with everything in them.

    A path is `dx://<dataStoreId>/folder/file.csv`. Of a file that is read, the blocks that are
    needed are fetched and no others. A file that is written appears when it is closed, whole or not
    at all, in directories that are made if need be. One that was there is deleted only when the new
    one is complete; in between there are both, and paths lead to the new one.

    The object can be pickled, and used in several threads and processes; each process has
    connections of its own. A token that was given goes into the pickle, which is then as secret as
    the token, and into `to_json()` and `to_dict()` only with `include_password=True`. One that
    comes from the environment does not: each process reads its own.

    Args:
        token: Your token; the environment variable `AVISTA_DX_TOKEN` if left out.
        endpoint: The address of the platform's GraphQL API; the environment variable
            `AVISTA_DX_ENDPOINT`, then production, if left out.
        timeout: Seconds to wait for each answer, or each part of one.
        maxRetries: How often a step is tried again after a failure that may pass.
        verify: What verifies certificates: True, or the path of a bundle (PEM).
        proxy: The URL of a proxy; what the environment says if left out.
        listings_expiry_time: Seconds for which listings are remembered; None for always.
        options: What else fsspec takes: `use_listings_cache`, `max_paths`,
            `skip_instance_cache`.

    Raises:
        InvalidParameterError: There is no token, or an argument can't be used.

    Example:
        >>> import fsspec
        >>> place = f"dx://{dataStoreId}/solar_site.csv"
        >>> with fsspec.open(place, "r", token=token, endpoint=endpoint) as file:
        ...     file.readline().startswith("time,GHI")
        True
    """

    protocol = "dx"
    transaction_type = StoreTransaction

    # -- writing --------------------------------------------------------------------------------

    def _open(self, path: str, mode: str = "rb", *, autocommit: bool = True, **options: Any) -> Any:
        if mode not in ("wb", "xb"):
            return super()._open(path, mode, autocommit=autocommit, **options)
        exclusive = mode == "xb"
        if exclusive and self.exists(path):
            raise _errors.exists(path)
        if self.isdir(path):
            raise _errors.is_directory(path)

        def store(file: SpooledFile) -> None:
            self._upload(file, path, exclusive=exclusive)

        return StoreFileWriter(path, store, autocommit=autocommit)

    def open(
        self,
        path: str,
        mode: str = "rb",
        *args: Any,
        compression: str | None = None,
        **options: Any,
    ) -> Any:
        """Open a file, as `open()` does."""
        if "r" not in mode and get_compression(path, compression):
            # What compresses would leave the file behind it open, and so unwritten.
            message = (
                "fsspec.open() compresses what is written; the file system's own open() does not"
            )
            raise NotImplementedError(message)
        if "r" in mode or "b" in mode:
            return super().open(path, mode, *args, compression=compression, **options)
        names = ("encoding", "errors", "newline")
        text_options = {name: options.pop(name) for name in names if name in options}
        writer = super().open(path, mode.replace("t", "") + "b", *args, **options)
        try:
            return StoreTextWriter(writer, **text_options)
        except BaseException:
            writer.discard()
            raise

    # -- deleting and moving --------------------------------------------------------------------

    def rm_file(self, path: str) -> None:
        """Delete a file, with older ones of its name; or a directory that is empty."""
        path = self._strip_protocol(path)
        if self.isdir(path):
            self.rmdir(path)
        else:
            self._delete(path)

    def rm(self, path: Any, recursive: bool = False, maxdepth: int | None = None) -> None:
        """Delete files, and directories with everything in them if asked to."""
        if maxdepth is not None:
            super().rm(path, recursive=recursive, maxdepth=maxdepth)
            return
        for found in reversed(self._literally_or_expanded(path)):
            split(found)
            if self.isdir(found) and not recursive:
                raise _errors.is_directory(found)
            self._delete(found)

    def mv(
        self,
        path1: Any,
        path2: Any,
        recursive: bool = False,
        maxdepth: int | None = None,
        **options: Any,
    ) -> None:
        """Move a file or a directory; within a data store nothing is copied.

        To another data store, to another extension (which the platform can't change), and for lists
        and patterns, it is copied and then deleted.
        """
        if isinstance(path1, list) or (has_magic(str(path1)) and not self.exists(path1)):
            super().mv(path1, path2, recursive=recursive, maxdepth=maxdepth, **options)
            return
        source, target = self._strip_protocol(path1), self._strip_protocol(path2)
        if str(path2).endswith(SEPARATOR) or self.isdir(target):
            target = f"{target}{SEPARATOR}{split(source)[1]}"
        if source == target:
            return
        info = self._listings.find(source)
        if store_of(source) == store_of(target) and _can_be_called(split(target)[1], info):
            self._move(source, info, target)
        else:
            super().mv(source, target, recursive=recursive, maxdepth=maxdepth, **options)

    def _literally_or_expanded(self, path: Any) -> list[str]:
        """The path itself where something has that very name; otherwise what it is a pattern of."""
        if isinstance(path, list) or not self.exists(path):
            expanded: list[str] = self.expand_path(path)
            return expanded
        return [self._strip_protocol(path)]

    def _move(self, source: str, info: Info, target: str) -> None:
        parent, name = split(target)
        self.makedirs(parent, exist_ok=True)
        there = self._listings.find_uncached(target)
        with translate_errors(source):
            parent_id = self._listings.directory_id(parent)
            if info["type"] == "directory":
                check_target(target, there, exclusive=True)
                directory_id = info["dataStoreDirectoryId"]
                self.exchange.moveDataStoreDirectory(directory_id, parent_id, name)
            else:
                check_target(target, there)
                self.exchange.moveDataStoreFile(info["dataStoreFileId"], parent_id, name)
                self._delete_files(*info["others"], *file_ids(there))
        self._listings.forget(source)
        self._listings.forget(target)

    def _delete(self, path: str) -> None:
        info = self._listings.find(path)
        with translate_errors(path):
            if info["type"] == "directory":
                self.exchange.deleteDataStoreDirectory(info["dataStoreDirectoryId"])
            else:
                self._delete_files(*file_ids(info))
        self._listings.forget(path)


def _can_be_called(name: str, info: Info) -> bool:
    return info["type"] == "directory" or can_rename_to(name, info["fileExtension"])
