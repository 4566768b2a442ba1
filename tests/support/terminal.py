"""A program on a terminal."""

import contextlib
import os
import pty
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""What moves the cursor, and colours."""


class Shown(NamedTuple):
    """What a program did: one stream went to the terminal, the other did not."""

    exit_code: int
    terminal: str
    other: str


def run_on_terminal(
    command: Sequence[str], stream: Literal["stdout", "stderr"], environment: Mapping[str, str]
) -> Shown:
    """Run a program with one of its streams on a terminal."""
    ours, theirs = pty.openpty()
    environment = {**environment, "TERM": "xterm-256color"}
    shown = bytearray()
    with tempfile.TemporaryFile() as other:
        streams = {"stdout": other, "stderr": other} | {stream: theirs}
        with subprocess.Popen(command, env=environment, **streams) as run:
            os.close(theirs)
            # Linux tells the end of a terminal as an error.
            with contextlib.suppress(OSError), open(ours, "rb", buffering=0) as terminal:
                while block := terminal.read(65536):
                    shown += block
        other.seek(0)
        text = other.read().decode()
    terminal = CONTROL.sub("", shown.decode()).replace("\r\n", "\n")
    return Shown(run.returncode, terminal, text)
