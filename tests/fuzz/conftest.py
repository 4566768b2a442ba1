"""A Local Exchange in which one user must not see the data of another."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from .devices import HOLDINGS, create_devices, list_devices

SECRET = "for the owner's eyes 7f3a9c"
QUERY = "timeSeriesDb_queryDatabase"
DEVICE_IDS = ("iotHubId", "modelId", "iotEndpointId", "iotGroupId", "captureId")
GETTERS = {
    "dataStoreId": "storage_getDataStore(dataStoreId: $i) { name }",
    "timeSeriesDbId": "timeSeriesDb_getDatabase(timeSeriesDbId: $i) { name }",
    "dataStoreFileId": "storage_getDataStoreFile(dataStoreFileId: $i) { name }",
    "iotEndpointId": "iot_getEndpoint(iotEndpointId: $i) { name }",
    "iotGroupId": "iot_getGroup(iotGroupId: $i) { name }",
    "dataCapture": "dataCapture_getCapture(captureId: $i) { state }",
}

# The same examples in every run, so failures are reproducible.
settings.register_profile(
    "fuzz",
    derandomize=True,
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("fuzz")


class Failures(logging.Handler):
    """Records unhandled exceptions in the server's log."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.received: list[str] = []
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.received.append(self.format(record))


class Exposed:
    """A Local Exchange, and an outsider who knows all IDs in it.

    Attributes:
        local: The Local Exchange.
        failures: Unhandled exceptions.
        urls: Presigned URLs of the outsider, by method.
        ids: The IDs of everything that the owner has.
        own_ids: The IDs of everything that the outsider has.
    """

    def __init__(
        self, local: LocalExchange, http: httpx.Client, location: Path, failures: Failures
    ) -> None:
        self.local = local
        self.http = http
        self.failures = failures
        self.urls: dict[str, str] = {}
        self._location = location
        self.ids = [*self._hide(), local.collaborativeId]
        self.own_ids: list[str] = []
        self._held = self._holdings()

    def ask(self, body: Any, role: str = "outsider") -> httpx.Response:
        """POST an operation, or arbitrary bytes."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        headers = {"Authorization": self.local.tokens[role]}
        return self.http.post(self.local.endpoint, headers=headers, **content)

    def field(self, query: str, role: str, **variables: Any) -> Any:
        """The result of an operation with one field."""
        response = self.ask({"query": query, "variables": variables}, role).json()
        assert response["data"], response
        (value,) = response["data"].values()
        return value

    def settle(self) -> None:
        """Create a data store and a database of the outsider if they were deleted."""
        if self.own_ids and all(map(self._is_there, self.own_ids)):
            return
        store, home, database = self._settled("outsider", "mine")
        created = self._create_file("outsider", store, home, "mine")
        self.http.put(created["url"], content=b"mine").raise_for_status()
        url = self.field(
            "query q($f: ID!) { storage_getDataStoreFileDownloadUrl(dataStoreFileId: $f) { url } }",
            "outsider",
            f=created["itemId"],
        )["url"]
        self.urls = {"GET": url, "PUT": created["url"]}
        self.own_ids = [store, database, created["itemId"], home, self._query(database, "outsider")]
        self.own_ids += create_devices(self.field, "outsider", "mine")

    def own_device(self, kind: str) -> str:
        """The ID of an endpoint or a capture of the outsider."""
        self.settle()
        return next(own for own in self.own_ids if own.startswith(f"{kind}."))

    def check(self, *shown: str) -> None:
        """Check that nothing failed and that no data of the owner was shown."""
        assert self.failures.received == []
        tokens = [token for role, token in self.local.tokens.items() if role != "outsider"]
        for text in shown:
            assert not [secret for secret in (SECRET, *tokens) if secret in text]

    def check_all_is_as_it_was(self) -> None:
        """Check that the owner's data and the files next to the data directory are unchanged."""
        assert self._holdings() == self._held
        assert {path.name: path.is_file() for path in self._location.iterdir()} == {
            "beside.csv": True,
            "data": False,
        }
        self.check()

    @property
    def beside(self) -> Path:
        """A file next to the data directory."""
        return self._location / "beside.csv"

    # Data of the owner

    def _hide(self) -> list[str]:
        self.beside.write_text(f"a,b\n{SECRET},1\n")
        store, home, database = self._settled("owner", SECRET)
        ids = [store, home, database]
        for where in ((store, home), (self.local.dataStoreId, self.local.homeDirectoryId)):
            created = self._create_file("owner", *where, SECRET)
            self.http.put(created["url"], content=SECRET.encode()).raise_for_status()
            ids += [*where, created["itemId"]]
        with AvistaDigitalExchange(self.local.token, endpoint=self.local.endpoint) as owner:
            for kept in (database, self.local.timeSeriesDbId):
                record = owner.createTimeSeriesInputRecord(1, "SECONDS", "note", "VARCHAR", SECRET)
                owner.publishToTimeSeriesDatabase(kept, "meter", [record])
                ids += [kept, self._query(kept, "owner")]
        ids += create_devices(self.field, "owner", SECRET)
        return [*ids, *(getattr(self.local, name) for name in DEVICE_IDS)]

    def _settled(self, role: str, name: str) -> tuple[str, str, str]:
        """A new data store, its home directory, and a new database."""
        store = self.field(
            "mutation m($n: String!) { storage_createDataStore(name: $n, description: $n) "
            "{ dataStoreId homeDirectoryId } }",
            role,
            n=name,
        )
        database = self.field(
            "mutation m($n: String!) { timeSeriesDb_createDatabase(name: $n, description: $n) "
            "{ timeSeriesDbId } }",
            role,
            n=name,
        )
        return store["dataStoreId"], store["homeDirectoryId"], database["timeSeriesDbId"]

    def _create_file(self, role: str, store: str, directory: str, name: str) -> dict[str, str]:
        return self.field(
            "mutation m($s: ID!, $d: ID!, $n: String!) { storage_createDataStoreFile("
            'dataStoreId: $s, dataStoreDirectoryId: $d, name: $n, fileExtension: "csv") '
            "{ itemId url } }",
            role,
            s=store,
            d=directory,
            n=name,
        )

    def _query(self, database: str, role: str) -> str:
        """The ID of a running query."""
        return self.field(
            f"query q($d: ID!) {{ {QUERY}(timeSeriesDbId: $d, queryType: TIME_PERIOD, "
            'startTime: "1970-01-01T00:00:00Z", endTime: "1970-01-02T00:00:00Z", '
            'assets: [{assetId: "meter"}]) { queryId } }',
            role,
            d=database,
        )["queryId"]

    def _is_there(self, identifier: str) -> bool:
        known = GETTERS.get(identifier.partition(".")[0])
        if known is None:
            return True
        return self.field(f"query q($i: ID!) {{ {known} }}", "outsider", i=identifier) is not None

    def _holdings(self) -> Any:
        """All data of the owner."""
        with AvistaDigitalExchange(self.local.token, endpoint=self.local.endpoint) as owner:
            stores = owner.listDataStores()
            held: list[Any] = [
                (store, owner.getDataStoreDirectory(store.homeDirectoryId)) for store in stores
            ]
            for database in owner.listTimeSeriesDatabases():
                latest = owner.listTimeSeriesAssetsAndLatestValues(database.timeSeriesDbId)
                held.append((database, latest))
            held += owner.listCollaborativeServices(self.local.collaborativeId)
            return held + list_devices(self.field, owner.execute(HOLDINGS), "owner")


@pytest.fixture(scope="session")
def _exposed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exposed]:
    location = tmp_path_factory.mktemp("exposed")
    failures = Failures()
    root = logging.getLogger()
    with LocalExchange(data=location / "data") as local, httpx.Client(timeout=60) as http:
        root.addHandler(failures)
        yield Exposed(local, http, location, failures)
        root.removeHandler(failures)


@pytest.fixture
def exposed(_exposed: Exposed) -> Iterator[Exposed]:
    """A Local Exchange with private data; checks afterwards that it is unchanged."""
    _exposed.failures.received.clear()
    _exposed.settle()
    yield _exposed
    _exposed.check_all_is_as_it_was()
