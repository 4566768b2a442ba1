"""The command line, `avista-dx`."""

import signal
import sys
from io import TextIOWrapper

from .._extras import need
from ..errors import MissingExtraError
from .exit_codes import INTERRUPTED, MISUSED, TERMINATED


def main() -> None:
    """Run the command line, or say which extra it needs."""
    # What is under way is undone then, as at Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    if isinstance(sys.stdout, TextIOWrapper):
        # A name that the terminal has no characters for is no reason to fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        need("cli", "typer")
        from .app import app

        app(prog_name="avista-dx")
    except MissingExtraError as error:
        sys.stderr.write(f"avista-dx: {error}\n")
        sys.exit(MISUSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
