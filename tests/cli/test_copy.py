"""Copying files: `get` and `put`."""

from pathlib import Path

import pytest

from avista_digital_exchange_sdk.file_system import DataStoreFileSystem

from ..support.admin_client import AdminClient
from ..support.command_line import Command


@pytest.fixture(autouse=True)
def _working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def loads() -> Path:
    """A directory with files, subdirectories and an empty directory."""
    folder = Path("loads")
    for name in ("may.csv", "june.csv", "2023/may.csv", "2023/old/april.csv", "empty/"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir()
        else:
            path.write_text(f"{name}\n")
    return folder


def tree_of(folder: Path) -> dict[str, str | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_text() if path.is_file() else None
        for path in folder.rglob("*")
    }


def paths(dx: Command, location: str) -> list[str]:
    """The relative paths of all files and directories below a path."""

    def below(entry: dict) -> list[str]:
        inner = [path for one in entry.get("contents", []) for path in below(one)]
        return [entry["path"], *inner]

    return [path.removeprefix(location) for path in below(dx("tree", location, "--json").json)[1:]]


class TestPutAndGet:
    def test_put_and_get_restore_a_directory_unchanged(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        assert dx("put", "--recursive", loads, f"{store}/copy").exit_code == 0
        assert dx("get", "--recursive", f"{store}/copy", "back").exit_code == 0
        assert tree_of(Path("back")) == tree_of(loads)

    def test_put_and_get_report_what_they_copied(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        put = dx("put", loads / "may.csv", store)
        assert (put.stdout, put.stderr) == ("", f"uploaded 1 file (8 bytes) to {store}\n")
        get = dx("get", f"{store}/may.csv", "here.csv")
        assert (get.stdout, get.stderr) == ("", "downloaded 1 file (8 bytes) to here.csv\n")
        assert dx("get", "--quiet", f"{store}/may.csv", "here.csv").stderr == ""

    def test_put_and_get_of_directories_require_recursive(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        dx("put", "-r", loads, store)
        for arguments in (["put", loads, f"{store}/x"], ["get", f"{store}/loads", "x"]):
            outcome = dx(*arguments)
            assert outcome.exit_code == 2
            assert "--recursive" in outcome.stderr
        assert not Path("x").exists()
        assert paths(dx, f"{store}")[0] == "/loads"

    def test_put_and_get_refuse_paths_on_the_wrong_side(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        assert "TARGET" in dx("put", loads / "may.csv", "loads").stderr
        assert "TARGET" in dx("get", f"{store}/may.csv", f"{store}/june.csv").stderr
        assert "SOURCE" in dx("get", "may.csv", ".").stderr

    def test_put_and_get_of_equal_names_never_overwrite_each_other(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        dx("put", "-r", loads, store)
        two = dx("get", f"{store}/loads/may.csv", f"{store}/loads/2023/may.csv", "new")
        assert two.exit_code == 2
        assert "the only file for" in two.stderr
        assert dx("put", loads / "may.csv", loads / "2023" / "may.csv", store).exit_code == 2
        assert not Path("new").exists()


class TestRepeatedCopy:
    """Repeated commands."""

    @pytest.mark.parametrize(
        ("target", "location"), [("dst", "dst"), ("dst/", "dst/copy"), (".", "copy")]
    )
    def test_get_repeated_writes_to_the_same_directory(
        self, dx: Command, store: str, loads: Path, target: str, location: str
    ) -> None:
        dx("put", "-r", loads, f"{store}/copy")
        for moved in ("4 files (49 bytes)", "0 files (0 bytes), 4 files unchanged,"):
            outcome = dx("get", "-r", f"{store}/copy", target)
            assert outcome.stderr == f"downloaded {moved} to {target}\n"
            assert tree_of(Path(location)) == tree_of(loads)

    @pytest.mark.parametrize(("target", "path"), [("/new", "/new"), ("/new/", "/new/loads")])
    def test_put_repeated_writes_to_the_same_directory(
        self, dx: Command, store: str, loads: Path, target: str, path: str
    ) -> None:
        for moved in ("4 files (49 bytes)", "0 files (0 bytes), 4 files unchanged,"):
            outcome = dx("put", "-r", loads, store + target)
            assert outcome.stderr == f"uploaded {moved} to {store}{target}\n"
            assert f"{path}/2023/old/april.csv" in paths(dx, store)
            assert len(paths(dx, store)) == 7 + path.count("/")

    def test_put_and_get_repeated_copy_only_changes_unless_forced(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        dx("put", "-r", loads, f"{store}/x")
        dx("get", "-r", f"{store}/x", "back")
        (loads / "may.csv").write_text("MAY.CSV\n")
        assert "1 file (8 bytes)" in dx("put", "-r", loads, f"{store}/x").stderr
        assert "1 file (8 bytes)" in dx("get", "-r", f"{store}/x", "back").stderr
        assert tree_of(Path("back")) == tree_of(loads)
        for command in (["put", loads, f"{store}/x"], ["get", f"{store}/x", "back"]):
            outcome = dx(*command, "-r", "--force")
            assert "4 files (49 bytes) to" in outcome.stderr

    def test_put_and_get_as_json_report_unchanged_files(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        for _ in range(2):
            assert len(dx("put", "-r", loads, f"{store}/x", "--json").json) == 4
            assert len(dx("get", "-r", f"{store}/x", "back", "--json").json) == 4

    def test_put_of_a_pattern_goes_into_the_target_directory_for_any_number_of_matches(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        for name in ("may.csv", "june.csv"):
            dx("put", loads / name, store)
            assert dx("get", f"{store}/*.csv", "matched").exit_code == 0
        assert tree_of(Path("matched")).keys() == {"may.csv", "june.csv"}


class TestPut:
    @pytest.mark.parametrize(
        ("target", "path"),
        [("", "/may.csv"), ("/new.csv", "/new.csv"), ("/new/", "/new/may.csv")],
    )
    def test_put_copies_into_directories_and_to_new_names(
        self, dx: Command, store: str, loads: Path, target: str, path: str
    ) -> None:
        dx("put", loads / "may.csv", store + target)
        assert path in paths(dx, store)

    def test_put_of_several_files_creates_the_target_directory(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        dx("put", loads / "may.csv", loads / "june.csv", f"{store}/new")
        assert paths(dx, store) == ["/new", "/new/june.csv", "/new/may.csv"]

    def test_put_accepts_the_id_of_a_directory(
        self, dx: Command, store: str, loads: Path, data_store: dict[str, str]
    ) -> None:
        dx("put", "-r", loads, data_store["homeDirectoryId"])
        assert "/loads/2023/old/april.csv" in paths(dx, store)

    def test_put_replaces_a_file_of_the_same_name(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        dx("put", loads / "may.csv", store)
        (loads / "may.csv").write_text("newer")
        dx("put", loads / "may.csv", store)
        assert [row[1] for row in dx("ls", store).rows] == ["5"]

    def test_put_follows_links_in_a_directory(self, dx: Command, store: str, loads: Path) -> None:
        (loads / "linked").symlink_to("2023")
        dx("put", "-r", loads, store)
        assert "/loads/linked/old/april.csv" in paths(dx, store)

    def test_put_continues_after_unreadable_files_and_names_them_at_the_end(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        (loads / "loop").symlink_to(".", target_is_directory=True)
        (loads / "2023" / "dead.csv").symlink_to("nowhere.csv")
        outcome = dx("put", "-r", loads, store)
        assert outcome.exit_code == 1
        assert outcome.stderr.splitlines() == [
            f"uploaded 4 files (49 bytes) to {store}",
            "avista-dx: loads/2023/dead.csv: broken symbolic link to nowhere.csv",
            "avista-dx: loads/loop: symbolic link to a parent directory",
            "avista-dx: 2 of 6 not uploaded",
        ]
        assert "/loads/2023/old/april.csv" in paths(dx, store)
        assert len(dx("put", "-q", "-r", loads, store).stderr.splitlines()) == 3

    def test_put_with_fail_fast_ends_at_the_first_failure(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        (loads / "dead.csv").symlink_to("nowhere.csv")
        outcome = dx("put", "-r", "--fail-fast", loads, store)
        assert outcome.exit_code == 4
        assert "nowhere.csv" in outcome.stderr
        assert paths(dx, store) == []

    def test_put_continues_after_files_that_change_meanwhile(
        self, dx: Command, store: str, loads: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run_uploads = DataStoreFileSystem.run_uploads

        def run_after_changes(*arguments: object, **options: object) -> object:
            (loads / "may.csv").unlink()
            (loads / "june.csv").unlink()
            (loads / "june.csv").mkdir()
            return run_uploads(*arguments, **options)

        monkeypatch.setattr(DataStoreFileSystem, "run_uploads", run_after_changes)
        outcome = dx("put", "-r", loads, store)
        assert outcome.exit_code == 1
        assert outcome.stderr.splitlines()[1:] == [
            "avista-dx: loads/june.csv: is now a directory",
            "avista-dx: loads/may.csv: no longer exists",
            "avista-dx: 2 of 4 not uploaded",
        ]

    def test_put_continues_after_a_dead_link_matched_by_a_shell_pattern(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        (loads / "dead.csv").symlink_to("nowhere.csv")
        outcome = dx("put", loads / "dead.csv", loads / "may.csv", store)
        assert outcome.exit_code == 1
        assert "dead.csv: broken symbolic link to nowhere.csv" in outcome.stderr
        assert paths(dx, store) == ["/may.csv"]

    def test_put_of_links_uses_the_names_of_the_links(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        Path("latest.csv").symlink_to(loads / "may.csv")
        Path("all").symlink_to(loads, target_is_directory=True)
        assert dx("put", "-r", "latest.csv", "all", store).exit_code == 0
        assert {"/latest.csv", "/all/may.csv"} < {*paths(dx, store)}

    @pytest.mark.parametrize("source", [".", "../loads", "../loads/"])
    def test_put_of_the_working_directory_uses_its_name(
        self, dx: Command, store: str, loads: Path, monkeypatch: pytest.MonkeyPatch, source: str
    ) -> None:
        monkeypatch.chdir(loads)
        dx("put", "-r", source, f"{store}/")
        assert paths(dx, store)[0] == "/loads"

    def test_put_as_json_reports_the_new_files(self, dx: Command, store: str, loads: Path) -> None:
        files = dx("put", "-r", loads, store, "--json").json
        assert {file["path"].removeprefix(f"{store}/loads/") for file in files} == {
            "may.csv",
            "june.csv",
            "2023/may.csv",
            "2023/old/april.csv",
        }
        assert all(file["id"].startswith("dataStoreFileId.") for file in files)

    def test_put_of_a_missing_file_sends_nothing(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        outcome = dx("put", loads / "may.csv", loads / "none.csv", store)
        assert outcome.exit_code == 2
        assert "none.csv" in outcome.stderr
        assert paths(dx, store) == []


class TestGet:
    def test_get_copies_into_directories_and_to_new_names(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        dx("put", loads / "may.csv", store)
        for target in ("new.csv", ".", "folder/"):
            assert dx("get", f"{store}/may.csv", target).exit_code == 0
        for path in ("new.csv", "may.csv", "folder/may.csv"):
            assert Path(path).read_text() == "may.csv\n"

    def test_get_accepts_patterns_and_ids(self, dx: Command, store: str, loads: Path) -> None:
        dx("put", "-r", loads, store)
        ids = {row[0]: row[3] for row in dx("ls", f"{store}/loads").rows}
        assert dx("get", f"{store}/loads/*.csv", "matched").exit_code == 0
        assert tree_of(Path("matched")) == {"may.csv": "may.csv\n", "june.csv": "june.csv\n"}
        assert dx("get", "-r", ids["may.csv"], ids["2023/"], "by id").exit_code == 0
        assert tree_of(Path("by id")).keys() == {
            "may.csv",
            "2023",
            "2023/may.csv",
            "2023/old",
            "2023/old/april.csv",
        }

    def test_get_as_json_reports_the_target_paths(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        dx("put", loads / "may.csv", store)
        assert dx("get", f"{store}/may.csv", "new.csv", "--json").json == [
            {"source": f"{store}/may.csv", "target": "new.csv"}
        ]

    def test_get_continues_after_obstructed_targets_and_names_them_at_the_end(
        self, dx: Command, store: str, loads: Path
    ) -> None:
        dx("put", "-r", loads, f"{store}/x")
        Path("back/may.csv").mkdir(parents=True)
        outcome = dx("get", "-r", f"{store}/x", "back")
        assert outcome.exit_code == 1
        assert outcome.stderr.splitlines() == [
            "downloaded 3 files (41 bytes) to back",
            f"avista-dx: {store}/x/may.csv: Is a directory",
            "avista-dx: 1 of 4 not downloaded",
        ]

    def test_get_of_a_directory_includes_hidden_entries_and_reports_them(
        self,
        dx: Command,
        store: str,
        loads: Path,
        data_store: dict[str, str],
        admin_client: AdminClient,
    ) -> None:
        dx("put", loads / "may.csv", f"{store}/may")
        hidden = dx("ls", store).rows[0][3]
        admin_client.create_directory(
            data_store["dataStoreId"], data_store["homeDirectoryId"], "may"
        )
        outcome = dx("get", "-r", store, "back")
        assert outcome.exit_code == 0
        assert f"may.{hidden}: same name as another entry" in outcome.stderr
        assert tree_of(Path("back")) == {"may": None, f"may.{hidden}": "may.csv\n"}
        assert dx("get", f"{store}/may.{hidden}", "alone").exit_code == 0
        assert dx("get", hidden, "alone").exit_code == 0

    def test_get_reports_files_that_are_not_uploaded_yet(
        self, dx: Command, store: str, data_store: dict[str, str], admin_client: AdminClient
    ) -> None:
        location, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        admin_client.create_entries(location, home, [], ["new"])
        outcome = dx("get", "-r", store, "back")
        assert outcome.exit_code == 1
        assert f"{store}/new.csv: not downloaded: its upload is not complete" in outcome.stderr
        for command in ("ls", "tree"):
            assert f"{store}/new.csv: not listed" in dx(command, store).stderr
