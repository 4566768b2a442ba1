"""The jobs written for the official SDK, following its documentation.

Its releases only know the production URL, so requests of their HTTP libraries are redirected to
the Local Exchange. Filter queries are not included: they need a subscription, whose authorization
contains the host name. The newest release has no time series calls.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from . import dataset
from .environment import Environment, Job, Work

RECORDS_PER_BATCH = 100


@contextmanager
def connect_client(env: Environment) -> Iterator[Any]:
    """Create a client for the owner; connect it if it keeps connections."""
    from avista_digital_exchange_sdk import AvistaDigitalExchange

    if env.ca_file is not None:
        os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = str(env.ca_file)
    _redirect_requests(env)
    _redirect_httpx(env)
    exchange = AvistaDigitalExchange(env.token)
    exchange.getUserInfo()
    yield exchange


def _stores(exchange: Any) -> Any:
    """Return the object with the data store calls, which newer releases group."""
    return getattr(exchange, "dataStores", exchange)


def _redirect_requests(env: Environment) -> None:
    with suppress(ImportError):
        import requests  # type: ignore[import-untyped]  # installed only for competitors

        send = requests.Session.send

        def send_redirected(self: Any, request: Any, **options: Any) -> Any:
            request.url = _redirect(env, request.url)
            return send(self, request, **options)

        requests.Session.send = send_redirected


def _redirect_httpx(env: Environment) -> None:
    with suppress(ImportError):
        import httpx

        for client in (httpx.Client, httpx.AsyncClient):
            send: Any = client.send

            def send_redirected(
                self: Any, request: Any, *, _send: Any = send, **options: Any
            ) -> Any:
                request.url = httpx.URL(_redirect(env, str(request.url)))
                request.headers["Host"] = request.url.netloc.decode()
                return _send(self, request, **options)

            client.send = send_redirected  # type: ignore[method-assign]  # patches the library


def _redirect(env: Environment, url: str) -> str:
    is_production = str(urlsplit(url).hostname).endswith(".amazonaws.com")
    return env.endpoint if is_production else url


@contextmanager
def user(env: Environment) -> Iterator[Work]:
    """Request the current user repeatedly."""
    with connect_client(env) as exchange:

        def work() -> None:
            for _ in range(dataset.USER_CALLS):
                assert exchange.getUserInfo().firstName

        yield work


@contextmanager
def directory(env: Environment) -> Iterator[Work]:
    """List a directory."""
    with connect_client(env) as exchange:
        yield lambda: _stores(exchange).getDataStoreDirectory(env.fixtures["directory_id"])


def download(name: str) -> Job:
    """Download a file."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        target = env.path("downloaded")
        with connect_client(env) as exchange:

            def work() -> None:
                _stores(exchange).downloadDataStoreFile(env.fixtures[name], str(target))
                assert target.stat().st_size == env.path(name).stat().st_size

            yield work
        target.unlink()

    return job


@contextmanager
def upload(env: Environment) -> Iterator[Work]:
    """Upload a file."""
    source = Path(env.path("1GiB"))
    uploaded: list[Any] = []
    with connect_client(env) as exchange:

        def work() -> None:
            store, home = env.data_store_id, env.home_directory_id
            uploaded.append(_stores(exchange).uploadFileToDataStore(store, home, str(source)))

        yield work
        _stores(exchange).deleteDataStoreFile(uploaded[0].dataStoreFileId)


@contextmanager
def latest(env: Environment) -> Iterator[Work]:
    """List the latest value of each attribute of each asset."""
    with connect_client(env) as exchange:

        def work() -> None:
            for _ in range(dataset.LATEST_REPETITIONS):
                listed = exchange.listTimeSeriesAssetsAndLatestValues(
                    env.fixtures["latest_page_database_id"], None
                )
                count = len(listed.data)
                assert count == len(dataset.LATEST_PAGE_ASSETS), f"{count} assets"

        yield work


@contextmanager
def sql(env: Environment) -> Iterator[Work]:
    """Read all rows, page by page."""
    with connect_client(env) as exchange:
        database = exchange.getTimeSeriesDatabase(env.time_series_db_id)
        query = dataset.sql(database.databaseName, database.tableName)

        def work() -> None:
            count, nextToken, clientToken = 0, None, None
            while True:
                page = exchange.queryTimeSeriesDatabase_TimestreamFormat(
                    env.time_series_db_id, query, None, nextToken, clientToken
                )
                count += sum(1 for _ in page.rows)
                nextToken, clientToken = page.nextToken, page.clientToken
                if not nextToken:
                    break
            assert count == dataset.ROWS

        yield work


def publish(count: int) -> Job:
    """Publish records of a new asset, in batches of the platform's maximum size."""

    @contextmanager
    def job(env: Environment) -> Iterator[Work]:
        with connect_client(env) as exchange:
            records = [
                exchange.createTimeSeriesInputRecord(str(time), "SECONDS", "kW", "DOUBLE", value)
                for time, value in dataset.plain_values()[:count]
            ]

            def work() -> None:
                asset = f"meter-{uuid4()}"
                for first in range(0, len(records), RECORDS_PER_BATCH):
                    batch = records[first : first + RECORDS_PER_BATCH]
                    exchange.publishToTimeSeriesDatabase(env.time_series_db_id, asset, batch)

            yield work

    return job


@contextmanager
def put(env: Environment) -> Iterator[Work]:
    """Upload small files one after the other."""
    with connect_client(env) as exchange:

        def work() -> None:
            for path in sorted(env.path("small").iterdir()):
                _stores(exchange).uploadFileToDataStore(
                    env.data_store_id, env.home_directory_id, str(path)
                )

        yield work


@contextmanager
def get(env: Environment) -> Iterator[Work]:
    """Download small files one after the other."""
    # It is removed if the release fails, too, as the next job would find its files.
    with connect_client(env) as exchange, TemporaryDirectory(dir=env.folder) as folder:

        def work() -> None:
            home = _list(exchange, env.home_directory_id)
            small = next(one for one in home if one.name == "small")
            for file in _list(exchange, small.dataStoreDirectoryId):
                target = Path(folder, f"{file.name}.{file.fileExtension}")
                _stores(exchange).downloadDataStoreFile(file.dataStoreFileId, str(target))

        yield work
        assert len(list(Path(folder).iterdir())) == dataset.SMALL_FILES


@contextmanager
def walk(env: Environment) -> Iterator[Work]:
    """List directories one after the other."""
    with connect_client(env) as exchange:

        def work() -> None:
            home = _list(exchange, env.home_directory_id)
            pending = [next(one for one in home if one.name == "tree")]
            count = 0
            while pending:
                count += 1
                pending += _list(exchange, pending.pop().dataStoreDirectoryId)
            assert count == dataset.DIRECTORIES + 1

        yield work


def _list(exchange: Any, directory_id: str) -> list[Any]:
    """Return the entries of a directory."""
    directory = _stores(exchange).getDataStoreDirectory(directory_id)
    return [*directory.directories, *directory.files]


JOBS: dict[str, Job] = {
    "user": user,
    "directory": directory,
    "download": download("1GiB"),
    "tls-download": download("1GiB"),
    "line-download": download("1GiB"),
    "line-sql": sql,
    "line-publish": publish(dataset.LINE_RECORDS),
    "line-put": put,
    "line-get": get,
    "line-walk": walk,
    "upload": upload,
    "slow-download": download("512MiB"),
    "latest-page": latest,
    "sql": sql,
    "publish": publish(dataset.TIMESTAMPS),
}

_ONE_PAGE = "its call returns the first page only"
_NO_TIME_SERIES = "it has no time series calls"

# Workloads that a release can't do, with the reason.
UNSUPPORTED_WORKLOADS = {
    "official-0.0.23": dict.fromkeys(("latest", "line-latest"), _ONE_PAGE),
    "official-newest": dict.fromkeys(
        (
            "latest",
            "latest-page",
            "sql",
            "publish",
            "line-latest",
            "line-sql",
            "line-publish",
        ),
        _NO_TIME_SERIES,
    ),
}
