"""Writing and replacing files by path, atomically."""

import sys
import tracemalloc
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import fsspec
import pytest

from avista_digital_exchange_sdk import TransferError
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem, UnsentFileWarning
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.proxy import Proxy
from .stored_files import REFUSED, contents, files_in


class TestWriting:
    def test_written_file_exists_after_close(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with file_system.open(f"{home}/reports/load.csv", "wb") as file:
            file.write(b"12.5\n")
            file.write(b"13\n")
            assert not file_system.exists(f"{home}/reports")
        assert file_system.cat(f"{home}/reports/load.csv") == b"12.5\n13\n"

    def test_written_text_uses_the_requested_encoding_and_newlines(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with file_system.open(f"{home}/load.csv", "w", encoding="utf-8", newline="") as file:
            file.write("°C\n")
        assert file_system.cat(f"{home}/load.csv") == "°C\n".encode()

    def test_written_file_supports_seek(self, file_system: DataStoreFileSystem, home: str) -> None:
        with file_system.open(f"{home}/load.bin", "wb") as file:
            file.write(b"????body")
            file.seek(0)
            file.write(b"head")
        assert file_system.cat(f"{home}/load.bin") == b"headbody"

    @pytest.mark.skipif(sys.platform == "win32", reason="there it has a name")
    def test_written_file_uses_an_unnamed_temporary_file(
        self, file_system: DataStoreFileSystem, home: str, spool: Path
    ) -> None:
        with file_system.open(f"{home}/load.csv", "wb") as file:
            file.write(b"12.5" * (1 << 20))
            assert list(spool.iterdir()) == []

    def test_written_large_file_uses_constant_memory(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        block = bytes(1 << 20)
        tracemalloc.start()
        try:
            with file_system.open(f"{home}/large.bin", "wb") as file:
                for _ in range(48):
                    file.write(block)
            with file_system.open(f"{home}/large.bin", block_size=1 << 17) as file:
                while file.read(1 << 20):
                    pass
            assert tracemalloc.get_traced_memory()[1] < 16 << 20
        finally:
            tracemalloc.stop()
        assert file_system.size(f"{home}/large.bin") == 48 << 20

    def test_written_file_is_compressed_by_fsspec(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with pytest.raises(NotImplementedError, match=r"fsspec\.open\(\) compresses"):
            file_system.open(f"{home}/load.csv.gz", "wb", compression="infer")
        with file_system.open(f"{home}/load.csv", "wb", compression="infer") as file:
            file.write(b"12.5")
        assert file_system.cat(f"{home}/load.csv") == b"12.5"

    @pytest.mark.parametrize("mode", ["ab", "a", "r+b"])
    def test_unsupported_mode_is_refused(
        self, mode: str, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with pytest.raises(NotImplementedError, match="mode"):
            file_system.open(f"{home}/load.csv", mode)

    def test_directory_is_not_overwritten(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.mkdir(f"{home}/reports")
        with pytest.raises(IsADirectoryError):
            file_system.open(f"{home}/reports", "wb")
        with pytest.raises(IsADirectoryError):
            file_system.pipe(f"{home}/reports", b"1")

    @pytest.mark.parametrize("path", ["load.csv", ""])
    def test_path_outside_data_stores_is_refused(
        self, path: str, file_system: DataStoreFileSystem
    ) -> None:
        with pytest.raises((PermissionError, IsADirectoryError)):
            file_system.pipe(path, b"1")

    def test_user_without_write_access_is_refused(self, local: LocalExchange) -> None:
        fs = DataStoreFileSystem(token=local.tokens["reader"], endpoint=local.endpoint)
        with pytest.raises(PermissionError):
            fs.pipe(f"{local.dataStoreId}/mine.csv", b"1")
        assert not fs.exists(f"{local.dataStoreId}/mine.csv")
        fs.close()


@pytest.fixture
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of temporary files."""
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def fail_in(context: AbstractContextManager[Any], act: Callable[[Any], object]) -> None:
    with context as entered:
        act(entered)
        raise ZeroDivisionError


class TestAtomicity:
    @pytest.fixture(autouse=True)
    def _old(self, file_system: DataStoreFileSystem, home: str) -> None:
        file_system.pipe(f"{home}/load.csv", b"old")

    @pytest.mark.parametrize("mode", ["wb", "w"])
    def test_error_while_writing_keeps_the_old_file(
        self, mode: str, file_system: DataStoreFileSystem, home: str, spool: Path
    ) -> None:
        with pytest.raises(ZeroDivisionError) as raised:
            fail_in(
                file_system.open(f"{home}/load.csv", mode),
                lambda file: file.write("new" if mode == "w" else b"new"),
            )
        assert raised.value.__notes__ == [f"dx://{home}/load.csv was not written"]
        assert file_system.cat(f"{home}/load.csv") == b"old"
        assert files_in(file_system, home) == [("load", 3)]
        assert list(spool.iterdir()) == []

    def test_error_in_a_file_opened_by_fsspec_keeps_the_old_file(
        self, file_system: DataStoreFileSystem, home: str, local: LocalExchange
    ) -> None:
        options = {"token": local.token, "endpoint": local.endpoint}
        opening = fsspec.open(f"dx://{home}/load.csv", "wb", compression="gzip", **options)
        with pytest.raises(ZeroDivisionError):
            fail_in(opening, lambda file: file.write(b"new"))
        assert file_system.cat(f"{home}/load.csv") == b"old"
        fsspec.filesystem("dx", **options).close()

    def test_error_being_handled_elsewhere_does_not_prevent_the_upload(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            with file_system.open(f"{home}/load.csv", "wb") as file:
                file.write(b"new")
        assert file_system.cat(f"{home}/load.csv") == b"new"

    def test_file_that_is_never_closed_does_not_exist(
        self, file_system: DataStoreFileSystem, home: str, spool: Path
    ) -> None:
        file = file_system.open(f"{home}/load.csv", "wb")
        file.write(b"new")
        with pytest.warns(UnsentFileWarning, match="it was not closed"):
            del file
        assert file_system.cat(f"{home}/load.csv") == b"old"
        assert list(spool.iterdir()) == []

    def test_failed_upload_keeps_the_old_file(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        file_system: DataStoreFileSystem,
        home: str,
    ) -> None:
        proxy.responses["PUT"] = [REFUSED]
        with (
            pytest.raises(TransferError),
            proxied_file_system.open(f"{home}/load.csv", "wb") as file,
        ):
            file.write(b"new")
        assert file_system.cat(f"{home}/load.csv") == b"old"
        assert files_in(file_system, home) == [("load", 3)]

    def test_old_file_is_deleted_after_the_new_one_is_complete(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str
    ) -> None:
        old = proxied_file_system.info(f"{home}/load.csv")["dataStoreFileId"]
        proxy.messages.clear()
        proxied_file_system.pipe(f"{home}/load.csv", b"newer")
        assert proxy.names.index("storage_deleteDataStoreFile") > proxy.names.index("PUT")
        deleted = proxy.messages_named("storage_deleteDataStoreFile")
        assert [one.operation["variables"]["dataStoreFileId"] for one in deleted] == [old]
        assert files_in(proxied_file_system, home) == [("load", 5)]

    def test_exclusive_mode_never_replaces(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with pytest.raises(FileExistsError):
            file_system.open(f"{home}/load.csv", "xb")
        file = file_system.open(f"{home}/late.csv", "xb")
        file.write(b"mine")
        file_system.pipe(f"{home}/late.csv", b"theirs")
        with pytest.raises(FileExistsError):
            file.close()
        assert file_system.cat(f"{home}/late.csv") == b"theirs"

    def test_transaction_writes_everything_at_its_end(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with file_system.transaction:
            file_system.pipe({f"{home}/a.csv": b"1", f"{home}/load.csv": b"new"})
            assert not file_system.exists(f"{home}/a.csv")
        assert contents(file_system, home) == {"a.csv": b"1", "load.csv": b"new"}

    def test_failed_transaction_writes_nothing(
        self, file_system: DataStoreFileSystem, home: str, spool: Path
    ) -> None:
        with pytest.raises(ZeroDivisionError):
            fail_in(file_system.transaction, lambda _: file_system.pipe(f"{home}/load.csv", b"new"))
        assert file_system.cat(f"{home}/load.csv") == b"old"
        assert list(spool.iterdir()) == []
