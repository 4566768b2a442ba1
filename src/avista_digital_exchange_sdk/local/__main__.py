"""The Local Exchange as a program: `python -m avista_digital_exchange_sdk.local`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import LocalExchange
from .serve import serve


def main() -> int:
    """Serve until SIGTERM, SIGINT or SIGHUP."""
    arguments = _parser().parse_args()
    try:
        serve(arguments.host, arguments.port, arguments.data, arguments.ready_file, _tell)
    except OSError as error:
        print(f"The Local Exchange can't start: {error}", file=sys.stderr)
        return 1
    return 0


def _tell(local: LocalExchange) -> None:
    print(f"The Local Exchange answers at {local.endpoint}", flush=True)


def _parser() -> argparse.ArgumentParser:
    """Describe the program's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m avista_digital_exchange_sdk.local",
        description="Serve the Digital Exchange platform's contract on this machine.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=0, help="port to listen on (default: any that is free)"
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder to keep everything in (default: nowhere)"
    )
    parser.add_argument(
        "--ready-file",
        type=Path,
        metavar="PATH",
        help="JSON file to write once the exchange answers: its endpoints, tokens and ids",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
