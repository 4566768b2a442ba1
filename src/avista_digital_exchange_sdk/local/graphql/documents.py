"""Parse and validate GraphQL documents, and limit their size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    SelectionSetNode,
    parse,
    validate,
)

from .variables import PreparedDocument, VariableCoercer

MAX_TOKENS = 15_000
# AppSync's limits of resolved fields and selection depth per request.
MAX_FIELDS = 10_000
MAX_DEPTH = 75
# A parsed document takes about a hundred times the memory of its source.
MAX_KEPT_DOCUMENTS = 128
MAX_KEPT_CHARACTERS = 8_000


class Parsed(NamedTuple):
    """A parsed document.

    Attributes:
        document: The document.
        errors: Why it is not valid.
        prepared: The document for coerced variables, if it has any to coerce.
    """

    document: DocumentNode
    errors: Sequence[GraphQLError]
    prepared: PreparedDocument | None


class Operation(NamedTuple):
    """A request: the document, the operation to execute, and its variables."""

    query: str
    variables: dict[str, Any] | None
    name: str | None


def read_operation(operation: Any) -> Operation:
    """Read the operation of a request body.

    Raises:
        ValueError: If the body is not a valid request.
    """
    if not isinstance(operation, dict):
        raise ValueError("The operation must be an object.")
    query = operation.get("query")
    variables = operation.get("variables")
    operation_name = operation.get("operationName")
    if not isinstance(query, str):
        raise ValueError("The query must be a string.")
    if not isinstance(variables, dict | None):
        raise ValueError("The variables must be an object.")
    if not isinstance(operation_name, str | None):
        raise ValueError("The operation's name must be a string.")
    return Operation(query, variables, operation_name)


class Documents:
    """Parses and validates documents for one schema. Caches documents, as clients repeat them."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._coercer = VariableCoercer(schema)
        self._kept = lru_cache(MAX_KEPT_DOCUMENTS)(self._read)

    def read(self, source: str) -> Parsed:
        """Parse and validate a document.

        Raises:
            GraphQLError: If it can't be parsed.
        """
        return self._read(source) if len(source) > MAX_KEPT_CHARACTERS else self._kept(source)

    def _read(self, source: str) -> Parsed:
        try:
            document = parse(source, max_tokens=MAX_TOKENS)
            errors = _check_size(document) or validate(self._schema, document)
            return Parsed(document, errors, None if errors else self._coercer.prepare(document))
        except RecursionError as error:
            raise GraphQLError("The document is nested too deeply.") from error


class _Size(NamedTuple):
    """The number of fields and the depth of a selection with its fragments expanded."""

    fields: int
    depth: int


def _check_size(document: DocumentNode) -> list[GraphQLError]:
    """Return an error if a document exceeds the limits with its fragments expanded."""
    calculator = _SizeCalculator(document)
    try:
        for definition in document.definitions:
            size = calculator.measure_selection(getattr(definition, "selection_set", None))
            if size.fields > MAX_FIELDS:
                raise GraphQLError(f"The document selects more than {MAX_FIELDS} fields.")
            if size.depth > MAX_DEPTH:
                raise GraphQLError(f"The document selects more than {MAX_DEPTH} levels deep.")
    except GraphQLError as error:
        return [error]
    return []


class _SizeCalculator:
    """Computes the size of selections. Each fragment is computed only once."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._sizes: dict[str, _Size | None] = {}

    def measure_selection(self, selection: SelectionSetNode | None) -> _Size:
        """Return the size of a selection set."""
        fields = depth = 0
        for node in selection.selections if selection is not None else ():
            if isinstance(node, FragmentSpreadNode):
                size = self._measure_fragment(node.name.value)
            else:
                inner = self.measure_selection(getattr(node, "selection_set", None))
                own = int(isinstance(node, FieldNode))
                size = _Size(inner.fields + own, inner.depth + own)
            fields, depth = fields + size.fields, max(depth, size.depth)
        return _Size(fields, depth)

    def _measure_fragment(self, name: str) -> _Size:
        """Return the size of a fragment. Validation rejects a missing fragment later."""
        fragment = self._fragments.get(name)
        if fragment is None:
            return _Size(0, 0)
        if name not in self._sizes:
            self._sizes[name] = None
            self._sizes[name] = self.measure_selection(fragment.selection_set)
        size = self._sizes[name]
        if size is None:
            raise GraphQLError(f'Cannot spread fragment "{name}" within itself.')
        return size
