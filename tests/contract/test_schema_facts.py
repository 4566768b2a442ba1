"""The types, fields, arguments, inputs and enums of `schema/`, counted and compared.

A change of the schema changes the count and the digest: `avista-dx contract` reports its impact,
and the new numbers belong in the same commit.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator

from graphql import GraphQLSchema, is_enum_type, is_input_object_type, is_object_type

from avista_digital_exchange_sdk.contract import sdl_files

from .conftest import SCHEMA

COUNTS = {"object": 451, "argument": 276, "enum": 92, "input": 71}
DIGEST = "f279d8031776a83b0cd0e7708b4a7142f23febe160514faa8f73bc9c426c8ee1"


def facts(schema: GraphQLSchema) -> Iterator[tuple[str, ...]]:
    """Every member of every type, with its kind and its type."""
    for name, definition in schema.type_map.items():
        if name.startswith("__"):
            continue
        if is_enum_type(definition):
            for value in definition.values:
                yield "enum", name, value, "", ""
        elif is_input_object_type(definition):
            for field_name, input_field in definition.fields.items():
                yield "input", name, field_name, "", str(input_field.type)
        elif is_object_type(definition):
            for field_name, field in definition.fields.items():
                yield "object", name, field_name, "", str(field.type)
                for argument_name, argument in field.args.items():
                    yield "argument", name, field_name, argument_name, str(argument.type)


def test_schema_is_that_of_the_platform() -> None:
    lines = sorted(facts(sdl_files.load_folder(SCHEMA)))
    assert Counter(kind for kind, *_ in lines) == COUNTS
    text = "\n".join("\t".join(line) for line in lines)
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST


def test_schema_names_the_endpoint_it_was_published_at() -> None:
    lines = set(facts(sdl_files.load_folder(SCHEMA)))
    assert ("object", "PublishIotDataResult", "iotEndpointId", "", "ID") in lines
