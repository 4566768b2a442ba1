"""The rows that the platform rejected, as a file that can be corrected and published."""

import csv
import io
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

from .._utils import validation
from .._utils.atomic_files import atomic_write
from ..errors import InvalidParameterError
from .csv_dialect import CsvDialect
from .options import WHITESPACE
from .publish_plan import PublishPlan
from .sources import STANDARD_INPUT, decoded_lines
from .tables import REASON_COLUMN, Column


class RejectedRows:
    """Where rejected rows go.

    Args:
        argument: The argument that says where.
        value: A path, True for a file next to each file, or False for nowhere.
        paths: The files to publish.
    """

    def __init__(self, argument: str, value: object, paths: Sequence[Path | str]) -> None:
        if isinstance(value, bool):
            self._targets = [self._next_to(argument, path) if value else None for path in paths]
        elif len(paths) > 1:
            raise validation.invalid_argument(argument, value, "True or False for several files")
        else:
            self._targets = [validation.resolve_output_path(argument, value, "rejected.csv")]
        self._require_new_files(argument, paths)

    def _require_new_files(self, argument: str, paths: Sequence[Path | str]) -> None:
        """Refuse to replace a file that is published, and so its rows."""
        published = {path.resolve() for path in paths if isinstance(path, Path)}
        for target in self._targets:
            if target is not None and target.resolve() in published:
                raise InvalidParameterError(
                    f"path must not contain {target.name!r}, to which the rejected rows of this "
                    f"publish are written ({argument}=); rename it, or publish it on its own"
                )

    @staticmethod
    def _next_to(argument: str, path: Path | str) -> Path:
        if path == STANDARD_INPUT or not isinstance(path, Path) or not path.is_file():
            return validation.resolve_output_path(argument, "rejected.csv", "rejected.csv")
        target = path.with_name(f"{path.name}.rejected.csv")
        return validation.resolve_output_path(argument, target, target.name)

    def write(self, plan: PublishPlan, reasons: Mapping[int, str]) -> Path | None:
        """Write the rows of a file that were rejected.

        Args:
            plan: The file.
            reasons: The reasons, by the number of the row.

        Returns:
            Where they are; None if they were not to be kept.
        """
        target = self._targets[plan.number]
        if target is None:
            return None
        dialect = plan.csv_dialect
        encoding = "utf-8" if dialect is None else dialect.encoding
        delimiter = "," if dialect is None else dialect.delimiter
        escape = plan.stated_escape
        text = io.StringIO(newline="")
        writer = csv.writer(
            text,
            delimiter="," if delimiter == WHITESPACE else delimiter,
            quotechar=(dialect.quote if dialect else "") or '"',
            quoting=csv.QUOTE_ALL if escape else csv.QUOTE_MINIMAL,
            lineterminator="\n",
        )
        kept = [i for i, name in enumerate(plan.column_names) if name != REASON_COLUMN]
        # Columns of two levels are known by the times before them.
        kept.sort(key=lambda i: plan.columns[i].levels is not None)
        columns = [plan.columns[i] for i in kept]
        with atomic_write(target) as file:
            text.writelines(_lines_before_rows(plan, dialect))
            if dialect is None or dialect.header_line:
                writer.writerows(_name_lines(columns))
            if dialect is not None:
                text.writelines(_units_rows(plan, dialect))
            for line, cells in plan.read_rows():
                if line in reasons:
                    row = [*(cells[i] or "" for i in kept), reasons[line]]
                    if escape:
                        row = [cell.replace(escape, escape * 2) for cell in row]
                    writer.writerow(row)
                    file.write(_take(text).encode(encoding.removesuffix("-sig")))
            file.write(_take(text).encode(encoding.removesuffix("-sig")))
        return target


def _take(text: io.StringIO) -> str:
    taken = text.getvalue()
    text.seek(0)
    text.truncate()
    return taken


def _name_lines(columns: Sequence[Column]) -> list[list[str]]:
    """The names of the columns and of that of the reasons: one line, or three for two levels."""
    if not any(column.levels for column in columns):
        return [[*(column.name for column in columns), REASON_COLUMN]]
    time_name = next(column.name for column in columns if column.levels is None)
    levels = [column.levels or ("", "") for column in columns]
    return [
        [*(asset for asset, _ in levels), REASON_COLUMN],
        [*(attribute for _, attribute in levels), REASON_COLUMN],
        [time_name or "timestamp", *([""] * len(columns[1:])), ""],
    ]


def _lines_before_rows(plan: PublishPlan, dialect: CsvDialect | None) -> list[str]:
    """The lines before the names, as they are."""
    if dialect is None or dialect.first_header_line < 2:
        return []
    with plan.source.open() as file, decoded_lines(file, dialect.encoding) as lines:
        return list(islice(lines, dialect.first_header_line - 1))


def _units_rows(plan: PublishPlan, dialect: CsvDialect) -> list[str]:
    """The rows of units, as they are."""
    with plan.source.open() as file, decoded_lines(file, dialect.encoding) as lines:
        begin = dialect.header_line
        return list(islice(lines, begin, begin + dialect.units_rows))
