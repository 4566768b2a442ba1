"""The `progress` argument: callbacks, progress bars, and exceptions of callbacks."""

import json
import sys
from collections.abc import Callable
from itertools import count
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

from ..conftest import Connect
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
"""Three rows each, after the empty first page of the platform."""
EVERY_ROW = "SELECT n.value FROM (VALUES 1, 2, 3, 4, 5) AS n(value)"
CANCEL = "timeSeriesDb_cancelDatabaseQuery"
QUERY = "timeSeriesDb_queryDatabase"
SQL = "timeSeriesDb_queryDatabaseWithTimestreamQuery"
PUBLISH = "timeSeriesDb_publishToDatabase"

Call = Callable[[Any, "Workspace", Any], object]


class StopError(Exception):
    """An exception that a callback raises to stop a call."""


class Workspace:
    """What the calls use: a data store with a file, a database with one asset, a directory."""

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
def workspace(
    local: LocalExchange,
    data_store: dict[str, str],
    measured: str,
    tmp_path: Path,
) -> Workspace:
    workspace = Workspace(data_store, measured, tmp_path)
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        workspace.fileId = exchange.uploadFileToDataStore(
            *workspace.store, workspace.source
        ).dataStoreFileId
    return workspace


@pytest.fixture(scope="module")
def measured(local: LocalExchange, admin_client: AdminClient) -> str:
    """A database of one asset with a few values."""
    database = admin_client.create_database()
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        records = [single_record(exchange, START + n, value=n) for n in range(ROWS)]
        exchange.publishToTimeSeriesDatabase(database, "meter", records)
    return database


def upload(exchange: Any, workspace: Workspace, progress: Any) -> object:
    return exchange.uploadFileToDataStore(*workspace.store, workspace.source, progress=progress)


def download(exchange: Any, workspace: Workspace, progress: Any) -> object:
    return exchange.downloadDataStoreFile(workspace.fileId, workspace.target, progress=progress)


def zipped(exchange: Any, workspace: Workspace, progress: Any) -> object:
    return exchange.downloadDataStoreZip([workspace.fileId], workspace.target, progress=progress)


def upload_to_path(exchange: Any, workspace: Workspace, progress: Any) -> object:
    store = SyncWrapper(exchange.getDataStore(workspace.store[0]))
    return store.uploadFile(workspace.source, progress=progress)


def download_from_path(exchange: Any, workspace: Workspace, progress: Any) -> object:
    store = SyncWrapper(exchange.getDataStore(workspace.store[0]))
    return store.downloadFile("load.csv", workspace.target, progress=progress)


def query(exchange: Any, workspace: Workspace, progress: Any, **options: Any) -> object:
    return exchange.queryTimeSeriesDatabaseWithFilters(
        workspace.database, METER, *WHOLE, workspace.target, maxRows=3, progress=progress, **options
    )


def query_merged_on_client(exchange: Any, workspace: Workspace, progress: Any) -> object:
    return query(exchange, workspace, progress, aggregate="client")


def query_to_parquet(exchange: Any, workspace: Workspace, progress: Any) -> object:
    return query(exchange, workspace, progress, exportFileFormat="PARQUET")


def query_to(library: str, **options: Any) -> Call:
    def call(exchange: Any, workspace: Workspace, progress: Any) -> object:
        to = getattr(exchange, f"queryTimeSeriesDatabaseTo{library}")
        return to(workspace.database, METER, *WHOLE, maxRows=3, progress=progress, **options)

    return call


def sql(exchange: Any, workspace: Workspace, progress: Any) -> object:
    return list(iterate_rows(exchange, workspace.database, EVERY_ROW, 2, progress=progress))


def sql_to(library: str) -> Call:
    def call(exchange: Any, workspace: Workspace, progress: Any) -> object:
        to = getattr(exchange, f"queryTimeSeriesDatabase_TimestreamFormatTo{library}")
        return to(workspace.database, EVERY_ROW, 2, progress=progress)

    return call


def latest(exchange: Any, workspace: Workspace, progress: Any) -> object:
    return exchange.listTimeSeriesAssetsAndLatestValues(workspace.database, progress=progress)


def publish(exchange: Any, workspace: Workspace, progress: Any) -> object:
    records = [single_record(exchange, START + n, value=n) for n in range(250)]
    return exchange.publishToTimeSeriesDatabase(
        workspace.database, "other", records, progress=progress
    )


def publish_frame(exchange: Any, workspace: Workspace, progress: Any) -> object:
    # Values that are already stored would not be sent.
    return publish_frame_of(f"other {next(number_page)}", exchange, workspace, progress)


def publish_frame_of(asset: str, exchange: Any, workspace: Workspace, progress: Any) -> object:
    times = pd.date_range("2024-05-01", periods=250, freq="min", tz="UTC")
    frame = pd.DataFrame({"timestamp": times, "count": range(250)})
    return exchange.publishDataFrameToTimeSeriesDatabase(
        workspace.database, frame, assetId=asset, progress=progress
    )


number_page = count()
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
    "query merged on the client": (query_merged_on_client, PAGES),
    "query to Arrow, merged on the client": (query_to("Arrow", aggregate="client"), PAGES),
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


class ProgressRecorder:
    """Records progress reports."""

    def __init__(self) -> None:
        self.reports: list[tuple[int, int | None]] = []

    def __call__(self, done: int, total: int | None) -> None:
        self.reports.append((done, total))


@pytest.fixture
def recorder() -> ProgressRecorder:
    return ProgressRecorder()


class TestReports:
    @each(TRANSFERS)
    def test_progress_of_a_transfer_counts_bytes_up_to_the_total(
        self,
        call: Call,
        exchange: AvistaDigitalExchange,
        workspace: Workspace,
        recorder: ProgressRecorder,
    ) -> None:
        call(exchange, workspace, recorder)
        (total,) = {total for _, total in recorder.reports}
        assert total is not None
        assert len(recorder.reports) > 2 or call is zipped
        assert sorted(recorder.reports) == recorder.reports
        assert recorder.reports[-1] == (total, total)
        assert total == 1_000_000 or call is zipped

    @each(EXPORTS)
    def test_progress_of_a_query_counts_pages_then_bytes_of_the_result(
        self,
        call: Call,
        exchange: AvistaDigitalExchange,
        workspace: Workspace,
        recorder: ProgressRecorder,
    ) -> None:
        call(exchange, workspace, recorder)
        *pages, (done, total) = recorder.reports
        assert total is not None
        assert done == total
        assert pages[:PAGES] == [(page, None) for page in range(1, PAGES + 1)]
        assert all(end == total for _, end in pages[PAGES:])

    @each(PAGED)
    def test_progress_of_other_results_counts_pages(
        self,
        call: tuple[Call, int],
        exchange: AvistaDigitalExchange,
        workspace: Workspace,
        recorder: ProgressRecorder,
    ) -> None:
        ask, pages = call
        ask(exchange, workspace, recorder)
        assert recorder.reports == [(page, None) for page in range(1, pages + 1)]

    @each(PUBLISHING)
    def test_progress_of_publishing_counts_records_per_batch(
        self,
        call: Call,
        exchange: AvistaDigitalExchange,
        workspace: Workspace,
        recorder: ProgressRecorder,
    ) -> None:
        call(exchange, workspace, recorder)
        assert recorder.reports == [(100, 250), (200, 250), (250, 250)]

    def test_progress_of_publishing_includes_rejected_records(
        self,
        proxy: Proxy,
        proxied_client: AvistaDigitalExchange,
        workspace: Workspace,
        recorder: ProgressRecorder,
    ) -> None:
        reason = {"RejectedRecords": [{"RecordIndex": 7, "Reason": "too old"}]}
        refused = error_response(
            graphql_error("RejectedRecordsException", "1 rejected", errorInfo=reason)
        )
        proxy.responses[PUBLISH] = [FakeResponse(body=json.dumps(refused).encode())]
        with pytest.raises(PublishIncompleteError):
            publish(proxied_client, workspace, recorder)
        assert recorder.reports == [(100, 250), (200, 250), (250, 250)]

    @each(EVERY_CALL)
    def test_progress_by_default_prints_nothing(
        self,
        call: Call,
        exchange: AvistaDigitalExchange,
        workspace: Workspace,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        for progress in (None, False):
            call(exchange, workspace, progress)
        assert capsys.readouterr() == ("", "")


class TestExceptions:
    """Exceptions of callbacks end the call."""

    def stop(self, done: int, total: int | None) -> None:
        raise StopError

    @each(EVERY_CALL)
    def test_progress_exception_propagates_and_leaves_no_partial_file(
        self, call: Call, exchange: AvistaDigitalExchange, workspace: Workspace
    ) -> None:
        home = workspace.store[1]
        before = exchange.getDataStoreDirectory(home).files
        with pytest.raises(StopError):
            call(exchange, workspace, self.stop)
        assert exchange.getDataStoreDirectory(home).files == before
        assert list(workspace.target.iterdir()) == []

    @each(EXPORTS)
    def test_progress_exception_cancels_the_query_on_the_platform(
        self, call: Call, proxy: Proxy, proxied_client: AvistaDigitalExchange, workspace: Workspace
    ) -> None:
        with pytest.raises(StopError):
            call(proxied_client, workspace, self.stop)
        operations = [name for name in proxy.names if name in (QUERY, CANCEL)]
        assert operations == [QUERY, CANCEL]

    def test_progress_exception_stops_fetching_pages(
        self, proxy: Proxy, proxied_client: AvistaDigitalExchange, workspace: Workspace
    ) -> None:
        with pytest.raises(StopError):
            sql(proxied_client, workspace, self.stop)
        # The second page was already requested.
        assert len(proxy.messages_named(SQL)) <= 2

    @each(PUBLISHING)
    def test_progress_exception_while_publishing_reports_what_was_published(
        self, call: Call, proxy: Proxy, connect: Connect, local: LocalExchange, workspace: Workspace
    ) -> None:
        client = connect(local.token, endpoint=proxy.endpoint, maxConcurrency=1)
        with pytest.raises(StopError) as stopped:
            call(client, workspace, self.stop)
        (account,) = stopped.value.__notes__
        assert account.startswith("100 of 250 ")
        assert "150 were not sent (100-249)" in account
        assert "may have been" not in account
        assert len(proxy.messages_named(PUBLISH)) == 1


class TestProgressBars:
    @each(TRANSFERS)
    def test_progress_bar_of_a_transfer_names_the_file_and_counts_bytes(
        self,
        call: Call,
        exchange: AvistaDigitalExchange,
        workspace: Workspace,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        call(exchange, workspace, True)
        out, shown = capsys.readouterr()
        assert out == ""
        assert shown.split("\r")[-1].startswith(
            "files.zip: 100%|" if call is zipped else "load.csv: 100%|"
        )
        assert "B/s]" in shown

    @each(EXPORTS)
    def test_progress_bar_of_a_query_counts_pages_then_bytes(
        self,
        call: Call,
        exchange: AvistaDigitalExchange,
        workspace: Workspace,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        call(exchange, workspace, True)
        pages, size, end = capsys.readouterr().err.split("\n")
        assert pages.split("\r")[-1].startswith(f"query: {PAGES} pages [")
        assert size.split("\r")[-1].startswith("query: 100%|")
        assert end == ""

    @each(PAGED)
    def test_progress_bar_of_other_results_counts_pages(
        self,
        call: tuple[Call, int],
        exchange: AvistaDigitalExchange,
        workspace: Workspace,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        ask, pages = call
        ask(exchange, workspace, True)
        assert f": {pages} pages [" in capsys.readouterr().err.split("\r")[-1]

    def test_progress_of_publishing_includes_rows_already_stored(
        self, exchange: AvistaDigitalExchange, workspace: Workspace, recorder: ProgressRecorder
    ) -> None:
        asset = f"other {next(number_page)}"
        publish_frame_of(asset, exchange, workspace, None)
        publish_frame_of(asset, exchange, workspace, recorder)
        assert recorder.reports[-1] == (250, 250)

    @pytest.mark.parametrize(("call", "unit"), [(publish, "records"), (publish_frame, "rows")])
    def test_progress_bar_of_publishing_counts_the_input(
        self,
        call: Call,
        unit: str,
        exchange: AvistaDigitalExchange,
        workspace: Workspace,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        call(exchange, workspace, True)
        shown = capsys.readouterr().err.split("\r")[-1]
        assert shown.startswith("publish: 100%|")
        assert "250/250" in shown
        assert f" {unit}/s]" in shown

    @each(EVERY_CALL)
    def test_progress_bar_without_tqdm_is_refused_before_anything_is_sent(
        self,
        call: Call,
        proxy: Proxy,
        proxied_client: AvistaDigitalExchange,
        workspace: Workspace,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setitem(sys.modules, "tqdm", None)
        with pytest.raises(MissingExtraError, match=r"^tqdm is required: pip install tqdm$"):
            call(proxied_client, workspace, True)
        assert set(proxy.names) <= {"storage_getDataStore", "storage_getDataStoreDirectory"}


@each(EVERY_CALL)
@pytest.mark.parametrize("value", ["yes", 1, 0, [], b"", {}])
def test_progress_of_an_invalid_type_is_refused_before_anything_is_sent(
    call: Call,
    value: Any,
    proxy: Proxy,
    proxied_client: AvistaDigitalExchange,
    workspace: Workspace,
) -> None:
    with pytest.raises(InvalidParameterError, match=r"^progress must be True, "):
        call(proxied_client, workspace, value)
    assert set(proxy.names) <= {"storage_getDataStore", "storage_getDataStoreDirectory"}
