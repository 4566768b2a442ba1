"""Finds the differences between two schemas.

Breaking and dangerous changes are those found by graphql-core, and two kinds that it omits:
changed defaults of input fields, and elements that become required because they lose their default.
Additions and deprecations, which do not affect existing operations, are listed too.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import (
    BreakingChange,
    DangerousChange,
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLNamedType,
    GraphQLSchema,
    find_breaking_changes,
    find_dangerous_changes,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
    is_specified_scalar_type,
)

from .ast_utils import print_default


class Severity(StrEnum):
    """The effect of a change on operations that use the changed element."""

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
    """List the changes in `new`, most severe first."""
    before, after = _index_elements(old), _index_elements(new)
    found = [
        *_compare(Severity.BREAKING, find_breaking_changes(old, new)),
        *_compare(Severity.DANGEROUS, find_dangerous_changes(old, new)),
        *_find_changed_defaults(before, after),
        *_find_one_of_inputs(before, after),
        *_find_deprecations_and_additions(before, after),
    ]
    order = list(Severity)
    return sorted(dict.fromkeys(found), key=lambda change: order.index(change.severity))


def _compare(
    severity: Severity, found: Sequence[BreakingChange | DangerousChange]
) -> Iterator[Change]:
    for change in found:
        # Releases of graphql-core differ in the messages about defaults.
        if not change.type.name.endswith("DEFAULT_VALUE_CHANGE"):
            yield Change(severity, change.type.name, change.description)


def _find_changed_defaults(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """Find changed defaults, and elements that became required without one."""
    for name, new in after.items():
        old: Any = before.get(name)
        if not isinstance(new, GraphQLArgument | GraphQLInputField) or type(old) is not type(new):
            continue
        kind = "ARG" if isinstance(new, GraphQLArgument) else "INPUT_FIELD"
        default = print_default(old)
        if default is None or default == print_default(new):
            continue
        if _is_required(new) and not _is_required(old) and str(old.type) == str(new.type):
            text = f"{name} became required because its default {default} was removed."
            yield Change(Severity.BREAKING, f"{kind}_BECAME_REQUIRED", text)
        else:
            text = (
                f"{name} has another default: {print_default(new) or 'none'} instead of {default}."
            )
            yield Change(Severity.DANGEROUS, f"{kind}_DEFAULT_VALUE_CHANGE", text)


def _find_one_of_inputs(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """Find inputs that now accept exactly one of their fields."""
    for name in before.keys() & after.keys():
        if _is_one_of(after[name]) and not _is_one_of(before[name]):
            text = f"{name} now accepts exactly one of its fields."
            yield Change(Severity.BREAKING, "INPUT_BECAME_ONE_OF", text)


def _is_one_of(kind: Any) -> bool:
    return getattr(kind, "is_one_of", False)


def _is_required(element: GraphQLArgument | GraphQLInputField) -> bool:
    if isinstance(element, GraphQLArgument):
        return is_required_argument(element)
    return is_required_input_field(element)


def _find_deprecations_and_additions(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Find deprecations, then new types and new fields of existing types.

    Other additions (arguments, input fields, enum values) are classified as dangerous.
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


@lru_cache(maxsize=2)
def _index_elements(schema: GraphQLSchema) -> dict[str, Any]:
    """Return everything that can be added or deprecated, by schema coordinate."""
    return dict(_walk_elements(schema))


def _walk_elements(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
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
