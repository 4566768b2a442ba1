"""The command line, `avista-dx`."""

import os
import signal
import sys
from io import TextIOWrapper

from .._utils.extras import require_extra
from ..errors import MissingExtraError
from .exit_codes import HUNG_UP, INTERRUPTED, TERMINATED, USAGE_ERROR


def main() -> None:
    """Run the command line; report a missing extra."""
    _exit_on_signals()
    _open_closed_streams()
    if isinstance(sys.stdout, TextIOWrapper):
        # Escape characters that the terminal cannot encode instead of failing. Files and pipes
        # contain UTF-8 on Windows too, whatever its code page.
        is_file = sys.platform == "win32" and not sys.stdout.isatty()
        sys.stdout.reconfigure(encoding="utf-8" if is_file else None, errors="backslashreplace")
    try:
        require_extra("cli", "typer")
        from .app import app
        from .shells import COMPLETION_VARIABLE, PROGRAM, complete_in_bash

        def run() -> None:
            app(prog_name=PROGRAM)

        if os.environ.get(COMPLETION_VARIABLE) == "complete_bash" and "COMP_LINE" in os.environ:
            complete_in_bash(run)
        run()
    except MissingExtraError as error:
        sys.stderr.write(f"avista-dx: {error}\n")
        sys.exit(USAGE_ERROR)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _exit_on_signals() -> None:
    """Exit on SIGTERM and SIGHUP like on Ctrl-C, so that cleanup runs."""
    exit_codes: dict[int, int] = {signal.SIGTERM: TERMINATED}
    # Windows has no SIGHUP; nohup ignores it, which must not change.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        exit_codes[signal.SIGHUP] = HUNG_UP

    def exit_once(received: int, _frame: object) -> None:
        # A closing terminal may send both; the second must not interrupt the cleanup.
        for number in exit_codes:
            signal.signal(number, signal.SIG_IGN)
        sys.exit(exit_codes[received])

    for number in exit_codes:
        signal.signal(number, exit_once)


def _open_closed_streams() -> None:
    """Open the null device for each standard stream that was closed at the start of the program.

    Python sets such a stream to None and reuses its file descriptor for the next file or socket,
    which would then receive what is printed.
    """
    for number, (name, mode) in enumerate([("stdin", "r"), ("stdout", "w"), ("stderr", "w")]):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor > number and not _is_open(number):
                os.dup2(descriptor, number)
                os.close(descriptor)
                descriptor = number
            stream = open(descriptor, mode, encoding="utf-8", closefd=False)  # noqa: SIM115  # it stays open
            setattr(sys, name, stream)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
