"""Printing of directories, and the names of files."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .._escaping import escape_controls
from .html import Row, build_table
from .html_list import HtmlList


def join_name(name: str, extension: str | None) -> str:
    """Join a file name and extension: the platform splits `a.tar.gz` into `a` and `tar.gz`."""
    return f"{name}.{extension}" if extension else name


def split_name(full: str) -> tuple[str, str]:
    """Split a file name as the platform does: the extension follows the first dot.

    Leading dots belong to the name, and a name that ends with its first dot keeps it, so that
    joining both parts restores the file name.
    """
    bare = full.lstrip(".")
    name, dot, extension = bare.partition(".")
    hidden = full[: len(full) - len(bare)]
    return (hidden + name, extension) if extension else (hidden + name + dot, "")


class DirectoryMixin:
    """Prints directories. The generated class adds the properties `directories` and `files`."""

    if TYPE_CHECKING:
        dataStoreDirectoryId: str
        name: str
        parentDirectoryId: str | None
        model_fields_set: set[str]

    def _list_entries(self, kind: str) -> list[Any]:
        contents: list[Any] = vars(self)["contents"]
        entries = (getattr(entry, kind) for entry in contents)
        return HtmlList(entry for entry in entries if entry is not None)

    def printContents(self) -> None:
        """Print the directories, then the files in this directory with their IDs.

        Example:
            >>> directory = digitalExchange.getDataStoreDirectory(homeDirectoryId)
            >>> directory.printContents()
            solar_site.csv  dataStoreFileId...
        """
        rows = [
            (f"{entry.name}/", entry.dataStoreDirectoryId)
            for entry in self._list_entries("dataStoreDirectory")
        ]
        rows += [
            (join_name(entry.name, entry.fileExtension), entry.dataStoreFileId)
            for entry in self._list_entries("dataStoreFile")
        ]
        escaped = [(escape_controls(name), escape_controls(entry_id)) for name, entry_id in rows]
        width = max((len(name) for name, _ in escaped), default=0)
        for name, entry_id in escaped:
            print(f"{name:<{width}}  {entry_id}")
        if not rows:
            print(f"{escape_controls(self.name)}/ is {self._describe_emptiness()}")

    def _repr_html_(self) -> str | None:
        """Return an HTML tree for notebooks."""
        return build_table(list(self._iter_tree()), preformatted="name")

    def _html_rows(self) -> "Sequence[Row]":
        """Return the row of the directory in a list, where contents are usually not loaded."""
        return [
            {
                "name": self.name,
                "dataStoreDirectoryId": self.dataStoreDirectoryId,
                "parentDirectoryId": self.parentDirectoryId,
            }
        ]

    def _iter_tree(self, prefix: str = "", label_prefix: str = "") -> "Iterator[Row]":
        """Iterate over the rows of the directory and of its loaded contents."""
        name = (
            f"{label_prefix}{self.name}/" if self._is_loaded() else f"{label_prefix}{self.name}/ …"
        )
        yield {"name": name, "size": None, "lastModified": None, "id": self.dataStoreDirectoryId}
        entries = [*self._list_entries("dataStoreDirectory"), *self._list_entries("dataStoreFile")]
        for entry in entries:
            connector, indent = ("└── ", "    ") if entry is entries[-1] else ("├── ", "│   ")
            if isinstance(entry, DirectoryMixin):
                yield from entry._iter_tree(prefix + indent, prefix + connector)
            else:
                yield {
                    "name": prefix + connector + join_name(entry.name, entry.fileExtension),
                    "size": entry.storageSizeBytes,
                    "lastModified": entry.lastModified,
                    "id": entry.dataStoreFileId,
                }

    def _is_loaded(self) -> bool:
        # Entries of another directory are returned without their contents.
        return "contents" in self.model_fields_set

    def _describe_emptiness(self) -> str:
        if self._is_loaded():
            return "empty"
        directory_id = escape_controls(self.dataStoreDirectoryId)
        return f'not loaded: getDataStoreDirectory("{directory_id}") loads it'
