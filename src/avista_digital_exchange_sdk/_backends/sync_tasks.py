"""Threads of the sync client, which can be cancelled while they wait."""

import concurrent.futures
import contextlib
import socket
import threading
import time
from collections.abc import Coroutine, Iterator
from typing import Any, Generic, TypeVar

from .base import run_sync
from .processes import check_process, current_process
from .worker_threads import run_in_worker

# How often a waiting thread checks whether it was cancelled.
CANCEL_POLL_SECONDS = 0.2

_Result = TypeVar("_Result")

# `thread` is the `ThreadTask` that runs the present coroutine, if any.
_running = threading.local()


class ThreadTask(Generic[_Result]):
    """A coroutine in a thread."""

    def __init__(self, coroutine: Coroutine[Any, Any, _Result]) -> None:
        self._outcome: concurrent.futures.Future[_Result] = concurrent.futures.Future()
        self._coroutine = coroutine
        self._process = current_process()
        self._cancelled = threading.Event()
        self._socket: socket.socket | None = None
        self._socket_lock = threading.Lock()
        try:
            run_in_worker(self._run)
        except BaseException:
            # Ctrl-C while the thread was started, before the caller can cancel it.
            self._end()
            raise

    def _run(self) -> None:
        _running.thread = self
        try:
            result = run_sync(self._coroutine)
        except BaseException as error:
            _running.thread = None
            self._outcome.set_exception(error)
        else:
            _running.thread = None
            self._outcome.set_result(result)

    async def result(self) -> _Result:
        check_process(self._process)
        return self._outcome.result()

    async def wait(self, timeout: float | None = None) -> bool:
        check_process(self._process)
        with contextlib.suppress(TimeoutError):
            self._outcome.exception(timeout)
        return self._outcome.done()

    async def cancel(self) -> None:
        self._end()

    def _end(self) -> None:
        if self._process is not current_process():
            # The thread and its socket belong to the parent process.
            return
        # A thread can't be stopped, but its waiting can be ended.
        self._cancelled.set()
        with self._socket_lock:
            if self._socket is not None:
                # The method of SSLSocket would also change the TLS session, which is in use.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def check_cancelled(self) -> None:
        """Raise an error if the thread was cancelled."""
        if self._cancelled.is_set():
            raise concurrent.futures.CancelledError

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        self._cancelled.wait(seconds)
        self.check_cancelled()

    @contextlib.contextmanager
    def use_socket(self, used: socket.socket) -> Iterator[None]:
        """Let a cancellation end the operations of a socket during a `with` block."""
        # The lock keeps a cancellation away from a socket that another thread uses by then.
        with self._socket_lock:
            self.check_cancelled()
            self._socket = used
        try:
            yield
        finally:
            with self._socket_lock:
                self._socket = None


def _find_thread() -> ThreadTask[Any] | None:
    return getattr(_running, "thread", None)


def sleep(seconds: float) -> None:
    """Wait for a number of seconds, or until the present thread is cancelled."""
    if (thread := _find_thread()) is None:
        time.sleep(seconds)
    else:
        thread.sleep(seconds)


def wait_for_result(future: concurrent.futures.Future[_Result]) -> _Result:
    """Wait for a result, or until the present thread is cancelled."""
    if (thread := _find_thread()) is not None:
        while not concurrent.futures.wait([future], CANCEL_POLL_SECONDS).done:
            thread.check_cancelled()
    return future.result()


def end_on_cancel(used: socket.socket | None) -> contextlib.AbstractContextManager[None]:
    """End the operation of a socket if the present thread is cancelled."""
    thread = _find_thread()
    if thread is None or not isinstance(used, socket.socket):
        return contextlib.nullcontext()
    return thread.use_socket(used)


class Slots:
    """Limits a number of concurrent operations. Waiting for a slot has no timeout."""

    def __init__(self, number: int) -> None:
        self._slots = threading.BoundedSemaphore(number)

    @contextlib.contextmanager
    def acquire(self) -> Iterator[None]:
        """Wait for a slot and hold it during a `with` block."""
        thread = _find_thread()
        while not self._slots.acquire(timeout=None if thread is None else CANCEL_POLL_SECONDS):
            if thread is not None:
                thread.check_cancelled()
        try:
            yield
        finally:
            self._slots.release()


class ThreadEvent:
    """An event, whose waiting a cancellation ends."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Let threads continue."""
        self._event.set()

    def clear(self) -> None:
        """Let threads wait."""
        self._event.clear()

    async def wait(self) -> None:
        """Wait until the event is set."""
        thread = _find_thread()
        if thread is not None:
            thread.check_cancelled()
        while not self._event.wait(None if thread is None else CANCEL_POLL_SECONDS):
            if thread is not None:
                thread.check_cancelled()
