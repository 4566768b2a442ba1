"""What differs between two schemas.

What breaks and what is dangerous is graphql-core's own comparison. Beside that there is what was
added, and what became deprecated: nothing changes for whoever does not use the one, or still uses
the other.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from graphql import (
    BreakingChange,
    DangerousChange,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    find_breaking_changes,
    find_dangerous_changes,
    is_introspection_type,
    is_specified_scalar_type,
)


class Severity(StrEnum):
    """What a change means for those who use what it changes."""

    BREAKING = "breaking"
    DANGEROUS = "dangerous"
    DEPRECATED = "deprecated"
    ADDED = "added"


class Change(NamedTuple):
    """One difference."""

    severity: Severity
    kind: str
    description: str


def find_changes(old: GraphQLSchema, new: GraphQLSchema) -> list[Change]:
    """List what differs in `new`, the worst first."""
    return [
        *_compare(Severity.BREAKING, find_breaking_changes(old, new)),
        *_compare(Severity.DANGEROUS, find_dangerous_changes(old, new)),
        *_pair_up(dict(_elements(old)), dict(_elements(new))),
    ]


def _compare(
    severity: Severity, found: Sequence[BreakingChange | DangerousChange]
) -> Iterator[Change]:
    return (Change(severity, change.type.name, change.description) for change in found)


def _pair_up(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """What became deprecated, then new types and new fields of types that are not new.

    The rest of what can be added (arguments, input fields, enum values) is called dangerous.
    """
    deprecated, added = [], []
    for name, element in after.items():
        if name in before:
            reason = _deprecation(element)
            if reason and not _deprecation(before[name]):
                text = f"{name} is deprecated: {reason}"
                deprecated.append(Change(Severity.DEPRECATED, "DEPRECATED", text))
        elif isinstance(element, GraphQLNamedType):
            added.append(Change(Severity.ADDED, "TYPE_ADDED", f"{name} was added."))
        elif isinstance(element, GraphQLField) and name.partition(".")[0] in before:
            added.append(Change(Severity.ADDED, "FIELD_ADDED", f"{name} was added."))
    return deprecated + added


def _elements(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    """Whatever can be added or deprecated, each with its coordinate."""
    for name, kind in schema.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        yield name, kind
        members = getattr(kind, "fields", None) or getattr(kind, "values", None) or {}
        for member_name, member in members.items():
            yield f"{name}.{member_name}", member
            for argument_name, argument in getattr(member, "args", {}).items():
                yield f"{name}.{member_name}({argument_name})", argument


def _deprecation(element: Any) -> str | None:
    return getattr(element, "deprecation_reason", None)
