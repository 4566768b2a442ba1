"""A user's own operation files."""

from pathlib import Path
from typing import NamedTuple

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    Source,
    concat_ast,
    parse,
    separate_operations,
    specified_rules,
    validate,
)

from .errors import ContractError

RULES = [rule for rule in specified_rules if rule is not NoUnusedFragmentsRule]


class Problem(NamedTuple):
    """Something wrong with a file."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class Documents:
    """The operation files of a folder, read as one document, as fragments cross files."""

    def __init__(self, folder: Path) -> None:
        """Read the files of a folder and of the folders in it.

        Raises:
            ContractError: There is no such folder, it has no such files, or one can't be read.
        """
        files = sorted(folder.rglob("*.graphql"))
        if not files:
            raise ContractError(f"{folder}: no folder with .graphql files")
        self._unreadable: list[Problem] = []
        self.document = concat_ast([self._parsed(file) for file in files])

    def _parsed(self, file: Path) -> DocumentNode:
        try:
            return parse(Source(file.read_text("utf-8-sig"), str(file)))
        except GraphQLError as error:
            self._unreadable.append(_problem(error))
            return DocumentNode(definitions=())
        except (OSError, UnicodeDecodeError) as error:
            raise ContractError(f"{file}: can't be read: {error}") from error

    def problems(self, schema: GraphQLSchema) -> list[Problem]:
        """What keeps the files from being run against a schema."""
        return self._unreadable + problems(schema, self.document)

    def operations(self) -> dict[str, DocumentNode]:
        """Each operation with the fragments it uses, under its file and name."""
        return {
            f"{_file_of(document)}: {name}": document
            for name, document in separate_operations(self.document).items()
        }


def problems(schema: GraphQLSchema, document: DocumentNode) -> list[Problem]:
    """What keeps a document from being run against a schema."""
    unnamed = [
        GraphQLError("An operation needs a name.", definition)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode) and not definition.name
    ]
    return [_problem(error) for error in [*unnamed, *validate(schema, document, RULES)]]


def _problem(error: GraphQLError) -> Problem:
    assert error.locations
    line, column = error.locations[0]
    return Problem(error.source.name if error.source else "", line, column, error.message)


def _file_of(document: DocumentNode) -> str:
    (operation,) = (
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    )
    return operation.loc.source.name if operation.loc else ""
