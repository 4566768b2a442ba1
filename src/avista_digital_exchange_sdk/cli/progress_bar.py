"""Bars that show how far long work has got."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from .._escaping import escape_controls

if TYPE_CHECKING:
    from rich.progress import Progress, Task

    from .._utils.progress import ProgressCallback

Unit = Literal["bytes", "pages", "rows"]
WIDTH = 20
"""Characters of the bar itself; all there is to tell then fits into 80."""

_shown: "list[Progress]" = []


@contextmanager
def progress_bar(
    what: str, unit: Unit, unit_of_total: Unit | None, *, shown: bool
) -> "Iterator[ProgressCallback | None]":
    """Show a bar while something lasts; None where it is not to be shown.

    Args:
        what: What is under way.
        unit: What is counted.
        unit_of_total: What is counted once there is a total, if that is something else.
        shown: Whether to show it.

    Yields:
        What to tell how many are done, and how many there are in all, None if that is unknown.
    """
    if not shown:
        yield None
        return
    with _create_progress() as progress, _above(progress):
        task = progress.add_task(escape_controls(what), total=None, unit=unit)

        def callback(done: int, total: int | None) -> None:
            counted = unit if total is None else unit_of_total or unit
            if counted != progress.tasks[task].fields["unit"]:
                progress.reset(task, unit=counted)
            progress.update(task, completed=done, total=total)

        yield callback


@contextmanager
def _above(progress: "Progress") -> Iterator[None]:
    _shown.append(progress)
    try:
        yield
    finally:
        _shown.remove(progress)


def write_line(line: str) -> None:
    """Write a line to standard error, above the bar if there is one."""
    if _shown:
        _shown[-1].console.print(line, markup=False, highlight=False, soft_wrap=True)
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
            return Text(_to_callback(task, *counts))

    class Rate(ProgressColumn):
        def render(self, task: "Task") -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{_to_callback(task, speed)}/s")

    columns = [TextColumn("{task.description}", markup=False), BarColumn(WIDTH), Amount(), Rate()]
    console = Console(file=sys.stderr)
    return Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        # Data goes where it is sent, not to the terminal above the bar.
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _to_callback(task: "Task", *counts: float) -> str:
    """How many there are, of how many."""
    from rich.filesize import decimal

    unit: Unit = task.fields["unit"]
    if unit == "bytes":
        return " of ".join(decimal(int(count)) for count in counts)
    return " of ".join(f"{count:,.0f}" for count in counts) + f" {unit}"
