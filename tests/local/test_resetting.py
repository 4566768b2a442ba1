"""Resetting a running exchange to its initial content."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    NotFoundError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

WHOLE = ("1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z")
CHANGES = (
    """mutation ($endpoint: ID!) { iot_publish(iotEndpointId: $endpoint, data: [{timestamp: "1",
        timeUnit: SECONDS, attributes: [{name: "Power", value: "1"}]}]) { iotEndpointId } }""",
    """mutation ($endpoint: ID!) { iot_updateEndpointProperties(iotEndpointId: $endpoint,
        properties: [{name: "RatedPower", value: "1", timestamp: "1"}]) { name } }""",
    'mutation { iot_createHub(name: "Another") { iotHubId } }',
    "mutation ($capture: ID!) { dataCapture_startCapture(captureId: $capture) { state } }",
    """mutation ($capture: ID!) { dataCapture_publishData(captureId: $capture, data: [{
        timestamp: "1", attributeValues: [{userDefinedId: "inverter-1-power", value: "1"}]}])
        { captureId } }""",
    "mutation ($capture: ID!) { dataCapture_stopCapture(captureId: $capture) { state } }",
)
DEVICES = """query ($hub: ID!) {
    iot_listHubs { name }
    iot_listEndpointsInHub(iotHubId: $hub) { name properties { value timestamp } }
    iot_listHubsEndpointsLastValues(iotHubId: $hub) { data { telemetryValues { value } } }
    dataCapture_listCaptures { captures { displayName state } }
    user_listAuthenticationTokens { name }
}"""
IDS = (
    "dataStoreId",
    "homeDirectoryId",
    "timeSeriesDbId",
    "collaborativeId",
    "iotHubId",
    "captureId",
)


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalExchange]:
    with LocalExchange(data=tmp_path / "data") as local:
        yield local


def connected(local: LocalExchange, role: str = "owner") -> AvistaDigitalExchange:
    return AvistaDigitalExchange(local.tokens[role], endpoint=local.endpoint)


def use(local: LocalExchange, folder: Path) -> None:
    """Create objects of every kind."""
    source = folder / "load.csv"
    source.write_text("12.5")
    with connected(local) as exchange:
        exchange.uploadFileToDataStore(local.dataStoreId, local.homeDirectoryId, source)
        exchange.createDataStore("Another")
        record = exchange.createTimeSeriesInputRecord(1, "SECONDS", "kW", "DOUBLE", 1)
        exchange.publishToTimeSeriesDatabase(local.timeSeriesDbId, "meter", [record])
        exchange.queryTimeSeriesDatabaseWithFilters(
            local.timeSeriesDbId, [{"assetId": "meter"}], *WHOLE, folder
        )
        exchange.removeServiceFromCollaborative(local.dataStoreId, local.collaborativeId)
        ids = {"endpoint": local.iotEndpointId, "capture": local.captureId, "hub": local.iotHubId}
        for change in CHANGES:
            exchange.execute(change, ids)


def contents(local: LocalExchange) -> dict[str, Any]:
    """The content that the owner sees."""
    with connected(local) as exchange:
        return {
            "stores": [store.name for store in exchange.listDataStores()],
            "files": exchange.getDataStoreDirectory(local.homeDirectoryId).contents,
            "databases": [database.name for database in exchange.listTimeSeriesDatabases()],
            "values": exchange.listTimeSeriesAssetsAndLatestValues(local.timeSeriesDbId),
            "shared": [
                service.serviceType
                for service in exchange.listCollaborativeServices(local.collaborativeId)
            ],
            **exchange.execute(DEVICES, {"hub": local.iotHubId}),
            "people": [
                [user.user.firstName for user in organization.usersInCollaborative]
                for collaborative in exchange.listCollaboratives()
                for organization in collaborative.memberOrganizations
            ],
        }


def test_reset_restores_the_initial_content(local: LocalExchange, tmp_path: Path) -> None:
    new = contents(local)
    for _ in range(2):
        use(local, tmp_path)
        assert contents(local) != new
        local.reset()
        assert contents(local) == new


def test_reset_invalidates_tokens_ids_and_urls(local: LocalExchange, tmp_path: Path) -> None:
    use(local, tmp_path)
    endpoint, tokens = local.endpoint, local.tokens
    ids = [getattr(local, name) for name in IDS]
    with connected(local) as before:
        local.reset()
        with pytest.raises(UnauthorizedError):
            before.getUserInfo()
    assert local.endpoint == endpoint
    assert local.token == local.tokens["owner"]
    assert not {*tokens.values()} & {*local.tokens.values()}
    assert not {*ids} & {getattr(local, name) for name in IDS}
    with connected(local) as exchange:
        for call, lost in (
            (exchange.getDataStore, ids[0]),
            (exchange.getDataStoreDirectory, ids[1]),
            (exchange.getTimeSeriesDatabase, ids[2]),
            (exchange.getCollaborative, ids[3]),
        ):
            with pytest.raises(NotFoundError):
                call(lost)


def test_reset_removes_all_bytes(local: LocalExchange, tmp_path: Path) -> None:
    use(local, tmp_path)
    stored = tmp_path / "data" / "objects"
    assert [path for path in stored.rglob("*") if path.is_file()]
    local.reset()
    assert not [path for path in stored.rglob("*") if path.is_file()]


def test_reset_survives_a_restart(local: LocalExchange, tmp_path: Path) -> None:
    use(local, tmp_path)
    local.reset()
    local.close()
    with LocalExchange(data=tmp_path / "data") as again:
        assert again.tokens == local.tokens
        assert contents(again)["files"] == []


@pytest.mark.parametrize("role", ["owner", "member", "reader"])
def test_reset_gives_every_role_its_services(role: str, local: LocalExchange) -> None:
    local.reset()
    with connected(local, role) as exchange:
        assert exchange.getDataStore(local.dataStoreId).name == "Solar site"


def test_reset_removes_all_values(local: LocalExchange, tmp_path: Path) -> None:
    use(local, tmp_path)
    local.reset()
    local.close()
    with duckdb.connect(tmp_path / "data" / "time_series" / "time_series.duckdb") as kept:
        assert kept.sql("SELECT table_name FROM duckdb_tables()").fetchall() == []


def test_reset_stops_running_queries(local: LocalExchange) -> None:
    endless = "SELECT count(*) FROM " + ", ".join(
        f"UNNEST(sequence(1, 10000)) AS t{n}(x{n})" for n in range(5)
    )
    with connected(local) as exchange:
        # The first page is returned while the query is still running.
        page = exchange.queryTimeSeriesDatabase_TimestreamFormat(local.timeSeriesDbId, endless)
        assert page.nextToken
    (query,) = local.exchange.queries.list_for_resource(local.timeSeriesDbId)
    assert query.job.running
    local.reset()
    assert not query.job.running
    assert local.exchange.queries.list_for_resource(local.timeSeriesDbId) == []
