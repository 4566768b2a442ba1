"""Clients that are never closed: they warn by their own name, and close their connections."""

import asyncio
import gc
import re
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator

import pytest

from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.waiting import wait_until


@pytest.fixture(scope="module")
def own() -> Iterator[LocalExchange]:
    """A Local Exchange without other clients."""
    with LocalExchange() as own:
        yield own


def count_connections(local: LocalExchange) -> int:
    return len(local._server._uvicorn.server_state.connections)


def test_unclosed_client_warns_by_its_name_and_closes_its_connections(own: LocalExchange) -> None:
    exchange = AvistaDigitalExchange(own.token, endpoint=own.endpoint)
    exchange.getUserInfo()
    assert count_connections(own) == 1
    with pytest.warns(ResourceWarning) as caught:
        del exchange
    (warning,) = caught
    assert str(warning.message) == f"unclosed AvistaDigitalExchange(endpoint='{own.endpoint}')"
    assert wait_until(lambda: count_connections(own) == 0)


def test_unclosed_async_client_warns_by_its_name_and_closes_its_connections(
    own: LocalExchange,
) -> None:
    async def use() -> None:
        exchange = AsyncAvistaDigitalExchange(own.token, endpoint=own.endpoint)
        await exchange.getUserInfo()
        assert count_connections(own) == 1
        with pytest.warns(ResourceWarning) as caught:
            del exchange
        (warning,) = caught
        description = f"AsyncAvistaDigitalExchange(endpoint='{own.endpoint}')"
        assert str(warning.message) == f"unclosed {description}"
        await asyncio.sleep(0)

    asyncio.run(use())
    assert wait_until(lambda: count_connections(own) == 0)


def test_subclass_warns_by_its_own_name(own: LocalExchange) -> None:
    class Mine(AvistaDigitalExchange):
        pass

    exchange = Mine(own.token, endpoint=own.endpoint)
    exchange.getUserInfo()
    with pytest.warns(ResourceWarning, match="unclosed Mine"):
        del exchange


def test_client_in_use_by_a_group_of_its_calls_stays_open(own: LocalExchange) -> None:
    iot = AvistaDigitalExchange(own.token, endpoint=own.endpoint).iot
    assert iot.listHubs()
    with pytest.warns(ResourceWarning, match="unclosed AvistaDigitalExchange"):
        del iot


def test_client_without_connections_does_not_warn(own: LocalExchange) -> None:
    with warnings.catch_warnings(record=True, action="always") as caught:
        AvistaDigitalExchange(own.token, endpoint=own.endpoint)
        AsyncAvistaDigitalExchange(own.token, endpoint=own.endpoint)
    assert not caught


def test_closed_client_does_not_warn(own: LocalExchange) -> None:
    async def use() -> None:
        async with AsyncAvistaDigitalExchange(own.token, endpoint=own.endpoint) as exchange:
            await exchange.getUserInfo()

    with warnings.catch_warnings(record=True, action="always") as caught:
        with AvistaDigitalExchange(own.token, endpoint=own.endpoint) as exchange:
            exchange.getUserInfo()
        del exchange
        asyncio.run(use())
    assert not caught


def test_async_client_whose_event_loop_has_ended_does_not_warn(own: LocalExchange) -> None:
    exchange = AsyncAvistaDigitalExchange(own.token, endpoint=own.endpoint)
    asyncio.run(exchange.getUserInfo())
    with warnings.catch_warnings(record=True, action="always") as caught:
        del exchange
    assert not caught
    assert wait_until(lambda: count_connections(own) == 0)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_call_cancelled_while_it_connects_leaves_no_connection_open(scheme: str) -> None:
    async def cancel_after(turns: int, endpoint: str) -> None:
        async with AsyncAvistaDigitalExchange("token", endpoint=endpoint) as exchange:
            task = asyncio.create_task(exchange.getUserInfo())
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    async def cancel_at_every_turn(endpoint: str) -> None:
        for turns in range(20):
            await cancel_after(turns, endpoint)

    gc.collect()
    with socket.create_server(("127.0.0.1", 0), backlog=30) as silent:
        endpoint = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        with warnings.catch_warnings(record=True, action="always") as caught:
            asyncio.run(cancel_at_every_turn(endpoint))
            gc.collect()
        silent.accept()[0].close()
    assert not caught


PROGRAM = """
import sys
from avista_digital_exchange_sdk import AvistaDigitalExchange

def use():
    AvistaDigitalExchange(sys.argv[1], endpoint=sys.argv[2]).getUserInfo()

class AtExit(AvistaDigitalExchange):
    pass

use()
at_exit = AtExit(sys.argv[1], endpoint=sys.argv[2])
at_exit.getUserInfo()
"""


@pytest.mark.parametrize("options", [[], ["-W", "default"], ["-X", "dev"]])
def test_program_shows_the_warning_only_on_request(own: LocalExchange, options: list[str]) -> None:
    command = [sys.executable, *options, "-c", PROGRAM, own.token, own.endpoint]
    outcome = subprocess.run(command, capture_output=True, text=True, timeout=60)
    unclosed = re.findall(r"ResourceWarning: unclosed (\S+?)[( ]", outcome.stderr)
    assert unclosed == (["AvistaDigitalExchange", "AtExit"] if options else [])
    assert outcome.returncode == 0
    assert own.token not in outcome.stderr


# Modules that something refers to are cleared at exit, the latest first. The clients are in an
# earlier one, so that they are deleted when the modules that they use are empty.
LATE_PROGRAM = """
import asyncio, builtins, json, sys
from avista_digital_exchange_sdk import AsyncAvistaDigitalExchange, AvistaDigitalExchange

builtins.modules = list(sys.modules.values())
json.client = AvistaDigitalExchange(sys.argv[1], endpoint=sys.argv[2])
json.client.getUserInfo()

async def main():
    json.other = AsyncAvistaDigitalExchange(sys.argv[1], endpoint=sys.argv[2])
    await json.other.getUserInfo()
    json.stream = await json.other.iot.subscribeToEndpoint(sys.argv[3])

asyncio.run(main())
json.stream = json.client.iot.subscribeToEndpoint(sys.argv[3]) if sys.argv[4] == "stream" else None
"""


@pytest.mark.parametrize("use", ["calls", "stream"])
def test_client_that_outlives_its_modules_exits_silently(own: LocalExchange, use: str) -> None:
    arguments = [own.token, own.endpoint, own.iotEndpointId, use]
    outcome = subprocess.run(
        [sys.executable, "-c", LATE_PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
