"""Runs the Local Exchange and the proxies in front of it, each in a process of its own."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from .environment import Environment
from .runner import ROOT
from .workload import Workload


@contextmanager
def serving(folder: Path, fixtures: dict[str, Any], workload: Workload) -> Iterator[Environment]:
    """Run a Local Exchange with the data in a folder, over the line of a workload."""
    with ExitStack() as stack:

        def run(module: str, *arguments: str) -> str:
            return stack.enter_context(_running(module, *arguments))

        # The server must know the port of the last proxy, so proxies start first.
        server_port = public_port = _find_free_port()
        if workload.tls:
            public_port = run("tls", public_port, str(folder))
        if workload.line is not None:
            public_port = run("line", public_port, *workload.line.arguments())
        public_url = f"{'https' if workload.tls else 'http'}://127.0.0.1:{public_port}"
        details = json.loads(run("exchange", str(folder / "data"), server_port, public_url))
        yield Environment(
            **details, folder=str(folder), fixtures=fixtures, is_encrypted=workload.tls
        )


def _find_free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@contextmanager
def _running(module: str, *arguments: str) -> Iterator[str]:
    """Run a program for the duration of the block; return its first line of output."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"scripts.benchmarks.{module}", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        with process.stdout as output:
            line = output.readline().strip()
            if not line:
                raise RuntimeError(f"{module} exited before it was ready")
            yield line
    finally:
        process.terminate()
        process.wait()
