"""The commands `stores`, `ls`, `tree` and `rm`."""

from pathlib import Path

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.command_line import Command
from ..support.options import use_limits


@pytest.fixture
def filled(store: str, dx: Command, tmp_path: Path) -> str:
    """A data store with `a.csv`, `b.txt` and `loads/may/1.csv`."""
    (tmp_path / "loads" / "may").mkdir(parents=True)
    for name in ("a.csv", "b.txt", "loads/may/1.csv"):
        (tmp_path / name).write_text("time,kW\n")
    names = [tmp_path / "a.csv", tmp_path / "b.txt", tmp_path / "loads"]
    assert dx("put", "--recursive", *names, store).exit_code == 0
    return store


def names(dx: Command, path: str) -> list[str]:
    return [row[0] for row in dx("ls", path).rows]


class TestWhoami:
    def test_whoami_prints_the_user_and_the_sources(
        self, dx: Command, local: LocalExchange
    ) -> None:
        shown = dict(dx("whoami").rows)
        assert shown["name"] == "Ada Lindqvist"
        assert shown["organization"] == "Cascade Valley Energy"
        variable = "from the environment variable AVISTA_DX"
        assert shown["endpoint"] == f"{local.endpoint} ({variable}_ENDPOINT)"
        assert shown["token"] == f"{variable}_TOKEN"

    def test_whoami_as_json_uses_the_names_of_the_schema(self, dx: Command) -> None:
        user = dx("whoami", "--json").json
        assert (user["firstName"], user["organization"]["name"]) == ("Ada", "Cascade Valley Energy")


class TestStores:
    def test_stores_command_lists_data_stores_with_their_ids(
        self, dx: Command, local: LocalExchange
    ) -> None:
        assert ["Solar site", local.dataStoreId, "Files of the solar site"] in dx("stores").rows

    def test_stores_command_as_json_contains_all_properties(
        self, dx: Command, local: LocalExchange
    ) -> None:
        listed = {store["dataStoreId"]: store for store in dx("stores", "--json").json}
        assert listed[local.dataStoreId]["homeDirectoryId"] == local.homeDirectoryId


class TestLs:
    def test_ls_lists_a_directory_with_sizes_times_and_ids(self, dx: Command, filled: str) -> None:
        rows = {row[0]: row[1:] for row in dx("ls", filled).rows}
        assert rows.keys() == {"a.csv", "b.txt", "loads/"}
        size, modified, file_id = rows["a.csv"]
        assert size == "8"
        assert modified.endswith("Z")
        assert file_id.startswith("dataStoreFileId.")
        assert rows["loads/"][2].startswith("dataStoreDirectoryId.")

    def test_ls_accepts_ids_and_paths(self, dx: Command, filled: str) -> None:
        ids = {row[0]: row[3] for row in dx("ls", filled).rows}
        assert names(dx, filled.removeprefix("dx://")) == names(dx, filled)
        assert names(dx, ids["loads/"]) == ["may/"]
        assert names(dx, ids["a.csv"]) == ["a.csv"]

    def test_ls_of_a_pattern_lists_the_matches(self, dx: Command, filled: str) -> None:
        assert names(dx, f"{filled}/*.csv") == ["a.csv"]
        assert names(dx, f"{filled}/lo*") == ["loads/"]

    def test_ls_of_an_existing_name_is_not_a_pattern(
        self, dx: Command, store: str, tmp_path: Path
    ) -> None:
        for name in ("[ab].csv", "a.csv"):
            (tmp_path / name).write_text("1")
            dx("put", tmp_path / name, store)
        assert names(dx, f"{store}/[ab].csv") == ["[ab].csv"]

    def test_ls_as_json_contains_paths(self, dx: Command, filled: str) -> None:
        (entry,) = dx("ls", f"{filled}/a.csv", "--json").json
        assert (entry["path"], entry["type"], entry["size"]) == (f"{filled}/a.csv", "file", 8)

    @pytest.mark.parametrize("path", ["{store}/none", "{store}/*.none", "dx://dataStoreId.none"])
    def test_ls_of_a_missing_path_is_an_error(self, dx: Command, store: str, path: str) -> None:
        outcome = dx("ls", path.format(store=store))
        assert (outcome.exit_code, outcome.stdout) == (4, "")
        assert "No such file or directory" in outcome.stderr

    def test_ls_of_an_invalid_path_says_what_is_valid(self, dx: Command) -> None:
        outcome = dx("ls", "loads")
        assert outcome.exit_code == 2
        assert outcome.stderr == (
            "avista-dx: PATH must be a path such as dx://Solar site/loads/may.csv, or an ID, "
            "got 'loads'\n"
        )

    def test_ls_prints_names_unchanged_except_tabs_and_line_ends(
        self, dx: Command, data_store: dict[str, str], admin_client: AdminClient
    ) -> None:
        path, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        admin_client.create_directory(path, home, "a\x1b[2J\tb\n\x9b\u202e")
        (row,) = dx("ls", path).stdout.split("\n")[:-1]
        assert row.split("\t")[0] == "a\x1b[2J\\tb\\n\x9b\u202e/"
        assert len(row.split("\t")) == 4
        (entry,) = dx("ls", "--json", path).json
        assert entry["path"].endswith("/a\x1b[2J\tb\n\x9b\u202e")

    def test_ls_and_tree_print_no_control_characters_in_trees_and_json(
        self, dx: Command, data_store: dict[str, str], admin_client: AdminClient
    ) -> None:
        path, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        admin_client.create_directory(path, home, "a\x1b[2J\tb\x9b")
        assert "a\\x1b[2J\\tb\\x9b/" in dx("tree", path).stdout
        for arguments in (["ls", "--json"], ["tree"], ["tree", "--json"]):
            assert not {"\x1b", "\x9b"} & set(dx(*arguments, path).stdout)


class TestLsAll:
    def test_ls_all_lists_older_files_of_a_name_with_their_ids_as_suffix(
        self, dx: Command, data_store: dict[str, str], local: LocalExchange, tmp_path: Path
    ) -> None:
        store, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
        (tmp_path / "a.csv").write_text("1")
        with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
            older, newer = (
                exchange.uploadFileToDataStore(store, home, tmp_path / "a.csv").dataStoreFileId
                for _ in range(2)
            )
        rows = [(row[0], row[3]) for row in dx("ls", store).rows]
        assert rows == [("a.csv", newer), (f"a.csv.{older}", older)]
        assert names(dx, older) == [f"a.csv.{older}"]
        assert f"├── a.csv  1\n└── a.csv.{older}  1\n" in dx("tree", store).stdout
        assert dx("rm", f"dx://{store}/a.csv.{older}").exit_code == 0
        assert names(dx, store) == ["a.csv"]

    def test_ls_all_finds_sizes_that_the_platform_omits(
        self, dx: Command, filled: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # As for files above 2 GiB, the limit of GraphQL integers.
        use_limits(monkeypatch, max_int=4)
        assert [row[1] for row in dx("ls", filled).rows] == ["8", "8", ""]
        sizes = [entry.get("size") for entry in dx("tree", filled, "--json").json["contents"]]
        assert sizes == [8, 8, 0]


class TestTree:
    def test_tree_shows_any_depth_and_any_length_of_names(
        self, dx: Command, store: str, tmp_path: Path
    ) -> None:
        depth, name = 300, "x" * 200 + ".csv"
        folder = tmp_path / "top"
        for _ in range(depth):
            folder = folder / "d"
        folder.mkdir(parents=True)
        (folder / name).write_text("1")
        dx("put", "-r", tmp_path / "top", f"{store}/top")
        lines = dx("tree", store).stdout.splitlines()
        assert len(lines) == depth + 3
        assert lines[-1] == "    " * (depth + 1) + f"└── {name}  1"
        entry = dx("tree", store, "--json").json
        for _ in range(depth + 2):
            (entry,) = entry["contents"]
        assert entry["path"].endswith(name)

    def test_tree_shows_everything_below_with_exact_sizes(self, dx: Command, filled: str) -> None:
        assert dx("tree", filled).stdout.splitlines() == [
            filled,
            "├── a.csv  8",
            "├── b.txt  8",
            "└── loads/",
            "    └── may/",
            "        └── 1.csv  8",
        ]

    def test_tree_as_json_is_nested(self, dx: Command, filled: str) -> None:
        top = dx("tree", f"{filled}/loads", "--json").json
        assert top["path"] == f"{filled}/loads"
        assert [file["path"] for file in top["contents"][0]["contents"]] == [
            f"{filled}/loads/may/1.csv"
        ]


class TestRm:
    def test_rm_deletes_files_by_path_pattern_and_id(self, dx: Command, filled: str) -> None:
        ids = {row[0]: row[3] for row in dx("ls", filled).rows}
        assert dx("rm", ids["b.txt"], f"{filled}/*.csv").exit_code == 0
        assert names(dx, filled) == ["loads/"]

    def test_rm_of_directories_requires_recursive(self, dx: Command, filled: str) -> None:
        refused = dx("rm", f"{filled}/loads")
        assert refused.exit_code == 2
        assert "--recursive" in refused.stderr
        assert dx("rm", "--recursive", f"{filled}/loads").exit_code == 0
        assert names(dx, filled) == ["a.csv", "b.txt"]

    def test_rm_deletes_a_directory_by_its_id(self, dx: Command, filled: str) -> None:
        ids = {row[0]: row[3] for row in dx("ls", filled).rows}
        assert dx("rm", ids["loads/"]).exit_code == 2
        assert dx("rm", "-r", ids["loads/"]).exit_code == 0
        assert names(dx, filled) == ["a.csv", "b.txt"]

    def test_rm_by_id_keeps_other_files_of_the_same_name(
        self, dx: Command, data_store: dict[str, str], local: LocalExchange, tmp_path: Path
    ) -> None:
        source = tmp_path / "a.csv"
        ids = []
        with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
            for text in ("1", "22"):
                source.write_text(text)
                file = exchange.uploadFileToDataStore(
                    data_store["dataStoreId"], data_store["homeDirectoryId"], source
                )
                ids.append(file.dataStoreFileId)
        older, newer = ids
        assert dx("get", older, tmp_path / "older.csv").exit_code == 0
        assert (tmp_path / "older.csv").read_text() == "1"
        dx("rm", newer)
        ((_, size, _, file_id),) = dx("ls", data_store["dataStoreId"]).rows
        assert (size, file_id) == ("1", older)

    def test_rm_continues_after_entries_that_cannot_be_deleted(
        self, dx: Command, filled: str, data_store: dict[str, str]
    ) -> None:
        outcome = dx("rm", "-r", filled, f"{filled}/a.csv")
        assert outcome.exit_code == 1
        assert outcome.stderr.splitlines()[0] == f"deleted {filled}/a.csv"
        assert outcome.stderr.endswith("avista-dx: 1 of 2 not deleted\n")
        assert names(dx, filled) == ["b.txt", "loads/"]

    def test_rm_checks_all_arguments_before_it_deletes_anything(
        self, dx: Command, filled: str
    ) -> None:
        assert dx("rm", f"{filled}/a.csv", f"{filled}/loads").exit_code == 2
        assert dx("rm", f"{filled}/a.csv", "nothing").exit_code == 2
        assert names(dx, filled) == ["a.csv", "b.txt", "loads/"]

    def test_rm_reports_what_it_deleted(self, dx: Command, filled: str) -> None:
        outcome = dx("rm", f"{filled}/a.csv", "--json")
        assert outcome.json == [f"{filled}/a.csv"]
        assert outcome.stderr == f"deleted {filled}/a.csv\n"
        assert dx("rm", f"{filled}/b.txt", "--quiet").stderr == ""
