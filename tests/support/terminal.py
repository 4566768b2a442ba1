"""Runs programs on a pseudo-terminal."""

import contextlib
import os
import pty
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Escape sequences for cursor movement and color."""


class TerminalResult(NamedTuple):
    """The result of a program: one stream went to the terminal, the other did not."""

    exit_code: int
    terminal: str
    other_stream: str


def run_on_terminal(
    command: Sequence[str], stream: Literal["stdout", "stderr"], environment: Mapping[str, str]
) -> TerminalResult:
    """Run a program with one of its streams on a terminal."""
    ours, theirs = pty.openpty()
    environment = {**environment, "TERM": "xterm-256color"}
    received = bytearray()
    with tempfile.TemporaryFile() as other:
        streams = {"stdout": other, "stderr": other} | {stream: theirs}
        with subprocess.Popen(command, env=environment, **streams) as run:
            os.close(theirs)
            # Linux reports the end of a pseudo-terminal as an error.
            with contextlib.suppress(OSError), open(ours, "rb", buffering=0) as terminal:
                while block := terminal.read(65536):
                    received += block
        other.seek(0)
        text = other.read().decode()
    terminal = CONTROL.sub("", received.decode()).replace("\r\n", "\n")
    return TerminalResult(run.returncode, terminal, text)
