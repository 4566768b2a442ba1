"""Time series databases: created, updated and deleted."""

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    NotFoundError,
    TimeSeriesDb,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.fake_platform import FakePlatform
from ...support.sample_records import START, single_record


@pytest.fixture
def created(exchange: AvistaDigitalExchange) -> TimeSeriesDb:
    """A new database."""
    return exchange.createTimeSeriesDatabase("Wind site", "Towers 1 to 5")


def test_created_database_takes_records_and_is_listed(
    exchange: AvistaDigitalExchange, created: TimeSeriesDb
) -> None:
    assert (created.name, created.description) == ("Wind site", "Towers 1 to 5")
    assert created.ownerUserId == exchange.getUserInfo().userId
    assert created in exchange.listTimeSeriesDatabases()
    exchange.publishToTimeSeriesDatabase(
        created.timeSeriesDbId, "meter", [single_record(exchange, START)]
    )
    (asset,) = exchange.listTimeSeriesAssetsAndLatestValues(created.timeSeriesDbId)
    assert asset.assetId == "meter"


def test_database_without_description_has_none(exchange: AvistaDigitalExchange) -> None:
    assert exchange.createTimeSeriesDatabase("Wind site").description is None


def test_update_changes_only_what_is_passed(
    exchange: AvistaDigitalExchange, created: TimeSeriesDb
) -> None:
    renamed = exchange.updateTimeSeriesDatabase(created.timeSeriesDbId, name="Offshore")
    assert (renamed.name, renamed.description) == ("Offshore", "Towers 1 to 5")
    described = exchange.updateTimeSeriesDatabase(created.timeSeriesDbId, description="Tower 6")
    assert (described.name, described.description) == ("Offshore", "Tower 6")
    assert exchange.getTimeSeriesDatabase(created.timeSeriesDbId) == described


def test_update_sends_only_what_is_passed(
    fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
) -> None:
    operation = "timeSeriesDb_updateDatabase"
    fake_platform.add_data(operation, None)
    with pytest.raises(NotFoundError, match="time series database db not found"):
        fake_platform_client.updateTimeSeriesDatabase("db", description="")
    assert fake_platform.variables(operation) == [{"timeSeriesDbId": "db", "description": ""}]


def test_update_without_changes_is_refused(fake_platform_client: AvistaDigitalExchange) -> None:
    message = "^name or description must be passed, got neither$"
    with pytest.raises(InvalidParameterError, match=message):
        fake_platform_client.updateTimeSeriesDatabase("db")


def test_deleted_database_is_gone(exchange: AvistaDigitalExchange, created: TimeSeriesDb) -> None:
    assert exchange.deleteTimeSeriesDatabase(created.timeSeriesDbId) == created
    with pytest.raises(NotFoundError):
        exchange.getTimeSeriesDatabase(created.timeSeriesDbId)
    with pytest.raises(NotFoundError):
        exchange.deleteTimeSeriesDatabase(created.timeSeriesDbId)


def test_only_the_owner_changes_a_database(
    connect: Connect, local: LocalExchange, created: TimeSeriesDb
) -> None:
    outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
    with pytest.raises((UnauthorizedError, NotFoundError)):
        outsider.updateTimeSeriesDatabase(created.timeSeriesDbId, name="Mine")
    with pytest.raises((UnauthorizedError, NotFoundError)):
        outsider.deleteTimeSeriesDatabase(created.timeSeriesDbId)
