"""Python's garbage collector, kept from getting in the way of large answers."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def gc_paused() -> Iterator[None]:
    """Make many objects at once, none of them garbage.

    The collector would go over them again and again while they become more, which takes longer
    than making them.
    """
    if not gc.isenabled():
        # Its user, or another thread that is here too, has it rest already.
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
