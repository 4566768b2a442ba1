"""What a directory of a data store can do beside holding its metadata."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._generated.fragments import DataStoreDirectory, DataStoreFile, DataStoreObject


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


class DirectoryListing:
    """Reads a directory's entries off its `contents`."""

    if TYPE_CHECKING:
        dataStoreDirectoryId: str
        name: str
        contents: list[DataStoreObject]
        model_fields_set: set[str]

    @property
    def directories(self) -> "list[DataStoreDirectory]":
        """The directories in this directory; their own contents are not loaded."""
        entries = (entry.dataStoreDirectory for entry in self.contents)
        return [directory for directory in entries if directory is not None]

    @property
    def files(self) -> "list[DataStoreFile]":
        """The files in this directory."""
        entries = (entry.dataStoreFile for entry in self.contents)
        return [file for file in entries if file is not None]

    def printContents(self) -> None:
        """Print every directory and file in this directory with its id, directories first.

        Example:
            >>> directory = digitalExchange.getDataStoreDirectory(homeDirectoryId)
            >>> directory.printContents()
            solar_site.csv  dataStoreFileId...
        """
        rows = [
            (printable(entry.name) + "/", entry.dataStoreDirectoryId) for entry in self.directories
        ]
        rows += [
            (printable(full_name(entry.name, entry.fileExtension)), entry.dataStoreFileId)
            for entry in self.files
        ]
        width = max((len(name) for name, _ in rows), default=0)
        for name, entry_id in rows:
            print(f"{name:<{width}}  {printable(entry_id)}")
        if not rows:
            print(f"{printable(self.name)}/ is {self._why_nothing()}")

    def _why_nothing(self) -> str:
        # An entry of another directory's contents comes without its own.
        if "contents" in self.model_fields_set:
            return "empty"
        return (
            f'not loaded: getDataStoreDirectory("{printable(self.dataStoreDirectoryId)}") loads it'
        )


def printable(name: str) -> str:
    """A name without control characters, which could play tricks on a terminal."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name
    )
