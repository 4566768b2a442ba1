"""Spares the garbage collector from traversing many objects again and again."""

import contextlib
import gc
from collections.abc import Iterator

# How many objects may be created before the collector looks at them, in a `gc_relaxed` block.
RELAXED_THRESHOLD = 20_000


@contextlib.contextmanager
def gc_paused() -> Iterator[None]:
    """Pause the garbage collector while many objects are created.

    It would traverse them again and again as their number grows, which takes longer than creating
    them.
    """
    if not gc.isenabled():
        # The application, or another thread in this block, has paused it already.
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextlib.contextmanager
def gc_relaxed() -> Iterator[None]:
    """Let the garbage collector run less often while many objects live for a short time.

    Those that are in use whenever it runs count as long-lived, and soon cause it to traverse all
    objects of the application.
    """
    previous = gc.get_threshold()
    if not 0 < previous[0] < RELAXED_THRESHOLD:
        # The application has disabled it, or another block has relaxed it already.
        yield
        return
    gc.set_threshold(RELAXED_THRESHOLD, *previous[1:])
    try:
        yield
    finally:
        # Unless the application has set another threshold, or another block has restored it.
        if gc.get_threshold()[0] == RELAXED_THRESHOLD:
            gc.set_threshold(*previous)
