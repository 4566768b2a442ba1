"""The filter query against a Local Exchange: what is in the file, down to the byte."""

import json
import logging
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    NotFoundError,
    SubscriptionError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from .conftest import Connect
from .support.measurements import START, multi, single
from .support.platform import Platform
from .support.proxy import Proxy

QUERY = "timeSeriesDb_queryDatabase"
EXPORT = "timeSeriesDb_generateQueryResultExportFile"
WHOLE = ("1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z")
ODD = 'a, "b"\r\nc'
WAYS = ["server", "client"]


@pytest.fixture(scope="module")
def measured(local: LocalExchange, platform: Platform) -> str:
    """The id of a database with all kinds of data."""
    database = platform.create_database()
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        for assetId, records in (
            (
                "meter-1",
                [
                    multi(exchange, START, {"kW": ("DOUBLE", "18.80"), "V": 230.5}, name="Meter 1"),
                    multi(exchange, START + 60, {"kW": 0.1}, name="Meter 1"),
                    multi(exchange, START + 120, {"V": 231.0, "on": True}, name="Meter 1"),
                ],
            ),
            (
                "meter-2",
                [
                    single(exchange, START * 10**9 + 1, value="1", unit="NANOSECONDS"),
                    single(exchange, START * 10**9 + 123_456_789, value="2", unit="NANOSECONDS"),
                    single(exchange, START + 60, value="3"),
                ],
            ),
            (
                "odd",
                [
                    multi(exchange, START, {ODD: ODD, "ü": "🌞"}, name=ODD),
                    multi(exchange, START + 1, {ODD: "\\/\u2028\x01\x7f", "ü": " "}, name=ODD),
                ],
            ),
            (
                "types",
                [
                    multi(
                        exchange,
                        START,
                        {
                            "double": ("DOUBLE", "-1.50e-7"),
                            "bigint": 2**63 - 1,
                            "varchar": "null",
                            "boolean": False,
                            "timestamp": ("TIMESTAMP", START),
                        },
                    )
                ],
            ),
            ("wide", [multi(exchange, START + n, {"n": n, "s": "x" * (n + 1)}) for n in range(12)]),
        ):
            exchange.publishToTimeSeriesDatabase(database, assetId, records)
    return database


def asks(assetId: str, *names: str) -> dict[str, Any]:
    return {"assetId": assetId, "attributeNamesFilter": list(names)}


SHAPES: dict[str, Any] = {
    "one asset": [asks("meter-1", "kW", "V")],
    "attributes in another order": [asks("meter-1", "on", "V", "kW")],
    "some attributes": [asks("meter-1", "on")],
    "several assets": [asks("meter-2", "kW"), asks("meter-1", "V", "kW")],
    "all attributes": [{"assetId": "meter-1"}],
    "all attributes, said otherwise": [{"assetId": "odd", "attributeNamesFilter": None}],
    "all of one, some of another": [asks("types"), asks("meter-1", "V")],
    "some of one, all of another": [asks("meter-1", "V", "nothing"), asks("types")],
    "an asset twice": [asks("meter-1", "V"), asks("meter-2"), asks("meter-1", "kW", "V")],
    "an asset twice, once all of it": [asks("meter-1", "V"), asks("meter-1")],
    "nothing such": [asks("nobody"), asks("meter-1", "nothing")],
    "odd names and values": [asks("odd", "ü", ODD)],
    "every type": [asks("types", "timestamp", "boolean", "varchar", "bigint", "double")],
    "many rows": [asks("wide", "n"), asks("wide", "s")],
    "everything": [asks("wide"), asks("types"), asks("odd"), asks("meter-2"), asks("meter-1")],
}


class TestTheFile:
    """Its bytes, which are the same wherever it is put together."""

    @pytest.fixture(params=WAYS)
    def aggregate(self, request: pytest.FixtureRequest) -> Any:
        return request.param

    @pytest.fixture
    def target(self, tmp_path: Path) -> Path:
        return tmp_path / "result"

    @pytest.mark.parametrize("maxRows", [None, 1, 2])
    def test_csv_has_a_row_an_asset_and_time_and_a_column_an_attribute(
        self,
        maxRows: int | None,
        aggregate: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
        target: Path,
    ) -> None:
        filters = [asks("meter-2", "kW"), asks("meter-1", "on", "kW", "V")]
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
    def test_json_is_an_array_of_assets_in_the_order_asked_for(
        self,
        maxRows: int | None,
        aggregate: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
        target: Path,
    ) -> None:
        filters = [asks("meter-2", "kW"), asks("nobody"), asks("meter-1", "on", "nothing", "V")]
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

    def test_columns_nobody_named_follow_in_name_order(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str, target: Path
    ) -> None:
        filters = [asks("types"), asks("meter-1", "V", "nothing")]
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

    def test_csv_quotes_what_must_be_quoted_and_nothing_else(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str, target: Path
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, [asks("odd", ODD, "ü")], *WHOLE, target, aggregate=aggregate
        )
        quoted = '"a, ""b""\r\nc"'
        assert target.read_bytes().decode("utf-8") == (
            f"assetId,name,timestamp,{quoted},ü\n"
            f"odd,{quoted},2023-11-14 22:13:20.000000000,{quoted},🌞\n"
            f"odd,{quoted},2023-11-14 22:13:21.000000000,\\/\u2028\x01\x7f, \n"
        )

    def test_json_holds_odd_values_as_they_are(
        self, aggregate: Any, exchange: AvistaDigitalExchange, measured: str, target: Path
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, [asks("odd")], *WHOLE, target, "JSON", aggregate=aggregate
        )
        (asset,) = json.loads(target.read_text("utf-8"))
        assert asset["name"] == ODD
        assert {entry["name"]: entry["data"][0]["value"] for entry in asset["attributes"]} == {
            ODD: ODD,
            "ü": "🌞",
        }
        assert asset["attributes"][0]["data"][1]["value"] == "\\/\u2028\x01\x7f"

    @pytest.mark.parametrize(
        ("fileFormat", "content"),
        [("CSV", "assetId,name,timestamp,kW\n"), ("JSON", "[]\n")],
    )
    def test_a_result_without_rows_is_a_file_too(
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
            [asks("meter-1", "kW")],
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
    """Gives the server's own export of a shape, made once."""
    target = tmp_path_factory.mktemp("exported") / "result"

    @cache
    def export(shape: str, fileFormat: Any) -> bytes:
        with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
            exchange.queryTimeSeriesDatabaseWithFilters(
                measured, SHAPES[shape], *WHOLE, target, fileFormat, aggregate="server"
            )
        return target.read_bytes()

    return export


class TestBothWays:
    @pytest.mark.parametrize("fileFormat", ["CSV", "JSON"])
    @pytest.mark.parametrize("shape", SHAPES)
    def test_give_the_same_bytes_however_the_pages_fall(
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


class TestTimes:
    @pytest.mark.parametrize(
        ("start", "end"),
        [
            ("2023-11-14T22:13:20Z", "2023-11-14T22:13:20.2Z"),
            ("2023-11-15T00:13:20.000000000+02:00", "2023-11-14T20:13:20,200-02:00"),
            (
                datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
                datetime(2023, 11, 14, 22, 13, 20, 200_000, tzinfo=UTC),
            ),
        ],
    )
    def test_any_iso_8601_with_a_zone_and_datetimes_will_do(
        self, start: Any, end: Any, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, [asks("meter-2", "kW")], start, end, tmp_path
        )
        rows = (tmp_path / "result.csv").read_text("utf-8").splitlines()[1:]
        assert [row.rpartition(",")[2] for row in rows] == ["1", "2"]

    def test_no_digit_of_them_is_lost(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured,
            [asks("meter-2", "kW")],
            "2023-11-14T22:13:20.000000002Z",
            "2023-11-14T22:13:20.123456790Z",
            tmp_path,
        )
        rows = (tmp_path / "result.csv").read_text("utf-8").splitlines()[1:]
        assert [row.rpartition(",")[2] for row in rows] == ["2"]


class TestWhereItGoes:
    def test_the_documented_example(
        self,
        exchange: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        result = exchange.queryTimeSeriesDatabaseWithFilters(
            measured,
            [
                {"assetId": "meter-1", "attributeNamesFilter": ["kW", "V", "on"]},
                {"assetId": "meter-2", "attributeNamesFilter": ["kW"]},
            ],
            "2023-11-14T00:00:00.000Z",
            "2023-11-15T00:00:00.000Z",
            "./",
            "JSON",
        )
        assert result is True
        assert [path.name for path in tmp_path.iterdir()] == ["result.json"]
        assert len(json.loads((tmp_path / "result.json").read_text("utf-8"))) == 2

    def test_everything_by_keyword(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        result = exchange.queryTimeSeriesDatabaseWithFilters(
            timeSeriesDbId=measured,
            assetAndAttributesFilter=({"assetId": "meter-1", "attributeNamesFilter": ("kW",)},),
            startTime=WHOLE[0],
            endTime=WHOLE[1],
            resultFileWriteLocation=str(tmp_path),
            exportFileFormat="csv",  # type: ignore[arg-type]  # taken in any case
            maxRows=5,
            exportTimeout=60,
            aggregate="auto",
        )
        assert result is True
        assert [path.name for path in tmp_path.iterdir()] == ["result.csv"]

    def test_a_file_that_is_there_is_replaced(
        self, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        target = tmp_path / "july"
        target.write_text("older, and much longer than what replaces it" * 100)
        exchange.queryTimeSeriesDatabaseWithFilters(measured, [asks("nobody")], *WHOLE, target)
        assert target.read_text("utf-8") == "assetId,name,timestamp\n"


class TestPages:
    def test_every_page_is_followed_each_by_the_tokens_of_the_one_before(
        self, proxied: AvistaDigitalExchange, proxy: Proxy, measured: str, tmp_path: Path
    ) -> None:
        proxied.queryTimeSeriesDatabaseWithFilters(
            measured, [asks("wide", "n")], *WHOLE, tmp_path, maxRows=2, aggregate="client"
        )
        assert len((tmp_path / "result.csv").read_text("utf-8").splitlines()) == 13
        first, *following = (request.operation["variables"] for request in proxy.named(QUERY))
        assert len(following) >= 5
        assert first["queryType"] == "TIME_PERIOD"
        assert first["maxRows"] == 2
        assert first["startTime"] == "1970-01-01T00:00:00.000Z"
        assert first["endTime"] == "2200-01-01T00:00:00.000Z"
        assert "nextToken" not in first
        assert {variables["queryType"] for variables in following} == {"NEXT_TOKEN"}
        assert len({variables["nextToken"] for variables in following}) == len(following)
        assert all(variables["clientToken"] for variables in following)
        assert all(variables["queryString"] for variables in following)

    def test_so_it_is_before_the_export(
        self, proxied: AvistaDigitalExchange, proxy: Proxy, measured: str, tmp_path: Path
    ) -> None:
        proxied.queryTimeSeriesDatabaseWithFilters(
            measured, [asks("wide", "n")], *WHOLE, tmp_path, maxRows=2, aggregate="server"
        )
        asked = [name for name in proxy.names if name in (QUERY, EXPORT)]
        assert asked.count(QUERY) >= 6
        assert asked.index(EXPORT) == len(asked) - 1


class TestWithoutRealTime:
    """Where WebSockets can't be had."""

    @pytest.fixture(autouse=True)
    def _blocked(self, proxy: Proxy) -> None:
        proxy.blocks_websockets = True

    @pytest.mark.parametrize("fileFormat", ["CSV", "JSON"])
    def test_the_result_is_put_together_here_and_the_log_says_so(
        self,
        fileFormat: Any,
        proxied: AvistaDigitalExchange,
        proxy: Proxy,
        measured: str,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        arguments = (measured, SHAPES["everything"], *WHOLE, tmp_path / "result", fileFormat)
        assert proxied.queryTimeSeriesDatabaseWithFilters(*arguments) is True
        (warning,) = (record for record in caplog.records if record.levelno >= logging.WARNING)
        assert warning.name.startswith("avista_digital_exchange_sdk")
        assert "put together on this side" in warning.getMessage()
        assert capfd.readouterr() == ("", "")
        assert EXPORT not in proxy.names
        shutil.move(tmp_path / "result", tmp_path / "here")
        proxy.blocks_websockets = False
        proxied.queryTimeSeriesDatabaseWithFilters(*arguments, aggregate="server")
        assert (tmp_path / "here").read_bytes() == (tmp_path / "result").read_bytes()

    def test_insisting_on_the_server_is_an_error(
        self, proxied: AvistaDigitalExchange, proxy: Proxy, measured: str, tmp_path: Path
    ) -> None:
        with pytest.raises(SubscriptionError):
            proxied.queryTimeSeriesDatabaseWithFilters(
                measured, [asks("meter-1")], *WHOLE, tmp_path, aggregate="server"
            )
        assert list(tmp_path.iterdir()) == []
        assert QUERY not in proxy.names

    def test_asking_for_it_here_needs_no_real_time_connection(
        self,
        proxied: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        proxied.queryTimeSeriesDatabaseWithFilters(
            measured, [asks("meter-1")], *WHOLE, tmp_path, aggregate="client"
        )
        assert (tmp_path / "result.csv").stat().st_size > 0
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


class TestQuiet:
    @pytest.mark.parametrize("aggregate", WAYS)
    def test_nothing_is_printed(
        self,
        aggregate: Any,
        exchange: AvistaDigitalExchange,
        measured: str,
        tmp_path: Path,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        exchange.queryTimeSeriesDatabaseWithFilters(
            measured, [asks("meter-1")], *WHOLE, tmp_path, aggregate=aggregate
        )
        assert capfd.readouterr() == ("", "")


class TestWhoMayRead:
    def test_a_database_that_does_not_exist_is_not_found(
        self, exchange: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        with pytest.raises(NotFoundError):
            exchange.queryTimeSeriesDatabaseWithFilters(
                "timeSeriesDbId.nothing", [asks("meter-1")], *WHOLE, tmp_path
            )
        assert list(tmp_path.iterdir()) == []

    def test_an_outsider_may_not(
        self, connect: Connect, local: LocalExchange, measured: str, tmp_path: Path
    ) -> None:
        outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
        with pytest.raises((UnauthorizedError, NotFoundError)):
            outsider.queryTimeSeriesDatabaseWithFilters(
                measured, [asks("meter-1")], *WHOLE, tmp_path
            )

    def test_a_reader_may(self, connect: Connect, local: LocalExchange, tmp_path: Path) -> None:
        reader = connect(local.tokens["reader"], endpoint=local.endpoint)
        for aggregate in ("server", "client"):
            assert reader.queryTimeSeriesDatabaseWithFilters(
                local.timeSeriesDbId, [asks("m", "kW")], *WHOLE, tmp_path, aggregate=aggregate
            )


class TestTheOtherDocumentedOrder:
    @pytest.mark.parametrize(
        "times", [WHOLE, (datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC))]
    )
    def test_times_before_filters_get_an_error_that_says_so(
        self, times: Any, exchange: AvistaDigitalExchange, measured: str, tmp_path: Path
    ) -> None:
        with pytest.raises(
            InvalidParameterError, match=r"assetAndAttributesFilter: .*filter comes before the time"
        ):
            exchange.queryTimeSeriesDatabaseWithFilters(
                measured,
                *times,
                [asks("meter-1")],  # type: ignore[arg-type]  # the mistake
                tmp_path,
            )
