"""Existing targets: files keep their mode and are replaced if possible."""

import asyncio
import logging
import os
import stat
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.mounts import Mounts

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.filterwarnings("ignore::avista_digital_exchange_sdk.MissingDataWarning")

FILTER = [{"assetId": "none"}]
TIMES = ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z")

Download = Callable[[Path], object]


@pytest.fixture
def download(exchange: AvistaDigitalExchange, stored_file_id: str) -> Download:
    """Downloads the file."""
    return lambda target: exchange.downloadDataStoreFile(stored_file_id, target)


@pytest.fixture
def environment(local: LocalExchange, stored_file_id: str) -> Mapping[str, str]:
    settings = {"AVISTA_DX_TOKEN": local.token, "AVISTA_DX_ENDPOINT": local.endpoint}
    return os.environ | settings | {"FILE_ID": stored_file_id}


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class TestMode:
    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755, 0o666, 0o200])
    def test_download_keeps_the_mode_of_the_replaced_file(
        self, mode: int, download: Download, stored_content: bytes, tmp_path: Path
    ) -> None:
        target = tmp_path / "load.bin"
        target.touch()
        target.chmod(mode)
        download(target)
        assert mode_of(target) == mode
        target.chmod(0o600)
        assert target.read_bytes() == stored_content

    @pytest.mark.parametrize("call", ["latest", "zip", "query", "parquet"])
    def test_other_calls_keep_the_mode_of_the_replaced_file(
        self,
        call: str,
        exchange: AvistaDigitalExchange,
        stored_file_id: str,
        database: str,
        tmp_path: Path,
    ) -> None:
        target = tmp_path / "result"
        target.touch(0o600)
        if call == "latest":
            exchange.listTimeSeriesAssetsAndLatestValues(database, target)
        elif call == "zip":
            exchange.downloadDataStoreZip([stored_file_id], target)
        else:
            format_ = "PARQUET" if call == "parquet" else "CSV"
            exchange.queryTimeSeriesDatabaseWithFilters(
                database, FILTER, *TIMES, target, format_, aggregate="client", errors="ignore"
            )
        assert mode_of(target) == 0o600
        assert target.stat().st_size > 0

    def test_download_of_a_new_file_has_the_default_mode(
        self, download: Download, tmp_path: Path
    ) -> None:
        (tmp_path / "usual").touch()
        download(tmp_path / "load.bin")
        assert mode_of(tmp_path / "load.bin") == mode_of(tmp_path / "usual")

    def test_download_refuses_a_read_only_file(self, download: Download, tmp_path: Path) -> None:
        target = tmp_path / "load.bin"
        target.write_bytes(b"old")
        target.chmod(0o444)
        with pytest.raises(PermissionError, match="read-only"):
            download(target)
        with pytest.raises(PermissionError, match="read-only"):
            download(tmp_path)
        assert target.read_bytes() == b"old"
        assert mode_of(target) == 0o444


DOWNLOAD = """
import os, sys
from avista_digital_exchange_sdk import AvistaDigitalExchange
with AvistaDigitalExchange() as client:
    print("before", end=" ")
    client.downloadDataStoreFile(os.environ["FILE_ID"], sys.argv[1])
    print(" after", end="")
"""


class TestStandardOutput:
    @pytest.mark.parametrize("target", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
    def test_download_writes_to_a_pipe(
        self, target: str, environment: Mapping[str, str], stored_content: bytes
    ) -> None:
        command = [sys.executable, "-c", DOWNLOAD, target]
        output = subprocess.check_output(command, env=environment, cwd=ROOT)
        assert output == b"before " + stored_content + b" after"

    def test_download_writes_to_redirected_output_in_place(
        self, environment: Mapping[str, str], stored_content: bytes, tmp_path: Path
    ) -> None:
        path = tmp_path / "output"
        with path.open("wb") as output:
            output.write(b"header ")
            output.flush()
            command = [sys.executable, "-c", DOWNLOAD, "/dev/stdout"]
            subprocess.run(command, env=environment, cwd=ROOT, stdout=output, check=True)
        assert path.read_bytes() == b"header before " + stored_content + b" after"

    def test_download_follows_a_link_to_standard_output(
        self, environment: Mapping[str, str], stored_content: bytes, tmp_path: Path
    ) -> None:
        link = tmp_path / "link"
        link.symlink_to("/dev/stdout")
        command = [sys.executable, "-c", DOWNLOAD, str(link)]
        output = subprocess.check_output(command, env=environment, cwd=ROOT)
        assert output == b"before " + stored_content + b" after"
        assert link.is_symlink()


class TestFifo:
    @pytest.fixture
    def fifo(self, tmp_path: Path) -> Path:
        path = tmp_path / "fifo"
        os.mkfifo(path)
        return path

    def test_download_to_a_fifo_waits_for_a_reader(
        self, download: Download, fifo: Path, stored_content: bytes
    ) -> None:
        received: list[bytes] = []
        reader = threading.Timer(0.3, lambda: received.append(fifo.read_bytes()))
        reader.start()
        download(fifo)
        reader.join(60)
        assert received == [stored_content]
        assert fifo.is_fifo()

    def test_download_to_a_directory_writes_to_a_fifo_with_that_name(
        self, download: Download, tmp_path: Path, stored_content: bytes
    ) -> None:
        os.mkfifo(tmp_path / "load.bin")
        received: list[bytes] = []
        reader = threading.Thread(
            target=lambda: received.append((tmp_path / "load.bin").read_bytes())
        )
        reader.start()
        download(tmp_path)
        reader.join(60)
        assert received == [stored_content]

    def test_download_to_a_fifo_fails_when_the_reader_closes(
        self, download: Download, fifo: Path
    ) -> None:
        def read_a_little() -> None:
            with fifo.open("rb", buffering=0) as file:
                file.read(10)

        reader = threading.Thread(target=read_a_little)
        reader.start()
        with pytest.raises(BrokenPipeError):
            download(fifo)
        reader.join(60)

    @pytest.mark.parametrize("reads", [False, True], ids=["no-reader", "slow-reader"])
    def test_async_download_to_a_fifo_can_be_cancelled(
        self, reads: bool, fifo: Path, local: LocalExchange, stored_file_id: str
    ) -> None:
        reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK) if reads else None

        async def run() -> None:
            async with AsyncAvistaDigitalExchange(local.token, endpoint=local.endpoint) as client:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(1):
                        await client.downloadDataStoreFile(stored_file_id, fifo)

        # It waits for its threads at the end.
        asyncio.run(run())
        if reading is not None:
            os.close(reading)

    def test_async_download_to_a_fifo_does_not_block_the_loop(
        self, fifo: Path, local: LocalExchange, stored_file_id: str, stored_content: bytes
    ) -> None:
        async def read() -> bytes:
            await asyncio.sleep(0.3)
            process = await asyncio.create_subprocess_exec(
                "cat", str(fifo), stdout=asyncio.subprocess.PIPE
            )
            output, _ = await process.communicate()
            return output

        async def run() -> bytes:
            async with AsyncAvistaDigitalExchange(local.token, endpoint=local.endpoint) as client:
                _, output = await asyncio.gather(
                    client.downloadDataStoreFile(stored_file_id, fifo), read()
                )
            return output

        assert asyncio.run(run()) == stored_content


class TestDevice:
    def test_download_writes_to_a_device(self, download: Download) -> None:
        download(Path(os.devnull))
        assert Path(os.devnull).is_char_device()

    def test_download_to_a_full_device_fails(self, download: Download) -> None:
        if not Path("/dev/full").exists():
            pytest.skip("there is no such device here")
        with pytest.raises(OSError, match="No space left") as caught:
            download(Path("/dev/full"))
        assert caught.value.filename == "/dev/full"


class TestIrreplaceableFile:
    def test_download_writes_a_mounted_file_in_place(
        self,
        download: Download,
        mounts: Mounts,
        tmp_path: Path,
        stored_content: bytes,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        source, target = tmp_path / "source", tmp_path / "target"
        source.write_bytes(b"older and longer" * len(stored_content))
        source.chmod(0o640)
        target.touch()
        mounts.bind(source, target)
        with caplog.at_level(logging.WARNING):
            download(target)
        assert source.read_bytes() == stored_content
        assert mode_of(target) == 0o640
        assert f"{target} is written in place" in caplog.text
        assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "target"]

    def test_download_writes_in_place_in_a_read_only_directory(
        self, download: Download, mounts: Mounts, tmp_path: Path, stored_content: bytes
    ) -> None:
        source, folder = tmp_path / "source", tmp_path / "folder"
        source.write_bytes(b"old")
        folder.mkdir()
        (folder / "target").touch()
        mounts.read_only(folder)
        mounts.bind(source, folder / "target")
        download(folder / "target")
        assert source.read_bytes() == stored_content
        with pytest.raises(OSError, match=str(folder / "other")):
            download(folder / "other")

    def test_download_to_a_mounted_file_on_a_full_disk_loses_nothing(
        self, download: Download, mounts: Mounts, tmp_path: Path
    ) -> None:
        disk, target = tmp_path / "disk", tmp_path / "target"
        disk.mkdir()
        target.touch()
        mounts.memory(disk, "size=256k")
        (disk / "source").write_bytes(b"old")
        mounts.bind(disk / "source", target)
        with pytest.raises(OSError, match="No space left"):
            download(target)
        assert target.read_bytes() == b"old"


class TestLinks:
    def test_download_to_a_directory_follows_a_link_within_it(
        self, download: Download, tmp_path: Path, stored_content: bytes
    ) -> None:
        (tmp_path / "load.bin").symlink_to("newest.bin")
        download(tmp_path)
        assert (tmp_path / "load.bin").is_symlink()
        assert (tmp_path / "newest.bin").read_bytes() == stored_content

    @pytest.mark.parametrize("outside", ["../outside", "../folder/../outside"])
    def test_download_to_a_directory_refuses_a_link_out_of_it(
        self, outside: str, download: Download, tmp_path: Path
    ) -> None:
        folder = tmp_path / "folder"
        folder.mkdir()
        (folder / "load.bin").symlink_to(outside)
        with pytest.raises(PermissionError, match="a link leads out of"):
            download(folder)
        assert [path.name for path in tmp_path.iterdir()] == ["folder"]

    def test_download_to_a_directory_that_is_a_link_stays_in_it(
        self, download: Download, tmp_path: Path, stored_content: bytes
    ) -> None:
        (tmp_path / "folder").mkdir()
        (tmp_path / "link").symlink_to("folder")
        download(tmp_path / "link")
        assert (tmp_path / "folder" / "load.bin").read_bytes() == stored_content


def acl_for(user: int) -> bytes:
    """An access control list by which a user, but not the file's group, may read and write."""
    undefined_id = 0xFFFFFFFF
    entries = [
        (1, 6, undefined_id),
        (2, 6, user),
        (4, 0, undefined_id),
        (16, 6, undefined_id),
        (32, 0, undefined_id),
    ]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


@pytest.mark.skipif(sys.platform != "linux", reason="access control lists are kept elsewhere there")
class TestAccessControlList:
    NAME = "system.posix_acl_access"

    def test_download_keeps_the_acl(
        self, download: Download, tmp_path: Path, stored_content: bytes
    ) -> None:
        target = tmp_path / "load.bin"
        target.touch()
        try:
            os.setxattr(target, self.NAME, acl_for(12345))
        except OSError:
            pytest.skip("there are none here")
        download(target)
        assert os.getxattr(target, self.NAME) == acl_for(12345)
        assert target.read_bytes() == stored_content

    def test_download_that_cannot_keep_the_acl_denies_group_access(
        self, download: Download, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target = tmp_path / "load.bin"
        target.touch()
        try:
            os.setxattr(target, self.NAME, acl_for(12345))
        except OSError:
            pytest.skip("there are none here")

        def refuse(*_: object) -> None:
            raise OSError(95, "Operation not supported")

        monkeypatch.setattr(os, "setxattr", refuse)
        download(target)
        assert mode_of(target) == 0o600
