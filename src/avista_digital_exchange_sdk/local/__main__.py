"""The Local Exchange as a program: `python -m avista_digital_exchange_sdk.local`."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from . import LocalExchange
from .serve import serve


def main() -> int:
    """Serve until SIGTERM, SIGINT or SIGHUP."""
    parser = _parser()
    arguments = parser.parse_args()
    create = partial(
        LocalExchange,
        host=arguments.host,
        port=arguments.port,
        data=arguments.data,
        publicUrl=arguments.public_url,
        latency=arguments.latency,
        throttle=arguments.throttle,
    )
    try:
        serve(create, arguments.ready_file, _print_ready, log=arguments.log)
    except ValueError as error:
        parser.error(str(error))
    except OSError as error:
        print(f"The Local Exchange cannot start: {error}", file=sys.stderr)
        return 1
    return 0


def _print_ready(local: LocalExchange) -> None:
    print(f"The Local Exchange is running at {local.publicEndpoint}", flush=True)


def _parser() -> argparse.ArgumentParser:
    """Describe the program's arguments."""
    parser = argparse.ArgumentParser(
        prog="python -m avista_digital_exchange_sdk.local",
        description="Run a local emulator of the Digital Exchange platform.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="IP address (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=0, help="port to listen on (default: any free port)"
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="directory for persistent data",
    )
    parser.add_argument(
        "--public-url",
        metavar="URL",
        help="URL that clients on other machines use (default: the address it listens on)",
    )
    parser.add_argument(
        "--latency",
        type=float,
        default=0,
        metavar="SECONDS",
        help="additional duration of each operation in seconds (default: %(default)s)",
    )
    parser.add_argument(
        "--throttle",
        type=float,
        metavar="RATE",
        help="maximum number of GraphQL requests per second (default: no limit)",
    )
    parser.add_argument(
        "--ready-file",
        type=Path,
        metavar="PATH",
        help="JSON file with endpoints, tokens and IDs; exists while it accepts requests",
    )
    parser.add_argument("--log", action="store_true", help="log requests to standard error")
    return parser


if __name__ == "__main__":
    sys.exit(main())
