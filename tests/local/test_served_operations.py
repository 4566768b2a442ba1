"""The supported operations of the schema."""

from importlib.resources import files

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, build_schema

from avista_digital_exchange_sdk.local.graphql.schema import SERVICES
from avista_digital_exchange_sdk.local.services import notifications

SDL = (files("avista_digital_exchange_sdk") / "_generated" / "schema.graphql").read_text("utf-8")
# Uploads of clients are confirmed at once.
NOT_SERVED = {"onNotifyUploadComplete"}


def test_schema_is_that_of_the_platform():
    schema = build_schema(SDL)
    facts = 0
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(kind, GraphQLEnumType):
            facts += len(kind.values)
        elif isinstance(kind, GraphQLInputObjectType):
            facts += len(kind.fields)
        elif isinstance(kind, GraphQLObjectType):
            facts += sum(1 + len(field.args) for field in kind.fields.values())
    assert facts == 890
    published = schema.type_map["PublishIotDataResult"]
    assert str(published.fields["iotEndpointId"].type) == "ID"


def test_operations_are_all_supported_except_those_listed():
    schema = build_schema(SDL)
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    operations = {name for root in roots for name in root.fields}
    served = {*notifications.SUBSCRIPTIONS, *notifications.MUTATIONS}
    for service in SERVICES:
        served |= {*service.QUERIES, *service.MUTATIONS}
    assert served <= operations
    assert operations - served == NOT_SERVED
