"""Which operations a GraphQL document holds.

The platform parses and validates documents. What must be known before one is sent, its operations'
names and kinds, shows at the top level of its tokens.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from .._utils import validation
from ..errors import InvalidParameterError

KINDS = ("query", "mutation", "subscription")
_TOKENS = re.compile(
    r'''
    (?: """ (?: \\""" | . )*? """       # what is passed over: block strings,
      | " (?: [^"\\\n] | \\. )* "       # strings,
      | [#] [^\n\r]*                    # comments
      | [^\w@{}()\[\]"#]+               # and other punctuation
    )
    | (?P<token> \w+ | . )
    ''',
    re.VERBOSE | re.DOTALL | re.ASCII,
)


class Operation(NamedTuple):
    """An operation's kind (`query`, `mutation` or `subscription`) and its name, if it has one."""

    kind: str
    name: str | None


@lru_cache
def find_operations(document: str) -> tuple[Operation, ...]:
    """The operations of a document, in its order."""
    return tuple(_operations(document))


def _operations(document: str) -> Iterator[Operation]:
    tokens = (match["token"] for match in _TOKENS.finditer(document) if match["token"])
    depth, begins = 0, True
    for token, following in pairwise([*tokens, ""]):
        if begins and token == "{":
            yield Operation("query", None)
        elif begins and token in KINDS:
            yield Operation(token, following if following.isidentifier() else None)
        depth += (token in "({[") - (token in ")}]")
        begins = depth == 0 and token == "}"


def select_operation(document: str, operation_name: str | None) -> Operation:
    """The operation of a document that is to be run."""
    held = find_operations(document)
    if not held:
        raise InvalidParameterError("document must contain an operation, got none")
    names = ", ".join(one.name or "one without a name" for one in held)
    if operation_name is None:
        if len(held) > 1:
            raise InvalidParameterError(
                f"operationName must name one of the document's operations ({names}), got None"
            )
        return held[0]
    for one in held:
        if one.name == operation_name:
            return one
    raise InvalidParameterError(
        f"operationName must be an operation of the document ({names}), "
        f"got {validation.format_value(operation_name)}"
    )
