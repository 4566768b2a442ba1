"""What AWS AppSync adds to a schema: directives that steer access, and scalars.

Both are described in AWS's AppSync developer guide, "GraphQL type reference". The directives say
who may call what, which is no part of the contract; the scalars travel as JSON's text or numbers.
"""

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
    visit,
)
from graphql.language import REMOVE

from .ast_utils import type_names

DIRECTIVE_PREFIX = "aws_"
SCALARS = {
    "AWSDate": "A date: `2022-09-27`, with or without an offset.",
    "AWSDateTime": "A date and time with an offset, ISO 8601: `2022-09-27T10:22:45.000Z`.",
    "AWSEmail": "An e-mail address.",
    "AWSIPAddress": "An IPv4 or IPv6 address or range.",
    "AWSJSON": "JSON, as text.",
    "AWSPhone": "A telephone number.",
    "AWSTime": "A time of day, with or without an offset.",
    "AWSTimestamp": "Seconds since 1970-01-01 UTC.",
    "AWSURL": "A URL.",
}


def strip_appsync(document: DocumentNode) -> DocumentNode:
    """The same schema without AppSync's directives, and with the scalars it uses declared."""
    stripped = visit(document, _WithoutDirectives())
    declared = [node for node in stripped.definitions if not _is_scalar(node)]
    used = type_names(DocumentNode(definitions=tuple(declared)))
    scalars = [_scalar(name) for name in SCALARS if name in used]
    return DocumentNode(definitions=(*declared, *scalars))


class _WithoutDirectives(Visitor):
    """Takes AppSync's directives and their definitions out."""

    @staticmethod
    def enter_directive(node: DirectiveNode, *_: object) -> VisitorAction:
        return REMOVE if node.name.value.startswith(DIRECTIVE_PREFIX) else None

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
