"""The sync and the async client behind one interface, so that one test covers both."""

import asyncio
import inspect
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
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


def _adapt(attribute: Any) -> Any:
    if isinstance(attribute, BaseService):
        return AsyncGroupAdapter(attribute)
    return _run_sync(attribute) if inspect.iscoroutinefunction(attribute) else attribute


def _run_sync(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **options: RUNNER.run(call(*args, **options))


CLIENT_FACTORIES = {"sync": AvistaDigitalExchange, "async": AsyncClientAdapter}
