"""Subsets of a schema that operations use."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueNode,
    FieldNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    ObjectFieldNode,
    SelectionSetNode,
    TypeDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    UnionTypeDefinitionNode,
    VariableDefinitionNode,
    Visitor,
    build_ast_schema,
    get_named_type,
    is_required_argument,
    is_required_input_field,
    parse,
    print_schema,
    visit,
)

from .ast_utils import find_type_names, print_default, replace_attributes

Arguments = set[str]
Members = dict[str, Arguments]


class Usage(NamedTuple):
    """The subsets of a schema that an operation uses, each a schema of its own.

    Attributes:
        responses: Selected fields and the types of variables. Whether a change of these breaks a
            program cannot be determined from the operation.
        literals: Selected fields with arguments and literal values. A change of these breaks the
            operation only if it is no longer valid.
    """

    responses: GraphQLSchema
    literals: GraphQLSchema


class SchemaSubsets:
    """Creates subsets of a schema, each a schema of its own."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        document = parse(print_schema(schema), no_location=True)
        self._definitions: dict[str, Any] = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, TypeDefinitionNode)
        }

    def for_document(self, document: DocumentNode, new: GraphQLSchema) -> Usage:
        """Return the subsets that a document uses.

        An omitted argument counts as used if the new schema requires it, or if its default is
        used.
        """
        uses = _UsageVisitor(TypeInfo(self._schema))
        visit(document, TypeInfoVisitor(uses.type_info, uses))
        # Introspection types and misspelled types have no definitions.
        selected = {name: uses.selected[name] for name in uses.selected if self._has(name)}
        literals = {name: uses.literals[name] for name in uses.literals if self._has(name)}
        outputs = {
            name: self._restrict_output(name, {member: set() for member in members}, selected)
            for name, members in selected.items()
        }
        variables = {name: self._definitions[name] for name in uses.variables if self._has(name)}
        return Usage(
            _build_schema(self._add_dependencies({**outputs, **variables})),
            _build_schema(
                {
                    **self._add_dependencies(outputs),
                    **self._restrict_to_literals(selected, literals, new),
                }
            ),
        )

    def _has(self, name: str) -> bool:
        return name in self._definitions

    def _restrict_to_literals(
        self, selected: Mapping[str, Members], literals: Mapping[str, set[str]], new: GraphQLSchema
    ) -> dict[str, Any]:
        """Restrict definitions to literal arguments, input fields and enum values."""
        kept = {
            name: self._restrict_output(
                name, self._add_implicit_arguments(name, members, new), selected
            )
            for name, members in selected.items()
        }
        kept |= {name: self._restrict_input(name, used, new) for name, used in literals.items()}
        while missing := _find_references(kept) & self._definitions.keys() - kept.keys():
            kept |= {name: self._restrict_input(name, set(), new) for name in missing}
        return kept

    def for_type(self, name: str) -> GraphQLSchema:
        """Return an input or enum with its dependencies."""
        return _build_schema(self._add_dependencies({name: self._definitions[name]}))

    def _add_dependencies(self, definitions: dict[str, Any]) -> dict[str, Any]:
        kept = dict(definitions)
        while missing := _find_references(kept) & self._definitions.keys() - kept.keys():
            kept |= {name: self._definitions[name] for name in missing}
        return kept

    def _add_implicit_arguments(self, name: str, members: Members, new: GraphQLSchema) -> Members:
        """Add omitted arguments that count as used."""
        fields, new_fields = (_get_fields(schema, name) for schema in (self._schema, new))
        found = {}
        for member, given in members.items():
            before = fields[member].args if member in fields else {}
            after = new_fields[member].args if member in new_fields else {}
            found[member] = given | {
                argument
                for argument in before.keys() & after.keys()
                if is_required_argument(after[argument])
                or print_default(before[argument])
                or print_default(after[argument])
            }
        return found

    def _restrict_output(self, name: str, members: Members, selected: Collection[str]) -> Any:
        """Copy a definition with only the used members."""
        definition = self._definitions[name]
        if isinstance(definition, UnionTypeDefinitionNode):
            types = tuple(kind for kind in definition.types or () if kind.name.value in selected)
            return replace_attributes(definition, types=types)
        fields = tuple(
            _restrict_arguments(field, members[field.name.value])
            for field in definition.fields or ()
            if field.name.value in members
        )
        return replace_attributes(definition, interfaces=(), fields=fields)

    def _restrict_input(self, name: str, used: set[str], new: GraphQLSchema) -> Any:
        """Copy a definition with the members that are literals, or newly required."""
        definition = self._definitions[name]
        if isinstance(definition, EnumTypeDefinitionNode):
            values = tuple(value for value in definition.values or () if value.name.value in used)
            return replace_attributes(definition, values=values)
        if isinstance(definition, InputObjectTypeDefinitionNode):
            required = {
                name
                for name, field in _get_fields(new, name).items()
                if is_required_input_field(field)
            }
            kept = used | required
            fields = tuple(field for field in definition.fields or () if field.name.value in kept)
            return replace_attributes(definition, fields=fields)
        return definition


class _UsageVisitor(Visitor):
    """Collects selected fields with their arguments, literal values, and variables."""

    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self.type_info = type_info
        self.selected: dict[str, Members] = defaultdict(dict)
        self.literals: dict[str, set[str]] = defaultdict(set)
        self.variables: set[str] = set()

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        self.variables |= find_type_names(node.type)

    def enter_selection_set(self, _node: SelectionSetNode, *_: object) -> None:
        if parent := self.type_info.get_parent_type():
            self.selected[parent.name] |= {}

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self.type_info.get_parent_type()
        if parent and self.type_info.get_field_def():
            arguments = self.selected[parent.name].setdefault(node.name.value, set())
            arguments.update(argument.name.value for argument in node.arguments or ())

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        if kind := get_named_type(self.type_info.get_parent_input_type()):
            self.literals[kind.name].add(node.name.value)

    def enter_enum_value(self, node: EnumValueNode, *_: object) -> None:
        if kind := get_named_type(self.type_info.get_input_type()):
            self.literals[kind.name].add(node.value)


def _build_schema(definitions: dict[str, Any]) -> GraphQLSchema:
    return build_ast_schema(
        DocumentNode(definitions=tuple(definitions.values())), assume_valid=True
    )


def _find_references(definitions: dict[str, Any]) -> set[str]:
    return {name for definition in definitions.values() for name in find_type_names(definition)}


def _get_fields(schema: GraphQLSchema, name: str) -> dict[str, Any]:
    return getattr(schema.type_map.get(name), "fields", {})


def _restrict_arguments(field: Any, arguments: Arguments) -> Any:
    kept = tuple(node for node in field.arguments or () if node.name.value in arguments)
    return replace_attributes(field, arguments=kept)
