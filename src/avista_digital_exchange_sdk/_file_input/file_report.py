"""Reports of what was detected in files, and of what was published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class FileColumn:
    """A column of values in a file.

    Attributes:
        attribute: The name of the attribute that it is published as.
        column: The name of the column.
        type: The type of the attribute, such as `DOUBLE`. None if it is not published.
    """

    attribute: str
    column: str
    type: str | None


@dataclass(frozen=True)
class FileReport:
    """What was detected in a file.

    Attributes:
        file: The path of the file.
        facts: The format, encoding, delimiter, columns and so on, by name.
        columns: The columns of values.
        firstRows: The first rows, with the cells as strings.
        problems: The reasons why it cannot be published.
        notices: Doubtful contents that do not prevent publishing.
        rows: The number of rows with a value.
        values: The number of values.
        assets: The IDs of the assets.
        startTime: The first timestamp, in ISO 8601. None if there is none.
        endTime: The last timestamp, in ISO 8601. None if there is none.
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
    """The result of publishing files.

    Attributes:
        files: What was detected in each file.
        isPublished: Whether values were sent. False for `inspect` and `dryRun`.
        rows: The number of rows with a value.
        valuesStored: The number of values that were stored, or would be.
        valuesCorrected: The number of stored values that replaced another value.
        valuesUnchanged: The number of values that were stored already.
    """

    files: Sequence[FileReport]
    isPublished: bool = False
    rows: int = 0
    valuesStored: int = 0
    valuesCorrected: int = 0
    valuesUnchanged: int = 0

    @property
    def notices(self) -> list[str]:
        """The notices of all files, each with the path of the file."""
        return [f"{file.file}: {notice}" for file in self.files for notice in file.notices]
