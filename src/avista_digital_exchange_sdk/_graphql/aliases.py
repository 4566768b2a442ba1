"""Merges many operations of generated clients into one document, by aliases.

    query ($id: ID!) { node(id: $id) { name } }

becomes, if merged with itself:

    query ($v0_id: ID!, $v1_id: ID!) {
      a0_node: node(id: $v0_id) { name }
      a1_node: node(id: $v1_id) { name }
    }
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

# Strings, which are kept; names; and single characters.
_TOKENS = re.compile(r'"""(?:\\"""|.)*?"""|"(?:[^"\\\n]|\\.)*"|[$@]?\w+|.', re.DOTALL | re.ASCII)
_FRAGMENT = re.compile(r"\bfragment\s+(\w+)\s+on\b")

# Stands for the number of an operation.
_NUMBER = "\0"


class _Template(NamedTuple):
    """The parts of a document, with placeholders for the number of the operation.

    Attributes:
        declarations: The declarations of the variables.
        selections: The fields of the operation.
        fields: Their names.
        fragments: The fragments by name.
    """

    declarations: str
    selections: str
    fields: Sequence[str]
    fragments: Mapping[str, str]


class MergedDocument(NamedTuple):
    """A document with the fields of several operations.

    Attributes:
        document: The document.
        variables: Its variables.
        fields: The fields of each operation by their alias.
    """

    document: str
    variables: dict[str, object]
    fields: list[dict[str, str]]


def merge_operations(
    kind: str, name: str | None, operations: Sequence[tuple[str, Mapping[str, object]]]
) -> MergedDocument:
    """Merge operations into one document.

    Args:
        kind: `query` or `mutation`.
        name: The name of the merged operation.
        operations: The document and the variables of each. A document must have one operation,
            whose fields are neither fragments nor have aliases, as in generated clients.
    """
    declarations, selections, fields = [], [], []
    fragments: dict[str, str] = {}
    merged: dict[str, object] = {}
    for number, (document, variables) in enumerate(operations):
        template = _parse_template(document)
        declarations.append(template.declarations.replace(_NUMBER, str(number)))
        selections.append(template.selections.replace(_NUMBER, str(number)))
        fields.append({_get_alias(number, field): field for field in template.fields})
        fragments |= template.fragments
        merged |= {f"v{number}_{key}": value for key, value in variables.items()}
    declared = ", ".join(filter(None, declarations))
    head = f"{kind} {name or ''}" + (f"({declared})" if declared else "")
    text = "\n".join([head, "{", *selections, "}", *fragments.values()])
    return MergedDocument(text, merged, fields)


def _get_alias(number: object, field: str) -> str:
    """Return the alias of a field of an operation."""
    return f"a{number}_{field}"


@lru_cache
def _parse_template(document: str) -> _Template:
    matches = [*_FRAGMENT.finditer(document)]
    starts = [match.start() for match in matches]
    ends = [*starts[1:], len(document)]
    operation = document[: starts[0]] if starts else document
    head, _, body = operation.partition("{")
    _, _, declarations = head.partition("(")
    fields: list[str] = []
    selections = "".join(_number_fields(body.rpartition("}")[0], fields)).strip()
    return _Template(
        "".join(_number_variables(declarations.rpartition(")")[0])),
        selections,
        fields,
        {
            match[1]: document[start:end].strip()
            for match, start, end in zip(matches, starts, ends, strict=True)
        },
    )


def _number_variables(text: str) -> Iterator[str]:
    for token in _TOKENS.findall(text):
        yield f"$v{_NUMBER}_{token[1:]}" if token[0] == "$" and len(token) > 1 else token


def _number_fields(selections: str, fields: list[str]) -> Iterator[str]:
    """Number the variables, and the fields at the top level, whose names are added to `fields`."""
    depth = 0
    for token in _number_variables(selections):
        depth += (token in "({[") - (token in ")}]")
        if depth == 0 and token.isidentifier():
            fields.append(token)
            yield f"{_get_alias(_NUMBER, token)}: "
        yield token
