"""How a job ends in which some of several things failed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from .._escaping import escape_controls
from .errors import exit_code_for, print_error, reason_for
from .exit_codes import FAILED
from .remote_paths import STORE, to_url

if TYPE_CHECKING:
    from ..file_system._parallel_copy import JobReport


def end(report: "JobReport[Any, Any]", doing: str, *, is_single: bool) -> None:
    """Print every failure of a job, and exit with the code for them.

    Args:
        report: What became of the job.
        doing: What was done, as "downloaded".
        is_single: Whether a single file was asked for, whose error is printed as it is.

    Raises:
        typer.Exit: Something failed.
    """
    if is_single and report.failures:
        raise report.failures[0].error
    total = len(report.done) + len(report.failures) + report.not_tried
    end_with(report.failures, f"of {total} not {doing}", report.not_tried, report.stopped_by)


def end_with(
    failures: Sequence[tuple[str, Exception]],
    what: str,
    not_tried: int = 0,
    stopped_by: Exception | None = None,
) -> None:
    """Print failures and their number, and exit.

    Args:
        failures: What failed.
        what: What their number is of.
        not_tried: How many more were not tried.
        stopped_by: The failure because of which they were not tried, which decides the exit code.

    Raises:
        typer.Exit: There are failures.
    """
    if not failures:
        return
    for path, error in failures:
        shown = to_url(path) if path.startswith(STORE) else path
        print_error(f"{escape_controls(shown)}: {reason_for(error)}")
    untried = f"; {not_tried} more not tried" if not_tried else ""
    print_error(f"{len(failures)} {what}{untried}")
    raise typer.Exit(FAILED if stopped_by is None else exit_code_for(stopped_by))
