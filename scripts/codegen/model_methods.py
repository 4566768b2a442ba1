"""Adds methods to generated models.

Those of `DataStore` and `AsyncDataStore` are generated from `WorkingDirectory`. The properties of
`DataStoreDirectory` are defined below: a base class could not refer to the generated classes they
return.
"""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

from avista_digital_exchange_sdk.contract.codegen.sync_source import (
    AsyncMethod,
    format_module,
    public_methods,
    to_sync_docstring,
)

from . import PACKAGE, ROOT

SOURCE = PACKAGE / "_services" / "storage" / "working_directory.py"
CLASS = "WorkingDirectory"
HEADER = f"# Generated from {SOURCE.relative_to(ROOT)} by scripts/generate.\n\n"
DIRECTORY_PROPERTIES = [
    f'''
    @property
    def {name}(self) -> list["{entry}"]:
        """{docstring}"""
        result: list[{entry}] = self._list_entries("{field}")
        return result
'''
    for name, entry, field, docstring in (
        (
            "directories",
            "DataStoreDirectory",
            "dataStoreDirectory",
            "The directories in this directory; their own contents are not loaded.",
        ),
        ("files", "DataStoreFile", "dataStoreFile", "The files in this directory."),
    )
]


def write(generated: Path) -> None:
    """Add methods to the generated models, and write the module of `AsyncDataStore`."""
    methods = list(_methods())
    fragments = generated / "fragments.py"
    source = _with_methods(fragments.read_text("utf-8"), "DataStore", map(_sync_method, methods))
    source = _with_methods(source, "DataStoreDirectory", DIRECTORY_PROPERTIES)
    fragments.write_text(format_module(source), "utf-8")
    async_store = "\n\n".join(
        [
            f'{HEADER}"""The data store of the async client."""',
            "import os",
            "from .._utils.argument_aliases import accept_aliases",
            "from .._utils.progress import ProgressArgument",
            "from .fragments import DataStore, DataStoreDirectory, DataStoreFile",
            "class AsyncDataStore(DataStore):",
            '    """A data store of the async client; its methods are coroutines."""',
            *map(_async_method, methods),
        ]
    )
    (generated / "async_data_store.py").write_text(format_module(async_store), "utf-8")


def _methods() -> list[AsyncMethod]:
    source = SOURCE.read_text("utf-8")
    (class_def,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name == CLASS
    )
    return list(public_methods(class_def, source))


def _with_methods(source: str, name: str, methods: Iterable[str]) -> str:
    """Add methods at the end of a class, and their imports at the top of the module."""
    (class_def,) = (
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name == name
    )
    lines = source.split("\n")
    lines[class_def.end_lineno : class_def.end_lineno] = ["", "\n\n".join(methods)]
    imports = [
        "import os",
        "from .._backends import run_sync",
        "from .._utils.argument_aliases import accept_aliases",
        "from .._utils.progress import ProgressArgument",
    ]
    first = next(index for index, line in enumerate(lines) if line.startswith(("from ", "import ")))
    lines[first:first] = imports
    return "\n".join(lines)


def _sync_method(method: AsyncMethod) -> str:
    # The classes of files and directories are defined after that of data stores.
    signature = re.sub(r"-> (DataStore\w+):", r'-> "\1":', method.signature)
    return _method(method, signature, to_sync_docstring(method.docstring), "run_sync({})")


def _async_method(method: AsyncMethod) -> str:
    signature = method.signature.replace("def ", "async def ", 1)
    head, newline, rest = signature.partition("\n")
    override = "  # type: ignore[override]  # the base class is sync"
    return _method(method, f"{head}{override}{newline}{rest}", method.docstring, "await {}")


def _method(method: AsyncMethod, signature: str, docstring: str, run: str) -> str:
    call = run.format(f"self._calls.{method.name}({', '.join(method.arguments)})")
    body = (
        f"        {call}"
        if method.returns == "None"
        else f"        result: {method.returns} = {call}\n        return result"
    )
    return "\n".join([*method.decorators, signature, docstring, body])
