"""The exact output files of filter queries against a Local Exchange."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from .conftest import SHAPES, UNUSUAL, WHOLE, request_asset

# Some tests request names that do not exist, or time ranges without values.
pytestmark = pytest.mark.filterwarnings("ignore::avista_digital_exchange_sdk.MissingDataWarning")

WAYS = ["server", "client"]


class TestOutput:
    """The bytes of files, which are identical for both aggregations."""

    @pytest.fixture(params=WAYS)
    def aggregate(self, request: pytest.FixtureRequest) -> Any:
        return request.param

    @pytest.fixture
    def target(self, tmp_path: Path) -> Path:
        return tmp_path / "result"

    @pytest.mark.parametrize("maxRows", [None, 1, 2])
    def test_csv_has_one_row_per_asset_and_time_and_one_column_per_attribute(
        self,
        maxRows: int | None,
        aggregate: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
        target: Path,
    ) -> None:
        filters = [request_asset("meter-2", "kW"), request_asset("meter-1", "on", "kW", "V")]
        assert exchange.queryTimeSeriesDatabaseWithFilters(
            measured, filters, *WHOLE, target, "CSV", maxRows, aggregate=aggregate
        )
        assert target.read_text("utf-8").splitlines(keepends=True) == [
            "assetId,name,timestamp,kW,on,V\n",
            "meter-2,,2023-11-14 22:13:20.000000001,1,,\n",
            "meter-2,,2023-11-14 22:13:20.123456789,2,,\n",
            "meter-2,,2023-11-14 22:14:20.000000000,3,,\n",
            "meter-1,Meter 1,2023-11-14 22:13:20.000000000,18.80,,230.5\n",
            "meter-1,Meter 1,2023-11-14 22:14:20.000000000,0.1,,\n",
            "meter-1,Meter 1,2023-11-14 22:15:20.000000000,,true,231.0\n",
        ]

    @pytest.mark.parametrize("maxRows", [None, 1, 2])
    def test_json_is_an_array_of_assets_in_requested_order(
        self,
        maxRows: int | None,
        aggregate: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
        target: Path,
    ) -> None:
        filters = [
            request_asset("meter-2", "kW"),
            request_asset("nobody"),
            request_asset("meter-1", "on", "nothing", "V"),
        ]
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, filters, *WHOLE, target, "JSON", maxRows, aggregate=aggregate
        )
        assert target.read_text("utf-8") == (
            '[{"assetId":"meter-2","name":null,"attributes":['
            '{"attributeType":"DOUBLE","lastValue":"3",'
            '"lastValueTime":"2023-11-14T22:14:20.000Z","name":"kW","data":['
            '{"timestamp":"2023-11-14T22:13:20.000000001Z","value":"1"},'
            '{"timestamp":"2023-11-14T22:13:20.123456789Z","value":"2"},'
            '{"timestamp":"2023-11-14T22:14:20.000Z","value":"3"}]}]},\n'
            '{"assetId":"meter-1","name":"Meter 1","attributes":['
            '{"attributeType":"BOOLEAN","lastValue":"true",'
            '"lastValueTime":"2023-11-14T22:15:20.000Z","name":"on","data":['
            '{"timestamp":"2023-11-14T22:15:20.000Z","value":"true"}]},'
            '{"attributeType":"DOUBLE","lastValue":"231.0",'
            '"lastValueTime":"2023-11-14T22:15:20.000Z","name":"V","data":['
            '{"timestamp":"2023-11-14T22:13:20.000Z","value":"230.5"},'
            '{"timestamp":"2023-11-14T22:15:20.000Z","value":"231.0"}]}]}]\n'
        )

    def test_unrequested_columns_follow_in_name_order(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str, target: Path
    ) -> None:
        filters = [request_asset("types"), request_asset("meter-1", "V", "nothing")]
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, filters, *WHOLE, target, aggregate=aggregate
        )
        assert target.read_text("utf-8") == (
            "assetId,name,timestamp,V,nothing,bigint,boolean,double,timestamp,varchar\n"
            "types,,2023-11-14 22:13:20.000000000,,,9223372036854775807,false,-1.50e-7,"
            "2023-11-14 22:13:20.000000000,null\n"
            "meter-1,Meter 1,2023-11-14 22:13:20.000000000,230.5,,,,,,\n"
            "meter-1,Meter 1,2023-11-14 22:15:20.000000000,231.0,,,,,,\n"
        )

    def test_csv_quotes_only_where_necessary(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str, target: Path
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, [request_asset("odd", UNUSUAL, "ü")], *WHOLE, target, aggregate=aggregate
        )
        quoted = '"a, ""b""\r\nc"'
        assert target.read_bytes().decode("utf-8") == (
            f"assetId,name,timestamp,{quoted},ü\n"
            f"odd,{quoted},2023-11-14 22:13:20.000000000,{quoted},🌞\n"
            f"odd,{quoted},2023-11-14 22:13:21.000000000,\\/\u2028\x01\x7f, \n"
        )

    def test_json_contains_unusual_values_unchanged(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str, target: Path
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, [request_asset("odd")], *WHOLE, target, "JSON", aggregate=aggregate
        )
        (asset,) = json.loads(target.read_text("utf-8"))
        assert asset["name"] == UNUSUAL
        assert {entry["name"]: entry["data"][0]["value"] for entry in asset["attributes"]} == {
            UNUSUAL: UNUSUAL,
            "ü": "🌞",
        }
        assert asset["attributes"][0]["data"][1]["value"] == "\\/\u2028\x01\x7f"

    @pytest.mark.parametrize(
        ("fileFormat", "content"),
        [("CSV", "assetId,name,timestamp,kW\n"), ("JSON", "[]\n")],
    )
    def test_result_without_rows_is_a_file(
        self,
        fileFormat: Any,
        content: str,
        aggregate: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
        target: Path,
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured,
            [request_asset("meter-1", "kW")],
            "1999-01-01T00:00:00Z",
            "1999-01-02T00:00:00Z",
            target,
            fileFormat,
            aggregate=aggregate,
        )
        assert target.read_text("utf-8") == content


@pytest.fixture(scope="module")
def exported(
    local: LocalExchange, measured: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, Any], bytes]:
    """Returns the server export of a shape, created once."""
    target = tmp_path_factory.mktemp("exported") / "result"

    @cache
    def export(shape: str, fileFormat: Any) -> bytes:
        with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
            exchange.queryTimeSeriesDatabaseWithFilters(
                measured, SHAPES[shape], *WHOLE, target, fileFormat, aggregate="server"
            )
        return target.read_bytes()

    return export


class TestAggregation:
    @pytest.mark.parametrize("fileFormat", ["CSV", "JSON"])
    @pytest.mark.parametrize("shape", SHAPES)
    def test_output_is_identical_for_server_and_client_aggregation_and_any_page_size(
        self,
        shape: str,
        fileFormat: Any,
        exported: Callable[[str, Any], bytes],
        exchange: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
    ) -> None:
        for maxRows in (1, 7):
            exchange.queryTimeSeriesDatabaseWithFilters(
                measured,
                SHAPES[shape],
                *WHOLE,
                tmp_path / "result",
                fileFormat,
                maxRows,
                aggregate="client",
            )
            assert (tmp_path / "result").read_bytes() == exported(shape, fileFormat)
