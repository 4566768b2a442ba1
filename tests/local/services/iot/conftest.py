"""A hub, a model, an endpoint and a group for each test, and operations of tests on them."""

from itertools import count
from types import SimpleNamespace

import pytest

NUMBERS = count(1)
ENDPOINT = """iotEndpointId iotHubId modelId name description ownerUserId
    properties { name attributeType schemaType defaultValue writable value timestamp }
    telemetry { name attributeType schemaType index }"""
GROUP = "iotGroupId iotHubId name description ownerUserId iotEndpointIds endpoints { name }"
MODEL = """modelId dtmi displayName description ownerUserId
    properties { name attributeType schemaType defaultValue writable index }
    telemetry { name attributeType schemaType index description }"""
RECORD = "iotEndpointId timestamp attributes { name schemaType value }"

CREATE_HUB = """mutation ($name: String!, $description: String) {
    iot_createHub(name: $name, description: $description) { iotHubId name description } }"""
CREATE_MODEL = f"""mutation ($name: String!, $segment: String!, $properties: [ModelPropertyInput],
    $telemetry: [ModelTelemetryInput]) {{ iot_createModel(displayName: $name,
    dtmiSegment: $segment, properties: $properties, telemetry: $telemetry) {{ {MODEL} }} }}"""
CREATE_ENDPOINT = f"""mutation ($hub: ID!, $model: ID!, $name: String!) {{ iot_createEndpoint(
    iotHubId: $hub, modelId: $model, name: $name) {{ {ENDPOINT} }} }}"""
CREATE_GROUP = f"""mutation ($hub: ID!, $name: String!, $ids: [ID]) {{ iot_createGroup(
    iotHubId: $hub, name: $name, iotEndpointIds: $ids) {{ {GROUP} }} }}"""
GET_ENDPOINT = f"query ($id: ID!) {{ iot_getEndpoint(iotEndpointId: $id) {{ {ENDPOINT} }} }}"
PUBLISH = f"""mutation ($id: ID!, $data: [IotDataRecordInput]!) {{ iot_publish(
    iotEndpointId: $id, data: $data) {{ iotEndpointId recordsWritten {{ {RECORD} }}
    failedRecords {{ record {{ {RECORD} }} errors {{ errorType errorMessage }} }} }} }}"""

PROPERTIES = [
    {"name": "Height", "schemaType": "double", "defaultValue": "12.5", "writable": True},
    {"name": "Serial", "schemaType": "string"},
]
TELEMETRY = [
    {"name": "Speed", "schemaType": "double"},
    {"name": "Count", "schemaType": "integer"},
    {"name": "Icing", "schemaType": "boolean"},
    {"name": "Note", "schemaType": "string"},
    {"name": "Seen", "schemaType": "dateTime"},
    {"name": "Age", "schemaType": "duration"},
]


def record(time, unit="MILLISECONDS", **values):
    """A record as it is published."""
    attributes = [{"name": name, "value": value} for name, value in values.items()]
    return {"timestamp": None if time is None else str(time), "timeUnit": unit} | {
        "attributes": attributes
    }


class Devices(SimpleNamespace):
    """The owner's hub, model, endpoint and group, and calls on them."""

    def create_model(self, properties=PROPERTIES, telemetry=TELEMETRY, segment=None):
        return self.graphql_client.run(
            CREATE_MODEL,
            name="Mast",
            segment=segment or f"Mast{next(NUMBERS)}",
            properties=properties,
            telemetry=telemetry,
        )

    def create_endpoint(self, name="Another", hub=None, model=None):
        hub, model = hub or self.hub, model or self.model
        return self.graphql_client.run(CREATE_ENDPOINT, hub=hub, model=model, name=name)[
            "iotEndpointId"
        ]

    def create_hub(self, name="Another"):
        return self.graphql_client.run(CREATE_HUB, name=name)["iotHubId"]

    def publish(self, *records, role="owner", endpoint=None):
        variables = {"id": endpoint or self.endpoint, "data": list(records)}
        return self.graphql_client.run(PUBLISH, role, **variables)

    def get(self, role="owner", endpoint=None):
        return self.graphql_client.run(GET_ENDPOINT, role, id=endpoint or self.endpoint)


@pytest.fixture
def devices(graphql_client):
    """A hub with an endpoint that only its owner may use."""
    devices = Devices(graphql_client=graphql_client)
    devices.hub = devices.create_hub("Site")
    devices.model = devices.create_model()["modelId"]
    devices.endpoint = devices.create_endpoint("Roof")
    group = graphql_client.run(CREATE_GROUP, hub=devices.hub, name="All", ids=[devices.endpoint])
    devices.group = group["iotGroupId"]
    return devices
