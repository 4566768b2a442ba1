"""The number of requests: many directories or files are in one request."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.fake_platform import FakeResponse
from ..support.proxy import Proxy

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
