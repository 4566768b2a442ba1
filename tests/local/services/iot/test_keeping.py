"""IoT and capture data after a restart of the exchange."""

import time

import pytest

from avista_digital_exchange_sdk.local import LocalExchange

from ..data_capture.conftest import FULL_EXPORT, START, STOP
from ..data_capture.conftest import PUBLISH as PUBLISH_CAPTURE
from .conftest import GET_ENDPOINT, PUBLISH, record
from .test_telemetry import LAST_VALUES


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


def test_telemetry_and_tokens_survive_a_restart(folder, connect_graphql):
    with LocalExchange(data=folder) as local:
        client = connect_graphql(local)
        data = [record(5, Power="1.50"), record(7, Energy="3")]
        assert client.run(PUBLISH, id=local.iotEndpointId, data=data)["failedRecords"] == []
        before = client.run(GET_ENDPOINT, id=local.iotEndpointId)
    with LocalExchange(data=folder) as again:
        client = connect_graphql(again)
        assert again.tokens == local.tokens
        assert client.run(GET_ENDPOINT, "endpoint", id=again.iotEndpointId) == before
        data.append(record(9, Power="2"))
        result = client.run(PUBLISH, "endpoint", id=again.iotEndpointId, data=data)
        errors = [failed["errors"][0]["errorType"] for failed in result["failedRecords"]]
        assert errors == ["DUPLICATE_ENTRY"] * 2
        (latest,) = client.run(LAST_VALUES, id=again.iotEndpointId)["data"]
        assert [entry["value"] for entry in latest["telemetryValues"][:2]] == ["2", "3"]


def test_unfinished_capture_is_finished_after_a_restart(folder, connect_graphql, monkeypatch):
    with LocalExchange(data=folder) as local:
        client = connect_graphql(local)
        client.run(START, id=local.captureId)
        values = [{"userDefinedId": local.captureAttributeId, "value": "1"}]
        data = [{"timestamp": "1000", "attributeValues": values}]
        client.run(PUBLISH_CAPTURE, "capture", id=local.captureId, data=data)

        async def nothing(_capture):
            raise RuntimeError("The exchange ended before the export was written.")

        monkeypatch.setattr(local.exchange.capture_exports, "write_full", nothing)
        assert client.run(STOP, "capture", id=local.captureId)["state"] == "FINISHING"
    with LocalExchange(data=folder) as again:
        client = connect_graphql(again)
        while (export := client.run(FULL_EXPORT, id=again.captureId))["state"] == "IN_PROGRESS":
            time.sleep(0.02)
        text = client.http.get(export["url"]).raise_for_status().text
        assert text.splitlines()[1] == "1970-01-01 00:00:01.000000000,1,,,"
    with LocalExchange(data=folder) as again:
        client = connect_graphql(again)
        export = client.run(FULL_EXPORT, "capture", id=again.captureId)
        assert client.http.get(export["url"]).raise_for_status().text == text
