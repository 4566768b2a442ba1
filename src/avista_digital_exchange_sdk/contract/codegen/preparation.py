"""A document prepared for ariadne-codegen: flat selections, under names that work in Python.

The package is generated from the prepared document. What its methods send is the user's own.
"""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from graphql import (
    DocumentNode,
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

from ..ast_utils import altered
from ..documents import Problem, place_of, problem_at
from ..errors import ContractError
from .classes import DIRECTIVE_SDL, INTROSPECTION, INTROSPECTION_FIELDS, AnswerClasses
from .names import class_name, method_name, python_names
from .selections import Selections

MODULES = frozenset(
    {"base_client", "base_model", "blocking", "client", "enums", "fragments", "input_types"}
)
"""The modules of a package beside those of its operations, which are called as the methods are."""


class Variable(NamedTuple):
    """A variable of an operation.

    Attributes:
        name: What the operation calls it.
        has_default: Whether callers may leave it out although it is never null.
    """

    name: str
    has_default: bool


class Operation(NamedTuple):
    """An operation as it is called and sent.

    Attributes:
        name: Its name.
        method: The method that runs it.
        text: What is sent: the operation and the fragments it uses.
        description: What the user's document says of it.
        variables: Its variables, by the arguments of the method.
    """

    name: str
    method: str
    text: str
    description: str | None
    variables: dict[str, Variable]


class Prepared(NamedTuple):
    """What ariadne-codegen reads, and what it does not know.

    Attributes:
        schema: The schema's SDL.
        document: The operations and fragments, each under the name of its class.
        operations: The operations as the user wrote them, by their names in `document`.
    """

    schema: str
    document: str
    operations: dict[str, Operation]


def prepare(schema: GraphQLSchema, document: DocumentNode, reserved: Collection[str]) -> Prepared:
    """Prepare a valid document; `reserved` are names that no method may have.

    Raises:
        ContractError: Two things would have the same name, or one has a reserved name.
    """
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    operations = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode) and node.name
    }
    _check_names(operations, fragments, reserved)
    classes = AnswerClasses(schema, fragments)
    results = {name: classes.new(class_name(name)) for name in operations}
    texts = separate_operations(document)
    prepared: dict[str, Operation] = {}
    definitions = []
    roots = {root.name for root in map(schema.get_root_type, OperationType) if root}
    for name, node in operations.items():
        result = results[name]
        prepared[result] = _operation(name, result, node, texts[name])
        kind = schema.get_root_type(node.operation)
        assert kind
        selections = [Selections(node.selection_set, False)]
        selected = classes.of_selections(kind, selections, result).selection_set
        variables = _variable_definitions(node, prepared[result])
        definitions.append(f"{node.operation.value} {result}{variables} {selected}")
    for name, fragment in fragments.items():
        type_name = fragment.type_condition.name.value
        # What is selected at the root belongs to the operation itself.
        if type_name not in roots:
            selected = classes.of_fragment(name).selection_set
            definitions.append(
                f"fragment {classes.names[name]} on {_allowed(type_name)} {selected}"
            )
    return Prepared(_sdl(schema), "\n\n".join(definitions), prepared)


def _check_names(
    operations: Mapping[str, OperationDefinitionNode],
    fragments: Mapping[str, FragmentDefinitionNode],
    reserved: Collection[str],
) -> None:
    """Refuse what would have the name of something else in the package."""
    problems: list[Problem] = []
    methods: dict[str, Node] = {}
    for name, operation in operations.items():
        method = method_name(name)
        other = methods.setdefault(method, operation)
        if method in reserved or method in MODULES:
            message = f"The method of the operation {name} would be called {method}, which is taken"
        elif other is not operation:
            message = (
                f"The method of the operation {name} would be called {method}, "
                f"as that of the operation at {place_of(other)}"
            )
        else:
            continue
        problems.append(problem_at(operation, f"{message}; rename the operation."))
    classes: dict[str, Node] = {}
    for name, fragment in fragments.items():
        other = classes.setdefault(class_name(name), fragment)
        if other is not fragment:
            message = (
                f"The class of the fragment {name} would be called {class_name(name)}, "
                f"as that of the fragment at {place_of(other)}; rename the fragment."
            )
            problems.append(problem_at(fragment, message))
    if problems:
        raise ContractError("\n".join(map(str, problems)))


def _operation(
    name: str, result: str, node: OperationDefinitionNode, document: DocumentNode
) -> Operation:
    defaults = {
        variable.variable.name.value: variable.default_value is not None
        for variable in node.variable_definitions or ()
    }
    # What the method itself refers to.
    reserved = {"self", "gql", result}
    arguments = python_names(defaults, reserved.__contains__)
    return Operation(
        name,
        method_name(name),
        _text(document),
        node.description.value if node.description else None,
        {arguments[variable]: Variable(variable, defaults[variable]) for variable in defaults},
    )


def _text(document: DocumentNode) -> str:
    """Write an operation and its fragments as they are sent."""
    operation = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    fragments = [node for node in document.definitions if isinstance(node, FragmentDefinitionNode)]
    fragments.sort(key=lambda fragment: fragment.name.value)
    sent = DocumentNode(definitions=(*operation, *fragments))
    return print_ast(visit(sent, _AsSent()))


class _AsSent(Visitor):
    """Removes descriptions, which few servers know, and line breaks from strings.

    So the text can be indented without a change of its meaning.
    """

    def enter(self, node: Node, *_: object) -> Node | None:
        if getattr(node, "description", None):
            return altered(node, description=None)
        if isinstance(node, StringValueNode) and node.block:
            return altered(node, block=False)
        return None


def _variable_definitions(node: OperationDefinitionNode, operation: Operation) -> str:
    """Write an operation's variables; those that can be left out as nullable ones."""
    types = {
        variable.variable.name.value: variable.type.type
        if isinstance(variable.type, NonNullTypeNode) and variable.default_value is not None
        else variable.type
        for variable in node.variable_definitions or ()
    }
    listed = ", ".join(
        f"${argument}: {print_ast(types[variable.name])}"
        for argument, variable in operation.variables.items()
    )
    return f"({listed})" if listed else ""


def _sdl(schema: GraphQLSchema) -> str:
    """Write a schema, introspection as part of it: ariadne-codegen does not know its fields."""
    introspection = "\n".join(_allowed(print_type(kind)) for kind in introspection_types.values())
    assert schema.query_type
    fields = f"""
        extend type {schema.query_type.name} {{
          {INTROSPECTION_FIELDS["__schema"]}: {INTROSPECTION}Schema!
          {INTROSPECTION_FIELDS["__type"]}(name: String!): {INTROSPECTION}Type
        }}
    """
    return "\n".join([print_schema(schema), introspection, fields, DIRECTIVE_SDL])


def _allowed(names: str) -> str:
    """Rename introspection's types, whose names no class can have."""
    return re.sub(r"\b__(?=[A-Z])", INTROSPECTION, names)
