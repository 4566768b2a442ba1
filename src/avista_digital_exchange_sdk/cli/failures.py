"""Reports partial failures."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from .._escaping import escape_controls
from .errors import exit_code_for, format_reason, print_error
from .exit_codes import FAILED
from .remote_paths import to_url_if_remote

if TYPE_CHECKING:
    from ..file_system._parallel_copy import JobReport


def exit_on_failures(report: "JobReport[Any, Any]", done: str, *, is_single: bool) -> None:
    """Print the failures of a job, if any, and exit with their exit code.

    Args:
        report: The outcome of the job.
        done: The past participle of what was done, such as "downloaded".
        is_single: Whether a single file was requested, whose error is printed unchanged.

    Raises:
        typer.Exit: There are failures.
    """
    if is_single and report.failures:
        raise report.failures[0].error
    total = len(report.done) + len(report.failures) + report.not_tried
    print_failures_and_exit(
        report.failures, f"of {total} not {done}", report.not_tried, report.stopped_by
    )


def print_failures_and_exit(
    failures: Sequence[tuple[str, Exception]],
    what: str,
    not_tried: int = 0,
    stopped_by: Exception | None = None,
) -> None:
    """Print failures, if any, and their number, and exit.

    Args:
        failures: The path and error of each failure.
        what: A description of the failures, printed after their number.
        not_tried: The number of further items that were not tried.
        stopped_by: The failure that stopped the job, which determines the exit code.

    Raises:
        typer.Exit: There are failures.
    """
    if not failures:
        return
    for path, error in failures:
        shown = to_url_if_remote(path)
        print_error(f"{escape_controls(shown)}: {format_reason(error)}")
    untried = f"; {not_tried} more not tried" if not_tried else ""
    print_error(f"{len(failures)} {what}{untried}")
    raise typer.Exit(FAILED if stopped_by is None else exit_code_for(stopped_by))
