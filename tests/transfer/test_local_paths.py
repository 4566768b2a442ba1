"""Local paths: `~` is the home directory in typed strings, and a name elsewhere."""

import os
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    PathIsDirectoryError,
    PathNotFoundError,
)
from avista_digital_exchange_sdk._utils.local_paths import join_below

NAMES = ["~", "~root", "~nobody-of-that-name", "~$report.xlsx", "$HOME", "${HOME}", "%USERPROFILE%"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory with a file; the working directory is another one."""
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    (home / "load.csv").write_bytes(b"home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    return home


class Store:
    """A new data store."""

    def __init__(self, client: AvistaDigitalExchange, data_store: dict[str, str]) -> None:
        self._client = client
        self._ids = data_store["dataStoreId"], data_store["homeDirectoryId"]

    def upload(self, path: object) -> tuple[str, bytes]:
        """Upload a file; return its ID and the stored content."""
        file = self._client.uploadFileToDataStore(*self._ids, path)  # type: ignore[arg-type]  # any
        target = Path("received").absolute()
        self._client.downloadDataStoreFile(file.dataStoreFileId, target)
        content = target.read_bytes()
        target.unlink()
        return file.dataStoreFileId, content

    def download(self, file_id: str, target: object) -> None:
        self._client.downloadDataStoreFile(file_id, target)  # type: ignore[arg-type]  # any


@pytest.fixture
def store(exchange: AvistaDigitalExchange, data_store: dict[str, str]) -> Store:
    return Store(exchange, data_store)


class TestUpload:
    def test_upload_of_a_string_with_tilde_reads_from_the_home_directory(
        self, store: Store
    ) -> None:
        assert store.upload("~/load.csv")[1] == b"home"

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("kind", ["plain", "dotted", "path", "absolute"])
    def test_upload_of_a_file_with_an_unusual_name_reads_that_file(
        self, name: str, kind: str, store: Store
    ) -> None:
        Path(name).absolute().write_bytes(b"here")
        path: object = {
            "plain": name,
            "dotted": f"./{name}",
            "path": Path(name),
            "absolute": str(Path(name).absolute()),
        }[kind]
        assert store.upload(path)[1] == b"here"

    @pytest.mark.parametrize("kind", [str, Path])
    def test_upload_of_a_file_in_a_directory_with_an_unusual_name_reads_that_file(
        self, kind: type, store: Store
    ) -> None:
        folder = Path.cwd() / "~"
        folder.mkdir()
        (folder / "load.csv").write_bytes(b"here")
        assert store.upload(kind("~/load.csv"))[1] == b"here"

    def test_upload_of_a_path_object_uses_it_unchanged(self, store: Store) -> None:
        with pytest.raises(PathNotFoundError, match=r"got '~/load\.csv': file not found"):
            store.upload(Path("~/load.csv"))

    def test_upload_of_the_home_directory_is_refused(self, store: Store) -> None:
        with pytest.raises(PathIsDirectoryError):
            store.upload("~")


class TestDownload:
    def test_download_to_a_string_with_tilde_writes_to_the_home_directory(
        self, store: Store, home: Path
    ) -> None:
        Path("mine.csv").write_bytes(b"mine")
        file_id, _ = store.upload("mine.csv")
        store.download(file_id, "~")
        store.download(file_id, "~/other.csv")
        assert (home / "mine.csv").read_bytes() == b"mine"
        assert (home / "other.csv").read_bytes() == b"mine"

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize("kind", ["dotted", "path", "absolute"])
    def test_download_to_an_unusual_name_writes_that_file(
        self, name: str, kind: str, store: Store, home: Path
    ) -> None:
        Path("mine.csv").write_bytes(b"mine")
        file_id, _ = store.upload("mine.csv")
        target: object = {
            "dotted": f"./{name}",
            "path": Path(name),
            "absolute": str(Path(name).absolute()),
        }[kind]
        store.download(file_id, target)
        assert (Path.cwd() / name).read_bytes() == b"mine"
        assert os.listdir(home) == ["load.csv"]

    def test_download_to_a_path_object_uses_it_unchanged(self, store: Store) -> None:
        with pytest.raises(PathNotFoundError, match=r"directory ~.* does not exist"):
            store.download("dataStoreFileId.1", Path("~/load.csv"))


class TestPathBelow:
    @pytest.mark.parametrize(
        "name",
        ["~", "..", ".", "", "a/b", "/etc/passwd", "../up", "a\0b", "a\nb", "\\\\server\\x", "C:x"],
    )
    def test_path_below_treats_any_name_as_one_component(self, name: str) -> None:
        root = Path.cwd()
        assert join_below(root, name).parent == root
        assert join_below(root, "folder", name).parent == root / "folder"

    @pytest.mark.parametrize("outside", ["..", "/", "../here-too", "loop"])
    def test_path_below_refuses_a_link_out_of_the_root(self, outside: str) -> None:
        Path("../here-too").mkdir()
        Path("loop").symlink_to("../here-too")
        Path("link").symlink_to(outside)
        for names in (("link",), ("link", "load.csv"), ("link", "deeper", "load.csv")):
            with pytest.raises(PermissionError, match="a link leads out of"):
                join_below(Path.cwd(), *names)

    def test_path_below_follows_a_link_within_the_root(self) -> None:
        Path("folder").mkdir()
        Path("link").symlink_to("folder")
        assert join_below(Path.cwd(), "link", "load.csv") == Path.cwd() / "link" / "load.csv"

    def test_path_below_accepts_a_root_that_is_a_link(self) -> None:
        Path("folder").mkdir()
        Path("link").symlink_to("folder")
        assert join_below(Path("link"), "load.csv") == Path("link") / "load.csv"
