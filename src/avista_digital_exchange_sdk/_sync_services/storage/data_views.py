# Generated from src/avista_digital_exchange_sdk/_services/storage/data_views.py by scripts/generate.

"""The sync variant of: Data views of files."""

from __future__ import annotations

from ..._backends import run_sync
from ..._services.base import SyncService
from ..._services.storage.data_views import DataViewService

__all__ = ["SyncDataViewService"]


class SyncDataViewService(SyncService):
    """Calls about data views."""

    def createDataStoreFileDataView(self, dataStoreFileId: str) -> list[str]:
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
            >>> dataViewIds = digitalExchange.createDataStoreFileDataView(dataStoreFileId)
            >>> len(dataViewIds)
            1
        """
        return run_sync(DataViewService.createDataStoreFileDataView(self._calls, dataStoreFileId))

    def deleteDataStoreFileDataView(self, dataStoreFileId: str, dataViewId: str) -> list[str]:
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
            >>> (dataViewId,) = digitalExchange.createDataStoreFileDataView(dataStoreFileId)
            >>> digitalExchange.deleteDataStoreFileDataView(dataStoreFileId, dataViewId)
            []
        """
        return run_sync(
            DataViewService.deleteDataStoreFileDataView(self._calls, dataStoreFileId, dataViewId)
        )
