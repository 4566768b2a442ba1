"""The argument `progress`: who is told how far a long call has got, and what ends it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    MissingExtraError,
    PublishIncompleteError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.fake_platform import FakeResponse, error_response, graphql_error
from ..support.proxy import Proxy
from ..support.sample_records import START, single_record
from ..support.sync_wrapper import SyncWrapper
from ..support.timestream import iterate_rows

WHOLE = ("1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z")
METER: Any = [{"assetId": "meter"}]
ROWS = 7
PAGES = 4
"""Of three rows each, after one without any, as the platform begins."""
EVERY_ROW = "SELECT n.value FROM (VALUES 1, 2, 3, 4, 5) AS n(value)"
CANCEL = "timeSeriesDb_cancelDatabaseQuery"
QUERY = "timeSeriesDb_queryDatabase"
SQL = "timeSeriesDb_queryDatabaseWithTimestreamQuery"
PUBLISH = "timeSeriesDb_publishToDatabase"

Call = Callable[[Any, "Place", Any], object]


class StopError(Exception):
    """What a user raises to stop a call."""


class Place:
    """Where the calls lead: a data store with a file, a database of one asset, a folder."""

    def __init__(self, store: dict[str, str], database: str, folder: Path) -> None:
        self.store = (store["dataStoreId"], store["homeDirectoryId"])
        self.database = database
        self.folder = folder
        self.source = folder / "load.csv"
        self.source.write_bytes(bytes(1_000_000))
        self.target = folder / "target"
        self.target.mkdir()
        self.fileId = ""


@pytest.fixture
def place(
    local: LocalExchange,
    data_store: dict[str, str],
    measured: str,
    tmp_path: Path,
) -> Place:
    place = Place(data_store, measured, tmp_path)
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        place.fileId = exchange.uploadFileToDataStore(*place.store, place.source).dataStoreFileId
    return place


@pytest.fixture(scope="module")
def measured(local: LocalExchange, admin_client: AdminClient) -> str:
    """A database of one asset with a few values."""
    database = admin_client.create_database()
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        records = [single_record(exchange, START + n, value=n) for n in range(ROWS)]
        exchange.publishToTimeSeriesDatabase(database, "meter", records)
    return database


def upload(exchange: Any, place: Place, progress: Any) -> object:
    return exchange.uploadFileToDataStore(*place.store, place.source, progress=progress)


def download(exchange: Any, place: Place, progress: Any) -> object:
    return exchange.downloadDataStoreFile(place.fileId, place.target, progress=progress)


def zipped(exchange: Any, place: Place, progress: Any) -> object:
    return exchange.downloadDataStoreZip([place.fileId], place.target, progress=progress)


def upload_to_path(exchange: Any, place: Place, progress: Any) -> object:
    store = SyncWrapper(exchange.getDataStore(place.store[0]))
    return store.uploadFile(place.source, progress=progress)


def download_from_path(exchange: Any, place: Place, progress: Any) -> object:
    store = SyncWrapper(exchange.getDataStore(place.store[0]))
    return store.downloadFile("load.csv", place.target, progress=progress)


def query(exchange: Any, place: Place, progress: Any, **options: Any) -> object:
    return exchange.queryTimeSeriesDatabaseWithFilters(
        place.database, METER, *WHOLE, place.target, maxRows=3, progress=progress, **options
    )


def put_together(exchange: Any, place: Place, progress: Any) -> object:
    return query(exchange, place, progress, aggregate="client")


def query_to_parquet(exchange: Any, place: Place, progress: Any) -> object:
    return query(exchange, place, progress, exportFileFormat="PARQUET")


def query_to(library: str, **options: Any) -> Call:
    def call(exchange: Any, place: Place, progress: Any) -> object:
        to = getattr(exchange, f"queryTimeSeriesDatabaseTo{library}")
        return to(place.database, METER, *WHOLE, maxRows=3, progress=progress, **options)

    return call


def sql(exchange: Any, place: Place, progress: Any) -> object:
    return list(iterate_rows(exchange, place.database, EVERY_ROW, 2, progress=progress))


def sql_to(library: str) -> Call:
    def call(exchange: Any, place: Place, progress: Any) -> object:
        to = getattr(exchange, f"queryTimeSeriesDatabase_TimestreamFormatTo{library}")
        return to(place.database, EVERY_ROW, 2, progress=progress)

    return call


def latest(exchange: Any, place: Place, progress: Any) -> object:
    return exchange.listTimeSeriesAssetsAndLatestValues(place.database, progress=progress)


def publish(exchange: Any, place: Place, progress: Any) -> object:
    records = [single_record(exchange, START + n, value=n) for n in range(250)]
    return exchange.publishToTimeSeriesDatabase(place.database, "other", records, progress=progress)


def publish_frame(exchange: Any, place: Place, progress: Any) -> object:
    times = pd.date_range("2024-05-01", periods=250, freq="min", tz="UTC")
    frame = pd.DataFrame({"timestamp": times, "count": range(250)})
    return exchange.publishDataFrameToTimeSeriesDatabase(
        place.database, frame, assetId="other", progress=progress
    )


TRANSFERS: dict[str, Call] = {
    "upload": upload,
    "download": download,
    "zip": zipped,
    "upload to a path": upload_to_path,
    "download from a path": download_from_path,
}
EXPORTS: dict[str, Call] = {
    "query": query,
    "query to Parquet": query_to_parquet,
    "query to pandas": query_to("DataFrame"),
    "query to polars": query_to("Polars"),
    "query to Arrow": query_to("Arrow"),
}
PAGED: dict[str, tuple[Call, int]] = {
    "query put together here": (put_together, PAGES),
    "query to Arrow, put together here": (query_to("Arrow", aggregate="client"), PAGES),
    "SQL": (sql, 3),
    "SQL to pandas": (sql_to("DataFrame"), 3),
    "SQL to polars": (sql_to("Polars"), 3),
    "SQL to Arrow": (sql_to("Arrow"), 3),
    "latest values": (latest, 1),
}
PUBLISHING: dict[str, Call] = {"publish": publish, "publish a frame": publish_frame}
EVERY_CALL = TRANSFERS | EXPORTS | {name: call for name, (call, _) in PAGED.items()} | PUBLISHING


def each(calls: dict[str, Any]) -> Any:
    return pytest.mark.parametrize("call", calls.values(), ids=calls.keys())


class Told:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.wrapped: list[tuple[int, int | None]] = []

    def __call__(self, done: int, total: int | None) -> None:
        self.wrapped.append((done, total))


@pytest.fixture
def told() -> Told:
    return Told()


class TestWhatIsTold:
    @each(TRANSFERS)
    def test_of_a_transfer_the_bytes_up_to_all_of_them(
        self, call: Call, exchange: AvistaDigitalExchange, place: Place, told: Told
    ) -> None:
        call(exchange, place, told)
        (total,) = {total for _, total in told.wrapped}
        assert total is not None
        assert len(told.wrapped) > 2 or call is zipped
        assert sorted(told.wrapped) == told.wrapped
        assert told.wrapped[-1] == (total, total)
        assert total == 1_000_000 or call is zipped

    @each(EXPORTS)
    def test_of_a_query_the_pages_and_then_the_bytes_of_the_result(
        self, call: Call, exchange: AvistaDigitalExchange, place: Place, told: Told
    ) -> None:
        call(exchange, place, told)
        *pages, (done, total) = told.wrapped
        assert total is not None
        assert done == total
        assert pages[:PAGES] == [(page, None) for page in range(1, PAGES + 1)]
        assert all(end == total for _, end in pages[PAGES:])

    @each(PAGED)
    def test_of_other_results_the_pages(
        self,
        call: tuple[Call, int],
        exchange: AvistaDigitalExchange,
        place: Place,
        told: Told,
    ) -> None:
        ask, pages = call
        ask(exchange, place, told)
        assert told.wrapped == [(page, None) for page in range(1, pages + 1)]

    @each(PUBLISHING)
    def test_of_publishing_the_records_batch_by_batch(
        self, call: Call, exchange: AvistaDigitalExchange, place: Place, told: Told
    ) -> None:
        call(exchange, place, told)
        assert told.wrapped == [(100, 250), (200, 250), (250, 250)]

    def test_records_that_are_rejected_are_done_too(
        self, proxy: Proxy, proxied_client: AvistaDigitalExchange, place: Place, told: Told
    ) -> None:
        reason = {"RejectedRecords": [{"RecordIndex": 7, "Reason": "too old"}]}
        refused = error_response(
            graphql_error("RejectedRecordsException", "1 rejected", errorInfo=reason)
        )
        proxy.responses[PUBLISH] = [FakeResponse(body=json.dumps(refused).encode())]
        with pytest.raises(PublishIncompleteError):
            publish(proxied_client, place, told)
        assert told.wrapped == [(100, 250), (200, 250), (250, 250)]

    @each(EVERY_CALL)
    def test_nothing_if_nobody_wants_to_know(
        self,
        call: Call,
        exchange: AvistaDigitalExchange,
        place: Place,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        for progress in (None, False):
            call(exchange, place, progress)
        assert capsys.readouterr() == ("", "")


class TestWhatIsRaised:
    """By what is told: it ends the call there and then."""

    def stop(self, done: int, total: int | None) -> None:
        raise StopError

    @each(EVERY_CALL)
    def test_comes_out_of_the_call_and_nothing_half_written_stays(
        self, call: Call, exchange: AvistaDigitalExchange, place: Place
    ) -> None:
        home = place.store[1]
        before = exchange.getDataStoreDirectory(home).files
        with pytest.raises(StopError):
            call(exchange, place, self.stop)
        assert exchange.getDataStoreDirectory(home).files == before
        assert list(place.target.iterdir()) == []

    @each(EXPORTS)
    def test_cancels_a_query_on_the_platform(
        self, call: Call, proxy: Proxy, proxied_client: AvistaDigitalExchange, place: Place
    ) -> None:
        with pytest.raises(StopError):
            call(proxied_client, place, self.stop)
        assert proxy.names[-2:] == [QUERY, CANCEL]

    def test_lets_no_further_page_be_asked_for(
        self, proxy: Proxy, proxied_client: AvistaDigitalExchange, place: Place
    ) -> None:
        with pytest.raises(StopError):
            sql(proxied_client, place, self.stop)
        # The second one was on its way already.
        assert len(proxy.messages_named(SQL)) <= 2

    @each(PUBLISHING)
    def test_tells_what_was_published(
        self, call: Call, proxy: Proxy, proxied_client: AvistaDigitalExchange, place: Place
    ) -> None:
        with pytest.raises(StopError) as stopped:
            call(proxied_client, place, self.stop)
        (account,) = stopped.value.__notes__
        assert account.startswith("100 of 250 ")
        assert "150 were not sent (100-249)" in account
        assert "may have been" not in account
        assert len(proxy.messages_named(PUBLISH)) == 1


class TestBars:
    @each(TRANSFERS)
    def test_of_transfers_name_the_file_and_count_bytes(
        self,
        call: Call,
        exchange: AvistaDigitalExchange,
        place: Place,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        call(exchange, place, True)
        out, shown = capsys.readouterr()
        assert out == ""
        assert shown.split("\r")[-1].startswith(
            "files.zip: 100%|" if call is zipped else "load.csv: 100%|"
        )
        assert "B/s]" in shown

    @each(EXPORTS)
    def test_of_queries_count_pages_and_then_bytes(
        self,
        call: Call,
        exchange: AvistaDigitalExchange,
        place: Place,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        call(exchange, place, True)
        pages, size, end = capsys.readouterr().err.split("\n")
        assert pages.split("\r")[-1].startswith(f"query: {PAGES} pages [")
        assert size.split("\r")[-1].startswith("query: 100%|")
        assert end == ""

    @each(PAGED)
    def test_of_other_results_count_pages(
        self,
        call: tuple[Call, int],
        exchange: AvistaDigitalExchange,
        place: Place,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        ask, pages = call
        ask(exchange, place, True)
        assert f": {pages} pages [" in capsys.readouterr().err.split("\r")[-1]

    @pytest.mark.parametrize(("call", "unit"), [(publish, "records"), (publish_frame, "rows")])
    def test_of_publishing_count_what_was_given(
        self,
        call: Call,
        unit: str,
        exchange: AvistaDigitalExchange,
        place: Place,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        call(exchange, place, True)
        shown = capsys.readouterr().err.split("\r")[-1]
        assert shown.startswith("publish: 100%|")
        assert "250/250" in shown
        assert f" {unit}/s]" in shown

    @each(EVERY_CALL)
    def test_that_cannot_be_drawn_are_told_before_anything_is_sent(
        self,
        call: Call,
        proxy: Proxy,
        proxied_client: AvistaDigitalExchange,
        place: Place,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setitem(sys.modules, "tqdm", None)
        with pytest.raises(
            MissingExtraError, match=r"tqdm is required: pip install .*\[progress\]"
        ):
            call(proxied_client, place, True)
        assert set(proxy.names) <= {"storage_getDataStore", "storage_getDataStoreDirectory"}


@each(EVERY_CALL)
@pytest.mark.parametrize("given", ["yes", 1, 0, [], b"", {}])
def test_what_can_be_neither_drawn_nor_told_is_refused_before_anything_is_sent(
    call: Call, given: Any, proxy: Proxy, proxied_client: AvistaDigitalExchange, place: Place
) -> None:
    with pytest.raises(InvalidParameterError, match=r"^progress must be True, "):
        call(proxied_client, place, given)
    assert set(proxy.names) <= {"storage_getDataStore", "storage_getDataStoreDirectory"}
