"""Downloads."""

from pathlib import Path

import httpx
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DataStoreFile,
    InvalidResponseError,
    NotFoundError,
    PathNotFoundError,
    TransferError,
)

from ..services.storage.test_data_stores import FILE
from ..support.fake_platform import FakePlatform, FakeResponse
from ..support.proxy import Proxy
from .test_uploads import EXPIRED

CONTENT = b"time,kW\r\n0,12.5\r\n\x00\xff"
URL = "https://objects.test/1?X-Amz-Signature=5ec7e7"


@pytest.fixture
def file(
    exchange: AvistaDigitalExchange, data_store: dict[str, str], tmp_path: Path
) -> DataStoreFile:
    """A file on the platform that exists in no local directory."""
    source = tmp_path / "load.csv"
    source.write_bytes(CONTENT)
    store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
    uploaded = exchange.uploadFileToDataStore(store, home, source)
    source.unlink()
    return uploaded


def add_download(fake_platform: FakePlatform, *responses: object, name: str = "load") -> None:
    data = {
        "storage_getDataStoreFile": {**FILE, "name": name},
        "storage_getDataStoreFileDownloadUrl": {"itemId": "1", "url": URL},
    }
    fake_platform.add_responses("storage_getDataStoreFileDownload", {"data": data})
    fake_platform.add_url_responses(f"GET {URL}", *responses)


class TestOutputPath:
    def test_download_to_a_directory_uses_the_original_name(
        self, exchange: AvistaDigitalExchange, file: DataStoreFile, tmp_path: Path
    ) -> None:
        assert exchange.downloadDataStoreFile(file.dataStoreFileId, str(tmp_path)) == file
        assert (tmp_path / "load.csv").read_bytes() == CONTENT

    def test_download_to_the_current_directory_uses_the_original_name(
        self,
        exchange: AvistaDigitalExchange,
        file: DataStoreFile,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        exchange.downloadDataStoreFile(file.dataStoreFileId, "./")
        assert (tmp_path / "load.csv").read_bytes() == CONTENT

    def test_download_to_any_other_path_writes_that_file(
        self, exchange: AvistaDigitalExchange, file: DataStoreFile, tmp_path: Path
    ) -> None:
        target = tmp_path / "july"
        exchange.downloadDataStoreFile(dataStoreFileId=file.dataStoreFileId, writeLocation=target)
        assert target.read_bytes() == CONTENT
        assert list(tmp_path.iterdir()) == [target]

    def test_download_replaces_an_existing_file_atomically(
        self, exchange: AvistaDigitalExchange, file: DataStoreFile, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").write_bytes(b"an older and much longer content" * 10)
        exchange.downloadDataStoreFile(file.dataStoreFileId, tmp_path)
        assert (tmp_path / "load.csv").read_bytes() == CONTENT

    def test_download_through_a_link_replaces_its_target(
        self, exchange: AvistaDigitalExchange, file: DataStoreFile, tmp_path: Path
    ) -> None:
        link = tmp_path / "newest.csv"
        link.symlink_to("2024.csv")
        exchange.downloadDataStoreFile(file.dataStoreFileId, link)
        assert link.is_symlink()
        assert (tmp_path / "2024.csv").read_bytes() == CONTENT

    def test_download_to_a_link_to_a_device_keeps_the_link(
        self, exchange: AvistaDigitalExchange, file: DataStoreFile, tmp_path: Path
    ) -> None:
        link = tmp_path / "output"
        link.symlink_to("/dev/null")
        exchange.downloadDataStoreFile(file.dataStoreFileId, link)
        assert link.is_symlink()
        assert Path("/dev/null").is_char_device()

    @pytest.mark.parametrize("location", ["nowhere/load.csv", "nowhere/"])
    def test_download_to_a_missing_directory_is_refused_before_anything_is_sent(
        self,
        location: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        with pytest.raises(
            PathNotFoundError, match=r"writeLocation must be .*directory .*nowhere does not exist"
        ):
            fake_platform_client.downloadDataStoreFile("file", f"{tmp_path}/{location}")
        assert fake_platform.requests == []

    @pytest.mark.parametrize(
        "name",
        [
            "../../outside",
            "/etc/outside",
            "..",
            ".",
            "a/../../outside",
            "..\\..\\outside",
            "C:\\outside",
            "\\\\server\\share\\outside",
            "con",
            "nul\0byte",
            "line\nbreak",
            "escape\x1b[2J",
            "right\u202eleft",
            "trailing. ",
            "a" * 300,
            "📈" * 300,
            " ",
        ],
    )
    def test_download_name_from_the_server_stays_in_the_directory(
        self,
        name: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        add_download(fake_platform, FakeResponse(body=CONTENT), name=name)
        folder = tmp_path / "deep" / "folder"
        folder.mkdir(parents=True)
        fake_platform_client.downloadDataStoreFile("file", folder)
        (written,) = (path for path in tmp_path.rglob("*") if path.is_file())
        assert written.parent == folder
        assert written.read_bytes() == CONTENT
        assert written.name.isprintable()

    def test_download_of_a_file_without_a_usable_name_uses_the_id(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        data = {
            "storage_getDataStoreFile": {**FILE, "name": "..", "fileExtension": None},
            "storage_getDataStoreFileDownloadUrl": {"itemId": "1", "url": URL},
        }
        fake_platform.add_responses("storage_getDataStoreFileDownload", {"data": data})
        fake_platform.add_url_responses(f"GET {URL}", FakeResponse(body=CONTENT))
        fake_platform_client.downloadDataStoreFile("dataStoreFileId.1", tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["dataStoreFileId.1"]


class TestRequests:
    def test_download_is_requested_without_token_and_compression(
        self,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        file: DataStoreFile,
        tmp_path: Path,
    ) -> None:
        proxied_client.downloadDataStoreFile(file.dataStoreFileId, tmp_path)
        assert proxy.names == ["storage_getDataStoreFileDownload", "GET"]
        headers = {name.lower(): value for name, value in proxy.messages[-1].headers.items()}
        assert "authorization" not in headers
        assert headers["accept-encoding"] == "identity"

    @pytest.mark.parametrize(
        "url",
        [
            None,
            {"itemId": "1", "url": None},
            {"itemId": "1", "url": ""},
            {"itemId": "1", "url": "http://objects.test/1"},
            {"itemId": "1", "url": "file:///etc/passwd"},
        ],
    )
    def test_download_requires_a_safe_url(
        self,
        url: object,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        data = {
            "storage_getDataStoreFile": FILE,
            "storage_getDataStoreFileDownloadUrl": url,
        }
        fake_platform.add_responses("storage_getDataStoreFileDownload", {"data": data})
        with pytest.raises((InvalidResponseError, TransferError), match=r"URL|address"):
            fake_platform_client.downloadDataStoreFile("file", tmp_path)
        assert list(tmp_path.iterdir()) == []
        assert fake_platform.operations == ["storage_getDataStoreFileDownload"]


class TestFailures:
    def test_download_of_an_unknown_file_is_not_found(
        self, exchange: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        with pytest.raises(NotFoundError):
            exchange.downloadDataStoreFile("dataStoreFileId.nothing", tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_download_that_is_refused_reports_the_reason_and_leaves_nothing(
        self,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        file: DataStoreFile,
        tmp_path: Path,
    ) -> None:
        proxy.responses["GET"] = [FakeResponse(403, EXPIRED)]
        with pytest.raises(
            TransferError, match=r"load\.csv was refused: 403 AccessDenied: Request has expired"
        ) as caught:
            proxied_client.downloadDataStoreFile(file.dataStoreFileId, tmp_path)
        assert caught.value.statusCode == 403
        assert list(tmp_path.iterdir()) == []

    def test_download_that_is_disconnected_keeps_the_old_file(
        self,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        file: DataStoreFile,
        tmp_path: Path,
    ) -> None:
        (tmp_path / "load.csv").write_bytes(b"older")
        proxy.responses["GET"] = [FakeResponse(200, b"half", {"Content-Length": "8"})]
        with pytest.raises(TransferError, match=r"load\.csv was interrupted"):
            proxied_client.downloadDataStoreFile(file.dataStoreFileId, tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["load.csv"]
        assert (tmp_path / "load.csv").read_bytes() == b"older"

    def test_download_with_missing_bytes_leaves_no_file(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        add_download(fake_platform, FakeResponse(200, b"half", {"Content-Length": "8"}))
        with pytest.raises(TransferError, match=r"load\.csv: received 4 of 8 bytes"):
            fake_platform_client.downloadDataStoreFile("file", tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_download_of_an_unexpected_part_leaves_no_file(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        add_download(fake_platform, FakeResponse(206, b"half"))
        with pytest.raises(TransferError, match=r"load\.csv"):
            fake_platform_client.downloadDataStoreFile("file", tmp_path)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "failure", [httpx.ConnectError("unreachable"), httpx.ReadTimeout("too slow")]
    )
    def test_download_without_a_response_leaves_nothing(
        self,
        failure: Exception,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        add_download(fake_platform, failure)
        with pytest.raises(TransferError, match=r"load\.csv"):
            fake_platform_client.downloadDataStoreFile("file", tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_download_that_is_interrupted_leaves_nothing(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        add_download(fake_platform, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            fake_platform_client.downloadDataStoreFile("file", tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_download_over_a_directory_is_refused(
        self, exchange: AvistaDigitalExchange, file: DataStoreFile, tmp_path: Path
    ) -> None:
        (tmp_path / "load.csv").mkdir()
        with pytest.raises(OSError, match=r"load\.csv"):
            exchange.downloadDataStoreFile(file.dataStoreFileId, tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["load.csv"]
