"""A capture for each test, and the operations of tests on it."""

import time
from types import SimpleNamespace

import pytest

CAPTURE = """captureId captureType displayName description ownerUserId state dateCreated
    dateUpdated stateHistory { newState message dateCreated }
    timeSettings { startTimeType stopTimeType scheduledStartTime scheduledStopTime
        actualStartTime actualStopTime state errors }
    dataModel { state version errors dateCreated dateUpdated items {
        userDefinedId displayName description attributes {
            userDefinedId displayName description attributeType schemaType unit } } }"""
EXPORT = "state exportType name url dateStarted dateCompleted logs"
CREATE = f"""mutation ($name: String!) {{ dataCapture_createCapture(captureType: STANDARD,
    displayName: $name) {{ {CAPTURE} }} }}"""
GET = f"""query ($id: ID!, $model: Boolean = true) {{
    dataCapture_getCapture(captureId: $id, includeDataModel: $model) {{ {CAPTURE} }} }}"""
UPDATE_MODEL = """mutation ($id: ID!, $assets: [DataCaptureAssetInput]!) {
    dataCapture_updateDataModel(captureId: $id, dataModel: {assets: $assets})
    { state version errors items { userDefinedId } } }"""
START = f"mutation ($id: ID!) {{ dataCapture_startCapture(captureId: $id) {{ {CAPTURE} }} }}"
STOP = START.replace("startCapture", "stopCapture")
DELETE = "mutation ($id: ID!) { dataCapture_deleteCapture(captureId: $id) { captureId state } }"
PUBLISH = """mutation ($id: ID!, $data: [DataCaptureDataRecordInput]!) {
    dataCapture_publishData(captureId: $id, data: $data) { captureId
        dataWritten { timestamp userDefinedId value }
        failedRecords { recordIndex attributeIndex errorType message } logs { error message } } }"""
UPDATABLE = (
    "displayName",
    "description",
    "scheduledStartTime",
    "scheduledStopTime",
    "startTimeType",
    "stopTimeType",
)
FULL_EXPORT = f"""query ($id: ID!) {{
    dataCapture_getDataExportDownloadUrl(captureId: $id) {{ {EXPORT} }} }}"""
ACTIVE_EXPORT = FULL_EXPORT.replace("getDataExport", "getActiveCaptureDataExport")


def attribute(attribute_id, schema_type="double", **more):
    """An attribute of a data model."""
    return {
        "userDefinedId": attribute_id,
        "displayName": attribute_id.upper(),
        "attributeType": "TELEMETRY",
        "schemaType": schema_type,
    } | more


def asset(asset_id, *attributes):
    """An asset of a data model."""
    return {"userDefinedId": asset_id, "displayName": asset_id, "attributes": list(attributes)}


ASSETS = [
    asset("one", attribute("power", unit="kW"), attribute("count", "integer")),
    asset("two", attribute("on", "boolean"), attribute("note", "string")),
]


def record(timestamp, **values):
    """A record as it is published."""
    return {
        "timestamp": str(timestamp),
        "attributeValues": [{"userDefinedId": k, "value": v} for k, v in values.items()],
    }


class Capture(SimpleNamespace):
    """One of the owner's captures, and calls on it."""

    def run(self, query, role="owner", **variables):
        return self.graphql_client.run(query, role, id=self.id, **variables)

    def error_type(self, query, role="owner", **variables):
        return self.graphql_client.error_type(query, role, id=self.id, **variables)

    def get(self):
        return self.run(GET)

    def update(self, **changes):
        return self.run(self.update_document(changes), **changes)

    @staticmethod
    def update_document(changes):
        """The document that sets only the arguments passed."""
        types = {"startTimeType": "DataCaptureTimeConfigType"}
        types["stopTimeType"] = types["startTimeType"]
        declared = "".join(f", ${name}: {types.get(name, 'String')}" for name in changes)
        values = "".join(f", {name}: ${name}" for name in changes)
        flags = ", ".join(
            f"update{name[0].upper()}{name[1:]}: {'true' if name in changes else 'false'}"
            for name in UPDATABLE
        )
        return f"""mutation ($id: ID!{declared}) {{
            dataCapture_updateCapture(captureId: $id, {flags}{values}) {{ {CAPTURE} }} }}"""

    def publish(self, *records, role="owner"):
        return self.run(PUBLISH, role, data=list(records))

    def wait_for(self, state):
        """Wait until the capture is in a state; return it."""
        while (capture := self.get())["state"] != state:
            time.sleep(0.02)
        return capture

    def wait_for_export(self, query=ACTIVE_EXPORT):
        """An export, after it has finished."""
        while (export := self.run(query))["state"] == "IN_PROGRESS":
            time.sleep(0.02)
        return export

    def download(self, export):
        return self.graphql_client.http.get(export["url"]).raise_for_status().text


@pytest.fixture
def new_capture(graphql_client):
    """A capture as it is created; it is deleted after the test."""
    capture_id = graphql_client.run(CREATE, name="Load test")["captureId"]
    yield Capture(graphql_client=graphql_client, id=capture_id)
    graphql_client.execute(DELETE, id=capture_id)


@pytest.fixture
def capture(new_capture):
    """A capture that is READY."""
    assert new_capture.run(UPDATE_MODEL, assets=ASSETS)["state"] == "GOOD"
    return new_capture
