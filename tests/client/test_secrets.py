"""The token and signatures appear in no log, error, traceback or representation."""

import logging
import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, DigitalExchangeError
from avista_digital_exchange_sdk._generated.fragments import PresignedUrl, QueryExport
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..services.storage.test_data_stores import FILE
from ..support.fake_platform import TOKEN, FakePlatform, FakeResponse, error_response, graphql_error
from ..support.sample_records import START, single_record
from ..support.token_forms import token_forms

SIGNATURE = "5ec7e75ec7e7"
URL = f"https://objects.test/1?X-Amz-Credential=me&X-Amz-Signature={SIGNATURE}"


class Log:
    """All logs of the client side, without those of the Local Exchange."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self._caplog = caplog

    @property
    def lines(self) -> list[str]:
        format_ = logging.Formatter("%(name)s %(message)s").format
        return [
            format_(record)
            for record in self._caplog.records
            if record.threadName != "local-exchange"
        ]

    def loggers(self) -> set[str]:
        return {line.partition(".")[0].partition(" ")[0] for line in self.lines}


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[Log]:
    """All log messages at DEBUG, from any library."""
    package = logging.getLogger("avista_digital_exchange_sdk")
    level, handlers = package.level, list(package.handlers)
    with caplog.at_level(logging.DEBUG):
        yield Log(caplog)
    package.setLevel(level)
    package.handlers = handlers


class TestLogs:
    def test_log_of_the_main_workflow_contains_no_secret(
        self,
        connect: Connect,
        local: LocalExchange,
        data_store: dict[str, str],
        database: str,
        tmp_path: Path,
        log: Log,
    ) -> None:
        exchange = connect(local.token, True, endpoint=local.endpoint)
        (tmp_path / "load.csv").write_text("1")
        file = exchange.uploadFileToDataStore(
            data_store["dataStoreId"], data_store["homeDirectoryId"], tmp_path / "load.csv"
        )
        exchange.downloadDataStoreFile(file.dataStoreFileId, tmp_path / "again")
        records = [single_record(exchange, START + n) for n in range(3)]
        exchange.publishToTimeSeriesDatabase(database, "meter", records)
        for aggregate in ("server", "client"):
            exchange.queryTimeSeriesDatabaseWithFilters(
                database,
                [{"assetId": "meter"}],
                "2023-01-01T00:00:00Z",
                "2024-01-01T00:00:00Z",
                tmp_path,
                maxRows=1,
                aggregate=aggregate,
            )
        assert {"httpx", "httpcore", "avista_digital_exchange_sdk"} <= log.loggers()
        output = "\n".join(log.lines)
        assert not [form for form in token_forms(local.token) if form in output]
        assert "Signature" not in output
        assert "nextToken': '<secret>'" in output

    def test_client_without_debug_prints_nothing(
        self, connect: Connect, local: LocalExchange, capfd: pytest.CaptureFixture[str]
    ) -> None:
        connect(local.token, endpoint=local.endpoint).getUserInfo()
        with pytest.raises(DigitalExchangeError):
            connect("nobody", endpoint=local.endpoint).getUserInfo()
        assert capfd.readouterr() == ("", "")


class TestErrors:
    @pytest.fixture(
        params=[
            error_response(graphql_error("Unauthorized", f"the token {TOKEN} at {URL} is no good")),
            error_response(
                graphql_error(f"Odd {TOKEN}", "x", errorInfo={"url": URL, TOKEN: [TOKEN]})
            ),
            error_response(graphql_error("X", "x"), data={"token": TOKEN, "url": URL}),
            {"data": {"storage_createDataStoreFile": {"itemId": 7, "url": URL}}},
            {"data": {"storage_createDataStoreFile": {"itemId": "1", "url": [URL]}}},
            {"data": {"storage_createDataStoreFile": f"{TOKEN} {URL}"}},
            FakeResponse(400, f'{{"errors":["{TOKEN} {URL}"]}}'.encode()),
            FakeResponse(502, f"<html>{TOKEN} {URL}</html>".encode()),
        ],
        ids=lambda response: type(response).__name__,
    )
    def failed(
        self,
        request: pytest.FixtureRequest,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> DigitalExchangeError:
        """The error of an upload."""
        fake_platform.add_responses("storage_createDataStoreFile", request.param)
        (tmp_path / "load.csv").write_text("1")
        with pytest.raises(DigitalExchangeError) as caught:
            fake_platform_client.uploadFileToDataStore("d", "d", tmp_path / "load.csv")
        return caught.value

    def test_error_of_a_platform_that_echoes_secrets_contains_none(
        self, failed: DigitalExchangeError
    ) -> None:
        shown = [str(failed), repr(failed), repr(vars(failed)), repr(pickle.dumps(failed))]
        shown += traceback.format_exception(failed)
        assert not [text for text in shown if TOKEN in text or SIGNATURE in text]

    @pytest.mark.parametrize(
        "response",
        [
            FakeResponse(403, f"<Code>No</Code><Message>{URL}</Message>".encode()),
            httpx.ConnectError("unreachable"),
            httpx.ReadTimeout("slow"),
            FakeResponse(302, b"", {"Location": "https://elsewhere.test/"}),
            FakeResponse(200, b"1", {"Content-Length": "9"}),
        ],
    )
    def test_error_of_a_failed_transfer_does_not_contain_its_url(
        self,
        response: Any,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
        log: Log,
    ) -> None:
        data = {
            "storage_getDataStoreFile": FILE,
            "storage_getDataStoreFileDownloadUrl": {"itemId": "1", "url": URL},
        }
        fake_platform.add_responses("storage_getDataStoreFileDownload", {"data": data})
        fake_platform.add_url_responses(f"GET {URL}", response)
        with pytest.raises(DigitalExchangeError) as caught:
            fake_platform_client.downloadDataStoreFile("file", tmp_path)
        shown = traceback.format_exception(caught.value) + log.lines
        assert not [text for text in shown if SIGNATURE in text]

    @pytest.mark.parametrize(
        "url", [f"https://[/?{SIGNATURE}", f"http://objects.test/?{SIGNATURE}"]
    )
    def test_error_about_an_unusable_url_does_not_contain_it(
        self,
        url: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        data = {
            "storage_getDataStoreFile": FILE,
            "storage_getDataStoreFileDownloadUrl": {"itemId": "1", "url": url},
        }
        fake_platform.add_responses("storage_getDataStoreFileDownload", {"data": data})
        with pytest.raises(DigitalExchangeError) as caught:
            fake_platform_client.downloadDataStoreFile("file", tmp_path)
        assert SIGNATURE not in "".join(traceback.format_exception(caught.value))


class TestRepresentations:
    def test_repr_contains_no_presigned_url(self) -> None:
        made = [
            PresignedUrl(itemId="1", url=URL),
            QueryExport(queryId="1", fileType="CSV", fileSizeBytes=1, url=URL),  # type: ignore[arg-type]  # as the platform sends it
        ]
        shown = [form for model in made for form in (repr(model), str(model), f"{[model]}")]
        assert all("<secret>" in form for form in shown)
        assert not [form for form in shown if SIGNATURE in form]
