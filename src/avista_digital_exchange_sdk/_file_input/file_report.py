"""What was understood of files, and what is published of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FileColumn:
    """A column of values.

    Attributes:
        attribute: What it is published as.
        column: The column's name.
        type: The platform's type; None if it is not published.
    """

    attribute: str
    column: str
    type: str | None


@dataclass(frozen=True)
class FileReport:
    """What was understood of a file, and what is published of it.

    Attributes:
        file: The file.
        facts: Its form: format, encoding, delimiter, columns and so on.
        columns: The columns of values.
        firstRows: Its first rows, as they are written.
        problems: What keeps it from being published.
        notices: What else should be known.
        rows: How many rows hold a value.
        values: How many values they hold.
        assets: The assets.
        startTime: The first time; None if there is none.
        endTime: The last time; None if there is none.
    """

    file: str
    facts: Mapping[str, object] = field(default_factory=dict)
    columns: Sequence[FileColumn] = ()
    firstRows: Sequence[Sequence[str | None]] = ()
    problems: Sequence[str] = ()
    notices: Sequence[str] = ()
    rows: int = 0
    values: int = 0
    assets: Sequence[str] = ()
    startTime: str | None = None
    endTime: str | None = None


@dataclass(frozen=True)
class FilePublishReport:
    """What became of the files of a publish.

    Attributes:
        files: The files.
        isPublished: Whether their values were sent, not only looked at.
        rows: How many rows hold a value.
        valuesStored: How many values were stored, or would be.
        valuesCorrected: How many of them took the place of another value.
        valuesUnchanged: How many values the database had already.
    """

    files: Sequence[FileReport]
    isPublished: bool = False
    rows: int = 0
    valuesStored: int = 0
    valuesCorrected: int = 0
    valuesUnchanged: int = 0

    @property
    def notices(self) -> list[str]:
        """What should be known of the files, each with the file's name."""
        return [f"{file.file}: {notice}" for file in self.files for notice in file.notices]
