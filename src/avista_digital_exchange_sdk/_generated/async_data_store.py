# Generated from src/avista_digital_exchange_sdk/_services/storage/working_directory.py by scripts/generate.

"""The data store of the async client."""

import os

from .._utils.argument_aliases import accept_aliases
from .._utils.progress import ProgressArgument
from .fragments import DataStore, DataStoreDirectory, DataStoreFile


class AsyncDataStore(DataStore):
    """A data store of the async client; its methods are coroutines."""

    async def cd(self, path: str) -> None:  # type: ignore[override]  # the base class is sync
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
        await self._calls.cd(path)

    async def ls(self, path: str = ".") -> DataStoreDirectory:  # type: ignore[override]  # the base class is sync
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
        result: DataStoreDirectory = await self._calls.ls(path)
        return result

    async def pwd(self) -> str:  # type: ignore[override]  # the base class is sync
        """Get the path of the working directory.

        Returns:
            The absolute path. `/` is the home directory.

        Raises:
            DigitalExchangeError: The data store is detached from its client.

        Example:
            >>> await dataStore.pwd()
            '/'
        """
        result: str = await self._calls.pwd()
        return result

    @accept_aliases(localPath="localFilePath")
    async def uploadFile(  # type: ignore[override]  # the base class is sync
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
        result: DataStoreFile = await self._calls.uploadFile(
            localFilePath, name, description, progress=progress
        )
        return result

    @accept_aliases(filename="path")
    async def downloadFile(  # type: ignore[override]  # the base class is sync
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
        result: DataStoreFile = await self._calls.downloadFile(
            path, writeLocation, progress=progress
        )
        return result

    @accept_aliases(filename="path")
    async def deleteFile(self, path: str) -> DataStoreFile:  # type: ignore[override]  # the base class is sync
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
        result: DataStoreFile = await self._calls.deleteFile(path)
        return result

    async def help(self) -> None:  # type: ignore[override]  # the base class is sync
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
        await self._calls.help()
