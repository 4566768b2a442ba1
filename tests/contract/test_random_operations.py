"""Random operations of every form that GraphQL allows are generated and run.

A few in every run of the tests; the environment variable AVISTA_DX_RANDOM_PACKAGES sets the number
of packages.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from graphql import OperationType, graphql_sync

from avista_digital_exchange_sdk import SubscriptionError
from avista_digital_exchange_sdk.contract import sdk_surface
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.clients import RUNNER
from .generated import (
    Operation,
    Recorder,
    arguments_of,
    errors_of_types,
    generate,
    imported,
    run_by_both_clients,
)
from .random_documents import RandomData, RandomDocuments, RandomOperation

PACKAGES = int(os.environ.get("AVISTA_DX_RANDOM_PACKAGES", "1"))
OPERATIONS = 60


class RandomResponses(Recorder):
    """Responds instead of the platform, with random data of the schema's types."""

    async def post(self, *arguments: Any) -> Any:
        request = json.loads(arguments[2])
        data = RandomData(len(arguments[2]))
        result = graphql_sync(
            sdk_surface.schema(),
            request["query"],
            variable_values=request["variables"],
            operation_name=request["operationName"],
            field_resolver=data.resolve,
        )
        assert not result.errors
        self.responses.append(json.loads(json.dumps({"data": result.data})))
        content = json.dumps(self.responses[-1]).encode()
        return SimpleNamespace(status=200, headers={}, content=content)


class Package:
    """A generated package, and its operations."""

    def __init__(self, folder: Path, made: list[RandomOperation], module: ModuleType) -> None:
        self.folder = folder
        self.module = module
        # Methods are in the order of the files.
        methods = [name for name in vars(module.AsyncClient) if not name.startswith("__")]
        self.operations = [
            Operation(method, one.text, one.values)
            for method, one in zip(methods, made, strict=True)
        ]


@pytest.fixture(scope="module")
def exchange() -> Iterator[LocalExchange]:
    """A separate Local Exchange, because some of the operations change much in it."""
    with LocalExchange() as local:
        yield local


@pytest.fixture(scope="module", params=range(PACKAGES))
def package(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    exchange: LocalExchange,
) -> Iterator[Package]:
    ids = {
        "dataStoreId": exchange.dataStoreId,
        "dataStoreDirectoryId": exchange.homeDirectoryId,
        "parentDirectoryId": exchange.homeDirectoryId,
        "timeSeriesDbId": exchange.timeSeriesDbId,
        "collaborativeId": exchange.collaborativeId,
        "serviceId": exchange.dataStoreId,
    }
    documents = RandomDocuments(sdk_surface.schema(), request.param, ids)
    made = documents.operations(OPERATIONS)
    folder = tmp_path_factory.mktemp("random")
    texts = {f"{index:03}.graphql": operation.alone for index, operation in enumerate(made)}
    generate(folder, {**texts, "fragments.graphql": documents.fragments})
    with imported(folder) as module:
        yield Package(folder, made, module)


def is_subscription(operation: Operation) -> bool:
    return operation.node.operation is OperationType.SUBSCRIPTION


def test_random_operations_pass_a_strict_type_check(package: Package) -> None:
    assert errors_of_types(package.folder) == ""


def test_random_operations_return_the_responses_of_the_local_exchange(
    package: Package, exchange: LocalExchange
) -> None:
    for operation in package.operations:
        if not is_subscription(operation):
            run_by_both_clients(operation, package.module, exchange)


def test_random_operations_accept_any_response_that_the_schema_allows(
    package: Package, exchange: LocalExchange
) -> None:
    for operation in package.operations:
        if not is_subscription(operation):
            run_by_both_clients(operation, package.module, exchange, RandomResponses)


def test_random_subscriptions_start(package: Package, exchange: LocalExchange) -> None:
    async def start(operation: Operation) -> None:
        async with package.module.AsyncClient(exchange.token, endpoint=exchange.endpoint) as client:
            arguments = arguments_of(getattr(type(client), operation.method), operation)
            async with aclosing(getattr(client, operation.method)(**arguments)) as events:
                with pytest.raises((TimeoutError, SubscriptionError)):
                    await asyncio.wait_for(anext(events), 0.3)

    for operation in package.operations:
        if is_subscription(operation):
            RUNNER.run(start(operation))
