"""Rewrite `schema/` from a live endpoint, or from an exported schema."""

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
    sources = parser.add_subparsers(dest="source", required=True)
    fetch = sources.add_parser("fetch", help="fetch the schema of a live endpoint")
    fetch.add_argument("--endpoint", metavar="URL", help="its URL (default: production)")
    fetch.add_argument(
        "--token-env",
        metavar="NAME",
        default="AVISTA_DX_TOKEN",
        help="the environment variable with the token (default: %(default)s)",
    )
    import_ = sources.add_parser("import", help="read an SDL file or an introspection JSON")
    import_.add_argument("file", metavar="FILE", type=Path)
    return parser.parse_args()


def _schema(arguments: argparse.Namespace) -> GraphQLSchema:
    if arguments.source == "fetch":
        loaded = loader.from_endpoint(arguments.endpoint, arguments.token_env)
    else:
        loaded = loader.from_file(arguments.file)
    for note in loaded.notes:
        print(f"note: {note}", file=sys.stderr)
    return loaded.schema


if __name__ == "__main__":
    sys.exit(main())
