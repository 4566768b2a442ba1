"""Finding files by their paths and reading them."""

import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    ConnectionFailedError,
    TransferError,
)
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.fake_platform import FakeResponse
from ..support.options import use_limits
from ..support.proxy import Proxy
from .stored_files import REFUSED, files_in

EXPIRED = FakeResponse(
    403, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
)
LISTING = "storage_getDataStoreDirectory"
MEGABYTE = 1_000_000

Upload = Callable[..., str]


@pytest.fixture
def owner(local: LocalExchange) -> Iterator[AvistaDigitalExchange]:
    """Another client of the same data store."""
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as owner:
        yield owner


@pytest.fixture
def upload(owner: AvistaDigitalExchange, home: str, tmp_path: Path) -> Upload:
    """Uploads a file to the home directory without the file system; returns its ID."""
    local = tmp_path / "to upload"
    home_directory = owner.getDataStore(home).homeDirectoryId

    def upload(name: str, content: bytes = b"") -> str:
        local.write_bytes(content)
        return owner.uploadFileToDataStore(home, home_directory, local, name).dataStoreFileId

    return upload


def numbered(size: int) -> bytes:
    """Bytes in which every position is distinguishable."""
    return b"".join(index.to_bytes(4, "big") for index in range(size // 4))


class TestPaths:
    def test_path_of_a_file_or_directory_starts_with_the_data_store_id(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe({f"{home}/a/b/load.csv": b"12.5", f"{home}/README": b""})
        assert file_system.ls(home, detail=False) == [f"{home}/a", f"{home}/README"]
        assert file_system.ls(f"dx://{home}/a/", detail=False) == [f"{home}/a/b"]
        assert file_system.ls(f"{home}/a/b/load.csv", detail=False) == [f"{home}/a/b/load.csv"]
        assert file_system.find(home) == [f"{home}/README", f"{home}/a/b/load.csv"]
        assert file_system.glob(f"dx://{home}/**/*.csv") == [f"{home}/a/b/load.csv"]
        assert [directory for directory, _, _ in file_system.walk(home)] == [
            home,
            f"{home}/a",
            f"{home}/a/b",
        ]
        assert file_system.isdir(f"{home}/a")
        assert file_system.isfile(f"{home}/README")
        assert file_system.du(home) == 4

    def test_path_root_lists_owned_data_stores(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        stores = {info["name"]: info for info in file_system.ls("dx://")}
        assert stores[home]["displayName"] == "Field data"
        assert file_system.info(home)["type"] == file_system.info("")["type"] == "directory"

    def test_info_of_a_file_contains_everything_known(
        self, file_system: DataStoreFileSystem, home: str, upload: Upload
    ) -> None:
        file_id = upload("load.tar.gz", b"12.5")
        info = file_system.info(f"dx://{home}/load.tar.gz")
        assert (info["name"], info["type"], info["size"]) == (f"{home}/load.tar.gz", "file", 4)
        assert info["dataStoreFileId"] == file_id
        assert info["contentType"] == "application/gzip"
        timestamp = file_system.modified(f"{home}/load.tar.gz")
        assert abs(timestamp - datetime.now(UTC)) < timedelta(minutes=1)
        assert file_system.created(f"{home}/load.tar.gz") == timestamp

    @pytest.mark.parametrize("path", ["nothing", "nothing/at/all", "load.csv/inside"])
    def test_missing_path_is_not_found(
        self, path: str, file_system: DataStoreFileSystem, home: str, upload: Upload
    ) -> None:
        upload("load.csv")
        assert not file_system.exists(f"{home}/{path}")
        assert not file_system.isdir(f"{home}/{path}")
        for look in (file_system.info, file_system.ls, file_system.open, file_system.cat):
            with pytest.raises((FileNotFoundError, NotADirectoryError)):
                look(f"{home}/{path}")

    def test_missing_data_store_is_not_found(self, file_system: DataStoreFileSystem) -> None:
        assert not file_system.exists("dataStoreId.nothing")
        with pytest.raises(FileNotFoundError):
            file_system.ls("dataStoreId.nothing")

    def test_inaccessible_data_store_is_a_permission_error(
        self, home: str, local: LocalExchange
    ) -> None:
        outsider = DataStoreFileSystem(token=local.tokens["outsider"], endpoint=local.endpoint)
        with pytest.raises(PermissionError):
            outsider.ls(home)
        outsider.close()

    def test_directory_cannot_be_read_as_a_file(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        with pytest.raises(IsADirectoryError):
            file_system.open(home)


class TestNames:
    def test_duplicate_name_is_the_newest_file(
        self, file_system: DataStoreFileSystem, home: str, upload: Upload
    ) -> None:
        older = upload("load.csv", b"first")
        upload("load.csv", b"second")
        assert file_system.ls(home, detail=False) == [f"{home}/load.csv"]
        assert file_system.cat(f"{home}/load.csv") == b"second"
        assert file_system.info(f"{home}/load.csv")["duplicates"] == (older,)

    def test_duplicate_name_of_an_older_file_is_reachable_but_not_listed(
        self, file_system: DataStoreFileSystem, home: str, upload: Upload
    ) -> None:
        older = upload("load.csv", b"first")
        upload("load.csv", b"second")
        path = f"{home}/load.csv.{older}"
        assert path not in file_system.find(home)
        assert file_system.cat(path) == b"first"
        assert file_system.info(path)["dataStoreFileId"] == older
        file_system.rm(path)
        assert not file_system.exists(path)
        assert file_system.cat(f"{home}/load.csv") == b"second"

    def test_directory_precedes_a_file_of_the_same_name_which_gets_its_id_as_suffix(
        self, file_system: DataStoreFileSystem, home: str, upload: Upload
    ) -> None:
        file_system.pipe(f"{home}/load.csv/july.csv", b"12.5")
        hidden = f"{home}/load.csv.{upload('load.csv', b'a file')}"
        file_system.invalidate_cache()
        assert file_system.isdir(f"{home}/load.csv")
        assert file_system.find(home) == [hidden, f"{home}/load.csv/july.csv"]
        assert file_system.glob(f"{home}/*.csv") == [f"{home}/load.csv"]
        assert file_system.cat(hidden) == b"a file"
        assert file_system.du(home) == 10
        file_system.mv(hidden, f"{home}/other.csv")
        assert file_system.cat(f"{home}/other.csv") == b"a file"

    def test_duplicate_directory_name_gets_its_id_as_suffix(
        self, file_system: DataStoreFileSystem, home: str, admin_client: AdminClient
    ) -> None:
        file_system.pipe(f"{home}/a/load.csv", b"12.5")
        other = admin_client.create_directory(
            home, file_system.info(home)["dataStoreDirectoryId"], "a"
        )
        file_system.invalidate_cache()
        file_system.pipe(f"{home}/a.{other}/more.csv", b"13")
        assert file_system.find(home) == [f"{home}/a.{other}/more.csv", f"{home}/a/load.csv"]

    @pytest.mark.parametrize("form", ["NFC", "NFD"])
    def test_both_unicode_forms_of_a_name_are_one_name(
        self, file_system: DataStoreFileSystem, home: str, upload: Upload, form: str
    ) -> None:
        other = {"NFC": "NFD", "NFD": "NFC"}[form]
        name, typed = (unicodedata.normalize(one, "Übersicht.csv") for one in (form, other))
        upload(name, b"1")
        assert file_system.cat(f"{home}/{typed}") == b"1"
        file_system.pipe(f"{home}/{typed}", b"22")
        assert len(files_in(file_system, home)) == 1
        file_system.makedirs(f"{home}/{name}s/inner")
        file_system.pipe(f"{home}/{typed}s/inner/a", b"1")
        assert len(file_system.ls(home)) == 2

    def test_file_that_is_not_uploaded_yet_does_not_exist(
        self, file_system: DataStoreFileSystem, home: str, admin_client: AdminClient, upload: Upload
    ) -> None:
        upload("load.csv", b"old")
        directory = file_system.info(home)["dataStoreDirectoryId"]
        admin_client.create_entries(home, directory, [], ["load", "new"])
        assert file_system.ls(home, detail=False) == [f"{home}/load.csv"]
        assert file_system.cat(f"{home}/load.csv") == b"old"

    def test_names_that_no_path_can_contain_get_their_ids_as_suffix(
        self, file_system: DataStoreFileSystem, home: str, admin_client: AdminClient, tmp_path: Path
    ) -> None:
        directory = file_system.info(home)["dataStoreDirectoryId"]
        up, slash, here = admin_client.create_entries(home, directory, ["..", "a/b", "."], [])
        names = [f"...{up}", f"a_b.{slash}", f"..{here}"]
        assert sorted(file_system.ls(home, detail=False)) == sorted(f"{home}/{n}" for n in names)
        file_system.pipe(f"{home}/...{up}/load.csv", b"12.5")
        file_system.get(home, str(tmp_path / "got"), recursive=True)
        assert {path.name for path in tmp_path.rglob("*")} == {"got", "load.csv", *names}

    def test_name_that_imitates_an_id_suffix_hides_nothing(
        self, file_system: DataStoreFileSystem, home: str, upload: Upload
    ) -> None:
        file_system.mkdir(f"{home}/load")
        hidden = upload("load", b"hidden")
        upload(f"load.{hidden}", b"posing")
        file_system.invalidate_cache()
        assert sorted(map(file_system.cat, file_system.find(home))) == [b"hidden", b"posing"]

    @pytest.mark.parametrize("name", ["ü 日本.csv", "a b+c%20d&e=f.csv", "#1?.csv", "x'y\"z"])
    def test_any_other_name_is_a_path(
        self, name: str, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.pipe(f"{home}/{name}/{name}", b"12.5")
        assert file_system.ls(f"{home}/{name}", detail=False) == [f"{home}/{name}/{name}"]
        assert file_system.cat_file(f"{home}/{name}/{name}") == b"12.5"


class TestCache:
    def test_listing_is_requested_once(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, upload: Upload
    ) -> None:
        upload("load.csv", b"12.5")
        for _ in range(3):
            proxied_file_system.ls(home)
            proxied_file_system.info(f"{home}/load.csv")
        assert proxy.names == ["storage_getDataStore", LISTING]

    def test_listing_is_refreshed_on_request(
        self, file_system: DataStoreFileSystem, home: str, upload: Upload
    ) -> None:
        assert file_system.ls(home) == []
        upload("load.csv")
        assert file_system.ls(home) == []
        assert file_system.ls(home, refresh=True, detail=False) == [f"{home}/load.csv"]
        upload("more.csv")
        file_system.invalidate_cache(home)
        assert len(file_system.ls(home)) == 2

    def test_listing_expires(self, local: LocalExchange, home: str, upload: Upload) -> None:
        hasty = DataStoreFileSystem(
            token=local.token, endpoint=local.endpoint, listings_expiry_time=0
        )
        assert hasty.ls(home) == []
        upload("load.csv")
        assert len(hasty.ls(home)) == 1
        hasty.close()

    def test_added_files_are_found_at_once(
        self, file_system: DataStoreFileSystem, home: str, upload: Upload
    ) -> None:
        file_system.ls(home)
        assert not file_system.exists(f"{home}/load.csv")
        upload("load.csv", b"12.5")
        assert file_system.exists(f"{home}/load.csv")
        upload("more.csv", b"13")
        assert file_system.cat(f"{home}/more.csv") == b"13"

    def test_replaced_files_are_read_again(
        self,
        file_system: DataStoreFileSystem,
        home: str,
        upload: Upload,
        owner: AvistaDigitalExchange,
        tmp_path: Path,
    ) -> None:
        old = upload("load.csv", b"old")
        file_system.ls(home)
        upload("load.csv", b"newer")
        owner.deleteDataStoreFile(old)
        assert file_system.cat(f"{home}/load.csv") == b"newer"
        file_system.ls(home)
        file_system.get_file(f"{home}/load.csv", str(tmp_path / "load.csv"))
        assert (tmp_path / "load.csv").read_bytes() == b"newer"

    def test_replaced_directory_is_listed_again(
        self, file_system: DataStoreFileSystem, home: str, owner: AvistaDigitalExchange
    ) -> None:
        file_system.pipe(f"{home}/a/b/old.csv", b"")
        file_system.ls(f"{home}/a/b")
        outer = file_system.info(f"{home}/a")["dataStoreDirectoryId"]
        owner.deleteDataStoreDirectory(outer)
        home_directory = owner.getDataStore(home).homeDirectoryId
        updated = owner.createDataStoreDirectory(home, home_directory, "a")
        file_system.invalidate_cache(f"{home}/a/b")
        assert not file_system.exists(f"{home}/a/b")
        assert file_system.info(f"{home}/a")["dataStoreDirectoryId"] == updated.dataStoreDirectoryId

    def test_changes_of_the_file_system_itself_are_visible_at_once(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        for path in (f"{home}/a/load.csv", f"{home}/a/more.csv"):
            file_system.pipe(path, b"1")
            assert file_system.exists(path)
        file_system.rm(f"{home}/a/more.csv")
        assert file_system.ls(f"{home}/a", detail=False) == [f"{home}/a/load.csv"]


class TestBytes:
    @pytest.mark.parametrize(
        ("start", "end"), [(None, None), (10, 20), (-10, None), (None, -5), (90, 200), (50, 50)]
    )
    def test_byte_range_equals_a_slice(
        self, start: int | None, end: int | None, file_system: DataStoreFileSystem, home: str
    ) -> None:
        content = numbered(100)
        file_system.pipe(f"{home}/load.bin", content)
        assert file_system.cat_file(f"{home}/load.bin", start, end) == content[start:end]

    def test_empty_file_is_read_as_empty(self, file_system: DataStoreFileSystem, home: str) -> None:
        file_system.touch(f"{home}/empty")
        assert file_system.cat(f"{home}/empty") == b""
        with file_system.open(f"{home}/empty") as file:
            assert file.read() == b""

    def test_open_file_fetches_only_the_blocks_that_are_read(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, upload: Upload
    ) -> None:
        content = numbered(2 * MEGABYTE)
        upload("load.bin", content)
        with proxied_file_system.open(f"{home}/load.bin", block_size=100_000) as file:
            file.seek(-8, 2)
            assert file.read() == content[-8:]
            file.seek(250_000)
            assert file.read(10) == content[250_000:250_010]
            file.seek(240_000)
            assert file.read(20) == content[240_000:240_020]
        ranges = [request.headers["Range"] for request in proxy.messages_named("GET")]
        assert ranges == ["bytes=1900000-1999999", "bytes=200000-299999"]

    def test_open_file_requests_one_url(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, upload: Upload
    ) -> None:
        upload("load.bin", numbered(MEGABYTE))
        proxied_file_system.info(f"{home}/load.bin")
        proxy.messages.clear()
        with proxied_file_system.open(f"{home}/load.bin", block_size=250_000) as file:
            assert file.read() == numbered(MEGABYTE)
        assert proxy.names == ["storage_getDataStoreFileDownload", *["GET"] * 4]

    def test_expired_url_is_renewed_while_reading(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, upload: Upload
    ) -> None:
        content = numbered(MEGABYTE)
        upload("load.bin", content)
        with proxied_file_system.open(f"{home}/load.bin", block_size=250_000) as file:
            started = file.read(10)
            proxy.responses["GET"] = [EXPIRED]
            assert started + file.read() == content

    def test_byte_range_of_another_version_is_refused(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, upload: Upload
    ) -> None:
        upload("load.bin", numbered(1000))
        part = {"Content-Length": "500", "Content-Range": "bytes 500-999/1000", "ETag": '"other"'}
        with proxied_file_system.open(
            f"{home}/load.bin", block_size=500, cache_type="none"
        ) as file:
            assert file.read(500) == numbered(1000)[:500]
            proxy.responses["GET"] = [FakeResponse(206, bytes(500), part)]
            with pytest.raises(TransferError, match="has changed since it was opened"):
                file.read(500)

    def test_byte_range_resumes_after_a_disconnect(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, upload: Upload
    ) -> None:
        content = numbered(1000)
        upload("load.bin", content)
        response = FakeResponse(
            206,
            content[:400],
            {"Content-Length": "1000", "Content-Range": "bytes 0-999/1000", "ETag": '"x"'},
        )
        proxy.responses["GET"] = [response, None]
        with pytest.raises(TransferError, match="has changed since it was opened"):
            proxied_file_system.cat(f"{home}/load.bin")
        assert proxy.messages_named("GET")[1].headers["Range"] == "bytes=400-999"
        assert proxy.messages_named("GET")[1].headers["If-Match"] == '"x"'

    @pytest.mark.parametrize(
        ("response", "message"),
        [
            (FakeResponse(200, b"x" * 1000), "does not support range requests"),
            (
                FakeResponse(206, b"x" * 1000, {"Content-Range": "bytes 0-9/1000"}),
                "requested bytes",
            ),
            (FakeResponse(206, b"x" * 1000), "does not support range requests"),
            (REFUSED, "AccessDenied"),
        ],
    )
    def test_byte_range_that_was_not_requested_is_refused(
        self,
        response: FakeResponse,
        message: str,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
        upload: Upload,
    ) -> None:
        upload("load.bin", b"x" * 1000)
        proxy.responses["GET"] = [response]
        with pytest.raises(TransferError, match=message):
            proxied_file_system.cat(f"{home}/load.bin")

    def test_text_is_read_line_by_line(self, file_system: DataStoreFileSystem, home: str) -> None:
        file_system.pipe(f"{home}/load.csv", "time,°C\n0,12.5\n".encode())
        with file_system.open(f"{home}/load.csv", "r", encoding="utf-8") as file:
            assert list(file) == ["time,°C\n", "0,12.5\n"]

    def test_compressed_file_is_decompressed(
        self, local: LocalExchange, home: str, file_system: DataStoreFileSystem
    ) -> None:
        options = {"token": local.token, "endpoint": local.endpoint}
        with fsspec.open(f"dx://{home}/a.csv.gz", "wb", compression="infer", **options) as file:
            file.write(b"12.5" * 1000)
        assert file_system.info(f"{home}/a.csv.gz")["size"] < 200
        with fsspec.open(f"dx://{home}/a.csv.gz", compression="infer", **options) as file:
            assert file.read() == b"12.5" * 1000
        fsspec.filesystem("dx", **options).close()

    def test_file_of_unknown_size_is_read(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
        upload: Upload,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # As for a file above 2 GiB, the limit of GraphQL integers.
        use_limits(monkeypatch, max_int=10)
        upload("load.bin", numbered(1000))
        assert proxied_file_system.info(f"{home}/load.bin")["size"] == 1000
        proxied_file_system.invalidate_cache()
        assert [info["size"] for info in proxied_file_system.ls(home)] == [1000]
        proxied_file_system.invalidate_cache()
        assert proxied_file_system.du(home) == 1000
        proxied_file_system.invalidate_cache()
        proxy.responses["GET"] = [REFUSED]
        assert [info["size"] for info in proxied_file_system.ls(home)] == [None]
        proxy.responses["GET"] = [REFUSED] * 2
        with pytest.raises(TransferError, match="AccessDenied"):
            proxied_file_system.du(home)
        assert proxied_file_system.cat(f"{home}/load.bin") == numbered(1000)


class TestFailures:
    def test_unreadable_directory_is_not_taken_for_empty(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, upload: Upload
    ) -> None:
        upload("load.csv")
        broken = {"errors": [{"errorType": "Unauthorized", "message": "not now"}]}
        proxy.responses[LISTING] = [FakeResponse(200, str(broken).replace("'", '"').encode())]
        with pytest.raises(PermissionError):
            proxied_file_system.find(home)
        assert proxied_file_system.find(home) == [f"{home}/load.csv"]

    def test_unreachable_platform_is_not_taken_for_a_missing_file(self, home: str) -> None:
        nowhere = DataStoreFileSystem(
            token="token", endpoint="http://127.0.0.1:9/graphql", maxRetries=0
        )
        with pytest.raises(ConnectionFailedError):
            nowhere.exists(f"{home}/load.csv")
        nowhere.close()
