"""Files on disk are accessible only to their owner, and not written through links."""

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from avista_digital_exchange_sdk.local import LocalExchange, private_files

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Modes are those of POSIX.")

PUBLISH = """mutation ($id: ID!, $records: [TimeSeriesDbRecordInput]!) {
  timeSeriesDb_publishToDatabase(timeSeriesDbId: $id, assetId: "a", data: {records: $records}) {
    assetId
} }"""


@pytest.fixture(params=[0o000, 0o022])
def umask(request):
    """A umask that leaves files open to others."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def open_to_others(folder: Path) -> dict[str, str]:
    """The files in a directory, and the directory itself, that others may access."""
    paths = [folder, *folder.rglob("*")]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in paths}
    return {str(path): oct(mode) for path, mode in modes.items() if mode & 0o077}


@pytest.fixture
def use(connect_graphql):
    """Makes an exchange write all kinds of files."""

    def use(local: LocalExchange) -> None:
        graphql_client = connect_graphql(local)
        graphql_client.upload(b"bytes")
        record = {"Time": "1", "MeasureName": "m", "MeasureValue": "1"}
        graphql_client.run(PUBLISH, id=local.timeSeriesDbId, records=[record])

    return use


def test_new_data_directory_is_accessible_only_to_its_owner(tmp_path, umask, use):
    with LocalExchange(data=tmp_path / "data") as local:
        use(local)
        assert open_to_others(tmp_path / "data") == {}


def test_existing_data_directory_becomes_accessible_only_to_its_owner(tmp_path, umask, use):
    folder = tmp_path / "data"
    with LocalExchange(data=folder) as local:
        use(local)
    folder.chmod(0o777)
    for path in folder.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    with LocalExchange(data=folder) as local:
        assert open_to_others(folder) == {}
        use(local)
        assert open_to_others(folder) == {}


def test_temporary_data_directory_is_accessible_only_to_its_owner(umask, use):
    with LocalExchange() as local:
        use(local)
        folder = local.exchange.objects.incoming_path().parents[2]
        assert open_to_others(folder) == {}


@pytest.mark.parametrize(
    "name", [".", "records.sqlite", "objects", "objects/files", "time_series/time_series.duckdb"]
)
def test_symbolic_links_are_not_written_through(tmp_path, name):
    folder, elsewhere = tmp_path / "data", tmp_path / "elsewhere"
    location = folder / name
    location.parent.mkdir(parents=True, exist_ok=True)
    elsewhere.mkdir()
    target = elsewhere if "." not in location.name else elsewhere / "file"
    location.symlink_to(target)
    with pytest.raises(OSError, match="symbolic link"):
        LocalExchange(data=folder)
    assert list(elsewhere.iterdir()) == []


def start(ready_file: Path) -> subprocess.Popen[str]:
    """Start the program with a umask that leaves files open to others."""
    command = [sys.executable, "-m", "avista_digital_exchange_sdk.local"]
    return subprocess.Popen(
        [*command, "--ready-file", ready_file], stdout=subprocess.PIPE, text=True, umask=0
    )


@pytest.fixture
def program():
    """Starts the program, and stops it when the test is over."""
    running = []

    def program(ready_file):
        running.append(start(ready_file))
        assert running[-1].stdout.readline().startswith("The Local Exchange is running")

    yield program
    for process in running:
        process.terminate()
        process.communicate(timeout=60)


def test_ready_file_is_accessible_only_to_its_owner_even_if_it_replaces_another(tmp_path, program):
    ready_file = tmp_path / "ready.json"
    ready_file.write_text("old")
    ready_file.chmod(0o666)
    program(ready_file)
    assert stat.S_IMODE(ready_file.stat().st_mode) == 0o600
    assert json.loads(ready_file.read_text())["tokens"]


def test_ready_file_is_not_written_through_a_symbolic_link(tmp_path, program):
    ready_file, elsewhere = tmp_path / "ready.json", tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    ready_file.symlink_to(elsewhere)
    program(ready_file)
    assert elsewhere.read_text() == "untouched"
    assert json.loads(ready_file.read_text())["tokens"]


def test_ready_file_that_is_a_pipe_is_written_to(tmp_path, program):
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    thread = threading.Thread(target=lambda: read.append(pipe.read_text()))
    thread.start()
    program(pipe)
    thread.join()
    assert json.loads(read[0])["tokens"]
    assert pipe.is_fifo()


def test_ready_file_that_cannot_be_replaced_leaves_nothing_behind(tmp_path):
    (tmp_path / "ready.json").mkdir()
    with pytest.raises(OSError, match="directory"):
        private_files.write_private(tmp_path / "ready.json", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["ready.json"]
