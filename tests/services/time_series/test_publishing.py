"""Publishing records: batches, merged responses, and an exact account of written records."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from avista_digital_exchange_sdk import (
    ApiError,
    AvistaDigitalExchange,
    ConnectionFailedError,
    InvalidParameterError,
    InvalidRequestError,
    PublishIncompleteError,
    ServerError,
    TimeSeriesAssetData,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.fake_platform import (
    ENDPOINT,
    TOKEN,
    FakePlatform,
    FakeResponse,
    error_response,
    graphql_error,
)
from ...support.proxy import Proxy
from ...support.sample_records import START, multi_record, numbered_records, single_record

PUBLISH = "timeSeriesDb_publishToDatabase"


def values(assets: list[TimeSeriesAssetData]) -> list[str]:
    (asset,) = assets
    (attribute,) = asset.attributes
    return [point.value for point in attribute.data]


def latest(exchange: AvistaDigitalExchange, database: str) -> dict[str, str]:
    (asset,) = exchange.listTimeSeriesAssetsAndLatestValues(database)
    return {attribute.name: attribute.lastValue for attribute in asset.attributes}


@pytest.fixture
def sequential_client(fake_platform: FakePlatform, connect: Connect) -> AvistaDigitalExchange:
    """A client of the fake platform that sends one batch after the other, and does not retry."""
    return connect(TOKEN, endpoint=ENDPOINT, maxRetries=0, maxConcurrency=1)


class TestWrittenRecords:
    def test_documented_example_is_published(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        dimensions = [
            exchange.createTimeSeriesDimension("VARCHAR", "name", "Asset 1 Name"),
            exchange.createTimeSeriesDimension("VARCHAR", "Dimension2Name", "Dimension2Value"),
        ]
        measureValues = [
            exchange.createTimeSeriesMeasureValue("VARCHAR", "Measure 1", "a string..."),
            exchange.createTimeSeriesMeasureValue("BIGINT", "Measure 2", "321"),
        ]
        batch = [
            exchange.createTimeSeriesInputRecord(
                str(time), "SECONDS", "entry", "MULTI", None, measureValues, dimensions, 1
            )
            for time in (1662155081, 1662155082)
        ]
        (asset,) = exchange.publishToTimeSeriesDatabase(database, "asset1", batch)
        assert (asset.assetId, asset.name) == ("asset1", "Asset 1 Name")
        first, second = asset.attributes
        assert (first.name, first.attributeType) == ("Measure 1", "VARCHAR")
        assert (second.name, second.attributeType) == ("Measure 2", "BIGINT")
        assert (second.lastValue, second.lastValueTime) == ("321", "2022-09-02T21:44:42.000Z")
        assert [(point.timestamp, point.value) for point in second.data] == [
            ("2022-09-02T21:44:41.000Z", "321"),
            ("2022-09-02T21:44:42.000Z", "321"),
        ]

    def test_written_values_share_equal_parts_and_change_independently(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        records = [multi_record(exchange, START + i, {"kW": 1.5, "V": 230.0}) for i in range(150)]
        (asset,) = exchange.publishToTimeSeriesDatabase(database, "meter", records)
        V, kW = asset.attributes
        assert all(
            one.timestamp is other.timestamp for one, other in zip(kW.data, V.data, strict=True)
        )
        first, second = kW.data[:2]
        assert first.model_fields_set is second.model_fields_set
        copy = first.model_copy()
        first.value, first.timestamp = "2", "2024-01-01T00:00:00Z"
        assert (second.value, copy.value, V.data[0].timestamp) == ("1.5", "1.5", copy.timestamp)
        assert first.model_dump(exclude_unset=True) == {
            "timestamp": "2024-01-01T00:00:00Z",
            "value": "2",
        }

    def test_keyword_arguments_are_accepted(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        written = exchange.publishToTimeSeriesDatabase(
            timeSeriesDbId=database, assetId="meter", records=numbered_records(exchange, 1)
        )
        assert values(written) == ["0"]

    @pytest.mark.parametrize(
        ("kind", "value", "stored"),
        [
            ("DOUBLE", "18.80", "18.80"),
            ("DOUBLE", 0.1 + 0.2, "0.30000000000000004"),
            ("DOUBLE", Decimal("1.10"), "1.10"),
            ("BIGINT", 2**63 - 1, "9223372036854775807"),
            ("VARCHAR", 'Grüße, "quoted"\n', 'Grüße, "quoted"\n'),
            ("BOOLEAN", True, "true"),
            (
                "TIMESTAMP",
                datetime(2024, 3, 19, 10, 39, 31, 942_001, UTC),
                "2024-03-19 10:39:31.942001000",
            ),
        ],
    )
    def test_published_values_keep_their_text(
        self,
        kind: str,
        value: Any,
        stored: str,
        exchange: AvistaDigitalExchange,
        database: str,
    ) -> None:
        record = single_record(exchange, START * 10**6, "m", value, kind=kind, unit="MICROSECONDS")
        assert values(exchange.publishToTimeSeriesDatabase(database, "meter", [record])) == [stored]
        assert latest(exchange, database) == {"m": stored}

    def test_published_nanoseconds_keep_their_digits(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        record = single_record(exchange, START * 10**9 + 123_456_789, unit="NANOSECONDS")
        (asset,) = exchange.publishToTimeSeriesDatabase(database, "meter", [record])
        assert asset.attributes[0].lastValueTime == "2023-11-14T22:13:20.123456789Z"

    def test_publishing_the_same_records_again_changes_nothing(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        exchange.publishToTimeSeriesDatabase(database, "meter", numbered_records(exchange, 3))
        exchange.publishToTimeSeriesDatabase(database, "meter", numbered_records(exchange, 3))
        assert latest(exchange, database) == {"kW": "2"}

    def test_higher_version_replaces_a_record(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        exchange.publishToTimeSeriesDatabase(database, "meter", [single_record(exchange, START)])
        newer = single_record(exchange, START, value="2", version=2)
        exchange.publishToTimeSeriesDatabase(database, "meter", [newer])
        assert latest(exchange, database) == {"kW": "2"}

    def test_records_may_come_from_any_iterable(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        several = iter(numbered_records(exchange, 3))
        assert values(exchange.publishToTimeSeriesDatabase(database, "meter", several)) == [
            "0",
            "1",
            "2",
        ]


class TestRequests:
    def test_batches_contain_100_records(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, database: str
    ) -> None:
        written = proxied_client.publishToTimeSeriesDatabase(
            database, "meter", numbered_records(proxied_client, 250)
        )
        sent = [
            [record["MeasureValue"] for record in request.operation["variables"]["data"]["records"]]
            for request in proxy.messages_named(PUBLISH)
        ]
        expected = [str(n) for n in range(250)]
        assert sorted(sent, key=lambda batch: int(batch[0])) == [
            expected[:100],
            expected[100:200],
            expected[200:],
        ]
        assert values(written) == expected

    def test_records_are_sent_under_the_names_of_the_schema(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(PUBLISH, [])
        record = multi_record(fake_platform_client, 1, {"kW": 12.5, "on": True}, name="Roof")
        fake_platform_client.publishToTimeSeriesDatabase("db", "meter", [record])
        (sent,) = fake_platform.variables(PUBLISH)
        assert sent == {
            "timeSeriesDbId": "db",
            "assetId": "meter",
            "data": {
                "records": [
                    {
                        "Time": "1",
                        "TimeUnit": "SECONDS",
                        "MeasureName": "measurements",
                        "MeasureValueType": "MULTI",
                        "MeasureValues": [
                            {"Name": "kW", "Type": "DOUBLE", "Value": "12.5"},
                            {"Name": "on", "Type": "BOOLEAN", "Value": "true"},
                        ],
                        "Dimensions": [
                            {"DimensionValueType": "VARCHAR", "Name": "name", "Value": "Roof"}
                        ],
                        "Version": 1,
                    }
                ]
            },
        }

    def test_responses_about_one_asset_are_merged_in_order(
        self, fake_platform: FakePlatform, sequential_client: AvistaDigitalExchange
    ) -> None:
        def response(name: str | None, attribute: str, time: str, value: str) -> list[Any]:
            point = {"timestamp": time, "value": value}
            return [
                {
                    "assetId": "meter",
                    "name": name,
                    "attributes": [
                        {
                            "attributeType": "DOUBLE",
                            "lastValue": value,
                            "lastValueTime": time,
                            "name": attribute,
                            "data": [point, None],
                        },
                        None,
                    ],
                },
                None,
            ]

        fake_platform.add_data(
            PUBLISH,
            response("Old name", "kW", "2024-01-01T00:00:02.000Z", "2"),
            response(None, "V", "2024-01-01T00:00:01.000Z", "230"),
            response("New name", "kW", "2024-01-01T00:00:01.000000001Z", "1"),
        )
        written = sequential_client.publishToTimeSeriesDatabase(
            "db", "meter", numbered_records(sequential_client, 201)
        )
        (asset,) = written
        assert asset.name == "New name"
        kw, volt = asset.attributes
        assert (kw.name, volt.name) == ("kW", "V")
        assert [point.value for point in kw.data] == ["2", "1"]
        # The latest value is kept, not that of the last response.
        assert (kw.lastValue, kw.lastValueTime) == ("2", "2024-01-01T00:00:02.000Z")


class TestPartialFailures:
    def test_rejected_records_are_named_and_all_others_written(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        for index in (5, 230):
            conflicting = single_record(exchange, START + index, value="-1")
            exchange.publishToTimeSeriesDatabase(database, "meter", [conflicting])
        with pytest.raises(PublishIncompleteError) as caught:
            exchange.publishToTimeSeriesDatabase(database, "meter", numbered_records(exchange, 250))
        incomplete = caught.value
        assert incomplete.rejected.keys() == {5, 230}
        assert "version" in incomplete.rejected[5]
        assert incomplete.written == [n for n in range(250) if n not in (5, 230)]
        assert incomplete.unknown == incomplete.notSent == []
        assert "248 of 250 records were written (0-4, 6-229, 231-249)" in str(incomplete)
        assert "2 were rejected (5, 230)" in str(incomplete)
        assert isinstance(incomplete.__cause__, ApiError)
        assert latest(exchange, database) == {"kW": "249"}

    def test_single_rejected_record_is_named(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        exchange.publishToTimeSeriesDatabase(database, "meter", [single_record(exchange, START)])
        with pytest.raises(PublishIncompleteError) as caught:
            exchange.publishToTimeSeriesDatabase(
                database, "meter", [single_record(exchange, START, value="2")]
            )
        assert caught.value.written == []
        assert caught.value.rejected.keys() == {0}

    def test_failed_batch_is_reported_as_unknown(
        self, connect: Connect, local: LocalExchange, proxy: Proxy, database: str
    ) -> None:
        client = connect(local.token, endpoint=proxy.endpoint, maxRetries=0, maxConcurrency=1)
        proxy.responses[PUBLISH] = [None, FakeResponse(503, b"<html>busy</html>")]
        with pytest.raises(PublishIncompleteError) as caught:
            client.publishToTimeSeriesDatabase(database, "meter", numbered_records(client, 250))
        incomplete = caught.value
        assert incomplete.written == list(range(100))
        assert incomplete.unknown == list(range(100, 200))
        assert incomplete.notSent == list(range(200, 250))
        assert "100 of 250 records were written (0-99)" in str(incomplete)
        assert "100 may have been written (100-199)" in str(incomplete)
        assert "50 were not sent (200-249)" in str(incomplete)
        assert isinstance(incomplete.__cause__, ServerError)
        assert latest(client, database) == {"kW": "99"}

    def test_refused_batch_is_reported_as_not_written(
        self, fake_platform: FakePlatform, sequential_client: AvistaDigitalExchange
    ) -> None:
        denied = error_response(
            graphql_error("Unauthorized", "Not Authorized to access this field")
        )
        fake_platform.add_responses(PUBLISH, {"data": {PUBLISH: []}}, denied)
        with pytest.raises(PublishIncompleteError) as caught:
            sequential_client.publishToTimeSeriesDatabase(
                "db", "meter", numbered_records(sequential_client, 250)
            )
        assert caught.value.written == list(range(100))
        assert caught.value.unknown == []
        assert caught.value.notSent == list(range(100, 250))
        assert isinstance(caught.value.__cause__, UnauthorizedError)

    def test_disconnected_batch_is_reported_as_unknown(
        self, fake_platform: FakePlatform, sequential_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_responses(PUBLISH, {"data": {PUBLISH: []}}, httpx.ReadError("reset"))
        with pytest.raises(PublishIncompleteError) as caught:
            sequential_client.publishToTimeSeriesDatabase(
                "db", "meter", numbered_records(sequential_client, 101)
            )
        assert caught.value.unknown == [100]
        assert isinstance(caught.value.__cause__, ConnectionFailedError)

    def test_interrupted_publishing_reports_what_was_written(
        self, fake_platform: FakePlatform, sequential_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_responses(PUBLISH, {"data": {PUBLISH: []}}, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt) as caught:
            sequential_client.publishToTimeSeriesDatabase(
                "db", "meter", numbered_records(sequential_client, 250)
            )
        (note,) = caught.value.__notes__
        assert "100 of 250 records were written (0-99)" in note
        assert "100 may have been written (100-199)" in note

    def test_rejections_are_parsed_from_any_error(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        rejections = [
            {"RecordIndex": 1, "Reason": "too old"},
            {"RecordIndex": "2"},
            None,
            {"RecordIndex": 0},
        ]
        rejected = graphql_error(
            "RejectedRecordsException", "some", errorInfo={"RejectedRecords": rejections}
        )
        fake_platform.add_responses(PUBLISH, error_response("no object", rejected))
        with pytest.raises(PublishIncompleteError) as caught:
            fake_platform_client.publishToTimeSeriesDatabase(
                "db", "meter", numbered_records(fake_platform_client, 3)
            )
        assert caught.value.rejected == {1: "too old", 0: "no reason given"}
        assert caught.value.written == [2]


class TestCompleteFailures:
    def test_first_failure_is_raised_unchanged(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_responses(
            PUBLISH, FakeResponse(500), error_response(graphql_error("ValidationException", "no"))
        )
        with pytest.raises(ServerError) as caught:
            fake_platform_client.publishToTimeSeriesDatabase(
                "d", "a", numbered_records(fake_platform_client, 2)
            )
        assert "2 may have been written (0-1)" in caught.value.__notes__[0]
        with pytest.raises(InvalidRequestError):
            fake_platform_client.publishToTimeSeriesDatabase(
                "d", "a", numbered_records(fake_platform_client, 2)
            )

    def test_reader_cannot_publish(self, connect: Connect, local: LocalExchange) -> None:
        reader = connect(local.tokens["reader"], endpoint=local.endpoint)
        with pytest.raises(UnauthorizedError):
            reader.publishToTimeSeriesDatabase(
                local.timeSeriesDbId, "meter", numbered_records(reader, 1)
            )

    @pytest.mark.parametrize(
        "invalid_records", [None, [], (), "records", b"records", 7, {}, {"a": 1}]
    )
    def test_records_must_be_a_non_empty_list(
        self,
        invalid_records: Any,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        with pytest.raises(
            InvalidParameterError, match=r"^records must be a .*list of TimeSeriesInput"
        ):
            fake_platform_client.publishToTimeSeriesDatabase("db", "meter", invalid_records)
        assert fake_platform.requests == []

    @pytest.mark.parametrize("wrong", [None, {}, "record", {"time": "1"}])
    def test_invalid_record_is_named_before_anything_is_sent(
        self, wrong: Any, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        invalid_records = [*numbered_records(fake_platform_client, 150), wrong]
        with pytest.raises(InvalidParameterError, match=r"^records\[150\] must be .*InputRecord"):
            fake_platform_client.publishToTimeSeriesDatabase("db", "meter", invalid_records)
        assert fake_platform.requests == []

    def test_record_modified_after_creation_is_named(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        invalid_records = numbered_records(fake_platform_client, 3)
        invalid_records[2].measureValue = "much"
        with pytest.raises(
            InvalidParameterError, match=r"^records\[2\]\.measureValue must be .*got 'much'"
        ):
            fake_platform_client.publishToTimeSeriesDatabase("db", "meter", invalid_records)
        assert fake_platform.requests == []
