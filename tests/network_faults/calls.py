"""The calls that are interrupted, with both clients, in tests or in separate programs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from avista_digital_exchange_sdk import AvistaDigitalExchange

TIMES = ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z")

Call = Callable[..., Any]
"""Called with a client, the existing objects and a directory; returns the result or coroutine."""


class Existing(NamedTuple):
    """The objects that calls use."""

    dataStoreId: str
    homeDirectoryId: str
    dataStoreFileId: str
    timeSeriesDbId: str


def records(exchange: Any) -> list[Any]:
    return [
        exchange.createTimeSeriesInputRecord(number, "SECONDS", "power", "BIGINT", number)
        for number in range(150)
    ]


def upload(exchange: Any, existing: Existing, folder: Path) -> Any:
    return exchange.uploadFileToDataStore(
        existing.dataStoreId, existing.homeDirectoryId, folder / "source.bin"
    )


def download(exchange: Any, existing: Existing, folder: Path) -> Any:
    return exchange.downloadDataStoreFile(existing.dataStoreFileId, folder)


def publish(exchange: Any, existing: Existing, folder: Path) -> Any:
    return exchange.publishToTimeSeriesDatabase(
        existing.timeSeriesDbId, "other", records(AvistaDigitalExchange("token"))
    )


def directory(exchange: Any, existing: Existing, folder: Path) -> Any:
    return exchange.getDataStoreDirectory(existing.homeDirectoryId)


def latest(exchange: Any, existing: Existing, folder: Path) -> Any:
    return exchange.listTimeSeriesAssetsAndLatestValues(existing.timeSeriesDbId, folder)


def sql(exchange: Any, existing: Existing, folder: Path) -> Any:
    return exchange.queryTimeSeriesDatabase_TimestreamFormat(existing.timeSeriesDbId, "SELECT 1")


def query(exchange: Any, existing: Existing, folder: Path, aggregate: str = "server") -> Any:
    return exchange.queryTimeSeriesDatabaseWithFilters(
        existing.timeSeriesDbId,
        [{"assetId": "meter"}],
        *TIMES,
        folder,
        maxRows=50,
        aggregate=aggregate,
    )


def query_merged_on_client(exchange: Any, existing: Existing, folder: Path) -> Any:
    return query(exchange, existing, folder, "client")
