"""The Local Exchange as a program: `python -m avista_digital_exchange_sdk.local`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from queue import SimpleQueue
from tempfile import NamedTemporaryFile

from . import LocalExchange

READY = (
    "endpoint",
    "realtimeEndpoint",
    "tokens",
    "dataStoreId",
    "homeDirectoryId",
    "timeSeriesDbId",
    "collaborativeId",
)


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    arguments = _parser().parse_args()
    stop: SimpleQueue[int] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: stop.put(received))
    try:
        with LocalExchange(host=arguments.host, port=arguments.port, data=arguments.data) as local:
            if arguments.ready_file is not None:
                _write_ready_file(arguments.ready_file, local)
            print(f"The Local Exchange answers at {local.endpoint}", flush=True)
            stop.get()
    except OSError as error:
        print(f"The Local Exchange can't start: {error}", file=sys.stderr)
        return 1
    return 0


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


def _write_ready_file(path: Path, local: LocalExchange) -> None:
    """Write the file whole or not at all, readable by its owner alone: it holds tokens."""
    content = json.dumps({name: getattr(local, name) for name in READY}, indent=2)
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}-", delete=False
    ) as file:
        file.write(content + "\n")
    os.replace(file.name, path)


if __name__ == "__main__":
    sys.exit(main())
