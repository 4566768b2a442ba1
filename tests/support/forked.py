"""Runs functions in forked child processes."""

import os
import pickle
import select
from collections.abc import Callable
from typing import Any

SECONDS = 60


def run_forked(work: Callable[[], Any]) -> Any:
    """Run a function in a child and return its result; errors are returned as strings."""
    result = start_forked(work)
    return result()


def start_forked(work: Callable[[], Any]) -> Callable[[], Any]:
    """Start a function in a child; the returned function waits for its result."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            outcome: Any = work()
        except BaseException as error:
            outcome = f"{type(error).__name__}: {error}"
        finally:
            # Skip the cleanup of the tests, which belongs to the parent.
            os.write(writing, pickle.dumps(outcome))
            os._exit(0)
    os.close(writing)

    def result() -> Any:
        with open(reading, "rb") as pipe:
            ready, _, _ = select.select([pipe], [], [], SECONDS)
            written = pipe.read() if ready else None
        if written is None:
            os.kill(child, 9)
        os.waitpid(child, 0)
        assert written, "the child did not end"
        return pickle.loads(written)

    return result
