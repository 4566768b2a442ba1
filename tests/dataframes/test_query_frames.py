"""Filter queries as DataFrames: every type, both shapes, both aggregations."""

from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    InvalidResponseError,
    SubscriptionError,
)

from ..support.fake_platform import FakeResponse
from ..support.proxy import Proxy
from ..support.sample_records import START, multi_record
from .sample_database import (
    INSTANT,
    NANOSECONDS,
    TYPES,
    UNUSUAL,
    WAYS,
    WHOLE,
    instants,
    of_types,
    request_asset,
)

# Some tests request names that do not exist, or time ranges without values.
pytestmark = pytest.mark.filterwarnings("ignore::avista_digital_exchange_sdk.MissingDataWarning")

REQUESTED_TYPES = [request_asset("types", "varchar", "timestamp", "boolean", "bigint", "double")]

SHAPES = {
    "every type": REQUESTED_TYPES,
    "all attributes": [{"assetId": "types"}],
    "odd names": [request_asset("odd", UNUSUAL), {"assetId": "odd"}],
    "several assets": [
        request_asset("wide", "n"),
        request_asset("meter", "kW"),
        request_asset("types", "double", "kW"),
    ],
    "nothing such": [request_asset("nobody", "kW"), request_asset("meter", "nothing")],
    "asked for, without a value": [
        request_asset("meter", "kW", "nothing"),
        request_asset("types", "double"),
    ],
    "everything": [{"assetId": a} for a in ("wide", "odd", "types", "meter", "counter", "none")],
}


@pytest.fixture(params=WAYS)
def aggregate(request: pytest.FixtureRequest) -> Any:
    return request.param


class TestTypes:
    @pytest.mark.parametrize("maxRows", [None, 1])
    def test_frame_has_the_types_of_the_attributes_and_nulls_for_missing_values(
        self, maxRows: int | None, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        table = exchange.queryTimeSeriesDatabaseToArrow(
            measured, REQUESTED_TYPES, *WHOLE, maxRows, aggregate=aggregate
        )
        table.validate(full=True)
        assert table.equals(of_types())

    def test_frame_keeps_types_of_columns_without_values(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        table = exchange.queryTimeSeriesDatabaseToArrow(
            measured,
            REQUESTED_TYPES,
            "1999-01-01T00:00:00Z",
            "1999-01-02T00:00:00Z",
            aggregate=aggregate,
        )
        assert table.num_rows == 0
        assert table.schema.equals(of_types().schema)

    def test_frame_column_of_an_unknown_attribute_is_a_string(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        table = exchange.queryTimeSeriesDatabaseToArrow(
            measured, [request_asset("meter", "kW", "nothing")], *WHOLE, aggregate=aggregate
        )
        assert table["nothing"].type == pa.string()
        assert table["nothing"].null_count == 5

    def test_frame_in_pandas_has_nullable_types(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        frame = exchange.queryTimeSeriesDatabaseToDataFrame(
            measured, REQUESTED_TYPES, *WHOLE, aggregate=aggregate
        )
        times = pd.to_datetime([NANOSECONDS, NANOSECONDS + 1, NANOSECONDS + 2], utc=True)
        expected = pd.DataFrame(
            {
                "assetId": ["types"] * 3,
                "name": ["Types"] * 3,
                "timestamp": times.astype("datetime64[ns, UTC]"),
                "varchar": ["007", "null", UNUSUAL],
                "timestamp_2": pd.Series(
                    [pd.Timestamp(10**18 + 1, tz="UTC"), pd.NaT, pd.NaT],
                    dtype="datetime64[ns, UTC]",
                ),
                "boolean": pd.array([True, None, False], "boolean"),
                "bigint": pd.array([2**63 - 1, None, None], "Int64"),
                "double": [-1.5e-7, 18.8, None],
            }
        )
        pd.testing.assert_frame_equal(frame, expected)

    def test_frame_in_polars_has_the_same_types(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        frame = exchange.queryTimeSeriesDatabaseToPolars(
            measured, REQUESTED_TYPES, *WHOLE, aggregate=aggregate
        )
        assert dict(frame.schema) == {
            "assetId": pl.String(),
            "name": pl.String(),
            "timestamp": pl.Datetime("ns", "UTC"),
            "varchar": pl.String(),
            "timestamp_2": pl.Datetime("ns", "UTC"),
            "boolean": pl.Boolean(),
            "bigint": pl.Int64(),
            "double": pl.Float64(),
        }
        assert frame["timestamp"].dt.epoch("ns").to_list() == [
            NANOSECONDS,
            NANOSECONDS + 1,
            NANOSECONDS + 2,
        ]
        assert frame["bigint"].to_list() == [2**63 - 1, None, None]
        assert frame["varchar"].to_list() == ["007", "null", UNUSUAL]


class TestWideShape:
    def test_wide_frame_has_one_row_per_asset_and_time_in_requested_order(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        table = exchange.queryTimeSeriesDatabaseToArrow(
            measured,
            [request_asset("meter", "kW"), request_asset("types", "double")],
            *WHOLE,
            aggregate=aggregate,
        )
        assert table.column_names == ["assetId", "name", "timestamp", "kW", "double"]
        assert table["assetId"].to_pylist() == ["meter"] * 5 + ["types"] * 2
        assert table["name"].to_pylist() == [None] * 5 + ["Types"] * 2
        assert table["kW"].to_pylist() == [0, 1, 2, 3, 4, None, None]
        assert table["double"].to_pylist() == [None] * 5 + [-1.5e-7, 18.8]

    def test_wide_frame_numbers_columns_with_duplicate_names(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        table = exchange.queryTimeSeriesDatabaseToArrow(
            measured, [{"assetId": "odd"}], *WHOLE, aggregate=aggregate
        )
        names = ["assetId", "name", "timestamp", UNUSUAL, "name_2", "timestamp_2"]
        assert table.column_names == names
        assert table[UNUSUAL].to_pylist() == [UNUSUAL]
        assert table["timestamp_2"].equals(pa.chunked_array([instants(5 * 10**9)]))


class TestLongShape:
    def test_long_frame_has_one_row_per_value_grouped_by_attribute(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        table = exchange.queryTimeSeriesDatabaseToArrow(
            measured,
            [request_asset("types", "double"), request_asset("meter", "kW", "double")],
            *WHOLE,
            shape="long",
            aggregate=aggregate,
        )
        assert table.schema.field("value").type == pa.float64()
        assert table.schema.field("timestamp").type == INSTANT
        columns = ("assetId", "name", "attribute", "value")
        rows = list(zip(*(table[column].to_pylist() for column in columns), strict=True))
        assert rows == [
            ("types", "Types", "double", -1.5e-7),
            ("types", "Types", "double", 18.8),
            *[("meter", None, "kW", float(n)) for n in range(5)],
        ]

    @pytest.mark.parametrize("attribute", TYPES)
    def test_long_frame_keeps_the_type_of_its_attributes(
        self, attribute: str, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        table = exchange.queryTimeSeriesDatabaseToArrow(
            measured, [request_asset("types", attribute)], *WHOLE, shape="long", aggregate=aggregate
        )
        column = "timestamp_2" if attribute == "timestamp" else attribute
        assert table["value"].type == TYPES[attribute]
        assert table["value"].to_pylist() == of_types()[column].drop_null().to_pylist()

    def test_long_frame_of_mixed_types_contains_the_published_strings(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        table = exchange.queryTimeSeriesDatabaseToArrow(
            measured, REQUESTED_TYPES, *WHOLE, shape="long", aggregate=aggregate
        )
        assert table["value"].to_pylist() == [
            "007",
            "null",
            UNUSUAL,
            "2001-09-09 01:46:40.000000001",
            "true",
            "false",
            "9223372036854775807",
            "-1.50e-7",
            "18.80",
        ]

    def test_long_frame_of_integers_and_doubles_contains_doubles(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        table = exchange.queryTimeSeriesDatabaseToArrow(
            measured,
            [request_asset("wide", "n"), request_asset("meter", "kW")],
            *WHOLE,
            shape="long",
            aggregate=aggregate,
        )
        assert table["value"].to_pylist() == [float(n) for n in (*range(24), *range(5))]

    def test_long_frame_refuses_to_lose_a_digit(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        filters: Any = [request_asset("counter", "count"), request_asset("meter", "kW")]
        with pytest.raises(InvalidParameterError, match=r"shape must be .wide.*'count'"):
            exchange.queryTimeSeriesDatabaseToArrow(
                measured, filters, *WHOLE, shape="long", aggregate=aggregate
            )
        wide = exchange.queryTimeSeriesDatabaseToArrow(
            measured, filters, *WHOLE, aggregate=aggregate
        )
        assert wide["count"][0].as_py() == 2**53 + 1


class TestAggregation:
    @pytest.mark.parametrize("shape", ["wide", "long"])
    @pytest.mark.parametrize("filters", SHAPES)
    def test_frame_is_the_same_for_server_and_client_aggregation_and_any_page_size(
        self, filters: str, shape: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        def query(aggregate: Any, maxRows: int | None = None) -> pa.Table:
            return exchange.queryTimeSeriesDatabaseToArrow(
                measured,
                SHAPES[filters],
                *WHOLE,
                maxRows,
                shape=shape,
                aggregate=aggregate,
            )

        exported = query("server")
        exported.validate(full=True)
        for maxRows in (1, 7, None):
            assert query("client", maxRows).equals(exported)

    def test_frame_without_websockets_is_merged_on_the_client(
        self, proxy: Proxy, proxied_client: AvistaDigitalExchange, measured: str
    ) -> None:
        proxy.blocks_websockets = True
        table = proxied_client.queryTimeSeriesDatabaseToArrow(measured, REQUESTED_TYPES, *WHOLE)
        assert table.equals(of_types())
        with pytest.raises(SubscriptionError):
            proxied_client.queryTimeSeriesDatabaseToArrow(
                measured, REQUESTED_TYPES, *WHOLE, aggregate="server"
            )


class TestChunks:
    """Unusual pages of the platform."""

    def query(self, chunk: bytes, proxy: Proxy, exchange: AvistaDigitalExchange) -> pa.Table:
        proxy.responses["GET"] = [FakeResponse(200, chunk, {})]
        return exchange.queryTimeSeriesDatabaseToArrow(
            self.database, [request_asset("meter", "kW")], *WHOLE, aggregate="client"
        )

    @pytest.fixture(autouse=True)
    def _database(self, measured: str) -> None:
        self.database = measured

    @pytest.mark.parametrize(
        "chunk",
        [
            b'[{"assetId": "secret", "attributes": 5',
            b'{"assetId": "secret"}',
            b'[{"assetId": "secret", "name": null, "attributes": []}]',
            b'[{"name": "secret", "attributes": []}]',
            b'[{"assetId": "meter", "attributes": [{"name": "kW", "attributeType": "DOUBLE", '
            b'"data": [{"timestamp": "secret", "value": "1"}]}]}]',
            b'[{"assetId": "meter", "attributes": [{"name": "kW", "attributeType": "DOUBLE", '
            b'"data": [{"timestamp": "2024-05-01T00:00:00.000Z", "value": "secret"}]}]}]',
        ],
    )
    def test_damaged_chunk_is_reported_without_showing_a_value(
        self, chunk: bytes, proxy: Proxy, proxied_client: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidResponseError) as raised:
            self.query(chunk, proxy, proxied_client)
        assert "secret" not in str(raised.value)

    def test_chunk_may_contain_nulls_where_the_schema_allows_them(
        self, proxy: Proxy, proxied_client: AvistaDigitalExchange
    ) -> None:
        chunk = (
            b'[{"assetId": "meter", "name": null, "attributes": [null, {"name": "kW", '
            b'"attributeType": "DOUBLE", "data": [null, '
            b'{"timestamp": "2024-05-01 00:00:00.000000001", "value": "1.5"}]}, '
            b'{"name": "not asked for", "attributeType": "DOUBLE", "data": null}]}]'
        )
        table = self.query(chunk, proxy, proxied_client)
        assert table["kW"].to_pylist() == [1.5]
        assert table.num_columns == 4


class TestArguments:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"shape": "tall"}, "shape must be one of wide, long, got 'tall'"),
            ({"maxRows": 0}, "maxRows"),
            ({"aggregate": "nobody"}, "aggregate"),
            ({"startTime": "yesterday"}, "startTime"),
            ({"assetAndAttributesFilter": []}, "assetAndAttributesFilter"),
        ],
    )
    def test_invalid_arguments_are_refused_before_anything_is_sent(
        self,
        arguments: dict[str, Any],
        message: str,
        proxy: Proxy,
        proxied_client: AvistaDigitalExchange,
        measured: str,
    ) -> None:
        options: dict[str, Any] = {
            "timeSeriesDbId": measured,
            "assetAndAttributesFilter": REQUESTED_TYPES,
            "startTime": WHOLE[0],
            "endTime": WHOLE[1],
        }
        for call in (
            proxied_client.queryTimeSeriesDatabaseToArrow,
            proxied_client.queryTimeSeriesDatabaseToDataFrame,
            proxied_client.queryTimeSeriesDatabaseToPolars,
        ):
            with pytest.raises(InvalidParameterError, match=message):
                call(**options | arguments)
        assert not proxy.messages


def test_renamed_asset_has_a_single_name(exchange: AvistaDigitalExchange, database: str) -> None:
    records = [multi_record(exchange, START + n, {"kW": 1.0}, name=f"Name {n}") for n in range(3)]
    exchange.publishToTimeSeriesDatabase(database, "meter", records)
    for aggregate in ("server", "client"):
        frame = exchange.queryTimeSeriesDatabaseToPolars(
            database, [{"assetId": "meter"}], *WHOLE, 1, aggregate=aggregate
        )
        assert frame["name"].to_list() == ["Name 2"] * 3
