"""Queries of telemetry by time range: files, lists and DataFrames."""

import asyncio
import csv
import json
import logging
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

from avista_digital_exchange_sdk import (
    AsyncAvistaDigitalExchange,
    AvistaDigitalExchange,
    InvalidResponseError,
    IotEndpoint,
    IotHub,
    MissingDataWarning,
    NotFoundError,
    SubscriptionError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.local.services.iot import telemetry_resolvers
from avista_digital_exchange_sdk.plotting import plotTimeSeries

from ...conftest import Connect
from ...plotting.figures import legends, lines, panels
from ...support.fake_platform import FakeResponse
from ...support.proxy import Proxy

START = 1714521600
WHOLE = ("2024-05-01", "2024-05-02T00:00:00Z")
QUERY = "iot_queryByTimeRange"
EXPORT = "iot_generateQueryResultExport"
CANCEL = "iot_cancelQuery"
NAMES = ["Power", "Count", "Online", "Status", "LastService", "Uptime"]
TYPES = ["double", "integer", "boolean", "string", "dateTime", "duration"]
SERIAL = count()


def record(millisecond: int, **attributes: Any) -> dict[str, Any]:
    return {"timestamp": START * 1000 + millisecond, "attributes": attributes}


def unusual_records() -> list[dict[str, Any]]:
    """Records with every type of value, and with all that CSV has to quote."""
    return [
        record(0, Power="1.50", Count=2**63 - 1, Online="True", Status='a,"b"\nc'),
        record(1, LastService="2024-05-01T02:00:00.123456789+02:00", Uptime="PT1H"),
        record(2, Power="1.0E-5", Status="007", LastService="2024-05-01 00:00Z", Online="FALSE"),
        record(60_000, Count="-0", Status="null"),
    ]


@pytest.fixture
def create_endpoint(exchange: AvistaDigitalExchange, hub: IotHub) -> Any:
    """Creates endpoints whose model has attributes of all types."""
    attributes = [
        {"name": name, "schemaType": kind} for name, kind in zip(NAMES, TYPES, strict=True)
    ]
    model = exchange.iot.createModel(f"AllTypes{next(SERIAL)}", telemetry=attributes)

    def create(name: str) -> str:
        return exchange.iot.createEndpoint(hub.iotHubId, model.modelId, name).iotEndpointId

    return create


@pytest.fixture
def measured(exchange: AvistaDigitalExchange, create_endpoint: Any) -> str:
    """The ID of an endpoint with all types of values."""
    endpoint_id: str = create_endpoint('North, "1"')
    assert not exchange.iot.publish(endpoint_id, unusual_records()).recordsFailed
    return endpoint_id


class TestFiles:
    @pytest.mark.parametrize("aggregate", ["server", "client"])
    def test_csv_has_the_published_values_of_every_endpoint(
        self,
        aggregate: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
        create_endpoint: Any,
        tmp_path: Path,
    ) -> None:
        other = create_endpoint("South")
        exchange.iot.publish(other, [record(5, Power=2, Count=7)])
        filters: Any = [{"iotEndpointId": other, "attributeNames": ["Power"]}, measured]
        assert exchange.iot.queryByTimeRange(
            filters, ["Status", "Power"], *WHOLE, tmp_path, aggregate=aggregate
        )
        name = '"North, ""1"""'
        assert (tmp_path / "result.csv").read_text("utf-8") == (
            "iotEndpointId,name,timestamp,Power,Status\n"
            f"{other},South,2024-05-01 00:00:00.005000000,2,\n"
            f'{measured},{name},2024-05-01 00:00:00.000000000,1.50,"a,""b""\nc"\n'
            f"{measured},{name},2024-05-01 00:00:00.002000000,1.0E-5,007\n"
            f"{measured},{name},2024-05-01 00:01:00.000000000,,null\n"
        )

    def test_all_attributes_are_queried_without_names(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        exchange.iot.queryByTimeRange(measured, None, *WHOLE, tmp_path / "all")
        named = tmp_path / "named"
        exchange.iot.queryByTimeRange(measured, NAMES, *WHOLE, resultFileWriteLocation=named)
        assert (tmp_path / "all").read_bytes() == named.read_bytes()
        exchange.iot.queryByTimeRange(measured, ["*t*"], *WHOLE, tmp_path / "some")
        header = (tmp_path / "some").read_text("utf-8").partition("\n")[0]
        assert header == "iotEndpointId,name,timestamp,Count,Status,LastService,Uptime"

    def test_json_has_one_object_per_row(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        exchange.iot.queryByTimeRange(measured, NAMES, *WHOLE, tmp_path, "JSON")
        text = (tmp_path / "result.json").read_text("utf-8")
        assert len(text.splitlines()) == 4
        assert json.loads(text) == exchange.iot.queryDataByTimeRange(measured, NAMES, *WHOLE)

    def test_parquet_has_the_types_of_the_attributes(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        exchange.iot.queryByTimeRange(measured, NAMES, *WHOLE, tmp_path, "PARQUET")
        table = pyarrow.parquet.read_table(tmp_path / "result.parquet")
        assert table.equals(exchange.iot.queryByTimeRangeToArrow(measured, NAMES, *WHOLE))

    def test_timestamps_are_in_the_time_zone(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        zone = "America/Los_Angeles"
        times = ("2024-04-30T17:00", "2024-04-30T17:00:00.001")
        exchange.iot.queryByTimeRange(measured, ["Count"], *times, tmp_path, timeZone=zone)
        text = (tmp_path / "result.csv").read_text("utf-8")
        assert text.endswith(f",2024-04-30 17:00:00.000000000-07:00,{2**63 - 1}\n")
        frame = exchange.iot.queryByTimeRangeToDataFrame(
            measured, ["Count"], *times, timeZone=zone, index="timestamp"
        )
        assert frame.index[0] == pandas.Timestamp("2024-04-30 17:00", tz=zone)

    def test_both_ends_of_the_range_are_included(
        self, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        start = datetime(2024, 5, 1, 0, 0, 0, 1000, tzinfo=UTC)
        rows = exchange.iot.queryDataByTimeRange(
            measured, NAMES, start, "2024-05-01T00:00:00.002999Z"
        )
        assert [row["Uptime"] for row in rows] == ["PT1H", None]

    def test_file_without_rows_has_a_header(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        for file_format, expected in (
            ("CSV", "iotEndpointId,name,timestamp,Power\n"),
            ("JSON", "[]\n"),
        ):
            target = tmp_path / file_format
            with pytest.warns(MissingDataWarning, match="there are no values from 1999"):
                exchange.iot.queryByTimeRange(
                    measured, ["Power"], "1999-01-01", "1999-01-02", target, file_format
                )
            assert target.read_text("utf-8") == expected


class TestRows:
    @pytest.mark.parametrize("aggregate", ["server", "client"])
    def test_values_have_the_types_of_the_attributes(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        rows = exchange.iot.queryDataByTimeRange(measured, NAMES, *WHOLE, aggregate=aggregate)
        assert list(rows[0]) == ["iotEndpointId", "name", "timestamp", *NAMES]
        assert [list(row.values())[2:] for row in rows] == [
            ["2024-05-01 00:00:00.000000000", 1.5, 2**63 - 1, True, 'a,"b"\nc', None, None],
            [
                "2024-05-01 00:00:00.001000000",
                *(None, None, None, None),
                "2024-05-01T02:00:00.123456789+02:00",
                "PT1H",
            ],
            ["2024-05-01 00:00:00.002000000", 1e-5, None, False, "007", "2024-05-01 00:00Z", None],
            ["2024-05-01 00:01:00.000000000", None, 0, None, "null", None, None],
        ]
        assert isinstance(rows[0]["Power"], float)

    def test_attribute_called_like_a_key_column_has_a_key_of_its_own(
        self, exchange: AvistaDigitalExchange, hub: IotHub
    ) -> None:
        model = exchange.iot.createModel(
            f"Named{next(SERIAL)}", telemetry=[{"name": "name", "schemaType": "integer"}]
        )
        endpoint = exchange.iot.createEndpoint(hub.iotHubId, model.modelId, "Mast")
        exchange.iot.publish(endpoint.iotEndpointId, [record(0, name=5)])
        (row,) = exchange.iot.queryDataByTimeRange(endpoint.iotEndpointId, ["name"], *WHOLE)
        assert (row["name"], row["name_2"]) == ("Mast", 5)
        table = exchange.iot.queryByTimeRangeToArrow(endpoint.iotEndpointId, ["name"], *WHOLE)
        assert table.column_names == ["iotEndpointId", "name", "timestamp", "name_2"]

    def test_values_of_an_earlier_model_are_read_or_reported(
        self, exchange: AvistaDigitalExchange, hub: IotHub, measured: str
    ) -> None:
        model = exchange.iot.createModel(
            f"Later{next(SERIAL)}", telemetry=[{"name": "Count", "schemaType": "double"}]
        )
        exchange.iot.updateModelUsedByEndpoint(measured, model.modelId)
        with pytest.warns(MissingDataWarning, match="no attribute 'none'"):
            rows = exchange.iot.queryDataByTimeRange(measured, ["Count", "Power", "none"], *WHOLE)
        assert [(row["Count"], row["Power"]) for row in rows] == [
            (float(2**63 - 1), 1.5),
            (None, 1e-5),
            (-0.0, None),
        ]
        worse = exchange.iot.createModel(
            f"Later{next(SERIAL)}", telemetry=[{"name": "Status", "schemaType": "boolean"}]
        )
        exchange.iot.updateModelUsedByEndpoint(measured, worse.modelId)
        with pytest.raises(InvalidResponseError, match="'Status'") as caught:
            exchange.iot.queryDataByTimeRange(measured, ["Status"], *WHOLE)
        assert '"b"' not in str(caught.value)
        with pytest.raises(InvalidResponseError, match="'Status'"):
            exchange.iot.queryByTimeRangeToArrow(measured, ["Status"], *WHOLE)


class TestFrames:
    @pytest.mark.parametrize("aggregate", ["server", "client"])
    def test_columns_have_the_types_of_the_attributes(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        table = exchange.iot.queryByTimeRangeToArrow(measured, NAMES, *WHOLE, aggregate=aggregate)
        assert [str(field.type) for field in table.schema] == [
            *("string", "string", "timestamp[ns, tz=UTC]"),
            *("double", "int64", "bool", "string", "timestamp[ns, tz=UTC]", "string"),
        ]
        assert table["Power"].to_pylist() == [1.5, None, 1e-5, None]
        assert table["Count"].to_pylist() == [2**63 - 1, None, None, 0]
        assert table["Online"].to_pylist() == [True, None, False, None]
        assert table["Status"].to_pylist() == ['a,"b"\nc', None, "007", "null"]
        assert table["LastService"].cast(pyarrow.int64()).to_pylist() == [
            None,
            START * 10**9 + 123_456_789,
            START * 10**9,
            None,
        ]

    def test_types_of_attributes_that_are_not_requested_do_not_matter(
        self, exchange: AvistaDigitalExchange, hub: IotHub, measured: str, tmp_path: Path
    ) -> None:
        model = exchange.iot.createModel(
            f"Texts{next(SERIAL)}",
            telemetry=[
                {"name": "Power", "schemaType": "string"},
                {"name": "Rain", "schemaType": "double"},
            ],
        )
        other = exchange.iot.createEndpoint(hub.iotHubId, model.modelId, "Other").iotEndpointId
        exchange.iot.publish(other, [record(0, Power="on", Rain=0.5)])
        filters: Any = [
            {"iotEndpointId": measured, "attributeNames": ["Pow*"]},
            {"iotEndpointId": other, "attributeNames": ["Rain"]},
        ]
        table = exchange.iot.queryByTimeRangeToArrow(filters, None, *WHOLE)
        assert table["Power"].drop_null().to_pylist() == [1.5, 1e-5]
        assert table["Rain"].drop_null().to_pylist() == [0.5]
        target = tmp_path / "result.parquet"
        exchange.iot.queryByTimeRange(filters, None, *WHOLE, target, "PARQUET")
        assert str(pyarrow.parquet.read_schema(target).field("Power").type) == "double"
        mixed = exchange.iot.queryByTimeRangeToArrow([measured, other], ["Power"], *WHOLE)
        assert mixed["Power"].drop_null().to_pylist() == ["1.50", "1.0E-5", "on"]

    def test_frames_of_pandas_and_polars_have_the_same_values(
        self, exchange: AvistaDigitalExchange, measured: str
    ) -> None:
        table = exchange.iot.queryByTimeRangeToArrow(measured, NAMES, *WHOLE)
        frame = exchange.iot.queryByTimeRangeToDataFrame(measured, NAMES, *WHOLE)
        assert str(frame["Count"].dtype) == "Int64"
        assert frame["Count"].to_list()[0] == 2**63 - 1
        assert frame["LastService"][1] == pandas.Timestamp("2024-05-01T00:00:00.123456789Z")
        polars_frame = exchange.iot.queryByTimeRangeToPolars(measured, NAMES, *WHOLE)
        assert isinstance(polars_frame, polars.DataFrame)
        assert polars_frame.to_arrow().cast(table.schema).equals(table)

    def test_long_table_has_one_row_per_value(
        self, exchange: AvistaDigitalExchange, measured: str, create_endpoint: Any
    ) -> None:
        other = create_endpoint("South")
        exchange.iot.publish(other, [record(5, Power=2)])
        table = exchange.iot.queryByTimeRangeToArrow(
            [measured, other], ["Power"], *WHOLE, shape="long"
        )
        assert table.column_names == ["iotEndpointId", "name", "timestamp", "attribute", "value"]
        assert table["iotEndpointId"].to_pylist() == [measured, measured, other]
        assert table["value"].to_pylist() == [1.5, 1e-5, 2.0]


class TestMissingData:
    def test_warning_names_the_line_of_the_caller(self, local: LocalExchange) -> None:
        with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
            for query in (exchange.iot.queryDataByTimeRange, exchange.iot.queryByTimeRangeToArrow):
                with pytest.warns(MissingDataWarning) as caught:
                    query(local.iotEndpointId, ["none"], *WHOLE)
                assert [warning.filename for warning in caught] == [__file__]

    def test_async_warning_names_the_line_of_the_caller(self, local: LocalExchange) -> None:
        async def query() -> None:
            async with AsyncAvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
                await exchange.iot.queryDataByTimeRange(local.iotEndpointId, ["none"], *WHOLE)

        with pytest.warns(MissingDataWarning) as caught:
            asyncio.run(query())
        assert [warning.filename for warning in caught] == [__file__]

    def test_unknown_attribute_is_reported_with_the_nearest_name(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        with pytest.warns(MissingDataWarning, match=r"no attribute 'power'.*did you mean 'Power'"):
            exchange.iot.queryByTimeRange(measured, ["power"], *WHOLE, tmp_path)
        with pytest.raises(NotFoundError, match=r"IoT endpoint .* has no attribute 'power'"):
            exchange.iot.queryByTimeRange(
                measured, ["power"], *WHOLE, tmp_path / "none", errors="raise"
            )
        assert not (tmp_path / "none").exists()
        assert exchange.iot.queryDataByTimeRange(measured, ["x"], *WHOLE, errors="ignore") == []

    def test_unknown_endpoint_is_not_found(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        for names in (["Power"], None):
            with pytest.raises(NotFoundError):
                exchange.iot.queryByTimeRange([measured, "nobody"], names, *WHOLE, tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_model_without_telemetry_has_nothing_to_query(
        self, exchange: AvistaDigitalExchange, hub: IotHub
    ) -> None:
        model = exchange.iot.createModel(f"Empty{next(SERIAL)}")
        endpoint = exchange.iot.createEndpoint(hub.iotHubId, model.modelId, "Mast")
        with pytest.raises(NotFoundError, match="no telemetry attributes"):
            exchange.iot.queryDataByTimeRange(endpoint.iotEndpointId, None, *WHOLE)

    def test_endpoint_of_another_user_is_refused(
        self, connect: Connect, local: LocalExchange, measured: str, tmp_path: Path
    ) -> None:
        outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
        with pytest.raises((UnauthorizedError, NotFoundError)):
            outsider.iot.queryByTimeRange(measured, ["Power"], *WHOLE, tmp_path)


class TestExecution:
    def test_pages_are_followed_with_the_tokens_of_the_previous_page(
        self,
        exchange: AvistaDigitalExchange,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        create_endpoint: Any,
        tmp_path: Path,
    ) -> None:
        endpoint_id = create_endpoint("Mast")
        # A page has at most 1 MiB.
        records = [record(n, Power=n, Status="x" * 20_000) for n in range(150)]
        assert len(exchange.iot.publish(endpoint_id, records).recordsWritten) == 150
        arguments = (endpoint_id, ["Status", "Power"], *WHOLE)
        for aggregate in ("server", "client"):
            proxied_client.iot.queryByTimeRange(
                *arguments,
                tmp_path / aggregate,
                aggregate=aggregate,
            )
        assert (tmp_path / "server").read_bytes() == (tmp_path / "client").read_bytes()
        pages = [message.operation["variables"] for message in proxy.messages_named(QUERY)]
        assert len(pages) >= 4
        first, second, *_ = pages
        assert first == {
            "endpointQueryFilters": [
                {"iotEndpointId": endpoint_id, "attributeNames": ["Status", "Power"]}
            ],
            "startTime": "1714521600000",
            "endTime": "1714608000000",
        }
        assert second.items() > first.items()
        assert {*second} - {*first} == {"nextToken", "clientToken", "queryString", "queryId"}
        assert CANCEL not in proxy.names

    def test_result_is_merged_on_the_client_without_a_realtime_connection(
        self,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        measured: str,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        proxy.blocks_websockets = True
        arguments = (measured, NAMES, *WHOLE)
        with pytest.raises(SubscriptionError):
            proxied_client.iot.queryByTimeRange(*arguments, tmp_path, aggregate="server")
        assert proxy.names[-1] == CANCEL
        assert list(tmp_path.iterdir()) == []
        assert proxied_client.iot.queryByTimeRange(*arguments, tmp_path / "client")
        (warning,) = (entry for entry in caplog.records if entry.levelno >= logging.WARNING)
        assert "merging the result on the client" in warning.getMessage()
        assert EXPORT not in proxy.names
        proxy.blocks_websockets = False
        assert proxied_client.iot.queryByTimeRange(*arguments, tmp_path / "server")
        assert (tmp_path / "client").read_bytes() == (tmp_path / "server").read_bytes()

    def test_failing_progress_callback_cancels_the_query(
        self,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        measured: str,
        tmp_path: Path,
    ) -> None:
        def stop(_done: int, _total: int | None) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            proxied_client.iot.queryByTimeRange(measured, NAMES, *WHOLE, tmp_path, progress=stop)
        assert proxy.names[-1] == CANCEL
        assert list(tmp_path.iterdir()) == []

    def test_endpoint_token_queries_its_endpoint(
        self, connect: Connect, exchange: AvistaDigitalExchange, local: LocalExchange, measured: str
    ) -> None:
        token = exchange.iot.getEndpointToken(measured).tokenValue
        assert token is not None
        device = connect(token, endpoint=local.endpoint)
        assert len(device.iot.queryDataByTimeRange(measured, None, *WHOLE)) == 4


class TestArguments:
    def test_endpoint_that_is_requested_twice_has_the_attributes_of_both(
        self, exchange: AvistaDigitalExchange, endpoint: IotEndpoint
    ) -> None:
        exchange.iot.publish(endpoint.iotEndpointId, [record(0, Power=1, Status="on")])
        filters: Any = [
            {"iotEndpointId": endpoint.iotEndpointId, "attributeNames": ["Status"]},
            {"iotEndpointId": endpoint.iotEndpointId, "attributeNames": ("Power", "Status")},
        ]
        (row,) = exchange.iot.queryDataByTimeRange(filters, None, *WHOLE)
        assert list(row.items())[3:] == [("Status", "on"), ("Power", 1.0)]


class TestPlots:
    def test_results_of_all_kinds_give_the_same_lines(
        self,
        exchange: AvistaDigitalExchange,
        create_endpoint: Any,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        endpoints = [create_endpoint(name) for name in ("North", "South")]
        for number, endpoint_id in enumerate(endpoints):
            exchange.iot.publish(endpoint_id, [record(n, Power=n + number) for n in range(3)])
        arguments = (endpoints, ["Power"], *WHOLE)
        results: list[Any] = [
            exchange.iot.queryByTimeRangeToArrow(*arguments),
            exchange.iot.queryByTimeRangeToArrow(*arguments, shape="long"),
            exchange.iot.queryByTimeRangeToDataFrame(*arguments, index="timestamp"),
            exchange.iot.queryByTimeRangeToPolars(*arguments),
            exchange.iot.queryDataByTimeRange(*arguments),
        ]
        for file_format in ("CSV", "JSON", "PARQUET"):
            exchange.iot.queryByTimeRange(*arguments, tmp_path, file_format)
            results.append(f"result.{file_format.lower()}")
        for result in results:
            figure = plotTimeSeries(result)
            (axes,) = panels(figure).values()
            assert lines(axes) == [[0, 1, 2], [1, 2, 3]]
            (legend,) = legends(figure)
            assert [text.get_text() for text in legend.get_texts()] == ["North", "South"]


class TestLongValues:
    @pytest.mark.parametrize("aggregate", ["server", "client"])
    def test_values_may_be_longer_than_the_csv_module_allows(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        text = "é" * 140_000
        exchange.iot.publish(measured, [record(9, Status=text)])
        limit = csv.field_size_limit()
        arguments = (measured, ["Status", "LastService"], *WHOLE)
        rows = exchange.iot.queryDataByTimeRange(*arguments, aggregate=aggregate)
        assert text in [row["Status"] for row in rows]
        zone = {"timeZone": "Europe/Vienna"}
        exchange.iot.queryByTimeRange(*arguments, tmp_path, aggregate=aggregate, **zone)
        assert text in (tmp_path / "result.csv").read_text("utf-8")
        table = exchange.iot.queryByTimeRangeToArrow(*arguments, aggregate=aggregate)
        assert text in table["Status"].to_pylist()
        assert csv.field_size_limit() == limit


class TestMalformedResults:
    """A platform that returns other files and chunks than it should."""

    CHUNKS = (
        b"{",
        b"{}",
        b"[7]",
        b'[{"iotEndpointId": "other", "records": []}]',
        b'[{"iotEndpointId": "e", "records": [{"timestamp": "soon", "attributes": []}]}]',
        b'[{"iotEndpointId": "e", "records": [{"timestamp": "1e9", "attributes": []}]}]',
        b'[{"iotEndpointId": "e", "records": [{"timestamp": "' + b"9" * 5000 + b'"}]}]',
        b'[{"iotEndpointId": "e", "records": [{"timestamp": "' + b"9" * 30 + b'"}]}]',
        b'[{"iotEndpointId": "e", "records": [{"timestamp": "1", "attributes": [{"name": "Power",'
        b' "value": {"x": "secret"}}]}]}]',
        b'[{"iotEndpointId": "e", "records": [{"timestamp": "2", "attributes": []},'
        b' {"timestamp": "1", "attributes": []}]}]',
    )

    @pytest.mark.parametrize("chunk", CHUNKS, ids=range(len(CHUNKS)))
    def test_malformed_chunk_is_an_error_that_shows_no_value(
        self,
        chunk: bytes,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        endpoint: IotEndpoint,
    ) -> None:
        body = chunk.replace(b'"e"', f'"{endpoint.iotEndpointId}"'.encode())
        proxy.responses["GET"] = [FakeResponse(200, body)]
        with pytest.raises(InvalidResponseError, match="result chunk") as caught:
            proxied_client.iot.queryDataByTimeRange(
                endpoint.iotEndpointId, ["Power"], *WHOLE, aggregate="client"
            )
        assert "secret" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert proxy.names[-1] == CANCEL

    @pytest.mark.parametrize(
        "rows",
        [
            "",
            "iotEndpointId,name,timestamp,Power\n\n",
            "iotEndpointId,name,timestamp,Power\nnobody,Mast,2024-05-01 00:00:00.000000000,1\n",
            "iotEndpointId,name,timestamp,Power\n{id},Mast\n",
            "iotEndpointId,name,timestamp,Power\n{id},Mast,2024-05-01 00:00:00.000000000,1,2\n",
            "iotEndpointId,name,timestamp,Power\n{id},Mast,2024-05-01 00:00:00.000000000,secret\n",
        ],
    )
    def test_malformed_file_is_an_error_that_shows_no_value(
        self,
        rows: str,
        exchange: AvistaDigitalExchange,
        endpoint: IotEndpoint,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        content = rows.replace("{id}", endpoint.iotEndpointId)
        monkeypatch.setattr(
            telemetry_resolvers, "write_csv", lambda _cursor, _result, file, _: file.write(content)
        )
        with pytest.raises(InvalidResponseError) as caught:
            exchange.iot.queryDataByTimeRange(
                endpoint.iotEndpointId, ["Power"], *WHOLE, aggregate="server", errors="ignore"
            )
        assert "secret" not in str(caught.value)
