"""Tracebacks of errors in IPython: the user's frames, and only the last one of this package."""

import logging
import os
from collections.abc import Iterator
from types import FrameType, TracebackType

DEBUG_VARIABLE = "AVISTA_DX_DEBUG"

_PACKAGE = __name__.partition(".")[0]
# Modules whose frames are between those of this package.
_BETWEEN = frozenset({"asyncio", "concurrent", "contextlib", "functools", "threading"})

_logger = logging.getLogger(_PACKAGE)
_has_debug_client = False


def show_all_frames() -> None:
    """Show complete tracebacks from now on, as a client is in debug mode."""
    global _has_debug_client
    _has_debug_client = True


def render_traceback(error: BaseException) -> list[str]:
    """Format an error as IPython does, without the frames between the user's and the last one."""
    from IPython import get_ipython

    formatter = get_ipython().InteractiveTB
    traceback = error.__traceback__
    if not _is_debugging():
        traceback = _shorten(traceback)
    lines: list[str] = formatter.structured_traceback(type(error), error, traceback)
    return lines


def _is_debugging() -> bool:
    is_requested = os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")
    return is_requested or _has_debug_client or _logger.isEnabledFor(logging.DEBUG)


def _shorten(traceback: TracebackType | None) -> TracebackType | None:
    entries = list(_iterate(traceback))
    owned = [_is_own(entry.tb_frame) for entry in entries]
    if True not in owned:
        return traceback
    first = owned.index(True)
    shown = [
        entry
        for index, entry in enumerate(entries)
        if entry is entries[-1]
        or index < first
        or not (owned[index] or _get_root(entry.tb_frame) in _BETWEEN)
    ]
    short: TracebackType | None = None
    for entry in reversed(shown):
        short = TracebackType(short, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return short


def _iterate(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next


def _is_own(frame: FrameType) -> bool:
    return _get_root(frame) == _PACKAGE


def _get_root(frame: FrameType) -> str:
    """Return the name of the top-level package of a frame."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]
