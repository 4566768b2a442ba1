"""Pauses the garbage collector while large responses are parsed."""

import contextlib
import gc
from collections.abc import Iterator


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
