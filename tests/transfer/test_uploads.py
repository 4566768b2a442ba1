"""Uploads."""

import os
import tracemalloc
from pathlib import Path

import httpx
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidResponseError,
    NotFoundError,
    TransferError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..services.storage.test_data_stores import FILE
from ..support.fake_platform import FakePlatform, FakeResponse, error_response, graphql_error
from ..support.proxy import Proxy

URL = "https://objects.test/new?X-Amz-Signature=5ec7e7"
EXPIRED = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "load.csv"
    path.write_bytes(b"time,kW\n0,12.5\n")
    return path


def names_in(exchange: AvistaDigitalExchange, directory: str) -> list[str]:
    return [file.name for file in exchange.getDataStoreDirectory(directory).files]


def add_upload(fake_platform: FakePlatform, response: object) -> None:
    created = {"itemId": "dataStoreFileId.1", "url": URL}
    fake_platform.add_data("storage_createDataStoreFile", created)
    fake_platform.add_url_responses(f"PUT {URL}", response)


class TestStoredFile:
    def test_upload_stores_bytes_and_metadata(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str], tmp_path: Path
    ) -> None:
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        source = tmp_path / "load.csv"
        source.write_bytes(bytes(range(256)) * 10_000)
        file = exchange.uploadFileToDataStore(store, home, str(source))
        assert (file.name, file.fileExtension) == ("load", "csv")
        assert (file.dataStoreId, file.dataStoreDirectoryId) == (store, home)
        assert (file.storageSizeBytes, file.contentType) == (2_560_000, "text/csv")
        assert file.description is None
        assert file.lastModified
        assert file == exchange.getDataStoreFileMeta(file.dataStoreFileId)
        exchange.downloadDataStoreFile(file.dataStoreFileId, tmp_path / "again")
        assert (tmp_path / "again").read_bytes() == source.read_bytes()

    def test_upload_accepts_every_argument_by_keyword(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str], source: Path
    ) -> None:
        file = exchange.uploadFileToDataStore(
            dataStoreId=data_store["dataStoreId"],
            dataStoreDirectoryId=data_store["homeDirectoryId"],
            localPath=source,
            name="july.txt",
            description="Loads of July",
        )
        assert (file.name, file.fileExtension) == ("july", "txt")
        assert file.description == "Loads of July"

    def test_upload_accepts_every_argument_by_position(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str], source: Path
    ) -> None:
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        file = exchange.uploadFileToDataStore(store, home, source, "july.txt", "Loads of July")
        assert (file.name, file.description) == ("july", "Loads of July")

    def test_upload_of_an_empty_file_is_stored(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str], tmp_path: Path
    ) -> None:
        (tmp_path / "empty").touch()
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        file = exchange.uploadFileToDataStore(store, home, tmp_path / "empty")
        assert file.storageSizeBytes == 0
        exchange.downloadDataStoreFile(file.dataStoreFileId, tmp_path / "again")
        assert (tmp_path / "again").read_bytes() == b""

    @pytest.mark.parametrize(
        ("name", "bare", "extension"),
        [
            ("load.csv", "load", "csv"),
            ("archive.tar.gz", "archive", "tar.gz"),
            ("2024.03.19.load.csv", "2024", "03.19.load.csv"),
            ("README", "README", ""),
            (".env", ".env", ""),
            (".config.json", ".config", "json"),
            ("..hidden", "..hidden", ""),
            ("ends with a dot.", "ends with a dot.", ""),
            ("Größe 📈.csv", "Größe 📈", "csv"),
        ],
    )
    def test_upload_name_with_any_extension_comes_back_unchanged(
        self,
        name: str,
        bare: str,
        extension: str,
        exchange: AvistaDigitalExchange,
        data_store: dict[str, str],
        tmp_path: Path,
    ) -> None:
        (tmp_path / name).write_bytes(b"1")
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        file = exchange.uploadFileToDataStore(store, home, tmp_path / name)
        assert (file.name, file.fileExtension or "") == (bare, extension)
        folder = tmp_path / "again"
        folder.mkdir()
        exchange.downloadDataStoreFile(file.dataStoreFileId, folder)
        assert [path.name for path in folder.iterdir()] == [name]

    def test_upload_path_with_tilde_is_expanded(
        self,
        exchange: AvistaDigitalExchange,
        data_store: dict[str, str],
        source: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("HOME", str(source.parent))
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        assert exchange.uploadFileToDataStore(store, home, "~/load.csv").name == "load"


class TestRequests:
    def test_upload_has_a_content_length_and_no_token(
        self,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        data_store: dict[str, str],
        tmp_path: Path,
    ) -> None:
        source = tmp_path / "load.csv"
        source.write_bytes(b"0123456789" * 100_000)
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        proxied_client.uploadFileToDataStore(store, home, source)
        (sent,) = proxy.messages_named("PUT")
        headers = {name.lower(): value for name, value in sent.headers.items()}
        assert headers["content-length"] == "1000000"
        assert "transfer-encoding" not in headers
        assert "authorization" not in headers

    def test_upload_is_streamed_in_constant_memory(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str], tmp_path: Path
    ) -> None:
        source = tmp_path / "large"
        with source.open("wb") as file:
            file.truncate(48 << 20)
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        tracemalloc.start()
        try:
            uploaded = exchange.uploadFileToDataStore(store, home, source)
            exchange.downloadDataStoreFile(uploaded.dataStoreFileId, tmp_path / "again")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert (tmp_path / "again").stat().st_size == 48 << 20
        # The Local Exchange, which runs in this process, counts too.
        assert peak < 12 << 20

    @pytest.mark.parametrize("size", [(64 << 20) - 1, (64 << 20) + 1], ids=["shorter", "longer"])
    def test_upload_of_a_changing_file_fails(
        self,
        size: int,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        data_store: dict[str, str],
        tmp_path: Path,
    ) -> None:
        source = tmp_path / "load.csv"
        source.touch()
        # More than fits into two socket buffers, so that the file is still being read.
        os.truncate(source, 64 << 20)
        proxy.before_upload = lambda: os.truncate(source, size)
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        with pytest.raises(TransferError, match=r"load\.csv (grew|shrank by 1 bytes) while"):
            proxied_client.uploadFileToDataStore(store, home, source)
        assert names_in(proxied_client, home) == []


class TestFailures:
    @pytest.mark.parametrize("status", [403, 500, 501])
    def test_failed_upload_leaves_no_empty_file(
        self,
        status: int,
        proxied_client: AvistaDigitalExchange,
        proxy: Proxy,
        data_store: dict[str, str],
        source: Path,
    ) -> None:
        proxy.responses["PUT"] = [FakeResponse(status, EXPIRED)]
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        with pytest.raises(TransferError, match=r"load\.csv.*Request has expired") as caught:
            proxied_client.uploadFileToDataStore(store, home, source)
        assert caught.value.statusCode == status
        assert caught.value.path == str(source)
        assert names_in(proxied_client, home) == []

    def test_disconnected_upload_leaves_no_empty_file(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        source: Path,
    ) -> None:
        add_upload(fake_platform, httpx.WriteError("broken pipe"))
        fake_platform.add_data("storage_deleteDataStoreFile", FILE)
        with pytest.raises(
            TransferError, match=r"load\.csv was interrupted.*broken pipe"
        ) as caught:
            fake_platform_client.uploadFileToDataStore("store", "directory", source)
        assert caught.value.statusCode is None
        assert fake_platform.variables("storage_deleteDataStoreFile") == [
            {"dataStoreFileId": "dataStoreFileId.1"}
        ]

    def test_interrupted_upload_leaves_no_empty_file(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        source: Path,
    ) -> None:
        add_upload(fake_platform, KeyboardInterrupt())
        fake_platform.add_data("storage_deleteDataStoreFile", FILE)
        with pytest.raises(KeyboardInterrupt):
            fake_platform_client.uploadFileToDataStore("store", "directory", source)
        assert fake_platform.operations[-1] == "storage_deleteDataStoreFile"

    def test_failed_upload_names_a_record_that_cannot_be_removed(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        source: Path,
    ) -> None:
        add_upload(fake_platform, FakeResponse(503))
        fake_platform.add_responses("storage_deleteDataStoreFile", FakeResponse(500))
        with pytest.raises(TransferError, match=r"503") as caught:
            fake_platform_client.uploadFileToDataStore("store", "directory", source)
        (note,) = caught.value.__notes__
        assert "dataStoreFileId.1 could not be deleted" in note

    def test_failed_upload_ignores_a_record_that_is_already_gone(
        self,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        source: Path,
    ) -> None:
        add_upload(fake_platform, FakeResponse(503))
        fake_platform.add_responses(
            "storage_deleteDataStoreFile", error_response(graphql_error("NotFound", "gone"))
        )
        with pytest.raises(TransferError, match=r"503") as caught:
            fake_platform_client.uploadFileToDataStore("store", "directory", source)
        assert not hasattr(caught.value, "__notes__")

    @pytest.mark.parametrize("url", [None, "", "http://objects.test/new", "ftp://objects.test/new"])
    def test_upload_without_a_safe_url_fails(
        self,
        url: str | None,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
        source: Path,
    ) -> None:
        fake_platform.add_data(
            "storage_createDataStoreFile", {"itemId": "dataStoreFileId.1", "url": url}
        )
        fake_platform.add_data("storage_deleteDataStoreFile", FILE)
        with pytest.raises((InvalidResponseError, TransferError), match=r"URL|address"):
            fake_platform_client.uploadFileToDataStore("store", "directory", source)
        assert fake_platform.operations[-1] == "storage_deleteDataStoreFile"

    def test_upload_without_a_new_file_id_fails(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange, source: Path
    ) -> None:
        fake_platform.add_data("storage_createDataStoreFile", None, {"itemId": None, "url": URL})
        for _ in range(2):
            with pytest.raises(InvalidResponseError, match=r"no ID for the new file"):
                fake_platform_client.uploadFileToDataStore("store", "directory", source)


class TestAuthorization:
    def test_upload_by_a_reader_is_refused(
        self, connect: Connect, local: LocalExchange, source: Path
    ) -> None:
        reader = connect(local.tokens["reader"], endpoint=local.endpoint)
        with pytest.raises(UnauthorizedError):
            reader.uploadFileToDataStore(local.dataStoreId, local.homeDirectoryId, source)

    def test_upload_to_an_unknown_directory_is_not_found(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str], source: Path
    ) -> None:
        with pytest.raises(NotFoundError):
            exchange.uploadFileToDataStore(
                data_store["dataStoreId"], "dataStoreDirectoryId.nothing", source
            )


class TestDeleting:
    def test_deleted_file_is_gone_permanently(
        self, exchange: AvistaDigitalExchange, data_store: dict[str, str], source: Path
    ) -> None:
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        file = exchange.uploadFileToDataStore(store, home, source)
        assert exchange.deleteDataStoreFile(dataStoreFileId=file.dataStoreFileId) == file
        assert names_in(exchange, home) == []
        with pytest.raises(NotFoundError):
            exchange.getDataStoreFileMeta(file.dataStoreFileId)
        with pytest.raises(NotFoundError):
            exchange.deleteDataStoreFile(file.dataStoreFileId)
