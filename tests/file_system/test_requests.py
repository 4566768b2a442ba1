"""The number of requests: many directories or files are in one request."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import pytest

from avista_digital_exchange_sdk import ApiError, TransferError, TransferIncompleteError
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.fake_platform import FakeResponse
from ..support.proxy import Proxy
from .stored_files import REFUSED

LIST = "storage_getDataStoreDirectory"
TOP = 10
INNER = 19


@pytest.fixture(scope="module")
def tree(local: LocalExchange, admin_client: AdminClient) -> str:
    """The path of a directory with 10 directories, each with 19."""
    store = admin_client.create_data_store()["dataStoreId"]
    fs = DataStoreFileSystem(token=local.token, endpoint=local.endpoint, skip_instance_cache=True)
    paths = [f"{store}/tree/{top:02}/{inner:02}" for top in range(TOP) for inner in range(INNER)]
    for path in paths:
        fs.makedirs(path)
    fs.close()
    return f"{store}/tree"


class TestListing:
    @pytest.mark.parametrize(
        ("act", "count"),
        [
            pytest.param(lambda fs, top: list(fs.walk(top)), 1 + TOP + TOP * INNER, id="walk"),
            pytest.param(
                lambda fs, top: list(fs.walk(top, topdown=False)),
                1 + TOP + TOP * INNER,
                id="walk bottom-up",
            ),
            pytest.param(
                lambda fs, top: list(fs.walk(top, detail=True, refresh=True)),
                1 + TOP + TOP * INNER,
                id="walk with details",
            ),
            pytest.param(
                lambda fs, top: fs.find(top, withdirs=True), 1 + TOP + TOP * INNER, id="find"
            ),
            pytest.param(lambda fs, top: fs.glob(f"{top}/*/*"), TOP * INNER, id="glob"),
            pytest.param(
                lambda fs, top: fs.tree(top, recursion_limit=3).splitlines(),
                1 + TOP + TOP * INNER,
                id="tree",
            ),
            pytest.param(lambda fs, top: fs.du(top, total=False), 0, id="du"),
            pytest.param(
                lambda fs, top: fs.expand_path(top, recursive=True),
                1 + TOP + TOP * INNER,
                id="expand_path",
            ),
        ],
    )
    def test_two_hundred_directories_are_listed_in_few_requests(
        self,
        act: Callable[[DataStoreFileSystem, str], list[Any]],
        count: int,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        tree: str,
    ) -> None:
        assert len(act(proxied_file_system, tree)) == count
        assert len(proxy.names) <= 12

    def test_walk_without_cache_lists_in_few_requests(
        self, local: LocalExchange, proxy: Proxy, tree: str
    ) -> None:
        fs = DataStoreFileSystem(
            token=local.token,
            endpoint=proxy.endpoint,
            use_listings_cache=False,
            skip_instance_cache=True,
        )
        assert len([*fs.walk(tree)]) == 1 + TOP + TOP * INNER
        assert len(proxy.names) <= 12
        fs.close()

    def test_download_of_two_hundred_directories_lists_in_few_requests(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, tree: str, tmp_path: Path
    ) -> None:
        proxied_file_system.get(tree, str(tmp_path / "got"), recursive=True)
        assert len([*(tmp_path / "got").rglob("*")]) == TOP + TOP * INNER
        assert len(proxy.names) <= 12

    def test_walk_that_is_stopped_lists_only_what_it_needs(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, tree: str
    ) -> None:
        path, directories, _ = next(iter(proxied_file_system.walk(tree)))
        assert (path, len(directories)) == (tree, TOP)
        # The data store, its home directory, and the directory itself.
        assert len(proxy.names) == 3

    def test_walk_does_not_list_deeper_than_requested(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, tree: str
    ) -> None:
        assert len([*proxied_file_system.walk(tree, maxdepth=2)]) == 1 + TOP
        assert len(proxy.names) == 4

    def test_walk_skips_directories_that_the_caller_removes(
        self, proxied_file_system: DataStoreFileSystem, tree: str
    ) -> None:
        visited = []
        for path, directories, _ in proxied_file_system.walk(tree):
            visited.append(path)
            directories[:] = [name for name in directories if name in ("03", "07")]
        assert len(visited) == 1 + 2 + 4

    def test_walk_yields_directories_in_the_order_of_a_depth_first_search(
        self, proxied_file_system: DataStoreFileSystem, tree: str
    ) -> None:
        visited = [path for path, _, _ in proxied_file_system.walk(tree)]
        assert visited == sorted(visited)
        bottom_up = [path for path, _, _ in proxied_file_system.walk(tree, topdown=False)]
        assert bottom_up[-1] == tree
        assert bottom_up[:INNER] == visited[2 : INNER + 2]

    def test_walk_sees_what_the_caller_changes_on_the_way(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        for name in "abc":
            file_system.makedirs(f"{home}/top/{name}")
        visited = []
        for path, directories, _ in file_system.walk(f"{home}/top"):
            visited.append(path.rpartition("/")[2])
            if "a" in directories:
                continue
            if path.endswith("/a"):
                file_system.makedirs(f"{home}/top/b/new")
                file_system.rm(f"{home}/top/c", recursive=True)
        assert visited == ["top", "a", "b", "new"]

    def test_error_of_one_directory_is_that_of_its_path(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str
    ) -> None:
        for name in "abc":
            proxied_file_system.pipe(f"{home}/top/{name}/file.csv", b"1")
        proxied_file_system.invalidate_cache()
        tree = proxied_file_system.contents_tree(f"{home}/top")
        assert all(not isinstance(contents, Exception) for contents in tree.values())
        directory = proxied_file_system.info(f"{home}/top/b")["dataStoreDirectoryId"]
        top = proxied_file_system.ls(f"{home}/top", detail=False)
        proxied_file_system.exchange.deleteDataStoreDirectory(directory)
        for path in top:
            proxied_file_system._listings._cache.pop(path, None)
        tree = proxied_file_system.contents_tree(f"{home}/top")
        assert isinstance(tree[f"{home}/top/b"], FileNotFoundError)
        assert {path.rpartition("/")[2] for path in proxied_file_system.find(f"{home}/top")} == {
            "file.csv"
        }

    def test_refused_token_stops_listing(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, tree: str
    ) -> None:
        list(proxied_file_system.walk(tree, maxdepth=1))
        proxy.responses[LIST] = [FakeResponse(401, b"{}")] * 10
        with pytest.raises(PermissionError):
            proxied_file_system.find(tree)
        assert len(proxy.names) <= 8


FILES = 100
CREATE = "storage_createDataStoreFile"
READ = "storage_getDataStoreFile"
URLS = "storage_getDataStoreFileDownload"
DELETE = "storage_deleteDataStoreFile"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A local folder with 100 small files."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number:03}.csv").write_text(f"{number}")
    return folder


class TestTransfers:
    def test_upload_of_a_folder_creates_and_reads_back_many_files_in_a_request(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, folder: Path
    ) -> None:
        proxied_file_system.put(str(folder), f"{home}/x", recursive=True)
        assert stored(proxied_file_system, f"{home}/x") == local_files(folder)
        names = proxy.names
        assert names.count("PUT") == FILES
        assert names.count(CREATE) == FILES / 10
        assert names.count(READ) < FILES / 2

    def test_download_of_a_folder_requests_many_urls_at_a_time(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        home: str,
        folder: Path,
        tmp_path: Path,
    ) -> None:
        proxied_file_system.put(str(folder), f"{home}/x", recursive=True)
        proxy.messages.clear()
        for _ in range(2):
            proxied_file_system.get(f"{home}/x/", str(tmp_path / "got"), recursive=True)
            assert local_files(tmp_path / "got") == local_files(folder)
        # The second time, nothing has changed.
        assert proxy.names.count("GET") == FILES
        assert proxy.names.count(URLS) == FILES / 25

    def test_upload_of_changed_files_deletes_the_replaced_ones(
        self, proxied_file_system: DataStoreFileSystem, proxy: Proxy, home: str, folder: Path
    ) -> None:
        proxied_file_system.put(str(folder), f"{home}/x/", recursive=True)
        for path in folder.iterdir():
            path.write_text(path.name)
        proxied_file_system.put(f"{folder}/", f"{home}/x/folder", recursive=True)
        contents = proxied_file_system.contents(f"{home}/x/folder")
        assert len(contents) == FILES
        assert (contents.superseded, contents.incomplete) == ([], [])
        assert stored(proxied_file_system, f"{home}/x/folder") == local_files(folder)
        assert proxy.names.count(DELETE) < FILES / 2

    @pytest.mark.parametrize("field", [CREATE, READ])
    def test_upload_whose_requests_fail_for_one_file_uploads_the_others(
        self,
        field: str,
        file_system: DataStoreFileSystem,
        local: LocalExchange,
        home: str,
        folder: Path,
    ) -> None:
        with (
            local.fail(field, "graphqlError", times=1, after=30, errorType="BadRequest") as fault,
            pytest.raises(TransferIncompleteError) as caught,
        ):
            file_system.put(f"{folder}/", f"{home}/x", recursive=True)
        assert fault.count == 1
        ((path, error),) = caught.value.failures.items()
        assert path in map(str, folder.iterdir())
        assert isinstance(error, ApiError)
        contents = file_system.contents(f"{home}/x")
        assert contents.incomplete == []
        if field == CREATE:
            assert {info["name"].rpartition("/")[2] for info in contents} == {
                one.name for one in folder.iterdir()
            } - {Path(path).name}
        else:
            # It was uploaded all the same.
            assert len(contents) == FILES
            assert "was uploaded with the ID" in str(error.__notes__)

    def test_download_whose_url_is_refused_for_one_file_downloads_the_others(
        self,
        file_system: DataStoreFileSystem,
        local: LocalExchange,
        home: str,
        folder: Path,
        tmp_path: Path,
    ) -> None:
        file_system.put(f"{folder}/", f"{home}/x", recursive=True)
        field = "storage_getDataStoreFileDownloadUrl"
        with (
            local.fail(field, "graphqlError", times=1, after=30, errorType="BadRequest"),
            pytest.raises(TransferIncompleteError) as caught,
        ):
            file_system.get(f"{home}/x", str(tmp_path / "got"), recursive=True)
        assert len(caught.value.failures) == 1
        assert len(local_files(tmp_path / "got")) == FILES - 1

    def test_upload_that_fails_fast_leaves_no_record(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        file_system: DataStoreFileSystem,
        home: str,
        folder: Path,
    ) -> None:
        proxy.responses["PUT"] = [None] * 5 + [REFUSED] * FILES
        with pytest.raises(TransferError):
            proxied_file_system.put(f"{folder}/", f"{home}/x", recursive=True, fail_fast=True)
        contents = file_system.contents(f"{home}/x")
        assert contents.incomplete == []
        assert all(info["size"] for info in contents)

    def test_upload_that_is_interrupted_leaves_no_record(
        self, file_system: DataStoreFileSystem, home: str, folder: Path
    ) -> None:
        class Interrupting(fsspec.Callback):  # type: ignore[misc]  # untyped
            def relative_update(self, inc: int = 1) -> None:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            file_system.put(f"{folder}/", f"{home}/x", recursive=True, callback=Interrupting())
        contents = file_system.contents(f"{home}/x")
        assert contents.incomplete == []
        assert len(contents) < FILES

    def test_upload_of_local_files_that_vanish_leaves_no_record(
        self,
        proxied_file_system: DataStoreFileSystem,
        proxy: Proxy,
        file_system: DataStoreFileSystem,
        home: str,
        folder: Path,
    ) -> None:
        vanishing = [*folder.iterdir()][50:]
        proxy.before_upload = lambda: [path.unlink(missing_ok=True) for path in vanishing]
        with pytest.raises(TransferIncompleteError) as caught:
            proxied_file_system.put(f"{folder}/", f"{home}/x", recursive=True)
        assert caught.value.failures.keys() <= set(map(str, vanishing))
        assert file_system.contents(f"{home}/x").incomplete == []

    def test_upload_of_a_local_file_that_vanishes_names_the_record_that_remains(
        self, file_system: DataStoreFileSystem, local: LocalExchange, home: str, tmp_path: Path
    ) -> None:
        for name in "ab":
            (tmp_path / name).write_text(name)

        def incomplete() -> dict[str, str]:
            infos = file_system.contents(f"{home}/x").incomplete
            return {info["name"]: info["dataStoreFileId"] for info in infos}

        class Removing(fsspec.Callback):  # type: ignore[misc]  # untyped
            def branched(self, path_1: str, path_2: str, **options: Any) -> Any:
                if path_1 == str(tmp_path / "b"):
                    # The other file requests the records of both.
                    while f"{home}/x/b" not in incomplete():
                        pass
                    (tmp_path / "b").unlink()
                return super().branched(path_1, path_2, **options)

        with (
            local.fail(DELETE, "graphqlError", errorType="BadRequest"),
            pytest.raises(TransferIncompleteError) as caught,
        ):
            file_system.put(f"{tmp_path}/", f"{home}/x/", recursive=True, callback=Removing())
        (error,) = caught.value.failures.values()
        (file_id,) = incomplete().values()
        assert file_id in str(getattr(error, "__notes__", ()))

    def test_upload_whose_response_is_lost_names_every_file_of_the_request(
        self, file_system: DataStoreFileSystem, local: LocalExchange, home: str, folder: Path
    ) -> None:
        file_system.mkdir(f"{home}/x")
        with (
            local.fail(CREATE, "lostResponse", times=1),
            pytest.raises(TransferIncompleteError) as caught,
        ):
            file_system.put(f"{folder}/", f"{home}/x/", recursive=True)
        failures = caught.value.failures
        assert len(failures) == 10
        for path, error in failures.items():
            assert f"may now contain an empty file {Path(path).name}" in str(error.__notes__)
        assert len(file_system.ls(f"{home}/x")) == FILES - 10


def stored(fs: DataStoreFileSystem, path: str) -> dict[str, bytes]:
    return {name.rpartition("/")[2]: content for name, content in fs.cat(f"{path}/*").items()}


def local_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
