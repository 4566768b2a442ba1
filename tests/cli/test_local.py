"""The command `local`."""

import json
import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from ..support.command_line import run_command
from .conftest import PROGRAM, TIMEOUT_SECONDS


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_local_command_prints_what_other_commands_need_and_serves_until_ctrl_c(
    tmp_path: Path,
) -> None:
    ready = tmp_path / "ready.json"
    command = [*PROGRAM, "local", "--data", tmp_path / "data", "--ready-file", ready]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        lines = [run.stdout.readline().strip() for _ in range(2)]
        access = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        assert run_command("whoami", **access).rows[0] == ["name", "Ada Lindqvist"]
        assert json.loads(ready.read_text())["endpoint"] == access["AVISTA_DX_ENDPOINT"]
        run.send_signal(signal.SIGINT)
        assert run.wait(TIMEOUT_SECONDS) == 0
    assert (tmp_path / "data").exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_local_command_prints_everything_as_json() -> None:
    command = [*PROGRAM, "local", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as run:
        text = "".join(iter(run.stdout.readline, "}\n")) + "}"
        run.terminate()
        assert run.wait(TIMEOUT_SECONDS) == 0
    assert {"endpoint", "tokens", "dataStoreId", "timeSeriesDbId"} <= json.loads(text).keys()


def test_local_command_reports_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        outcome = subprocess.run(
            [*PROGRAM, "local", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
    assert outcome.returncode == 1
    assert "in use" in outcome.stderr
    assert "Traceback" not in outcome.stderr
