"""Data of captures: published by value, announced and exported."""

import pytest

from ....support.options import use_limits
from .conftest import (
    ACTIVE_EXPORT,
    FULL_EXPORT,
    PUBLISH,
    START,
    STOP,
    record,
)

ON_PUBLISH = """subscription ($id: ID!) { onCapturePublishData(captureId: $id) { captureId
    dataWritten { timestamp userDefinedId value }
    failedRecords { recordIndex attributeIndex errorType message } logs { error message } } }"""
HEADER = "timestamp,power,count,on,note\n"


@pytest.fixture
def running(capture):
    """A capture that is CAPTURING."""
    capture.run(START)
    return capture


def failures(result):
    return [
        (f["recordIndex"], f["attributeIndex"], f["errorType"]) for f in result["failedRecords"]
    ]


def test_data_is_accepted_only_during_a_capture(capture):
    assert capture.error_type(PUBLISH, data=[record(1, power="1")]) == "BadRequest"
    capture.run(START)
    assert capture.publish(record(1, power="1"))["dataWritten"]
    capture.run(STOP)
    assert capture.error_type(PUBLISH, data=[record(2, power="1")]) == "BadRequest"


def test_each_value_is_written_or_fails_on_its_own(running):
    result = running.publish(
        record(1714521600000, power="1.50", count="x", other="1", on="True"),
        record("2024-05-01", power="1"),
        record(2),
        record(1714521600000, power="2", note=""),
    )
    assert result["captureId"] == running.id
    assert [(w["timestamp"], w["userDefinedId"], w["value"]) for w in result["dataWritten"]] == [
        ("1714521600000", "power", "1.50"),
        ("1714521600000", "on", "True"),
        ("1714521600000", "note", ""),
    ]
    assert failures(result) == [
        (0, 1, "ValueTypeError"),
        (0, 2, "InvalidAttributeId"),
        (1, None, "InvalidTimestamp"),
        (2, None, "Unknown"),
        (3, 0, "RecordExists"),
    ]
    assert all(failed["message"] for failed in result["failedRecords"])
    assert result["logs"] == [{"error": True, "message": "3 values written, 5 failures."}]
    again = running.publish(record(1714521600000, power="9", count="1"))
    assert failures(again) == [(0, 0, "RecordExists")]
    assert running.publish(record(3, power="1"))["logs"][0]["error"] is False


@pytest.mark.parametrize("data", [[], [None], [record(i, power="1") for i in range(101)]], ids=len)
def test_batch_of_the_wrong_size_is_refused_as_a_whole(running, data):
    assert running.error_type(PUBLISH, data=data) == "BadRequest"
    assert running.run(ACTIVE_EXPORT)["state"] == "NOT_CREATED"


def test_event_equals_the_response_to_the_publisher(running, listen):
    socket = listen(ON_PUBLISH, id=running.id)
    result = running.publish(record(1, power="1", none="2"))
    assert socket.receive()["payload"]["data"]["onCapturePublishData"] == result
    running.run(PUBLISH.replace("captureId\n", "\n"), data=[record(2, power="1")])
    assert socket.is_silent()


def test_event_without_a_required_field_is_null_with_an_error(running, listen):
    socket = listen(ON_PUBLISH, id=running.id)
    query = PUBLISH.replace("timestamp userDefinedId value", "userDefinedId value")
    running.run(query, data=[record(1, power="1")])
    payload = socket.receive()["payload"]
    assert payload["data"]["onCapturePublishData"]["dataWritten"] == [None]
    assert payload["errors"][0]["message"].startswith(
        "Cannot return null for non-nullable type: 'String' within parent "
        "'DataCaptureAttributeDataRecord'"
    )


# Exports


def test_export_of_a_running_capture_is_created_on_request(running):
    export = running.run(ACTIVE_EXPORT)
    assert (export["state"], export["url"]) == ("NOT_CREATED", None)
    running.publish(record(2000, power="2"), record(1000, power="1.0", note='a,"b"'))
    export = running.run(ACTIVE_EXPORT)
    assert (export["state"], export["exportType"]) == ("IN_PROGRESS", "ACTIVE_CAPTURE_EXPORT")
    export = running.wait_for_export()
    assert (export["state"], export["name"]) == ("COMPLETE", "Load test.csv")
    assert export["dateStarted"] <= export["dateCompleted"]
    assert running.download(export) == (
        HEADER + '1970-01-01 00:00:01.000000000,1.0,,,"a,""b"""\n'
        "1970-01-01 00:00:02.000000000,2,,,\n"
    )
    running.publish(record(3000, count="3"))
    assert running.run(ACTIVE_EXPORT)["state"] == "IN_PROGRESS"
    assert running.download(running.wait_for_export()).endswith("00:00:03.000000000,,3,,\n")


def test_full_export_exists_once_the_capture_is_complete(running):
    running.publish(record(1000, on="true"))
    assert running.run(FULL_EXPORT)["state"] == "NOT_CREATED"
    running.run(STOP)
    export = running.wait_for_export(FULL_EXPORT)
    running.wait_for("COMPLETE")
    assert (export["state"], export["exportType"]) == ("COMPLETE", "FULL_EXPORT")
    assert running.download(export) == HEADER + "1970-01-01 00:00:01.000000000,,,true,\n"
    assert running.run(FULL_EXPORT)["dateCompleted"] == export["dateCompleted"]
    assert running.run(ACTIVE_EXPORT)["state"] == "NOT_CREATED"


def test_capture_that_recorded_nothing_has_an_export_without_rows(running):
    running.run(STOP)
    assert running.download(running.wait_for_export(FULL_EXPORT)) == HEADER


def test_export_contains_everything_reported_as_written(running):
    for start in range(0, 500, 100):
        running.publish(*(record(start + i, count=str(start + i)) for i in range(100)))
    running.run(STOP)
    text = running.download(running.wait_for_export(FULL_EXPORT))
    assert [int(line.split(",")[2]) for line in text.splitlines()[1:]] == list(range(500))


def test_export_that_fails_leaves_the_capture_with_an_error(running, monkeypatch, listen):
    use_limits(monkeypatch, max_export_bytes=10)
    query = "subscription ($id: ID!) { onNotifyCaptureComplete(captureId: $id) {captureId state} }"
    socket = listen(query, id=running.id)
    running.run(STOP)
    capture = running.wait_for("COMPLETION_ERROR")
    export = running.run(FULL_EXPORT)
    assert (export["state"], export["url"]) == ("FAILED", None)
    assert "too large" in export["logs"][0]
    assert capture["stateHistory"][-1]["message"] == export["logs"][0]
    event = socket.receive()["payload"]["data"]["onNotifyCaptureComplete"]
    assert event["state"] == "COMPLETION_ERROR"


# Attachments

ATTACH = """mutation ($id: ID!, $name: String!) {
    dataCapture_attachFile(captureId: $id, fileName: $name, description: "d") { itemId url } }"""
ATTACHMENTS = """query ($id: ID!, $limit: Int) { dataCapture_listAttachments(captureId: $id,
    limit: $limit) { attachmentId attachmentType name description error ownerUserId } }"""
ATTACHMENT_URL = """query ($id: ID!, $attachment: ID!) { dataCapture_getFileAttachmentDownloadUrl(
    captureId: $id, attachmentId: $attachment) { itemId url } }"""
DELETE_ATTACHMENT = """mutation ($id: ID!, $attachment: ID!) { dataCapture_deleteAttachment(
    captureId: $id, attachmentId: $attachment) { name } }"""


def test_attachment_is_incomplete_until_its_upload(graphql_client, new_capture):
    created = new_capture.run(ATTACH, name="plan.pdf")
    (listed,) = new_capture.run(ATTACHMENTS)
    assert listed["error"] == "FILE_UPLOAD_INCOMPLETE"
    assert (listed["name"], listed["attachmentType"]) == ("plan.pdf", "FILE")
    attachment = {"attachment": created["itemId"]}
    assert new_capture.error_type(ATTACHMENT_URL, **attachment) == "BadRequest"
    graphql_client.http.put(created["url"], content=b"bytes").raise_for_status()
    (listed,) = new_capture.run(ATTACHMENTS)
    assert (listed["error"], listed["attachmentId"]) == (None, created["itemId"])
    response = graphql_client.http.get(new_capture.run(ATTACHMENT_URL, **attachment)["url"])
    assert (response.content, response.headers["content-type"]) == (b"bytes", "application/pdf")

    assert new_capture.run(DELETE_ATTACHMENT, **attachment) == {"name": "plan.pdf"}
    assert new_capture.run(ATTACHMENTS) == []
    assert new_capture.error_type(ATTACHMENT_URL, **attachment) == "NotFound"
    assert graphql_client.http.put(created["url"], content=b"again").status_code == 404


def test_attachments_are_listed_in_order_up_to_a_limit(new_capture):
    for name in ("a", "b", "c"):
        new_capture.run(ATTACH, name=name)
    assert [a["name"] for a in new_capture.run(ATTACHMENTS)] == ["a", "b", "c"]
    assert [a["name"] for a in new_capture.run(ATTACHMENTS, limit=2)] == ["a", "b"]
    assert new_capture.error_type(ATTACHMENTS, limit=0) == "BadRequest"
    assert new_capture.error_type(ATTACH, name="") == "BadRequest"


def test_attachment_belongs_to_its_capture(graphql_client, new_capture):
    attachment = new_capture.run(ATTACH, name="a")["itemId"]
    for query in (ATTACHMENT_URL, DELETE_ATTACHMENT):
        variables = {"id": graphql_client.local.captureId, "attachment": attachment}
        assert graphql_client.error_type(query, **variables) == "NotFound"
