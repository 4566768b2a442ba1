"""Records the operations that calls send."""

import doctest
import io
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk._graphql.client import GraphQLClient
from avista_digital_exchange_sdk.contract import sdk_surface
from avista_digital_exchange_sdk.local import LocalExchange

from .calls import calls
from .examples import example_names, parse_example
from .public_calls import find_calls, find_groups

Recorded = dict[str, list[str]]


def record() -> Recorded:
    """Run every call against a Local Exchange; return the operations that each sends."""
    sent: dict[str, set[str]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalExchange() as local,
        AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange,
    ):
        for call in calls(exchange, local, Path(folder)):
            # Some calls print.
            with _recording() as operations, redirect_stdout(io.StringIO()):
                call.run()
            sent.setdefault(call.name, set()).update(operations)
    for name in sorted(find_calls().keys() - sent.keys()):
        sent[name] = _record_example(name)
    # `execute` sends operations that are not the SDK's own.
    own = sdk_surface.operations().keys()
    return {name: sorted(sent[name] & own) for name in sorted(sent)}


def _record_example(name: str) -> set[str]:
    """Run the example in a call's docstring; return what the call itself sends."""
    call = find_calls()[name]
    group, _, method = name.rpartition(".")
    owner = find_groups()[group] if group else AvistaDigitalExchange
    sent: set[str] = set()

    def call_and_record(*args: Any, **options: Any) -> Any:
        with _recording() as operations:
            try:
                return call(*args, **options)
            finally:
                sent.update(operations)

    with (
        tempfile.TemporaryDirectory() as folder,
        chdir(folder),
        example_names() as names,
        mock.patch.object(owner, method, call_and_record),
    ):
        doctest.DocTestRunner(verbose=False).run(parse_example(call, names), out=lambda _: None)
    return sent


@contextmanager
def _recording() -> Iterator[set[str]]:
    sent: set[str] = set()
    execute, subscription = GraphQLClient.execute, GraphQLClient.subscription

    async def execute_and_record(self: GraphQLClient, result: Any, **request: Any) -> Any:
        sent.add(request["operation_name"])
        return await execute(self, result, **request)

    def subscribe_and_record(self: GraphQLClient, result: Any, **request: Any) -> Any:
        sent.add(request["operation_name"])
        return subscription(self, result, **request)

    with (
        mock.patch.object(GraphQLClient, "execute", execute_and_record),
        mock.patch.object(GraphQLClient, "subscription", subscribe_and_record),
    ):
        yield sent
