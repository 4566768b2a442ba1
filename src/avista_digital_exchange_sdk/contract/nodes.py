"""What is asked of a GraphQL syntax tree in more than one place."""

from graphql import NamedTypeNode, Node, Visitor, visit


def type_names(node: Node) -> set[str]:
    """The names of all types that a piece of SDL refers to."""
    names = _TypeNames()
    visit(node, names)
    return names.found


class _TypeNames(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
        self.found.add(node.name.value)
