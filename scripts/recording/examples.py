"""The examples in the docstrings of calls, and what they expect to find."""

import doctest
import inspect
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]  # untyped

from avista_digital_exchange_sdk import AvistaDigitalExchange, TimeSeriesInputRecord
from avista_digital_exchange_sdk.local import LocalExchange

IOT_RECORD = {"timestamp": 362793600, "timeUnit": "SECONDS", "attributes": {"Power": 18.8}}
SOLAR_SITE = files("avista_digital_exchange_sdk.demo") / "solar_site.csv"


@contextmanager
def example_names() -> Iterator[dict[str, Any]]:
    """The names that examples use: a client, and IDs of what a Local Exchange holds.

    The current directory gets the demo's CSV file.
    """
    Path(SOLAR_SITE.name).write_bytes(SOLAR_SITE.read_bytes())
    with (
        LocalExchange() as local,
        AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange,
        closing(fsspec.filesystem("dx", token=local.token, endpoint=local.endpoint)),
    ):
        file = exchange.uploadFileToDataStore(
            local.dataStoreId, local.homeDirectoryId, SOLAR_SITE.name
        )
        exchange.publishToTimeSeriesDatabase(local.timeSeriesDbId, "roof", [_record(exchange)])
        exchange.iot.publish(local.iotEndpointId, [IOT_RECORD])
        yield {
            "digitalExchange": exchange,
            "AvistaDigitalExchange": AvistaDigitalExchange,
            "token": local.token,
            "endpoint": local.endpoint,
            "dataStoreId": local.dataStoreId,
            "homeDirectoryId": local.homeDirectoryId,
            "dataStoreFileId": file.dataStoreFileId,
            "timeSeriesDbId": local.timeSeriesDbId,
            "collaborativeId": local.collaborativeId,
            "iotHubId": local.iotHubId,
            "modelId": local.modelId,
            "iotEndpointId": local.iotEndpointId,
            "iotGroupId": local.iotGroupId,
            "captureId": local.captureId,
            "dataStore": exchange.getDataStore(local.dataStoreId),
        }


def _record(exchange: AvistaDigitalExchange) -> TimeSeriesInputRecord:
    measures = [
        exchange.createTimeSeriesMeasureValue("DOUBLE", "DNI (W/m^2)", "0"),
        exchange.createTimeSeriesMeasureValue("DOUBLE", "Dry-bulb (C)", "18.8"),
    ]
    name = exchange.createTimeSeriesDimension("VARCHAR", "name", "Greensboro roof")
    return exchange.createTimeSeriesInputRecord(
        362793600, "SECONDS", "weather", "MULTI", None, measures, [name]
    )


def parse_example(described: Any, names: dict[str, Any]) -> doctest.DocTest:
    """The example in a docstring."""
    docstring = inspect.getdoc(described) or ""
    return doctest.DocTestParser().get_doctest(docstring, names, described.__name__, None, 0)
