"""Merges selections into one list of fields and fragments, like GraphQL does.

A field may be selected several times, in fragments and under conditions. A response contains all
of these selections. ariadne-codegen only considers the first.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
)

CONDITIONS = {"include": True, "skip": False}
"""The conditional directives, with the value for which a selection is included."""


class Selections(NamedTuple):
    """A selection set, and whether it may be missing in a response that has its parent."""

    node: SelectionSetNode
    conditional: bool


@dataclass
class MergedField:
    """A field of a response.

    Attributes:
        node: The first of the selected fields; all have the same name and arguments.
        conditional: Whether it may be missing in a response.
        parts: Its selection sets.
    """

    node: FieldNode
    conditional: bool = True
    parts: list[Selections] = field(default_factory=list)

    @property
    def selections(self) -> list[Selections]:
        """Its selection sets, each conditional if the field may be present without it."""
        if len(self.parts) == 1:
            return [Selections(self.parts[0].node, False)]
        return self.parts


@dataclass
class MergedSelections:
    """The fields of a response by response key, and the fragments with further fields."""

    fields: dict[str, MergedField] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)


def merge_selections(
    selections: Iterable[Selections],
    fragments: Mapping[str, FragmentDefinitionNode],
    is_kept: Callable[[FragmentDefinitionNode], bool],
) -> MergedSelections:
    """Merge selections on one object type; fragments that are not kept become fields."""
    merged = MergedSelections()

    def add(node: SelectionNode, conditional: bool) -> None:
        conditional = conditional or is_conditional(node)
        if isinstance(node, FieldNode):
            key = get_response_key(node)
            entry = merged.fields.setdefault(key, MergedField(node))
            entry.conditional &= conditional
            if node.selection_set:
                entry.parts.append(Selections(node.selection_set, conditional))
        elif isinstance(node, InlineFragmentNode):
            add_all(node.selection_set, conditional)
        elif isinstance(node, FragmentSpreadNode):
            fragment = fragments[node.name.value]
            if not conditional and is_kept(fragment):
                if node.name.value not in merged.fragments:
                    merged.fragments.append(node.name.value)
            else:
                add_all(fragment.selection_set, conditional)

    def add_all(selection_set: SelectionSetNode, conditional: bool) -> None:
        for node in selection_set.selections:
            add(node, conditional)

    for part in selections:
        add_all(part.node, part.conditional)
    return merged


def get_response_key(node: FieldNode) -> str:
    """Return the name of a field in the response."""
    return node.alias.value if node.alias else node.name.value


def is_conditional(node: SelectionNode) -> bool:
    """Whether a variable may exclude a selection."""
    return any(_may_exclude(directive) for directive in node.directives or ())


def _may_exclude(directive: DirectiveNode) -> bool:
    included = CONDITIONS.get(directive.name.value)
    if included is None:
        return False
    (condition,) = directive.arguments
    value = condition.value
    return not (isinstance(value, BooleanValueNode) and value.value is included)
