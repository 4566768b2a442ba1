"""Rewrite `schema/` from a live endpoint, or from a schema that was exported from one."""

import argparse
import sys
from pathlib import Path

from graphql import GraphQLSchema

from avista_digital_exchange_sdk.contract import loader, sdl_files
from avista_digital_exchange_sdk.contract.errors import ContractError

from . import ROOT

FAILED = 2


def main() -> int:
    """Run the command line; the exit code is 2 when there is no schema to write."""
    arguments = _arguments()
    try:
        changed = sdl_files.rewrite(ROOT / "schema", _schema(arguments))
    except ContractError as error:
        print(error, file=sys.stderr)
        return FAILED
    for file in changed:
        print(f"{'written' if file.exists() else 'removed'}: {file.relative_to(ROOT)}")
    print("Now run scripts/generate." if changed else "schema/ is up to date.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/schema", description=__doc__)
    ways = parser.add_subparsers(dest="way", required=True)
    fetch = ways.add_parser("fetch", help="ask a live endpoint for its schema")
    fetch.add_argument("--endpoint", metavar="URL", help="its address; production if left out")
    fetch.add_argument(
        "--token-env",
        metavar="NAME",
        default="AVISTA_DX_TOKEN",
        help="the environment variable that holds the token (default: %(default)s)",
    )
    import_ = ways.add_parser("import", help="read an SDL file or an introspection JSON")
    import_.add_argument("file", metavar="FILE", type=Path)
    return parser.parse_args()


def _schema(arguments: argparse.Namespace) -> GraphQLSchema:
    if arguments.way == "fetch":
        loaded = loader.from_endpoint(arguments.endpoint, arguments.token_env)
    else:
        loaded = loader.from_file(arguments.file)
    for note in loaded.notes:
        print(f"note: {note}", file=sys.stderr)
    return loaded.schema


if __name__ == "__main__":
    sys.exit(main())
