"""Limits the time of functions of libraries that have no timeout of their own."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_Result = TypeVar("_Result")


def run_with_timeout(function: Callable[[], _Result], seconds: float) -> _Result:
    """Run a function in a thread, which is abandoned when the time is over.

    Raises:
        TimeoutError: The function did not return in time.
    """
    future: Future[_Result] = Future()

    def run() -> None:
        try:
            future.set_result(function())
        except BaseException as error:
            future.set_exception(error)

    # A daemon, as the end of the program must not wait for it.
    threading.Thread(target=run, daemon=True).start()
    return future.result(seconds)
