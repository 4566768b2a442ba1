"""The part of a schema that operations use."""

from collections import defaultdict
from copy import copy
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    SelectionSetNode,
    TypeDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    UnionTypeDefinitionNode,
    Visitor,
    build_ast_schema,
    parse,
    print_schema,
    visit,
)

from .ast_utils import type_names

Arguments = set[str]
Members = dict[str, Arguments]


class SchemaSubsets:
    """The parts of a schema, each a schema of its own."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        document = parse(print_schema(schema), no_location=True)
        self._definitions: dict[str, Any] = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, TypeDefinitionNode)
        }

    def for_document(self, document: DocumentNode) -> GraphQLSchema:
        """The fields and arguments that a document names, and what these need."""
        uses = _Uses(TypeInfo(self._schema))
        visit(document, TypeInfoVisitor(uses.type_info, uses))
        return self._with_needs(
            {
                name: _prune(self._definitions[name], members, uses.members.keys())
                for name, members in uses.members.items()
            }
        )

    def for_type(self, name: str) -> GraphQLSchema:
        """An input or enum, and what it needs."""
        return self._with_needs({name: self._definitions[name]})

    def _with_needs(self, definitions: dict[str, Any]) -> GraphQLSchema:
        kept = dict(definitions)
        needed = {name for node in kept.values() for name in type_names(node)}
        while missing := needed & self._definitions.keys() - kept.keys():
            for name in missing:
                kept[name] = self._definitions[name]
                needed |= type_names(kept[name])
        return build_ast_schema(DocumentNode(definitions=tuple(kept.values())), assume_valid=True)


class _Uses(Visitor):
    """Collects the members of each type that are selected, with the arguments they are given."""

    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self.type_info = type_info
        self.members: dict[str, Members] = defaultdict(dict)

    def enter_selection_set(self, _node: SelectionSetNode, *_: object) -> None:
        if parent := self.type_info.get_parent_type():
            self.members[parent.name] |= {}

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self.type_info.get_parent_type()
        if parent and self.type_info.get_field_def():
            arguments = self.members[parent.name].setdefault(node.name.value, set())
            arguments.update(argument.name.value for argument in node.arguments)


def _prune(definition: Any, members: Members, types: Any) -> Any:
    """A definition without the members that are not used."""
    part = copy(definition)
    if isinstance(definition, UnionTypeDefinitionNode):
        part.types = tuple(kind for kind in definition.types if kind.name.value in types)
        return part
    part.interfaces = ()
    part.fields = tuple(
        _with_arguments(field, members[field.name.value])
        for field in definition.fields
        if field.name.value in members
    )
    return part


def _with_arguments(field: Any, arguments: Arguments) -> Any:
    part = copy(field)
    part.arguments = tuple(node for node in field.arguments if node.name.value in arguments)
    return part
