"""Finds the operations of a GraphQL document.

The platform parses and validates documents. Only the names and kinds of the operations must be
known before a request, and the tokens at the top level are sufficient for that.
"""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from .._utils import validation
from ..errors import InvalidParameterError

KINDS = ("query", "mutation", "subscription")
_TOKENS = re.compile(
    r'''
    (?: """ (?: \\""" | . )*? """       # skipped: block strings,
      | " (?: [^"\\\n] | \\. )* "       # strings,
      | [#] [^\n\r]*                    # comments
      | [^\w@{}()\[\]"#:]+              # and other punctuation
    )
    | (?P<token> \w+ | . )
    ''',
    re.VERBOSE | re.DOTALL | re.ASCII,
)


class Operation(NamedTuple):
    """The kind of an operation (`query`, `mutation` or `subscription`) and its optional name."""

    kind: str
    name: str | None


@lru_cache
def find_operations(document: str) -> tuple[Operation, ...]:
    """Find the operations of a document, in order."""
    return tuple(_iter_operations(document))


def find_keys(document: str, fields: Collection[str]) -> set[str]:
    """Return the keys that some fields have in the response to a document: names or aliases."""
    keys: set[str] = set()
    alias = previous = ""
    for token in _iter_tokens(document):
        if token in fields:
            keys.add(alias if previous == ":" else token)
        alias, previous = previous, token
    return keys


def _iter_tokens(document: str) -> Iterator[str]:
    return (match["token"] for match in _TOKENS.finditer(document) if match["token"])


def _iter_operations(document: str) -> Iterator[Operation]:
    tokens = _iter_tokens(document)
    depth, begins = 0, True
    for token, following in pairwise([*tokens, ""]):
        if begins and token == "{":
            yield Operation("query", None)
        elif begins and token in KINDS:
            yield Operation(token, following if following.isidentifier() else None)
        depth += (token in "({[") - (token in ")}]")
        begins = depth == 0 and token == "}"


def select_operation(document: str, operation_name: str | None) -> Operation:
    """Select the operation of a document to run."""
    operations = find_operations(document)
    if not operations:
        raise InvalidParameterError("document must contain an operation, got none")
    names = ", ".join(operation.name or "an unnamed one" for operation in operations)
    if operation_name is None:
        if len(operations) > 1:
            raise InvalidParameterError(
                f"operationName must name one of the document's operations ({names}), got None"
            )
        return operations[0]
    for operation in operations:
        if operation.name == operation_name:
            return operation
    raise InvalidParameterError(
        f"operationName must be an operation of the document ({names}), "
        f"got {validation.format_value(operation_name)}"
    )
