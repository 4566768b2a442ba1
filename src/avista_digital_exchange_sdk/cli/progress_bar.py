"""Progress bars."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from .._escaping import escape_controls

if TYPE_CHECKING:
    from rich.progress import Progress, Task

    from .._utils.progress import ProgressCallback

Unit = Literal["bytes", "pages", "queries", "records", "rows"]
WIDTH = 20
"""Width of the bar in characters; the whole line then fits into 80."""

_active: "list[Progress]" = []


@contextmanager
def progress_bar(
    what: str, unit: Unit, unit_of_total: Unit | None, *, shown: bool
) -> "Iterator[ProgressCallback | None]":
    """Show a progress bar for the duration of the block.

    Args:
        what: A description of the work.
        unit: The unit of the count.
        unit_of_total: The unit once a total is known. Defaults to `unit`.
        shown: Whether to show it.

    Yields:
        A callback `(done, total)`, with None for an unknown total; None if no bar is shown.
    """
    if not shown:
        yield None
        return
    with _create_progress() as progress, _activate(progress):
        task = progress.add_task(escape_controls(what), total=None, unit=unit)

        def callback(done: int, total: int | None) -> None:
            counted = unit if total is None else unit_of_total or unit
            if counted != progress.tasks[task].fields["unit"]:
                progress.reset(task, unit=counted)
            progress.update(task, completed=done, total=total)

        yield callback


@contextmanager
def _activate(progress: "Progress") -> Iterator[None]:
    _active.append(progress)
    try:
        yield
    finally:
        _active.remove(progress)


def write_line(line: str) -> None:
    """Write a line to standard error, above the progress bar if there is one."""
    if _active:
        _active[-1].console.print(line, markup=False, highlight=False, soft_wrap=True)
    else:
        sys.stderr.write(f"{line}\n")


def _create_progress() -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Amount(ProgressColumn):
        def render(self, task: "Task") -> Text:
            counts = [task.completed] if task.total is None else [task.completed, task.total]
            return Text(_format_counts(task, *counts))

    class Rate(ProgressColumn):
        def render(self, task: "Task") -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{_format_counts(task, speed)}/s")

    columns = [TextColumn("{task.description}", markup=False), BarColumn(WIDTH), Amount(), Rate()]
    console = Console(file=sys.stderr)
    return Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        # Data is written to standard output, not to the terminal above the bar.
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _format_counts(task: "Task", *counts: float) -> str:
    """Format a count, or a count and a total, with the unit."""
    from rich.filesize import decimal

    unit: Unit = task.fields["unit"]
    if unit == "bytes":
        return " of ".join(decimal(int(count)) for count in counts)
    return " of ".join(f"{count:,.0f}" for count in counts) + f" {unit}"
