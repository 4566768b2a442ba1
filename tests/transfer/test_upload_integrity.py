"""An upload is a consistent snapshot of the file, verified by the storage's checksum."""

import hashlib
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, TransferError
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.clients import RUNNER
from ..support.fake_platform import FakeResponse
from ..support.options import use_options
from ..support.proxy import Proxy

# More than fits into two socket buffers, so that the file is still being read.
SIZE = 48 << 20

OTHER_ETAG = {"ETag": f'"{hashlib.md5(b"other").hexdigest()}"'}


@pytest.fixture(autouse=True)
def _short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    use_options(monkeypatch, initial_retry_delay=0.001)


@pytest.fixture
def client(connect: Connect, proxy: Proxy, local: LocalExchange) -> AvistaDigitalExchange:
    """A client that tries again twice."""
    return connect(local.token, endpoint=proxy.endpoint, maxRetries=2)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "meter.bin"
    with path.open("wb") as file:
        file.truncate(SIZE)
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "meter.csv"
    path.write_bytes(b"time,kW\n0,12.5\n")
    return path


class Directory:
    """The home directory of a new data store."""

    def __init__(self, client: AvistaDigitalExchange, data_store: dict[str, str]) -> None:
        self.client = client
        self.dataStoreId = data_store["dataStoreId"]
        self.directoryId = data_store["homeDirectoryId"]

    def upload(self, path: Path) -> None:
        self.client.uploadFileToDataStore(self.dataStoreId, self.directoryId, path)

    def contents(self, folder: Path) -> list[bytes]:
        """The contents of the files on the platform."""
        files = self.client.getDataStoreDirectory(self.directoryId).files
        target = folder / "downloaded"
        contents = []
        for file in files:
            self.client.downloadDataStoreFile(file.dataStoreFileId, target)
            contents.append(target.read_bytes())
        return contents


@pytest.fixture
def directory(client: AvistaDigitalExchange, data_store: dict[str, str]) -> Directory:
    return Directory(client, data_store)


def overwrite(path: Path) -> None:
    """Write other bytes near the end, of the same size."""
    with path.open("r+b") as file:
        file.seek(-7, os.SEEK_END)
        file.write(b"changed")


def overwrite_and_restore_time(path: Path) -> None:
    status = path.stat()
    overwrite(path)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replace(path: Path) -> None:
    """Replace it with another file of the same size and time."""
    status = path.stat()
    other = path.with_suffix(".new")
    other.write_bytes(bytes(SIZE - 7) + b"changed")
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


CHANGES = [overwrite, overwrite_and_restore_time, replace]


class TestChangingFile:
    @pytest.mark.parametrize("change", CHANGES)
    def test_upload_restarts_when_the_file_changes_once(
        self,
        change: Callable[[Path], None],
        directory: Directory,
        proxy: Proxy,
        large: Path,
        tmp_path: Path,
    ) -> None:
        changes = [change]
        proxy.before_upload = lambda: changes.pop()(large) if changes else None
        directory.upload(large)
        assert len(proxy.messages_named("PUT")) == 2
        (content,) = directory.contents(tmp_path)
        assert content == bytes(SIZE - 7) + b"changed"

    @pytest.mark.parametrize("change", CHANGES)
    def test_upload_fails_when_the_file_keeps_changing(
        self,
        change: Callable[[Path], None],
        directory: Directory,
        proxy: Proxy,
        large: Path,
        tmp_path: Path,
    ) -> None:
        proxy.before_upload = lambda: change(large)
        with pytest.raises(TransferError, match=r"meter\.bin (changed|was replaced) while"):
            directory.upload(large)
        assert len(proxy.messages_named("PUT")) == 3
        assert directory.contents(tmp_path) == []

    def test_upload_fails_when_the_file_is_deleted(
        self, directory: Directory, proxy: Proxy, large: Path, tmp_path: Path
    ) -> None:
        proxy.before_upload = lambda: large.unlink(missing_ok=True)
        with pytest.raises(FileNotFoundError):
            directory.upload(large)
        assert directory.contents(tmp_path) == []

    def test_upload_fails_when_the_file_is_longer_than_its_size(
        self, directory: Directory, tmp_path: Path
    ) -> None:
        if not Path("/proc/self/status").exists():
            pytest.skip("there is no such file here")
        with pytest.raises(TransferError, match="has more bytes than its size"):
            directory.upload(Path("/proc/self/status"))
        assert directory.contents(tmp_path) == []


class TestChecksum:
    def test_upload_is_retried_when_the_storage_has_other_bytes(
        self, directory: Directory, proxy: Proxy, small: Path, tmp_path: Path
    ) -> None:
        proxy.responses["PUT"] = [FakeResponse(200, headers=OTHER_ETAG)]
        directory.upload(small)
        assert directory.contents(tmp_path) == [small.read_bytes()]

    def test_upload_fails_when_the_storage_always_has_other_bytes(
        self, directory: Directory, proxy: Proxy, small: Path, tmp_path: Path
    ) -> None:
        proxy.responses["PUT"] = [FakeResponse(200, headers=OTHER_ETAG)] * 3
        with pytest.raises(TransferError, match=r"meter\.csv .*checksum") as caught:
            directory.upload(small)
        assert caught.value.path == str(small)
        assert directory.contents(tmp_path) == []

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"ETag": '"not-an-md5"'},
            {"ETag": f'{OTHER_ETAG["ETag"][:-1]}-3"'},
            {"ETag": f"W/{OTHER_ETAG['ETag']}"},
            {**OTHER_ETAG, "x-amz-server-side-encryption": "aws:kms"},
            {**OTHER_ETAG, "x-amz-server-side-encryption": "aws:kms:dsse"},
            {**OTHER_ETAG, "x-amz-server-side-encryption-customer-algorithm": "AES256"},
        ],
    )
    def test_upload_ignores_etags_that_are_no_md5(
        self, headers: dict[str, str], directory: Directory, proxy: Proxy, small: Path
    ) -> None:
        proxy.responses["PUT"] = [FakeResponse(200, headers=headers)]
        directory.upload(small)
        assert len(proxy.messages_named("PUT")) == 1

    def test_upload_verifies_the_etag_under_s3_managed_encryption(
        self, directory: Directory, proxy: Proxy, small: Path
    ) -> None:
        headers = {**OTHER_ETAG, "x-amz-server-side-encryption": "AES256"}
        proxy.responses["PUT"] = [FakeResponse(200, headers=headers)]
        directory.upload(small)
        assert len(proxy.messages_named("PUT")) == 2


class TestOtherUploads:
    @pytest.fixture
    def fs(self, local: LocalExchange, proxy: Proxy) -> DataStoreFileSystem:
        return DataStoreFileSystem(
            token=local.token, endpoint=proxy.endpoint, maxRetries=1, skip_instance_cache=True
        )

    def test_data_store_method_retries_when_the_storage_has_other_bytes(
        self, directory: Directory, proxy: Proxy, small: Path, tmp_path: Path
    ) -> None:
        store = directory.client.getDataStore(directory.dataStoreId)
        proxy.responses["PUT"] = [FakeResponse(200, headers=OTHER_ETAG)]
        uploaded: Any = store.uploadFile(small)
        if inspect.isawaitable(uploaded):
            RUNNER.run(uploaded)
        assert directory.contents(tmp_path) == [small.read_bytes()]

    @pytest.mark.parametrize("times", [1, 2])
    def test_writer_keeps_the_old_file_unless_the_storage_has_the_new_bytes(
        self, times: int, fs: DataStoreFileSystem, proxy: Proxy, data_store: dict[str, str]
    ) -> None:
        path = f"{data_store['dataStoreId']}/meter.csv"
        fs.pipe(path, b"old")
        proxy.responses["PUT"] = [FakeResponse(200, headers=OTHER_ETAG)] * times
        file = fs.open(path, "wb")
        file.write(b"new")
        if times == 1:
            file.close()
        else:
            with pytest.raises(TransferError, match="checksum"):
                file.close()
        assert fs.cat(path) == (b"new" if times == 1 else b"old")
        assert [info["duplicates"] for info in fs.ls(data_store["dataStoreId"], refresh=True)] == [
            ()
        ]
        fs.close()

    def test_put_restarts_when_the_file_changes(
        self, fs: DataStoreFileSystem, proxy: Proxy, data_store: dict[str, str], large: Path
    ) -> None:
        changes = [overwrite]
        proxy.before_upload = lambda: changes.pop()(large) if changes else None
        fs.put(str(large), f"{data_store['dataStoreId']}/")
        path = f"{data_store['dataStoreId']}/{large.name}"
        assert fs.cat_file(path, start=-7) == b"changed"
        fs.close()
