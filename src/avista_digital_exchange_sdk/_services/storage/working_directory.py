"""Going through a data store as through a file system: paths from a working directory."""

from __future__ import annotations

import inspect
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from ..._models.data_store import Binding
from ..._models.paths import HERE, SEPARATOR, UP, find_directory, find_files, split_path
from ..._utils import validation
from ..._utils.progress import ProgressArgument
from ...errors import NotFoundError
from .directories import DirectoryService
from .files import FileService

if TYPE_CHECKING:
    from ..._generated.fragments import DataStore, DataStoreDirectory, DataStoreFile


class PathEntry(NamedTuple):
    """A directory below the home directory."""

    name: str
    directoryId: str


DirectoryPath = tuple[PathEntry, ...]
"""Where a directory is: the way to it from the home directory."""


class WorkingDirectory(Binding):
    """The methods of a data store, as coroutines.

    `DataStore` and `AsyncDataStore` have generated methods that run these.
    """

    def __init__(
        self,
        directories: DirectoryService,
        files: FileService,
        store: DataStore,
        path: DirectoryPath = (),
    ) -> None:
        self._directories = directories
        self._files = files
        self._store = store
        self._path = path

    def __deepcopy__(self, memo: object) -> Self:
        return type(self)(self._directories, self._files, self._store, self._path)

    async def cd(self, path: str) -> None:
        """Change the working directory.

        Args:
            path: The directory to go to: from the working directory, or from the home directory
                if it begins with `/`. `..` goes up.

        Returns:
            None; the working directory stays as it is if the path leads nowhere.

        Raises:
            InvalidParameterError: The path is not a text, is empty, or leads to a file.
            NotFoundError: There is no such directory.
            UnauthorizedError: You may not see the data store.

        Example:
            >>> await dataStore.cd("/")
            >>> await dataStore.pwd()
            '/'
        """
        validation.require_str("path", path)
        self._path = await self._resolve_path("path", path)

    async def ls(self, path: str = ".") -> DataStoreDirectory:
        """Get a directory with its contents.

        Args:
            path: The directory, from the working directory or, with a `/` at its beginning, from
                the home directory; the working directory itself if left out.

        Returns:
            The directory. `directories` and `files` hold its entries; `printContents()` prints
            them.

        Raises:
            InvalidParameterError: The path is not a text, is empty, or leads to a file.
            NotFoundError: There is no such directory.
            UnauthorizedError: You may not see the data store.

        Example:
            >>> [file.name for file in (await dataStore.ls()).files]
            ['solar_site']
        """
        validation.require_str("path", path)
        return await self._directory(await self._resolve_path("path", path))

    async def pwd(self) -> str:
        """Tell the working directory.

        Returns:
            Its path from the home directory, which is `/`.

        Raises:
            DigitalExchangeError: The data store is detached from its client.

        Example:
            >>> await dataStore.pwd()
            '/'
        """
        return _to_path(self._path)

    async def uploadFile(
        self,
        localFilePath: str | os.PathLike[str],
        name: str | None = None,
        description: str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> DataStoreFile:
        """Upload a local file.

        A file of the same name that is there already stays; paths then lead to the newer one.

        Args:
            localFilePath: The path of the local file; at most 5 GiB.
            name: The file's name in the working directory, or a path; if that ends with `/` it
                is a directory, in which the file keeps its local name.
            description: What the file is.
            progress: True for a bar, or what is called with the bytes that have moved and the
                bytes in all, as they move; what it raises ends the transfer.

        Returns:
            The new file's metadata.

        Raises:
            InvalidParameterError: An argument can't be used.
            PathNotFoundError: There is no such local file.
            NotFoundError: There is no such directory in the data store.
            UnauthorizedError: You may not write to the data store.
            TransferError: The bytes could not be sent.

        Example:
            >>> file = await dataStore.uploadFile("solar_site.csv", "july.csv")
            >>> file.name, file.fileExtension
            ('july', 'csv')
        """
        source = validation.require_file("localFilePath", localFilePath)
        given = "" if name is None else validation.require_str("name", name)
        folder, separator, own_name = given.rpartition(SEPARATOR)
        if own_name in (HERE, UP):
            raise validation.invalid_argument(
                "name", name, "the path of a file, or of a directory with a trailing /"
            )
        path_entries = await self._resolve_path("name", folder + separator)
        return await self._files.uploadFileToDataStore(
            self._store.dataStoreId,
            self._id(path_entries),
            source,
            own_name or None,
            description,
            progress=progress,
        )

    async def downloadFile(
        self,
        path: str,
        writeLocation: str | os.PathLike[str] = "./",
        *,
        progress: ProgressArgument | None = None,
    ) -> DataStoreFile:
        """Download a file to the local file system.

        The file appears whole or not at all; one that is there already is replaced.

        Args:
            path: The file, from the working directory or, with a `/` at its beginning, from the
                home directory. Of several of one name it is the newest.
            writeLocation: The path to write to, or a folder, in which the file keeps its name.
            progress: True for a bar, or what is called with the bytes that have moved and the
                bytes in all, as they move; what it raises ends the transfer.

        Returns:
            The file's metadata.

        Raises:
            InvalidParameterError: An argument can't be used, or the path leads to a directory.
            NotFoundError: There is no such file.
            UnauthorizedError: You may not read the data store.
            TransferError: The bytes did not come, or not all of them.

        Example:
            >>> (await dataStore.downloadFile("solar_site.csv", "copy.csv")).storageSizeBytes
            14854
        """
        file = await self._find_file(path)
        return await self._files.downloadDataStoreFile(
            file.dataStoreFileId, writeLocation, progress=progress
        )

    async def deleteFile(self, path: str) -> DataStoreFile:
        """Delete a file for good.

        Args:
            path: The file, from the working directory or, with a `/` at its beginning, from the
                home directory. Of several of one name it is the newest.

        Returns:
            The metadata of the file that was deleted.

        Raises:
            InvalidParameterError: The path is not a text, is empty, or leads to a directory.
            NotFoundError: There is no such file.
            UnauthorizedError: You may not delete it.

        Example:
            >>> (await dataStore.deleteFile("solar_site.csv")).name
            'solar_site'
        """
        file = await self._find_file(path)
        return await self._files.deleteDataStoreFile(file.dataStoreFileId)

    async def help(self) -> None:
        """Print what a data store can do.

        Returns:
            None.

        Raises:
            DigitalExchangeError: The data store is detached from its client.

        Example:
            >>> await dataStore.help()
            cd(path)        Change the working directory.
            ls(path='.')    Get a directory with its contents.
            ...
        """
        told = {
            _format_path(name, method): inspect.getdoc(method) or ""
            for name, method in vars(WorkingDirectory).items()
            if not name.startswith("_")
        }
        width = max(map(len, told))
        for call, description in told.items():
            sys.stdout.write(f"{call:<{width}}  {description.partition(chr(10))[0]}\n")

    def _id(self, path_entries: DirectoryPath) -> str:
        directory_id = path_entries[-1].directoryId if path_entries else self._store.homeDirectoryId
        if directory_id is None:
            raise NotFoundError(f"the data store {self._store.dataStoreId} has no home directory")
        return directory_id

    async def _directory(self, path_entries: DirectoryPath) -> DataStoreDirectory:
        return await self._directories.getDataStoreDirectory(self._id(path_entries))

    async def _resolve_path(self, argument: str, path: str) -> DirectoryPath:
        path_entries = () if path.startswith(SEPARATOR) else self._path
        for name in split_path(path):
            path_entries = (
                path_entries[:-1]
                if name == UP
                else await self._resolve_component(argument, path, path_entries, name)
            )
        return path_entries

    async def _resolve_component(
        self, argument: str, path: str, path_entries: DirectoryPath, name: str
    ) -> DirectoryPath:
        within = await self._directory(path_entries)
        directory = find_directory(name, within.directories)
        if directory is not None:
            return (*path_entries, PathEntry(directory.name, directory.dataStoreDirectoryId))
        if find_files(name, within.files):
            raise validation.invalid_argument(
                argument, path, "the path of a directory", note=f"{name} is a file"
            )
        raise _missing("directory", name, path_entries)

    async def _find_file(self, path: str) -> DataStoreFile:
        valid = "the path of a file"
        folder, separator, name = validation.require_str("path", path).rpartition(SEPARATOR)
        if not split_path(name) or name == UP:
            raise validation.invalid_argument("path", path, valid)
        path_entries = await self._resolve_path("path", folder + separator)
        within = await self._directory(path_entries)
        if files := find_files(name, within.files):
            return files[0]
        if find_directory(name, within.directories):
            raise validation.invalid_argument("path", path, valid, note=f"{name} is a directory")
        raise _missing("file", name, path_entries)


def _to_path(path_entries: DirectoryPath) -> str:
    return SEPARATOR + SEPARATOR.join(step.name for step in path_entries)


def _missing(what: str, name: str, path_entries: DirectoryPath) -> NotFoundError:
    return NotFoundError(
        f"there is no {what} {validation.format_value(name)} in {_to_path(path_entries)}"
    )


def _format_path(name: str, method: Any) -> str:
    """A method's call as a user writes it."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    return f"{name}{inspect.Signature(plain)}"
