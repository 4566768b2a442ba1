"""Fixtures: a file on the platform, and local mounts."""

from collections.abc import Iterator

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.mounts import Mounts, mounting


@pytest.fixture
def mounts() -> Iterator[Mounts]:
    """Mounts file systems for the duration of a test."""
    with mounting() as mounts:
        yield mounts


@pytest.fixture(scope="session")
def stored_content() -> bytes:
    """The content of the file on the platform."""
    return bytes(range(256)) * 4096


@pytest.fixture(scope="session")
def stored_file_id(
    local: LocalExchange, stored_content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The id of a file on the platform."""
    source = tmp_path_factory.mktemp("source") / "load.bin"
    source.write_bytes(stored_content)
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as client:
        file = client.uploadFileToDataStore(local.dataStoreId, local.homeDirectoryId, source)
    return file.dataStoreFileId
