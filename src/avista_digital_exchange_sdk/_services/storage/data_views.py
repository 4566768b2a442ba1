"""Data views of files."""

from __future__ import annotations

from ..._graphql.client import require_found
from ..._utils import validation
from ..base import BaseService


class DataViewService(BaseService):
    """Calls about data views."""

    async def createDataStoreFileDataView(self, dataStoreFileId: str) -> list[str]:
        """Create a data view of a file.

        What the platform makes of a data view is not documented.

        Args:
            dataStoreFileId: The ID of the file.

        Returns:
            The IDs of all data views of the file.

        Raises:
            InvalidParameterError: The ID is not a non-empty string.
            NotFoundError: No file with this ID exists.
            UnauthorizedError: You may not write to it.

        Example:
            >>> dataViewIds = await digitalExchange.createDataStoreFileDataView(dataStoreFileId)
            >>> len(dataViewIds)
            1
        """
        validation.require_id("dataStoreFileId", dataStoreFileId)
        response = await self._client.storage_create_data_store_file_data_view(dataStoreFileId)
        return require_found(response, "file", dataStoreFileId).dataViewIds

    async def deleteDataStoreFileDataView(self, dataStoreFileId: str, dataViewId: str) -> list[str]:
        """Delete a data view of a file. The file itself stays.

        Args:
            dataStoreFileId: The ID of the file.
            dataViewId: The ID of the data view.

        Returns:
            The IDs of the other data views of the file.

        Raises:
            InvalidParameterError: An ID is not a non-empty string.
            NotFoundError: The file does not exist, or has no data view with this ID.
            UnauthorizedError: You may not write to it.

        Example:
            >>> (dataViewId,) = await digitalExchange.createDataStoreFileDataView(dataStoreFileId)
            >>> await digitalExchange.deleteDataStoreFileDataView(dataStoreFileId, dataViewId)
            []
        """
        validation.require_id("dataStoreFileId", dataStoreFileId)
        validation.require_id("dataViewId", dataViewId)
        response = await self._client.storage_delete_data_store_file_data_view(
            dataStoreFileId, dataViewId
        )
        return require_found(response, "file", dataStoreFileId).dataViewIds
