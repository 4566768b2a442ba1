"""What a data store holds, however it got there; and how a storage refuses."""

from avista_digital_exchange_sdk.file_system import DataStoreFileSystem

from ..support.fake_platform import FakeResponse

REFUSED = FakeResponse(403, b"<Error><Code>AccessDenied</Code></Error>")


def files_in(fs: DataStoreFileSystem, path: str) -> list[tuple[str, int | None]]:
    """Every file of a directory as the platform has it, even what no path leads to."""
    directory = fs.exchange.getDataStoreDirectory(fs.info(path)["dataStoreDirectoryId"])
    return [(file.name, file.storageSizeBytes) for file in directory.files]


def contents(fs: DataStoreFileSystem, path: str) -> dict[str, bytes]:
    """Every file below a directory, by its path from there."""
    return {found.removeprefix(f"{path}/"): fs.cat_file(found) for found in fs.find(path)}
