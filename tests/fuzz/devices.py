"""Endpoints and captures of a user, with a string of the user in every field."""

import time
from collections.abc import Callable
from typing import Any

RunField = Callable[..., Any]

ATTRIBUTES = '[{name: "note", schemaType: string, description: $n}]'
HOLDINGS = """{
  iot_listHubs { iotHubId name description }
  iot_listModels {
    modelId dtmi displayName description properties { name defaultValue } telemetry { name }
  }
  dataCapture_listCaptures(includeDataModels: true) {
    captures {
      captureId displayName description state stateHistory { newState }
      timeSettings { startTimeType stopTimeType actualStartTime }
      dataModel { version items { userDefinedId attributes { userDefinedId displayName } } }
    }
  }
}"""
LAST_VALUES = """query q($h: ID!) {
  iot_listHubsEndpointsLastValues(iotHubId: $h) {
    data { iotEndpointId telemetryValues { value timestamp } }
  }
}"""
ENDPOINTS = """query q($h: ID!) {
  iot_listEndpointsInHub(iotHubId: $h) {
    iotEndpointId modelId name description properties { name value timestamp }
  }
}"""
GROUPS = "query q($h: ID!) { iot_listGroups(iotHubId: $h) { iotGroupId name iotEndpointIds } }"


def create_devices(run_field: RunField, role: str, text: str) -> list[str]:
    """Create a hub, a model, an endpoint, a group and a capture with data."""

    def run(document: str, **variables: Any) -> Any:
        return run_field(document, role, n=text, **variables)

    hub = run("mutation m($n: String!) { iot_createHub(name: $n, description: $n) { iotHubId } }")[
        "iotHubId"
    ]
    model = run(
        f"""mutation m($n: String!, $s: String!) {{ iot_createModel(displayName: $n,
        dtmiSegment: $s, description: $n, telemetry: {ATTRIBUTES}, properties: [{{name: "about",
        schemaType: string, defaultValue: $n, writable: true}}]) {{ modelId }} }}""",
        s=f"m{time.time_ns()}",
    )["modelId"]
    endpoint = run(
        """mutation m($n: String!, $h: ID!, $m: ID!) { iot_createEndpoint(iotHubId: $h,
        modelId: $m, name: $n, description: $n) { iotEndpointId } }""",
        h=hub,
        m=model,
    )["iotEndpointId"]
    group = run(
        """mutation m($n: String!, $h: ID!, $e: ID!) { iot_createGroup(iotHubId: $h, name: $n,
        description: $n, iotEndpointIds: [$e]) { iotGroupId } }""",
        h=hub,
        e=endpoint,
    )["iotGroupId"]
    run(
        """mutation m($n: String!, $e: ID!) { iot_publish(iotEndpointId: $e, data: [{timestamp: "1",
        timeUnit: SECONDS, attributes: [{name: "note", value: $n}]}]) { iotEndpointId } }""",
        e=endpoint,
    )
    return [hub, model, endpoint, group, _create_capture(run)]


def _create_capture(run: RunField) -> str:
    """Create a capture that records."""
    capture: str = run(
        """mutation m($n: String!) { dataCapture_createCapture(captureType: STANDARD,
        displayName: $n, description: $n) { captureId } }"""
    )["captureId"]
    run(
        """mutation m($n: String!, $c: ID!) { dataCapture_updateDataModel(captureId: $c,
        dataModel: {assets: [{userDefinedId: "a", displayName: $n, attributes: [{userDefinedId:
        "note", displayName: $n, attributeType: TELEMETRY, schemaType: string}]}]})
        { version } }""",
        c=capture,
    )
    run(
        """mutation m($c: ID!) { dataCapture_startCapture(captureId: $c) { state } }""",
        c=capture,
    )
    run(
        """mutation m($n: String!, $c: ID!) { dataCapture_publishData(captureId: $c, data: [
        {timestamp: "1", attributeValues: [{userDefinedId: "note", value: $n}]}])
        { captureId } }""",
        c=capture,
    )
    run(
        """mutation m($n: String!, $c: ID!) { dataCapture_attachFile(captureId: $c, fileName: $n,
        description: $n) { itemId } }""",
        c=capture,
    )
    return capture


def list_devices(run_field: RunField, holdings: dict[str, Any], role: str) -> list[Any]:
    """Read all IoT and data capture objects of a user.

    Args:
        run_field: Runs an operation of one field.
        holdings: The response to HOLDINGS.
        role: The user.
    """
    held: list[Any] = [holdings]
    for hub in holdings["iot_listHubs"]:
        for query in (LAST_VALUES, ENDPOINTS, GROUPS):
            held.append(run_field(query, role, h=hub["iotHubId"]))
    return held
