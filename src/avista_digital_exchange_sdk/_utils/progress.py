"""Progress of long calls: reported to a callback or drawn as a progress bar."""

import contextlib
import sys
import warnings
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from .._escaping import escape_controls
from . import validation
from .extras import require_extra

if TYPE_CHECKING:
    from tqdm import tqdm

# Called with the amount done and the total, which is None if unknown. An exception that it raises
# cancels the call.
ProgressCallback = Callable[[int, int | None], object]

# The argument `progress` of calls: a callback, or True for a progress bar.
ProgressArgument = bool | ProgressCallback

_Page = TypeVar("_Page")


class FileProgress:
    """A progress callback that also shows which file is worked on."""

    def start_file(self, path: str) -> None:
        """Show the name of a file that is worked on."""
        raise NotImplementedError

    def count_files(self, done: int, total: int) -> None:
        """Show how many files are done."""
        raise NotImplementedError


class ProgressReporter:
    """Reports progress as the argument `progress` specifies."""

    def __init__(self, progress: object) -> None:
        if not (progress is None or isinstance(progress, bool) or callable(progress)):
            valid = "True, False, None or a callable (done, total)"
            raise validation.invalid_argument("progress", progress, valid)
        if progress is True:
            require_extra("progress", "tqdm")
        # Without standard error there is no output for a progress bar.
        is_hidden = progress is False or (progress is True and sys.stderr is None)
        self._progress: Any = None if is_hidden else progress

    @contextlib.contextmanager
    def track(self, what: str, unit: str = "B") -> Iterator[ProgressCallback | None]:
        """Return the callback for a step, or None. Progress is counted in `unit`, or in pages."""
        if self._progress is True:
            with contextlib.closing(_TqdmBar(what, unit)) as bar:
                yield bar
        else:
            yield self._progress

    def start_file(self, path: str, done: int = 0, total: int = 1) -> None:
        """Report which file is worked on, and how many of all files are done."""
        if isinstance(self._progress, FileProgress):
            self._progress.start_file(path)
            if total > 1:
                self._progress.count_files(done, total)

    async def track_pages(
        self, what: str, pages: AsyncGenerator[_Page, None]
    ) -> AsyncGenerator[_Page, None]:
        """Iterate over pages and report each of them."""
        with self.track(what) as callback:
            async with contextlib.aclosing(pages):
                read = 0
                async for page in pages:
                    read += 1
                    if callback:
                        callback(read, None)
                    yield page


NO_PROGRESS = ProgressReporter(None)


class _TqdmBar:
    """A progress bar, drawn at the first report."""

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._unit = unit
        self._bar: tqdm[Any] | None = None

    def __call__(self, done: int, total: int | None) -> None:
        # The number of pages is unknown. The result may follow them as a file, counted in bytes.
        unit = "pages" if total is None else self._unit
        if self._bar is None or self._bar.unit.strip() != unit:
            self.close()
            self._bar = _create_bar(self._what, unit, total)
        # Parallel downloads report from several threads, possibly out of order.
        if done > self._bar.n:
            self._bar.n = done
        self._bar.update(0)

    def close(self) -> None:
        """Close the bar, which stays visible."""
        if self._bar is not None:
            self._bar.close()


def _create_bar(what: str, unit: str, total: int | None) -> "tqdm[Any]":
    """Create a progress bar: a widget in notebooks, text elsewhere."""
    with warnings.catch_warnings():
        # Without ipywidgets tqdm warns in notebooks before it falls back to text.
        warnings.filterwarnings("ignore", "IProgress not found")
        from tqdm.auto import tqdm
    what = escape_controls(what)
    if unit == "B":
        return tqdm(desc=what, total=total, unit="B", unit_scale=True)
    return tqdm(desc=what, total=total, unit=f" {unit}")
