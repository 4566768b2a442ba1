"""Coerces large variables faster than graphql-core, which inspects the type of each value.

A document is rewritten so that graphql-core accepts coerced values: its variables of input object
types get a scalar type without coercion. Variables that are not valid, or that this module does not
know, are left to graphql-core, which reports the errors.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    get_named_type,
    is_input_object_type,
    type_from_ast,
)

Coerce = Callable[[Any], Any]

COERCED = GraphQLScalarType("CoercedInput")


class PreparedDocument(NamedTuple):
    """A document that accepts coerced variables.

    Attributes:
        document: The document for the schema of `accept_coerced_values`.
        coercions: How to coerce each variable, by name.
    """

    document: DocumentNode
    coercions: Mapping[str, Coerce]


def accept_coerced_values(schema: GraphQLSchema) -> GraphQLSchema:
    """Add the type of coerced values to a schema, for execution only."""
    options = schema.to_kwargs()
    options["types"] = (*(options["types"] or ()), COERCED)
    return GraphQLSchema(**options)


class VariableCoercer:
    """Prepares documents of one schema for coerced variables."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._input_objects: dict[str, Coerce] = {}

    def prepare(self, document: DocumentNode) -> PreparedDocument | None:
        """Prepare a valid document; return None if it has no variables to coerce."""
        definitions = list(document.definitions)
        operations = [
            index
            for index, definition in enumerate(definitions)
            if isinstance(definition, OperationDefinitionNode)
        ]
        # The variables of several operations may have the same names and different types.
        if len(operations) != 1:
            return None
        operation = definitions[operations[0]]
        assert isinstance(operation, OperationDefinitionNode)
        coercions = self._build_coercions(operation)
        if not coercions:
            return None
        definitions[operations[0]] = _replace_types(operation, coercions)
        return PreparedDocument(DocumentNode(definitions=tuple(definitions)), coercions)

    def _build_coercions(self, operation: OperationDefinitionNode) -> dict[str, Coerce]:
        coercions = {}
        for variable in operation.variable_definitions or ():
            variable_type = type_from_ast(self._schema, variable.type)
            if variable.default_value is None and is_input_object_type(
                get_named_type(variable_type)
            ):
                coercions[variable.variable.name.value] = self._build(variable_type)
        return coercions

    def _build(self, input_type: Any) -> Coerce:
        """Build the coercion of a type. It raises an exception for values that are not valid."""
        if isinstance(input_type, GraphQLNonNull):
            return _require(self._build(input_type.of_type))
        if isinstance(input_type, GraphQLList):
            return _coerce_list(self._build(input_type.of_type))
        if isinstance(input_type, GraphQLInputObjectType):
            # Built when it is used, as types may contain themselves.
            return lambda value: None if value is None else self._coerce_object(input_type, value)
        return _coerce_leaf(input_type)

    def _coerce_object(self, input_type: GraphQLInputObjectType, value: Any) -> Any:
        coerce = self._input_objects.get(input_type.name)
        if coerce is None:
            coerce = self._input_objects[input_type.name] = self._build_object(input_type)
        return coerce(value)

    def _build_object(self, input_type: GraphQLInputObjectType) -> Coerce:
        fields = []
        for name, field in input_type.fields.items():
            if field.ast_node is None or field.ast_node.default_value is not None:
                raise NotImplementedError(f"{input_type.name}.{name} has a default value")
            required = isinstance(field.type, GraphQLNonNull)
            fields.append((name, field.out_name or name, self._build(field.type), required))

        def coerce(value: Any) -> Any:
            if type(value) is not dict:
                raise ValueError(f"{input_type.name} must be an object")
            coerced = {}
            for name, out_name, coerce_field, required in fields:
                if name in value:
                    coerced[out_name] = coerce_field(value[name])
                elif required:
                    raise ValueError(f"{input_type.name}.{name} is missing")
            if len(coerced) != len(value):
                raise ValueError(f"{input_type.name} has unknown fields")
            return input_type.out_type(coerced)

        return coerce


def coerce_variables(
    prepared: PreparedDocument, variables: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Coerce variables; return None if any of them is not valid."""
    coerced = dict(variables or {})
    try:
        for name, coerce in prepared.coercions.items():
            coerced[name] = coerce(coerced[name])
    except Exception:
        return None
    return coerced


def _replace_types(
    operation: OperationDefinitionNode, names: Collection[str]
) -> OperationDefinitionNode:
    """Give variables the type of coerced values."""
    variables = tuple(
        VariableDefinitionNode(
            variable=variable.variable,
            type=NamedTypeNode(name=NameNode(value=COERCED.name)),
            directives=variable.directives,
        )
        if variable.variable.name.value in names
        else variable
        for variable in operation.variable_definitions or ()
    )
    return OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=variables,
        directives=operation.directives,
        selection_set=operation.selection_set,
    )


def _require(coerce: Coerce) -> Coerce:
    def coerce_required(value: Any) -> Any:
        if value is None:
            raise ValueError("the value must not be null")
        return coerce(value)

    return coerce_required


def _coerce_list(coerce: Coerce) -> Coerce:
    def coerce_items(value: Any) -> Any:
        if value is None:
            return None
        return [coerce(item) for item in value] if type(value) is list else [coerce(value)]

    return coerce_items


def _coerce_leaf(input_type: GraphQLScalarType | GraphQLEnumType) -> Coerce:
    if input_type in (GraphQLString, GraphQLID):
        return lambda value: (
            value if type(value) is str or value is None else input_type.parse_value(value)
        )
    if isinstance(input_type, GraphQLEnumType):
        members = {name: input_type.parse_value(name) for name in input_type.values}
        return lambda value: None if value is None else members[value]
    return lambda value: None if value is None else input_type.parse_value(value)
