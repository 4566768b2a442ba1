"""Progress of long calls: reported to a callback, or drawn as a bar."""

import contextlib
import sys
import warnings
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from .._text import escape_controls
from . import validation
from .extras import require_extra

if TYPE_CHECKING:
    from tqdm import tqdm

# Receives how much is done, and the total where it is known; may raise an error to stop the call.
ProgressCallback = Callable[[int, int | None], object]

# What calls take as `progress`: True for a bar, or a callback.
ProgressArgument = bool | ProgressCallback

_Page = TypeVar("_Page")


class ProgressReporter:
    """The argument `progress`, checked."""

    def __init__(self, progress: object) -> None:
        if not (progress is None or isinstance(progress, bool) or callable(progress)):
            valid = "True, False, None or a callable (done, total)"
            raise validation.invalid_argument("progress", progress, valid)
        if progress is True:
            require_extra("progress", "tqdm")
        # A program without standard error has nowhere to draw a bar.
        is_hidden = progress is False or (progress is True and sys.stderr is None)
        self._progress: Any = None if is_hidden else progress

    @contextlib.contextmanager
    def track(self, what: str, unit: str = "B") -> Iterator[ProgressCallback | None]:
        """Give the callback for a piece of work, counted in a unit, or in pages."""
        if self._progress is True:
            with contextlib.closing(_TqdmBar(what, unit)) as bar:
                yield bar
        else:
            yield self._progress

    async def track_pages(
        self, what: str, pages: AsyncGenerator[_Page, None]
    ) -> AsyncGenerator[_Page, None]:
        """Iterate over pages, and report each."""
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
    """Draws a bar, once there is something to report."""

    def __init__(self, what: str, unit: str) -> None:
        self._what = what
        self._unit = unit
        self._bar: tqdm[Any] | None = None

    def __call__(self, done: int, total: int | None) -> None:
        # How many pages there are is never known; a result may follow them as a file, in bytes.
        unit = "pages" if total is None else self._unit
        if self._bar is None or self._bar.unit.strip() != unit:
            self.close()
            self._bar = _create_bar(self._what, unit, total)
        # Parts of a file may arrive in several threads, whose reports may be late.
        if done > self._bar.n:
            self._bar.n = done
        self._bar.update(0)

    def close(self) -> None:
        """Close the bar as it is."""
        if self._bar is not None:
            self._bar.close()


def _create_bar(what: str, unit: str, total: int | None) -> "tqdm[Any]":
    """Create a bar at zero: a notebook widget where there is one, else a text bar."""
    with warnings.catch_warnings():
        # In a notebook without ipywidgets it complains before it writes text.
        warnings.filterwarnings("ignore", "IProgress not found")
        from tqdm.auto import tqdm
    what = escape_controls(what)
    if unit == "B":
        return tqdm(desc=what, total=total, unit="B", unit_scale=True)
    return tqdm(desc=what, total=total, unit=f" {unit}")
