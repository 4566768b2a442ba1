"""What changed in the contract, and whom it concerns."""

from collections.abc import Mapping
from typing import NamedTuple

from graphql import GraphQLSchema

from . import sdk_surface
from .diff import Change, Severity, find_changes
from .documents import Documents, Problem, problems


class ImpactedChange(NamedTuple):
    """A change, and what it touches.

    Attributes:
        change: What changed.
        operations: The SDK's operations that use what changed.
        calls: The public calls that run these.
        types: The public types that hold what changed.
        documents: The user's own operations that use what changed, each behind its file.
    """

    change: Change
    operations: list[str]
    calls: list[str]
    types: list[str]
    documents: list[str]

    @property
    def breaks(self) -> bool:
        """Whether something breaks that is in use."""
        in_use = bool(self.operations or self.documents)
        return in_use and self.change.severity is Severity.BREAKING


class Comparison(NamedTuple):
    """All findings, and what is wrong with the user's own operation files."""

    findings: list[ImpactedChange]
    problems: list[Problem]

    @property
    def breaks(self) -> bool:
        """Whether anything breaks that is in use."""
        return bool(self.problems) or any(finding.breaks for finding in self.findings)


def assess(new: GraphQLSchema, documents: Documents | None = None) -> Comparison:
    """Compare a schema with the one the SDK was generated from."""
    operations = sdk_surface.operations()
    calls = sdk_surface.calls_by_operation()
    by_operation = _changes_by(sdk_surface.parts_of_operations(), new)
    by_type = _changes_by(sdk_surface.parts_of_types(), new)
    by_document = _changes_by(_parts_of(documents), new) if documents else {}
    listed = find_changes(sdk_surface.schema(), new)
    explained = {
        name
        for name, touched in by_operation.items()
        if any(change.severity is Severity.BREAKING for change in touched)
    }
    # What graphql-core does not compare, such as another root type, still shows here.
    for name in operations.keys() - explained:
        for problem in problems(new, operations[name]):
            change = Change(Severity.BREAKING, "OPERATION_INVALID", problem.message)
            by_operation[name].add(change)
            listed.append(change)
    findings = []
    for change in dict.fromkeys(listed):
        touched = _touched_by(change, by_operation)
        findings.append(
            ImpactedChange(
                change,
                touched,
                sorted({call for operation in touched for call in calls[operation]}),
                _touched_by(change, by_type),
                _touched_by(change, by_document),
            )
        )
    return Comparison(findings, documents.problems(new) if documents else [])


def _parts_of(documents: Documents) -> dict[str, GraphQLSchema]:
    """The part of the schema that each of the user's operations uses."""
    operations = documents.operations()
    return {
        name: sdk_surface.parts().for_document(document) for name, document in operations.items()
    }


def _changes_by(parts: Mapping[str, GraphQLSchema], new: GraphQLSchema) -> dict[str, set[Change]]:
    """The changes of each part of the contract; nobody uses yet what was added."""
    return {
        name: {
            change for change in find_changes(part, new) if change.severity is not Severity.ADDED
        }
        for name, part in parts.items()
    }


def _touched_by(change: Change, changes_by: Mapping[str, set[Change]]) -> list[str]:
    return sorted(name for name, touching in changes_by.items() if change in touching)
