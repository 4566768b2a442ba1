"""One file system object in several threads and processes."""

import json
import multiprocessing
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import dask.base
import fsspec
import pytest

from avista_digital_exchange_sdk import InvalidParameterError
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

READING = """
import pickle, sys
from contextlib import closing

with closing(pickle.loads(bytes.fromhex(sys.argv[1]))) as fs:
    sys.stdout.write(fs.cat(sys.argv[2]).decode())
"""


@pytest.fixture
def path(file_system: DataStoreFileSystem, home: str) -> str:
    file_system.pipe(f"{home}/load.csv", b"12.5")
    return f"{home}/load.csv"


def read_in_a_process(fs: DataStoreFileSystem, path: str, **environment: str) -> str:
    """What a new process reads with the pickled file system."""
    return subprocess.check_output(
        [sys.executable, "-W", "error", "-c", READING, pickle.dumps(fs).hex(), path],
        env=os.environ | environment,
        text=True,
    )


class TestPickles:
    def test_pickled_file_system_reads_in_another_process(
        self, file_system: DataStoreFileSystem, path: str
    ) -> None:
        assert read_in_a_process(file_system, path) == "12.5"

    def test_pickled_file_system_is_small_whatever_it_caches(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        fresh = len(pickle.dumps(file_system))
        file_system.pipe({f"{home}/{name}": b"" for name in range(20)})
        file_system.ls(home)
        assert len(pickle.dumps(file_system)) == fresh < 500

    def test_pickled_file_system_omits_a_token_from_the_environment(
        self, local: LocalExchange, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = {"AVISTA_DX_TOKEN": local.token, "AVISTA_DX_ENDPOINT": local.endpoint}
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        fs = DataStoreFileSystem(skip_instance_cache=True)
        assert local.token.encode() not in pickle.dumps(fs)
        assert read_in_a_process(fs, path, **settings) == "12.5"
        fs.close()

    def test_pickled_open_file_continues_at_its_position(
        self, file_system: DataStoreFileSystem, path: str
    ) -> None:
        with file_system.open(path) as file:
            file.seek(2)
            with pickle.loads(pickle.dumps(file)) as revived:
                assert revived.read() == b".5"
                revived.fs.close()


class TestToken:
    def test_token_appears_in_no_representation(
        self, file_system: DataStoreFileSystem, local: LocalExchange, path: str
    ) -> None:
        shown = [repr(file_system), str(file_system), repr(file_system.open(path))]
        shown.append(repr(fsspec.open(f"dx://{path}", token=local.token, endpoint=local.endpoint)))
        shown += [file_system.to_json(), str(file_system.to_dict()), repr(file_system.__dict__)]
        shown += [str(file_system.storage_options), dask.base.tokenize(file_system)]
        assert not any(local.token in text for text in shown)

    def test_token_is_in_json_only_on_request(
        self, file_system: DataStoreFileSystem, path: str
    ) -> None:
        reopened = DataStoreFileSystem.from_json(file_system.to_json(include_password=True))
        assert reopened.cat(path) == b"12.5"
        assert json.loads(file_system.to_json())["protocol"] == "dx"
        reopened.close()

    def test_proxy_password_appears_in_no_representation(self, local: LocalExchange) -> None:
        proxy = "http://user:pa55word@127.0.0.1:9"
        fs = DataStoreFileSystem(
            token=local.token, endpoint=local.endpoint, proxy=proxy, skip_instance_cache=True
        )
        with closing(fs):
            shown = [repr(fs), fs.to_json(), str(fs.storage_options), repr(fs.__dict__)]
        assert not any("pa55word" in text for text in shown)

    def test_file_systems_with_different_tokens_are_different_instances(
        self, local: LocalExchange
    ) -> None:
        tokens = [local.token, local.tokens["outsider"], local.token]
        made = [fsspec.filesystem("dx", token=token, endpoint=local.endpoint) for token in tokens]
        assert made[0] is made[2] is not made[1]
        assert made[0] != made[1]
        for fs in made:
            fs.close()

    def test_missing_token_is_reported_at_once(self) -> None:
        with pytest.raises(InvalidParameterError, match="AVISTA_DX_TOKEN"):
            fsspec.filesystem("dx")


class TestEnvironment:
    def test_changed_token_in_the_environment_makes_another_instance(
        self, local: LocalExchange, home: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVISTA_DX_ENDPOINT", local.endpoint)
        monkeypatch.setenv("AVISTA_DX_TOKEN", local.token)
        owners = fsspec.filesystem("dx")
        assert owners.exists(home)
        assert fsspec.filesystem("dx") is owners
        monkeypatch.setenv("AVISTA_DX_TOKEN", local.tokens["outsider"])
        outsiders = fsspec.filesystem("dx")
        with pytest.raises(PermissionError):
            outsiders.exists(home)
        for fs in (owners, outsiders):
            fs.close()


class TestConcurrency:
    def test_file_system_is_shared_by_threads(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        def work(number: int) -> bytes:
            path = f"{home}/{number % 3}/{number}.csv"
            file_system.pipe(path, b"%d" % number)
            return file_system.cat(path)

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(work, range(24))) == [b"%d" % number for number in range(24)]
        assert len(file_system.ls(home, refresh=True)) == 3
        assert len(file_system.find(home)) == 24

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
    @pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # newer Pythons warn of threads
    def test_forked_process_has_its_own_connections(
        self, file_system: DataStoreFileSystem, path: str
    ) -> None:
        ours = file_system.exchange
        context = multiprocessing.get_context("fork")
        responses = context.Queue()
        process = context.Process(target=_read, args=(file_system, path, id(ours), responses))
        process.start()
        assert responses.get(timeout=60) == (b"12.5", True)
        process.join()
        assert file_system.exchange is ours
        assert file_system.cat(path) == b"12.5"

    def test_file_system_is_usable_again_after_close(
        self, file_system: DataStoreFileSystem, path: str
    ) -> None:
        file_system.close()
        assert file_system.cat(path) == b"12.5"


def _read(fs: DataStoreFileSystem, path: str, other: int, responses: multiprocessing.Queue) -> None:
    responses.put((fs.cat(path), id(fs.exchange) != other))


class TestImports:
    def test_package_import_does_not_import_fsspec(self) -> None:
        code = "import sys, avista_digital_exchange_sdk; print('fsspec' in sys.modules)"
        assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"

    def test_protocol_is_registered_without_imports(self) -> None:
        code = "import fsspec; print(fsspec.get_filesystem_class('dx').__name__)"
        shown = subprocess.check_output([sys.executable, "-c", code], text=True)
        assert shown == "DataStoreFileSystem\n"
