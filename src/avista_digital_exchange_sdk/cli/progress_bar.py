"""Progress bars on terminals, and lines about the progress of long commands elsewhere."""

import os
import sys
import time  # noqa: TID251  # how long a command takes is not a matter of the SDK's backends
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from .._escaping import escape_controls
from .._utils.progress import FileProgress
from .tables import format_byte_count

if TYPE_CHECKING:
    from rich.progress import Progress, Task

Unit = Literal["bytes", "pages", "queries", "records", "rows"]
WIDTH = 10
"""Width of the bar in characters; the whole line fits into 80."""

# Seconds between lines about the progress, such as in the log of a CI job.
LOG_INTERVAL_SECONDS = 10.0
# Colors that are readable on light and dark backgrounds; texts have the color of the terminal.
STYLES = {
    "bar.complete": "green",
    "bar.finished": "green",
    "bar.pulse": "green",
    "bar.back": "bright_black",
    "progress.remaining": "none",
}

_active: "list[Progress]" = []


class ProgressDisplay(FileProgress):
    """Shows the progress of a command. As a callback it accepts `(done, total)`.

    Args:
        what: A description of the work.
        unit: The unit of the count.
        unit_of_total: The unit once a total is known. Defaults to `unit`.
    """

    def __init__(self, what: str, unit: Unit, unit_of_total: Unit | None) -> None:
        self.what: str = escape_controls(what)
        self.done: int = 0
        self.total: int | None = None
        self.file: str = ""
        self.files: tuple[int, int] | None = None
        self._units = unit, unit_of_total or unit
        self.unit: Unit = unit

    def __call__(self, done: int, total: int | None) -> None:
        """Show how much of the work is done; the total is None if it is unknown."""
        self.unit = self._units[total is not None]
        self.done, self.total = done, total
        self.update()

    def start_file(self, path: str) -> None:
        """Show the name of a file that is worked on."""
        self.file = escape_controls(os.path.basename(path.rstrip("/")))
        self.update()

    def count_files(self, done: int, total: int) -> None:
        """Show how many files are done."""
        self.files = done, total
        self.update()

    def update(self) -> None:
        """Show the progress."""
        raise NotImplementedError


class _Bar(ProgressDisplay):
    """A progress bar."""

    def __init__(
        self, what: str, unit: Unit, unit_of_total: Unit | None, progress: "Progress"
    ) -> None:
        super().__init__(what, unit, unit_of_total)
        self._progress = progress
        self._shown_unit = unit
        self._task = progress.add_task(self.what, total=None, unit=unit, files=None)

    def update(self) -> None:
        if self.unit != self._shown_unit:
            self._shown_unit = self.unit
            self._progress.reset(self._task, unit=self.unit)
        self._progress.update(
            self._task,
            description=self.file or self.what,
            completed=self.done,
            total=self.total,
            files=self.files,
        )


class _Log(ProgressDisplay):
    """Lines at intervals, none for short commands."""

    def __init__(self, what: str, unit: Unit, unit_of_total: Unit | None) -> None:
        super().__init__(what, unit, unit_of_total)
        self._start = self._written = time.monotonic()

    def update(self) -> None:
        elapsed = time.monotonic() - self._start
        if self._start + elapsed - self._written < LOG_INTERVAL_SECONDS:
            return
        self._written = self._start + elapsed
        rate = self.done / elapsed if elapsed else 0.0
        parts = []
        if self.total:
            parts.append(f"{_percent(self.done, self.total)}%")
        parts.append(_format_counts(self.unit, self.done, self.total))
        if self.files is not None:
            parts.append(_format_files(*self.files))
        parts.append(_format_rate(self.unit, rate))
        if self.total and rate:
            parts.append(f"{_format_seconds((self.total - self.done) / rate)} left")
        title = f"{self.what} {self.file}".rstrip()
        write_line(f"{title}: {', '.join(filter(None, parts)) or 'waiting'}")


@contextmanager
def show_progress(
    what: str, unit: Unit, unit_of_total: Unit | None, *, shown: bool
) -> Iterator[ProgressDisplay | None]:
    """Show the progress of a block: as a bar on a terminal, else as lines if it takes long.

    Args:
        what: A description of the work.
        unit: The unit of the count.
        unit_of_total: The unit once a total is known. Defaults to `unit`.
        shown: Whether to show it.

    Yields:
        What shows the progress; None if nothing is shown.
    """
    if not shown:
        yield None
    elif not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield _Log(what, unit, unit_of_total)
    else:
        with _create_progress() as progress, _activate(progress):
            yield _Bar(what, unit, unit_of_total, progress)


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
    from rich.table import Column
    from rich.text import Text
    from rich.theme import Theme

    class Amount(ProgressColumn):
        def render(self, task: "Task") -> Text:
            total = None if task.total is None else int(task.total)
            parts = [_format_counts(task.fields["unit"], int(task.completed), total)]
            if total:
                parts.insert(0, f"{_percent(task.completed, total):3}%")
            if task.fields["files"] is not None:
                parts.append(_format_files(*task.fields["files"]))
            return Text(" ".join(filter(None, parts)))

    class Rate(ProgressColumn):
        def render(self, task: "Task") -> Text:
            speed = task.finished_speed or task.speed
            rate = "" if speed is None else _format_rate(task.fields["unit"], speed)
            return Text(rate)

    name = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    return Progress(
        TextColumn("{task.description}", markup=False, table_column=name),
        BarColumn(WIDTH),
        Amount(table_column=Column(no_wrap=True)),
        Rate(table_column=Column(no_wrap=True)),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr, theme=Theme(STYLES)),
        expand=True,
        transient=True,
        # Data is written to standard output, not to the terminal above the bar.
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _percent(done: float, total: int) -> int:
    """Return the percentage, which is 100 only at the end."""
    return min(100, int(100 * done / total))


def _format_files(done: int, total: int) -> str:
    return f"{done:,}/{total:,} {'file' if total == 1 else 'files'}"


def _format_rate(unit: Unit, rate: float) -> str:
    counts = _format_counts(unit, int(rate), None)
    return counts and f"{counts}/s"


def _format_seconds(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _format_counts(unit: Unit, done: int, total: int | None) -> str:
    """Format a count, or a count and a total, with the unit.

    Returns an empty string for 0 of an unknown total.
    """
    if not done and total is None:
        return ""
    if unit != "bytes":
        count = done if total is None else total
        name = unit if count != 1 else {"queries": "query"}.get(unit, unit.removesuffix("s"))
        return f"{done:,} {name}" if total is None else f"{done:,}/{total:,} {name}"
    if total is None:
        return format_byte_count(done)
    # In the unit of the total, such as 0.4/3.1 GB.
    *_, suffix = format_byte_count(total).split(" ")
    return f"{_in_unit_of(total, done)}/{_in_unit_of(total, total)} {suffix}"


def _in_unit_of(total: int, count: int) -> str:
    from rich.filesize import pick_unit_and_suffix

    unit, _ = pick_unit_and_suffix(total, ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"], 1000)
    return f"{count / unit:,.1f}" if unit > 1 else str(count)
