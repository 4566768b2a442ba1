"""Executing documents in threads of their users, so that none keeps the others waiting."""

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
    """An execution went beyond its limits. GraphQL must not take it for the error of one field."""


class UserThreads:
    """Event loops in threads: one for each user, shared once there are many users."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open = ExitStack()
        self._portals: list[BlockingPortal] = []
        self._users: dict[str, int] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def run(self, user_id: str, function: Callable[[], Coroutine[Any, Any, R]]) -> R:
        """Run a coroutine in the thread of a user, and return what it returns."""
        future = self._portal(user_id).start_task_soon(function)
        return await asyncio.wrap_future(future)

    def lock(self, user_id: str) -> asyncio.Lock:
        """Return what lets one thing of a user happen at a time; to be used in the user's thread.

        However much a document reads, other users' requests come in between.
        """
        return self._locks.setdefault(user_id, asyncio.Lock())

    def close(self) -> None:
        """Stop the threads."""
        self._open.close()

    def _portal(self, user_id: str) -> BlockingPortal:
        """Return the way into a user's thread."""
        with self._lock:
            number = self._users.setdefault(user_id, len(self._users) % MAX_THREADS)
            while len(self._portals) <= number:
                self._portals.append(self._open.enter_context(_start_thread()))
            return self._portals[number]


def _start_thread() -> AbstractContextManager[BlockingPortal]:
    """Start a thread with an event loop."""
    return start_blocking_portal(name="local-exchange-user")


class Execution:
    """One document running: who asks, where resolvers run, and what may still be spent.

    Resolvers all run on the loop that serves the requests, as what they work on is no other
    thread's; the document is executed around them in the thread of its user.
    """

    def __init__(
        self, context: Context, server_loop: asyncio.AbstractEventLoop, lock: asyncio.Lock
    ) -> None:
        self.context = context
        self._user_lock = lock
        self.source: Subscription | None = None
        """Where the events of a subscription come from, once it was found."""
        self.mutations: dict[str, tuple[str, Mapping[str, Any]]] = {}
        """The mutations that were executed, each with its arguments, by the key of its answer."""
        self._server_loop = server_loop
        self._deadline = time.monotonic() + LIMITS.max_execution_seconds
        self._fields = 0

    async def run_on_server_loop(self, coroutine: Coroutine[Any, Any, R]) -> R:
        """Run a coroutine where the requests are served."""
        if asyncio.get_running_loop() is self._server_loop:
            return await coroutine
        return await asyncio.wrap_future(
            asyncio.run_coroutine_threadsafe(coroutine, self._server_loop)
        )

    async def read_on_server_loop(self, read: Callable[[], Coroutine[Any, Any, R]]) -> R:
        """Read something where the requests are served, once it is the user's turn."""
        async with self._user_lock:
            return await self.run_on_server_loop(read())

    def resolve(
        self,
        resolver: Callable[..., Any],
        source: object,
        info: GraphQLResolveInfo,
        **arguments: object,
    ) -> Any:
        """Count a field, then resolve it: GraphQL calls this of every field."""
        self._fields += 1
        if self._fields > LIMITS.max_resolved_fields or (
            self._fields % _FIELDS_PER_CLOCK_READING == 0 and time.monotonic() > self._deadline
        ):
            raise ExecutionStoppedError
        return resolver(source, info, **arguments)
