"""Every call, and every way in which it may fail: nothing that is shown holds a secret."""

import inspect
import json
import pickle
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DataStore,
    DigitalExchangeError,
    types,
)

from ..support.faulty_proxy import Fault
from ..support.sync_wrapper import SyncWrapper
from ..support.valid_arguments import run
from .conftest import Far, Reach
from .scenarios import http
from .secret_scanner import Watched

TIMES = ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z")
FILTERS = [{"assetId": "meter"}]
SIGNATURE = "5ec7e75ec7e75ec7e75ec7e75ec7e7"
MADE_HERE = {
    "createTimeSeriesDimension",
    "createTimeSeriesInputRecord",
    "createTimeSeriesMeasureValue",
}
"""Calls that send nothing."""


class World:
    """What calls can be made with: fresh ids of things that are there, and files."""

    def __init__(self, far: Far, folder: Path) -> None:
        store = far.platform.create_data_store()
        self.store, self.home = store["dataStoreId"], store["homeDirectoryId"]
        self.database = far.platform.create_database()
        self.collaborative = far.local.collaborativeId
        self.folder = folder
        self.source = folder / "load.csv"
        self.source.write_bytes(b"1")
        (self.directory,) = far.platform.create_entries(self.store, self.home, ["reports"], [])
        with far.direct() as direct:
            file = direct.uploadFileToDataStore(self.store, self.home, self.source)
            self.file = file.dataStoreFileId
            record = direct.createTimeSeriesInputRecord(1, "SECONDS", "power", "BIGINT", 7)
            direct.publishToTimeSeriesDatabase(self.database, "meter", [record])
            direct.addServiceToCollaborative(self.database, self.collaborative)
        self.records = [record]
        self._platform = far.platform
        self._names = (f"entry {number}" for number in count())

    def new_file(self) -> str:
        """The name of a file that was just made."""
        name = next(self._names)
        self._platform.create_entries(self.store, self.home, [], [name])
        return f"{name}.csv"

    @property
    def sql(self) -> tuple[str, str]:
        return self.database, "SELECT n FROM UNNEST(sequence(1, 3)) AS t(n)"

    @property
    def filters(self) -> tuple[Any, ...]:
        return self.database, FILTERS, *TIMES

    @property
    def frame(self) -> Any:
        import pandas

        return pandas.DataFrame(
            {"assetId": "meter", "timestamp": ["1970-01-01T00:00:01Z"], "power": [7]}
        )


Arguments = Callable[[World], tuple[Any, ...]]
CALLS: dict[str, Arguments] = {
    "getUserInfo": lambda world: (),
    "listDataStores": lambda world: (),
    "getDataStore": lambda world: (world.store,),
    "createDataStore": lambda world: ("Scratch",),
    "updateDataStore": lambda world: (world.store, "Renamed"),
    "deleteDataStore": lambda world: (world.store,),
    "getDataStoreDirectory": lambda world: (world.home,),
    "createDataStoreDirectory": lambda world: (world.store, world.home, "more"),
    "renameDataStoreDirectory": lambda world: (world.directory, "renamed"),
    "moveDataStoreDirectory": lambda world: (world.directory, world.home, "moved"),
    "deleteDataStoreDirectory": lambda world: (world.directory,),
    "getDataStoreFileMeta": lambda world: (world.file,),
    "uploadFileToDataStore": lambda world: (world.store, world.home, world.source),
    "downloadDataStoreFile": lambda world: (world.file, world.folder / "again.csv"),
    "downloadDataStoreZip": lambda world: ([world.file, world.directory], world.folder),
    "renameDataStoreFile": lambda world: (world.file, "renamed.csv"),
    "moveDataStoreFile": lambda world: (world.file, world.directory, "moved.csv"),
    "deleteDataStoreFile": lambda world: (world.file,),
    "listTimeSeriesDatabases": lambda world: (),
    "getTimeSeriesDatabase": lambda world: (world.database,),
    "listTimeSeriesAssetsAndLatestValues": lambda world: (world.database, world.folder),
    "publishToTimeSeriesDatabase": lambda world: (world.database, "meter", world.records),
    "publishDataFrameToTimeSeriesDatabase": lambda world: (world.database, world.frame),
    "queryTimeSeriesDatabaseWithFilters": lambda world: (*world.filters, world.folder),
    "queryTimeSeriesDatabaseToDataFrame": lambda world: world.filters,
    "queryTimeSeriesDatabaseToArrow": lambda world: world.filters,
    "queryTimeSeriesDatabaseToPolars": lambda world: world.filters,
    "queryTimeSeriesDatabase_TimestreamFormat": lambda world: (*world.sql, 2),
    "iterTimeSeriesDatabase_TimestreamFormat": lambda world: (*world.sql, 2),
    "queryTimeSeriesDatabase_TimestreamFormatToDataFrame": lambda world: world.sql,
    "queryTimeSeriesDatabase_TimestreamFormatToArrow": lambda world: world.sql,
    "queryTimeSeriesDatabase_TimestreamFormatToPolars": lambda world: world.sql,
    "listCollaboratives": lambda world: (),
    "getCollaborative": lambda world: (world.collaborative,),
    "listCollaborativeServices": lambda world: (world.collaborative,),
    "listCollaborativesServiceSharedWith": lambda world: (world.store,),
    "addServiceToCollaborative": lambda world: (world.store, world.collaborative),
    "removeServiceFromCollaborative": lambda world: (world.database, world.collaborative),
    "execute": lambda world: ("query mine { user_getUserSession { user { userId } } }",),
}
METHODS: dict[str, Arguments] = {
    "cd": lambda world: ("reports",),
    "ls": lambda world: (),
    "pwd": lambda world: (),
    "uploadFile": lambda world: (world.source,),
    "downloadFile": lambda world: ("load.csv", world.folder / "again.csv"),
    "deleteFile": lambda world: (world.new_file(),),
    "help": lambda world: (),
}


def public(kind: type) -> set[str]:
    return {
        name
        for name, member in inspect.getmembers(kind, callable)
        if not name.startswith("_") and getattr(member, "__module__", "").startswith("avista")
    }


def test_no_call_is_left_out() -> None:
    assert public(AvistaDigitalExchange) - MADE_HERE == {*CALLS, "close"}
    assert public(DataStore) == {*METHODS}


def lies(step: str, token: str) -> list[bytes]:
    """Answers that repeat all the secrets that the server has."""
    echo = f"https://objects.test/1?X-Amz-Credential=me&X-Amz-Signature={SIGNATURE}"
    if step not in ("GET", "PUT"):
        echo = f"{token} {echo}"
    error = {"errorType": f"Odd {echo}", "message": echo, "errorInfo": {echo: [echo]}}
    xml = f"<Error><Code>{echo}</Code><Message>{echo}</Message></Error>"
    return [
        http("401 Unauthorized", json.dumps({"errors": [error]}).encode()),
        http("200 OK", json.dumps({"data": {"x": echo}, "errors": [error]}).encode()),
        http("200 OK", json.dumps({"data": {"x": echo}}).encode()),
        http("500 Internal Server Error", echo.encode(), f"x-amzn-requestid: {echo}"),
        http("403 Forbidden", xml.encode()),
        http("302 Found", b"", f"Location: https://elsewhere.test/?X-Amz-Signature={SIGNATURE}"),
        f"HTTP/1.1 {echo}\r\n\r\n".encode(),
        f"{echo}\r\n\r\n".encode(),
    ]


def failures(step: str, token: str) -> list[Fault]:
    """All that goes wrong with one step: the network, and a server that repeats what it heard."""
    broken = [Fault(step, direction, "reset", 0.5) for direction in ("request", "response")]
    return [*broken, *(Fault(step, "request", lie) for lie in lies(step, token))]


@pytest.fixture
def world(far: Far, tmp_path: Path) -> World:
    return World(far, tmp_path)


@pytest.mark.parametrize("call", CALLS)
def test_a_call_of_the_exchange(
    call: str, world: World, reach: Reach, far: Far, shown: list[str]
) -> None:
    go_wrong(lambda exchange: run(exchange, call, *CALLS[call](world)), reach, far, shown)


@pytest.mark.parametrize("method", METHODS)
def test_a_method_of_a_data_store(
    method: str, world: World, reach: Reach, far: Far, shown: list[str]
) -> None:
    def call(exchange: AvistaDigitalExchange) -> Any:
        store = Watched(SyncWrapper(exchange.getDataStore(world.store)), shown)
        return run(store, method, *METHODS[method](world))

    go_wrong(call, reach, far, shown)


def go_wrong(
    call: Callable[[AvistaDigitalExchange], Any], reach: Reach, far: Far, shown: list[str]
) -> None:
    """Make a call as it should be, then let each of its steps go wrong in every way."""
    exchange = reach(debug=True, maxRetries=0)
    far.proxy.expect()
    far.proxy.signatures.add(SIGNATURE)
    response = call(exchange)
    shown += [repr(response), str(response), repr(exchange)]
    for step in dict.fromkeys(far.proxy.names):
        for failure in failures(step, far.local.token):
            far.proxy.expect(failure)
            try:
                call(exchange)
            except DigitalExchangeError:
                # What it shows is seen to by the exchange that raised it.
                assert far.proxy.triggered
    # What a server says in its headers, httpcore shows to whoever turns its own log on.
    shown[:] = [line for line in shown if "receive_response_headers." not in line]


def test_no_secret_is_pickled(world: World, reach: Reach) -> None:
    exchange = reach()
    store = exchange.getDataStore(world.store)
    assert isinstance(store, (DataStore, types.AsyncDataStore))
    assert pickle.loads(pickle.dumps(store)) == store
    with pytest.raises((TypeError, pickle.PicklingError)):
        pickle.dumps(exchange)
