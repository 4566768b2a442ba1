"""Creating, renaming, moving and deleting data stores and directories; many files as one zip."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ..._generated.enums import DataStoreObjectType
from ..._graphql.client import require_found
from ..._models.directory import full_name
from ..._secrets import Secret
from ..._transfer.output_file import output_file
from ..._utils import validation
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..._utils.values import UNSET
from ...errors import InvalidParameterError
from .files import FileService, Store, require_url

if TYPE_CHECKING:
    from ..._generated.fragments import DataStoreDirectory, DataStoreFile
    from ..._generated.input_types import DataStoreObjectIdInput

ZIP_NAME = "files.zip"


class StorageService(FileService[Store]):
    """The calls that change what there is in data stores, beside those that move bytes."""

    async def createDataStore(self, name: str, description: str | None = None) -> Store:
        """Create a data store of your own.

        Args:
            name: Its name; several may have the same.
            description: What it is for.

        Returns:
            The new data store, with an empty home directory.

        Raises:
            InvalidParameterError: An argument can't be used.
            UnauthorizedError: You may not create data stores.

        Example:
            >>> created = digitalExchange.createDataStore("Wind site", "Towers 1 to 5")
            >>> created.name, created.description
            ('Wind site', 'Towers 1 to 5')
        """
        validation.require_str("name", name)
        validation.optional_str("description", description)
        answer = await self._client.storage_create_data_store(name, description)
        return self._bind(require_found(answer, "data store", name))

    async def updateDataStore(
        self, dataStoreId: str, name: str | None = None, description: str | None = None
    ) -> Store:
        """Rename a data store, or describe it anew.

        Args:
            dataStoreId: The id of the data store; you must own it.
            name: Its new name; if left out, the name stays.
            description: Its new description; if left out, the description stays.

        Returns:
            The data store as it is now.

        Raises:
            InvalidParameterError: An argument can't be used, or there is nothing to change.
            NotFoundError: There is no such data store.
            UnauthorizedError: You do not own it.

        Example:
            >>> digitalExchange.updateDataStore(dataStoreId, description="One July").description
            'One July'
        """
        validation.require_id("dataStoreId", dataStoreId)
        if name is None and description is None:
            raise InvalidParameterError("name, description: got neither; valid is one or both")
        new_name = UNSET if name is None else validation.require_str("name", name)
        validation.optional_str("description", description)
        answer = await self._client.insisting().storage_update_data_store(
            dataStoreId, new_name, UNSET if description is None else description
        )
        return self._bind(require_found(answer, "data store", dataStoreId))

    async def deleteDataStore(self, dataStoreId: str) -> Store:
        """Delete a data store with everything in it, for good.

        Args:
            dataStoreId: The id of the data store; you must own it.

        Returns:
            The data store that was deleted.

        Raises:
            InvalidParameterError: The id is not a text, or is empty.
            NotFoundError: There is no such data store.
            UnauthorizedError: You do not own it.

        Example:
            >>> unused = digitalExchange.createDataStore("Scratch")
            >>> digitalExchange.deleteDataStore(unused.dataStoreId).name
            'Scratch'
        """
        validation.require_id("dataStoreId", dataStoreId)
        answer = await self._client.storage_delete_data_store(dataStoreId)
        return self._bind(require_found(answer, "data store", dataStoreId))

    async def createDataStoreDirectory(
        self, dataStoreId: str, parentDirectoryId: str, name: str
    ) -> DataStoreDirectory:
        """Create a directory in another one.

        Args:
            dataStoreId: The id of the data store.
            parentDirectoryId: The id of the directory to create it in.
            name: Its name. The platform lets several directories have the same.

        Returns:
            The new directory, which is empty.

        Raises:
            InvalidParameterError: An argument can't be used.
            NotFoundError: There is no such data store or directory.
            UnauthorizedError: You may not write to it.

        Example:
            >>> directory = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "reports")
            >>> directory.name, directory.homeDirectory
            ('reports', False)
        """
        validation.require_id("dataStoreId", dataStoreId)
        validation.require_id("parentDirectoryId", parentDirectoryId)
        validation.require_str("name", name)
        answer = await self._client.storage_create_data_store_directory(
            dataStoreId, parentDirectoryId, name
        )
        return require_found(answer, "directory", name)

    async def renameDataStoreDirectory(
        self, dataStoreDirectoryId: str, name: str
    ) -> DataStoreDirectory:
        """Rename a directory.

        Args:
            dataStoreDirectoryId: The id of the directory.
            name: Its new name.

        Returns:
            The directory as it is now, with its contents.

        Raises:
            InvalidParameterError: An argument can't be used.
            NotFoundError: There is no such directory.
            UnauthorizedError: You may not write to its data store.

        Example:
            >>> directory = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "july")
            >>> digitalExchange.renameDataStoreDirectory(
            ...     directory.dataStoreDirectoryId, "2024-07").name
            '2024-07'
        """
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        validation.require_str("name", name)
        return await self._update_directory(dataStoreDirectoryId, name, None)

    async def moveDataStoreDirectory(
        self, dataStoreDirectoryId: str, parentDirectoryId: str, name: str | None = None
    ) -> DataStoreDirectory:
        """Move a directory, with everything in it, into another one of its data store.

        Nothing is copied, and the ids of what is in it stay the same.

        Args:
            dataStoreDirectoryId: The id of the directory.
            parentDirectoryId: The id of the directory to move it into.
            name: Its new name, where it is renamed in the same step.

        Returns:
            The directory as it is now, with its contents.

        Raises:
            InvalidParameterError: An argument can't be used.
            InvalidRequestError: It can't be there: in itself, or in another data store.
            NotFoundError: There is no such directory.
            UnauthorizedError: You may not write to its data store.

        Example:
            >>> archive = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "archive")
            >>> july = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "july")
            >>> moved = digitalExchange.moveDataStoreDirectory(
            ...     july.dataStoreDirectoryId, archive.dataStoreDirectoryId)
            >>> moved.parentDirectoryId == archive.dataStoreDirectoryId
            True
        """
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        validation.require_id("parentDirectoryId", parentDirectoryId)
        new_name = None if name is None else validation.require_str("name", name)
        return await self._update_directory(dataStoreDirectoryId, new_name, parentDirectoryId)

    async def deleteDataStoreDirectory(self, dataStoreDirectoryId: str) -> DataStoreDirectory:
        """Delete a directory with everything in it, for good.

        Args:
            dataStoreDirectoryId: The id of the directory; a home directory goes only with its
                data store.

        Returns:
            The directory that was deleted, without its contents.

        Raises:
            InvalidParameterError: The id is not a text, or is empty.
            InvalidRequestError: It is a home directory.
            NotFoundError: There is no such directory.
            UnauthorizedError: You may not write to its data store.

        Example:
            >>> directory = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "scratch")
            >>> digitalExchange.deleteDataStoreDirectory(directory.dataStoreDirectoryId).name
            'scratch'
        """
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        answer = await self._client.storage_delete_data_store_directory(dataStoreDirectoryId)
        return require_found(answer, "directory", dataStoreDirectoryId)

    async def renameDataStoreFile(self, dataStoreFileId: str, name: str) -> DataStoreFile:
        """Rename a file.

        Args:
            dataStoreFileId: The id of the file.
            name: Its new name, with its extension, which the platform can't change: `july.csv`
                may become `august.csv`, not `august.txt`.

        Returns:
            The file's metadata as it is now.

        Raises:
            InvalidParameterError: An argument can't be used, or the extension is another one.
            NotFoundError: There is no such file.
            UnauthorizedError: You may not write to its data store.

        Example:
            >>> digitalExchange.renameDataStoreFile(dataStoreFileId, "roof.csv").name
            'roof'
        """
        validation.require_str("name", name)
        file = await self.getDataStoreFileMeta(dataStoreFileId)
        return await self._update_file(dataStoreFileId, _strip_extension(name, file), None)

    async def moveDataStoreFile(
        self, dataStoreFileId: str, dataStoreDirectoryId: str, name: str | None = None
    ) -> DataStoreFile:
        """Move a file into another directory of its data store.

        Nothing is copied, and its id stays the same.

        Args:
            dataStoreFileId: The id of the file.
            dataStoreDirectoryId: The id of the directory to move it into.
            name: Its new name, where it is renamed in the same step; with its extension, which
                the platform can't change.

        Returns:
            The file's metadata as it is now.

        Raises:
            InvalidParameterError: An argument can't be used, or the extension is another one.
            InvalidRequestError: The directory is in another data store.
            NotFoundError: There is no such file or directory.
            UnauthorizedError: You may not write to its data store.

        Example:
            >>> reports = digitalExchange.createDataStoreDirectory(
            ...     dataStoreId, homeDirectoryId, "reports")
            >>> moved = digitalExchange.moveDataStoreFile(
            ...     dataStoreFileId, reports.dataStoreDirectoryId)
            >>> moved.dataStoreDirectoryId == reports.dataStoreDirectoryId
            True
        """
        validation.require_id("dataStoreFileId", dataStoreFileId)
        validation.require_id("dataStoreDirectoryId", dataStoreDirectoryId)
        bare_name = None
        if name is not None:
            validation.require_str("name", name)
            bare_name = _strip_extension(name, await self.getDataStoreFileMeta(dataStoreFileId))
        return await self._update_file(dataStoreFileId, bare_name, dataStoreDirectoryId)

    async def downloadDataStoreZip(
        self,
        dataStoreObjectIds: list[str],
        writeLocation: str | os.PathLike[str],
        *,
        progress: ProgressArgument | None = None,
    ) -> Path:
        """Download many files and directories as one zip.

        The zip appears whole or not at all; a file that is there already is replaced.

        Args:
            dataStoreObjectIds: The ids of the files and directories, mixed as you like. A
                directory comes with everything in it.
            writeLocation: The path to write to, or a folder, in which it is named `files.zip`.
            progress: True for a bar, or what is called with the bytes that have moved and the
                bytes in all, as they move; what it raises ends the transfer.

        Returns:
            The path of the zip.

        Raises:
            InvalidParameterError: An argument can't be used, or an id is of something else.
            NotFoundError: One of them does not exist; nothing is written.
            UnauthorizedError: You may not read one of them; nothing is written.
            TransferError: The bytes did not come, or not all of them.

        Example:
            >>> digitalExchange.downloadDataStoreZip([dataStoreFileId], "./").name
            'files.zip'
        """
        given = validation.require_items("dataStoreObjectIds", dataStoreObjectIds, "ids")
        wanted = [_require_object_id(index, identifier) for index, identifier in enumerate(given)]
        target = validation.resolve_output_path("writeLocation", writeLocation, ZIP_NAME)
        watch = ProgressReporter(progress)

        async def address() -> Secret[str]:
            answer = await self._client.storage_get_data_store_zip_download_url(wanted)
            return require_url(answer, "download")

        async with self._io.transfer_slot(), output_file(self._io, target) as local:
            with watch.track(target.name) as tell:
                await self._transfers.watched(tell).download(address, local, target.name)
        return target

    async def _update_directory(
        self, dataStoreDirectoryId: str, name: str | None, parentDirectoryId: str | None
    ) -> DataStoreDirectory:
        answer = await self._client.insisting().storage_update_data_store_directory(
            dataStoreDirectoryId,
            UNSET if name is None else name,
            UNSET if parentDirectoryId is None else parentDirectoryId,
        )
        return require_found(answer, "directory", dataStoreDirectoryId)

    async def _update_file(
        self, dataStoreFileId: str, name: str | None, dataStoreDirectoryId: str | None
    ) -> DataStoreFile:
        answer = await self._client.insisting().storage_update_data_store_file(
            dataStoreFileId,
            UNSET if name is None else name,
            UNSET if dataStoreDirectoryId is None else dataStoreDirectoryId,
        )
        return require_found(answer, "file", dataStoreFileId)


def can_rename_to(name: str, extension: str | None) -> bool:
    """Whether a file can be given this full name: its extension can't be changed."""
    ending = full_name("", extension)
    return name.endswith(ending) and name != ending


def _strip_extension(name: str, file: DataStoreFile) -> str:
    if not can_rename_to(name, file.fileExtension):
        valid = (
            f"a name with the file's own extension, which can't be changed: {file.fileExtension}"
        )
        raise validation.invalid_argument("name", name, valid)
    return name.removesuffix(full_name("", file.fileExtension))


def _require_object_id(index: int, given: object) -> DataStoreObjectIdInput:
    """The wire's way to name a file or a directory, whose id tells which it is."""
    from ..._generated.input_types import DataStoreObjectIdInput

    identifier = validation.require_id(f"dataStoreObjectIds[{index}]", given)
    if identifier.startswith("dataStoreFileId"):
        return DataStoreObjectIdInput(
            objectType=DataStoreObjectType.FILE, dataStoreFileId=identifier
        )
    if identifier.startswith("dataStoreDirectoryId"):
        return DataStoreObjectIdInput(
            objectType=DataStoreObjectType.DIRECTORY, dataStoreDirectoryId=identifier
        )
    valid = "a dataStoreFileId (dataStoreFileId.…) or a dataStoreDirectoryId"
    raise validation.invalid_argument(f"dataStoreObjectIds[{index}]", identifier, valid)
