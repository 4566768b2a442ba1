"""The command line, `avista-dx`."""

import sys

from .._extras import need
from ..errors import MissingExtraError

MISUSED, INTERRUPTED = 2, 130


def main() -> None:
    """Run the command line, or say which extra it needs."""
    try:
        need("cli", "typer")
        from .app import app

        app(prog_name="avista-dx")
    except MissingExtraError as error:
        sys.stderr.write(f"avista-dx: {error}\n")
        sys.exit(MISUSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
