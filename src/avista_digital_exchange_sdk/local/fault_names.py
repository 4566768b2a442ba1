"""The names of operations that faults can be set for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

ALL = "*"
UPLOAD = "upload"
DOWNLOAD = "download"
ROOT_TYPES = ("Query", "Mutation", "Subscription")
TRANSFERS = frozenset({UPLOAD, DOWNLOAD})

Fragments = Mapping[str, FragmentDefinitionNode]


def resolve_operation(name: object) -> frozenset[str]:
    """Return the root fields and transfers that a name stands for.

    Args:
        name: The name of a call, of a root field, or of an operation of the SDK; `upload`,
            `download`, or `*` for everything.

    Raises:
        ValueError: If there is nothing with this name.
    """
    known = _known_names()
    if isinstance(name, str) and name in known:
        return known[name]
    message = (
        "operation must be the name of a call or of a root field, 'upload', 'download' or '*', "
        f"got {name!r}"
    )
    if isinstance(name, str) and (similar := get_close_matches(name, known, 3)):
        message += f"; similar names are {', '.join(similar)}"
    raise ValueError(message)


def list_root_fields(selection: SelectionSetNode, fragments: Fragments) -> frozenset[str]:
    """List the names of the root fields that an operation selects, in fragments too."""
    names: set[str] = set()
    for node in selection.selections:
        if isinstance(node, FieldNode):
            names.add(node.name.value)
        elif isinstance(node, FragmentSpreadNode):
            names |= list_root_fields(fragments[node.name.value].selection_set, fragments)
        elif isinstance(node, InlineFragmentNode):
            names |= list_root_fields(node.selection_set, fragments)
    return frozenset(names)


@cache
def _known_names() -> dict[str, frozenset[str]]:
    package = files("avista_digital_exchange_sdk")
    schema = parse((package / "_generated" / "schema.graphql").read_text("utf-8"))
    roots = frozenset(
        field.name.value
        for definition in schema.definitions
        if isinstance(definition, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
        and definition.name.value in ROOT_TYPES
        for field in definition.fields
    )
    operations = _operations()
    calls = json.loads((package / "contract" / "calls.json").read_text("utf-8"))
    by_call = {
        call: frozenset().union(*(operations[name] for name in names))
        for call, names in calls.items()
        if names
    }
    names = {name: frozenset({name}) for name in (*roots, *TRANSFERS)}
    return by_call | operations | names | {ALL: roots | TRANSFERS}


def _operations() -> dict[str, frozenset[str]]:
    """Return the root fields of each operation of the SDK."""
    text = (files("avista_digital_exchange_sdk") / "_generated" / "operations.graphql").read_text(
        "utf-8"
    )
    definitions = parse(text).definitions
    fragments = {
        definition.name.value: definition
        for definition in definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    return {
        definition.name.value: list_root_fields(definition.selection_set, fragments)
        for definition in definitions
        if isinstance(definition, OperationDefinitionNode) and definition.name is not None
    }
