"""Helpers for GraphQL syntax trees."""

import re
from typing import TypeVar

from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    NamedTypeNode,
    Node,
    Source,
    Visitor,
    print_ast,
    visit,
)

Syntax = TypeVar("Syntax", bound=Node)


def replace_attributes(node: Syntax, **attributes: object) -> Syntax:
    """Copy a node with changed attributes; nodes are immutable as of graphql-core 3.3."""
    return type(node)(**{**{key: getattr(node, key) for key in node.keys}, **attributes})


def find_type_names(node: Node) -> set[str]:
    """Return the names of all types that a node refers to."""
    names = _TypeNames()
    visit(node, names)
    return names.found


class _TypeNames(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
        self.found.add(node.name.value)


def get_line_and_column(source: Source, position: int) -> tuple[int, int]:
    """Find the line and column of a position, both counted from 1.

    graphql-core 3.2 returns the previous line for positions at the start of a line.
    """
    lines = re.split(r"\r\n|\r|\n", source.body[:position])
    return len(lines), len(lines[-1]) + 1


def print_default(argument: GraphQLArgument | GraphQLInputField) -> str | None:
    """Format the default of an argument or input field as in the schema."""
    node = argument.ast_node
    if not node or not node.default_value:
        return None
    # graphql-core 3.3 writes `{  }`.
    return print_ast(node.default_value).replace("{  }", "{}")
