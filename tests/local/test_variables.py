"""Variables of input object types are coerced as graphql-core coerces them, only faster."""

import copy

import pytest
from graphql import coerce_input_value, parse

from avista_digital_exchange_sdk.local.graphql.schema import build_executable_schema
from avista_digital_exchange_sdk.local.graphql.variables import VariableCoercer, coerce_variables

RECORD = {
    "Time": "1",
    "TimeUnit": "SECONDS",
    "MeasureName": "A kW",
    "MeasureValueType": "MULTI",
    "MeasureValues": [{"Name": "A kW", "Value": "1.5", "Type": "DOUBLE"}],
    "Dimensions": [{"Name": "name", "Value": "Feeder 1"}],
}
PUBLISH = """
mutation ($database: ID!, $data: TimeSeriesDbDataInput!) {
  timeSeriesDb_publishToDatabase(timeSeriesDbId: $database, assetId: "a", data: $data) { assetId }
}
"""


def change(**changes):
    """A record with other fields; those that are "removed" are missing."""
    changed = copy.deepcopy(RECORD) | changes
    return {name: value for name, value in changed.items() if value != "removed"}


VALID = [
    {"records": [RECORD, RECORD]},
    {"records": RECORD},
    {"records": []},
    {"records": [None]},
    {"records": [change(Version=3)]},
    {"records": [change(Version=3.0)]},
    {"records": [change(Version=None, Dimensions=None, TimeUnit=None)]},
    {"records": [change(MeasureValues=RECORD["MeasureValues"][0])]},
    {"records": [change(Dimensions="removed")]},
    {"records": [change(MeasureValues=[None])]},
    {"records": [change(Time=None)]},
    {"records": [change(Time="removed")]},
]
INVALID = [
    None,
    "text",
    7,
    [],
    {},
    {"records": None},
    {"records": "text"},
    {"records": [RECORD], "unknown": 1},
    {"records": [change(Time=5)]},
    {"records": [change(MeasureName=["a"])]},
    {"records": [change(TimeUnit="HOURS")]},
    {"records": [change(TimeUnit=["SECONDS"])]},
    {"records": [change(Version="3")]},
    {"records": [change(Version=2**40)]},
    {"records": [change(Version=True)]},
    {"records": [change(unknown="x")]},
    {"records": [change(MeasureValues=[{"Name": "a", "Value": "1"}])]},
    {"records": [[RECORD]]},
]


@pytest.fixture(scope="module")
def schema():
    return build_executable_schema()


@pytest.fixture(scope="module")
def prepared(schema):
    return VariableCoercer(schema).prepare(parse(PUBLISH))


@pytest.mark.parametrize("data", VALID)
def test_valid_variable_is_coerced_like_graphql_core_does(schema, prepared, data):
    expected = coerce_input_value(copy.deepcopy(data), schema.type_map["TimeSeriesDbDataInput"])
    coerced = coerce_variables(prepared, {"database": "d", "data": data})
    assert coerced == {"database": "d", "data": expected}


@pytest.mark.parametrize("data", INVALID)
def test_invalid_variable_is_reported_by_graphql_core(prepared, graphql_client, data):
    assert coerce_variables(prepared, {"database": "d", "data": data}) is None
    response = graphql_client.execute(PUBLISH, database="d", data=data)
    assert response["data"] is None
    assert "$data" in response["errors"][0]["message"]


def test_missing_variable_is_reported_by_graphql_core(prepared, graphql_client):
    assert coerce_variables(prepared, {"database": "d"}) is None
    assert "$data" in graphql_client.execute(PUBLISH, database="d")["errors"][0]["message"]


def test_type_of_coerced_values_is_not_in_the_schema(graphql_client):
    types = graphql_client.execute("{ __schema { types { name } } }")["data"]["__schema"]["types"]
    assert "CoercedInput" not in [one["name"] for one in types]
