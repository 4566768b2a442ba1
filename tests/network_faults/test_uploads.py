"""Uploads over a network that fails: the file is there once and whole, or not at all."""

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
from .conftest import IMPATIENT, PATIENCE, Far, Reach, in_time
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
    """A directory on the platform, and the local file that goes there."""

    far: Far
    dataStoreId: str
    homeDirectoryId: str
    source: Path

    def upload(self, exchange: AvistaDigitalExchange) -> DataStoreFile:
        return exchange.uploadFileToDataStore(self.dataStoreId, self.homeDirectoryId, self.source)

    def files(self) -> list[DataStoreFile]:
        """What the platform holds."""
        with self.far.direct() as direct:
            return direct.getDataStoreDirectory(self.homeDirectoryId).files

    def content(self, file: DataStoreFile) -> bytes:
        self.far.proxy.expect()
        target = self.source.with_name("again")
        with self.far.direct() as direct:
            direct.downloadDataStoreFile(file.dataStoreFileId, target)
        return target.read_bytes()


@pytest.fixture
def place(far: Far, tmp_path: Path) -> Place:
    """An empty directory, and a file to go there."""
    source = tmp_path / "load.bin"
    source.write_bytes(CONTENT)
    store = far.platform.create_data_store()
    return Place(far, store["dataStoreId"], store["homeDirectoryId"], source)


@scenarios(
    cuts("PUT"),
    refusals("PUT"),
    lateness("PUT"),
    breaks_between((META, 0)),
    refusals(META)[::5],
)
def test_a_failure_that_passes_changes_nothing(
    fault: Fault, place: Place, reach: Reach, far: Far
) -> None:
    exchange = reach()
    far.proxy.expect(fault)
    file = place.upload(exchange)
    assert far.proxy.triggered
    assert place.files() == [file]
    assert file.storageSizeBytes == len(CONTENT)
    assert place.content(file) == CONTENT


@scenarios(silences("PUT")[:2], silences(META)[2:])
def test_a_silent_network_is_waited_for_as_long_as_the_user_says(
    fault: Fault, place: Place, reach: Reach, far: Far
) -> None:
    exchange = reach(timeout=PATIENCE)
    far.proxy.expect(fault)
    file = place.upload(exchange)
    assert far.proxy.triggered
    assert place.files() == [file]
    assert place.content(file) == CONTENT


@in_time
@scenarios(
    [
        Fault("PUT", "request", "reset", 0.5, times=99),
        Fault("PUT", "response", "close", times=99),
        Fault("PUT", "response", "stall", times=99),
        Fault("PUT", "request", http("503 Service Unavailable", HTML), times=99),
        Fault("PUT", "response", http("500 Internal Server Error", HTML), times=99),
    ]
)
def test_a_failure_that_stays_is_an_error_and_leaves_no_file(
    fault: Fault, place: Place, reach: Reach, far: Far
) -> None:
    exchange = reach(timeout=PATIENCE, maxRetries=1)
    far.proxy.expect(fault)
    with pytest.raises(TransferError, match=r"load\.bin"):
        place.upload(exchange)
    assert len(far.proxy.triggered) == 2
    assert place.files() == []


@scenarios(
    breaks_between((CREATE, 0)),
    refusals(CREATE),
    silences(CREATE),
)
def test_the_file_is_created_once_at_most(
    fault: Fault, place: Place, reach: Reach, far: Far
) -> None:
    exchange = reach(**IMPATIENT)
    far.proxy.expect(fault)
    try:
        file = place.upload(exchange)
    except DigitalExchangeError as error:
        # A file of which only its record came into being is told of.
        notes = " ".join(getattr(error, "__notes__", ()))
        assert all(file.storageSizeBytes is None for file in place.files())
        assert len(place.files()) <= 1
        assert not place.files() or "may now contain an empty file" in notes
    else:
        assert far.proxy.triggered
        assert place.files() == [file]
        assert place.content(file) == CONTENT


@scenarios(breaks_between((DELETE, 0)), refusals(DELETE)[::3], silences(DELETE)[:1])
def test_the_record_of_a_failed_upload_is_removed_whatever_happens(
    fault: Fault, place: Place, reach: Reach, far: Far
) -> None:
    exchange = reach(timeout=PATIENCE)
    far.proxy.expect(Fault("PUT", "request", http("403 Forbidden", HTML)), fault)
    with pytest.raises(TransferError, match=r"load\.bin was refused: 403"):
        place.upload(exchange)
    assert len(far.proxy.triggered) == 2
    assert place.files() == []


@scenarios([Fault(META, direction, "reset", times=99) for direction in ("request", "response")])
def test_a_file_whose_metadata_cannot_be_had_is_named_by_the_error(
    fault: Fault, place: Place, reach: Reach, far: Far
) -> None:
    exchange = reach()
    far.proxy.expect(fault)
    with pytest.raises(ConnectionFailedError) as caught:
        place.upload(exchange)
    (file,) = place.files()
    (note,) = caught.value.__notes__
    assert file.dataStoreFileId in note
    assert "was uploaded" in note
    assert place.content(file) == CONTENT


def test_a_refusal_that_comes_while_the_bytes_still_go_is_an_error_at_once(
    place: Place, reach: Reach, far: Far
) -> None:
    exchange = reach()
    far.proxy.expect(Fault("PUT", "request", http("403 Forbidden", HTML)))
    with pytest.raises(TransferError, match=r"load\.bin was refused: 403"):
        place.upload(exchange)
    assert far.proxy.names == [CREATE, "PUT", DELETE]
    assert place.files() == []


@in_time
def test_a_network_that_takes_no_bytes_is_not_waited_for_for_ever(
    place: Place, reach: Reach, far: Far
) -> None:
    # More than the buffers of all sockets on the way hold.
    place.source.write_bytes(bytes(32 << 20))
    exchange = reach(timeout=PATIENCE, maxRetries=0)
    far.proxy.expect(Fault("PUT", "request", "stall", 0.1))
    with pytest.raises(TransferError, match=r"within 1\.5 s \(write timeout\)"):
        place.upload(exchange)
    assert place.files() == []
