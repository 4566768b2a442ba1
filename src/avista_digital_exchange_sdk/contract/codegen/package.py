"""Writes, compares and replaces generated packages."""

import contextlib
import filecmp
import io
import re
import shutil
import tempfile
import warnings
from collections.abc import Collection
from pathlib import Path

from ariadne_codegen.exceptions import CodeGenException
from ariadne_codegen.main import client
from graphql import DocumentNode, GraphQLSchema

from ..errors import ContractError
from .literals import format_docstring, format_multiline_string
from .plugin import DESCRIPTION, TEXT
from .preparation import PreparedDocument, prepare
from .settings import BASE_CLIENT, PREPARED_KEY, SETTINGS_KEY, Settings


def write(
    schema: GraphQLSchema,
    document: DocumentNode,
    into: Path,
    settings: Settings,
    reserved: Collection[str] = (),
) -> None:
    """Write the package of a valid document as the folder `into`.

    Args:
        schema: The schema.
        document: The operations and fragments.
        into: The folder; other files in it are kept.
        settings: The settings of the package.
        reserved: Names that no operation's method may have.

    Raises:
        ContractError: The package cannot be generated.
    """
    prepared = prepare(schema, document, reserved)
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        sources = {
            "base_client.py": _base_client(settings),
            "schema.graphql": prepared.schema,
            "operations.graphql": prepared.document,
        }
        paths = {name: Path(folder) / name for name in sources}
        for name, text in sources.items():
            paths[name].write_text(text, "utf-8", newline="\n")
        ariadne = settings.for_ariadne(
            schema_path=str(paths["schema.graphql"]),
            queries_path=str(paths["operations.graphql"]),
            base_client_file_path=str(paths["base_client.py"]),
            target_package_path=str(into.parent),
            target_package_name=into.name,
        )
        config = {"ariadne-codegen": ariadne, SETTINGS_KEY: settings, PREPARED_KEY: prepared}
        try:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                # `avista-dx contract` reports deprecations with what they affect.
                warnings.simplefilter("ignore", DeprecationWarning)
                client({"tool": config})  # type: ignore[no-untyped-call]  # ariadne-codegen has no annotation here
        except CodeGenException as error:
            raise ContractError(f"the client could not be generated: {error}") from error
    for module in sorted(into.glob("*.py")):
        # ariadne-codegen writes in the locale's encoding, so read it in the same.
        code = module.read_text()
        module.write_text(
            settings.header + _insert_documents(code, prepared), "utf-8", newline="\n"
        )


def _insert_documents(code: str, prepared: PreparedDocument) -> str:
    """Replace the plugin's placeholders by the source of operations."""

    def format_text(match: re.Match[str]) -> str:
        operation = prepared.operations[match["result"]]
        if match["kind"] == DESCRIPTION:
            text = format_docstring(operation.description or "", match["indentation"])
        else:
            text = format_multiline_string(operation.text, match["indentation"])
        return match["line"] + text

    left = rf'"+(?P<kind>{TEXT}|{DESCRIPTION}):(?P<result>\w+)"+'
    return re.sub(
        rf"^(?P<line>(?P<indentation> *)[^\n]*?){left}", format_text, code, flags=re.MULTILINE
    )


def _base_client(settings: Settings) -> str:
    # ariadne-codegen copies a file into the package and requires the class name in it.
    (module, level), name = settings.base
    return (
        f"# class {BASE_CLIENT} is written by hand, outside the generated package.\n"
        f"from {'.' * level}{module} import {name} as {BASE_CLIENT}\n\n"
        f'__all__ = ["{BASE_CLIENT}"]\n'
    )


def stale_files(fresh: Path, present: Path) -> list[str]:
    """Return the names of files that differ, are missing, or are obsolete in `present`."""
    names = {
        path.relative_to(folder).as_posix()
        for folder in (fresh, present)
        for path in folder.rglob("*.*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return sorted(
        name
        for name in names
        if not (fresh / name).is_file()
        or not (present / name).is_file()
        or not filecmp.cmp(fresh / name, present / name, shallow=False)
    )


def replace(fresh: Path, present: Path) -> list[str]:
    """Update `present` from `fresh` file by file, so that it never disappears for readers."""
    present.mkdir(parents=True, exist_ok=True)
    stale = stale_files(fresh, present)
    for name in stale:
        if (fresh / name).is_file():
            (present / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(fresh / name, present / name)
        else:
            (present / name).unlink()
    return stale
