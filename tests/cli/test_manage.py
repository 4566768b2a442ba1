"""Commands that create, move, copy, measure, find and delete."""

import json
import zipfile
from pathlib import Path

import pytest

from ..support.command_line import Command


@pytest.fixture
def loads(dx: Command, store: str, tmp_path: Path) -> str:
    """A directory with two files and a subdirectory."""
    folder = tmp_path / "loads"
    (folder / "old").mkdir(parents=True)
    for name, text in {"may.csv": "1,2", "june.csv": "3", "old/may 2023.csv": "12345"}.items():
        (folder / name).write_text(text)
    dx("put", "--recursive", folder, f"{store}/loads")
    return f"{store}/loads"


def test_mkdir_creates_parents_and_leaves_existing_directories_alone(
    dx: Command, store: str
) -> None:
    for _ in range(2):
        assert dx("mkdir", f"{store}/a/b c", f"{store}/d").exit_code == 0
    assert [row[0] for row in dx("ls", store).rows] == ["a/", "d/"]


def test_mv_moves_into_a_directory_and_renames(dx: Command, loads: str) -> None:
    dx("mv", f"{loads}/may.csv", f"{loads}/old/")
    dx("mv", f"{loads}/old/may.csv", f"{loads}/2024-05.csv")
    found = dx("find", loads, "--type", "file").stdout.splitlines()
    assert found == [f"{loads}/{name}" for name in ("2024-05.csv", "june.csv", "old/may 2023.csv")]


def test_no_clobber_replaces_nothing(dx: Command, loads: str, tmp_path: Path) -> None:
    result = dx("mv", "--no-clobber", f"{loads}/may.csv", f"{loads}/june.csv")
    assert (result.exit_code, "File exists" in result.stderr) == (1, True)
    dx("get", f"{loads}/june.csv", tmp_path / "june.csv")
    (tmp_path / "june.csv").write_text("mine")
    dx("get", "--no-clobber", f"{loads}/june.csv", f"{tmp_path}/")
    assert (tmp_path / "june.csv").read_text() == "mine"
    dx("put", "--no-clobber", tmp_path / "june.csv", f"{loads}/june.csv")
    assert dx("cat", f"{loads}/june.csv").stdout == "3"


def test_cp_copies_directories_with_recursive_only(dx: Command, loads: str, store: str) -> None:
    assert dx("cp", loads, f"{store}/copy").exit_code == 2
    assert dx("cp", "--recursive", loads, f"{store}/copy").exit_code == 0
    assert dx("cat", f"{store}/copy/old/may 2023.csv").stdout == "12345"
    dx("cp", f"{loads}/may.csv", f"{store}/copy/april.csv")
    assert dx("cat", f"{store}/copy/april.csv").stdout == "1,2"


def test_du_sums_up_directories(dx: Command, loads: str) -> None:
    rows = dx("du", loads).rows
    assert rows == [
        ["9", loads],
        ["1", f"{loads}/june.csv"],
        ["3", f"{loads}/may.csv"],
        ["5", f"{loads}/old"],
    ]
    assert dx("du", "--total", "--json", loads).json == [{"path": loads, "size": 9}]


def test_find_matches_names_and_types(dx: Command, loads: str) -> None:
    assert dx("find", loads, "--name", "may*").stdout.splitlines() == [
        f"{loads}/may.csv",
        f"{loads}/old/may 2023.csv",
    ]
    assert dx("find", loads, "--type", "directory").stdout == f"{loads}/old\n"
    assert dx("find", f"{loads}/none").exit_code == 4


def test_find_and_du_accept_a_file_and_all_data_stores(dx: Command, loads: str) -> None:
    file = f"{loads}/may.csv"
    assert dx("find", file, "--name", "*.csv").stdout == f"{file}\n"
    assert dx("du", file).rows == [["3", file]]
    assert len(dx("du", "dx://").rows) > 1
    assert not [path for _, path in dx("du", "dx://").rows if path.startswith("dx:///")]


def test_find_prints_one_line_per_path(dx: Command, loads: str) -> None:
    dx("mkdir", f"{loads}/two\nlines")
    assert f"{loads}/two\\nlines" in dx("find", loads).stdout.splitlines()


@pytest.mark.parametrize("command", [["mv"], ["cp", "--recursive"]])
def test_source_and_target_that_cannot_be_are_rejected(
    dx: Command, loads: str, store: str, command: list[str]
) -> None:
    before = dx("find", store).stdout
    for source, target, expected in (
        (f"{loads}/may.csv", f"{loads}/may.csv", "TARGET must be a path outside of SOURCE"),
        (f"{loads}/may.csv", loads, "TARGET must be a path outside of SOURCE"),
        (loads, f"{loads}/", "TARGET must be a path outside of SOURCE"),
        (loads, f"{loads}/old/new", "TARGET must be a path outside of SOURCE"),
        (store, f"{store}/copy", "SOURCE must be a file or directory in a data store"),
        (loads, "dx://", "TARGET must be a path in a data store"),
    ):
        for options in ([], ["--dry-run"]):
            result = dx(*command, source, target, *options)
            assert (result.exit_code, expected in result.stderr) == (2, True)
    assert dx(*command, loads, "dx://Nowhere").exit_code == 4
    assert dx("find", store).stdout == before


@pytest.mark.parametrize("command", [["mv"], ["cp", "--recursive"]])
def test_directory_is_not_put_into_the_one_of_its_name_in_the_target(
    dx: Command, loads: str, store: str, command: list[str]
) -> None:
    dx("mkdir", f"{store}/copy/loads")
    result = dx(*command, loads, f"{store}/copy")
    assert result.exit_code == 1
    assert f"{store}/copy/loads: Directory exists" in result.stderr
    assert dx("find", f"{store}/copy/loads").stdout == ""


def test_rm_of_a_data_store_names_the_command_that_deletes_it(
    dx: Command, loads: str, store: str
) -> None:
    result = dx("rm", "--recursive", store)
    assert (result.exit_code, "by `stores create` and `stores delete`" in result.stderr) == (
        1,
        True,
    )
    assert dx("find", loads, "--type", "file").stdout.count("\n") == 3


def test_zip_downloads_what_matches(dx: Command, loads: str, tmp_path: Path) -> None:
    assert dx("zip", f"{loads}/*.csv", "--output", tmp_path / "loads.zip").exit_code == 0
    with zipfile.ZipFile(tmp_path / "loads.zip") as archive:
        assert sorted(archive.namelist()) == ["june.csv", "may.csv"]
    result = dx("zip", "dx://", "--output", tmp_path / "all.zip")
    assert (result.exit_code, "PATH must be a path in" in result.stderr) == (2, True)


@pytest.mark.parametrize("command", ["rm", "mv", "get", "put"])
def test_dry_run_changes_nothing(dx: Command, loads: str, tmp_path: Path, command: str) -> None:
    before = dx("find", loads).stdout
    local = tmp_path / "april.csv"
    local.write_text("4")
    arguments = {
        "rm": [f"{loads}/may.csv"],
        "mv": [f"{loads}/may.csv", f"{loads}/old/"],
        "get": [f"{loads}/may.csv", tmp_path / "may.csv"],
        "put": [local, f"{loads}/"],
    }[command]
    result = dx(command, "--dry-run", *arguments)
    assert (result.exit_code, "would " in result.stderr) == (0, True)
    move = {"source": f"{loads}/may.csv", "target": f"{loads}/old/may.csv"}
    down = {"source": f"{loads}/may.csv", "target": str(tmp_path / "may.csv"), "size": 3}
    up = {"source": str(local), "target": f"{loads}/april.csv", "size": 1}
    planned = {"rm": [f"{loads}/may.csv"], "mv": move, "get": [down], "put": [up]}
    assert dx(command, "--dry-run", "--json", *arguments).json == planned[command]
    assert dx("find", loads).stdout == before
    assert not (tmp_path / "may.csv").exists()


@pytest.mark.parametrize("group", ["stores", "databases"])
def test_groups_create_rename_list_and_delete(dx: Command, group: str) -> None:
    name = f"Name of {group}"
    created = dx(group, "create", name, "--json")
    assert created.json["name"] == name
    assert dx(group, "rename", name, f"{name} 2").exit_code == 0
    for arguments in ([group], [group, "list"], ["--json", group], [group, "--json", "list"]):
        assert f"{name} 2" in dx(*arguments).stdout
    assert dx(group, "delete", f"{name} 2").exit_code == 0
    assert f"{name} 2" not in dx(group).stdout


def test_execute_prints_the_data_of_an_operation(dx: Command) -> None:
    query = "query Session { user_getUserSession { user { firstName } } }"
    for arguments, text in ([query], None), (["-"], query):
        data = json.loads(dx("execute", *arguments, input=text).stdout)
        assert data["user_getUserSession"]["user"]["firstName"]
    assert "OPERATION must be a non-empty string" in dx("execute", "-", input="").stderr
    result = dx("execute", query, "--variables", "[1]")
    assert (result.exit_code, "--variables must be a JSON object" in result.stderr) == (2, True)


@pytest.mark.parametrize("path", ["none/../x", "./x", "..", "a//b", "."])
def test_new_paths_with_names_that_no_entry_can_have_are_refused(
    dx: Command, loads: str, tmp_path: Path, path: str
) -> None:
    (tmp_path / "a.csv").write_text("1")
    before = dx("find", loads).stdout
    for arguments in (
        ["mkdir", f"{loads}/{path}"],
        ["mv", f"{loads}/may.csv", f"{loads}/{path}"],
        ["cp", f"{loads}/may.csv", f"{loads}/{path}"],
        ["put", tmp_path / "a.csv", f"{loads}/{path}"],
        ["sync", tmp_path, f"{loads}/{path}"],
    ):
        result = dx(*arguments)
        assert (result.exit_code, "must not contain . or .." in result.stderr) == (1, True)
    assert dx("find", loads).stdout == before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["stores", "create", " "], "NAME must be a non-empty string"),
        (["stores", "rename", "Solar site", ""], "NAME must be a non-empty string"),
        (["databases", "create", ""], "NAME must be a non-empty string"),
        (["databases", "rename", "Solar measurements", ""], "NAME must be a non-empty string"),
        (["tokens", "create", "", "--days", "1"], "NAME must be a non-empty string"),
        (["mirror", "Solar measurements", __file__], "FOLDER must be a directory"),
        (["zip", "dx://Solar site", "-o", "/none/x.zip"], "--output must be in an existing"),
        (["put", __file__, "dx://Solar site", "--jobs", "0"], "--jobs"),
    ],
)
def test_invalid_arguments_are_named_as_they_are_typed(
    dx: Command, arguments: list[str], expected: str
) -> None:
    result = dx(*arguments)
    assert (result.exit_code, expected in result.stderr) == (2, True)
