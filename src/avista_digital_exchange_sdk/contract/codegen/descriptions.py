"""Adds the schema's descriptions as docstrings to generated code.

Editors show them for classes and fields. Unlike `Field(description=…)`, they do not slow down the
creation of classes.
"""

import ast
from collections.abc import Mapping
from typing import Protocol


class Described(Protocol):
    """A schema element with a description."""

    description: str | None


def describe(
    class_def: ast.ClassDef, described: Described, members: Mapping[str, Described]
) -> None:
    """Add docstrings to a class and to its members, by name."""
    body: list[ast.stmt] = []
    if described.description:
        body.append(ast.Expr(ast.Constant(described.description)))
    for statement in class_def.body:
        body.append(statement)
        member = members.get(_get_name(statement))
        if member is not None and member.description:
            body.append(ast.Expr(ast.Constant(" ".join(member.description.split()))))
    class_def.body = body


def _get_name(statement: ast.stmt) -> str:
    """Return the name of the member that a statement defines."""
    if isinstance(statement, ast.AnnAssign):
        return ast.unparse(statement.target)
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0])
    return ""
