"""Daemon threads that run one function after the other.

Starting a thread for each of many short tasks would take as long as the task itself.
"""

from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread

from .processes import PerProcess

# How long a thread waits for the next function before it ends.
IDLE_SECONDS = 0.02

_Inbox = SimpleQueue[Callable[[], object]]

# The inboxes of the threads that wait. A forked process has none of the threads of its parent.
_idle: PerProcess[deque[_Inbox]] = PerProcess(deque)


def run_in_worker(function: Callable[[], object]) -> None:
    """Start a function in a thread that waits, or else in a new one.

    Args:
        function: The function, which must not raise an exception.
    """
    try:
        inbox = _idle.get().pop()
    except IndexError:
        Thread(target=_work, args=(function,), daemon=True).start()
    else:
        inbox.put(function)


def _work(function: Callable[[], object] | None) -> None:
    inbox: _Inbox = SimpleQueue()
    idle = _idle.get()
    while function is not None:
        function()
        # What it refers to must not live longer because the thread waits.
        function = None
        idle.append(inbox)
        function = _receive(inbox, idle)


def _receive(inbox: _Inbox, idle: deque[_Inbox]) -> Callable[[], object] | None:
    """Wait for the next function; return None if none comes in time."""
    try:
        return inbox.get(timeout=IDLE_SECONDS)
    except Empty:
        pass
    try:
        idle.remove(inbox)
    except ValueError:
        # Another thread has just taken the inbox, and is about to put a function into it.
        return inbox.get()
    return None
