"""Packages generated from documents, whose results are compared with the platform's responses."""

import contextlib
import importlib
import inspect
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_nullable_type,
    parse,
    type_from_ast,
)

from avista_digital_exchange_sdk import ApiError, AvistaDigitalExchange, DigitalExchangeError
from avista_digital_exchange_sdk.contract import sdk_surface
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.clients import RUNNER
from ..support.command_line import run_command
from ..support.importing import importing_from
from .conftest import ROOT

PACKAGE = "mine"


class Operation(NamedTuple):
    """An operation, its method, and the values of its variables in order."""

    method: str
    text: str
    values: Mapping[str, Any] = {}

    @property
    def document(self) -> DocumentNode:
        return parse(self.text)

    @property
    def node(self) -> OperationDefinitionNode:
        (node,) = (
            node for node in self.document.definitions if isinstance(node, OperationDefinitionNode)
        )
        return node

    @property
    def root_keys(self) -> list[str]:
        """The keys of the response data if no directive skips a field."""
        fragments = {
            node.name.value: node.selection_set
            for node in self.document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

        def keys(selections: SelectionSetNode) -> Iterator[str]:
            for node in selections.selections:
                if isinstance(node, FieldNode):
                    yield node.alias.value if node.alias else node.name.value
                elif isinstance(node, FragmentSpreadNode):
                    yield from keys(fragments[node.name.value])
                else:
                    yield from keys(node.selection_set)  # type: ignore[attr-defined]  # inline

        return list(dict.fromkeys(keys(self.node.selection_set)))


def generate(folder: Path, texts: Mapping[str, str]) -> None:
    """Write documents into a directory and generate a package there."""
    queries = folder / "queries"
    queries.mkdir()
    for name, text in texts.items():
        (queries / name).write_bytes(text.encode("utf-8"))
    made = run_command("generate", "--queries", queries, "--out", folder / PACKAGE)
    assert (made.exit_code, made.stdout) == (0, ""), made.stderr


@contextlib.contextmanager
def imported(folder: Path) -> Iterator[ModuleType]:
    """Import the package generated in a directory."""
    with importing_from(folder):
        yield importlib.import_module(PACKAGE)


def errors_of_types(folder: Path) -> str:
    """The errors of a strict type check of the package generated in a directory."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", folder / PACKAGE]
    # Use the configuration and cache of the checkout, which also cover imported modules.
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


class Recorder:
    """Records the requests and responses between a client and its transport."""

    def __init__(self, io: Any) -> None:
        self._io = io
        self.responses: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._io, name)

    async def post(self, *arguments: Any) -> Any:
        response = await self._io.post(*arguments)
        self.responses.append(json.loads(response.content))
        return response


def run_by_both_clients(
    operation: Operation, module: ModuleType, local: LocalExchange, between: type = Recorder
) -> None:
    """Run an operation with both clients, and check their results against the responses."""
    name = operation.method
    arguments = arguments_of(getattr(module.AsyncClient, name), operation)
    options = {"endpoint": local.endpoint, "maxRetries": 0}
    with module.Client(local.token, **options) as client:
        recorder = client._graphql_client.backend = between(client._graphql_client.backend)
        outcome = _outcome(lambda: getattr(client, name)(**arguments))
        _check_outcome(operation, outcome, recorder.responses)

    async def run() -> None:
        async with module.AsyncClient(local.token, **options) as client:
            recorder = client._graphql_client.backend = between(client._graphql_client.backend)
            try:
                outcome = await getattr(client, name)(**arguments)
            except DigitalExchangeError as error:
                outcome = error
            _check_outcome(operation, outcome, recorder.responses)

    RUNNER.run(run())


def _check_outcome(operation: Operation, outcome: Any, responses: list[dict[str, Any]]) -> None:
    (response,) = responses
    if response.get("errors"):
        assert isinstance(outcome, ApiError), outcome
        assert not is_about_the_document(response["errors"]), response["errors"]
        return
    assert not isinstance(outcome, Exception), outcome
    keys = operation.root_keys
    assert_same(response["data"] if len(keys) > 1 else response["data"].get(keys[0]), outcome)


def is_about_the_document(errors: list[Any]) -> bool:
    """Whether the request did not match the schema."""
    return any("Validation error" in error.get("message", "") for error in errors)


def assert_responses_match_the_platform(
    operation: Operation, module: ModuleType, local: LocalExchange
) -> None:
    """Run an operation with both clients; compare their results with the platform's response."""
    run_by_both_clients(operation, module, local)
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint, maxRetries=0) as exchange:
        data = exchange.execute(operation.text, operation.values, operation.node.name.value)
    with module.Client(local.token, endpoint=local.endpoint, maxRetries=0) as client:
        arguments = arguments_of(getattr(module.Client, operation.method), operation)
        result = getattr(client, operation.method)(**arguments)
    keys = operation.root_keys
    assert_same(data if len(keys) > 1 else data.get(keys[0]), result)


def arguments_of(method: Any, operation: Operation) -> dict[str, Any]:
    """The values of an operation's variables, by the arguments of its method."""
    parameters = list(inspect.signature(method).parameters.values())[1:]
    required = [one.name for one in parameters if one.default is inspect.Parameter.empty]
    optional = [one.name for one in parameters if one.name not in required]
    arguments = {}
    for definition in operation.node.variable_definitions or ():
        is_required = definition.type.kind == "non_null_type" and definition.default_value is None
        argument = (required if is_required else optional).pop(0)
        if definition.variable.name.value in operation.values:
            kind = type_from_ast(sdk_surface.schema(), definition.type)
            value = operation.values[definition.variable.name.value]
            arguments[argument] = _as_callers_have_it(kind, value)
    assert required == optional == []
    return arguments


def _as_callers_have_it(kind: Any, value: Any) -> Any:
    """A value with objects of the package's types."""
    kind = get_nullable_type(kind)
    if isinstance(value, list):
        return [_as_callers_have_it(kind.of_type, item) for item in value]
    if not isinstance(value, dict):
        return value
    model = getattr(importlib.import_module(f"{PACKAGE}.input_types"), kind.name)
    names = {field.serialization_alias or name: name for name, field in model.model_fields.items()}
    return model(
        **{
            names[name]: _as_callers_have_it(kind.fields[name].type, item)
            for name, item in value.items()
        }
    )


def _outcome(call: Any) -> Any:
    try:
        return call()
    except DigitalExchangeError as error:
        return error


def assert_same(returned: Any, parsed: Any, path: str = "") -> None:
    if hasattr(parsed, "model_dump"):
        parsed = parsed.model_dump(mode="json", by_alias=True)
    if returned is None:
        # A null list becomes an empty one.
        assert parsed in (None, []), path
    elif isinstance(returned, dict):
        assert returned.keys() <= parsed.keys(), path
        for key, value in parsed.items():
            assert_same(returned.get(key), value, f"{path}.{key}")
    elif isinstance(returned, list):
        returned = [item for item in returned if item is not None]
        assert len(returned) == len(parsed), path
        for one, other in zip(returned, parsed, strict=True):
            assert_same(one, other, f"{path}[]")
    else:
        assert parsed == returned, path
