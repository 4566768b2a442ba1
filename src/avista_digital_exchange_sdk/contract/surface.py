"""The SDK's own operations, and the public calls and types they stand for."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from inspect import isfunction
from types import CodeType, FunctionType
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    Source,
    Visitor,
    is_enum_type,
    is_input_object_type,
    parse,
    separate_operations,
    visit,
)

from .. import types
from .._generated.client import Client
from ..exchange import AsyncAvistaDigitalExchange
from .codegen.settings import SDK
from .loading import from_sdl
from .usage import Parts

PACKAGE = types.__name__.partition(".")[0]
# The public types that are made by hand, by what of the contract they are made of.
HAND_MADE = {
    "TimestreamPage": "QueryResult_TimestreamVariables",
    "TimeSeriesQueryAssetInput": "AssetFilter",
}


@cache
def schema() -> GraphQLSchema:
    """The schema the SDK was generated from."""
    return from_sdl(_generated("schema.graphql"), "the SDK's schema")


@cache
def document() -> DocumentNode:
    """The operations and fragments the SDK was generated from."""
    return parse(Source(_generated("operations.graphql"), "the SDK's operations"))


def _generated(name: str) -> str:
    return (files(PACKAGE) / "_generated" / name).read_text("utf-8")


def operations() -> dict[str, DocumentNode]:
    """Each operation with the fragments it uses, by its name."""
    return separate_operations(document())


def parts_of_types(parts: Parts) -> dict[str, GraphQLSchema]:
    """The part of the schema that each public type stands for."""
    fragments = {
        node.name.value: node
        for node in document().definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    found = {}
    for name, fragment in fragments.items():
        if public := _public_name(name):
            spread = DocumentNode(definitions=tuple(_with_spreads(fragment, fragments)))
            found[public] = parts.used_by(spread)
    for name, kind in schema().type_map.items():
        public = _public_name(SDK.renamed_inputs.get(name, name))
        if public and (is_enum_type(kind) or is_input_object_type(kind)):
            found[public] = parts.of_type(name)
    return found


def _public_name(name: str) -> str | None:
    public = HAND_MADE.get(name, name)
    return public if public in types.__all__ else None


def _with_spreads(
    fragment: FragmentDefinitionNode, fragments: dict[str, FragmentDefinitionNode]
) -> list[FragmentDefinitionNode]:
    """A fragment and all those it is made of."""
    found = [fragment]
    for node in found:
        found += [fragments[name] for name in _spreads(node) if fragments[name] not in found]
    return found


def _spreads(fragment: FragmentDefinitionNode) -> list[str]:
    names: list[str] = []

    class Spreads(Visitor):
        def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
            names.append(node.name.value)

    visit(fragment, Spreads())
    return names


def calls_by_operation() -> dict[str, list[str]]:
    """The public calls that run each operation."""
    calls = defaultdict(list)
    for name, call in _functions(AsyncAvistaDigitalExchange).items():
        if not name.startswith("_"):
            for operation in sorted(_operations_of(call)):
                calls[operation].append(name)
    return calls


def _operations_of(call: FunctionType) -> set[str]:
    """The operations a call runs, found by following the names its code uses."""
    methods = _operations_by_method()
    # `__init__` in code is mostly that of a base class.
    shared = {
        name: function
        for name, function in _functions(AsyncAvistaDigitalExchange).items()
        if not name.startswith("__")
    }
    seen: set[object] = set()
    found: set[str] = set()
    waiting: list[FunctionType] = [call]
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        for name in _names(function.__code__):
            if name in methods:
                found.add(methods[name])
            waiting += _functions_behind(function.__globals__.get(name))
            if name in shared:
                waiting.append(shared[name])
    return found


def _functions_behind(value: Any) -> list[FunctionType]:
    """A function of the SDK, or all those of a class of it."""
    if (getattr(value, "__module__", None) or "").partition(".")[0] != PACKAGE:
        return []
    if isinstance(value, type):
        return list(_functions(value).values())
    return [value] if isfunction(value) else []


def _functions(cls: type) -> dict[str, FunctionType]:
    return {name: value for name in dir(cls) if isfunction(value := getattr(cls, name))}


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


@cache
def _operations_by_method() -> dict[str, str]:
    """The operation that each method of the generated client runs."""
    names = operations().keys()
    return {
        method: operation
        for method, function in _functions(Client).items()
        for operation in names & set(function.__code__.co_consts)
    }
