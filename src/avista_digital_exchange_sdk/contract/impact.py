"""Finds schema changes and what they affect."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graphql import DocumentNode, GraphQLSchema, OperationType, print_schema

from . import sdk_surface
from .diff import Change, Severity, find_changes
from .documents import Documents, Problem, problems
from .loader import LoadedSchema
from .roots import restore_root_names


class ImpactedChange(NamedTuple):
    """A change and what it affects.

    Attributes:
        change: The change.
        operations: The SDK's operations that use the changed element.
        calls: The public calls that send these.
        types: The public types that contain the changed element.
        documents: The user's operations that use the changed element, each after its file.
    """

    change: Change
    operations: list[str]
    calls: list[str]
    types: list[str]
    documents: list[str]

    @property
    def breaks(self) -> bool:
        """Whether the change breaks something in use."""
        in_use = bool(self.operations or self.documents)
        return in_use and self.change.severity is Severity.BREAKING


class Comparison(NamedTuple):
    """All changes with what they affect, errors in the user's operation files, and notes."""

    findings: list[ImpactedChange]
    problems: list[Problem]
    notes: list[str]

    @property
    def breaks(self) -> bool:
        """Whether anything in use breaks."""
        return bool(self.problems) or any(finding.breaks for finding in self.findings)


def assess(loaded: LoadedSchema, documents: Documents | None = None) -> Comparison:
    """Compare a schema with the one the SDK was generated from."""
    old, schema = sdk_surface.schema(), loaded.schema
    notes = [*loaded.notes, *(documents.notes if documents else [])]
    own_problems = documents.problems(schema) if documents else []
    if _is_same(schema, old):
        return Comparison([], own_problems, notes)
    new, renamed = restore_root_names(old, schema)
    changes = [*find_changes(old, new), *renamed]
    own = documents.operations() if documents else {}
    by_operation = {
        name: _find_relevant_changes(document, schema, new)
        for name, document in sdk_surface.operations().items()
    }
    by_document = {
        name: _find_relevant_changes(document, schema, new) for name, document in own.items()
    }
    by_type = {
        name: set(find_changes(part, new)) for name, part in sdk_surface.subsets_by_type().items()
    }
    changes += _explain_invalid_operations(changes, by_operation, schema)
    calls = sdk_surface.calls_by_operation()
    impacts = []
    for change in dict.fromkeys(changes):
        operations = _list_affected(change, by_operation)
        impact = ImpactedChange(
            change,
            operations,
            sorted({call for operation in operations for call in calls[operation]}),
            _list_affected(change, by_type),
            _list_affected(change, by_document),
        )
        impacts.append(impact)
    return Comparison(impacts, own_problems, notes)


def _is_same(one: GraphQLSchema, other: GraphQLSchema) -> bool:
    # Printed schemas omit root types with default names.
    return print_schema(one) == print_schema(other) and all(
        bool(one.get_root_type(operation)) is bool(other.get_root_type(operation))
        for operation in OperationType
    )


def _explain_invalid_operations(
    changes: Iterable[Change], by_operation: Mapping[str, set[Change]], schema: GraphQLSchema
) -> list[Change]:
    """Report operations that are no longer valid although no known change breaks them.

    Replacing a root type by another type is not among the changes that are searched for.
    """
    breaking = {change for change in changes if change.severity is Severity.BREAKING}
    unexplained = []
    for name, relevant in by_operation.items():
        if not relevant & breaking:
            for problem in problems(schema, sdk_surface.operations()[name]):
                change = Change(Severity.BREAKING, "OPERATION_INVALID", problem.message)
                relevant.add(change)
                unexplained.append(change)
    return unexplained


def _find_relevant_changes(
    document: DocumentNode, schema: GraphQLSchema, new: GraphQLSchema
) -> set[Change]:
    """Find the changes that affect an operation; `new` has the old names of root types."""
    usage = sdk_surface.subsets().for_document(document, new)
    is_valid = not problems(schema, document)
    return {
        *find_changes(usage.responses, new),
        *(
            change
            for change in find_changes(usage.literals, new)
            if not (is_valid and change.severity is Severity.BREAKING)
        ),
    }


def _list_affected(change: Change, relevant: Mapping[str, set[Change]]) -> list[str]:
    # Additions cannot be in use yet.
    if change.severity is Severity.ADDED:
        return []
    return sorted(name for name, changes in relevant.items() if change in changes)
