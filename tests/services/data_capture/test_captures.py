"""Captures: created, configured, started, fed with data, stopped and downloaded."""

import json
import pickle
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DataCapture,
    DxTypes,
    InvalidParameterError,
    InvalidRequestError,
    NotFoundError,
    PublishIncompleteError,
    TransferError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.fake_platform import ENDPOINT, FakePlatform, FakeResponse
from ...support.options import use_options

START = 1714521600000
ASSETS = [
    {
        "userDefinedId": "mast-1",
        "displayName": "Mast 1",
        "attributes": [
            {"userDefinedId": "speed", "schemaType": "double", "unit": "m/s"},
            {"userDefinedId": "icing", "schemaType": "boolean", "description": "Ice on it"},
        ],
    }
]


@pytest.fixture
def capture(exchange: AvistaDigitalExchange) -> DataCapture:
    """A capture that is READY."""
    created = exchange.dataCapture.createCapture("Night test", "Masts at night")
    exchange.dataCapture.updateDataModel(created.captureId, ASSETS)
    return exchange.dataCapture.getCapture(created.captureId)


@pytest.fixture
def running(exchange: AvistaDigitalExchange, capture: DataCapture) -> str:
    """The ID of a capture that is CAPTURING."""
    exchange.dataCapture.startCapture(capture.captureId)
    return capture.captureId


def record(index: int, **values: Any) -> dict[str, Any]:
    return {"timestamp": START + index, "attributeValues": values or {"speed": index}}


class TestCaptures:
    def test_capture_is_ready_once_it_has_a_data_model(
        self, exchange: AvistaDigitalExchange
    ) -> None:
        created = exchange.dataCapture.createCapture("Night test")
        assert (created.displayName, created.captureType) == ("Night test", "STANDARD")
        assert created.state == "CONFIGURATION_ERROR"
        model = exchange.dataCapture.updateDataModel(created.captureId, ASSETS)
        (asset,) = model.items
        assert (model.state, asset.displayName) == ("GOOD", "Mast 1")
        speed, icing = asset.attributes
        assert (speed.displayName, speed.schemaType, speed.unit) == ("speed", "double", "m/s")
        assert (icing.attributeType, icing.description) == ("TELEMETRY", "Ice on it")
        assert exchange.dataCapture.getDataModel(created.captureId) == model
        ready = exchange.dataCapture.getCapture(created.captureId)
        assert (ready.state, ready.dataModel) == ("READY", model)
        assert exchange.dataCapture.getCapture(created.captureId, False).dataModel is None

    @pytest.mark.parametrize("form", ["returned", "assets", "file"])
    def test_data_model_of_another_capture_is_accepted(
        self, form: str, exchange: AvistaDigitalExchange, capture: DataCapture, tmp_path: Path
    ) -> None:
        model: Any = exchange.dataCapture.getDataModel(capture.captureId)
        items = model.items
        if form == "assets":
            model = items
        if form == "file":
            exchange.dataCapture.downloadDataModel(capture.captureId, tmp_path / "model.json")
            model = json.loads((tmp_path / "model.json").read_bytes())
        created = exchange.dataCapture.createCapture("Second night")
        assert exchange.dataCapture.updateDataModel(created.captureId, model).items == items

    @pytest.mark.parametrize("model", [{}, {"assets": []}, {"assets": None}, None, "x", 5])
    def test_data_model_without_assets_is_refused_before_a_request(
        self, model: Any, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match="assets must be a non-empty list"):
            fake_platform_client.dataCapture.updateDataModel("dataCapture.1", model)

    def test_list_follows_every_page(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        capture = {
            "captureId": "c",
            "captureType": "STANDARD",
            "displayName": "C",
            "ownerUserId": "u",
            "state": "READY",
            "dateCreated": "d",
            "dateUpdated": "d",
        }
        operation = "dataCapture_listCaptures"
        pages = ({"captures": [capture, None], "nextToken": "n"}, {"captures": [capture]})
        fake_platform.add_data(operation, *pages)
        assert len(fake_platform_client.dataCapture.listCaptures()) == 2
        assert [sent.get("nextToken") for sent in fake_platform.variables(operation)] == [None, "n"]

    def test_list_contains_own_captures(
        self, exchange: AvistaDigitalExchange, capture: DataCapture
    ) -> None:
        assert capture in exchange.dataCapture.listCaptures(True)
        ids = [each.captureId for each in exchange.dataCapture.listCaptures() if not each.dataModel]
        assert capture.captureId in ids

    def test_update_sends_flags_for_what_is_passed(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data("dataCapture_updateCapture", None)
        with pytest.raises(NotFoundError):
            fake_platform_client.dataCapture.updateCapture(
                "c", description="", scheduledStopTime="2024-05-01T02:00:00+02:00"
            )
        (sent,) = fake_platform.variables("dataCapture_updateCapture")
        flags = {name for name, value in sent.items() if value is True}
        assert flags == {"updateDescription", "updateScheduledStopTime"}
        assert (sent["description"], sent["displayName"]) == (None, None)
        assert sent["scheduledStopTime"] == "2024-05-01T00:00:00.000Z"

    def test_update_changes_names_and_times(
        self, exchange: AvistaDigitalExchange, capture: DataCapture
    ) -> None:
        changed = exchange.dataCapture.updateCapture(
            capture.captureId,
            displayName="Day test",
            startTimeType="scheduled",
            scheduledStartTime=datetime(2099, 5, 1, tzinfo=UTC),
        )
        times = changed.timeSettings
        assert times is not None
        assert (changed.displayName, changed.description) == ("Day test", "Masts at night")
        assert (times.startTimeType, times.state) == ("SCHEDULED", "GOOD")
        assert (times.scheduledStartTime or "").startswith("2099-05-01T00:00:00")

    def test_update_without_changes_is_refused(
        self, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match="must be passed"):
            fake_platform_client.dataCapture.updateCapture("c")

    def test_deleted_capture_is_gone(
        self, exchange: AvistaDigitalExchange, capture: DataCapture
    ) -> None:
        assert exchange.dataCapture.deleteCapture(capture.captureId).captureId == capture.captureId
        with pytest.raises(NotFoundError):
            exchange.dataCapture.getCapture(capture.captureId)

    def test_token_works_for_its_capture_alone(
        self,
        exchange: AvistaDigitalExchange,
        connect: Connect,
        local: LocalExchange,
        capture: DataCapture,
    ) -> None:
        token = exchange.dataCapture.getCaptureToken(capture.captureId)
        assert (token.tokenType, token.scope) == ("DATA_CAPTURE_READ_WRITE", [capture.captureId])
        with pytest.raises(TypeError, match="can't be pickled"):
            pickle.dumps(token)
        device = connect(token.tokenValue, endpoint=local.endpoint)
        assert device.dataCapture.startCapture(capture.captureId).success
        with pytest.raises(UnauthorizedError):
            device.dataCapture.getCapture(local.captureId)
        exchange.dataCapture.regenerateCaptureToken(capture.captureId)
        with pytest.raises(UnauthorizedError):
            device.dataCapture.stopCapture(capture.captureId)

    def test_sample_is_a_program(
        self, exchange: AvistaDigitalExchange, capture: DataCapture
    ) -> None:
        sample = exchange.dataCapture.getPythonSDKSample(capture.captureId)
        assert capture.captureId in sample
        compile(sample, "sample.py", "exec")


class TestData:
    def test_published_values_are_downloaded_as_csv(
        self, exchange: AvistaDigitalExchange, capture: DataCapture, tmp_path: Path
    ) -> None:
        identifier = capture.captureId
        started = exchange.dataCapture.startCapture(identifier)
        assert (started.success, started.captureId, started.error) == (True, identifier, None)
        assert started.capture.state == "CAPTURING"
        assert started.startedAt
        exchange.dataCapture.publishData(identifier, [record(0, speed=4.5, icing=True)])
        assert exchange.dataCapture.downloadData(identifier, tmp_path / "active.csv") is True
        exchange.dataCapture.publishData(identifier, [record(1, speed=5)])
        stopped = exchange.dataCapture.stopCapture(identifier)
        assert (stopped.success, stopped.error) == (True, None)
        assert (stopped.stoppedAt or "") >= started.startedAt
        exchange.dataCapture.downloadData(identifier, tmp_path)
        active = (tmp_path / "active.csv").read_text().splitlines()
        full = (tmp_path / "Night test.csv").read_text().splitlines()
        assert active[0] == full[0] == "timestamp,speed,icing"
        assert [line.partition(",")[2] for line in active[1:]] == ["4.5,true"]
        assert [line.partition(",")[2] for line in full[1:]] == ["4.5,true", "5,"]

    def test_capture_without_data_is_not_downloaded(
        self, exchange: AvistaDigitalExchange, capture: DataCapture, tmp_path: Path
    ) -> None:
        with pytest.raises(NotFoundError, match="no recorded data; it is READY"):
            exchange.dataCapture.downloadData(capture.captureId, tmp_path / "x.csv")
        assert list(tmp_path.iterdir()) == []

    def test_failed_export_is_an_error(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        state = {
            "captureId": "c",
            "captureType": "STANDARD",
            "displayName": "C",
            "ownerUserId": "u",
            "state": "COMPLETION_ERROR",
            "dateCreated": "d",
            "dateUpdated": "d",
        }
        fake_platform.add_data("dataCapture_getCapture", state)
        export = {"state": "FAILED", "logs": ["disk full"]}
        fake_platform.add_data("dataCapture_getDataExportDownloadUrl", export)
        with pytest.raises(TransferError, match="disk full"):
            fake_platform_client.dataCapture.downloadData("c", tmp_path)

    def test_values_are_written_and_rejected_one_by_one(
        self, exchange: AvistaDigitalExchange, running: str
    ) -> None:
        data = [
            record(0, speed=1.5, icing="cold"),
            DxTypes.CaptureDataRecordInput(
                "2024-05-01T00:00:01Z", "ISO8601", {"height": 1, "speed": 2}
            ),
        ]
        result = exchange.dataCapture.publishData(running, data)
        assert result.success is True
        assert [(one.attributeId, one.attributeValue) for one in result.recordsWritten] == [
            ("speed", "1.5"),
            ("speed", "2"),
        ]
        assert result["recordsWritten"][1]["timestamp"] == str(START + 1000)
        icing, height = result.recordsFailed
        assert (icing.attributeId, icing.attributeValue) == ("icing", "cold")
        assert (icing.timestamp, icing.timeUnit) == (str(START), "MILLISECONDS")
        assert (icing.errorType, height.errorType) == ("ValueTypeError", "InvalidAttributeId")
        assert (height.attributeId, height.recordIndex, height.attributeIndex) == ("height", 1, 0)
        assert result.error
        shown = json.loads(str(result))
        assert shown == result.toDict()
        assert shown["recordsFailed"][0]["attributeId"] == "icing"

    def test_failures_of_later_batches_have_their_own_indexes(
        self, exchange: AvistaDigitalExchange, running: str
    ) -> None:
        data = [record(index) for index in range(149)] + [record(149, speed="fast")]
        result = exchange.dataCapture.publishData(running, data)
        assert len(result.recordsWritten) == 149
        (failed,) = result.recordsFailed
        assert (failed.recordIndex, failed.attributeValue) == (149, "fast")

    @pytest.mark.parametrize(
        ("timestamp", "unit", "sent"),
        [
            (1714521600, "SECONDS", "1714521600000"),
            ("1714521600000", DxTypes.TimeUnitEnum.MILLISECONDS, "1714521600000"),
            (1714521600000999, "MICROSECONDS", "1714521600000"),
            (-1, "MICROSECONDS", "-1"),
            ("2024-05-01T00:00:00.0009Z", "ISO8601", "1714521600000"),
            (datetime(2024, 5, 1, tzinfo=UTC), None, "1714521600000"),
        ],
    )
    def test_time_is_sent_in_milliseconds(
        self,
        timestamp: Any,
        unit: Any,
        sent: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        fake_platform.add_data("dataCapture_publishData", {"captureId": "c"})
        record = DxTypes.CaptureDataRecordInput(timestamp, unit, {"speed": True})
        result = fake_platform_client.dataCapture.publishData("c", [record])
        assert (result.recordsWritten, result.recordsFailed, result.error) == ([], [], None)
        (variables,) = fake_platform.variables("dataCapture_publishData")
        values = [{"userDefinedId": "speed", "value": "true"}]
        assert variables["data"] == [{"timestamp": sent, "attributeValues": values}]

    def test_existing_records_after_an_attempt_without_response_are_unknown(
        self, connect: Connect, fake_platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use_options(monkeypatch, initial_retry_delay=0.001)
        client = connect("token", endpoint=ENDPOINT, maxRetries=1)
        fake_platform.add_responses("dataCapture_publishData", FakeResponse(502))
        failed = [{"recordIndex": 1, "attributeIndex": 0, "errorType": "RecordExists"}]
        fake_platform.add_data(
            "dataCapture_publishData", {"captureId": "c", "failedRecords": failed}
        )
        with pytest.raises(PublishIncompleteError) as caught:
            client.dataCapture.publishData("c", [record(0), record(1)])
        assert (caught.value.written, caught.value.unknown) == ([0], [1])

    def test_capture_in_the_wrong_state_is_an_error(
        self, exchange: AvistaDigitalExchange, capture: DataCapture
    ) -> None:
        with pytest.raises(InvalidRequestError):
            exchange.dataCapture.stopCapture(capture.captureId)
        with pytest.raises(InvalidRequestError):
            exchange.dataCapture.publishData(capture.captureId, [record(0)])
        assert exchange.dataCapture.getCapture(capture.captureId) == capture
