"""What a directory of a data store can do beside holding its metadata."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .._escaping import escape_controls
from .html import Row, table
from .lists import HtmlList


def full_name(name: str, extension: str | None) -> str:
    """Join a file's name and extension: the platform keeps `a.tar.gz` as `a` and `tar.gz`."""
    return f"{name}.{extension}" if extension else name


def split_name(full: str) -> tuple[str, str]:
    """Split a file's name as the platform keeps it: the extension follows the first dot.

    Leading dots belong to the name, and a name that ends at its first dot keeps it, so that
    joining the two gives back what was split.
    """
    bare = full.lstrip(".")
    name, dot, extension = bare.partition(".")
    hidden = full[: len(full) - len(bare)]
    return (hidden + name, extension) if extension else (hidden + name + dot, "")


class DirectoryMixin:
    """Shows a directory. The generated class adds the properties `directories` and `files`."""

    if TYPE_CHECKING:
        dataStoreDirectoryId: str
        name: str
        parentDirectoryId: str | None
        model_fields_set: set[str]

    def _entries(self, kind: str) -> list[Any]:
        contents: list[Any] = vars(self)["contents"]
        entries = (getattr(entry, kind) for entry in contents)
        return HtmlList(entry for entry in entries if entry is not None)

    def printContents(self) -> None:
        """Print every directory and file in this directory with its id, directories first.

        Example:
            >>> directory = digitalExchange.getDataStoreDirectory(homeDirectoryId)
            >>> directory.printContents()
            solar_site.csv  dataStoreFileId...
        """
        rows = [
            (f"{entry.name}/", entry.dataStoreDirectoryId)
            for entry in self._entries("dataStoreDirectory")
        ]
        rows += [
            (full_name(entry.name, entry.fileExtension), entry.dataStoreFileId)
            for entry in self._entries("dataStoreFile")
        ]
        shown = [(escape_controls(name), escape_controls(entry_id)) for name, entry_id in rows]
        width = max((len(name) for name, _ in shown), default=0)
        for name, entry_id in shown:
            print(f"{name:<{width}}  {entry_id}")
        if not rows:
            print(f"{escape_controls(self.name)}/ is {self._why_nothing()}")

    def _repr_html_(self) -> str | None:
        """A tree, for notebooks."""
        return table(list(self._tree()), preformatted="name")

    def _html_rows(self) -> "Sequence[Row]":
        """What it is in a list of directories: its contents are mostly not loaded there."""
        return [
            {
                "name": self.name,
                "dataStoreDirectoryId": self.dataStoreDirectoryId,
                "parentDirectoryId": self.parentDirectoryId,
            }
        ]

    def _tree(self, trunk: str = "", branch: str = "") -> "Iterator[Row]":
        """The directory and, below it, what is known to be in it."""
        name = f"{branch}{self.name}/" if self._is_loaded() else f"{branch}{self.name}/ …"
        yield {"name": name, "bytes": None, "lastModified": None, "id": self.dataStoreDirectoryId}
        entries = [*self._entries("dataStoreDirectory"), *self._entries("dataStoreFile")]
        for entry in entries:
            twig, deeper = ("└── ", "    ") if entry is entries[-1] else ("├── ", "│   ")
            if isinstance(entry, DirectoryMixin):
                yield from entry._tree(trunk + deeper, trunk + twig)
            else:
                yield {
                    "name": trunk + twig + full_name(entry.name, entry.fileExtension),
                    "bytes": entry.storageSizeBytes,
                    "lastModified": entry.lastModified,
                    "id": entry.dataStoreFileId,
                }

    def _is_loaded(self) -> bool:
        # An entry of another directory's contents comes without its own.
        return "contents" in self.model_fields_set

    def _why_nothing(self) -> str:
        if self._is_loaded():
            return "empty"
        directory_id = escape_controls(self.dataStoreDirectoryId)
        return f'not loaded: getDataStoreDirectory("{directory_id}") loads it'
