"""The command line, `avista-dx`."""

import os
import signal
import sys
from io import TextIOWrapper

from .._utils.extras import require_extra
from ..errors import MissingExtraError
from .exit_codes import HUNG_UP, INTERRUPTED, MISUSED, TERMINATED


def main() -> None:
    """Run the command line, or say which extra it needs."""
    _exit_on_signals()
    _open_closed_streams()
    if isinstance(sys.stdout, TextIOWrapper):
        # A name that the terminal has no characters for is no reason to fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        require_extra("cli", "typer")
        from .app import app

        app(prog_name="avista-dx")
    except MissingExtraError as error:
        sys.stderr.write(f"avista-dx: {error}\n")
        sys.exit(MISUSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _exit_on_signals() -> None:
    """Exit on SIGTERM and SIGHUP as on Ctrl-C, so that incomplete work is undone."""
    exit_codes: dict[int, int] = {signal.SIGTERM: TERMINATED}
    # Windows has no SIGHUP; nohup has it ignored, which must stay so.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        exit_codes[signal.SIGHUP] = HUNG_UP

    def exit_once(received: int, _frame: object) -> None:
        # A terminal that closes may send both: the second must not interrupt the cleaning up.
        for number in exit_codes:
            signal.signal(number, signal.SIG_IGN)
        sys.exit(exit_codes[received])

    for number in exit_codes:
        signal.signal(number, exit_once)


def _open_closed_streams() -> None:
    """Open the null device as each standard stream that was closed before the program started.

    Python has None in place of such a stream, and gives its number to the next file or socket,
    which would then get what is printed.
    """
    for number, (name, mode) in enumerate([("stdin", "r"), ("stdout", "w"), ("stderr", "w")]):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor > number and not _is_open(number):
                os.dup2(descriptor, number)
                os.close(descriptor)
                descriptor = number
            stream = open(descriptor, mode, encoding="utf-8", closefd=False)  # noqa: SIM115
            setattr(sys, name, stream)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
