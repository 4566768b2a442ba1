"""Compile `schema/` and `queries/` into the generated package, or check that it is fresh."""

import argparse
import contextlib
import filecmp
import io
import os
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from ariadne_codegen.main import client
from graphql import build_schema, print_schema

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "avista_digital_exchange_sdk"
GENERATED = PACKAGE / "_generated"


def generate(into: Path) -> None:
    """Write the generated package as the folder `into`."""
    config: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    settings = config["tool"]["ariadne-codegen"]
    settings["target_package_path"] = str(into.parent)
    settings["target_package_name"] = into.name
    into.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.chdir(ROOT), contextlib.redirect_stdout(io.StringIO()):
        client(config)  # type: ignore[no-untyped-call]  # ariadne-codegen has no annotation here
    (into / "schema.graphql").write_text(compiled_schema(), "utf-8")


def compiled_schema() -> str:
    """The whole contract as one SDL text, for readers that need it in one piece."""
    services = sorted((ROOT / "schema").glob("*.graphql"))
    schema = build_schema("\n".join(service.read_text("utf-8") for service in services))
    return "# Generated from schema/ by scripts/generate.\n\n" + print_schema(schema) + "\n"


def stale_files(fresh: Path, committed: Path) -> list[str]:
    """Names of files that differ, are missing, or are left over in `committed`."""
    names = {path.name for folder in (fresh, committed) for path in folder.glob("*.*")}
    return sorted(
        name
        for name in names
        if not (fresh / name).is_file()
        or not (committed / name).is_file()
        or not filecmp.cmp(fresh / name, committed / name, shallow=False)
    )


def replace(fresh: Path, committed: Path) -> None:
    """Bring `committed` to what `fresh` holds, file by file, so that readers never find it gone."""
    committed.mkdir(parents=True, exist_ok=True)
    for name in stale_files(fresh, committed):
        if (fresh / name).is_file():
            shutil.copyfile(fresh / name, committed / name)
        else:
            os.unlink(committed / name)


def main() -> int:
    """Run the command line; the exit code is 1 when `--check` finds stale files."""
    parser = argparse.ArgumentParser(prog="scripts/generate", description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="change nothing; exit with 1 and name the files that are not what the sources give",
    )
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / GENERATED.name
        generate(fresh)
        stale = stale_files(fresh, GENERATED)
        if not check:
            replace(fresh, GENERATED)
    verb = "stale" if check else "written"
    for name in stale:
        print(f"{verb}: {(GENERATED / name).relative_to(ROOT)}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
