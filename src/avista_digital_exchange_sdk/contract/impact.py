"""What changed in the contract, and whom it concerns."""

from collections.abc import Mapping
from typing import NamedTuple

from graphql import DocumentNode, GraphQLSchema

from . import sdk_surface
from .diff import Change, Severity, find_changes
from .documents import Documents, Problem, problems
from .loader import LoadedSchema
from .roots import with_old_root_names


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
    """All findings, what is wrong with the user's own operation files, and what was left out."""

    findings: list[ImpactedChange]
    problems: list[Problem]
    notes: list[str]

    @property
    def breaks(self) -> bool:
        """Whether anything breaks that is in use."""
        return bool(self.problems) or any(finding.breaks for finding in self.findings)


def assess(loaded: LoadedSchema, documents: Documents | None = None) -> Comparison:
    """Compare a schema with the one the SDK was generated from."""
    new, renamed = with_old_root_names(sdk_surface.schema(), loaded.schema)
    listed = [*find_changes(sdk_surface.schema(), new), *renamed]
    operations = sdk_surface.operations()
    own = documents.operations() if documents else {}
    calls = sdk_surface.calls_by_operation()
    by_operation = {
        name: _touching(document, loaded.schema, new) for name, document in operations.items()
    }
    by_document = {name: _touching(document, loaded.schema, new) for name, document in own.items()}
    by_type = {
        name: set(find_changes(part, new)) for name, part in sdk_surface.parts_of_types().items()
    }
    # What is not compared, such as another root type, still shows in operations that don't fit.
    breaking = {change for change in listed if change.severity is Severity.BREAKING}
    for name, touching in by_operation.items():
        if not touching & breaking:
            for problem in problems(loaded.schema, operations[name]):
                change = Change(Severity.BREAKING, "OPERATION_INVALID", problem.message)
                touching.add(change)
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
    notes = [*loaded.notes, *(documents.notes if documents else [])]
    return Comparison(findings, documents.problems(loaded.schema) if documents else [], notes)


def _touching(document: DocumentNode, schema: GraphQLSchema, new: GraphQLSchema) -> set[Change]:
    """The changes that matter to an operation; `new` is the schema with the old root names."""
    use = sdk_surface.parts().for_document(document, new)
    touching = find_changes(use.answers, new)
    is_valid = not problems(schema, document)
    touching += [
        change
        for change in find_changes(use.written, new)
        if not (is_valid and change.severity is Severity.BREAKING)
    ]
    return set(touching)


def _touched_by(change: Change, touching: Mapping[str, set[Change]]) -> list[str]:
    # Nobody uses yet what was added.
    if change.severity is Severity.ADDED:
        return []
    return sorted(name for name, changes in touching.items() if change in changes)
