"""Tracebacks in IPython: the user's line and the last line of the package."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from avista_digital_exchange_sdk.local import LocalExchange

SETUP = """\
import asyncio, logging
from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
exchange = AvistaDigitalExchange()
asyncExchange = AsyncAvistaDigitalExchange()
"""
MISTAKES = {
    "sync": "exchange.getDataStore(5)",
    "async": "await asyncExchange.getDataStore(5)",
    "unknown ID": "exchange.getDataStore('dataStoreId.unknown')",
    "publish": "exchange.publishToTimeSeriesDatabase('timeSeriesDbId.1', 'a', [1])",
    "missing file": "exchange.uploadFileToDataStore('dataStoreId.1', 'd', 'missing.csv')",
    "function": "def upload():\n    exchange.getDataStore(5)\n\nupload()",
}
FRAME = re.compile(r"^(?:File (\S+?):\d+|Cell In\[\d+\], line \d+)", re.M)


def run_cells(local: LocalExchange, folder: Path, *cells: str, **environment: str) -> str:
    """The output of a real IPython for cells, without colors."""
    script = folder / "cells.ipy"
    code = "\n".join(
        ["ip = get_ipython()", *(f"ip.run_cell({cell!r}, store_history=True)" for cell in cells)]
    )
    script.write_text(code)
    access = {"AVISTA_DX_TOKEN": local.token, "AVISTA_DX_ENDPOINT": local.endpoint}
    command = [sys.executable, "-m", "IPython", "--quick", "--colors=NoColor", str(script)]
    outcome = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
        env=os.environ | access | environment | {"IPYTHONDIR": str(folder / "ipython")},
    )
    return outcome.stdout + outcome.stderr


def frames_of(output: str) -> list[list[str]]:
    """The files of the frames of each traceback; cells have none."""
    return [FRAME.findall(one) for one in re.split(r"^-{20,}$", output, flags=re.M)[1:]]


def test_traceback_shows_the_lines_of_the_user_and_the_last_line(
    local: LocalExchange, tmp_path: Path
) -> None:
    tracebacks = frames_of(run_cells(local, tmp_path, SETUP, *MISTAKES.values()))
    assert len(tracebacks) == len(MISTAKES)
    for name, frames in zip(MISTAKES, tracebacks, strict=True):
        *own, last = frames
        assert own == ["", ""] if name == "function" else [""], name
        assert "avista_digital_exchange_sdk" in last, name


@pytest.mark.parametrize(
    ("setup", "environment"),
    [
        (
            SETUP.replace(
                "exchange = AvistaDigitalExchange()",
                "exchange = AvistaDigitalExchange(debug=True)",
                1,
            ),
            {},
        ),
        (SETUP + "logging.getLogger('avista_digital_exchange_sdk').setLevel('DEBUG')", {}),
        (SETUP, {"AVISTA_DX_DEBUG": "1"}),
    ],
    ids=["client", "logging", "environment"],
)
def test_traceback_is_complete_when_debugging(
    local: LocalExchange, tmp_path: Path, setup: str, environment: dict[str, str]
) -> None:
    output = run_cells(local, tmp_path, setup, MISTAKES["sync"], **environment)
    (frames,) = frames_of(output)
    assert len(frames) > 3
