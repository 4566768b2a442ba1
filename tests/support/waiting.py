"""Waits for conditions."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object]) -> bool:
    """Wait for a condition, at most a minute; return whether it holds."""
    deadline = time.monotonic() + 60
    while not (holds := condition()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return bool(holds)
