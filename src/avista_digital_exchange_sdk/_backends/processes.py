"""Which process a connection, a thread or a running call belongs to.

A process made by `os.fork()` inherits the sockets of its parent but none of its threads. If both
used a socket, each would read parts of the other's responses; waiting for an inherited thread
would never end.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from ..errors import DigitalExchangeError

_Value = TypeVar("_Value")


class Process:
    """One process; compared by identity, as a process id may be given to another one later."""


_current = Process()
_local = threading.local()  # `process` is the one in which this thread's running call began.


def _begin_process() -> None:
    global _current
    _current = Process()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_process)


def current_process() -> Process:
    """Return the process that runs this."""
    return _current


class PerProcess(Generic[_Value]):
    """A value that each process creates for itself, when it is first needed."""

    def __init__(self, create: Callable[[], _Value]) -> None:
        self._create = create
        self._values: dict[Process, _Value] = {}

    @property
    def existing(self) -> _Value | None:
        """The value of this process, if it was needed so far."""
        return self._values.get(_current)

    def get(self) -> _Value:
        """Return the value of this process."""
        value = self._values.get(_current)
        if value is None:
            # An inherited value stays where it is: its locks may be held by threads that are not
            # there any more, and its sockets are the parent's to close.
            value = self._values.setdefault(_current, self._create())
        return value


@contextlib.contextmanager
def running_for(process: Process) -> Iterator[None]:
    """Note, while a call runs in this thread, in which process it began."""
    previous = getattr(_local, "process", None)
    _local.process = process
    try:
        yield
    finally:
        _local.process = previous


def check_process(process: Process | None = None) -> None:
    """Refuse to go on with what began before this process was forked.

    Args:
        process: The process in which it began; that of this thread's running call if omitted.
    """
    began = process or getattr(_local, "process", None)
    if began is not None and began is not _current:
        raise DigitalExchangeError(
            "this call, iterator or connection began in another process, before a fork; "
            "begin it again in this process"
        )
