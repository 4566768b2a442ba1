"""Local failures: full disks, read-only directories, changing files, concurrent writers."""

import asyncio
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, BinaryIO, NamedTuple

import pytest

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AvistaDigitalExchange,
    TransferError,
)
from avista_digital_exchange_sdk._utils import partial_file
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem

from ..support.faulty_proxy import Fault
from ..support.parallel_download import use_parts
from .conftest import FaultyPlatform, OpenClient

CONTENT = Random(3).randbytes(1 << 20)
DISK = 256 << 10
OLD = b"what was there before"
TIMES = ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z")
CREATE = "storage_createDataStoreFile"
ROOT = Path(__file__).parents[2]


class Existing(NamedTuple):
    """More than fits on the disk of these tests, as a file and as measurements."""

    dataStoreFileId: str
    timeSeriesDbId: str


@pytest.fixture(scope="session")
def existing(
    shared_faulty_platform: FaultyPlatform, tmp_path_factory: pytest.TempPathFactory
) -> Existing:
    source = tmp_path_factory.mktemp("source") / "load.bin"
    source.write_bytes(CONTENT)
    database = shared_faulty_platform.platform.create_database()
    local = shared_faulty_platform.local
    with shared_faulty_platform.direct() as direct:
        file = direct.uploadFileToDataStore(local.dataStoreId, local.homeDirectoryId, source)
        records = [
            direct.createTimeSeriesInputRecord(number, "SECONDS", "note", "VARCHAR", "x" * 1500)
            for number in range(300)
        ]
        direct.publishToTimeSeriesDatabase(database, "meter", records)
    return Existing(file.dataStoreFileId, database)


def mounted(folder: Path, *options: str) -> bool:
    """Whether a tmpfs could be mounted at a directory."""
    if shutil.which("mount") is None:
        return False
    command = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
    return subprocess.run(command, capture_output=True).returncode == 0


def _check_room(end: int) -> None:
    if end > DISK:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class FullDisk:
    """A file on a simulated disk with little space."""

    def __init__(self, *args: Any) -> None:
        self._file: BinaryIO = open(*args)  # noqa: SIM115  # close() closes it

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, block: bytes) -> int:
        _check_room(self._file.tell() + len(block))
        return self._file.write(block)


@pytest.fixture(params=["a real one", "one pretended"])
def full_disk(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """A directory on a disk with little space left."""
    if request.param == "one pretended":
        write_at = os.pwrite

        def write_with_little_room(descriptor: int, block: bytes, position: int) -> int:
            _check_room(position + len(block))
            return write_at(descriptor, block, position)

        monkeypatch.setattr(partial_file, "open", FullDisk, raising=False)
        monkeypatch.setattr(os, "pwrite", write_with_little_room)
        yield tmp_path
        return
    if not mounted(tmp_path, f"size={DISK}"):
        pytest.skip("no disk can be mounted here")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


@pytest.fixture
def locked_folder(tmp_path: Path) -> Iterator[Path]:
    """A read-only directory."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    if not os.access(folder, os.W_OK):
        yield folder
        return
    if not mounted(folder, "ro"):
        pytest.skip("no folder can be locked here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


Write = Callable[[AvistaDigitalExchange, Existing, Path], Any]


def download(exchange: AvistaDigitalExchange, existing: Existing, target: Path) -> Any:
    return exchange.downloadDataStoreFile(existing.dataStoreFileId, target)


def latest(exchange: AvistaDigitalExchange, existing: Existing, target: Path) -> Any:
    return exchange.listTimeSeriesAssetsAndLatestValues(existing.timeSeriesDbId, target)


def query(
    exchange: AvistaDigitalExchange, existing: Existing, target: Path, aggregate: Any, format_: Any
) -> Any:
    return exchange.queryTimeSeriesDatabaseWithFilters(
        existing.timeSeriesDbId,
        [{"assetId": "meter"}],
        *TIMES,
        target,
        format_,
        aggregate=aggregate,
    )


WRITES: dict[str, Write] = {
    "download": download,
    "server": partial(query, aggregate="server", format_="CSV"),
    "client-csv": partial(query, aggregate="client", format_="CSV"),
    "client-json": partial(query, aggregate="client", format_="JSON"),
}


@pytest.fixture
def full_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory for temporary files with little space left."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    if not mounted(folder, f"size={DISK}"):
        pytest.skip("no disk can be mounted here")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def write_in_store(exchange: AvistaDigitalExchange, existing: Existing, target: Path) -> Any:
    client = exchange._graphql_client
    options = {"token": client.token.reveal(), "endpoint": client.endpoint}
    files = DataStoreFileSystem(**options, skip_instance_cache=True)
    try:
        (store, *_) = files.ls("")
        with files.open(f"{store['name']}/load.bin", "wb") as file:
            file.write(CONTENT)
    finally:
        files.close()


def query_frame(exchange: AvistaDigitalExchange, existing: Existing, target: Path) -> Any:
    return exchange.queryTimeSeriesDatabaseToDataFrame(
        existing.timeSeriesDbId, [{"assetId": "meter"}], *TIMES, aggregate="server"
    )


class TestFullTemporaryDirectory:
    @pytest.mark.parametrize(
        "write",
        [
            write_in_store,
            query_frame,
            partial(query, aggregate="server", format_="PARQUET"),
            partial(query, aggregate="client", format_="CSV"),
            partial(query, aggregate="client", format_="JSON"),
        ],
        ids=["writer", "frame", "parquet", "csv", "json"],
    )
    def test_full_temporary_directory_raises_an_error_that_says_what_to_do(
        self,
        write: Write,
        existing: Existing,
        open_client: OpenClient,
        full_temporary_folder: Path,
        tmp_path: Path,
    ) -> None:
        with pytest.raises(
            OSError, match=r"No space left .* temporary files; set TMPDIR"
        ) as caught:
            write(open_client(), existing, tmp_path / "target")
        assert caught.value.filename == str(full_temporary_folder)
        assert [path.name for path in tmp_path.iterdir()] == ["temporary"]


class TestFullDisk:
    @pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
    def test_full_disk_raises_oserror_and_keeps_the_old_file(
        self,
        write: Write,
        existing: Existing,
        open_client: OpenClient,
        faulty_platform: FaultyPlatform,
        full_disk: Path,
    ) -> None:
        target = full_disk / "target"
        target.write_bytes(OLD)
        faulty_platform.local.exchange.queries._queries.clear()
        with pytest.raises(OSError, match=r"No space left") as caught:
            write(open_client(), existing, target)
        assert caught.value.errno == errno.ENOSPC
        assert caught.value.filename == str(target)
        assert [path.name for path in full_disk.iterdir()] == ["target"]
        assert target.read_bytes() == OLD
        assert not faulty_platform.running_queries(existing.timeSeriesDbId)

    def test_full_disk_during_a_parallel_download_raises_oserror(
        self,
        existing: Existing,
        open_client: OpenClient,
        faulty_platform: FaultyPlatform,
        full_disk: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_parts(monkeypatch, len(CONTENT) // 10)
        with pytest.raises(OSError, match=r"No space left"):
            download(open_client(), existing, full_disk / "target")
        assert not [*full_disk.iterdir()]
        assert faulty_platform.proxy.names.count("GET") > 1

    def test_full_disk_is_not_retried(
        self,
        existing: Existing,
        open_client: OpenClient,
        faulty_platform: FaultyPlatform,
        full_disk: Path,
    ) -> None:
        exchange = open_client()
        with pytest.raises(OSError, match=r"No space left"):
            download(exchange, existing, full_disk / "target")
        assert faulty_platform.proxy.names.count("GET") == 1


class TestLockedDirectory:
    @pytest.mark.parametrize("write", [*WRITES.values(), latest], ids=[*WRITES.keys(), "latest"])
    def test_read_only_directory_raises_oserror(
        self,
        write: Write,
        existing: Existing,
        open_client: OpenClient,
        faulty_platform: FaultyPlatform,
        locked_folder: Path,
    ) -> None:
        faulty_platform.local.exchange.queries._queries.clear()
        with pytest.raises(OSError, match=str(locked_folder)):
            write(open_client(), existing, locked_folder / "target")
        assert not [*locked_folder.iterdir()]
        assert not faulty_platform.running_queries(existing.timeSeriesDbId)


class TestDeletedSource:
    def test_upload_of_a_deleted_source_leaves_no_file(
        self, open_client: OpenClient, faulty_platform: FaultyPlatform, tmp_path: Path
    ) -> None:
        source = tmp_path / "load.bin"
        source.write_bytes(CONTENT)

        def remove(body: bytes) -> bytes:
            source.unlink()
            return body

        store = faulty_platform.platform.create_data_store()
        faulty_platform.proxy.expect(Fault(CREATE, "response", remove))
        with pytest.raises(FileNotFoundError, match=r"load\.bin"):
            open_client().uploadFileToDataStore(
                store["dataStoreId"], store["homeDirectoryId"], source
            )
        with faulty_platform.direct() as direct:
            assert direct.getDataStoreDirectory(store["homeDirectoryId"]).files == []


DOWNLOAD = """
import sys
from avista_digital_exchange_sdk import AvistaDigitalExchange
token, endpoint, file, target = sys.argv[1:]
with AvistaDigitalExchange(token, endpoint=endpoint) as exchange:
    exchange.downloadDataStoreFile(file, target)
"""


class TestSameTarget:
    def test_downloads_of_two_programs_to_one_path_both_write_a_complete_file(
        self, existing: Existing, faulty_platform: FaultyPlatform, tmp_path: Path
    ) -> None:
        target = tmp_path / "load.bin"
        faulty_platform.proxy.expect(Fault("GET", "response", "throttle", times=2))
        command = [
            sys.executable,
            "-c",
            DOWNLOAD,
            faulty_platform.local.token,
            faulty_platform.proxy.endpoint,
        ]
        command += [existing.dataStoreFileId, str(target)]
        programs = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
        assert [program.wait(60) for program in programs] == [0, 0]
        assert len(faulty_platform.proxy.triggered) == 2
        assert target.read_bytes() == CONTENT
        assert [*tmp_path.iterdir()] == [target]

    def test_downloads_of_many_calls_to_one_path_write_a_complete_file(
        self, existing: Existing, faulty_platform: FaultyPlatform, tmp_path: Path
    ) -> None:
        target = tmp_path / "load.bin"
        faulty_platform.proxy.expect(Fault("GET", "response", "throttle", times=5))

        async def run() -> None:
            token, endpoint = faulty_platform.local.token, faulty_platform.proxy.endpoint
            async with AsyncAvistaDigitalExchange(token, endpoint=endpoint) as exchange:
                file = existing.dataStoreFileId
                await asyncio.gather(
                    *(exchange.downloadDataStoreFile(file, target) for _ in range(5))
                )

        asyncio.run(run())
        assert target.read_bytes() == CONTENT
        assert [*tmp_path.iterdir()] == [target]

    def test_download_that_fails_keeps_the_file_of_another_download(
        self,
        existing: Existing,
        open_client: OpenClient,
        faulty_platform: FaultyPlatform,
        tmp_path: Path,
    ) -> None:
        target = tmp_path / "load.bin"
        download(open_client(), existing, target)
        faulty_platform.proxy.expect(Fault("GET", "response", "close", 0.9, times=99))
        with pytest.raises(TransferError, match=r"was interrupted"):
            download(open_client(maxRetries=0), existing, target)
        assert target.read_bytes() == CONTENT
