"""Hubs, models, endpoints and groups: created, read, updated and deleted."""

import json
import re

import pytest

from .conftest import CREATE_GROUP, CREATE_HUB, CREATE_MODEL, GROUP, MODEL, NUMBERS

GET_GROUP = f"""query ($id: ID!, $with: Boolean) {{
    iot_getGroup(iotGroupId: $id, includeEndpoints: $with) {{ {GROUP} }} }}"""
ADD = f"""mutation ($id: ID!, $ids: [ID]!) {{
    iot_addEndpointsToGroup(iotGroupId: $id, iotEndpointIds: $ids) {{ {GROUP} }} }}"""
REMOVE = ADD.replace("addEndpointsTo", "removeEndpointsFrom")
NEW_VERSION = f"""mutation ($id: ID!, $version: Int, $telemetry: [ModelTelemetryInput]) {{
    iot_createNewModelVersion(modelId: $id, version: $version, telemetry: $telemetry)
    {{ {MODEL} }} }}"""
UPDATE_PROPERTIES = """mutation ($id: ID!, $properties: [EndpointPropertyInput]!) {
    iot_updateEndpointProperties(iotEndpointId: $id, properties: $properties)
    { properties { name value timestamp } } }"""
MOVE = """mutation ($id: ID!, $model: ID!) {
    iot_updateModelUsedByEndpoint(iotEndpointId: $id, modelId: $model)
    { modelId properties { name value } } }"""


def delete(graphql_client, kind, id_, role="owner"):
    """Run a deletion; return the type of its error, if any."""
    name = {"Hub": "iotHubId", "Group": "iotGroupId", "Endpoint": "iotEndpointId"}.get(
        kind, "modelId"
    )
    query = f"mutation ($id: ID!) {{ iot_delete{kind}({name}: $id) {{ __typename }} }}"
    response = graphql_client.execute(query, role, id=id_)
    return response["errors"][0]["errorType"] if "errors" in response else None


def property_input(value, name="Height"):
    return {"name": name, "value": value, "timestamp": "1714521600000"}


# Hubs


def test_hub_is_created_listed_updated_and_deleted(graphql_client):
    hub = graphql_client.run(CREATE_HUB, name="Site", description="d")
    assert re.fullmatch(r"iotHubId\.[0-9a-f-]{36}", hub["iotHubId"])
    assert hub["iotHubId"] in [
        listed["iotHubId"] for listed in graphql_client.run("{ iot_listHubs { iotHubId } }")
    ]
    update = """mutation ($id: ID!, $name: String) { iot_updateHub(iotHubId: $id, name: $name)
        { name description } }"""
    assert graphql_client.run(update, id=hub["iotHubId"], name="New") == {
        "name": "New",
        "description": "d",
    }
    assert delete(graphql_client, "Hub", hub["iotHubId"]) is None
    get = "query ($id: ID!) { iot_getHub(iotHubId: $id) { name } }"
    assert graphql_client.error_type(get, id=hub["iotHubId"]) == "NotFound"


def test_hub_in_use_is_not_deleted(graphql_client, devices):
    assert delete(graphql_client, "Hub", devices.hub) == "BadRequest"
    assert delete(graphql_client, "Endpoint", devices.endpoint) is None
    assert delete(graphql_client, "Hub", devices.hub) == "BadRequest"
    assert delete(graphql_client, "Group", devices.group) is None
    assert delete(graphql_client, "Hub", devices.hub) is None


# Models


def test_model_has_its_attributes_in_the_order_of_their_indexes(devices):
    telemetry = [
        {"name": "b", "schemaType": "double", "index": 1, "description": "d"},
        {"name": "a", "schemaType": "string", "index": 0},
    ]
    model = devices.create_model(telemetry=telemetry)
    assert [(t["name"], t["index"], t["description"]) for t in model["telemetry"]] == [
        ("a", 0, None),
        ("b", 1, "d"),
    ]
    assert model["properties"] == [
        {
            "name": "Height",
            "attributeType": "Property",
            "schemaType": "double",
            "defaultValue": "12.5",
            "writable": True,
            "index": 0,
        },
        {
            "name": "Serial",
            "attributeType": "Property",
            "schemaType": "string",
            "defaultValue": None,
            "writable": False,
            "index": 1,
        },
    ]


@pytest.mark.parametrize(
    "bad",
    [
        {"segment": "a b"},
        {"segment": "1a"},
        {"segment": "a_"},
        {"segment": "ä"},
        {"segment": ""},
        {"segment": "a" * 100},
        {"name": ""},
        {"properties": [None]},
        {"properties": [{"name": "", "schemaType": "double"}]},
        {"properties": [{"name": "p", "schemaType": "double", "defaultValue": "x"}]},
        {"telemetry": [{"name": "t", "schemaType": "double"}] * 2},
        {"telemetry": [{"name": "p", "schemaType": "double", "index": 1}]},
        {"telemetry": [{"name": f"t{i}", "schemaType": "double"} for i in range(301)]},
        {
            "properties": [{"name": "same", "schemaType": "double"}],
            "telemetry": [{"name": "same", "schemaType": "double"}],
        },
    ],
    ids=lambda bad: json.dumps(bad)[:50],
)
def test_invalid_model_is_refused(graphql_client, bad):
    variables = {"name": "Mast", "segment": f"Mast{next(NUMBERS)}"} | bad
    assert graphql_client.error_type(CREATE_MODEL, **variables) == "BadRequest"


def test_model_segment_is_used_once_by_each_owner(graphql_client, devices):
    segment = f"Mast{next(NUMBERS)}"
    assert devices.create_model(segment=segment)["dtmi"] == f"dtmi:localExchange:{segment};1"
    variables = {"name": "Mast", "segment": segment}
    assert graphql_client.error_type(CREATE_MODEL, **variables) == "BadRequest"
    assert graphql_client.run(CREATE_MODEL, "outsider", **variables)["dtmi"]


def test_new_version_of_a_model_keeps_omitted_fields(graphql_client, devices):
    model = devices.create_model()
    second = graphql_client.run(NEW_VERSION, id=model["modelId"])
    assert second["dtmi"] == model["dtmi"].replace(";1", ";2")
    assert second["modelId"] != model["modelId"]
    assert second["telemetry"] == model["telemetry"]
    ninth = graphql_client.run(NEW_VERSION, id=model["modelId"], version=9, telemetry=[])
    assert (ninth["dtmi"][-2:], ninth["telemetry"]) == (";9", [])
    assert ninth["properties"] == model["properties"]
    assert graphql_client.error_type(NEW_VERSION, id=model["modelId"], version=9) == "BadRequest"


def test_model_in_use_is_not_deleted(graphql_client, devices):
    assert delete(graphql_client, "Model", devices.model) == "BadRequest"
    other = devices.create_model()["modelId"]
    graphql_client.run(MOVE, id=devices.endpoint, model=other)
    assert delete(graphql_client, "Model", devices.model) is None
    get = "query ($id: ID!) { iot_getModel(modelId: $id) { dtmi } }"
    assert graphql_client.error_type(get, id=devices.model) == "NotFound"


def test_model_in_dtdl_names_its_attributes(graphql_client, devices):
    telemetry = [{"name": "wind speed", "schemaType": "double", "description": "m/s"}]
    model = devices.create_model(telemetry=telemetry)
    query = "query ($id: ID!) { iot_getModelInDTDLFormat(modelId: $id) }"
    dtdl = json.loads(graphql_client.run(query, id=model["modelId"]))
    assert (dtdl["@context"], dtdl["@type"]) == ("dtmi:dtdl:context;2", "Interface")
    assert (dtdl["@id"], dtdl["displayName"]) == (model["dtmi"], "Mast")
    assert dtdl["contents"] == [
        {
            "@type": "Property",
            "name": "Height",
            "schema": "double",
            "comment": "defaultValue: 12.5",
            "writable": True,
        },
        {"@type": "Property", "name": "Serial", "schema": "string", "writable": False},
        {
            "@type": "Telemetry",
            "name": "a_wind_speed_1",
            "schema": "double",
            "displayName": "wind speed",
            "description": "m/s",
        },
    ]


def test_model_in_dtdl_is_within_the_limits_of_dtdl(graphql_client, devices):
    names = ["n" * 512, "ü" * 100, "ü" * 101, *(f"t{i}" for i in range(290))]
    telemetry = [{"name": n, "schemaType": "string", "description": "d" * 600} for n in names]
    model = devices.create_model(telemetry=telemetry, segment=f"a{next(NUMBERS)}".ljust(99, "x"))
    query = "query ($id: ID!) { iot_getModelInDTDLFormat(modelId: $id) }"
    dtdl = json.loads(graphql_client.run(query, id=model["modelId"]))
    assert len(dtdl["@id"]) <= 128
    contents = dtdl["contents"]
    assert len({content["name"] for content in contents}) == len(names) + 2
    name = re.compile("[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?")
    for content in contents:
        assert len(content["name"]) <= 64
        assert name.fullmatch(content["name"])
        assert len(content.get("displayName", "")) <= 64
        assert len(content.get("description", "")) <= 512


# Endpoints


def test_new_endpoint_has_the_defaults_of_its_model(devices):
    endpoint = devices.get()
    assert (endpoint["iotHubId"], endpoint["modelId"]) == (devices.hub, devices.model)
    assert [(p["name"], p["value"], p["timestamp"]) for p in endpoint["properties"]] == [
        ("Height", "12.5", None),
        ("Serial", None, None),
    ]
    assert [t["name"] for t in endpoint["telemetry"]] == [
        "Speed",
        "Count",
        "Icing",
        "Note",
        "Seen",
        "Age",
    ]


def test_timestamp_of_a_property_is_answered_in_milliseconds(graphql_client, devices):
    properties = [property_input("14") | {"timestamp": "+007"}]
    response = graphql_client.run(UPDATE_PROPERTIES, id=devices.endpoint, properties=properties)
    assert response["properties"][0]["timestamp"] == "7"


def test_properties_are_updated_all_or_none(graphql_client, devices):
    response = graphql_client.run(
        UPDATE_PROPERTIES, id=devices.endpoint, properties=[property_input("14")]
    )
    assert response["properties"][0] == {
        "name": "Height",
        "value": "14",
        "timestamp": "1714521600000",
    }
    for bad in (
        property_input("x"),
        property_input("1", "Serial"),
        property_input("1", "Speed"),
        property_input("1", "none"),
        property_input("2") | {"timestamp": "2024-05-01"},
    ):
        properties = [bad] if bad["name"] == "Height" else [property_input("99"), bad]
        variables = {"id": devices.endpoint, "properties": properties}
        assert graphql_client.error_type(UPDATE_PROPERTIES, **variables) == "BadRequest"
    assert devices.get()["properties"][0]["value"] == "14"


def test_endpoint_that_moves_to_another_model_keeps_values_that_fit(graphql_client, devices):
    devices.publish(
        {"timestamp": "1", "timeUnit": "SECONDS", "attributes": [{"name": "Speed", "value": "4.2"}]}
    )
    graphql_client.run(UPDATE_PROPERTIES, id=devices.endpoint, properties=[property_input("14")])
    whole = [{"name": "Height", "schemaType": "integer"}, {"name": "New", "schemaType": "string"}]
    model = devices.create_model(properties=whole)["modelId"]
    assert graphql_client.run(MOVE, id=devices.endpoint, model=model)["properties"] == [
        {"name": "Height", "value": "14"},
        {"name": "New", "value": None},
    ]
    boolean = [{"name": "Height", "schemaType": "boolean", "defaultValue": "true"}]
    model = devices.create_model(properties=boolean)["modelId"]
    moved = graphql_client.run(MOVE, id=devices.endpoint, model=model)
    assert moved["properties"] == [{"name": "Height", "value": "true"}]


def test_deleted_endpoint_leaves_its_groups(graphql_client, devices):
    kept = devices.create_endpoint()
    graphql_client.run(ADD, id=devices.group, ids=[kept])
    assert delete(graphql_client, "Endpoint", devices.endpoint) is None
    assert graphql_client.run(GET_GROUP, id=devices.group)["iotEndpointIds"] == [kept]
    query = "query ($id: ID!) { iot_listEndpointsInHub(iotHubId: $id) { iotEndpointId } }"
    assert graphql_client.run(query, id=devices.hub) == [{"iotEndpointId": kept}]


# Groups


def test_group_lists_endpoints_only_if_requested(graphql_client, devices):
    group = graphql_client.run(GET_GROUP, id=devices.group)
    assert (group["iotEndpointIds"], group["endpoints"]) == ([devices.endpoint], [])
    group = graphql_client.run(GET_GROUP, **{"id": devices.group, "with": True})
    assert group["endpoints"] == [{"name": "Roof"}]
    query = "query ($id: ID!) { iot_listGroups(iotHubId: $id) { iotGroupId endpoints { name } } }"
    assert graphql_client.run(query, id=devices.hub) == [
        {"iotGroupId": devices.group, "endpoints": []}
    ]


def test_endpoints_are_added_once_and_removed(graphql_client, devices):
    other = devices.create_endpoint()
    group = graphql_client.run(ADD, id=devices.group, ids=[other, devices.endpoint, other])
    assert group["iotEndpointIds"] == [devices.endpoint, other]
    assert group["endpoints"] == [{"name": "Roof"}, {"name": "Another"}]
    group = graphql_client.run(REMOVE, id=devices.group, ids=[devices.endpoint])
    assert group["iotEndpointIds"] == [other]
    assert graphql_client.run(REMOVE, id=devices.group, ids=[devices.endpoint]) == group


def test_endpoints_are_added_to_a_group_all_or_none(graphql_client, devices):
    good = devices.create_endpoint()
    elsewhere = devices.create_endpoint(hub=devices.create_hub())
    for bad, error in ((elsewhere, "BadRequest"), ("x", "NotFound"), (None, "BadRequest")):
        assert graphql_client.error_type(ADD, id=devices.group, ids=[good, bad]) == error
        variables = {"hub": devices.hub, "name": "g", "ids": [good, bad]}
        assert graphql_client.error_type(CREATE_GROUP, **variables) == error
    group = graphql_client.run(GET_GROUP, id=devices.group)
    assert group["iotEndpointIds"] == [devices.endpoint]
    query = "query ($id: ID!) { iot_listGroups(iotHubId: $id) { iotGroupId } }"
    assert len(graphql_client.run(query, id=devices.hub)) == 1
