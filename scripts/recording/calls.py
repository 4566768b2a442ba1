"""Public calls, with arguments that cover all operations they may send.

A call that is missing here is recorded from the example in its docstring.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from avista_digital_exchange_sdk import AssetFilter, AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

END = datetime.now(UTC).replace(microsecond=0)
START = END - timedelta(days=1)
BETWEEN = END - timedelta(hours=1)


class Call(NamedTuple):
    """A call with its arguments.

    Attributes:
        name: Its name, with the class as a prefix unless it is a method of the client.
        run: Runs it.
    """

    name: str
    run: Callable[[], object]


class InterruptedByUserError(Exception):
    """Raised by a progress callback to stop a call midway."""


def _interrupt(*_: object) -> None:
    raise InterruptedByUserError


def _stop_midway(call: Callable[[], object]) -> Callable[[], object]:
    def run() -> None:
        with suppress(InterruptedByUserError):
            call()

    return run


def calls(exchange: AvistaDigitalExchange, local: LocalExchange, folder: Path) -> Iterator[Call]:
    """Yield all calls. What a call needs is created before it is yielded, and so not recorded."""
    yield Call("getUserInfo", exchange.getUserInfo)
    yield Call("execute", lambda: exchange.execute("{ user_getUserSession { user { userId } } }"))
    yield from _data_stores(exchange)
    yield from _files(exchange, folder)
    yield from _working_directory(exchange, folder)
    yield from _time_series(exchange, local.timeSeriesDbId, folder)
    yield from _queries(exchange, local.timeSeriesDbId, folder)
    yield from _range_queries(exchange, local.iotEndpointId, folder)
    yield from _collaboratives(exchange, local)
    yield from _captures(exchange, local, folder)


def _data_stores(exchange: AvistaDigitalExchange) -> Iterator[Call]:
    yield Call("listDataStores", exchange.listDataStores)
    yield Call("createDataStore", lambda: exchange.createDataStore("Recorded", "A description"))
    store = exchange.createDataStore("Made before")
    identifier, home = store.dataStoreId, store.homeDirectoryId or ""
    yield Call("getDataStore", lambda: exchange.getDataStore(identifier))
    yield Call("updateDataStore", lambda: exchange.updateDataStore(identifier, name="Renamed"))
    yield Call(
        "createDataStoreDirectory",
        lambda: exchange.createDataStoreDirectory(identifier, home, "recorded"),
    )
    made = exchange.createDataStoreDirectory(identifier, home, "made").dataStoreDirectoryId
    other = exchange.createDataStoreDirectory(identifier, home, "other").dataStoreDirectoryId
    yield Call("getDataStoreDirectory", lambda: exchange.getDataStoreDirectory(home))
    yield Call("renameDataStoreDirectory", lambda: exchange.renameDataStoreDirectory(made, "new"))
    yield Call("moveDataStoreDirectory", lambda: exchange.moveDataStoreDirectory(made, other))
    yield Call("moveDataStoreDirectory", lambda: exchange.moveDataStoreDirectory(made, home, "a"))
    yield Call("deleteDataStoreDirectory", lambda: exchange.deleteDataStoreDirectory(other))
    yield Call("deleteDataStore", lambda: exchange.deleteDataStore(identifier))


def _files(exchange: AvistaDigitalExchange, folder: Path) -> Iterator[Call]:
    local = folder / "load.csv"
    local.write_text("12.5")
    store = exchange.createDataStore("Files")
    identifier, home = store.dataStoreId, store.homeDirectoryId or ""
    into = exchange.createDataStoreDirectory(identifier, home, "into").dataStoreDirectoryId
    yield Call(
        "uploadFileToDataStore", lambda: exchange.uploadFileToDataStore(identifier, home, local)
    )
    yield Call(
        "uploadFileToDataStore",
        _stop_midway(
            lambda: exchange.uploadFileToDataStore(identifier, home, local, progress=_interrupt)
        ),
    )
    file = exchange.uploadFileToDataStore(identifier, home, local).dataStoreFileId
    yield Call("getDataStoreFileMeta", lambda: exchange.getDataStoreFileMeta(file))
    yield Call("downloadDataStoreFile", lambda: exchange.downloadDataStoreFile(file, folder))
    yield Call(
        "downloadDataStoreZip", lambda: exchange.downloadDataStoreZip([file], folder / "all.zip")
    )
    yield Call("renameDataStoreFile", lambda: exchange.renameDataStoreFile(file, "renamed.csv"))
    yield Call("moveDataStoreFile", lambda: exchange.moveDataStoreFile(file, into))
    yield Call("moveDataStoreFile", lambda: exchange.moveDataStoreFile(file, home, "back.csv"))
    yield Call("deleteDataStoreFile", lambda: exchange.deleteDataStoreFile(file))


def _working_directory(exchange: AvistaDigitalExchange, folder: Path) -> Iterator[Call]:
    local = folder / "roof.csv"
    local.write_text("12.5")
    store = exchange.createDataStore("Working directory")
    exchange.createDataStoreDirectory(store.dataStoreId, store.homeDirectoryId or "", "into")
    yield Call("DataStore.help", store.help)
    yield Call("DataStore.pwd", store.pwd)
    yield Call("DataStore.ls", store.ls)
    yield Call("DataStore.cd", lambda: store.cd("into"))
    yield Call("DataStore.uploadFile", lambda: store.uploadFile(local))
    yield Call(
        "DataStore.uploadFile", _stop_midway(lambda: store.uploadFile(local, progress=_interrupt))
    )
    yield Call("DataStore.downloadFile", lambda: store.downloadFile("roof.csv", folder))
    yield Call("DataStore.deleteFile", lambda: store.deleteFile("roof.csv"))


def _time_series(exchange: AvistaDigitalExchange, database: str, folder: Path) -> Iterator[Call]:
    yield Call("listTimeSeriesDatabases", exchange.listTimeSeriesDatabases)
    yield Call("getTimeSeriesDatabase", lambda: exchange.getTimeSeriesDatabase(database))
    yield Call(
        "createTimeSeriesMeasureValue",
        lambda: exchange.createTimeSeriesMeasureValue("DOUBLE", "power", 1.5),
    )
    yield Call(
        "createTimeSeriesDimension",
        lambda: exchange.createTimeSeriesDimension("VARCHAR", "site", "roof"),
    )
    record = exchange.createTimeSeriesInputRecord(BETWEEN, "MILLISECONDS", "power", "DOUBLE", 1.5)
    yield Call(
        "createTimeSeriesInputRecord",
        lambda: exchange.createTimeSeriesInputRecord(
            BETWEEN, "MILLISECONDS", "power", "DOUBLE", 1.5
        ),
    )
    yield Call(
        "publishToTimeSeriesDatabase",
        lambda: exchange.publishToTimeSeriesDatabase(database, "recorded", [record]),
    )
    for time in (BETWEEN, BETWEEN + timedelta(minutes=1)):
        # The first is stored already and is not sent.
        frame = pd.DataFrame({"timestamp": [time], "power": [1.5]})
        yield Call(
            "publishDataFrameToTimeSeriesDatabase",
            partial(
                exchange.publishDataFrameToTimeSeriesDatabase, database, frame, assetId="recorded"
            ),
        )
    file = folder / "power.csv"
    file.write_text(f"timestamp,power\n{BETWEEN},1.5\n{END},2.5\n")
    yield Call(
        "publishFileToTimeSeriesDatabase",
        lambda: exchange.publishFileToTimeSeriesDatabase(database, file, assetId="recorded"),
    )
    yield Call(
        "listTimeSeriesAssetsAndLatestValues",
        lambda: exchange.listTimeSeriesAssetsAndLatestValues(database),
    )
    yield Call(
        "listTimeSeriesAssetsAndLatestValues",
        lambda: exchange.listTimeSeriesAssetsAndLatestValues(database, folder / "latest.csv"),
    )


def _queries(exchange: AvistaDigitalExchange, database: str, folder: Path) -> Iterator[Call]:
    asset = exchange.listTimeSeriesAssetsAndLatestValues(database)[0].assetId
    what: tuple[str, list[AssetFilter], datetime, datetime] = (
        database,
        [{"assetId": asset}],
        START,
        END,
    )
    for file_format in ("CSV", "JSON", "PARQUET"):
        for aggregate in ("server", "client"):
            yield Call(
                "queryTimeSeriesDatabaseWithFilters",
                partial(
                    exchange.queryTimeSeriesDatabaseWithFilters,
                    *what,
                    folder / f"{aggregate}.{file_format.lower()}",
                    file_format,
                    aggregate=aggregate,
                ),
            )
    for call in (
        exchange.queryTimeSeriesDatabaseToDataFrame,
        exchange.queryTimeSeriesDatabaseToArrow,
        exchange.queryTimeSeriesDatabaseToPolars,
    ):
        yield Call(call.__name__, partial(call, *what))
        # Results of several pages are exported.
        yield Call(call.__name__, partial(call, *what, aggregate="server"))
        yield Call(call.__name__, _stop_midway(partial(call, *what, progress=_interrupt)))
    yield Call(
        "queryTimeSeriesDatabaseWithFilters",
        _stop_midway(
            lambda: exchange.queryTimeSeriesDatabaseWithFilters(
                *what, folder / "interrupted.csv", progress=_interrupt
            )
        ),
    )
    table = exchange.getTimeSeriesDatabase(database)
    sql = f'SELECT time, measure_name FROM "{table.databaseName}"."{table.tableName}"'
    name = "iterTimeSeriesDatabase_TimestreamFormat"
    yield Call(name, lambda: list(exchange.iterTimeSeriesDatabase_TimestreamFormat(database, sql)))
    for query in (
        exchange.queryTimeSeriesDatabase_TimestreamFormat,
        exchange.queryTimeSeriesDatabase_TimestreamFormatToDataFrame,
        exchange.queryTimeSeriesDatabase_TimestreamFormatToArrow,
        exchange.queryTimeSeriesDatabase_TimestreamFormatToPolars,
    ):
        yield Call(query.__name__, partial(query, database, sql))


def _range_queries(exchange: AvistaDigitalExchange, endpoint: str, folder: Path) -> Iterator[Call]:
    iot = exchange.iot
    iot.publish(endpoint, [{"timestamp": BETWEEN, "attributes": {"Power": 1.5}}])
    # The first row is stored already, and so compared.
    frame = pd.DataFrame({"timestamp": [BETWEEN, END], "Power": [1.5, 2.5]})
    yield Call("iot.publishDataFrame", lambda: iot.publishDataFrame(frame, iotEndpointId=endpoint))
    file = folder / "telemetry-input.csv"
    frame.to_csv(file, index=False)
    yield Call("iot.publishFile", lambda: iot.publishFile(file, iotEndpointId=endpoint))
    file_query = partial(iot.queryByTimeRange, resultFileWriteLocation=folder / "telemetry.csv")
    queries: dict[str, Callable[..., object]] = {
        "queryByTimeRange": file_query,
        "queryDataByTimeRange": iot.queryDataByTimeRange,
        "queryByTimeRangeToDataFrame": iot.queryByTimeRangeToDataFrame,
        "queryByTimeRangeToArrow": iot.queryByTimeRangeToArrow,
        "queryByTimeRangeToPolars": iot.queryByTimeRangeToPolars,
    }
    for name, query in queries.items():
        run = partial(query, endpoint, None, START, END)
        yield Call(f"iot.{name}", run)
        yield Call(f"iot.{name}", _stop_midway(partial(run, progress=_interrupt)))


def _collaboratives(exchange: AvistaDigitalExchange, local: LocalExchange) -> Iterator[Call]:
    collaborative = local.collaborativeId
    store = exchange.createDataStore("Shared").dataStoreId
    yield Call("listCollaboratives", exchange.listCollaboratives)
    yield Call("getCollaborative", lambda: exchange.getCollaborative(collaborative))
    yield Call(
        "addServiceToCollaborative",
        lambda: exchange.addServiceToCollaborative(store, collaborative),
    )
    yield Call(
        "listCollaborativeServices", lambda: exchange.listCollaborativeServices(collaborative)
    )
    yield Call(
        "listCollaborativesServiceSharedWith",
        lambda: exchange.listCollaborativesServiceSharedWith(store),
    )
    yield Call(
        "removeServiceFromCollaborative",
        lambda: exchange.removeServiceFromCollaborative(store, collaborative),
    )


def _captures(
    exchange: AvistaDigitalExchange, local: LocalExchange, folder: Path
) -> Iterator[Call]:
    captures, capture = exchange.dataCapture, local.captureId
    captures.startCapture(capture)
    captures.publishData(
        capture, [{"timestamp": BETWEEN, "attributeValues": {local.captureAttributeId: 1.5}}]
    )
    name = "dataCapture.downloadData"
    yield Call(name, lambda: captures.downloadData(capture, folder / "active.csv"))
    captures.stopCapture(capture)
    yield Call(name, lambda: captures.downloadData(capture, folder / "full.csv"))
