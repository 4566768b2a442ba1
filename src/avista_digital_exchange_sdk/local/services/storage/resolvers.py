"""The storage operations of the schema."""

from __future__ import annotations

from ...database import Row
from ...state import Context, Resolver

# Data stores


async def list_data_stores(
    context: Context, userId: str | None = None, organizationId: str | None = None
) -> list[Row]:
    """Return the caller's data stores, or those of others that the caller may see."""
    return context.exchange.data_stores.list_data_stores(context.caller, userId, organizationId)


async def get_data_store(context: Context, dataStoreId: str) -> Row:
    """Return a data store."""
    return context.exchange.data_stores.get(context.caller, dataStoreId)


async def create_data_store(context: Context, name: str, description: str | None = None) -> Row:
    """Add a data store."""
    return context.exchange.data_stores.create(context.caller, name, description)


async def update_data_store(
    context: Context, dataStoreId: str, name: str | None = None, description: str | None = None
) -> Row:
    """Rename or describe a data store."""
    return context.exchange.data_stores.update(context.caller, dataStoreId, name, description)


async def delete_data_store(context: Context, dataStoreId: str) -> Row:
    """Delete a data store."""
    return await context.exchange.data_stores.delete(context.caller, dataStoreId)


# Directories


async def get_directory(context: Context, dataStoreDirectoryId: str) -> Row:
    """Return a directory."""
    return context.exchange.directories.get(context.caller, dataStoreDirectoryId)


async def create_directory(
    context: Context, dataStoreId: str, parentDirectoryId: str, name: str
) -> Row:
    """Add a directory."""
    return context.exchange.directories.create(context.caller, dataStoreId, parentDirectoryId, name)


async def update_directory(
    context: Context,
    dataStoreDirectoryId: str,
    name: str | None = None,
    parentDirectoryId: str | None = None,
) -> Row:
    """Rename or move a directory."""
    return context.exchange.directories.update(
        context.caller, dataStoreDirectoryId, name, parentDirectoryId
    )


async def delete_directory(context: Context, dataStoreDirectoryId: str) -> Row:
    """Delete a directory."""
    return await context.exchange.directories.delete(context.caller, dataStoreDirectoryId)


# Files


async def get_file(context: Context, dataStoreFileId: str) -> Row:
    """Return a file's metadata."""
    return context.exchange.files.get(context.caller, dataStoreFileId)


async def get_file_download_url(context: Context, dataStoreFileId: str) -> Row:
    """Return where a file's bytes are."""
    return context.exchange.files.download_url(context.caller, dataStoreFileId)


async def get_zip_download_url(context: Context, dataStoreObjectIds: list[Row | None]) -> Row:
    """Return where one zip of many files and directories is."""
    return await context.exchange.files.zip_url(context.caller, dataStoreObjectIds)


async def create_file(
    context: Context,
    dataStoreId: str,
    dataStoreDirectoryId: str,
    name: str,
    fileExtension: str,
    description: str | None = None,
) -> Row:
    """Add a file and return the URL for its upload."""
    return context.exchange.files.create(
        context.caller,
        dataStoreId,
        dataStoreDirectoryId,
        name=name,
        file_extension=fileExtension,
        description=description,
    )


async def update_file(
    context: Context,
    dataStoreFileId: str,
    dataStoreDirectoryId: str | None = None,
    name: str | None = None,
    description: str | None = None,
) -> Row:
    """Rename, describe or move a file."""
    return context.exchange.files.update(
        context.caller,
        dataStoreFileId,
        directory_id=dataStoreDirectoryId,
        name=name,
        description=description,
    )


async def delete_file(context: Context, dataStoreFileId: str) -> Row:
    """Delete a file."""
    return context.exchange.files.delete(context.caller, dataStoreFileId)


async def create_data_view(context: Context, dataStoreFileId: str) -> Row:
    """Add a data view to a file."""
    return context.exchange.files.create_data_view(context.caller, dataStoreFileId)


async def delete_data_view(context: Context, dataStoreFileId: str, dataViewId: str) -> Row:
    """Remove a data view from a file."""
    return context.exchange.files.delete_data_view(context.caller, dataStoreFileId, dataViewId)


QUERIES: dict[str, Resolver] = {
    "storage_listDataStores": list_data_stores,
    "storage_getDataStore": get_data_store,
    "storage_getDataStoreDirectory": get_directory,
    "storage_getDataStoreFile": get_file,
    "storage_getDataStoreFileDownloadUrl": get_file_download_url,
    "storage_getDataStoreZipDownloadUrl": get_zip_download_url,
}
MUTATIONS: dict[str, Resolver] = {
    "storage_createDataStore": create_data_store,
    "storage_updateDataStore": update_data_store,
    "storage_deleteDataStore": delete_data_store,
    "storage_createDataStoreDirectory": create_directory,
    "storage_updateDataStoreDirectory": update_directory,
    "storage_deleteDataStoreDirectory": delete_directory,
    "storage_createDataStoreFile": create_file,
    "storage_updateDataStoreFile": update_file,
    "storage_deleteDataStoreFile": delete_file,
    "storage_createDataStoreFileDataView": create_data_view,
    "storage_deleteDataStoreFileDataView": delete_data_view,
}
