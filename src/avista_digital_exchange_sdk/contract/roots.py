"""Renamed root types, which most operations do not refer to by name."""

from graphql import (
    DocumentNode,
    GraphQLSchema,
    NamedTypeNode,
    NameNode,
    Node,
    ObjectTypeDefinitionNode,
    OperationType,
    Visitor,
    build_ast_schema,
    parse,
    print_schema,
    visit,
)

from .diff import Change, Severity


def restore_root_names(
    old: GraphQLSchema, new: GraphQLSchema
) -> tuple[GraphQLSchema, list[Change]]:
    """Give the root types of a schema their old names, and report those that had another."""
    names: dict[str, str] = {}
    for operation in OperationType:
        before, after = old.get_root_type(operation), new.get_root_type(operation)
        if before and after and before.name != after.name and before.name not in new.type_map:
            names[after.name] = before.name
    if not names:
        return new, []
    document: DocumentNode = visit(parse(print_schema(new)), _RenameTypes(names))
    renamed = [
        Change(
            Severity.DANGEROUS,
            "ROOT_TYPE_RENAMED",
            f"The root type {before} was renamed to {after}. Only operations that name it break.",
        )
        for after, before in names.items()
    ]
    return build_ast_schema(document, assume_valid=True), renamed


class _RenameTypes(Visitor):
    def __init__(self, names: dict[str, str]) -> None:
        super().__init__()
        self._names = names

    def enter_name(self, node: NameNode, _key: object, parent: Node, *_: object) -> NameNode | None:
        names_a_type = isinstance(parent, NamedTypeNode | ObjectTypeDefinitionNode)
        if names_a_type and node.value in self._names:
            return NameNode(value=self._names[node.value])
        return None
