"""Live data of assets."""

from avista_digital_exchange_sdk import AvistaDigitalExchange, TimeSeriesAssetData


def test_event_has_the_published_values_of_the_asset(
    exchange: AvistaDigitalExchange, database: str
) -> None:
    record = exchange.createTimeSeriesInputRecord(1, "SECONDS", "kW", "DOUBLE", 4.5)
    with exchange.subscribeToTimeSeriesAsset(database, "meter") as events:
        exchange.publishToTimeSeriesDatabase(database, "other", [record])
        exchange.publishToTimeSeriesDatabase(database, "meter", [record])
        event = events.next(60)
    assert isinstance(event, TimeSeriesAssetData)
    assert event.assetId == "meter"
    (attribute,) = event.attributes
    assert (attribute.name, [entry.value for entry in attribute.data]) == ("kW", ["4.5"])
