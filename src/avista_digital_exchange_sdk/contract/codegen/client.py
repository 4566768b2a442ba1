"""A typed client for a user's own operations."""

import ast
import keyword
import tempfile
from pathlib import Path

from ...client_runtime import AsyncOperations, SyncOperations
from .. import sdk_surface
from ..documents import Documents
from ..errors import ContractError
from . import package
from .settings import USER_PACKAGE

BLOCKING_MODULE = "blocking"
RESERVED_NAMES = {
    name
    for base in (AsyncOperations, SyncOperations)
    for name in dir(base)
    if not name.startswith("_")
}


def generate(documents: Documents, out: Path) -> list[str]:
    """Write the client of some operations as the package `out`; return the files that changed."""
    if not documents.operations():
        raise ContractError("There is no operation in these files.")
    _check_target(out)
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / out.name
        package.write(sdk_surface.schema(), documents.document, fresh, USER_PACKAGE, RESERVED_NAMES)
        blocking = USER_PACKAGE.header + _blocking(fresh / "client.py")
        (fresh / f"{BLOCKING_MODULE}.py").write_text(blocking, "utf-8")
        return package.replace(fresh, out)


def _check_target(out: Path) -> None:
    """Refuse a folder that holds something that was not generated."""
    if not out.name.isidentifier() or keyword.iskeyword(out.name):
        raise ContractError(f"{out}: {out.name!r} can't be a package's name")
    if out.exists() and not out.is_dir():
        raise ContractError(f"{out}: a file, not a folder")
    for file in sorted(out.glob("*.*")):
        if not (file.is_file() and file.read_bytes().startswith(USER_PACKAGE.header.encode())):
            raise ContractError(
                f"{file} was not generated; choose a folder that holds nothing else"
            )


def _blocking(client: Path) -> str:
    """Write the sync client of the generated async one."""
    (async_client,) = (
        node for node in ast.parse(client.read_text("utf-8")).body if isinstance(node, ast.ClassDef)
    )
    methods = []
    for method in async_client.body:
        if isinstance(method, ast.AsyncFunctionDef | ast.FunctionDef):
            is_async = isinstance(method, ast.AsyncFunctionDef)
            make = "blocking" if is_async else "blocking_iterator"
            methods.append(
                f"    {method.name} = _runtime.{make}({USER_PACKAGE.client}.{method.name})\n"
            )
    package_name, _, module = USER_PACKAGE.models.name.rpartition(".")
    return (
        # Under a name that no method has: the methods below hide others from those after them.
        f"from {package_name} import {module} as _runtime\n\n"
        f"from .client import {USER_PACKAGE.client}\n\n\n"
        "class Client(_runtime.SyncOperations):\n"
        '    """Your operations, each as a call that blocks until it is done."""\n\n'
        + "".join(methods)
    )
