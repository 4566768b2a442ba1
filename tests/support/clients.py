"""Both doors, called alike, so that a test is written once and means both."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any, Protocol

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange

RUNNER = asyncio.Runner()
"""Runs every coroutine of the tests; closed when they are over."""


class Door(Protocol):
    """Makes an exchange of one colour."""

    def __call__(self, *args: Any, **options: Any) -> AvistaDigitalExchange: ...


class Awaited:
    """An AsyncAvistaDigitalExchange whose calls read as plain ones."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.exchange = AsyncAvistaDigitalExchange(*args, **options)

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self.exchange, name)
        return _plain(attribute) if inspect.iscoroutinefunction(attribute) else attribute

    def __enter__(self) -> "Awaited":
        RUNNER.run(self.exchange.__aenter__())
        return self

    def __exit__(self, *error: Any) -> None:
        RUNNER.run(self.exchange.__aexit__(*error))

    def __repr__(self) -> str:
        return repr(self.exchange)


def _plain(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **options: RUNNER.run(call(*args, **options))


DOORS = {"blocking": AvistaDigitalExchange, "async": Awaited}
