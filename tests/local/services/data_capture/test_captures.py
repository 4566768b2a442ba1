"""Captures: created, configured, started, stopped, scheduled and deleted."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from avista_digital_exchange_sdk.local import LocalExchange

from .conftest import (
    ASSETS,
    CREATE,
    DELETE,
    GET,
    START,
    STOP,
    UPDATE_MODEL,
    Capture,
    asset,
    attribute,
    record,
)

ON_STATE = """subscription ($id: ID!) { on%s(captureId: $id) {
    captureId state displayName dataModel { version } } }"""
LIST = """query ($limit: Int, $next: String, $models: Boolean) {
    dataCapture_listCaptures(limit: $limit, nextToken: $next, includeDataModels: $models)
    { captures { captureId dataModel { version } } nextToken } }"""


def soon(seconds):
    """A time in ISO 8601."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def states(capture):
    return [change["newState"] for change in capture["stateHistory"]]


def test_new_capture_is_configured_by_its_data_model(new_capture):
    capture = new_capture.get()
    assert capture["captureId"].startswith("dataCapture.")
    assert (capture["state"], states(capture)) == ("CONFIGURATION_ERROR", ["CONFIGURATION_ERROR"])
    assert capture["dataModel"]["state"] == "ERROR"
    assert capture["timeSettings"] == {
        "startTimeType": "MANUAL",
        "stopTimeType": "MANUAL",
        "scheduledStartTime": None,
        "scheduledStopTime": None,
        "actualStartTime": None,
        "actualStopTime": None,
        "state": "GOOD",
        "errors": [],
    }
    assert new_capture.error_type(START) == "BadRequest"

    model = new_capture.run(UPDATE_MODEL, assets=ASSETS)
    assert (model["state"], model["version"], model["errors"]) == ("GOOD", 1, [])
    capture = new_capture.get()
    assert states(capture) == ["CONFIGURATION_ERROR", "READY"]
    assert capture["dataModel"]["items"][0]["attributes"][0] == {
        "userDefinedId": "power",
        "displayName": "POWER",
        "description": None,
        "attributeType": "TELEMETRY",
        "schemaType": "double",
        "unit": "kW",
    }
    assert new_capture.run(GET, model=False)["dataModel"] is None


@pytest.mark.parametrize(
    ("assets", "error"),
    [
        ([], "has no assets"),
        ([asset("a")], "has no attributes"),
        ([asset("a", attribute("x")), asset("a", attribute("y"))], "'a' is in the data model more"),
        ([asset("a", attribute("x")), asset("b", attribute("x"))], "'x' is in the data model more"),
        ([asset("a", attribute(""))], "is empty"),
        ([asset("a", attribute("x", displayName=""))], "is empty"),
        ([asset("a", *(attribute(f"x{i}") for i in range(1001)))], "more than 1000"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_invalid_data_model_is_kept_with_its_errors(capture, assets, error):
    model = capture.run(UPDATE_MODEL, assets=assets)
    assert (model["state"], model["version"], len(model["errors"])) == ("ERROR", 2, 1)
    assert error in model["errors"][0]
    found = capture.get()
    assert found["state"] == "CONFIGURATION_ERROR"
    assert error in found["stateHistory"][-1]["message"]
    assert len(found["dataModel"]["items"]) == len(assets)


def test_exported_data_model_can_be_imported(capture):
    query = """query ($id: ID!) { dataCapture_getDataModelExport(captureId: $id)
        { captureId contents fileName } }"""
    export = capture.run(query)
    assert (export["captureId"], export["fileName"]) == (capture.id, "data-model.json")
    assets = json.loads(export["contents"])["assets"]
    before = capture.get()["dataModel"]
    assert capture.run(UPDATE_MODEL, assets=assets)["version"] == 2
    assert capture.get()["dataModel"]["items"] == before["items"]


def test_capture_is_started_and_stopped_once(capture, listen):
    sockets = {
        event: listen(ON_STATE % event, id=capture.id)
        for event in ("StartCapture", "StopCapture", "NotifyCaptureComplete")
    }
    assert capture.error_type(STOP) == "BadRequest"
    started = capture.run(START)
    assert started["state"] == "CAPTURING"
    assert started["timeSettings"]["actualStartTime"] is not None
    assert capture.error_type(START) == "BadRequest"
    assert capture.error_type(UPDATE_MODEL, assets=ASSETS) == "BadRequest"
    stopped = capture.run(STOP)
    assert stopped["state"] == "FINISHING"
    assert stopped["timeSettings"]["actualStopTime"] is not None
    complete = capture.wait_for("COMPLETE")
    assert states(complete)[1:] == ["READY", "CAPTURING", "FINISHING", "COMPLETE"]
    assert capture.error_type(START) == capture.error_type(STOP) == "BadRequest"
    for event, state in (
        ("StartCapture", "CAPTURING"),
        ("StopCapture", "FINISHING"),
        ("NotifyCaptureComplete", "COMPLETE"),
    ):
        message = sockets[event].receive()["payload"]["data"][f"on{event}"]
        assert (message["captureId"], message["state"]) == (capture.id, state)
        assert (message["displayName"], message["dataModel"]["version"]) == ("Load test", 1)
        assert sockets[event].is_silent()


def test_error_names_the_state_and_the_required_one(capture):
    (error,) = capture.graphql_client.execute(STOP, id=capture.id)["errors"]
    assert error["message"] == f"{capture.id} is READY; it can be stopped while it is CAPTURING."


def test_settings_change_only_where_flags_are_set(capture):
    changed = capture.update(description="d", displayName="New")
    assert (changed["displayName"], changed["description"]) == ("New", "d")
    assert capture.update(displayName="Newer")["description"] == "d"
    assert capture.update(description=None)["description"] is None
    for bad in (
        {"displayName": None},
        {"displayName": ""},
        {"startTimeType": None},
        {"scheduledStartTime": "tomorrow"},
        {"scheduledStartTime": "2099-01-01T00:00:00"},
    ):
        assert capture.error_type(capture.update_document(bad), **bad) == "BadRequest"
    assert capture.get()["displayName"] == "Newer"


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"startTimeType": "SCHEDULED"}, 1),
        ({"startTimeType": "SCHEDULED", "scheduledStartTime": "2020-01-01T00:00:00Z"}, 1),
        ({"stopTimeType": "SCHEDULED", "scheduledStopTime": "2020-01-01T00:00:00Z"}, 1),
        (
            {
                "startTimeType": "SCHEDULED",
                "stopTimeType": "SCHEDULED",
                "scheduledStartTime": "2199-01-02T00:00:00Z",
                "scheduledStopTime": "2199-01-01T00:00:00Z",
            },
            1,
        ),
    ],
    ids=str,
)
def test_invalid_schedule_is_a_configuration_error_until_it_is_changed(capture, changes, errors):
    changed = capture.update(**changes)
    assert changed["state"] == "CONFIGURATION_ERROR"
    assert changed["timeSettings"]["state"] == "ERROR"
    assert len(changed["timeSettings"]["errors"]) == errors
    assert capture.error_type(START) == "BadRequest"
    changed = capture.update(startTimeType="MANUAL", stopTimeType="MANUAL")
    assert (changed["state"], changed["timeSettings"]["errors"]) == ("READY", [])


def test_schedule_starts_and_stops_with_the_same_events(capture, listen):
    started = listen(ON_STATE % "StartCapture", id=capture.id)
    stopped = listen(ON_STATE % "StopCapture", id=capture.id)
    changed = capture.update(
        startTimeType="SCHEDULED",
        stopTimeType="SCHEDULED",
        scheduledStartTime=soon(1),
        scheduledStopTime=soon(2.5),
    )
    assert changed["state"] == "READY"
    event = started.receive(10)["payload"]["data"]["onStartCapture"]
    assert (event["state"], event["displayName"]) == ("CAPTURING", "Load test")
    capture.publish(record(1, power="1"))
    assert stopped.receive(10)["payload"]["data"]["onStopCapture"]["state"] == "FINISHING"
    complete = capture.wait_for("COMPLETE")
    settings = complete["timeSettings"]
    assert settings["scheduledStartTime"] < settings["actualStartTime"] < settings["actualStopTime"]


def test_scheduled_capture_can_be_started_and_stopped_early(capture):
    capture.update(
        startTimeType="SCHEDULED",
        stopTimeType="SCHEDULED",
        scheduledStartTime=soon(3600),
        scheduledStopTime=soon(7200),
    )
    assert capture.run(START)["state"] == "CAPTURING"
    assert capture.run(STOP)["state"] == "FINISHING"


def test_schedule_cannot_be_changed_after_the_start(capture):
    capture.run(START)
    changes = {"stopTimeType": "SCHEDULED"}
    assert capture.error_type(capture.update_document(changes), **changes) == "BadRequest"
    assert capture.update(description="d")["description"] == "d"


def test_schedule_continues_after_a_restart(tmp_path, connect_graphql):
    with LocalExchange(data=tmp_path) as local:
        graphql_client = connect_graphql(local)
        ids = [local.captureId]
        for _ in range(2):
            capture = Capture(
                graphql_client=graphql_client, id=graphql_client.run(CREATE, name="c")["captureId"]
            )
            capture.run(UPDATE_MODEL, assets=ASSETS)
            ids.append(capture.id)
        late, running, missed = (Capture(graphql_client=graphql_client, id=id_) for id_ in ids)
        late.update(startTimeType="SCHEDULED", scheduledStartTime=soon(4))
        running.run(START)
        missed.update(startTimeType="SCHEDULED", scheduledStartTime=soon(1))
        running.publish(record(1, power="1"))
        running.graphql_client.local.exchange.captures._records.execute(
            "UPDATE captures SET stopTimeType = 'SCHEDULED', scheduledStopTime = ?"
            " WHERE captureId = ?",
            soon(0.5),
            running.id,
        )
        assert missed.get()["state"] == "READY"
    time.sleep(1)
    with LocalExchange(data=tmp_path) as local:
        graphql_client = connect_graphql(local)
        late, running, missed = (Capture(graphql_client=graphql_client, id=id_) for id_ in ids)
        assert running.wait_for("COMPLETE")["timeSettings"]["actualStopTime"]
        found = missed.get()
        assert found["state"] == "CONFIGURATION_ERROR"
        assert found["timeSettings"]["errors"] == ["The scheduledStartTime has passed."]
        late.wait_for("CAPTURING")


def test_captures_are_listed_in_pages_oldest_first(graphql_client, new_capture):
    created = [graphql_client.run(CREATE, name=f"c{i}")["captureId"] for i in range(3)]
    ids, next_token = [], None
    while True:
        page = graphql_client.run(LIST, limit=2, next=next_token)
        assert 1 <= len(page["captures"]) <= 2
        ids += [capture["captureId"] for capture in page["captures"]]
        next_token = page["nextToken"]
        if next_token is None:
            break
    assert ids[-4:] == [new_capture.id, *created]
    assert len(ids) == len(set(ids))
    assert all(c["dataModel"] is None for c in graphql_client.run(LIST)["captures"])
    assert all(c["dataModel"] for c in graphql_client.run(LIST, models=True)["captures"])
    for bad in ({"limit": 0}, {"limit": 101}, {"next": "x"}, {"next": "Y2FwdHVyZXMgeA=="}):
        assert graphql_client.error_type(LIST, **bad) == "BadRequest"
    assert graphql_client.run(LIST, "outsider") == {"captures": [], "nextToken": None}
    for capture_id in created:
        graphql_client.run(DELETE, id=capture_id)


def test_deleted_capture_is_gone_with_its_data_and_token(graphql_client, capture):
    token = capture.run(
        "query ($id: ID!) { dataCapture_getCaptureAuthenticationToken(captureId: $id)"
        " { tokenValue } }"
    )["tokenValue"]
    capture.run(START)
    capture.publish(record(1, power="1"))
    assert capture.run(DELETE) == {"captureId": capture.id, "state": "DELETING"}
    assert capture.error_type(GET) == "NotFound"
    body, headers = {"query": "{ __typename }"}, {"Authorization": token}
    response = graphql_client.http.post(graphql_client.local.endpoint, json=body, headers=headers)
    assert response.status_code == 401
    exchange = graphql_client.local.exchange
    cursor = exchange.engine._connection.cursor()
    assert not exchange.capture_samples.has_any(cursor, capture.id)


def test_sample_program_publishes_to_the_capture(capture):
    query = "query ($id: ID!) { dataCapture_getPythonSDKSample(captureId: $id) }"
    assets = [asset("a", attribute('it\'s "x"\\'), attribute("b", "boolean"))]
    capture.run(UPDATE_MODEL, assets=assets)
    sample = capture.run(query)
    assert "captureDataPublishSample.py" in sample.splitlines()[0]
    assert compile(sample, "sample", "exec")
    assert repr(capture.id) in sample
    assert '"it\'s \\"x\\"\\\\"' in sample or "'it\\'s \"x\"\\\\'" in sample
