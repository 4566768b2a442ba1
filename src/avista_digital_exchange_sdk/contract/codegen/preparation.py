"""Prepares a document for ariadne-codegen: flat selections with valid Python names.

The package is generated from the prepared document; its methods send the user's original.
"""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    Node,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    Visitor,
    introspection_types,
    print_ast,
    print_schema,
    print_type,
    separate_operations,
    visit,
)

from ..ast_utils import replace_attributes
from ..documents import Problem, format_location, make_problem
from ..errors import ContractError
from .names import assign_python_names, to_class_name, to_method_name
from .response_classes import (
    DIRECTIVE_SDL,
    INTROSPECTION,
    INTROSPECTION_FIELDS,
    ResponseClassBuilder,
)
from .selections import Selections

MODULES = frozenset(
    {"base_client", "base_model", "client", "enums", "fragments", "input_types", "sync_client"}
)
"""The modules of a package other than those of operations, which are named after methods."""


# Modules of operations are named after methods; file systems allow names of 255 bytes.
MAX_METHOD_LENGTH = 200


class Variable(NamedTuple):
    """A variable of an operation.

    Attributes:
        name: Its name in the operation.
        has_default: Whether it is non-null but can be omitted.
    """

    name: str
    has_default: bool


class Operation(NamedTuple):
    """An operation and its method.

    Attributes:
        name: Its name.
        method: The name of its method.
        text: The source to send: the operation and the fragments it uses.
        description: Its description, or those of its fields in the schema.
        variables: Its variables, by argument of the method.
    """

    name: str
    method: str
    text: str
    description: str | None
    variables: dict[str, Variable]


class PreparedDocument(NamedTuple):
    """Input for ariadne-codegen, and what the plugin adds to its output.

    Attributes:
        schema: The schema's SDL.
        document: The operations and fragments, each under the name of its class.
        operations: The original operations, by name in `document`.
    """

    schema: str
    document: str
    operations: dict[str, Operation]


def prepare(
    schema: GraphQLSchema, document: DocumentNode, reserved: Collection[str]
) -> PreparedDocument:
    """Prepare a valid document; methods must not have `reserved` names.

    Raises:
        ContractError: Names are not unique or reserved.
    """
    nodes = document.definitions
    fragments = {
        node.name.value: node for node in nodes if isinstance(node, FragmentDefinitionNode)
    }
    operations = {
        node.name.value: node
        for node in nodes
        if isinstance(node, OperationDefinitionNode) and node.name
    }
    _check_methods(operations, reserved)
    _check_classes(fragments)
    classes = ResponseClassBuilder(schema, fragments)
    results = {name: classes.reserve_name(to_class_name(name)) for name in operations}
    texts = separate_operations(document)
    prepared = {
        results[name]: _prepare_operation(schema, name, results[name], node, texts[name])
        for name, node in operations.items()
    }
    definitions = [
        _print_operation(schema, node, results[name], prepared[results[name]], classes)
        for name, node in operations.items()
    ]
    roots = {root.name for root in map(schema.get_root_type, OperationType) if root}
    for name, fragment in fragments.items():
        # Fragments on root types are inlined into the operation.
        if (kind := fragment.type_condition.name.value) not in roots:
            selected = classes.build_for_fragment(name).selection_set
            on = _rename_introspection(kind)
            definitions.append(f"fragment {classes.names[name]} on {on} {selected}")
    return PreparedDocument(_print_sdl(schema), "\n\n".join(definitions), prepared)


def _check_methods(
    operations: Mapping[str, OperationDefinitionNode], reserved: Collection[str]
) -> None:
    """Reject operations whose methods would have a name that is already used."""
    problems: list[Problem] = []
    methods: dict[str, Node] = {}
    for name, operation in operations.items():
        method = to_method_name(name)
        first = methods.setdefault(method, operation)
        if method in reserved or method in MODULES:
            reason = "which is reserved"
        elif len(method) > MAX_METHOD_LENGTH:
            reason = f"which is longer than {MAX_METHOD_LENGTH} characters"
        elif first is not operation:
            reason = f"like that of the operation at {format_location(first)}"
        else:
            continue
        message = f"The method of the operation {name} would be called {method}, {reason}"
        problems.append(make_problem(operation, f"{message}; rename the operation."))
    _raise_if_any(problems)


def _check_classes(fragments: Mapping[str, FragmentDefinitionNode]) -> None:
    """Reject fragments whose classes would have the same name."""
    problems: list[Problem] = []
    classes: dict[str, Node] = {}
    for name, fragment in fragments.items():
        class_name = to_class_name(name)
        first = classes.setdefault(class_name, fragment)
        if first is not fragment:
            message = (
                f"The class of the fragment {name} would be called {class_name}, "
                f"like that of the fragment at {format_location(first)}; rename the fragment."
            )
            problems.append(make_problem(fragment, message))
    _raise_if_any(problems)


def _raise_if_any(problems: list[Problem]) -> None:
    if problems:
        raise ContractError("\n".join(map(str, problems)))


def _prepare_operation(
    schema: GraphQLSchema,
    name: str,
    result: str,
    node: OperationDefinitionNode,
    document: DocumentNode,
) -> Operation:
    variables = {
        variable.variable.name.value: Variable(
            variable.variable.name.value,
            isinstance(variable.type, NonNullTypeNode) and variable.default_value is not None,
        )
        for variable in node.variable_definitions or ()
    }
    # Names that the methods of both clients refer to.
    reserved = {"self", "gql", "AsyncClient", "EventIterator", "cast", result}
    arguments = assign_python_names(variables, reserved.__contains__)
    return Operation(
        name,
        to_method_name(name),
        _print_as_sent(document),
        node.description.value if node.description else _describe_fields(schema, node),
        {arguments[name]: variable for name, variable in variables.items()},
    )


def _describe_fields(schema: GraphQLSchema, node: OperationDefinitionNode) -> str | None:
    """Join the schema's descriptions of the fields that an operation selects."""
    root = schema.get_root_type(node.operation)
    assert root
    described: dict[str, str] = {
        selection.name.value: field.description
        for selection in node.selection_set.selections
        if isinstance(selection, FieldNode)
        and (field := root.fields.get(selection.name.value))
        and field.description
    }
    if len(described) == 1:
        return next(iter(described.values()))
    return "\n".join(f"{name}: {text}" for name, text in described.items()) or None


def _print_as_sent(document: DocumentNode) -> str:
    """Print an operation and its fragments for sending."""
    operation = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    fragments.sort(key=lambda fragment: fragment.name.value)
    sent = DocumentNode(definitions=(*operation, *fragments))
    return print_ast(visit(sent, _Normalize()))


class _Normalize(Visitor):
    """Removes descriptions, which few servers support, and line breaks from strings.

    The source can then be indented without changing its meaning.
    """

    def enter(self, node: Node, *_: object) -> Node | None:
        if getattr(node, "description", None):
            return replace_attributes(node, description=None)
        if isinstance(node, StringValueNode) and node.block:
            return replace_attributes(node, block=False)
        return None


def _print_operation(
    schema: GraphQLSchema,
    node: OperationDefinitionNode,
    result: str,
    operation: Operation,
    classes: ResponseClassBuilder,
) -> str:
    """Print a prepared operation."""
    kind = schema.get_root_type(node.operation)
    assert kind
    selections = [Selections(node.selection_set, False)]
    selected = classes.build(kind, selections, result).selection_set
    types = {
        definition.variable.name.value: definition.type
        for definition in node.variable_definitions or ()
    }
    variables = ", ".join(
        # ariadne-codegen makes only nullable variables optional.
        f"${argument}: {print_ast(types[variable.name]).removesuffix('!' * variable.has_default)}"
        for argument, variable in operation.variables.items()
    )
    variables = f"({variables})" if variables else ""
    return f"{node.operation.value} {result}{variables} {selected}"


def _print_sdl(schema: GraphQLSchema) -> str:
    """Print a schema with introspection fields added, which ariadne-codegen does not support."""
    introspection = "\n".join(
        _rename_introspection(print_type(kind)) for kind in introspection_types.values()
    )
    assert schema.query_type
    fields = f"""
        extend type {schema.query_type.name} {{
          {INTROSPECTION_FIELDS["__schema"]}: {INTROSPECTION}Schema!
          {INTROSPECTION_FIELDS["__type"]}(name: String!): {INTROSPECTION}Type
        }}
    """
    return "\n".join([print_schema(schema), introspection, fields, DIRECTIVE_SDL])


def _rename_introspection(names: str) -> str:
    """Rename introspection types, whose names are not allowed for classes."""
    return re.sub(r"\b__(?=[A-Z])", INTROSPECTION, names)
