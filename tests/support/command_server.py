"""Runs `avista-dx` for shell scripts, each command in a fork of one process.

Most of the time of a short command is spent on imports, which this process has made.

Run as a program: `python -m tests.support.command_server SOCKET`.
"""

import ast
import importlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from avista_digital_exchange_sdk.cli import main

CLIENT = Path(__file__).with_name("command_client.py")
ROOT = Path(__file__).parents[2]
SIZE_BYTES = 8
MODULES = (
    *("avista_digital_exchange_sdk.cli.app", "avista_digital_exchange_sdk.client"),
    *("avista_digital_exchange_sdk.file_system", "avista_digital_exchange_sdk.plotting"),
    *("httpx", "keyring", "matplotlib.figure", "pandas", "pyarrow.csv", "pyarrow.parquet"),
    *("rich.console", "truststore"),
)


@contextmanager
def serve_commands() -> Iterator[list[str]]:
    """Start the process; yield the program that stands for `avista-dx`."""
    with tempfile.TemporaryDirectory() as folder:
        address = os.path.join(folder, "commands")
        command = [sys.executable, "-m", "tests.support.command_server", address]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as server:
            try:
                assert server.stdout is not None
                assert server.stdout.readline(), "the server did not start"
                yield [sys.executable, "-I", "-S", str(CLIENT), address]
            finally:
                server.terminate()


def serve(address: str) -> None:
    """Serve commands until the process is terminated."""
    for name in MODULES:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(16)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = listener.accept()
            if not os.fork():
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                listener.close()
                _run(connection)
            connection.close()


def _run(connection: socket.socket) -> None:
    """Run a command with the streams, directory and environment of its client."""
    code: object = 1
    try:
        head, streams, *_ = socket.recv_fds(connection, SIZE_BYTES, 3)
        with connection.makefile("rb") as reader:
            request = reader.read(int.from_bytes(head, "big"))
        directory, environment, arguments = ast.literal_eval(request.decode())
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(directory)
        os.environ.clear()
        os.environ.update(environment)
        sys.stdin, sys.stdout = open(0, closefd=False), open(1, "w", closefd=False)  # noqa: SIM115  # as at a start
        sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115  # as at a start
        sys.argv = ["avista-dx", *arguments]
        main()
    except SystemExit as error:
        code = error.code or 0
    finally:
        sys.stdout.flush()
        connection.sendall(str(code).encode())
        # Skip the cleanup of the server.
        os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
