"""Writes a schema as the files of `schema/`: one per service, in a stable order.

Existing definitions keep their position, comments at the top of files are kept, and missing
descriptions are taken from the existing files; members are sorted by name. So a diff of the files
shows only what changed.
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

from .ast_utils import find_type_names, replace_attributes
from .loader import from_sdl
from .service_assignment import BASE, Name, Service, ServiceClassifier

MEMBERS = {"fields": "{}.{}", "values": "{}.{}", "arguments": "{}({})"}
"""The attributes with members of definitions and members, with the format of coordinates."""


class Definition(NamedTuple):
    """One definition of a file."""

    key: str
    rank: int
    node: DefinitionNode


def to_sdl(folder: Path) -> str:
    """Join the SDL of the files in a folder."""
    files = sorted(folder.glob("*.graphql"))
    return "\n".join(file.read_text("utf-8") for file in files)


def rewrite(folder: Path, schema: GraphQLSchema) -> list[Path]:
    """Rewrite the files in a folder from a schema; return the files that changed."""
    present = {file.stem: file.read_text("utf-8") for file in sorted(folder.glob("*.graphql"))}
    arranged = split_by_service(schema, present)
    changed = []
    for service in sorted(present.keys() | arranged.keys()):
        if arranged.get(service) != present.get(service):
            file = folder / f"{service}.graphql"
            changed.append(file)
            if service in arranged:
                file.write_text(arranged[service], "utf-8", newline="\n")
            else:
                file.unlink()
    return changed


def split_by_service(schema: GraphQLSchema, present: Mapping[Service, str]) -> dict[Service, str]:
    """Format a schema as the contents of one file per service."""
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
            # Scalars do not belong to a service.
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
    """Return the schema's types with descriptions and sorted members."""
    document = parse(print_schema(schema), no_location=True)
    descriptions = {
        coordinate: node.description
        for nodes in before.values()
        for definition in nodes
        for coordinate, node in _iter_describable(definition)
        if node.description
    }
    return [
        _sort_members(node, node.name.value, descriptions)
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode)
    ]


def _sort_members(node: Any, coordinate: str, descriptions: Mapping[str, Any]) -> Any:
    """Copy a definition or a member with descriptions and sorted members."""
    members = {
        kind: tuple(
            _sort_members(member, coordinates.format(coordinate, member.name.value), descriptions)
            for member in _sort_by_name(getattr(node, kind))
        )
        for kind, coordinates in MEMBERS.items()
        if getattr(node, kind, None)
    }
    return replace_attributes(
        node, description=node.description or descriptions.get(coordinate), **members
    )


def _iter_describable(definition: Any) -> Iterator[tuple[str, Any]]:
    """Yield everything in a definition that can have a description, by coordinate."""
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


def _sort_by_name(nodes: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(nodes, key=lambda node: str(node.name.value)))


def _root_names(schema: GraphQLSchema) -> list[Name]:
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return [root.name for root in roots if root]


def _present_services(before: Mapping[Service, list[DefinitionNode]]) -> dict[Name, Service]:
    """Return the service of each type and root field in the existing files."""
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
    """Return what refers to each type, and the types that each root field returns."""
    users: dict[Name, set[Name]] = {}
    references: dict[Name, set[Name]] = {}
    for definition in after:
        name = definition.name.value
        if name not in roots:
            users[name] = set()
            references[name] = find_type_names(definition) - {name}
            continue
        for field in _members(definition):
            root_field = f"{name}.{field.name.value}"
            users[root_field] = find_type_names(field.type)
            references[root_field] = find_type_names(field)
    for user, names in references.items():
        for name in names & users.keys():
            users[name].add(user)
    return {name: found & users.keys() for name, found in users.items()}


def _root_pieces(
    definition: ObjectTypeDefinitionNode, position: int, services: Mapping[Name, Service]
) -> Iterator[tuple[Service, Definition]]:
    """Return an empty root type for the base, and each service's extension of it."""
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
    """Return the sort key of a definition: scalars, then objects, inputs and enums."""
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
    """Return the comment at the top of a file."""
    lines = present.splitlines()
    count = next((index for index, line in enumerate(lines) if not line.startswith("#")), 0)
    return "\n".join(lines[:count]) or f"# The {service.replace('_', ' ')} service."


def _text(head: str, pieces: list[Definition], order: list[str]) -> str:
    """Format a file: existing definitions in their order, new ones after others of their kind."""
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
