"""Runs the Local Exchange and the throttling proxy, each in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .environment import Environment
from .runner import ROOT


@contextmanager
def serving(folder: Path, fixtures: dict[str, Any], *, throttled: bool) -> Iterator[Environment]:
    """Run a Local Exchange with the data in a folder."""
    ready = folder / "ready.json"
    command = ["-m", "avista_digital_exchange_sdk.local", "--data", str(folder / "data")]
    with _running(*command, "--ready-file", str(ready)):
        details = json.loads(ready.read_text("utf-8"))
        env = Environment(
            endpoint=details["endpoint"],
            realtime_endpoint=details["realtimeEndpoint"],
            token=details["tokens"]["owner"],
            data_store_id=details["dataStoreId"],
            home_directory_id=details["homeDirectoryId"],
            time_series_db_id=details["timeSeriesDbId"],
            folder=str(folder),
            fixtures=fixtures,
        )
        if not throttled:
            yield env
            return
        with _running("-m", "scripts.benchmarks.throttle", env.endpoint) as endpoint:
            yield env._replace(endpoint=endpoint)


@contextmanager
def _running(*arguments: str) -> Iterator[str]:
    """Run a program for the duration of the block; its first line of output signals readiness."""
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        with process.stdout as output:
            line = output.readline().strip()
            if not line:
                raise RuntimeError(f"{' '.join(arguments)} exited before it was ready")
            yield line
    finally:
        process.terminate()
        process.wait()
