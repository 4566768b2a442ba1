"""The complete file system; this module adds writing, deleting and moving."""

from glob import has_magic
from typing import Any

from fsspec.core import get_compression  # type: ignore[import-untyped]  # untyped

from .._models.paths import SEPARATOR
from .._services.storage.files import can_rename_to
from .._transfer.upload import SpooledFile
from . import _errors
from ._copying import CopyingFileSystem
from ._entries import Info, get_name
from ._errors import translate_errors
from ._upload_steps import check_target, file_ids
from ._uploading import get_store, split
from ._writer import StoreFileWriter, StoreTextWriter, StoreTransaction


class DataStoreFileSystem(CopyingFileSystem):
    """An fsspec file system in which data stores are directories, named by their IDs.

    A path is `dx://<dataStoreId>/folder/file.csv`, or `dx://Solar site/folder/file.csv` with the
    name of a data store, if the name is unique among those that you own or that are shared with
    you. Returned paths have the ID. Reading fetches only the required blocks. Written files appear
    atomically when they are closed; missing parent directories are created. An existing file is
    deleted after the new one is complete; in between both exist, and paths resolve to the new one.

    The object can be pickled, and used in several threads and processes; each process has its own
    connections. A token passed as an argument is part of the pickle, which is then as secret as the
    token; `to_json()` and `to_dict()` contain it only with `include_password=True`. A token from
    the environment is in none of them: each process reads its own environment.

    Args:
        token: A token from energy.collaboratives.io. Defaults to the environment variable
            `AVISTA_DX_TOKEN`, or else to the token that `avista-dx login` stored.
        endpoint: The URL of the platform's GraphQL API. Defaults to the environment variable
            `AVISTA_DX_ENDPOINT`, or else to that of the profile, or else to the production API.
        timeout: Read timeout in seconds for each response, or for each chunk of a file. Defaults to
            60.
        maxRetries: Maximum number of retries after a transient failure, with exponential backoff.
            Defaults to 4.
        maxConcurrency: Maximum number of concurrent requests to the API, 1 to 64. Defaults to 8.
        verify: TLS verification: True (default) for the operating system's certificates, or the
            path of a CA bundle (PEM).
        proxy: The URL of an HTTP proxy. Defaults to the proxy environment variables (`HTTPS_PROXY`,
            `NO_PROXY` and so on).
        profile: The name of a profile with token and endpoint. It has priority over the environment
            variables. Defaults to the environment variable `AVISTA_DX_PROFILE`, or else to the
            profile `default`.
        allowHttp: Whether the endpoint may be an `http://` URL of a host in a private network, to
            which the token is sent unencrypted. Defaults to whether the environment variable
            `AVISTA_DX_ALLOW_HTTP` is 1.
        listings_expiry_time: Time in seconds for which listings are cached; None for no limit.
            Defaults to 30.
        options: Further options of fsspec: `use_listings_cache`, `max_paths`,
            `skip_instance_cache`.

    Raises:
        InvalidParameterError: The token is missing, or an argument is invalid.

    Example:
        >>> import fsspec
        >>> path = f"dx://{dataStoreId}/solar_site.csv"
        >>> with fsspec.open(path, "r", token=token, endpoint=endpoint) as file:
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
        """Open a file like the built-in `open()`."""
        if "r" not in mode and get_compression(path, compression):
            # Compressors would leave the underlying file open, and so not uploaded.
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
        """Delete a file, including older files of the same name, or an empty directory."""
        path = self._strip_protocol(path)
        if self.isdir(path):
            self.rmdir(path)
        else:
            self._delete(path)

    def rm(self, path: Any, recursive: bool = False, maxdepth: int | None = None) -> None:
        """Delete files, and with `recursive` directories with everything in them."""
        if maxdepth is not None:
            super().rm(path, recursive=recursive, maxdepth=maxdepth)
            return
        for found in reversed(self._expand_unless_literal(path)):
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
        """Move a file or a directory, without copying within a data store.

        To another data store or file extension (which the platform cannot change), and for lists
        and patterns, it is copied and then deleted; `callback` and `max_files` are those of
        `copy()`.
        """
        if isinstance(path1, list) or (has_magic(str(path1)) and not self.exists(path1)):
            self._copy_and_delete(path1, path2, recursive, maxdepth, options)
            return
        source, target = self._strip_protocol(path1), self._strip_protocol(path2)
        if str(path2).endswith(SEPARATOR) or self.isdir(target):
            target = f"{target}{SEPARATOR}{split(source)[1]}"
        if source == target:
            return
        info = self._listings.find(source)
        if get_store(source) == get_store(target) and _can_be_named(get_name(info, target), info):
            self._move(source, info, target)
        else:
            self._copy_and_delete(source, target, recursive, maxdepth, options)

    def _copy_and_delete(
        self, path1: Any, path2: Any, recursive: bool, maxdepth: int | None, options: dict[str, Any]
    ) -> None:
        # What could not be copied must not be deleted.
        options = options | {"on_error": "raise"}
        self.copy(path1, path2, recursive=recursive, maxdepth=maxdepth, **options)
        self.rm(path1, recursive=recursive)

    def _expand_unless_literal(self, path: Any) -> list[str]:
        """Return the path itself if it exists, otherwise the matches of the pattern."""
        if isinstance(path, list) or not self.exists(path):
            expanded: list[str] = self.expand_path(path)
            return expanded
        return [self._strip_protocol(path)]

    def _move(self, source: str, info: Info, target: str) -> None:
        parent, _ = split(target)
        name = get_name(info, target)
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
                self._delete_files(*info["duplicates"], *file_ids(there))
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


def _can_be_named(name: str, info: Info) -> bool:
    return info["type"] == "directory" or can_rename_to(name, info["fileExtension"])
