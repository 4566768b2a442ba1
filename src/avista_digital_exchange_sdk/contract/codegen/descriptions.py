"""The schema's descriptions, as docstrings of what is generated from it.

Editors show them with a class and with each of its fields. Unlike `Field(description=…)` they cost
nothing when the class is made.
"""

import ast
from collections.abc import Mapping
from typing import Protocol


class Described(Protocol):
    """A part of a schema."""

    description: str | None


def describe(
    class_def: ast.ClassDef, described: Described, members: Mapping[str, Described]
) -> None:
    """Give a class its description, and each of its members, by name, the one of its own."""
    body: list[ast.stmt] = []
    if described.description:
        body.append(ast.Expr(ast.Constant(described.description)))
    for statement in class_def.body:
        body.append(statement)
        member = members.get(_name_of(statement))
        if member is not None and member.description:
            body.append(ast.Expr(ast.Constant(" ".join(member.description.split()))))
    class_def.body = body


def _name_of(statement: ast.stmt) -> str:
    """Name the member that a statement defines."""
    if isinstance(statement, ast.AnnAssign):
        return ast.unparse(statement.target)
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0])
    return ""
