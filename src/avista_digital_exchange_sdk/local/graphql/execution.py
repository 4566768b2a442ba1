"""Execute documents in one thread per user, so that no user blocks another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager, ExitStack
from threading import Lock
from typing import Any, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal
from graphql import GraphQLResolveInfo

from ..limits import LIMITS
from ..state import Context
from .pubsub import Subscription

R = TypeVar("R")

MAX_THREADS = 8
_FIELDS_PER_CLOCK_READING = 1_000


class ExecutionStoppedError(BaseException):
    """An execution exceeded its limits. Not an Exception, which GraphQL would report per field."""


class UserThreads:
    """Event loops in threads. Each user has one; users share them above MAX_THREADS."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open = ExitStack()
        self._portals: list[BlockingPortal] = []
        self._users: dict[str, int] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def run(self, user_id: str, function: Callable[[], Coroutine[Any, Any, R]]) -> R:
        """Run a coroutine in the user's thread and return its result."""
        future = self._portal(user_id).start_task_soon(function)
        return await asyncio.wrap_future(future)

    def lock(self, user_id: str) -> asyncio.Lock:
        """Return the user's lock, for use in the user's thread only.

        It limits a user to one read at a time, so that the requests of others are not delayed.
        """
        return self._locks.setdefault(user_id, asyncio.Lock())

    def close(self) -> None:
        """Stop the threads."""
        self._open.close()

    def _portal(self, user_id: str) -> BlockingPortal:
        """Return the portal to the user's thread, starting the thread if necessary."""
        with self._lock:
            number = self._users.setdefault(user_id, len(self._users) % MAX_THREADS)
            while len(self._portals) <= number:
                self._portals.append(self._open.enter_context(_start_thread()))
            return self._portals[number]


def _start_thread() -> AbstractContextManager[BlockingPortal]:
    return start_blocking_portal(name="local-exchange-user")


class Execution:
    """One execution of a document: its context, its event loops, and its remaining limits.

    Resolvers run on the event loop of the server, because their data is not thread-safe.
    The rest of the document is executed in the thread of its user.
    """

    def __init__(
        self, context: Context, server_loop: asyncio.AbstractEventLoop, lock: asyncio.Lock
    ) -> None:
        self.context = context
        self._user_lock = lock
        self.source: Subscription | None = None
        """The source of the events of a subscription, once resolved."""
        self.mutations: dict[str, tuple[str, Mapping[str, Any]]] = {}
        """The executed mutations with their arguments, by response key."""
        self._server_loop = server_loop
        self._deadline = time.monotonic() + LIMITS.max_execution_seconds
        self.fields: int = 0
        """The number of resolved fields."""

    async def run_on_server_loop(self, coroutine: Coroutine[Any, Any, R]) -> R:
        """Run a coroutine on the event loop of the server."""
        if asyncio.get_running_loop() is self._server_loop:
            return await coroutine
        return await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(coroutine, self._server_loop)
        )

    async def read_on_server_loop(self, read: Callable[[], Coroutine[Any, Any, R]]) -> R:
        """Run a read on the event loop of the server, one at a time for each user."""
        async with self._user_lock:
            return await self.run_on_server_loop(read())

    def resolve(
        self,
        resolver: Callable[..., Any],
        source: object,
        info: GraphQLResolveInfo,
        **arguments: object,
    ) -> Any:
        """Count a field, then resolve it. GraphQL calls this for every field."""
        self.count_fields(1)
        return resolver(source, info, **arguments)

    def count_fields(self, number: int) -> None:
        """Count resolved fields.

        Raises:
            ExecutionStoppedError: If there are too many, or they take too long.
        """
        readings = self.fields // _FIELDS_PER_CLOCK_READING
        self.fields += number
        if self.fields > LIMITS.max_resolved_fields or (
            self.fields // _FIELDS_PER_CLOCK_READING > readings
            and time.monotonic() > self._deadline
        ):
            raise ExecutionStoppedError
