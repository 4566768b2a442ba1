"""Publishing records of endpoints, and their latest values."""

import copy
import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    ConnectionFailedError,
    InvalidRequestError,
    InvalidResponseError,
    IotEndpoint,
    IotHub,
    NotFoundError,
    PublishIncompleteError,
    PublishIotDataResult,
    RateLimitError,
    ServerError,
)

from ...conftest import Connect
from ...support.fake_platform import ENDPOINT, FakePlatform, FakeResponse, error_response
from ...support.fake_platform import graphql_error as platform_error
from ...support.options import use_options

START = 1714521600
SECOND = {"timeUnit": "SECONDS"}


def record(second: int, **attributes: Any) -> dict[str, Any]:
    return {"timestamp": START + second, **SECOND, "attributes": attributes or {"Power": second}}


def response(written: list[int], duplicates: list[int] = []) -> dict[str, Any]:  # noqa: B006  # never changed
    """The response of the platform, by the seconds of the records."""
    return {
        "iotEndpointId": "e",
        "recordsWritten": [{"timestamp": f"{START + second}000"} for second in written],
        "failedRecords": [
            {
                "record": {"timestamp": f"{START + second}000", "attributes": None},
                "errors": [{"errorType": "DUPLICATE_ENTRY", "errorMessage": "is there already"}],
            }
            for second in duplicates
        ],
    }


class TestPublishing:
    def test_records_are_written_and_rejected_one_by_one(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        data = [
            record(0, Power=4.2, Online=False, Status="running"),
            record(1, Power="strong"),
            record(0, Power=5),
            record(2, Voltage=1),
        ]
        before = copy.deepcopy(data)
        result = exchange.iot.publish(endpoint.iotEndpointId, data)
        assert data == before
        assert isinstance(result, PublishIotDataResult)
        assert result.iotEndpointId == endpoint.iotEndpointId
        (written,) = result.recordsWritten
        assert (written.timestamp, written.timeUnit) == ("1714521600000", "MILLISECONDS")
        assert {one.name: one.value for one in written.attributes} == {
            "Power": "4.2",
            "Online": "false",
            "Status": "running",
        }
        assert written.attributes[0].schemaType == "double"
        assert [failed.errors[0].errorType for failed in result.recordsFailed] == [
            "INCORRECT_VALUE_TYPE",
            "DUPLICATE_ENTRY",
            "UNEXPECTED_ATTRIBUTE",
        ]
        assert result.recordsFailed is result.failedRecords
        assert result.recordsFailed[0].record.attributes == []

    def test_properties_can_be_read_as_keys(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        result = exchange.iot.publish(endpoint.iotEndpointId, [record(0), record(1, Power="x")])
        assert result["recordsWritten"][0]["attributes"][0]["value"] == "0"
        assert result["recordsWritten"][0]["timeUnit"] == "MILLISECONDS"
        failed = result["recordsFailed"][0]
        assert failed["record"]["timestamp"] == "1714521601000"
        assert failed["errors"][0]["errorType"] == "INCORRECT_VALUE_TYPE"
        assert "recordsFailed" in result
        assert "records" not in result
        assert result.get("records", 7) == 7
        with pytest.raises(KeyError, match="records"):
            result["records"]
        with pytest.raises(KeyError, match="model_dump"):
            result["model_dump"]

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (True, "true"),
            (numpy.bool_(False), "false"),
            (0.1, "0.1"),
            (1e-7, "1e-07"),
            (2**63, "9223372036854775808"),
            (Decimal("1.10"), "1.10"),
            (numpy.float64(1.5), "1.5"),
            ("007", "007"),
            ("", ""),
            (datetime(2024, 5, 1, tzinfo=UTC), "2024-05-01T00:00:00.000Z"),
            (
                datetime(2024, 5, 1, 2, tzinfo=timezone(timedelta(hours=2))),
                "2024-05-01T00:00:00.000Z",
            ),
        ],
        ids=repr,
    )
    def test_value_is_sent_as_a_string_without_losing_digits(
        self,
        value: object,
        text: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        fake_platform.add_data("iot_publish", response([0]))
        fake_platform_client.iot.publish("e", [record(0, Power=value)])
        (variables,) = fake_platform.variables("iot_publish")
        assert variables["data"][0]["attributes"] == [{"name": "Power", "value": text}]

    @pytest.mark.parametrize(
        ("timestamp", "unit", "sent", "sent_unit"),
        [
            (1714521600, "SECONDS", "1714521600000", "MILLISECONDS"),
            ("1714521600000", None, "1714521600000", "MILLISECONDS"),
            (1714521600000001, "microseconds", "1714521600000001", "MICROSECONDS"),
            (1714521600000000001, "NANOSECONDS", "1714521600000000001", "NANOSECONDS"),
            (-1, "MICROSECONDS", "-1", "MICROSECONDS"),
            ("2024-05-01T00:00:00Z", "ISO8601", "1714521600000", "MILLISECONDS"),
            ("2024-05-01T02:00:00.5+02:00", "iso8601", "1714521600500", "MILLISECONDS"),
            ("2024-05-01T00:00:00.000001Z", "ISO8601", "1714521600000001", "MICROSECONDS"),
            ("2024-05-01T00:00:00.000000001Z", "ISO8601", "1714521600000000001", "NANOSECONDS"),
            (datetime(2024, 5, 1, tzinfo=UTC), None, "1714521600000", "MILLISECONDS"),
            (datetime(2024, 5, 1, 0, 0, 0, 1, UTC), "SECONDS", "1714521600000001", "MICROSECONDS"),
        ],
    )
    def test_time_is_sent_without_losing_digits(
        self,
        timestamp: object,
        unit: str | None,
        sent: str,
        sent_unit: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        fake_platform.add_data("iot_publish", response([0]))
        data = [{"timestamp": timestamp, "timeUnit": unit, "attributes": {"Power": 1}}]
        fake_platform_client.iot.publish("e", data)
        (variables,) = fake_platform.variables("iot_publish")
        (published,) = variables["data"]
        assert (published["timestamp"], published["timeUnit"]) == (sent, sent_unit)

    def test_record_without_a_timestamp_is_of_now(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        before = datetime.now(UTC).timestamp()
        result = exchange.iot.publish(endpoint.iotEndpointId, [{"attributes": {"Power": 1}}])
        time = int(result.recordsWritten[0].timestamp or 0) / 1000
        assert before - 0.001 <= time <= datetime.now(UTC).timestamp()

    def test_any_number_of_records_is_published_in_batches(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        reports: list[tuple[int, int | None]] = []
        result = exchange.iot.publish(
            endpoint.iotEndpointId,
            (record(second) for second in range(250)),
            progress=lambda *report: reports.append(report),
        )
        assert len(result.recordsWritten) == 250
        assert reports == [(100, 250), (200, 250), (250, 250)]

    def test_batch_is_small_enough_for_events(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data("iot_publish", *[response([])] * 3)
        wide = {f"attribute {number}": "x" * 100 for number in range(400)}
        fake_platform_client.iot.publish("e", [record(second, **wide) for second in range(5)])
        sizes = [len(sent["data"]) for sent in fake_platform.variables("iot_publish")]
        assert sorted(sizes) == [1, 2, 2]

    def test_null_lists_are_empty(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data("iot_publish", {"recordsWritten": None, "failedRecords": None})
        result = fake_platform_client.iot.publish("e", [record(0)])
        assert (result.recordsWritten, result.recordsFailed) == ([], [])

    def test_unknown_endpoint_is_an_error(self, exchange: AvistaDigitalExchange) -> None:
        with pytest.raises(NotFoundError):
            exchange.iot.publish("iotEndpointId.none", [record(0)])


class TestFailures:
    @pytest.fixture
    def client(
        self, connect: Connect, fake_platform: FakePlatform, monkeypatch: pytest.MonkeyPatch
    ) -> AvistaDigitalExchange:
        use_options(monkeypatch, initial_retry_delay=0.001)
        return connect("token", endpoint=ENDPOINT, maxRetries=1, maxConcurrency=1)

    def test_duplicates_after_an_attempt_without_response_are_unknown(
        self, fake_platform: FakePlatform, client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_responses("iot_publish", FakeResponse(502))
        fake_platform.add_data("iot_publish", response([1], [0, 2]))
        with pytest.raises(PublishIncompleteError, match=r"2 may have been written \(0, 2\)") as c:
            client.iot.publish("e", [record(second) for second in range(3)])
        assert (c.value.written, c.value.unknown, c.value.rejected) == ([1], [0, 2], {})

    def test_second_record_of_a_time_is_the_rejected_one(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        def stop(done: int, _total: int | None) -> None:
            if done == 3:
                raise ConnectionFailedError("stop")

        data = [record(0, Power=1), record(0, Power=2), record(1)]
        with pytest.raises(ConnectionFailedError) as caught:
            exchange.iot.publish(endpoint.iotEndpointId, data, progress=stop)
        (note,) = caught.value.__notes__
        assert "2 of 3 records were written (0, 2); 1 were rejected (1)" in note

    def test_duplicates_of_a_first_attempt_are_rejected(
        self, fake_platform: FakePlatform, client: AvistaDigitalExchange
    ) -> None:
        # Throttled requests have no effect.
        fake_platform.add_responses("iot_publish", FakeResponse(429))
        fake_platform.add_data("iot_publish", response([1], [0]))
        result = client.iot.publish("e", [record(0), record(1)])
        assert len(result.recordsFailed) == 1

    def test_batch_without_response_is_unknown(
        self, fake_platform: FakePlatform, client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data("iot_publish", response([*range(99)], [99]))
        fake_platform.add_responses("iot_publish", FakeResponse(502), FakeResponse(502))
        with pytest.raises(PublishIncompleteError) as caught:
            client.iot.publish("e", [record(second) for second in range(250)])
        error = caught.value
        assert error.written == [*range(99)]
        assert error.rejected == {99: "DUPLICATE_ENTRY: is there already"}
        assert error.unknown == [*range(100, 200)]
        assert error.notSent == [*range(200, 250)]
        assert isinstance(error.__cause__, ServerError)

    def test_batch_refused_after_records_of_unknown_outcome_does_not_hide_them(
        self, fake_platform: FakePlatform, client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_responses("iot_publish", FakeResponse(502))
        fake_platform.add_data("iot_publish", response([], [*range(100)]))
        fake_platform.add_responses("iot_publish", error_response(platform_error("BadRequest")))
        with pytest.raises(PublishIncompleteError) as caught:
            client.iot.publish("e", [record(second) for second in range(150)])
        assert caught.value.unknown == [*range(100)]
        assert isinstance(caught.value.__cause__, InvalidRequestError)

    def test_only_batch_that_fails_raises_its_own_error(
        self, fake_platform: FakePlatform, client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_responses(
            "iot_publish", *[error_response(platform_error("ThrottlingException"))] * 2
        )
        with pytest.raises(RateLimitError):
            client.iot.publish("e", [record(0)])

    def test_interruption_says_what_was_sent(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        def interrupt(*_: object) -> None:
            raise ConnectionFailedError("stop")

        with pytest.raises(ConnectionFailedError) as caught:
            exchange.iot.publish(
                endpoint.iotEndpointId, [record(n) for n in range(150)], progress=interrupt
            )
        # Those in flight are waited for.
        assert "150 of 150 records were written (0-149)" in caught.value.__notes__[0]


class TestLastValues:
    def test_latest_value_of_each_attribute_is_listed(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        data = [record(0, Power=1.5, Online=True), record(1, Power=2.5)]
        exchange.iot.publish(endpoint.iotEndpointId, data)
        values = exchange.iot.listEndpointLastValues(endpoint.iotEndpointId)
        assert [(value["attributeName"], value["lastValue"]) for value in values] == [
            ("Power", "2.5"),
            ("Online", "true"),
            ("Status", None),
            ("LastService", None),
        ]
        assert values[0]["timestamp"] == "1714521601000"
        assert (values[0].schemaType, values[2].timestamp) == ("double", None)
        assert {value.iotEndpointId for value in values} == {endpoint.iotEndpointId}

    def test_group_and_hub_list_all_endpoints_over_pages(
        self, exchange: AvistaDigitalExchange, hub: IotHub, endpoint: IotEndpoint
    ) -> None:
        names = [f"Value {number}" for number in range(200)]
        wide = exchange.iot.createNewModelVersion(
            endpoint.modelId, telemetry=[{"name": name, "schemaType": "double"} for name in names]
        )
        created = [
            exchange.iot.createEndpoint(hub.iotHubId, wide.modelId, f"Mast {number}")
            for number in range(2, 9)
        ]
        ids = [each.iotEndpointId for each in created]
        group = exchange.iot.createGroup(hub.iotHubId, "All", None, ids)
        pages: list[int] = []
        of_group = exchange.iot.listGroupLastValues(
            group.iotGroupId, progress=lambda page, _: pages.append(page)
        )
        assert pages == [1, 2]
        assert [(one.iotEndpointId, one.attributeName) for one in of_group] == [
            (identifier, name) for identifier in ids for name in names
        ]
        of_hub = exchange.iot.listHubLastValues(hub.iotHubId)
        assert {one.iotEndpointId for one in of_hub} == {endpoint.iotEndpointId, *ids}

    def test_result_is_written_to_a_file(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint, tmp_path: Path
    ) -> None:
        exchange.iot.publish(endpoint.iotEndpointId, [record(0, Power=1.5)])
        values = exchange.iot.listEndpointLastValues(endpoint.iotEndpointId, tmp_path)
        written = json.loads((tmp_path / "result.json").read_text())
        assert written == [value.model_dump(mode="json") for value in values]
        assert written[0]["lastValue"] == "1.5"

    def page(self, **fields: Any) -> dict[str, Any]:
        return {"clientToken": "c", "queryId": "q", "data": [], "resultStoredInS3": False} | fields

    def test_tokens_of_a_page_are_sent_for_the_next(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        operation = "iot_listEndpointLastValues"
        fake_platform.add_data(operation, self.page(nextToken="n"), self.page())
        assert fake_platform_client.iot.listEndpointLastValues("e") == []
        assert fake_platform.variables(operation) == [
            {"iotEndpointId": "e"},
            {"iotEndpointId": "e", "nextToken": "n", "clientToken": "c", "queryId": "q"},
        ]

    @pytest.mark.parametrize("wrapped", [False, True])
    def test_page_in_the_storage_is_downloaded(
        self,
        wrapped: bool,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        url = "https://bucket.test/page?Signature=1"
        fake_platform.add_data(
            "iot_listEndpointLastValues", self.page(resultStoredInS3=True, presignedUrl=url)
        )
        listed = [{"iotEndpointId": "e", "telemetryValues": [{"value": "1", "timestamp": "2"}]}]
        body = json.dumps({"data": listed} if wrapped else listed).encode()
        fake_platform.add_url_responses(f"GET {url}", FakeResponse(body=body))
        (value,) = fake_platform_client.iot.listEndpointLastValues("e")
        assert (value.lastValue, value.timestamp, value.attributeName) == ("1", "2", None)

    @pytest.mark.parametrize("body", [b"", b"7", b"{}", b'[{"secret": 1}]', b"<xml/>", b"\xff"])
    def test_page_in_another_format_is_an_error(
        self,
        body: bytes,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        url = "https://bucket.test/page?Signature=1"
        fake_platform.add_data(
            "iot_listEndpointLastValues", self.page(resultStoredInS3=True, presignedUrl=url)
        )
        fake_platform.add_url_responses(f"GET {url}", FakeResponse(body=body))
        with pytest.raises(InvalidResponseError, match="a page of last values") as caught:
            fake_platform_client.iot.listEndpointLastValues("e")
        assert "Signature" not in repr(caught.value)
