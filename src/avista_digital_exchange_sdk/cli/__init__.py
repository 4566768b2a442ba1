"""The command line, `avista-dx`."""

import sys

from .._extras import need
from ..errors import MissingExtraError

FAILED = 2


def main() -> None:
    """Run the command line, or say which extra it needs."""
    try:
        need("contract", "typer")
    except MissingExtraError as error:
        sys.stderr.write(f"avista-dx: {error}\n")
        sys.exit(FAILED)
    from .app import app

    app()
