"""AWS AppSync's additions to schemas: directives that control access, and scalars.

AWS's AppSync developer guide describes them under "GraphQL type reference" and "Merging APIs". The
directives define permissions, or what a merged API includes from its sources, and do not affect
clients; the scalars are serialized as JSON strings or numbers.
"""

from collections import Counter

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    NameNode,
    ScalarTypeDefinitionNode,
    StringValueNode,
    Visitor,
    VisitorAction,
    specified_directives,
    visit,
)
from graphql.language import REMOVE

from .ast_utils import find_type_names

DIRECTIVE_PREFIX = "aws_"
MERGED_API = frozenset({"canonical", "hidden", "renamed"})
"""The directives in source schemas of merged APIs; they are not defined anywhere."""
SCALARS = {
    "AWSDate": "A date: `2022-09-27`, with or without an offset.",
    "AWSDateTime": "A date and time with an offset, ISO 8601: `2022-09-27T10:22:45.000Z`.",
    "AWSEmail": "An e-mail address.",
    "AWSIPAddress": "An IPv4 or IPv6 address or range.",
    "AWSJSON": "JSON as a string.",
    "AWSPhone": "A telephone number.",
    "AWSTime": "A time of day, with or without an offset.",
    "AWSTimestamp": "Seconds since 1970-01-01 UTC.",
    "AWSURL": "A URL.",
}


def strip_appsync(document: DocumentNode) -> tuple[DocumentNode, list[str]]:
    """Remove AppSync's and undefined directives from a schema, and declare its scalars.

    Returns:
        The document, and a note for each unknown directive that was removed.
    """
    directives = _Directives(document)
    stripped = visit(document, directives)
    declared = [node for node in stripped.definitions if not _is_scalar(node)]
    used = find_type_names(DocumentNode(definitions=tuple(declared)))
    scalars = [_scalar(name) for name in SCALARS if name in used]
    return DocumentNode(definitions=(*declared, *scalars)), directives.notes


class _Directives(Visitor):
    """Removes AppSync's directives and their definitions, and undefined directives."""

    def __init__(self, document: DocumentNode) -> None:
        super().__init__()
        self._known = {directive.name for directive in specified_directives} | {
            node.name.value
            for node in document.definitions
            if isinstance(node, DirectiveDefinitionNode)
        }
        self._unknown: Counter[str] = Counter()

    @property
    def notes(self) -> list[str]:
        """Notes on unknown directives that were removed."""
        return [
            f"the directive @{name} was skipped, {count} times"
            + (": it defines what a merged API includes from this schema" * (name in MERGED_API))
            for name, count in sorted(self._unknown.items())
        ]

    def enter_directive(self, node: DirectiveNode, *_: object) -> VisitorAction:
        name = node.name.value
        if name.startswith(DIRECTIVE_PREFIX):
            return REMOVE
        if name in self._known:
            return None
        self._unknown[name] += 1
        return REMOVE

    @staticmethod
    def enter_directive_definition(node: DirectiveDefinitionNode, *_: object) -> VisitorAction:
        return REMOVE if node.name.value.startswith(DIRECTIVE_PREFIX) else None


def _is_scalar(node: DefinitionNode) -> bool:
    return isinstance(node, ScalarTypeDefinitionNode) and node.name.value in SCALARS


def _scalar(name: str) -> ScalarTypeDefinitionNode:
    description = StringValueNode(value=SCALARS[name], block=True)
    return ScalarTypeDefinitionNode(
        name=NameNode(value=name), description=description, directives=()
    )
