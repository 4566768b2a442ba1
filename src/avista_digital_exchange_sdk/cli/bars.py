"""Bars that show how far long work has got."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

    from .._progress import Tell

Unit = Literal["bytes", "pages", "records", "rows"]


@contextmanager
def bar(what: str, unit: Unit, *, shown: bool) -> "Iterator[Tell | None]":
    """Show a bar while something lasts; None where it is not to be shown.

    Args:
        what: What is under way.
        unit: What is counted.
        shown: Whether to show it.

    Yields:
        What to tell how many are done, and how many there are in all, None if that is unknown.
    """
    if not shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(file=sys.stderr)
    columns = [TextColumn("{task.description}"), BarColumn(), *_counting(unit)]
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _counting(unit: Unit) -> "list[ProgressColumn]":
    """How many are done, and how fast they are."""
    from rich.progress import (
        DownloadColumn,
        MofNCompleteColumn,
        ProgressColumn,
        Task,
        TextColumn,
        TransferSpeedColumn,
    )
    from rich.text import Text

    if unit == "bytes":
        return [DownloadColumn(), TransferSpeedColumn()]

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed:,.0f} {unit}/s")

    return [MofNCompleteColumn(), TextColumn(unit), Rate()]
