"""Compile `schema/` and `queries/` into the generated package, or check that it is fresh."""

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

from graphql import print_ast, print_schema

from avista_digital_exchange_sdk.contract import sdl_files
from avista_digital_exchange_sdk.contract.codegen import package
from avista_digital_exchange_sdk.contract.codegen.settings import SDK_PACKAGE
from avista_digital_exchange_sdk.contract.documents import Documents
from avista_digital_exchange_sdk.contract.errors import ContractError

from . import PACKAGE, ROOT, model_methods, sync_services

GENERATED = PACKAGE / "_generated"
SYNC_SERVICES = PACKAGE / "_sync_services"


def generate(into: Path) -> None:
    """Write the generated package as the folder `into`."""
    # Generated files contain the paths of their sources, so use paths relative to the checkout.
    with contextlib.chdir(ROOT):
        schema = sdl_files.load_folder(Path("schema"))
        operations = Documents(Path("queries"))
        if problems := operations.problems(schema):
            raise ContractError("\n".join(map(str, problems)))
        package.write(schema, operations.document, into, SDK_PACKAGE)
    texts = {
        "schema.graphql": f"{format_header('schema')}{print_schema(schema)}\n",
        "operations.graphql": f"{format_header('queries')}{print_ast(operations.document)}\n",
    }
    for name, text in texts.items():
        (into / name).write_text(text, "utf-8")
    model_methods.write(into)


def format_header(folder: str) -> str:
    """Return the comment at the top of a generated file."""
    return f"# Generated from {folder}/ by scripts/generate.\n\n"


def main() -> int:
    """Run the command line; the exit code is 1 when `--check` finds stale files, 2 on failure."""
    parser = argparse.ArgumentParser(prog="scripts/generate", description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; list stale files, and exit with 1 if there are any",
    )
    check = parser.parse_args().check
    find = package.stale_files if check else package.replace
    stale: list[Path] = []
    for target, write in ((GENERATED, generate), (SYNC_SERVICES, sync_services.write)):
        with tempfile.TemporaryDirectory() as folder:
            fresh = Path(folder) / target.name
            try:
                write(fresh)
            except ContractError as error:
                print(error, file=sys.stderr)
                return 2
            stale += [target / name for name in find(fresh, target)]
    for path in stale:
        print(f"{'stale' if check else 'written'}: {path.relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
