"""The sync and the async client behind one interface, so that one test covers both."""

import asyncio
import inspect
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AsyncEventStream,
    AvistaDigitalExchange,
)
from avista_digital_exchange_sdk._services.base import BaseService

RUNNER = asyncio.Runner()
"""Runs all coroutines of the tests; closed at the end of the session."""


class ClientFactory(Protocol):
    """Creates a sync or an async client."""

    def __call__(self, *args: Any, **options: Any) -> AvistaDigitalExchange: ...


class AsyncClientAdapter:
    """An AsyncAvistaDigitalExchange whose coroutine methods run to completion when called."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.exchange = AsyncAvistaDigitalExchange(*args, **options)

    def __getattr__(self, name: str) -> Any:
        return _adapt(getattr(self.exchange, name))

    def __enter__(self) -> "AsyncClientAdapter":
        RUNNER.run(self.exchange.__aenter__())
        return self

    def __exit__(self, *error: Any) -> None:
        RUNNER.run(self.exchange.__aexit__(*error))

    def __repr__(self) -> str:
        return repr(self.exchange)


class AsyncGroupAdapter:
    """A group of calls of an AsyncAvistaDigitalExchange, adapted as the client is."""

    def __init__(self, group: BaseService) -> None:
        self.group = group

    def __dir__(self) -> Iterable[str]:
        return dir(self.group)

    def __getattr__(self, name: str) -> Any:
        return _adapt(getattr(self.group, name))


class AsyncStreamAdapter:
    """A stream of an AsyncAvistaDigitalExchange, adapted as the client is, and subscribed."""

    def __init__(self, stream: AsyncEventStream[Any]) -> None:
        async def subscribe() -> None:
            await stream

        self.stream = stream
        RUNNER.run(subscribe())

    def __enter__(self) -> "AsyncStreamAdapter":
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    def __iter__(self) -> "AsyncStreamAdapter":
        return self

    def __next__(self) -> Any:
        async def step() -> Any:
            return await anext(self.stream, END)

        event = RUNNER.run(step())
        if event is END:
            raise StopIteration
        return event

    def next(self, timeout: float | None = None) -> Any:
        return RUNNER.run(self.stream.next(timeout))

    def close(self) -> None:
        RUNNER.run(self.stream.close())

    @property
    def gaps(self) -> Any:
        return self.stream.gaps


END = object()


def _adapt(attribute: Any) -> Any:
    if isinstance(attribute, BaseService):
        return AsyncGroupAdapter(attribute)
    return _run_sync(attribute) if callable(attribute) else attribute


def _run_sync(call: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **options: Any) -> Any:
        result = call(*args, **options)
        if isinstance(result, AsyncEventStream):
            return AsyncStreamAdapter(result)
        return RUNNER.run(result) if inspect.iscoroutine(result) else result

    return run


CLIENT_FACTORIES = {"sync": AvistaDigitalExchange, "async": AsyncClientAdapter}
