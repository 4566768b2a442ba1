"""The jobs as a user of the official SDK writes them, by its documentation.

Its releases know no other address than production's, so the HTTP libraries they send with are led
to the exchange at hand. Queries with filters are not among the jobs: they need a subscription, and
its authorization names the host it was made for. The newest releases have no calls for time series,
and fail at those jobs.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from . import dataset
from .environment import Job, Place, Work

RECORDS_AT_ONCE = 100


@contextmanager
def exchange_at(place: Place) -> Iterator[Any]:
    """The owner's exchange, connected as far as it keeps connections."""
    from avista_digital_exchange_sdk import AvistaDigitalExchange

    _lead_requests(place)
    _lead_httpx(place)
    exchange = AvistaDigitalExchange(place.token)
    exchange.getUserInfo()
    yield exchange


def _stores(exchange: Any) -> Any:
    """What has the calls of data stores: newer releases keep them together."""
    return getattr(exchange, "dataStores", exchange)


def _lead_requests(place: Place) -> None:
    with suppress(ImportError):
        import requests  # type: ignore[import-untyped]  # it is there for the peers alone

        send = requests.Session.send

        def send_here(self: Any, request: Any, **options: Any) -> Any:
            request.url = _here(place, request.url)
            return send(self, request, **options)

        requests.Session.send = send_here


def _lead_httpx(place: Place) -> None:
    with suppress(ImportError):
        import httpx

        for client in (httpx.Client, httpx.AsyncClient):
            send: Any = client.send

            def send_here(self: Any, request: Any, *, _send: Any = send, **options: Any) -> Any:
                request.url = httpx.URL(_here(place, str(request.url)))
                request.headers["Host"] = request.url.netloc.decode()
                return _send(self, request, **options)

            client.send = send_here  # type: ignore[method-assign]  # that is the purpose


def _here(place: Place, url: str) -> str:
    is_production = str(urlsplit(url).hostname).endswith(".amazonaws.com")
    return place.endpoint if is_production else url


@contextmanager
def user(place: Place) -> Iterator[Work]:
    """Ask again and again who I am."""
    with exchange_at(place) as exchange:

        def work() -> None:
            for _ in range(dataset.USER_CALLS):
                assert exchange.getUserInfo().firstName

        yield work


@contextmanager
def directory(place: Place) -> Iterator[Work]:
    """List a directory."""
    with exchange_at(place) as exchange:
        yield lambda: _stores(exchange).getDataStoreDirectory(place.provided["directoryId"])


def download(name: str) -> Job:
    """Download a file."""

    @contextmanager
    def job(place: Place) -> Iterator[Work]:
        target = place.path("downloaded")
        with exchange_at(place) as exchange:

            def work() -> None:
                _stores(exchange).downloadDataStoreFile(place.provided[name], str(target))
                assert target.stat().st_size == place.path(name).stat().st_size

            yield work
        target.unlink()

    return job


@contextmanager
def upload(place: Place) -> Iterator[Work]:
    """Upload a file."""
    source = Path(place.path("1GiB"))
    uploaded: list[Any] = []
    with exchange_at(place) as exchange:

        def work() -> None:
            store, home = place.dataStoreId, place.homeDirectoryId
            uploaded.append(_stores(exchange).uploadFileToDataStore(store, home, str(source)))

        yield work
        _stores(exchange).deleteDataStoreFile(uploaded[0].dataStoreFileId)


@contextmanager
def latest(place: Place) -> Iterator[Work]:
    """Ask for the latest value of each attribute of each asset."""
    with exchange_at(place) as exchange:

        def work() -> None:
            listed = exchange.listTimeSeriesAssetsAndLatestValues(
                place.provided["latestDbId"], None
            )
            assert len(listed) == len(dataset.LATEST_ASSETS)

        yield work


@contextmanager
def sql(place: Place) -> Iterator[Work]:
    """Go through all rows, page by page."""
    with exchange_at(place) as exchange:
        database = exchange.getTimeSeriesDatabase(place.timeSeriesDbId)
        query = dataset.sql(database.databaseName, database.tableName)

        def work() -> None:
            count, nextToken, clientToken = 0, None, None
            while True:
                page = exchange.queryTimeSeriesDatabase_TimestreamFormat(
                    place.timeSeriesDbId, query, None, nextToken, clientToken
                )
                count += sum(1 for _ in page.rows)
                nextToken, clientToken = page.nextToken, page.clientToken
                if not nextToken:
                    break
            assert count == dataset.ROWS

        yield work


@contextmanager
def publish(place: Place) -> Iterator[Work]:
    """Publish the records of a new asset, as many at once as the platform takes."""
    with exchange_at(place) as exchange:
        records = [
            exchange.createTimeSeriesInputRecord(str(time), "SECONDS", "kW", "DOUBLE", value)
            for time, value in dataset.plain_values()
        ]

        def work() -> None:
            asset = f"meter-{uuid4()}"
            for first in range(0, len(records), RECORDS_AT_ONCE):
                batch = records[first : first + RECORDS_AT_ONCE]
                exchange.publishToTimeSeriesDatabase(place.timeSeriesDbId, asset, batch)

        yield work


JOBS: dict[str, Job] = {
    "user": user,
    "directory": directory,
    "download": download("1GiB"),
    "upload": upload,
    "slow-download": download("512MiB"),
    "latest": latest,
    "sql": sql,
    "publish": publish,
}
