"""Reads the user's operation files."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Lexer,
    Node,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    Source,
    TokenKind,
    Visitor,
    VisitorAction,
    concat_ast,
    parse,
    print_ast,
    separate_operations,
    specified_rules,
    validate,
    visit,
)
from graphql.language import BREAK

from .ast_utils import get_line_and_column
from .errors import ContractError

RULES = [rule for rule in specified_rules if rule is not NoUnusedFragmentsRule]


SUFFIXES = (".graphql", ".gql", ".graphqls")
EMPTY = DocumentNode(definitions=())
# Directories of other tools, which contain many files.
FOREIGN_FOLDERS = frozenset({"node_modules", "__pycache__"})
BYTES_LOOKED_AT = 4096
OPERATION_AT_START = re.compile(
    r"""
    (?: \s | [#][^\n]* | "[^"]*" )*
    (?: query | mutation | subscription | fragment ) \s+ \w+ [^{;=]* \{
    """,
    re.VERBOSE,
)
OPERATION_IN_CODE = re.compile(r"""\b(?:gql|graphql)\s*\(?\s*(?:`|""\"|''')""")


class Problem(NamedTuple):
    """An error in a file."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class Documents:
    """The operation files of a folder, read as one document because files share fragments."""

    def __init__(self, folder: Path) -> None:
        """Read the files of a folder and its subfolders.

        Raises:
            ContractError: The folder or its operation files do not exist or cannot be read.
        """
        self.notes: list[str] = []
        """Notes on files that were skipped."""
        self._unreadable: list[Problem] = []
        files = sorted(_find_files(folder))
        documents = [file for file in files if file.suffix.lower() in SUFFIXES]
        if not documents:
            endings = ", ".join(SUFFIXES)
            raise ContractError(f"{folder}: must be a folder with files that end in {endings}")
        self.document: DocumentNode = concat_ast([self._parse(file) for file in documents])
        for file in files:
            if file not in documents and _looks_like_graphql(file):
                endings = " or ".join(SUFFIXES)
                self.notes.append(f"{file}: not read, as its name does not end in {endings}")

    def _parse(self, file: Path) -> DocumentNode:
        try:
            source = Source(file.read_text("utf-8-sig"), str(file))
            if Lexer(source).advance().kind is TokenKind.EOF:
                return EMPTY
            document = parse(source)
        except GraphQLError as error:
            self._unreadable.append(_to_problem(error))
            return EMPTY
        except UnicodeDecodeError as error:
            raise ContractError(f"{file}: must be a UTF-8 text file: {error}") from error
        except OSError as error:
            raise ContractError(f"{file}: can't be read: {error.strerror}") from error
        if not any(isinstance(node, ExecutableDefinitionNode) for node in document.definitions):
            self.notes.append(f"{file}: not used, as it contains a schema and no operations")
            return EMPTY
        return document

    def problems(self, schema: GraphQLSchema) -> list[Problem]:
        """Validate the files against a schema."""
        return self._unreadable + problems(schema, self.document)

    def operations(self) -> dict[str, DocumentNode]:
        """Each operation with the fragments it uses, by file and name."""
        return {
            f"{_get_file_name(document)}: {name}": document
            for name, document in separate_operations(self.document).items()
        }


def _find_files(folder: Path) -> Iterator[Path]:
    """Find all files in a folder, following symbolic links but visiting each folder once."""
    seen = set()

    def fail(error: OSError) -> None:
        raise ContractError(f"{error.filename}: can't be read: {error.strerror}") from error

    for root, folders, names in os.walk(folder, onerror=fail, followlinks=True):
        real = os.path.realpath(root)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        yield from (Path(root) / name for name in names)


def _looks_like_graphql(file: Path) -> bool:
    if FOREIGN_FOLDERS.intersection(file.parts):
        return False
    if "graphql" in file.name.lower() or "gql" in file.name.lower():
        return True
    try:
        with file.open("rb") as opened:
            start = opened.read(BYTES_LOOKED_AT).decode("utf-8", "replace")
    except OSError:
        return False
    return bool(OPERATION_AT_START.match(start) or OPERATION_IN_CODE.search(start))


def problems(schema: GraphQLSchema, document: DocumentNode) -> list[Problem]:
    """Validate a document against a schema."""
    errors = []
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            if not node.name:
                errors.append(GraphQLError("An operation needs a name.", node))
            if not schema.get_root_type(node.operation):
                errors.append(GraphQLError(f"The schema has no {node.operation.value} type.", node))
    errors += validate(schema, document, RULES)
    return [_to_problem(_locate(error, document)) for error in errors]


def _locate(error: GraphQLError, document: DocumentNode) -> GraphQLError:
    """Locate an error that refers to a copy of a node, which graphql-core 3.3 creates."""
    if error.source or not error.nodes:
        return error
    search = _SearchFor(error.nodes[0])
    visit(document, search)
    return GraphQLError(error.message, search.found or document.definitions[0])


class _SearchFor(Visitor):
    """Finds the first node that prints like another."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self._text = print_ast(node)
        self.found: Node | None = None

    def enter(self, node: Node, *_: object) -> VisitorAction:
        if not self.found and node.loc and print_ast(node) == self._text:
            self.found = node
            return BREAK
        return None


def make_problem(node: Node, message: str) -> Problem:
    """Create a problem for a node."""
    return _to_problem(GraphQLError(message, node))


def format_location(node: Node) -> str:
    """Format the file and line of a node."""
    problem = make_problem(node, "")
    return f"{problem.file}:{problem.line}"


def _to_problem(error: GraphQLError) -> Problem:
    assert error.source
    assert error.positions
    file = error.source.name
    places = [format_location(node) for node in error.nodes or () if len(error.nodes or ()) > 1]
    elsewhere = [place for place in places if not place.startswith(f"{file}:")]
    also = f" See also {', '.join(elsewhere)}." if elsewhere else ""
    line, column = get_line_and_column(error.source, next(iter(error.positions)))
    return Problem(file, line, column, f"{error.message}{also}")


def _get_file_name(document: DocumentNode) -> str:
    (operation,) = (
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    )
    return operation.loc.source.name if operation.loc else ""
