"""Generates a typed client for the user's operations."""

import ast
import keyword
import tempfile
from pathlib import Path

from graphql import GraphQLSchema

from ...client_runtime import AsyncOperations, SyncOperations
from ..documents import Documents
from ..errors import ContractError
from . import package
from .settings import USER_PACKAGE
from .sync_source import format_module, public_methods, to_sync_method

RUNTIME = "_runtime"
RESERVED_NAMES = {
    name
    for base in (AsyncOperations, SyncOperations)
    for name in dir(base)
    if not name.startswith("_")
}


def generate(schema: GraphQLSchema, documents: Documents, out: Path) -> list[str]:
    """Write a client for operations as the package `out`; return the files that changed."""
    if not documents.operations():
        raise ContractError("These files contain no operation.")
    _check_target(out)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / out.name
        package.write(schema, documents.document, fresh, USER_PACKAGE, RESERVED_NAMES)
        sync_client = USER_PACKAGE.header + _sync_client(fresh / "client.py")
        (fresh / "sync_client.py").write_text(sync_client, "utf-8", newline="\n")
        return package.replace(fresh, out)


def _check_target(out: Path) -> None:
    """Reject a folder that contains files that were not generated."""
    if not out.name.isidentifier() or keyword.iskeyword(out.name):
        raise ContractError(f"{out}: {out.name!r} is not a valid package name")
    if out.exists() and not out.is_dir():
        raise ContractError(f"{out}: must be a folder, not a file")
    for file in sorted(out.glob("*.*")):
        if not (file.is_file() and file.read_bytes().startswith(USER_PACKAGE.header.encode())):
            raise ContractError(f"{file} was not generated; choose an empty folder")


def _sync_client(client: Path) -> str:
    """Generate the sync client from the async one."""
    source = client.read_text("utf-8")
    tree = ast.parse(source)
    (async_client,) = (node for node in tree.body if isinstance(node, ast.ClassDef))
    runtime = USER_PACKAGE.models.name
    package_name, _, module = runtime.rpartition(".")
    imports = [
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom | ast.If)
    ]
    methods = [
        to_sync_method(
            method,
            f"{USER_PACKAGE.client}.{method.name}(self._calls",
            {USER_PACKAGE.subscription[1]: f"{RUNTIME}.SyncEventIterator"},
            f"{RUNTIME}.",
        )
        for method in public_methods(async_client, source)
    ]
    return format_module(
        "\n\n".join(
            [
                *imports,
                # Import under a name that no method has, because methods shadow module names.
                f"from {package_name} import {module} as {RUNTIME}",
                f"from .client import {USER_PACKAGE.client}",
                f"class Client({RUNTIME}.SyncOperations):",
                '    """A sync client whose methods are your operations."""',
                *methods,
            ]
        )
    )
