"""The calls that are interrupted, in either colour, by a test or in a program of their own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from avista_digital_exchange_sdk import AvistaDigitalExchange

TIMES = ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z")

Call = Callable[..., Any]
"""Called with an exchange, what there is, and a folder for files; returns what is awaited."""


class Held(NamedTuple):
    """What every call can be made with."""

    dataStoreId: str
    homeDirectoryId: str
    dataStoreFileId: str
    timeSeriesDbId: str


def records(exchange: Any) -> list[Any]:
    return [
        exchange.createTimeSeriesInputRecord(number, "SECONDS", "power", "BIGINT", number)
        for number in range(150)
    ]


def upload(exchange: Any, held: Held, folder: Path) -> Any:
    return exchange.uploadFileToDataStore(
        held.dataStoreId, held.homeDirectoryId, folder / "source.bin"
    )


def download(exchange: Any, held: Held, folder: Path) -> Any:
    return exchange.downloadDataStoreFile(held.dataStoreFileId, folder)


def publish(exchange: Any, held: Held, folder: Path) -> Any:
    return exchange.publishToTimeSeriesDatabase(
        held.timeSeriesDbId, "other", records(AvistaDigitalExchange("token"))
    )


def directory(exchange: Any, held: Held, folder: Path) -> Any:
    return exchange.getDataStoreDirectory(held.homeDirectoryId)


def latest(exchange: Any, held: Held, folder: Path) -> Any:
    return exchange.listTimeSeriesAssetsAndLatestValues(held.timeSeriesDbId, folder)


def sql(exchange: Any, held: Held, folder: Path) -> Any:
    return exchange.queryTimeSeriesDatabase_TimestreamFormat(held.timeSeriesDbId, "SELECT 1")


def query(exchange: Any, held: Held, folder: Path, aggregate: str = "server") -> Any:
    return exchange.queryTimeSeriesDatabaseWithFilters(
        held.timeSeriesDbId, [{"assetId": "meter"}], *TIMES, folder, maxRows=50, aggregate=aggregate
    )


def query_here(exchange: Any, held: Held, folder: Path) -> Any:
    return query(exchange, held, folder, "client")
