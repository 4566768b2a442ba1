"""Redirects, URLs and file names that point elsewhere are not followed or are sanitized."""

import json
import platform
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import (
    ApiError,
    AvistaDigitalExchange,
    DigitalExchangeError,
    InvalidResponseError,
    SubscriptionError,
    TransferError,
)

from ..network_faults.scenarios import http
from ..services.storage.test_data_stores import FILE
from ..support.fake_platform import TOKEN, FakePlatform
from .server import PAGE, MaliciousServer, ok, query

GET_USER = "user_getUserSession"
CREATE = "storage_createDataStoreFile"


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_redirect_of_a_request_is_not_followed(
        self,
        status: int,
        malicious_server: MaliciousServer,
        other_host: MaliciousServer,
        client: AvistaDigitalExchange,
    ) -> None:
        malicious_server.respond_with(
            GET_USER, http(f"{status} Elsewhere", b"", f"Location: {other_host.url}/graphql")
        )
        with pytest.raises(ApiError) as caught:
            client.getUserInfo()
        assert caught.value.statusCode == status
        assert other_host.heads == []
        assert len(malicious_server.heads) == 1

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("target", ["another host", "plain http", "the same host"])
    def test_redirect_of_a_download_is_not_followed(
        self,
        status: int,
        target: str,
        malicious_server: MaliciousServer,
        other_host: MaliciousServer,
        client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        location = {
            "another host": other_host.url,
            "plain http": "http://objects.test",
            "the same host": malicious_server.url,
        }[target]
        malicious_server.respond_with_file(
            http(f"{status} Elsewhere", b"", f"Location: {location}/other")
        )
        with pytest.raises(TransferError, match=rf"refused: {status}"):
            client.downloadDataStoreFile("file", tmp_path)
        assert other_host.heads == []
        assert len(malicious_server.heads) == 2
        assert not [*tmp_path.iterdir()]

    def test_redirect_of_an_upload_is_not_followed(
        self,
        malicious_server: MaliciousServer,
        other_host: MaliciousServer,
        client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        (tmp_path / "load.csv").write_bytes(b"secret measurements")
        created = {
            "itemId": "1",
            "url": f"{malicious_server.url}/object?X-Amz-Signature=5ec7e7",
        }
        malicious_server.respond_with(CREATE, ok({"data": {CREATE: created}}))
        malicious_server.respond_with(
            "PUT", http("307 Elsewhere", b"", f"Location: {other_host.url}/other")
        )
        malicious_server.respond_with("storage_deleteDataStoreFile", ok({"data": {}}))
        with pytest.raises(TransferError, match=r"refused: 307"):
            client.uploadFileToDataStore("store", "directory", tmp_path / "load.csv")
        assert other_host.heads == []

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_redirect_of_a_realtime_connection_is_not_followed(
        self,
        status: int,
        malicious_server: MaliciousServer,
        other_host: MaliciousServer,
        client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        location = other_host.url.replace("http", "ws")
        malicious_server.respond_with_page()
        malicious_server.respond_with(
            "websocket", http(f"{status} Elsewhere", b"", f"Location: {location}/other")
        )
        with pytest.raises(SubscriptionError, match=rf"refused: status {status}"):
            query(client, tmp_path, "server")
        assert other_host.heads == []

    def test_transfer_requests_never_contain_the_token(
        self, malicious_server: MaliciousServer, client: AvistaDigitalExchange, tmp_path: Path
    ) -> None:
        malicious_server.respond_with_file(ok(b"content"))
        client.downloadDataStoreFile("file", tmp_path / "load.csv")
        assert TOKEN in malicious_server.heads[0]
        assert TOKEN not in malicious_server.heads[1]
        assert "authorization" not in malicious_server.heads[1].lower()


class TestUrls:
    @pytest.mark.parametrize(
        "url",
        [
            "https://objects.test:99999/1",
            "https://[::1/1",
            "https:///1",
            "https://",
            "https://objects.test/1\r\nX-Evil: 1",
            "https://objects.test/1 \x00",
            "https://" + "a" * 300 + ".test/1",
            "https://objects.test/" + "a" * 100_000,
            "https://ex\u00e4mple..test/1",
            "https://\ud800.test/1",
            "//objects.test/1",
            "objects.test/1",
            "ftp://objects.test/1",
            "file:///etc/passwd",
            "data:,content",
            "http://objects.test/1",
            "http://127.0.0.1.objects.test/1",
            "HTTP://OBJECTS.TEST/1",
            " ",
        ],
    )
    @pytest.mark.parametrize("purpose", ["download", "upload", "chunk"])
    def test_invalid_or_unsafe_url_is_refused(
        self,
        url: str,
        purpose: str,
        malicious_server: MaliciousServer,
        client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        (tmp_path / "source.csv").write_bytes(b"1")
        signed = f"{url}?X-Amz-Signature=5ec7e7"
        malicious_server.respond_with_page()
        page = malicious_server.responses[PAGE][0]
        chunk_url = f"{malicious_server.url}/chunk?X-Amz-Signature=5ec7e7"
        replaced = page.partition(b"\r\n\r\n")[2].replace(
            json.dumps(chunk_url).encode(), json.dumps(signed).encode()
        )
        malicious_server.respond_with(PAGE, ok(replaced))
        malicious_server.respond_with_file(ok(b"content"), url=signed)
        malicious_server.respond_with(
            CREATE, ok({"data": {CREATE: {"itemId": "1", "url": signed}}})
        )
        malicious_server.respond_with("storage_deleteDataStoreFile", ok({"data": {}}))
        calls = {
            "download": lambda: client.downloadDataStoreFile("file", tmp_path / "load.csv"),
            "upload": lambda: client.uploadFileToDataStore("s", "d", tmp_path / "source.csv"),
            "chunk": lambda: query(client, tmp_path),
        }
        with pytest.raises(DigitalExchangeError) as caught:
            calls[purpose]()
        assert "5ec7e7" not in str(caught.value)
        assert len(str(caught.value)) < 1000
        assert [path.name for path in tmp_path.iterdir()] == ["source.csv"]
        assert not [head for head in malicious_server.heads if head.startswith(("GET", "PUT"))]


class TestPlainHttp:
    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1:9/1",
            "http://localhost/1",
            "HTTP://LOCALHOST/1",
            "http://[::1]:80/1",
            "http://127.9.9.9/1",
            " http://127.0.0.1/1",
            "http://127.0.0.1\\@objects.test/1",
            "http://objects.test\\@127.0.0.1/1",
            "http://objects.test#@127.0.0.1/1",
        ],
    )
    @pytest.mark.parametrize("purpose", ["download", "upload", "chunk"])
    def test_loopback_url_from_a_remote_platform_is_refused(
        self,
        url: str,
        purpose: str,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        (tmp_path / "source.csv").write_bytes(b"1")
        signed = f"{url}?X-Amz-Signature=5ec7e7"
        data = {
            "storage_getDataStoreFile": FILE,
            "storage_getDataStoreFileDownloadUrl": {"itemId": "1", "url": signed},
        }
        fake_platform.add_responses("storage_getDataStoreFileDownload", {"data": data})
        fake_platform.add_data(CREATE, {"itemId": "1", "url": signed})
        fake_platform.add_data("storage_deleteDataStoreFile", FILE)
        page = {"queryId": "1", "nextToken": None, "presignedUrl": signed}
        fake_platform.add_data(PAGE, page)
        fake_platform.add_data("timeSeriesDb_cancelDatabaseQuery", None)
        calls = {
            "download": lambda: fake_platform_client.downloadDataStoreFile(
                "file", tmp_path / "load"
            ),
            "upload": lambda: fake_platform_client.uploadFileToDataStore(
                "s", "d", tmp_path / "source.csv"
            ),
            "chunk": lambda: query(fake_platform_client, tmp_path),
        }
        with pytest.raises(DigitalExchangeError, match=r"not https|no URL") as caught:
            calls[purpose]()
        assert "5ec7e7" not in str(caught.value)
        assert not {request.method for request in fake_platform.requests} - {"POST"}
        assert [path.name for path in tmp_path.iterdir()] == ["source.csv"]


class TestNames:
    @pytest.mark.parametrize(
        ("name", "extension"),
        [
            ("load", "../../outside"),
            ("load", "csv/../../outside"),
            ("load", "\0csv"),
            ("..", "."),
            ("", ""),
            ("a" * 4000, "csv"),
            ("load", "x" * 4000),
            ("\U0001f4c8" * 1000, "\U0001f4c8" * 1000),
            ("COM1", "txt"),
            ("nul", None),
            ("aux", "csv"),
            ("lpt9", "a.b.c"),
            ("load.", " "),
            ('load|<>:"?*', "csv"),
            ("\u202egnp", "exe"),
            ("\ud800", "csv"),
            ("~", None),
            ("-rf", "csv"),
            (".bashrc", None),
            ("CON", "\u0000"),
        ],
    )
    def test_file_name_from_the_server_stays_in_the_directory(
        self,
        name: str,
        extension: str | None,
        malicious_server: MaliciousServer,
        client: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        folder = tmp_path / "deep" / "folder"
        folder.mkdir(parents=True)
        malicious_server.respond_with_file(ok(b"content"), name=name, fileExtension=extension)
        try:
            client.downloadDataStoreFile("dataStoreFileId.1", folder)
        except InvalidResponseError:
            # Invalid UTF-8 cannot be part of a response.
            assert "\ud800" in name
            return
        (written,) = (path for path in tmp_path.rglob("*") if path.is_file())
        assert written.parent == folder
        assert written.read_bytes() == b"content"
        assert written.name.isprintable()
        assert len(written.name.encode()) <= 255

    @pytest.mark.parametrize("name", ["COM1", "nul", "aux", "lpt9", "CON", "Prn"])
    def test_file_name_from_the_server_is_no_device_name(
        self,
        name: str,
        malicious_server: MaliciousServer,
        client: AvistaDigitalExchange,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        malicious_server.respond_with_file(ok(b"content"), name=name, fileExtension="csv")
        monkeypatch.setattr(platform, "system", lambda: "Windows")
        client.downloadDataStoreFile("dataStoreFileId.1", tmp_path)
        (written,) = tmp_path.iterdir()
        assert written.stem.upper() != name.upper()

    def test_file_name_from_the_server_prints_no_control_characters(
        self,
        malicious_server: MaliciousServer,
        client: AvistaDigitalExchange,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        evil = "\x1b[2J\x07\u202e\r\n"
        file = {**FILE, "name": evil, "dataStoreFileId": evil, "fileExtension": evil}
        directory = {
            "dataStoreDirectoryId": evil,
            "dataStoreId": "1",
            "parentDirectoryId": None,
            "name": evil,
            "path": evil,
            "contents": [{"objectType": "FILE", "dataStoreFile": file, "dataStoreDirectory": None}],
        }
        name = "storage_getDataStoreDirectory"
        malicious_server.respond_with(name, ok({"data": {name: directory}}))
        client.getDataStoreDirectory("directory").printContents()
        printed = capsys.readouterr().out
        assert printed.endswith("\n")
        assert printed[:-1].isprintable()
