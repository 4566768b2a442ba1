"""Helpers that read and transform the syntax trees of generated classes."""

import ast
from collections.abc import Iterator, Mapping
from typing import TypeVar

from .settings import Module

Node = TypeVar("Node", bound=ast.AST)


class RenameTypes(ast.NodeTransformer):
    """Replaces names in an annotation, quoted or not."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Rename a name."""
        quote = '"' if node.id.startswith('"') else ""
        name = node.id.strip('"')
        return ast.Name(f"{quote}{self.names.get(name, name)}{quote}")


class RemoveOptional(ast.NodeTransformer):
    """Turns `Optional[X]` into `X`."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Transform a subscript."""
        if is_subscript_of(node, "Optional"):
            return node.slice
        return self.generic_visit(node)


class RemoveOptionalEntries(ast.NodeTransformer):
    """Turns `list[Optional[X]]` into `list[X]`: null items are never intended in requests."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Transform a subscript."""
        self.generic_visit(node)
        if is_subscript_of(node, "list") and is_subscript_of(node.slice, "Optional"):
            assert isinstance(node.slice, ast.Subscript)
            return ast.Subscript(ast.Name("list"), node.slice.slice)
        return node


class ReplaceLists(ast.NodeTransformer):
    """Turns `Optional[list[Optional[X]]]` into `Items[X]`: a list without empty entries."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Transform a subscript."""
        node = RemoveOptionalEntries().visit(node)
        if is_subscript_of(node, "Optional") and is_subscript_of(node.slice, "list"):
            assert isinstance(node.slice, ast.Subscript)
            node = node.slice
        if is_subscript_of(node, "list"):
            return ast.Subscript(ast.Name("NonNullList"), node.slice)
        return node


def find_spread_fragment(class_def: ast.ClassDef, fragments: set[str]) -> str | None:
    """Return the fragment that a class is merely an alias of, or None."""
    base = class_def.bases[0]
    only_passes = all(isinstance(node, ast.Pass) for node in class_def.body)
    return base.id if only_passes and isinstance(base, ast.Name) and base.id in fragments else None


def list_fields(class_def: ast.ClassDef) -> list[ast.AnnAssign]:
    """Return the annotated fields of a class."""
    return [node for node in class_def.body if isinstance(node, ast.AnnAssign)]


def find_nodes(root: ast.AST, kind: type[Node]) -> Iterator[Node]:
    """Yield the nodes of a type."""
    return (node for node in ast.walk(root) if isinstance(node, kind))


def is_subscript_of(node: ast.AST, name: str) -> bool:
    """Return whether a node is a subscript of a name, such as `list[…]`."""
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
    )


def unquote(annotation: ast.expr) -> ast.expr:
    """Remove quotes from an annotation: the client module postpones evaluation of all."""
    return ast.parse(ast.unparse(annotation).replace('"', "").replace("'", ""), mode="eval").body


def import_from(module: Module, names: list[str]) -> ast.ImportFrom:
    """Build an import of names from a module."""
    return ast.ImportFrom(module.name, [ast.alias(name) for name in names], module.level)
