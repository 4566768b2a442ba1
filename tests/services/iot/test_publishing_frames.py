"""Publishing of DataFrames to endpoints, with the outcome of every row."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    IotHub,
    NotFoundError,
    PublishIncompleteError,
    PublishReport,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.fake_platform import FakeResponse
from ...support.options import use_options
from ...support.proxy import Proxy

WHOLE = ("2024-05-01", "2024-05-02")
START = pandas.Timestamp("2024-05-01T00:00:00Z")
PUBLISH, QUERY = "iot_publish", "iot_queryByTimeRange"
TYPES = {
    "Power": "double",
    "Count": "integer",
    "Online": "boolean",
    "Status": "string",
    "LastService": "dateTime",
}
SERIAL = count()


@pytest.fixture
def create_endpoint(exchange: AvistaDigitalExchange, hub: IotHub) -> Any:
    """Creates endpoints, each with a model of its own."""

    def create(**types: str) -> str:
        telemetry = [{"name": name, "schemaType": kind} for name, kind in types.items()]
        model = exchange.iot.createModel(f"Frames{next(SERIAL)}", telemetry=telemetry)
        return exchange.iot.createEndpoint(hub.iotHubId, model.modelId, "Mast").iotEndpointId

    return create


@pytest.fixture
def mast(create_endpoint: Any) -> str:
    """The ID of an endpoint with attributes of several types."""
    endpoint_id: str = create_endpoint(**TYPES)
    return endpoint_id


def times(*milliseconds: float) -> list[pandas.Timestamp]:
    return [START + pandas.Timedelta(ms, "ms") for ms in milliseconds]


class TestValues:
    def test_columns_are_published_in_the_types_of_the_model(
        self, exchange: AvistaDigitalExchange, mast: str
    ) -> None:
        frame = pandas.DataFrame(
            {
                "timestamp": times(0, 1, 1.000001),
                "Power": [1, 2, None],
                "Count": [5.0, numpy.nan, 7.0],
                "Online": [True, None, False],
                "Status": [7, 8, None],
                "LastService": [datetime(2024, 1, 1, tzinfo=UTC), None, pandas.NaT],
            }
        )
        report = exchange.iot.publishDataFrame(frame, iotEndpointId=mast)
        assert report == PublishReport(3, 9, 0, 0)
        table = exchange.iot.queryByTimeRangeToArrow(mast, list(TYPES), *WHOLE)
        assert table["timestamp"].cast(pyarrow.int64()).to_pylist() == [
            START.value,
            START.value + 1_000_000,
            START.value + 1_000_001,
        ]
        assert table.select(list(TYPES)).to_pydict() == {
            "Power": [1.0, 2.0, None],
            "Count": [5, None, 7],
            "Online": [True, None, False],
            "Status": ["7", "8", None],
            "LastService": [pandas.Timestamp("2024-01-01T00:00:00Z"), None, None],
        }

    @pytest.mark.parametrize("shape", ["wide", "long"])
    def test_results_of_queries_are_published_as_they_are(
        self, shape: Any, exchange: AvistaDigitalExchange, create_endpoint: Any
    ) -> None:
        frame = pandas.DataFrame({"timestamp": times(0, 1), "Power": [1.5, 2.5]})
        sources = [create_endpoint(Power="double", Count="integer") for _ in range(2)]
        for endpoint_id in sources:
            exchange.iot.publishDataFrame(frame.assign(Count=[3, 4]), iotEndpointId=endpoint_id)
        targets = [create_endpoint(Power="double", Count="integer") for _ in range(2)]
        result = exchange.iot.queryByTimeRangeToPolars(sources, None, *WHOLE, shape=shape)
        moved = result.with_columns(
            polars.col("iotEndpointId").replace(dict(zip(sources, targets, strict=True)))
        )
        assert exchange.iot.publishDataFrame(moved).valuesStored == 8
        copy = exchange.iot.queryByTimeRangeToPolars(targets, None, *WHOLE, shape=shape)
        assert copy.equals(moved)

    def test_rows_of_one_time_become_one_record(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, mast: str
    ) -> None:
        frame = pyarrow.table(
            {
                "timestamp": times(0, 1, 0),
                "Power": pyarrow.array([1.5, 2.5, None]),
                "Status": pyarrow.array([None, "off", "on"]),
            }
        )
        report = proxied_client.iot.publishDataFrame(frame, iotEndpointId=mast)
        assert report == PublishReport(3, 4, 0, 0)
        (sent,) = proxy.messages_named(PUBLISH)
        assert [len(record["attributes"]) for record in sent.operation["variables"]["data"]] == [
            2,
            2,
        ]

    def test_named_columns_alone_are_published(
        self, exchange: AvistaDigitalExchange, mast: str
    ) -> None:
        frame = pandas.DataFrame(
            {"when": ["2024-05-01T01:00", "2024-05-01T02:00"], "Power": [1, 2], "note": ["a", "b"]}
        )
        exchange.iot.publishDataFrame(
            frame,
            iotEndpointId=mast,
            timeColumn="when",
            timeZone="Europe/Vienna",
            measureColumns=["Power"],
        )
        rows = exchange.iot.queryDataByTimeRange(mast, ["Power"], "2024-04-30", "2024-05-01T12:00Z")
        assert [row["timestamp"] for row in rows] == [
            "2024-04-30 23:00:00.000000000",
            "2024-05-01 00:00:00.000000000",
        ]


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"Pwer": [1.0]}, r"frame: the model of IoT endpoint '.*' has no telemetry attribute "),
            ({"Count": [1.5]}, r"column 'Count' .*; the model has 'Count' as integer$"),
            ({"Power": [numpy.inf]}, r"row 0 of column 'Power' must be a finite number"),
            ({"timestamp": ["2024-05-01T00:00:00"]}, "must have timestamps with a time zone"),
        ],
    )
    def test_invalid_frame_is_refused_before_anything_is_sent(
        self,
        change: dict[str, Any],
        words: str,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        mast: str,
    ) -> None:
        frame = pandas.DataFrame({"timestamp": times(0), "Power": [1.5]} | change)
        with pytest.raises(InvalidParameterError, match=words):
            proxied_client.iot.publishDataFrame(frame, iotEndpointId=mast)
        assert PUBLISH not in proxy.names

    def test_misspelled_attribute_is_refused_with_the_nearest_name(
        self, exchange: AvistaDigitalExchange, mast: str
    ) -> None:
        frame = pandas.DataFrame({"timestamp": times(0), "power": [1.5]})
        with pytest.raises(InvalidParameterError, match="did you mean 'Power'"):
            exchange.iot.publishDataFrame(frame, iotEndpointId=mast)

    def test_different_values_of_one_time_are_refused(
        self, exchange: AvistaDigitalExchange, mast: str
    ) -> None:
        frame = pandas.DataFrame({"timestamp": times(0, 0), "Power": [1.5, 2.5]})
        with pytest.raises(
            InvalidParameterError, match="rows 0 and 1 both have a value of 'Power'"
        ):
            exchange.iot.publishDataFrame(frame, iotEndpointId=mast)

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ({}, "iotEndpointIdColumn must be one of the columns"),
            ({"iotEndpointId": " "}, "iotEndpointId must be a non-empty string"),
            ({"iotEndpointId": "e", "measureColumns": ["x"]}, "measureColumns must be one of"),
            ({"iotEndpointId": "e", "measureColumns": "x"}, "measureColumns must be a list"),
        ],
    )
    def test_invalid_arguments_are_refused_by_their_names(
        self, arguments: dict[str, Any], words: str, exchange: AvistaDigitalExchange
    ) -> None:
        frame = pandas.DataFrame({"timestamp": times(0), "Power": [1.5]})
        with pytest.raises(InvalidParameterError, match=f"^{words}"):
            exchange.iot.publishDataFrame(frame, **arguments)

    def test_unknown_endpoint_is_not_found(
        self, proxied_client: AvistaDigitalExchange, proxy: Proxy, mast: str
    ) -> None:
        frame = pandas.DataFrame(
            {"iotEndpointId": [mast, "nobody"], "timestamp": times(0, 0), "Power": [1.5, 2.5]}
        )
        with pytest.raises(NotFoundError):
            proxied_client.iot.publishDataFrame(frame)
        assert PUBLISH not in proxy.names


class TestOutcomes:
    def test_publishing_the_same_frame_again_changes_nothing(
        self, exchange: AvistaDigitalExchange, mast: str
    ) -> None:
        frame = pandas.DataFrame(
            {
                "timestamp": times(0, 1.000001, 2),
                "Power": [1.5, 2.5, None],
                "LastService": [START, None, START],
            }
        )
        assert exchange.iot.publishDataFrame(frame, iotEndpointId=mast).valuesStored == 4
        more = pandas.concat([frame, pandas.DataFrame({"timestamp": times(3), "Power": [7.0]})])
        report = exchange.iot.publishDataFrame(more, iotEndpointId=mast)
        assert report == PublishReport(4, 1, 0, 4)

    def test_rows_with_other_values_than_stored_ones_are_rejected(
        self, exchange: AvistaDigitalExchange, mast: str
    ) -> None:
        frame = pandas.DataFrame({"timestamp": times(0, 1, 2), "Power": [1.5, 2.5, 3.5]})
        exchange.iot.publishDataFrame(frame.iloc[:2], iotEndpointId=mast)
        frame.loc[1, "Power"] = 9.0
        with pytest.raises(PublishIncompleteError) as caught:
            exchange.iot.publishDataFrame(frame, iotEndpointId=mast)
        error = caught.value
        assert (error.unchanged, error.written) == ([0], [2])
        assert error.rejected == {
            1: "the endpoint has a record at this time already, with another value of 'Power'"
        }
        assert "1 of 3 rows were written (2)" in str(error)

    def test_rows_with_further_values_than_stored_ones_are_rejected(
        self, exchange: AvistaDigitalExchange, mast: str
    ) -> None:
        frame = pandas.DataFrame({"timestamp": times(0), "Power": [1.5], "Count": [3]})
        exchange.iot.publishDataFrame(frame[["timestamp", "Power"]], iotEndpointId=mast)
        with pytest.raises(PublishIncompleteError, match="without a value of 'Count'"):
            exchange.iot.publishDataFrame(frame, iotEndpointId=mast)

    def test_rows_of_several_endpoints_are_accounted_for(
        self, exchange: AvistaDigitalExchange, create_endpoint: Any
    ) -> None:
        first, second = (create_endpoint(Power="double") for _ in range(2))
        frame = pandas.DataFrame(
            {
                "iotEndpointId": [second, first, second, first],
                "timestamp": times(0, 0, 1, 1),
                "Power": [1.0, 2.0, 3.0, 4.0],
            }
        )
        exchange.iot.publishDataFrame(frame.iloc[:2].assign(Power=[1.0, 9.0]))
        with pytest.raises(PublishIncompleteError) as caught:
            exchange.iot.publishDataFrame(frame)
        error = caught.value
        assert (error.unchanged, error.written, [*error.rejected]) == ([0], [2, 3], [1])

    def test_lost_response_of_a_written_batch_is_found_out(
        self,
        exchange: AvistaDigitalExchange,
        connect: Connect,
        local: LocalExchange,
        proxy: Proxy,
        mast: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_options(monkeypatch, initial_retry_delay=0.001)
        frame = pandas.DataFrame({"timestamp": times(0, 1), "Power": [1.5, 2.5]})
        # The first attempt is written, but its response is lost.
        exchange.iot.publishDataFrame(frame, iotEndpointId=mast)
        proxy.responses[PUBLISH] = [FakeResponse(502)]
        client = connect(local.token, endpoint=proxy.endpoint, maxRetries=1)
        report = client.iot.publishDataFrame(frame, iotEndpointId=mast)
        assert report == PublishReport(2, 2, 0, 0)
        assert proxy.names.count(PUBLISH) == 2

    def test_duplicates_that_can_not_be_compared_are_rejected(
        self,
        exchange: AvistaDigitalExchange,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        mast: str,
    ) -> None:
        frame = pandas.DataFrame({"timestamp": times(0, 1), "Power": [1.5, 2.5]})
        exchange.iot.publishDataFrame(frame.iloc[:1], iotEndpointId=mast)
        proxy.responses[QUERY] = [FakeResponse(502)]
        with pytest.raises(PublishIncompleteError) as caught:
            proxied_client.iot.publishDataFrame(frame, iotEndpointId=mast)
        assert (caught.value.written, [*caught.value.rejected]) == ([1], [0])

    def test_duplicates_of_a_lost_response_that_can_not_be_compared_are_unknown(
        self,
        exchange: AvistaDigitalExchange,
        connect: Connect,
        local: LocalExchange,
        proxy: Proxy,
        mast: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_options(monkeypatch, initial_retry_delay=0.001)
        frame = pandas.DataFrame({"timestamp": times(0, 1), "Power": [1.5, 2.5]})
        exchange.iot.publishDataFrame(frame, iotEndpointId=mast)
        proxy.responses[PUBLISH] = [FakeResponse(502)]
        proxy.responses[QUERY] = [FakeResponse(502)] * 2
        client = connect(local.token, endpoint=proxy.endpoint, maxRetries=1)
        with pytest.raises(PublishIncompleteError) as caught:
            client.iot.publishDataFrame(frame, iotEndpointId=mast)
        assert (caught.value.unknown, caught.value.rejected) == ([0, 1], {})

    def test_interrupted_publish_says_what_was_written(
        self, local: LocalExchange, connect: Connect, mast: str
    ) -> None:
        exchange = connect(local.token, endpoint=local.endpoint, maxConcurrency=1)

        def stop(done: int, _total: int | None) -> None:
            if done >= 100:
                raise KeyboardInterrupt

        frame = pandas.DataFrame({"timestamp": times(*range(250)), "Power": range(250)})
        with pytest.raises(KeyboardInterrupt) as caught:
            exchange.iot.publishDataFrame(frame, iotEndpointId=mast, progress=stop)
        assert "100 of 250 rows were written (0-99)" in caught.value.__notes__[0]
        assert exchange.iot.publishDataFrame(frame, iotEndpointId=mast) == PublishReport(
            250, 150, 0, 100
        )
