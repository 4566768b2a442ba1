"""Data stores, directories and files."""

from .data_stores import DataStoreService
from .data_views import DataViewService
from .directories import DirectoryService
from .files import FileService
from .zips import ZipService

__all__ = ["StorageService"]


class StorageService(DataStoreService, DirectoryService, FileService, DataViewService, ZipService):
    """Calls about data stores, their directories and files."""
