"""Uploads over a faulty network: one complete file, or none."""

from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    ConnectionFailedError,
    DataStoreFile,
    DigitalExchangeError,
    TransferError,
)

from ..support.faulty_proxy import Fault
from .conftest import SHORT_TIMEOUT, SHORT_TIMEOUT_MANY_RETRIES, FaultyPlatform, OpenClient
from .scenarios import (
    HTML,
    breaks_between,
    cuts,
    http,
    lateness,
    refusals,
    scenarios,
    silences,
)

CREATE = "storage_createDataStoreFile"
DELETE = "storage_deleteDataStoreFile"
META = "storage_getDataStoreFile"
CONTENT = Random(2).randbytes(1 << 20)


class Place(NamedTuple):
    """A directory on the platform, and the local file to upload."""

    far: FaultyPlatform
    dataStoreId: str
    homeDirectoryId: str
    source: Path

    def upload(self, exchange: AvistaDigitalExchange) -> DataStoreFile:
        return exchange.uploadFileToDataStore(self.dataStoreId, self.homeDirectoryId, self.source)

    def files(self) -> list[DataStoreFile]:
        """The files on the platform."""
        with self.far.direct() as direct:
            return direct.getDataStoreDirectory(self.homeDirectoryId).files

    def content(self, file: DataStoreFile) -> bytes:
        self.far.proxy.expect()
        target = self.source.with_name("again")
        with self.far.direct() as direct:
            direct.downloadDataStoreFile(file.dataStoreFileId, target)
        return target.read_bytes()


@pytest.fixture
def location(faulty_platform: FaultyPlatform, tmp_path: Path) -> Place:
    """An empty directory, and a file to upload."""
    source = tmp_path / "load.bin"
    source.write_bytes(CONTENT)
    store = faulty_platform.platform.create_data_store()
    return Place(faulty_platform, store["dataStoreId"], store["homeDirectoryId"], source)


@scenarios(
    cuts("PUT"),
    refusals("PUT"),
    lateness("PUT"),
    breaks_between((META, 0)),
    refusals(META)[::5],
)
def test_upload_succeeds_after_a_transient_fault(
    fault: Fault, location: Place, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    file = location.upload(exchange)
    assert faulty_platform.proxy.triggered
    assert location.files() == [file]
    assert file.storageSizeBytes == len(CONTENT)
    assert location.content(file) == CONTENT


@scenarios(silences("PUT")[:2], silences(META)[2:])
def test_upload_waits_for_a_silent_network_up_to_the_timeout(
    fault: Fault, location: Place, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    exchange = open_client(timeout=SHORT_TIMEOUT)
    faulty_platform.proxy.expect(fault)
    file = location.upload(exchange)
    assert faulty_platform.proxy.triggered
    assert location.files() == [file]
    assert location.content(file) == CONTENT


@scenarios(
    [
        Fault("PUT", "request", "reset", 0.5, times=99),
        Fault("PUT", "response", "close", times=99),
        Fault("PUT", "response", "stall", times=99),
        Fault("PUT", "request", http("503 Service Unavailable", HTML), times=99),
        Fault("PUT", "response", http("500 Internal Server Error", HTML), times=99),
    ]
)
def test_upload_fails_on_a_permanent_fault_and_leaves_no_file(
    fault: Fault, location: Place, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    exchange = open_client(timeout=SHORT_TIMEOUT, maxRetries=1)
    faulty_platform.proxy.expect(fault)
    with pytest.raises(TransferError, match=r"load\.bin"):
        location.upload(exchange)
    assert len(faulty_platform.proxy.triggered) == 2
    assert location.files() == []


@scenarios(
    breaks_between((CREATE, 0)),
    refusals(CREATE),
    silences(CREATE),
)
def test_upload_creates_the_file_at_most_once(
    fault: Fault, location: Place, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    exchange = open_client(**SHORT_TIMEOUT_MANY_RETRIES)
    faulty_platform.proxy.expect(fault)
    try:
        file = location.upload(exchange)
    except DigitalExchangeError as error:
        # The error names a file of which only the record was created.
        notes = " ".join(getattr(error, "__notes__", ()))
        assert all(file.storageSizeBytes is None for file in location.files())
        assert len(location.files()) <= 1
        assert not location.files() or "may now contain an empty file" in notes
    else:
        assert faulty_platform.proxy.triggered
        assert location.files() == [file]
        assert location.content(file) == CONTENT


@scenarios(breaks_between((DELETE, 0)), refusals(DELETE)[::3], silences(DELETE)[:1])
def test_upload_that_fails_always_removes_its_record(
    fault: Fault, location: Place, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    exchange = open_client(timeout=SHORT_TIMEOUT)
    faulty_platform.proxy.expect(Fault("PUT", "request", http("403 Forbidden", HTML)), fault)
    with pytest.raises(TransferError, match=r"load\.bin was refused: 403"):
        location.upload(exchange)
    assert len(faulty_platform.proxy.triggered) == 2
    assert location.files() == []


@scenarios([Fault(META, direction, "reset", times=99) for direction in ("request", "response")])
def test_upload_error_names_a_file_whose_metadata_is_unavailable(
    fault: Fault, location: Place, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    with pytest.raises(ConnectionFailedError) as caught:
        location.upload(exchange)
    (file,) = location.files()
    (note,) = caught.value.__notes__
    assert file.dataStoreFileId in note
    assert "was uploaded" in note
    assert location.content(file) == CONTENT


def test_upload_that_is_refused_while_sending_fails_at_once(
    location: Place, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(Fault("PUT", "request", http("403 Forbidden", HTML)))
    with pytest.raises(TransferError, match=r"load\.bin was refused: 403"):
        location.upload(exchange)
    assert faulty_platform.proxy.names == [CREATE, "PUT", DELETE]
    assert location.files() == []


def test_upload_to_a_network_that_accepts_no_bytes_times_out(
    location: Place, open_client: OpenClient, faulty_platform: FaultyPlatform
) -> None:
    # More than fits into all socket buffers on the way.
    location.source.write_bytes(bytes(32 << 20))
    exchange = open_client(timeout=SHORT_TIMEOUT, maxRetries=0)
    faulty_platform.proxy.expect(Fault("PUT", "request", "stall", 0.1))
    with pytest.raises(TransferError, match=r"within 1\.5 s \(write timeout\)"):
        location.upload(exchange)
    assert location.files() == []
