# Generated from src/avista_digital_exchange_sdk/_services/storage/__init__.py by scripts/generate.

"""The sync variant of: Data stores, directories and files."""

from __future__ import annotations

from ..._services.storage import __all__
from .data_stores import SyncDataStoreService
from .data_views import SyncDataViewService
from .directories import SyncDirectoryService
from .files import SyncFileService
from .zips import SyncZipService

__all__ = ["SyncStorageService"]


class SyncStorageService(
    SyncDataStoreService, SyncDirectoryService, SyncFileService, SyncDataViewService, SyncZipService
):
    """Calls about data stores, their directories and files."""
