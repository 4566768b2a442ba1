"""The Local Exchange and the throttling proxy, each as a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .environment import Place
from .runner import ROOT


@contextmanager
def serving(folder: Path, provided: dict[str, Any], *, throttled: bool) -> Iterator[Place]:
    """Serve what is in a folder."""
    ready = folder / "ready.json"
    command = ["-m", "avista_digital_exchange_sdk.local", "--data", str(folder / "data")]
    with _running(*command, "--ready-file", str(ready)):
        told = json.loads(ready.read_text("utf-8"))
        place = Place(
            endpoint=told["endpoint"],
            realtimeEndpoint=told["realtimeEndpoint"],
            token=told["tokens"]["owner"],
            dataStoreId=told["dataStoreId"],
            homeDirectoryId=told["homeDirectoryId"],
            timeSeriesDbId=told["timeSeriesDbId"],
            folder=str(folder),
            provided=provided,
        )
        if not throttled:
            yield place
            return
        with _running("-m", "scripts.benchmarks.throttle", place.endpoint) as endpoint:
            yield place._replace(endpoint=endpoint)


@contextmanager
def _running(*arguments: str) -> Iterator[str]:
    """Run a program until it is no longer needed; it says in one line when it is ready."""
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        with process.stdout as output:
            line = output.readline().strip()
            if not line:
                raise RuntimeError(f"{' '.join(arguments)} ended before it was ready")
            yield line
    finally:
        process.terminate()
        process.wait()
