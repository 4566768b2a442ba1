"""Failures of every call show no secret."""

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
from scripts.recording.public_calls import find_calls

from ..support.faulty_proxy import Fault
from ..support.sync_wrapper import SyncWrapper
from ..support.valid_arguments import WITHOUT_REQUESTS, run
from .conftest import FaultyPlatform, OpenClient
from .scenarios import http
from .secret_scanner import ECHOED_SIGNATURE, MonitoredClient

ASSETS = [{"userDefinedId": "a", "attributes": [{"userDefinedId": "a-kW", "schemaType": "double"}]}]
MODELS = count()
"""Numbers of models, whose names must differ."""

USERS = count()
"""Numbers of users, whose e-mail addresses must differ."""

FILTER_QUERIES = [
    "queryTimeSeriesDatabaseWithFilters",
    "queryTimeSeriesDatabaseToArrow",
    "queryTimeSeriesDatabaseToDataFrame",
    "queryTimeSeriesDatabaseToPolars",
    "iot.queryByTimeRange",
    "iot.queryDataByTimeRange",
    "iot.queryByTimeRangeToArrow",
    "iot.queryByTimeRangeToDataFrame",
    "iot.queryByTimeRangeToPolars",
]


class World:
    """Arguments of calls: IDs of new objects, and files."""

    def __init__(self, faulty_platform: FaultyPlatform, folder: Path) -> None:
        store = faulty_platform.platform.create_data_store()
        self.store, self.home = store["dataStoreId"], store["homeDirectoryId"]
        self.database = faulty_platform.platform.create_database()
        self.folder = folder
        self.source = folder / "load.csv"
        self.source.write_bytes(b"1")
        self.series = folder / "series.csv"
        self.series.write_text("assetId,timestamp,kW\nmeter,2024-05-01T00:00:00Z,1.5\n")
        self.telemetry = folder / "telemetry.csv"
        self.telemetry.write_text("timestamp,Power\n1970-01-01T00:00:02Z,1.5\n")
        (self.directory,) = faulty_platform.platform.create_entries(
            self.store, self.home, ["reports"], []
        )
        with faulty_platform.direct() as direct:
            file = direct.uploadFileToDataStore(self.store, self.home, self.source)
            self.file = file.dataStoreFileId
            record = direct.createTimeSeriesInputRecord(1, "SECONDS", "power", "BIGINT", 7)
            direct.publishToTimeSeriesDatabase(self.database, "meter", [record])
            self.capture, self.running_capture = (
                direct.dataCapture.createCapture(name).captureId for name in ("Ready", "Running")
            )
            for capture in (self.capture, self.running_capture):
                direct.dataCapture.updateDataModel(capture, ASSETS)
            direct.dataCapture.startCapture(self.running_capture)
            direct.dataCapture.publishData(
                self.running_capture, [{"timestamp": 1, "attributeValues": {"a-kW": 1.5}}]
            )
            attached = direct.dataCapture.attachFile(self.capture, self.source)
            self.attachment = attached.attachmentId
            (self.data_view,) = direct.createDataStoreFileDataView(self.file)
            self.hub = direct.iot.createHub("Roof").iotHubId
            self.empty_hub = direct.iot.createHub("Empty").iotHubId
            self.model, self.unused_model = (
                direct.iot.createModel(
                    f"Sensor{next(MODELS)}",
                    None,
                    [{"name": "Height", "schemaType": "double", "writable": True}],
                    [{"name": "Power", "schemaType": "double"}],
                ).modelId
                for _ in range(2)
            )
            self.endpoint = direct.iot.createEndpoint(self.hub, self.model, "S").iotEndpointId
            self.group = direct.iot.createGroup(self.hub, "All", None, self.endpoint).iotGroupId
            self.token_id = direct.createAuthenticationToken("scratch", 1).tokenId
            # Calls may delete any of these.
            self.collaborative = direct.admin.createCollaborative("Scratch").collaborativeId
            self.organization, self.empty_organization = (
                direct.admin.createOrganization(name).organizationId for name in ("Lab", "Empty")
            )
            self.user, self.member = (
                direct.admin.createUser(
                    name, "Berg", f"{next(USERS)}@lab.example", self.organization
                ).userId
                for name in ("Ida", "Eva")
            )
            for user in (direct.getUserInfo().userId, self.member):
                direct.admin.addCollaborativeMember(self.collaborative, user, "READ_WRITE")
            direct.addServiceToCollaborative(self.database, self.collaborative)
        self.records = [record]
        self._platform = faulty_platform.platform
        self._names = (f"entry {number}" for number in count())

    def new_file(self) -> str:
        """The path of a new file."""
        name = next(self._names)
        self._platform.create_entries(self.store, self.home, [], [name])
        return f"{name}.csv"

    def arguments(self, call: str) -> dict[str, Any]:
        """Arguments of a call: the required ones, and a few optional ones."""
        import pandas

        values: dict[str, Any] = {
            "dataStoreId": self.store,
            "dataStoreDirectoryId": self.directory,
            "parentDirectoryId": self.home,
            "dataStoreFileId": self.file,
            "dataStoreObjectIds": [self.file, self.directory],
            "serviceId": self.store,
            "collaborativeId": self.collaborative,
            "organizationId": self.organization,
            "userId": self.user,
            "currentOwnerUserId": self.user,
            "transferToUserId": self.member,
            "firstName": "Ida",
            "lastName": "Berg",
            "email": f"{next(USERS)}@lab.example",
            "permission": "READ_WRITE",
            "memberState": "APPROVED",
            "name": "more",
            "captureId": self.capture,
            "attachmentId": self.attachment,
            "dataViewId": self.data_view,
            "displayName": "Night test",
            "assets": ASSETS,
            "iotHubId": self.hub,
            "modelId": self.model,
            "iotEndpointId": self.endpoint,
            "iotEndpointIds": [self.endpoint],
            "iotGroupId": self.group,
            "attributeNames": ["Power"],
            "properties": {"Height": 1.5},
            "data": [{"attributes": {"Power": 1.5}}],
            "daysBeforeExpiration": 1,
            "tokenId": self.token_id,
            "localPath": self.source,
            "path": self.series,
            "writeLocation": self.folder,
            "folder": self.folder / "mirror",
            "resultFileWriteLocation": self.folder,
            "timeSeriesDbId": self.database,
            "assetId": "meter",
            "records": self.records,
            "frame": pandas.DataFrame(
                {"assetId": "meter", "timestamp": ["1970-01-01T00:00:01Z"], "power": [7]}
            ),
            "assetAndAttributesFilter": [{"assetId": "meter"}],
            "startTime": "1970-01-01T00:00:00Z",
            "endTime": "1970-01-02T00:00:00Z",
            "queryString": "SELECT n FROM UNNEST(sequence(1, 3)) AS t(n)",
            "state": "READY",
            "document": "query mine { user_getUserSession { user { userId } } }",
        }
        more: dict[str, dict[str, Any]] = {
            "admin.updateCollaborative": {"name": "Renamed"},
            "admin.updateUser": {"firstName": "Eva"},
            "admin.deleteOrganization": {"organizationId": self.empty_organization},
            "admin.updateCollaborativeMember": {"userId": self.member},
            "admin.removeCollaborativeMember": {"userId": self.member},
            "updateDataStore": {"name": "Renamed"},
            "dataCapture.updateCapture": {"displayName": "Renamed"},
            "dataCapture.publishData": {
                "captureId": self.running_capture,
                "data": [{"timestamp": 2, "attributeValues": {"a-kW": 1.5}}],
            },
            "dataCapture.stopCapture": {"captureId": self.running_capture},
            "dataCapture.downloadData": {"captureId": self.running_capture},
            "iot.subscribeToEndpoint": {"iotEndpointId": self.endpoint},
            "iot.publishDataFrame": {
                "iotEndpointId": self.endpoint,
                "frame": pandas.DataFrame({"timestamp": ["1970-01-01T00:00:01Z"], "Power": [7]}),
            },
            "iot.publishFile": {"path": self.telemetry, "iotEndpointId": self.endpoint},
            "iot.updateHub": {"name": "Renamed"},
            "iot.updateModel": {"displayName": "Renamed"},
            "iot.updateEndpoint": {"name": "Renamed"},
            "iot.updateGroup": {"name": "Renamed"},
            "iot.createModel": {"name": f"Model{next(MODELS)}"},
            "iot.deleteHub": {"iotHubId": self.empty_hub},
            "iot.deleteModel": {"modelId": self.unused_model},
            "updateTimeSeriesDatabase": {"name": "Renamed"},
            "moveDataStoreDirectory": {"name": "moved"},
            "moveDataStoreFile": {"name": "moved.csv"},
            "renameDataStoreFile": {"name": "renamed.csv"},
            "listTimeSeriesAssetsAndLatestValues": {"resultFileWriteLocation": self.folder},
            # Some responses of the server contain no values.
            **{query: {"errors": "ignore"} for query in FILTER_QUERIES},
            "queryTimeSeriesDatabase_TimestreamFormat": {"maxRows": 2},
            "iterTimeSeriesDatabase_TimestreamFormat": {"maxRows": 2},
            # The database is shared, the data store is not.
            "removeServiceFromCollaborative": {"serviceId": self.database},
        }
        parameters = inspect.signature(find_calls()[call]).parameters.values()
        required = [p.name for p in parameters if p.name != "self" and p.default is p.empty]
        return {name: values[name] for name in required} | more.get(call, {})


Arguments = Callable[[World], tuple[Any, ...]]
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


CALLS = sorted(find_calls().keys() - WITHOUT_REQUESTS)


def test_table_contains_every_method_of_a_data_store() -> None:
    assert public(DataStore) == {*METHODS}


def echo_secrets(step: str, token: str) -> list[bytes]:
    """Responses that repeat all secrets known to the server."""
    echo = f"https://objects.test/1?X-Amz-Credential=me&X-Amz-Signature={ECHOED_SIGNATURE}"
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
        http(
            "302 Found",
            b"",
            f"Location: https://elsewhere.test/?X-Amz-Signature={ECHOED_SIGNATURE}",
        ),
        f"HTTP/1.1 {echo}\r\n\r\n".encode(),
        f"{echo}\r\n\r\n".encode(),
    ]


def failures(step: str, token: str) -> list[Fault]:
    """All failures of one step: network faults, and a server that echoes requests."""
    broken = [Fault(step, direction, "reset", 0.5) for direction in ("request", "response")]
    return [
        *broken,
        *(Fault(step, "request", secret_response) for secret_response in echo_secrets(step, token)),
    ]


@pytest.fixture
def world(faulty_platform: FaultyPlatform, tmp_path: Path) -> World:
    return World(faulty_platform, tmp_path)


@pytest.mark.parametrize("call", CALLS)
def test_failed_call_of_a_client_shows_no_secret(
    call: str,
    world: World,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    shown: list[str],
) -> None:
    go_wrong(
        lambda exchange: run(exchange, call, **world.arguments(call)),
        open_client,
        faulty_platform,
        shown,
    )


@pytest.mark.parametrize("method", METHODS)
def test_failed_method_of_a_data_store_shows_no_secret(
    method: str,
    world: World,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    shown: list[str],
) -> None:
    def call(exchange: AvistaDigitalExchange) -> Any:
        store = MonitoredClient(SyncWrapper(exchange.getDataStore(world.store)), shown)
        return run(store, method, *METHODS[method](world))

    go_wrong(call, open_client, faulty_platform, shown)


def go_wrong(
    call: Callable[[AvistaDigitalExchange], Any],
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    shown: list[str],
) -> None:
    """Make a successful call, then fail each of its steps in every way."""
    exchange = open_client(debug=True, maxRetries=0)
    faulty_platform.proxy.expect()
    faulty_platform.proxy.signatures.add(ECHOED_SIGNATURE)
    response = call(exchange)
    shown += [repr(response), str(response), repr(exchange)]
    triggered = 0
    for step in dict.fromkeys(faulty_platform.proxy.names):
        for failure in failures(step, faulty_platform.local.token):
            faulty_platform.proxy.expect(failure)
            try:
                call(exchange)
            except DigitalExchangeError:
                # The monitored client checks what the error shows.
                assert faulty_platform.proxy.triggered
            triggered += bool(faulty_platform.proxy.triggered)
    # A repeated call may leave out a step: values that are stored already are not sent again.
    assert triggered
    # httpcore logs response headers if its own log is enabled.
    shown[:] = [line for line in shown if "receive_response_headers." not in line]


def test_pickles_contain_no_secret(world: World, open_client: OpenClient) -> None:
    exchange = open_client()
    store = exchange.getDataStore(world.store)
    assert isinstance(store, (DataStore, types.AsyncDataStore))
    assert pickle.loads(pickle.dumps(store)) == store
    with pytest.raises((TypeError, pickle.PicklingError)):
        pickle.dumps(exchange)
