"""Prints reports of published, checked or inspected files."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from .context import CommandContext
from .errors import print_error
from .exit_codes import FAILED, PARTIAL
from .output import print_json

if TYPE_CHECKING:
    from .._file_input.file_report import FilePublishReport, FileReport


def exit_on_rejected(rejected: Sequence[str], *, are_some_written: bool) -> None:
    """Print what was rejected, if anything, and exit.

    Args:
        rejected: What was rejected, and why.
        are_some_written: Whether others were written, which determines the exit code.

    Raises:
        typer.Exit: Something was rejected.
    """
    if not rejected:
        return
    for description in rejected:
        print_error(f"rejected: {description}")
    raise typer.Exit(PARTIAL if are_some_written else FAILED)


def print_report(run: CommandContext, report: "FilePublishReport") -> None:
    """Print what was published, or would be."""
    if run.json:
        print_json({**asdict(report), "files": [_to_json(file) for file in report.files]})
    elif not report.isPublished:
        _print_columns(run, report)
    counts = f"values stored: {report.valuesStored} (rows: {report.rows})"
    if report.valuesCorrected:
        counts += f", corrected ones among them: {report.valuesCorrected}"
    if report.valuesUnchanged:
        counts += f", already in the database: {report.valuesUnchanged}"
    if report.isPublished:
        run.info(counts)
        return
    for file in report.files:
        run.info(
            f"{file.file}: rows: {file.rows}, assets: {len(file.assets)}, from {file.startTime} to "
            f"{file.endTime}"
        )
    run.info(f"{counts.replace('stored', 'to store')}. Nothing was published.")


def print_inspection(run: CommandContext, report: "FilePublishReport") -> None:
    """Print what was detected in files."""
    if run.json:
        print_json([_to_json(file) for file in report.files])
        return
    for file in report.files:
        rows = [("file", file.file)]
        rows += [(name, _show(value)) for name, value in file.facts.items() if value is not None]
        rows += [
            (f"attribute {column.attribute}", column.type or "not published")
            for column in file.columns
        ]
        rows += [
            (f"row {number}", " | ".join(cell or "" for cell in row))
            for number, row in enumerate(file.firstRows, 1)
        ]
        if file.startTime is not None:
            rows += [("rows", str(file.rows)), ("values", str(file.values))]
            rows += [("from", file.startTime), ("to", str(file.endTime))]
        rows += [("notice", run.translate(notice)) for notice in file.notices]
        rows += [("problem", run.translate(problem)) for problem in file.problems]
        run.print_rows(rows, {"": lambda pair: pair[0], " ": lambda pair: pair[1]})


def _print_columns(run: CommandContext, report: "FilePublishReport") -> None:
    columns = {
        column.attribute: column.type
        for file in report.files
        for column in file.columns
        if column.type is not None
    }
    run.print_rows(
        columns.items(), {"attribute": lambda pair: pair[0], "type": lambda pair: pair[1]}
    )


def _to_json(file: "FileReport") -> dict[str, object]:
    return asdict(file)


def _show(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "tab" if value == "\t" else str(value)
