"""Local names that look like home directories, patterns, variables or protocols."""

import os
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import TransferIncompleteError
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem

from .stored_files import contents

NAMES = ["~", "~root", "~$report.xlsx", "$HOME", "data[1]", "a*b", "what?", "file:x", "local:x"]


@pytest.fixture(autouse=True)
def user_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory with a file; the working directory is another one."""
    user_home, here = tmp_path / "home", tmp_path / "here"
    user_home.mkdir()
    here.mkdir()
    (user_home / "load.csv").write_bytes(b"home")
    monkeypatch.setenv("HOME", str(user_home))
    monkeypatch.chdir(here)
    return user_home


def fill(folder: Path, name: str) -> None:
    """Create a directory with a name, and what the name could be mistaken for."""
    for one in (name, "data1", "axb", "whats", "x"):
        (folder / one).mkdir(exist_ok=True)
        (folder / one / "load.csv").write_bytes(one.encode())


@pytest.mark.parametrize("name", NAMES)
class TestPut:
    @pytest.mark.parametrize("kind", ["plain", "dotted", "path"])
    def test_put_of_a_directory_with_an_unusual_name_uploads_that_directory(
        self, kind: str, name: str, file_system: DataStoreFileSystem, home: str
    ) -> None:
        fill(Path.cwd(), name)
        path: Any = {"plain": name, "dotted": f"./{name}", "path": Path(name)}[kind]
        file_system.put(path, f"{home}/new", recursive=True)
        assert contents(file_system, home) == {"new/load.csv": name.encode()}

    @pytest.mark.parametrize("into", ["folder/", "list"])
    def test_put_of_a_list_with_unusual_names_uploads_those_files(
        self, into: str, name: str, file_system: DataStoreFileSystem, home: str
    ) -> None:
        fill(Path.cwd(), name)
        target: Any = f"{home}/folder/" if into == "folder/" else [f"{home}/folder/load.csv"]
        file_system.put([f"{name}/load.csv"], target)
        assert contents(file_system, home) == {"folder/load.csv": name.encode()}

    def test_put_of_a_parent_directory_uploads_all_unusual_names(
        self, name: str, file_system: DataStoreFileSystem, home: str
    ) -> None:
        fill(Path.cwd(), name)
        file_system.put(".", f"{home}/", recursive=True)
        assert contents(file_system, home)[f"{name}/load.csv"] == name.encode()

    def test_put_of_a_pattern_in_a_directory_with_an_unusual_name_matches_there(
        self,
        name: str,
        file_system: DataStoreFileSystem,
        home: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        fill(Path.cwd(), name)
        monkeypatch.chdir(name)
        file_system.put("*.csv", f"{home}/")
        assert contents(file_system, home) == {"load.csv": name.encode()}

    def test_put_file_uses_the_path_unchanged(
        self, name: str, file_system: DataStoreFileSystem, home: str
    ) -> None:
        fill(Path.cwd(), name)
        file_system.put_file(f"{name}/load.csv", f"{home}/load.csv")
        assert contents(file_system, home) == {"load.csv": name.encode()}


@pytest.mark.parametrize("name", NAMES)
class TestGet:
    @pytest.fixture(autouse=True)
    def _stored(self, name: str, file_system: DataStoreFileSystem, home: str) -> None:
        for one in dict.fromkeys((name, "data1", "axb")):
            file_system.pipe(f"{home}/all/{one}/load.csv", one.encode())

    def test_get_of_a_directory_with_an_unusual_name_stays_in_the_target(
        self, name: str, file_system: DataStoreFileSystem, home: str, user_home: Path
    ) -> None:
        file_system.get(f"{home}/all", "copy", recursive=True)
        assert Path("copy", name, "load.csv").read_bytes() == name.encode()
        assert os.listdir(user_home) == ["load.csv"]

    def test_get_of_an_unusual_name_itself_downloads_that_directory(
        self, name: str, file_system: DataStoreFileSystem, home: str, user_home: Path
    ) -> None:
        file_system.get(f"{home}/all/{name}", ".", recursive=True)
        assert [path.as_posix() for path in Path().rglob("*.csv")] == [f"{name}/load.csv"]
        assert os.listdir(user_home) == ["load.csv"]

    def test_get_of_a_file_with_an_unusual_name_downloads_that_file(
        self, name: str, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.get(f"{home}/all/{name}/load.csv", "new.csv")
        assert Path("new.csv").read_bytes() == name.encode()
        assert file_system.cat(f"{home}/all/{name}/load.csv") == name.encode()

    @pytest.mark.parametrize("kind", ["dotted", "path", "list"])
    def test_get_to_a_local_target_with_an_unusual_name_writes_there(
        self, kind: str, name: str, file_system: DataStoreFileSystem, home: str, user_home: Path
    ) -> None:
        source: Any = f"{home}/all/{name}/load.csv"
        target: Any = {"dotted": f"./{name}", "path": Path(name), "list": [name]}[kind]
        file_system.get([source] if kind == "list" else source, target)
        assert Path.cwd().joinpath(name).read_bytes() == name.encode()
        assert os.listdir(user_home) == ["load.csv"]

    def test_get_file_uses_the_path_unchanged(
        self, name: str, file_system: DataStoreFileSystem, home: str
    ) -> None:
        file_system.get_file(f"{home}/all/{name}/load.csv", f"{name}/new.csv")
        assert Path.cwd().joinpath(name, "new.csv").read_bytes() == name.encode()


class TestTypedPaths:
    def test_typed_tilde_is_the_home_directory(
        self, file_system: DataStoreFileSystem, home: str, user_home: Path
    ) -> None:
        file_system.put("~/load.csv", f"{home}/load.csv")
        file_system.get(f"{home}/load.csv", "~/copy.csv")
        file_system.put("~", f"{home}/all", recursive=True)
        assert (user_home / "copy.csv").read_bytes() == b"home"
        assert sorted(contents(file_system, f"{home}/all")) == ["copy.csv", "load.csv"]


class TestLinks:
    @pytest.fixture(autouse=True)
    def _stored(self, file_system: DataStoreFileSystem, home: str) -> None:
        for name in ("a/load.csv", "b/load.csv", "load.csv"):
            file_system.pipe(f"{home}/all/{name}", b"theirs")

    @pytest.fixture
    def outside(self, tmp_path: Path) -> Path:
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "load.csv").write_bytes(b"mine")
        return outside

    @pytest.mark.parametrize("source", ["all", "all/", "all/*", "all/**"])
    @pytest.mark.parametrize("link", ["a", "load.csv"])
    def test_get_does_not_follow_a_link_out_of_the_directory(
        self, link: str, source: str, file_system: DataStoreFileSystem, home: str, outside: Path
    ) -> None:
        folder = Path("copy")
        folder.mkdir()
        inside = folder / "all" if source == "all" else folder
        inside.mkdir(exist_ok=True)
        (inside / link).symlink_to(outside if link == "a" else outside / "load.csv")
        with pytest.raises(TransferIncompleteError, match="a link leads out of"):
            file_system.get(f"{home}/{source}", "copy/", recursive=True)
        assert (outside / "load.csv").read_bytes() == b"mine"
        assert os.listdir(outside) == ["load.csv"]
        assert (inside / "b" / "load.csv").read_bytes() == b"theirs"

    def test_get_of_a_list_follows_no_link_out_of_the_directory(
        self, file_system: DataStoreFileSystem, home: str, outside: Path
    ) -> None:
        Path("copy").mkdir()
        Path("copy", "load.csv").symlink_to(outside / "load.csv")
        with pytest.raises(PermissionError, match="a link leads out of"):
            file_system.get([f"{home}/all/load.csv"], "copy/")
        assert (outside / "load.csv").read_bytes() == b"mine"

    def test_get_to_a_directory_that_is_a_link_follows_it(
        self, file_system: DataStoreFileSystem, home: str, outside: Path
    ) -> None:
        Path("copy").symlink_to(outside)
        file_system.get(f"{home}/all/", "copy/", recursive=True)
        assert (outside / "b" / "load.csv").read_bytes() == b"theirs"

    def test_get_follows_a_link_within_the_directory(
        self, file_system: DataStoreFileSystem, home: str
    ) -> None:
        Path("copy/real").mkdir(parents=True)
        Path("copy/a").symlink_to("real")
        file_system.get(f"{home}/all/", "copy/", recursive=True)
        assert Path("copy/real/load.csv").read_bytes() == b"theirs"
