"""The rows that the platform rejected, as a file that can be corrected and published."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from .._utils import validation
from .._utils.atomic_files import atomic_write
from ..errors import InvalidParameterError
from .publish_plan import PublishPlan
from .sources import STANDARD_INPUT
from .tables import REASON_COLUMN, Column, Kind


class RejectedRows:
    """Where rejected rows are written.

    Args:
        argument: The name of the argument for the location.
        value: A path, True for a file next to each file, or False for none.
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
        """Reject a target that is one of the files to publish, because its rows would be lost."""
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
            The path of the file; None if rejected rows are not written.
        """
        target = self._targets[plan.number]
        if target is None:
            return None
        kept = [i for i, name in enumerate(plan.column_names) if name != REASON_COLUMN]
        # Columns with two levels are recognized by the times before them.
        kept.sort(key=lambda i: plan.columns[i].levels is not None)
        columns = [plan.columns[i] for i in kept]
        with atomic_write(target) as file:
            # Excel needs a byte order mark to read names correctly. Other programs take it as part
            # of the first name.
            is_ascii = all(column.name.isascii() for column in columns)
            encoding = "utf-8" if is_ascii else "utf-8-sig"
            text = io.TextIOWrapper(file, encoding, newline="", write_through=True)
            writer = csv.writer(text, lineterminator="\n")
            writer.writerows(_name_lines(columns))
            for line, cells in plan.read_rows():
                if line in reasons:
                    row = [_format(plan, plan.columns[i].kind, cells[i]) for i in kept]
                    writer.writerow([*row, reasons[line]])
            text.flush()
            text.detach()
        return target


def _format(plan: PublishPlan, kind: Kind, cell: str | None) -> str:
    """Format a cell in the format described by the arguments."""
    if cell is not None and kind is Kind.NUMBER:
        return cell.replace(".", plan.decimal)
    return cell or ""


def _name_lines(columns: Sequence[Column]) -> list[list[str]]:
    """The header lines, with the column of reasons: one, or three for two levels."""
    if not any(column.levels for column in columns):
        return [[*(column.name for column in columns), REASON_COLUMN]]
    time_name = next(column.name for column in columns if column.levels is None)
    levels = [column.levels or ("", "") for column in columns]
    return [
        [*(asset for asset, _ in levels), REASON_COLUMN],
        [*(attribute for _, attribute in levels), REASON_COLUMN],
        [time_name or "timestamp", *([""] * len(columns[1:])), ""],
    ]
