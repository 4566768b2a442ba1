"""Assigns connections, threads and running calls to the process that created them.

A process created by `os.fork()` inherits the sockets of its parent, but not its threads. If both
used a socket, each would read parts of the other's responses, and waiting for a thread of the
parent would never end.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from ..errors import DigitalExchangeError

_Value = TypeVar("_Value")


class Process:
    """A process, compared by identity, as process IDs may be reused."""


_current = Process()
_local = threading.local()  # `process` is the one in which the running call of this thread started.


def _set_process() -> None:
    global _current
    _current = Process()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_set_process)


def current_process() -> Process:
    """Return the present process."""
    return _current


class PerProcess(Generic[_Value]):
    """A value that each process creates on first use."""

    def __init__(self, create: Callable[[], _Value]) -> None:
        self._create = create
        self._values: dict[Process, _Value] = {}

    @property
    def existing(self) -> _Value | None:
        """The value of this process, or None before its first use."""
        return self._values.get(_current)

    def get(self) -> _Value:
        """Return the value of this process."""
        value = self._values.get(_current)
        if value is None:
            # An inherited value is kept: its locks may be held by threads that do not exist here,
            # and its sockets must be closed by the parent.
            value = self._values.setdefault(_current, self._create())
        return value


@contextlib.contextmanager
def run_for_process(process: Process) -> Iterator[None]:
    """Record, while a call runs in this thread, in which process it started."""
    previous = getattr(_local, "process", None)
    _local.process = process
    try:
        yield
    finally:
        _local.process = previous


def check_process(process: Process | None = None) -> None:
    """Raise an error for calls that started before this process was forked.

    Args:
        process: The process of the call. Defaults to that of the running call of this thread.
    """
    origin = process or getattr(_local, "process", None)
    if origin is not None and origin is not _current:
        raise DigitalExchangeError(
            "this call, iterator or connection was started in another process, before a fork; "
            "start it again in this process"
        )
