# Generated from src/avista_digital_exchange_sdk/_services/storage/working_directory.py by scripts/generate.

"""The data store of the async client."""

import os

from .._utils.progress import ProgressArgument
from .fragments import DataStore, DataStoreDirectory, DataStoreFile


class AsyncDataStore(DataStore):
    """A data store of the async client: its methods are awaited."""

    async def cd(self, path: str) -> None:  # type: ignore[override]  # its base blocks
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
        await self._calls.cd(path)

    async def ls(self, path: str = ".") -> DataStoreDirectory:  # type: ignore[override]  # its base blocks
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
        result: DataStoreDirectory = await self._calls.ls(path)
        return result

    async def pwd(self) -> str:  # type: ignore[override]  # its base blocks
        """Tell the working directory.

        Returns:
            Its path from the home directory, which is `/`.

        Raises:
            DigitalExchangeError: The data store is detached from its client.

        Example:
            >>> await dataStore.pwd()
            '/'
        """
        result: str = await self._calls.pwd()
        return result

    async def uploadFile(  # type: ignore[override]  # its base blocks
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
        result: DataStoreFile = await self._calls.uploadFile(
            localFilePath, name, description, progress=progress
        )
        return result

    async def downloadFile(  # type: ignore[override]  # its base blocks
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
        result: DataStoreFile = await self._calls.downloadFile(
            path, writeLocation, progress=progress
        )
        return result

    async def deleteFile(self, path: str) -> DataStoreFile:  # type: ignore[override]  # its base blocks
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
        result: DataStoreFile = await self._calls.deleteFile(path)
        return result

    async def help(self) -> None:  # type: ignore[override]  # its base blocks
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
        await self._calls.help()
