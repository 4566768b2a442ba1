"""Generates the services of the sync client from the source of the async ones."""

import ast
from pathlib import Path

from avista_digital_exchange_sdk.contract.codegen.sync_source import (
    format_module,
    public_methods,
    to_sync_method,
)

from . import PACKAGE, ROOT

SERVICES = PACKAGE / "_services"
ASYNC_DATA_STORE = (
    "_generated.async_data_store import AsyncDataStore",
    "_generated.fragments import DataStore",
)
RENAMES = {
    "AsyncDataStore": "DataStore",
    "AsyncAvistaDigitalExchange": "AvistaDigitalExchange",
    "AsyncEventStream": "EventStream",
}


def write(into: Path) -> None:
    """Write the sync services as the folder `into`, one module per module of the async ones."""
    for path in sorted(SERVICES.rglob("*.py")):
        source = path.read_text("utf-8")
        tree = ast.parse(source)
        services = [
            node for node in tree.body if isinstance(node, ast.ClassDef) and _is_service(node)
        ]
        if not services:
            continue
        target = into / path.relative_to(SERVICES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(format_module(_service_module(path, source, tree, services)), "utf-8")
    init = into / "__init__.py"
    init.write_text(f'{_format_header(SERVICES)}"""The services of the sync client."""\n', "utf-8")


def _is_service(node: ast.ClassDef) -> bool:
    return node.name.endswith("Service") and node.name not in ("BaseService", "SyncService")


def _service_module(path: Path, source: str, tree: ast.Module, services: list[ast.ClassDef]) -> str:
    depth = "." * (len(path.relative_to(SERVICES).parts) + 1)
    inner = ".".join(path.relative_to(SERVICES).with_suffix("").parts).removesuffix(".__init__")
    names = [service.name for service in services]
    bases = {ast.unparse(base) for service in services for base in service.bases}
    exports = ", ".join(f'"Sync{name}"' for name in names)
    summary = (ast.get_docstring(tree) or "").partition("\n")[0]
    return "\n".join(
        [
            f'{_format_header(path)}"""The sync variant of: {summary}"""\n',
            "from __future__ import annotations\n",
            "from collections.abc import Generator",
            "from typing import cast",
            f"from {depth}_backends import iterate_sync, run_sync",
            f"from {depth}_graphql.event_streams import EventStream",
            f"from {depth}_services.base import SyncService",
            f"from {depth}_services.{inner} import {', '.join([*names, *_aliases(tree)])}",
            *(_import(node, bases, path) for node in tree.body if not _is_future(node)),
            f"__all__ = [{exports}]\n\n",
            *(_service_class(service, source) for service in services),
        ]
    )


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _aliases(tree: ast.Module) -> list[str]:
    """Return the names that a module assigns, which signatures may use."""
    targets = [node.targets[0] for node in tree.body if isinstance(node, ast.Assign)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _import(node: ast.stmt, bases: set[str], path: Path) -> str:
    """Convert an import of the async module for the sync one; empty for other statements."""
    if isinstance(node, ast.If):
        inner = [_import(statement, bases, path) for statement in node.body]
        return "if TYPE_CHECKING:\n" + "\n".join(f"    {line}" for line in inner)
    if isinstance(node, ast.Import):
        return ast.unparse(node)
    if not isinstance(node, ast.ImportFrom):
        return ""
    folders = path.relative_to(SERVICES).parts[:-1]
    if node.names[0].name in bases:
        names = [
            ast.alias(f"Sync{alias.name}") for alias in node.names if alias.name != "BaseService"
        ]
        return ast.unparse(ast.ImportFrom(node.module, names, node.level)) if names else ""
    if 0 < node.level <= len(folders) + 1:
        # An import from another service module.
        inside = [
            *folders[: len(folders) + 1 - node.level],
            *([node.module] if node.module else []),
        ]
        node = ast.ImportFrom(".".join(["_services", *inside]), node.names, len(folders) + 2)
    return ast.unparse(node).replace(*ASYNC_DATA_STORE)


def _service_class(service: ast.ClassDef, source: str) -> str:
    bases = [ast.unparse(base) for base in service.bases]
    sync_bases = ", ".join(
        "SyncService" if base == "BaseService" else f"Sync{base}" for base in bases
    )
    return "\n\n".join(
        [
            f'class Sync{service.name}({sync_bases}):\n    """{ast.get_docstring(service)}"""',
            *(
                to_sync_method(method, f"{service.name}.{method.name}(self._calls", RENAMES)
                for method in public_methods(service, source)
            ),
            "\n",
        ]
    )


def _format_header(path: Path) -> str:
    return f"# Generated from {path.relative_to(ROOT)} by scripts/generate.\n\n"
