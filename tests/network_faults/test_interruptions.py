"""Ctrl-C and cancelled tasks at any point: calls end soon and leave nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange

from ..support.faulty_proxy import Fault
from ..support.options import use_options
from ..support.parallel_download import use_parts
from .calls import (
    Call,
    Existing,
    directory,
    download,
    latest,
    publish,
    query,
    query_merged_on_client,
    records,
    sql,
    upload,
)
from .conftest import ENDLESS_TIMEOUT, FaultyPlatform, OpenClient
from .scenarios import scenarios
from .secret_scanner import everything_shown_by

CONTENT = bytes(range(256)) * 4096
CREATE = "storage_createDataStoreFile"
META = "storage_getDataStoreFile"
URL = "storage_getDataStoreFileDownload"
DIRECTORY = "storage_getDataStoreDirectory"
PUBLISH = "timeSeriesDb_publishToDatabase"
LATEST = "timeSeriesDb_listAllAssetLastValues"
SQL = "timeSeriesDb_queryDatabaseWithTimestreamQuery"
PAGE = "timeSeriesDb_queryDatabase"
EXPORT = "timeSeriesDb_generateQueryResultExportFile"
CANCEL = "timeSeriesDb_cancelDatabaseQuery"
WAKE = signal.SIGUSR1


@pytest.fixture(scope="session")
def _existing(
    shared_faulty_platform: FaultyPlatform, tmp_path_factory: pytest.TempPathFactory
) -> Existing:
    database = shared_faulty_platform.platform.create_database()
    source = tmp_path_factory.mktemp("source") / "load.bin"
    source.write_bytes(CONTENT)
    with shared_faulty_platform.direct() as direct:
        local = shared_faulty_platform.local
        file = direct.uploadFileToDataStore(local.dataStoreId, local.homeDirectoryId, source)
        direct.publishToTimeSeriesDatabase(database, "meter", records(direct))
    return Existing("", "", file.dataStoreFileId, database)


@pytest.fixture
def existing(_existing: Existing, faulty_platform: FaultyPlatform) -> Existing:
    """The objects that calls use, without running queries and files."""
    faulty_platform.local.exchange.queries._queries.clear()
    store = faulty_platform.platform.create_data_store()
    return _existing._replace(
        dataStoreId=store["dataStoreId"], homeDirectoryId=store["homeDirectoryId"]
    )


POINTS: list[tuple[Call, list[Fault]]] = [
    (upload, [Fault(CREATE, "request", "stall", 0.5),
              Fault("PUT", "request", "stall", 0.5), Fault("PUT", "response", "stall"),
              Fault(META, "response", "stall", 0.5)]),
    (download, [Fault(URL, "response", "stall", 0.5), Fault("GET", "response", "stall"),
                Fault("GET", "response", "stall", 0.5)]),
    (directory, [Fault(DIRECTORY, "response", "stall", 0.5)]),
    (publish, [Fault(PUBLISH, "request", "stall", 0.5), Fault(PUBLISH, "response", "stall", 0, 1)]),
    (latest, [Fault(LATEST, "response", "stall", 0.5)]),
    (sql, [Fault(SQL, "response", "stall", 0.5)]),
    (query, [Fault("handshake", "request", "stall"), Fault("websocket", "response", "stall", 0.5),
             Fault("connection_init", "request", "stall"),
             Fault(PAGE, "response", "stall", 0.5, 1), Fault(PAGE, "request", "stall", 0.5, 2),
             Fault("start", "request", "stall", 0.5), Fault("start_ack", "response", "stall"),
             Fault(EXPORT, "response", "stall", 0.5), Fault("data", "response", "stall", 0.5),
             Fault("GET", "response", "stall", 0.5)]),
    (query_merged_on_client, [Fault(PAGE, "response", "stall", 0, 2),
                  Fault("GET", "response", "stall", 0, 0),
                  Fault("GET", "response", "stall", 0.5, 2)]),
]  # fmt: skip
at_every_point = pytest.mark.parametrize(
    ("call", "fault"),
    [
        pytest.param(call, fault, id=f"{call.__name__}-{fault}")
        for call, faults in POINTS
        for fault in faults
    ],
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The local directory of files."""
    (tmp_path / "source.bin").write_bytes(CONTENT)
    return tmp_path


def assert_nothing_is_left(
    faulty_platform: FaultyPlatform, existing: Existing, folder: Path
) -> None:
    assert [path.name for path in folder.iterdir()] == ["source.bin"]
    assert not faulty_platform.running_queries(existing.timeSeriesDbId)
    uploaded = META in faulty_platform.proxy.names
    with faulty_platform.direct() as direct:
        files = direct.getDataStoreDirectory(existing.homeDirectoryId).files
    assert [file.storageSizeBytes for file in files] == [len(CONTENT)] * uploaded


@pytest.fixture
def ctrl_c(faulty_platform: FaultyPlatform) -> Iterator[None]:
    """Sends SIGINT as soon as the network stalls."""
    over = threading.Event()

    def press() -> None:
        if faulty_platform.proxy.stalled.wait(60) and not over.is_set():
            os.kill(os.getpid(), signal.SIGINT)
            while not over.wait(1):
                signal.pthread_kill(threading.main_thread().ident or 0, WAKE)

    # Python handles a signal between two instructions. One that arrives just before a system call
    # that waits is handled after the call, which the next signal ends.
    before = signal.signal(WAKE, lambda *_: None)
    thread = threading.Thread(target=press, name="proxy: Ctrl-C")
    thread.start()
    yield
    over.set()
    faulty_platform.proxy.stalled.set()
    thread.join()
    signal.signal(WAKE, before)


@at_every_point
def test_ctrl_c_ends_a_call_and_leaves_nothing_behind(
    call: Call,
    fault: Fault,
    existing: Existing,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    folder: Path,
    ctrl_c: None,
) -> None:
    exchange = open_client(timeout=ENDLESS_TIMEOUT)
    faulty_platform.proxy.expect(fault)
    with pytest.raises(KeyboardInterrupt):
        call(exchange, existing, folder)
    assert faulty_platform.proxy.triggered
    assert_nothing_is_left(faulty_platform, existing, folder)


@at_every_point
def test_cancelled_task_ends_a_call_and_leaves_nothing_behind(
    call: Call,
    fault: Fault,
    existing: Existing,
    faulty_platform: FaultyPlatform,
    folder: Path,
    shown: list[str],
) -> None:
    async def run() -> None:
        token, endpoint = faulty_platform.local.token, faulty_platform.proxy.endpoint
        async with AsyncAvistaDigitalExchange(
            token, endpoint=endpoint, timeout=ENDLESS_TIMEOUT
        ) as exchange:
            task = asyncio.create_task(call(exchange, existing, folder))
            assert await asyncio.to_thread(faulty_platform.proxy.stalled.wait, 60)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            shown.extend(everything_shown_by(caught.value))
        assert asyncio.all_tasks() == {asyncio.current_task()}

    faulty_platform.proxy.expect(fault)
    asyncio.run(run())
    assert_nothing_is_left(faulty_platform, existing, folder)


@scenarios(
    [Fault("PUT", "response", "stall"), Fault(PAGE, "response", "stall", 0.5, 1)],
)
def test_ctrl_c_on_a_dead_network_ends_a_call_at_once(
    fault: Fault,
    existing: Existing,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    folder: Path,
    ctrl_c: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_options(monkeypatch, cleanup_timeout=0.5)
    exchange = open_client(timeout=ENDLESS_TIMEOUT)
    tidying = [
        Fault(step, "response", "stall", times=99)
        for step in ("storage_deleteDataStoreFile", CANCEL)
    ]
    faulty_platform.proxy.expect(fault, *tidying)
    with pytest.raises(KeyboardInterrupt):
        (upload if fault.message == "PUT" else query)(exchange, existing, folder)
    assert len(faulty_platform.proxy.triggered) == 2
    assert [path.name for path in folder.iterdir()] == ["source.bin"]


def test_ctrl_c_ends_a_parallel_download(
    existing: Existing,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    folder: Path,
    ctrl_c: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_parts(monkeypatch, len(CONTENT) // 10)
    exchange = open_client(timeout=ENDLESS_TIMEOUT)
    faulty_platform.proxy.expect(Fault("GET", "response", "stall", 0.5, after=1, times=99))
    with pytest.raises(KeyboardInterrupt):
        download(exchange, existing, folder)
    assert_nothing_is_left(faulty_platform, existing, folder)


PROGRAM = """
import asyncio, pathlib, sys
from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
from tests.network_faults import calls

name, client_kind, token, endpoint, timeout, folder, *existing = sys.argv[1:]
call, existing, folder = getattr(calls, name), calls.Existing(*existing), pathlib.Path(folder)
options = {"endpoint": endpoint, "timeout": float(timeout)}

async def main():
    async with AsyncAvistaDigitalExchange(token, **options) as exchange:
        await call(exchange, existing, folder)

if client_kind == "async":
    asyncio.run(main())
else:
    with AvistaDigitalExchange(token, **options) as exchange:
        call(exchange, existing, folder)
"""


@pytest.mark.parametrize("client_kind", ["sync", "async"])
@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (upload, Fault("PUT", "response", "stall")),
        (download, Fault("GET", "response", "stall", 0.5)),
        (query, Fault("data", "response", "stall")),
    ],
    ids=["upload", "download", "query"],
)
def test_interpreter_exits_at_once_during_a_call(
    call: Call,
    fault: Fault,
    client_kind: str,
    existing: Existing,
    faulty_platform: FaultyPlatform,
    folder: Path,
) -> None:
    faulty_platform.proxy.expect(fault)
    settings = [
        call.__name__,
        client_kind,
        faulty_platform.local.token,
        faulty_platform.proxy.endpoint,
        str(ENDLESS_TIMEOUT),
    ]
    program = subprocess.Popen(
        [sys.executable, "-X", "dev", "-c", PROGRAM, *settings, str(folder), *existing],
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert faulty_platform.proxy.stalled.wait(60)
        program.send_signal(signal.SIGINT)
        _, errors = program.communicate(timeout=60)
    finally:
        program.kill()
    assert program.returncode == -signal.SIGINT
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert "Warning" not in errors
    assert "ignored" not in errors
    assert_nothing_is_left(faulty_platform, existing, folder)


def test_client_installs_no_signal_handler(
    existing: Existing, open_client: OpenClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mine(number: int, frame: object) -> None:
        raise AssertionError

    # asyncio.Runner installs its handler only instead of Python's default.
    before = signal.signal(signal.SIGINT, mine)
    monkeypatch.setattr(signal, "signal", lambda *_: pytest.fail("a handler was installed"))
    try:
        exchange = open_client()
        for call in (query, query_merged_on_client):
            assert call(exchange, existing, folder)
        assert signal.getsignal(signal.SIGINT) is mine
    finally:
        monkeypatch.undo()
        signal.signal(signal.SIGINT, before)
