"""Runs programs on a pseudo-terminal."""

import contextlib
import os
import pty
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Escape sequences for cursor movement and color."""

TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal control a program, which is then interrupted by its keys."""


class TerminalResult(NamedTuple):
    """The result of a program: one stream went to the terminal, the other did not.

    Attributes:
        exit_code: The exit code.
        terminal: What was shown, without escape sequences.
        other_stream: The other stream.
        escapes: The escape sequences.
    """

    exit_code: int
    terminal: str
    other_stream: str
    escapes: Sequence[str] = ()


def run_on_terminal(
    command: Sequence[str],
    stream: Literal["stdout", "stderr"],
    environment: Mapping[str, str],
    keys: bytes = b"",
) -> TerminalResult:
    """Run a program with one of its streams on a terminal.

    Args:
        command: The command.
        stream: The stream that is on the terminal.
        environment: The environment variables; by default there is no pager.
        keys: Keys that are pressed on the terminal, which then controls the program.
    """
    ours, theirs = pty.openpty()
    environment = {"AVISTA_DX_PAGER": "cat", **environment, "TERM": "xterm-256color"}
    received = bytearray()
    with tempfile.TemporaryFile() as other:
        streams: dict[str, Any] = {"stdout": other, "stderr": other} | {stream: theirs}
        if keys:
            # The first terminal that the leader of a session opens controls it.
            command = ["sh", "-c", f': < {os.ttyname(theirs)}; exec "$@"', "sh", *command]
            streams |= {"stdin": theirs, "start_new_session": True}
            os.write(ours, keys)
        with subprocess.Popen(command, env=environment, **streams) as run:
            os.close(theirs)
            # Linux reports the end of a pseudo-terminal as an error.
            with contextlib.suppress(OSError), open(ours, "rb", buffering=0) as terminal:
                while block := terminal.read(65536):
                    received += block
        other.seek(0)
        text = other.read().decode()
    shown = received.decode()
    terminal = CONTROL.sub("", shown).replace("\r\n", "\n")
    return TerminalResult(run.returncode, terminal, text, CONTROL.findall(shown))


def answer_on_terminal(
    command: Sequence[str], answer: bytes, environment: Mapping[str, str]
) -> TerminalResult:
    """Run a program on a terminal that controls it, and answer its question with keys."""
    ours, theirs = pty.openpty()
    received = b""
    with subprocess.Popen(
        [sys.executable, "-c", TAKE_TERMINAL, *command],
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as run:
        os.close(theirs)
        with open(ours, "r+b", buffering=0) as terminal, contextlib.suppress(OSError):
            while block := terminal.read(65536):
                if b"[y/N]" not in received and b"[y/N]" in received + block:
                    terminal.write(answer)
                received += block
    return TerminalResult(run.returncode, received.decode(), "")
