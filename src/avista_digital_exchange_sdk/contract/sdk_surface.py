"""The SDK's operations, and the public calls and types that use them."""

import json
from collections import defaultdict
from functools import cache
from importlib.resources import files

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
from .codegen.settings import SDK_PACKAGE
from .loader import from_sdl
from .subset import SchemaSubsets

PACKAGE = types.__name__.partition(".")[0]
# The schema types of public types that are written by hand.
HAND_WRITTEN_TYPES = {
    "TimestreamPage": "QueryResult_TimestreamVariables",
    "TimeSeriesQueryAssetInput": "AssetFilter",
    "EndpointQueryFilter": "EndpointFilter",
    "IotLastValue": "EndpointLastValue",
}
# Types that extend another one.
VARIANTS = {"AsyncDataStore": "DataStore", "IotLiveRecord": "IotDataRecord"}
CALLS = "calls.json"


@cache
def schema() -> GraphQLSchema:
    """The schema the SDK was generated from."""
    return from_sdl(_read_generated("schema.graphql"), "the SDK's schema").schema


@cache
def document() -> DocumentNode:
    """The operations and fragments the SDK was generated from."""
    return parse(Source(_read_generated("operations.graphql"), "the SDK's operations"))


def _read_generated(name: str) -> str:
    return (files(PACKAGE) / "_generated" / name).read_text("utf-8")


def operations() -> dict[str, DocumentNode]:
    """Each operation with the fragments it uses, by its name."""
    return separate_operations(document())


@cache
def subsets() -> SchemaSubsets:
    """The subsets of the schema."""
    return SchemaSubsets(schema())


@cache
def subsets_by_type() -> dict[str, GraphQLSchema]:
    """The subset of the schema for each public type."""
    fragments = {
        node.name.value: node
        for node in document().definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    found = {}
    for name, fragment in fragments.items():
        if public := _public_name(name):
            spread = DocumentNode(definitions=tuple(_with_spreads(fragment, fragments)))
            found[public] = subsets().for_document(spread, schema()).responses
    for name, kind in schema().type_map.items():
        public = _public_name(SDK_PACKAGE.renamed_inputs.get(name, name))
        if public and (is_enum_type(kind) or is_input_object_type(kind)):
            found[public] = subsets().for_type(name)
    found |= {variant: found[name] for variant, name in VARIANTS.items()}
    return found


def _public_name(name: str) -> str | None:
    public = HAND_WRITTEN_TYPES.get(name, name)
    return public if public in types.__all__ else None


def _with_spreads(
    fragment: FragmentDefinitionNode, fragments: dict[str, FragmentDefinitionNode]
) -> list[FragmentDefinitionNode]:
    """Return a fragment and all fragments it uses."""
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
    """The public calls that send each operation, as recorded by `scripts/record`."""
    calls: dict[str, list[str]] = defaultdict(list)
    for call, sent in json.loads((files(__package__) / CALLS).read_text("utf-8")).items():
        for operation in sent:
            calls[operation].append(call)
    return calls
