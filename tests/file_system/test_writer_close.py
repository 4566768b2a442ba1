"""Closing written files: closed files are uploaded, and files not uploaded are reported."""

import asyncio
import contextlib
import gc
import gzip
import io
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import IO, Any

import fsspec
import pandas
import pytest

from avista_digital_exchange_sdk import DigitalExchangeWarning, TransferError
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem, UnsentFileWarning
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.proxy import Proxy
from .stored_files import REFUSED

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["wb", "w"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def path(file_system: DataStoreFileSystem, home: str) -> str:
    """The path of an existing file."""
    file_system.pipe(f"{home}/load.csv", b"old")
    return f"{home}/load.csv"


@pytest.fixture
def options(local: LocalExchange) -> Iterator[dict[str, str]]:
    options = {"token": local.token, "endpoint": local.endpoint}
    yield options
    fsspec.filesystem("dx", **options).close()


Open = Callable[[], Any]


@pytest.fixture
def open_(file_system: DataStoreFileSystem, path: str, mode: str) -> Open:
    return lambda: file_system.open(path, mode)


def write(file: IO[Any], text: str = "new") -> None:
    file.write(text if isinstance(file, io.TextIOBase) else text.encode())


class TestClosed:
    """A closed file is uploaded, whatever else happens."""

    @pytest.fixture(autouse=True)
    def _is_sent(self, file_system: DataStoreFileSystem, path: str) -> Iterator[None]:
        yield
        assert file_system.cat(path) == b"new"

    def test_close_while_an_error_is_handled_uploads(self, open_: Open) -> None:
        file = open_()
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            write(file)
            file.close()

    def test_close_of_a_with_block_while_an_error_is_handled_uploads(self, open_: Open) -> None:
        file = open_()
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            with file:
                write(file)

    def test_close_in_finally_after_an_error_uploads(self, open_: Open) -> None:
        def run() -> None:
            file = open_()
            try:
                write(file)
                raise ZeroDivisionError
            finally:
                file.close()

        with pytest.raises(ZeroDivisionError):
            run()

    def test_close_in_finally_of_a_closed_generator_uploads(self, open_: Open) -> None:
        def lines() -> Generator[None, str, None]:
            file = open_()
            try:
                while True:
                    write(file, (yield))
            finally:
                file.close()

        generator = lines()
        next(generator)
        generator.send("new")
        generator.close()

    def test_close_in_finally_under_sys_exit_uploads(self, open_: Open) -> None:
        def run() -> None:
            file = open_()
            try:
                write(file)
                sys.exit(0)
            finally:
                file.close()

        with pytest.raises(SystemExit):
            run()

    def test_close_in_finally_of_a_cancelled_task_uploads(self, open_: Open) -> None:
        async def run() -> None:
            file = open_()
            try:
                write(file)
                await asyncio.sleep(60)
            finally:
                file.close()

        async def cancel() -> None:
            task = asyncio.create_task(run())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(cancel())

    def test_close_by_another_object_while_an_error_is_handled_uploads(self, open_: Open) -> None:
        class Sink:
            def __init__(self) -> None:
                self.file = open_()

            def close(self) -> None:
                try:
                    raise ZeroDivisionError
                except ZeroDivisionError as error:
                    self.failure = error
                    self.file.close()

        sink = Sink()
        write(sink.file)
        sink.close()

    def test_close_by_an_exit_stack_after_an_error_uploads(self, open_: Open) -> None:
        def run() -> None:
            with contextlib.ExitStack() as stack:
                file = open_()
                stack.callback(file.close)
                write(file)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            run()

    def test_close_before_an_error_in_the_with_block_uploads(self, open_: Open) -> None:
        def run() -> None:
            with open_() as file:
                write(file)
                file.close()
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            run()


class TestErrorInWithBlock:
    """A file whose own `with` block exits with an error is not uploaded, which is reported."""

    @pytest.fixture(autouse=True)
    def _is_not_sent(
        self, file_system: DataStoreFileSystem, path: str, caplog: pytest.LogCaptureFixture
    ) -> Iterator[None]:
        yield
        assert file_system.cat(path) == b"old"
        logged = [record.getMessage() for record in caplog.get_records("call")]
        assert any(message.startswith(f"dx://{path} was not written") for message in logged)

    def test_error_in_a_with_block_gets_a_note(self, open_: Open, path: str) -> None:
        def run() -> None:
            with open_() as file:
                write(file)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError) as caught:
            run()
        assert caught.value.__notes__ == [f"dx://{path} was not written"]

    def test_closed_generator_in_a_with_block_warns(self, open_: Open) -> None:
        def lines() -> Generator[None, str, None]:
            with open_() as file:
                while True:
                    write(file, (yield))

        generator = lines()
        next(generator)
        generator.send("new")
        with pytest.warns(UnsentFileWarning, match=r"was not written: GeneratorExit"):
            generator.close()

    def test_sys_exit_in_a_with_block_warns(self, open_: Open) -> None:
        def run() -> None:
            with open_() as file:
                write(file)
                sys.exit(0)

        with pytest.warns(UnsentFileWarning, match="SystemExit"), pytest.raises(SystemExit):
            run()

    def test_warning_is_one_of_this_package(self, open_: Open) -> None:
        def run() -> None:
            with open_() as file:
                write(file)
                sys.exit(0)

        with pytest.warns(DigitalExchangeWarning, match="SystemExit"), pytest.raises(SystemExit):
            run()

    def test_cancelled_task_in_a_with_block_warns(self, open_: Open) -> None:
        async def run() -> None:
            with open_() as file:
                write(file)
                await asyncio.sleep(60)

        async def cancel() -> None:
            task = asyncio.create_task(run())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        with pytest.warns(UnsentFileWarning, match="CancelledError"):
            asyncio.run(cancel())

    @pytest.mark.parametrize("compression", [None, "gzip"])
    def test_error_in_an_fsspec_with_block_uploads_nothing(
        self, compression: str | None, mode: str, path: str, options: dict[str, str]
    ) -> None:
        def run() -> None:
            opening = fsspec.open(f"dx://{path}", mode, compression=compression, **options)
            with opening as file:
                write(file)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError) as caught:
            run()
        assert caught.value.__notes__ == [f"dx://{path} was not written"]

    def test_error_in_a_pandas_with_block_uploads_nothing(
        self, path: str, options: dict[str, str]
    ) -> None:
        class Broken:
            def __str__(self) -> str:
                raise ZeroDivisionError

        frame = pandas.DataFrame({"a": ["1", Broken()]})
        with pytest.raises(ZeroDivisionError):
            frame.to_csv(f"dx://{path}", storage_options=options)


class TestNotClosed:
    @pytest.fixture(autouse=True)
    def _is_not_sent(self, file_system: DataStoreFileSystem, path: str) -> Iterator[None]:
        yield
        assert file_system.cat(path) == b"old"

    def test_garbage_collected_writer_warns(self, open_: Open) -> None:
        file = open_()
        write(file)
        with pytest.warns(UnsentFileWarning, match="it was not closed"):
            del file

    def test_garbage_collected_writer_in_a_cycle_warns(self, open_: Open) -> None:
        file = open_()
        write(file)
        circle: list[Any] = [file]
        circle.append(circle)
        del file, circle
        with pytest.warns(UnsentFileWarning, match="it was not closed"):
            gc.collect()

    def test_garbage_collected_wrapper_warns(
        self, path: str, mode: str, options: dict[str, str]
    ) -> None:
        file = fsspec.open(f"dx://{path}", mode, **options).open()
        write(file)
        with pytest.warns(UnsentFileWarning, match="it was not closed"):
            del file

    def test_discarded_writer_does_not_warn(self, open_: Open) -> None:
        file = open_()
        write(file)
        writer = file.buffer if isinstance(file, io.TextIOWrapper) else file
        writer.discard()
        file.close()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            del file, writer

    @pytest.mark.parametrize("ending", ["", "sys.exit(0)", "raise ValueError", "del f"])
    def test_program_that_ends_with_an_open_writer_warns(
        self, ending: str, mode: str, path: str, local: LocalExchange
    ) -> None:
        program = f"""
import sys, fsspec
f = fsspec.filesystem("dx").open({path!r}, {mode!r})
f.write({"new" if mode == "w" else b"new"!r})
{ending}
"""
        settings = {"AVISTA_DX_TOKEN": local.token, "AVISTA_DX_ENDPOINT": local.endpoint}
        command = [sys.executable, "-c", program]
        ran = subprocess.run(
            command, env=os.environ | settings, cwd=ROOT, capture_output=True, text=True
        )
        assert f"dx://{path} was not written: it was not closed" in ran.stderr
        assert "Exception ignored" not in ran.stderr


class TestFailed:
    def test_close_raises_what_prevents_the_upload(
        self,
        proxied_file_system: DataStoreFileSystem,
        file_system: DataStoreFileSystem,
        proxy: Proxy,
        path: str,
        mode: str,
    ) -> None:
        proxy.responses["PUT"] = [REFUSED]
        file = proxied_file_system.open(path, mode)
        write(file)
        with pytest.raises(TransferError) as caught:
            file.close()
        assert f"dx://{path} was not written" in caught.value.__notes__
        assert file_system.cat(path) == b"old"

    def test_text_that_cannot_be_encoded_uploads_nothing(
        self, file_system: DataStoreFileSystem, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = file_system.open(path, "w")
        file.write("new")

        def fail() -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(file, "flush", fail)
        with pytest.raises(OSError, match="No space left"):
            file.close()
        assert file_system.cat(path) == b"old"

    def test_wrapped_file_is_uploaded_completely(
        self, file_system: DataStoreFileSystem, path: str
    ) -> None:
        with file_system.open(path, "wb") as raw, gzip.open(raw, "wt") as file:
            file.write("new")
        assert gzip.decompress(file_system.cat(path)) == b"new"


class TestTransaction:
    def test_failed_transaction_reports_what_is_not_written(
        self, file_system: DataStoreFileSystem, path: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        def run() -> None:
            with file_system.transaction:
                file_system.pipe(path, b"new")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError) as caught:
            run()
        assert caught.value.__notes__ == [f"dx://{path} was not written"]
        assert file_system.cat(path) == b"old"

    def test_transaction_stops_at_the_first_failed_upload(
        self,
        proxied_file_system: DataStoreFileSystem,
        file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
    ) -> None:
        names = ["a", "b", "c"]

        def run() -> None:
            with proxied_file_system.transaction:
                for name in names:
                    proxied_file_system.pipe(f"{home}/{name}", b"new")
                proxy.responses["PUT"] = [None, REFUSED]

        with pytest.raises(TransferError) as caught:
            run()
        notes = [f"dx://{home}/{name} was not written" for name in ("b", "c")]
        assert caught.value.__notes__ == notes
        assert file_system.find(home) == [f"{home}/a"]
        # The next one is not part of it.
        proxied_file_system.pipe(f"{home}/d", b"new")
        assert file_system.cat(f"{home}/d") == b"new"

    def test_transaction_does_not_upload_files_that_are_still_open(
        self, file_system: DataStoreFileSystem, path: str, mode: str
    ) -> None:
        def run() -> Any:
            with file_system.transaction:
                file = file_system.open(path, mode)
                write(file)
            return file

        with pytest.raises(ValueError, match="was not closed before its transaction ended"):
            run()
        assert file_system.cat(path) == b"old"

    def test_transaction_ignores_discarded_files(
        self, file_system: DataStoreFileSystem, home: str, path: str, mode: str
    ) -> None:
        def run() -> None:
            with file_system.open(path, mode) as file:
                write(file)
                raise ZeroDivisionError

        with file_system.transaction:
            with contextlib.suppress(ZeroDivisionError):
                run()
            file_system.pipe(f"{home}/other", b"new")
        assert file_system.cat(path) == b"old"
        assert file_system.cat(f"{home}/other") == b"new"

    def test_transaction_that_never_ends_warns(
        self, local: LocalExchange, path: str, file_system: DataStoreFileSystem
    ) -> None:
        fs = DataStoreFileSystem(
            token=local.token, endpoint=local.endpoint, skip_instance_cache=True
        )
        fs.start_transaction()
        fs.pipe(path, b"new")
        with pytest.warns(UnsentFileWarning, match="its transaction did not end"):
            fs.transaction.files.clear()
        fs.end_transaction()
        fs.close()
        assert file_system.cat(path) == b"old"
