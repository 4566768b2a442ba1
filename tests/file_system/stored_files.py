"""The contents of data stores, and the error response of a storage."""

from avista_digital_exchange_sdk.file_system import DataStoreFileSystem

from ..support.fake_platform import FakeResponse

REFUSED = FakeResponse(403, b"<Error><Code>AccessDenied</Code></Error>")


def files_in(fs: DataStoreFileSystem, path: str) -> list[tuple[str, int | None]]:
    """Every file of a directory on the platform, including those without a path."""
    directory = fs.exchange.getDataStoreDirectory(fs.info(path)["dataStoreDirectoryId"])
    return [(file.name, file.storageSizeBytes) for file in directory.files]


def contents(fs: DataStoreFileSystem, path: str) -> dict[str, bytes]:
    """The relative paths of all files below a directory."""
    return {found.removeprefix(f"{path}/"): fs.cat_file(found) for found in fs.find(path)}
