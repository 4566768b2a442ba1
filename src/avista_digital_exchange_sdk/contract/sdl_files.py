"""A schema as the files of `schema/`: one a service, in a stable order.

What the present files hold keeps its place, the comment at a file's head stays, and a description
that the new schema lacks is taken from the present one; members come in the order of their names.
So a diff of the files shows what changed, and nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    NamedTypeNode,
    NameNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    OperationType,
    OperationTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    TypeDefinitionNode,
    parse,
    print_ast,
    print_schema,
)

from .ast_utils import replace_attributes, type_names
from .loader import from_sdl
from .service_assignment import BASE, Name, Service, ServiceClassifier

MEMBERS = {"fields": "{}.{}", "values": "{}.{}", "arguments": "{}({})"}
"""What definitions and their members have as members, with the form of their coordinates."""


class Definition(NamedTuple):
    """One definition of a file."""

    key: str
    rank: int
    node: DefinitionNode


def to_sdl(folder: Path) -> str:
    """The SDL of a folder's files, in one piece."""
    files = sorted(folder.glob("*.graphql"))
    return "\n".join(file.read_text("utf-8") for file in files)


def rewrite(folder: Path, schema: GraphQLSchema) -> list[Path]:
    """Bring a folder to what the schema says; return the files that changed."""
    present = {file.stem: file.read_text("utf-8") for file in sorted(folder.glob("*.graphql"))}
    arranged = split_by_service(schema, present)
    changed = []
    for service in sorted(present.keys() | arranged.keys()):
        if arranged.get(service) != present.get(service):
            file = folder / f"{service}.graphql"
            changed.append(file)
            if service in arranged:
                file.write_text(arranged[service], "utf-8")
            else:
                file.unlink()
    return changed


def split_by_service(schema: GraphQLSchema, present: Mapping[Service, str]) -> dict[Service, str]:
    """Lay a schema out as the text of one file a service."""
    before = {service: list(parse(text).definitions) for service, text in present.items()}
    after = _definitions(schema, before)
    roots = _root_names(schema)
    services = ServiceClassifier(_present_services(before)).assign(_users(after, roots))
    order = {service: [_key(node) for node in nodes] for service, nodes in before.items()}
    pieces: dict[Service, list[Definition]] = defaultdict(list)
    pieces[BASE].append(Definition("schema", 0, _schema_definition(schema)))
    for definition in after:
        name = definition.name.value
        if name in roots and isinstance(definition, ObjectTypeDefinitionNode):
            for service, piece in _root_pieces(definition, roots.index(name), services):
                pieces[service].append(piece)
        else:
            # A scalar is no service's own.
            scalar = isinstance(definition, ScalarTypeDefinitionNode)
            service = BASE if scalar else services[name]
            pieces[service].append(Definition(name, _rank(definition), definition))
    return {
        service: _text(_header(service, present.get(service, "")), held, order.get(service, []))
        for service, held in pieces.items()
    }


def _definitions(
    schema: GraphQLSchema, before: Mapping[Service, list[DefinitionNode]]
) -> list[TypeDefinitionNode]:
    """The schema's types, described and with their members in order."""
    document = parse(print_schema(schema), no_location=True)
    descriptions = {
        coordinate: node.description
        for nodes in before.values()
        for definition in nodes
        for coordinate, node in _described(definition)
        if node.description
    }
    return [
        _arranged(node, node.name.value, descriptions)
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode)
    ]


def _arranged(node: Any, coordinate: str, descriptions: Mapping[str, Any]) -> Any:
    """A definition or a member, described, with its own members in order."""
    members = {
        kind: tuple(
            _arranged(member, coordinates.format(coordinate, member.name.value), descriptions)
            for member in _by_name(getattr(node, kind))
        )
        for kind, coordinates in MEMBERS.items()
        if getattr(node, kind, None)
    }
    return replace_attributes(
        node, description=node.description or descriptions.get(coordinate), **members
    )


def _described(definition: Any) -> Iterator[tuple[str, Any]]:
    """Whatever can have a description in a definition, each with its coordinate."""
    if isinstance(definition, SchemaDefinitionNode):
        yield "schema", definition
        return
    name = definition.name.value
    if not isinstance(definition, ObjectTypeExtensionNode):
        yield name, definition
    for member in _members(definition):
        yield f"{name}.{member.name.value}", member
        for argument in getattr(member, "arguments", None) or ():
            yield f"{name}.{member.name.value}({argument.name.value})", argument


def _members(definition: Any) -> Iterable[Any]:
    return getattr(definition, "fields", None) or getattr(definition, "values", None) or ()


def _by_name(nodes: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(nodes, key=lambda node: str(node.name.value)))


def _root_names(schema: GraphQLSchema) -> list[Name]:
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return [root.name for root in roots if root]


def _present_services(before: Mapping[Service, list[DefinitionNode]]) -> dict[Name, Service]:
    """The service of each type and of each root field as the files have them."""
    found: dict[Name, Service] = {}
    for service, nodes in before.items():
        for node in nodes:
            if isinstance(node, ObjectTypeExtensionNode):
                names = [f"{node.name.value}.{field.name.value}" for field in node.fields or ()]
            else:
                names = [node.name.value] if isinstance(node, TypeDefinitionNode) else []
            found |= dict.fromkeys(names, service)
    return found


def _users(after: Iterable[TypeDefinitionNode], roots: Iterable[Name]) -> dict[Name, set[Name]]:
    """What refers to each type, and what each root field returns: they tell where it belongs."""
    users: dict[Name, set[Name]] = {}
    references: dict[Name, set[Name]] = {}
    for definition in after:
        name = definition.name.value
        if name not in roots:
            users[name] = set()
            references[name] = type_names(definition) - {name}
            continue
        for field in _members(definition):
            root_field = f"{name}.{field.name.value}"
            users[root_field] = type_names(field.type)
            references[root_field] = type_names(field)
    for user, names in references.items():
        for name in names & users.keys():
            users[name].add(user)
    return {name: found & users.keys() for name, found in users.items()}


def _root_pieces(
    definition: ObjectTypeDefinitionNode, position: int, services: Mapping[Name, Service]
) -> Iterator[tuple[Service, Definition]]:
    """A root type, empty, for the base; and each service's extension of it."""
    name = definition.name.value
    fields: dict[Service, list[Any]] = defaultdict(list)
    for field in definition.fields:
        fields[services[f"{name}.{field.name.value}"]].append(field)
    bare = ObjectTypeDefinitionNode(
        name=definition.name,
        description=definition.description,
        interfaces=definition.interfaces,
        directives=definition.directives,
        fields=(),
    )
    yield BASE, Definition(name, 1, bare)
    for service, own in fields.items():
        extension = ObjectTypeExtensionNode(
            name=definition.name, interfaces=(), directives=(), fields=tuple(own)
        )
        yield service, Definition(f"extend {name}", 2 + position, extension)


def _schema_definition(schema: GraphQLSchema) -> SchemaDefinitionNode:
    roots = [
        OperationTypeDefinitionNode(
            operation=operation, type=NamedTypeNode(name=NameNode(value=root.name))
        )
        for operation in OperationType
        if (root := schema.get_root_type(operation))
    ]
    return SchemaDefinitionNode(description=None, directives=(), operation_types=tuple(roots))


def _rank(definition: TypeDefinitionNode) -> int:
    """Where a definition stands in a file: scalars, then objects, inputs and enums."""
    if isinstance(definition, ScalarTypeDefinitionNode):
        return 5
    if isinstance(definition, InputObjectTypeDefinitionNode):
        return 7
    return 8 if isinstance(definition, EnumTypeDefinitionNode) else 6


def _key(node: DefinitionNode) -> str:
    if isinstance(node, SchemaDefinitionNode):
        return "schema"
    name = str(node.name.value)  # type: ignore[attr-defined]  # every other definition has one
    return f"extend {name}" if isinstance(node, ObjectTypeExtensionNode) else name


def _header(service: Service, present: str) -> str:
    """The comment at a file's head."""
    lines = present.splitlines()
    count = next((index for index, line in enumerate(lines) if not line.startswith("#")), 0)
    return "\n".join(lines[:count]) or f"# The {service.replace('_', ' ')} service."


def _text(head: str, pieces: list[Definition], order: list[str]) -> str:
    """Write a file: what was there in its order, what is new behind others of its kind."""
    known = sorted(
        (piece for piece in pieces if piece.key in order), key=lambda p: order.index(p.key)
    )
    new = sorted(
        (piece for piece in pieces if piece.key not in order), key=lambda p: (p.rank, p.key)
    )
    for piece in new:
        behind = [index for index, other in enumerate(known, 1) if other.rank <= piece.rank]
        known.insert(max(behind, default=0), piece)
    body = print_ast(DocumentNode(definitions=tuple(piece.node for piece in known)))
    return f"{head}\n\n{body}\n"


def load_folder(folder: Path) -> GraphQLSchema:
    """Build the schema that a folder's files describe."""
    return from_sdl(to_sdl(folder), str(folder)).schema
