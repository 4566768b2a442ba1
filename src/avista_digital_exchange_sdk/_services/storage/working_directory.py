"""The methods of data stores: paths relative to a working directory."""

from __future__ import annotations

import inspect
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from ..._models.data_store import Binding
from ..._models.paths import HERE, SEPARATOR, UP, find_directory, find_files, split_path
from ..._utils import validation
from ..._utils.argument_aliases import accept_aliases
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


# The directories from the home directory, exclusive, to a directory.
DirectoryPath = tuple[PathEntry, ...]


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
            path: The new working directory, relative to the present one, or to the home directory
                if it begins with `/`. `..` is the parent directory.

        Returns:
            None. The working directory does not change if the path does not exist.

        Raises:
            InvalidParameterError: The path is not a non-empty string, or is that of a file.
            NotFoundError: The directory does not exist.
            UnauthorizedError: You may not read the data store.

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
            path: The directory, relative to the working directory, or to the home directory if it
                begins with `/`. Defaults to the working directory.

        Returns:
            The directory. `directories` and `files` list its entries; `printContents()` prints
            them.

        Raises:
            InvalidParameterError: The path is not a non-empty string, or is that of a file.
            NotFoundError: The directory does not exist.
            UnauthorizedError: You may not read the data store.

        Example:
            >>> [file.name for file in (await dataStore.ls()).files]
            ['solar_site']
        """
        validation.require_str("path", path)
        return await self._get_directory(await self._resolve_path("path", path))

    async def pwd(self) -> str:
        """Get the path of the working directory.

        Returns:
            The absolute path. `/` is the home directory.

        Raises:
            DigitalExchangeError: The data store is detached from its client.

        Example:
            >>> await dataStore.pwd()
            '/'
        """
        return _to_path(self._path)

    @accept_aliases(localPath="localFilePath")
    async def uploadFile(
        self,
        localFilePath: str | os.PathLike[str],
        name: str | None = None,
        description: str | None = None,
        *,
        progress: ProgressArgument | None = None,
    ) -> DataStoreFile:
        """Upload a local file.

        An existing file of the same name is kept; paths then resolve to the newer file.

        Args:
            localFilePath: The path of the local file. It may have at most 5 GiB.
            name: The path of the new file. If it ends with `/` it is that of a directory, in
                which the file keeps its local name. Defaults to the working directory.
            description: The description.
            progress: A callback `(done, total)` in bytes, or True for a progress bar. An exception
                raised by it cancels the transfer.

        Returns:
            The new file's metadata.

        Raises:
            InvalidParameterError: An argument is invalid.
            PathNotFoundError: The local file does not exist.
            NotFoundError: The directory of `name` does not exist.
            UnauthorizedError: You may not write to the data store.
            TransferError: The upload failed.

        Example:
            >>> file = await dataStore.uploadFile("solar_site.csv", "july.csv")
            >>> file.name, file.fileExtension
            ('july', 'csv')
        """
        source = validation.require_file("localFilePath", localFilePath)
        target = "" if name is None else validation.require_str("name", name)
        parent, separator, own_name = target.rpartition(SEPARATOR)
        if own_name in (HERE, UP):
            raise validation.invalid_argument(
                "name", name, "the path of a file, or of a directory with a trailing /"
            )
        path_entries = await self._resolve_path("name", parent + separator)
        return await self._files.uploadFileToDataStore(
            self._store.dataStoreId,
            self._get_directory_id(path_entries),
            source,
            own_name or None,
            description,
            progress=progress,
        )

    @accept_aliases(filename="path")
    async def downloadFile(
        self,
        path: str,
        writeLocation: str | os.PathLike[str] = "./",
        *,
        progress: ProgressArgument | None = None,
    ) -> DataStoreFile:
        """Download a file to the local file system.

        The output file appears only when it is complete. An existing file is replaced.

        Args:
            path: The file, relative to the working directory, or to the home directory if it
                begins with `/`. If several files have this name, it is the newest one.
            writeLocation: The path of the output file, or a directory, in which the file keeps its
                name.
            progress: A callback `(done, total)` in bytes, or True for a progress bar. An exception
                raised by it cancels the transfer.

        Returns:
            The file's metadata.

        Raises:
            InvalidParameterError: An argument is invalid, or the path is that of a directory.
            NotFoundError: The file does not exist.
            UnauthorizedError: You may not read the data store.
            TransferError: The file could not be downloaded completely.

        Example:
            >>> (await dataStore.downloadFile("solar_site.csv", "copy.csv")).storageSizeBytes
            14854
        """
        file = await self._find_file(path)
        return await self._files.downloadDataStoreFile(
            file.dataStoreFileId, writeLocation, progress=progress
        )

    @accept_aliases(filename="path")
    async def deleteFile(self, path: str) -> DataStoreFile:
        """Delete a file permanently.

        Args:
            path: The file, relative to the working directory, or to the home directory if it
                begins with `/`. If several files have this name, it is the newest one.

        Returns:
            The metadata of the deleted file.

        Raises:
            InvalidParameterError: The path is not a non-empty string, or is that of a directory.
            NotFoundError: The file does not exist.
            UnauthorizedError: You may not delete it.

        Example:
            >>> (await dataStore.deleteFile("solar_site.csv")).name
            'solar_site'
        """
        file = await self._find_file(path)
        return await self._files.deleteDataStoreFile(file.dataStoreFileId)

    async def help(self) -> None:
        """Print the methods of a data store.

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
        descriptions = {
            _format_call(name, method): inspect.getdoc(method) or ""
            for name, method in vars(WorkingDirectory).items()
            if not name.startswith("_")
        }
        width = max(map(len, descriptions))
        for call, description in descriptions.items():
            sys.stdout.write(f"{call:<{width}}  {description.partition(chr(10))[0]}\n")

    def _get_directory_id(self, path_entries: DirectoryPath) -> str:
        directory_id = path_entries[-1].directoryId if path_entries else self._store.homeDirectoryId
        if directory_id is None:
            raise NotFoundError(f"the data store {self._store.dataStoreId} has no home directory")
        return directory_id

    async def _get_directory(self, path_entries: DirectoryPath) -> DataStoreDirectory:
        return await self._directories.getDataStoreDirectory(self._get_directory_id(path_entries))

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
        parent = await self._get_directory(path_entries)
        directory = find_directory(name, parent.directories)
        if directory is not None:
            return (*path_entries, PathEntry(directory.name, directory.dataStoreDirectoryId))
        if find_files(name, parent.files):
            raise validation.invalid_argument(
                argument, path, "the path of a directory", note=f"{name} is a file"
            )
        raise _build_not_found_error("directory", name, path_entries)

    async def _find_file(self, path: str) -> DataStoreFile:
        valid = "the path of a file"
        directory, separator, name = validation.require_str("path", path).rpartition(SEPARATOR)
        if not split_path(name) or name == UP:
            raise validation.invalid_argument("path", path, valid)
        path_entries = await self._resolve_path("path", directory + separator)
        parent = await self._get_directory(path_entries)
        if files := find_files(name, parent.files):
            return files[0]
        if find_directory(name, parent.directories):
            raise validation.invalid_argument("path", path, valid, note=f"{name} is a directory")
        raise _build_not_found_error("file", name, path_entries)


def _to_path(path_entries: DirectoryPath) -> str:
    return SEPARATOR + SEPARATOR.join(entry.name for entry in path_entries)


def _build_not_found_error(what: str, name: str, path_entries: DirectoryPath) -> NotFoundError:
    return NotFoundError(f"no {what} {validation.format_value(name)} in {_to_path(path_entries)}")


def _format_call(name: str, method: Any) -> str:
    """Format the signature of a method without annotations."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in parameters]
    return f"{name}{inspect.Signature(plain)}"
