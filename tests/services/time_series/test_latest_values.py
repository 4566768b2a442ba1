"""Databases and their latest values."""

import json
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidResponseError,
    NotFoundError,
    ServerError,
    TimeSeriesDb,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.fake_platform import ENDPOINT, TOKEN, FakePlatform, FakeResponse
from ...support.proxy import Proxy
from ...support.sample_records import START, multi_record, single_record
from ...support.waiting import wait_until

LATEST = "timeSeriesDb_listAllAssetLastValues"


def asset(assetId: str, value: str = "1", attribute: str = "kW") -> dict[str, Any]:
    return {
        "assetId": assetId,
        "name": None,
        "attributes": [
            {
                "attributeType": "DOUBLE",
                "lastValue": value,
                "lastValueTime": "2024-01-01T00:00:00.000Z",
                "name": attribute,
                "data": None,
            }
        ],
    }


def page(*assets: Any, nextToken: str | None = None, clientToken: str = "c") -> dict[str, Any]:
    return {"data": list(assets), "nextToken": nextToken, "clientToken": clientToken}


class TestDatabases:
    def test_databases_of_the_user_are_listed(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        listed = exchange.listTimeSeriesDatabases()
        assert database in [entry.timeSeriesDbId for entry in listed]
        assert all(isinstance(entry, TimeSeriesDb) for entry in listed)

    def test_databases_of_a_user_without_any_are_an_empty_list(self, connect: Connect) -> None:
        with LocalExchange() as untouched:
            outsider = connect(untouched.tokens["outsider"], endpoint=untouched.endpoint)
            assert outsider.listTimeSeriesDatabases() == []

    def test_database_is_returned_by_its_id(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        found = exchange.getTimeSeriesDatabase(database)
        assert (found.timeSeriesDbId, found.name) == (database, "Measurements")
        assert found.databaseName
        assert found.tableName
        assert found.ownerUserId == exchange.getUserInfo().userId
        assert found == exchange.getTimeSeriesDatabase(timeSeriesDbId=database)

    def test_database_with_an_unknown_id_is_not_found(
        self, exchange: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(NotFoundError):
            exchange.getTimeSeriesDatabase("timeSeriesDbId.nothing")
        with pytest.raises(NotFoundError):
            exchange.listTimeSeriesAssetsAndLatestValues("timeSeriesDbId.nothing")

    def test_database_is_hidden_from_an_outsider(
        self, connect: Connect, local: LocalExchange, database: str
    ) -> None:
        outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
        for call in ("getTimeSeriesDatabase", "listTimeSeriesAssetsAndLatestValues"):
            with pytest.raises((UnauthorizedError, NotFoundError)):
                getattr(outsider, call)(database)


class TestLatestValues:
    def test_latest_values_contain_every_asset_and_attribute(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        for time, kw in ((START, "1.0"), (START + 60, "2.50"), (START + 30, "9")):
            record = multi_record(
                exchange, time, {"kW": ("DOUBLE", kw), "on": True}, name="Meter 1"
            )
            exchange.publishToTimeSeriesDatabase(database, "meter-1", [record])
        exchange.publishToTimeSeriesDatabase(database, "meter-2", [single_record(exchange, START)])
        first, second = exchange.listTimeSeriesAssetsAndLatestValues(database, None)
        assert (first.assetId, first.name) == ("meter-1", "Meter 1")
        assert [
            (entry.name, entry.attributeType, entry.lastValue, entry.lastValueTime)
            for entry in first.attributes
        ] == [
            ("kW", "DOUBLE", "2.50", "2023-11-14T22:14:20.000Z"),
            ("on", "BOOLEAN", "true", "2023-11-14T22:14:20.000Z"),
        ]
        assert (second.assetId, second.name) == ("meter-2", None)

    def test_latest_values_of_an_empty_database_are_an_empty_list(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        assert exchange.listTimeSeriesAssetsAndLatestValues(database) == []

    @pytest.mark.parametrize(("location", "name"), [("", "result.json"), ("values", "values")])
    def test_latest_values_are_written_to_a_file(
        self,
        location: str,
        name: str,
        exchange: AvistaDigitalExchange,
        database: str,
        tmp_path: Path,
    ) -> None:
        record = single_record(exchange, START, "kW, ü", "18.80", name="Meter")
        exchange.publishToTimeSeriesDatabase(database, "meter", [record])
        assets = exchange.listTimeSeriesAssetsAndLatestValues(
            timeSeriesDbId=database, resultFileWriteLocation=tmp_path / location
        )
        assert [path.name for path in tmp_path.iterdir()] == [name]
        written = json.loads((tmp_path / name).read_text("utf-8"))
        assert written == [asset.model_dump(mode="json") for asset in assets]
        assert written[0]["attributes"][0] == {
            "attributeType": "DOUBLE",
            "lastValue": "18.80",
            "lastValueTime": "2023-11-14T22:13:20.000Z",
            "name": "kW, ü",
            "data": [],
        }


class TestPages:
    def test_pages_are_followed_with_their_tokens(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(
            LATEST,
            page(asset("a"), nextToken="t1", clientToken="c1"),
            page(nextToken="t2", clientToken="c2"),
            page(asset("b"), None),
        )
        assets = fake_platform_client.listTimeSeriesAssetsAndLatestValues("db")
        assert [entry.assetId for entry in assets] == ["a", "b"]
        sent = [
            (variables.get("nextToken"), variables.get("clientToken"))
            for variables in fake_platform.variables(LATEST)
        ]
        assert sent == [(None, None), ("t1", "c1"), ("t2", "c2")]

    def test_asset_split_over_two_pages_is_merged(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(
            LATEST,
            page(asset("a"), asset("b", attribute="kW"), nextToken="t"),
            page(asset("b", attribute="V")),
        )
        _, second = fake_platform_client.listTimeSeriesAssetsAndLatestValues("db")
        assert [attribute.name for attribute in second.attributes] == ["kW", "V"]

    def test_repeated_token_is_an_error(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(LATEST, page(nextToken="t"), page(nextToken="t"))
        with pytest.raises(InvalidResponseError, match=r"same page token twice"):
            fake_platform_client.listTimeSeriesAssetsAndLatestValues("db")

    def test_failed_page_leaves_no_file(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        fake_platform.add_responses(
            LATEST, {"data": {LATEST: page(asset("a"), nextToken="t")}}, FakeResponse(500)
        )
        with pytest.raises(ServerError):
            fake_platform_client.listTimeSeriesAssetsAndLatestValues("db", tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_result_larger_than_a_page_is_complete(
        self, local: LocalExchange, proxy: Proxy, database: str
    ) -> None:
        with AvistaDigitalExchange(local.token, endpoint=proxy.endpoint) as exchange:
            wide = [
                single_record(exchange, START, f"note {n}", "x" * 1900, kind="VARCHAR")
                for n in range(600)
            ]
            exchange.publishToTimeSeriesDatabase(database, "wide", wide)
            exchange.publishToTimeSeriesDatabase(database, "zest", [single_record(exchange, START)])
            first, second = exchange.listTimeSeriesAssetsAndLatestValues(database)
        assert len(first.attributes) == 600
        assert second.assetId == "zest"
        assert proxy.names.count(LATEST) >= 2


def test_next_page_of_latest_values_is_requested_before_a_page_is_processed(
    fake_platform: FakePlatform,
) -> None:
    requested: list[bool] = []

    def wait_for_next_request(pages: int, total: int | None) -> None:
        requested.append(wait_until(lambda: len(fake_platform.operations) > min(pages, 2)))

    fake_platform.add_data(LATEST, page(asset("a"), nextToken="1"))
    fake_platform.add_data(LATEST, page(asset("b"), nextToken="2"), page(asset("c")))
    with AvistaDigitalExchange(TOKEN, endpoint=ENDPOINT) as client:
        client.listTimeSeriesAssetsAndLatestValues("db", progress=wait_for_next_request)
    assert requested == [True, True, True]
