"""Shows output that does not fit on the screen with a pager, as git does."""

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePath
from typing import IO, TextIO

from .errors import is_closed_pipe

# The programs to use, by the first of these variables that is set; `cat` or nothing for none.
VARIABLES = ("AVISTA_DX_PAGER", "PAGER")
DEFAULT_PAGER = "less"
# Quit if the output fits on the screen, show colors, and leave the output on the screen at the end.
DEFAULT_LESS_OPTIONS = "FRX"
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


class _PagerQuitError(BrokenPipeError):
    """The user quit the pager before it had read everything."""


@contextmanager
def open_pager(*, enabled: bool) -> Iterator[None]:
    """Show what is printed during the block with a pager, if it does not fit on the screen.

    The rest of the block is skipped when the user quits the pager. Pagers of pydoc and rich need
    the whole text first, and show short texts as well.

    Args:
        enabled: Whether a pager may be used. There is none without a terminal.
    """
    command = _find_command() if enabled and sys.stdout.isatty() else []
    if not command:
        yield
        return
    terminal = sys.stdout
    output = _PagedOutput(terminal, command)
    sys.stdout = output
    try:
        with suppress(_PagerQuitError):
            yield
    finally:
        sys.stdout = terminal
        output.finish()


def _find_command() -> list[str]:
    """Return the command of the pager, or nothing if none is to be used."""
    if os.environ.get("TERM", "dumb") == "dumb" and os.name != "nt":
        return []
    commands = (os.environ[name] for name in VARIABLES if name in os.environ)
    try:
        command = shlex.split(next(commands, DEFAULT_PAGER), posix=os.name != "nt")
    except ValueError:
        return []
    is_usable = command and command[0] != "cat" and shutil.which(command[0])
    return command if is_usable else []


class _PagedOutput(io.TextIOBase):
    """Holds output back until it exceeds the screen; the pager gets it then.

    Args:
        terminal: Standard output.
        command: The command of the pager.
    """

    def __init__(self, terminal: TextIO, command: list[str]) -> None:
        self._terminal = terminal
        self._command = command
        self._is_styled = _shows_styles(command)
        self._held: list[str] = []
        self._columns, lines = shutil.get_terminal_size()
        # The prompt of the shell takes a line, too.
        self._lines_left = lines - 1
        self._unfinished_line = ""
        self._pager: subprocess.Popen[str] | None = None
        # Where output goes; None while it is held back.
        self._output: IO[str] | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]  # an attribute without a setter
        """The encoding of the terminal."""
        return self._terminal.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]  # an attribute without a setter
        """What happens to characters that the terminal cannot encode."""
        return self._terminal.errors

    def isatty(self) -> bool:
        """Whether output is for a terminal."""
        return True

    def writable(self) -> bool:
        """Whether it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Write to the pager, or hold the text back while it may fit on the screen."""
        if self._output is not None:
            self._send(self._output, text)
            return len(text)
        self._held.append(text)
        self._count_lines(text)
        if self._lines_left < 0:
            self._output = self._start()
            self._send(self._output, "".join(self._held))
            self._held.clear()
        return len(text)

    def finish(self) -> None:
        """Print what fits on the screen, or wait for the end of the pager."""
        self._terminal.write("".join(self._held))
        if self._pager is None:
            return
        if self._pager.stdin is not None:
            # The pager may have ended before it has read everything.
            with suppress(OSError):
                self._pager.stdin.close()
        try:
            _wait(self._pager)
        except BaseException:
            self._pager.terminate()
            raise

    def _count_lines(self, text: str) -> None:
        """Count lines of the screen, where long ones are wrapped, until it is full."""
        from rich.cells import cell_len

        *lines, self._unfinished_line = (self._unfinished_line + text).split("\n")
        for line in lines:
            width = cell_len(_STYLE.sub("", line))
            self._lines_left -= max(1, -(-width // self._columns))
            if self._lines_left < 0:
                return

    def _start(self) -> IO[str]:
        """Start the pager; return its input, or the terminal if the pager cannot be run."""
        try:
            self._pager = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                env={"LESS": DEFAULT_LESS_OPTIONS, **os.environ},
                encoding=self._terminal.encoding,
                errors="backslashreplace",
            )
        except OSError:
            return self._terminal
        return self._pager.stdin or self._terminal

    def _send(self, output: IO[str], text: str) -> None:
        if self._pager is not None and not self._is_styled:
            text = _STYLE.sub("", text)
        try:
            output.write(text)
        except OSError as error:
            if self._pager is None or not is_closed_pipe(error):
                raise
            raise _PagerQuitError from None


def _wait(pager: "subprocess.Popen[str]") -> None:
    """Wait for the end of a pager, which uses Ctrl-C for itself."""
    while pager.returncode is None:
        with suppress(KeyboardInterrupt):
            pager.wait()


def _shows_styles(command: list[str]) -> bool:
    """Whether a pager shows bold text; others print the escape sequences."""
    options = [os.environ.get("LESS", DEFAULT_LESS_OPTIONS), *command[1:]]
    return PurePath(command[0]).stem == DEFAULT_PAGER and any(
        "R" in option for option in options if not option.startswith("--")
    )
