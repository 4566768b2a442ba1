"""Names of files as people have them: up, listed, down again, and the same."""

import os
import unicodedata
import zipfile
from pathlib import Path

import pytest

from avista_digital_exchange_sdk._models.directory import split_name

from ..support.admin_client import AdminClient
from ..support.command_line import Command
from ..support.folders import read_texts

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows cannot hold these names")

# Names of which a file system of Linux can hold all, in one directory.
NAMES = [
    "two words.csv",
    " leading blank.csv",
    "trailing blank.csv ",
    "trailing dot.",
    "trailing dots...",
    "...",
    ".hidden",
    "..two dots",
    "-dash.csv",
    "--help",
    "~",
    "~root",
    "$HOME `x` $(y);&|<>!",
    'it\'s "quoted".csv',
    "100%.csv",
    "%2e%2e%2f",
    "a+b=c&d#e?f.csv",
    "*.csv",
    "?",
    "**",
    "[a-z].csv",
    "[!x",
    "{a,b}.csv",
    "back\\slash\\",
    "C:\\Windows\\a.txt",
    "http:::a@b",
    "new\nline.csv",
    "tab\tcarriage\r.csv",
    "\x01\x1b[31m\x7f\x9b.csv",
    "\u202efdp.exe",
    "soft\u00adhyphen\u00a0\u3000\u200b.csv",
    "می‌خواهم.csv",
    "👨‍👩‍👧‍👦 🔌.csv",
    "電力.csv",
    unicodedata.normalize("NFC", "Übersicht für Zoë.csv"),
    unicodedata.normalize("NFD", "Ängström.csv"),
    unicodedata.normalize("NFC", "각.csv"),
    unicodedata.normalize("NFD", "값.csv"),
    "Case.csv",
    "case.csv",
    "CASE.csv",
    "straße.csv",
    "STRASSE.csv",
    "CON",
    "nul.txt",
    "a.tar.gz",
    "a..b",
    "a.",
    "null",
    "x" * 255,
    "x" * 251 + ".csv",
    "ü" * 127 + "x",
    "🔌" * 63 + "x",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with a file of each name, and a directory of each name with a file in it."""
    folder = tmp_path / "names"
    for name in NAMES:
        for path in (folder / "files" / name, folder / "folders" / name / name):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"content of {name}")
    return folder


@pytest.mark.parametrize("command", [["put", "--recursive"], ["sync"]], ids=["put", "sync"])
def test_names_are_the_same_after_uploading_copying_moving_and_downloading(
    dx: Command, store: str, folder: Path, tmp_path: Path, command: list[str]
) -> None:
    expected = read_texts(folder)
    assert len(expected) == 2 * len(NAMES)
    for repetition in range(2):
        result = dx(*command, folder, f"{store}/a", "--json")
        assert (result.exit_code, result.stderr.count("avista-dx:")) == (0, 0)
        if command == ["sync"]:
            assert len(result.json["copied"]) == (0 if repetition else len(expected))
    dx("cp", "--recursive", f"{store}/a", f"{store}/b")
    dx("mkdir", f"{store}/c")
    dx("mv", f"{store}/b", f"{store}/c/b")
    for number, source in enumerate((f"{store}/a", f"{store}/c/b")):
        got, synced = tmp_path / f"got {number}", tmp_path / f"synced {number}"
        for down, target in ((["get", "--recursive"], got), (["sync", "--delete"], synced)):
            result = dx(*down, source, target)
            assert (result.exit_code, " as " in result.stderr) == (0, False)
            assert read_texts(target) == expected
    again = dx("sync", "--delete", "--json", f"{store}/a", tmp_path / "synced 0")
    assert again.json == {"copied": [], "deleted": []}


def test_names_are_listed_completely(dx: Command, store: str, folder: Path) -> None:
    dx("put", "--recursive", folder / "files", f"{store}/files")
    composed = sorted(unicodedata.normalize("NFC", name) for name in NAMES)
    paths = [f"{store}/files/{name}" for name in composed]
    assert [one["path"] for one in dx("ls", f"{store}/files", "--json").json] == paths
    assert [one["path"] for one in dx("find", f"{store}/files", "--json").json] == paths
    (tree,) = dx("tree", store, "--json").json["contents"]
    assert [one["path"] for one in tree["contents"]] == paths
    for command in ("ls", "find", "tree"):
        shown = dx(command, f"{store}/files").stdout
        header = 1 if command == "tree" else 0
        assert shown.count("\n") == len(NAMES) + header


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_name_as_an_argument_is_that_file_alone(
    dx: Command, store: str, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    (here / "back").mkdir(parents=True)
    monkeypatch.chdir(here)
    (here / name).write_text("mine")
    (here / "other.csv").write_text("other")
    assert dx("put", "--", name, "other.csv", f"{store}/x/").exit_code == 0
    path = f"{store}/x/{name}"
    assert dx("cat", path).stdout == "mine"
    assert dx("get", path, "back/").exit_code == 0
    assert read_texts(here / "back") == {name: "mine"}
    assert dx("cp", path, f"{store}/y/").exit_code == 0
    assert dx("mv", f"{store}/y/{name}", f"{store}/z/").exit_code == 0
    assert dx("zip", f"{store}/z/{name}", "--output", "all.zip").exit_code == 0
    with zipfile.ZipFile("all.zip") as archive:
        assert [archive.read(one) for one in archive.namelist()] == [b"mine"]
    assert dx("rm", path).exit_code == 0
    assert [one["path"] for one in dx("find", f"{store}/x", "--json").json] == [
        f"{store}/x/other.csv"
    ]
    assert dx("get", f"{store}/z/{name}", "moved").exit_code == 0
    assert Path("moved").read_text() == "mine"


def test_names_that_are_not_utf8_are_left_out_and_named(
    dx: Command, store: str, tmp_path: Path
) -> None:
    folder = tmp_path / "names"
    bad = os.fsdecode(b"mu\xf1oz")
    (folder / bad).mkdir(parents=True)
    for name in (f"{bad}.csv", f"{bad}/a.csv", "good.csv"):
        (folder / name).write_text("1")
    for command in (["put", "--recursive"], ["sync"]):
        result = dx(*command, folder, f"{store}/{command[0]}")
        assert result.exit_code == 1
        assert r"names/mu\xf1oz: its name is not UTF-8" in result.stderr
        assert r"names/mu\xf1oz.csv: its name is not UTF-8" in result.stderr
        assert dx("cat", f"{store}/{command[0]}/good.csv").stdout == "1"
    single = dx("put", folder / f"{bad}.csv", f"{store}/")
    assert (single.exit_code, r"mu\xf1oz.csv: its name is not UTF-8" in single.stderr) == (1, True)
    assert dx("put", folder / f"{bad}.csv", f"{store}/renamed.csv").exit_code == 0


def test_folder_whose_own_name_is_not_utf8_is_copied_up_and_down(
    dx: Command, store: str, tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"\xff")
    folder.mkdir()
    (folder / "a.csv").write_text("1")
    assert dx("put", "--recursive", folder, f"{store}/a").exit_code == 0
    assert dx("sync", folder, f"{store}/b", "--json").json["copied"] == ["a.csv"]
    for command in (["get", "--recursive"], ["sync"]):
        target = tmp_path / os.fsdecode(b"back\xff")
        assert dx(*command, f"{store}/a", target, "--json").exit_code == 0
        assert read_texts(target) == {"a.csv": "1"}


def test_sync_deletes_files_whose_names_are_not_utf8(
    dx: Command, store: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("1")
    dx("put", tmp_path / "a.csv", f"{store}/")
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / os.fsdecode(b"\xff")).write_text("2")
    assert dx("sync", "--delete", "--json", store, copy).json["deleted"] == ["\udcff"]
    assert read_texts(copy) == {"a.csv": "1"}


def test_names_that_no_path_can_contain_are_downloaded_under_others(
    dx: Command,
    store: str,
    data_store: dict[str, str],
    admin_client: AdminClient,
    tmp_path: Path,
) -> None:
    location, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
    (tmp_path / "a.csv").write_text("1")
    names = ["..", ".", "a/b", "/etc", "../../up"]
    ids = admin_client.create_entries(location, home, names, [])
    for directory_id in ids:
        dx("put", tmp_path / "a.csv", directory_id)
    for number, command in enumerate((["get", "--recursive"], ["sync"])):
        target = tmp_path / "deep" / str(number)
        result = dx(*command, store, target)
        assert result.exit_code == 0
        assert len(read_texts(target)) == len(names)
        assert len(read_texts(tmp_path)) == 1 + (number + 1) * len(names)
        for directory_id in ids:
            assert f"{directory_id}: same name as another entry, or not a valid" in result.stderr


def test_names_that_this_machine_cannot_hold_are_shortened_and_named(
    dx: Command, store: str, data_store: dict[str, str], admin_client: AdminClient, tmp_path: Path
) -> None:
    location, home = data_store["dataStoreId"], data_store["homeDirectoryId"]
    (tmp_path / "a.csv").write_text("1")
    names = ["x" * 300, "x" * 301, "ü" * 200, "nul\0"]
    for directory_id in admin_client.create_entries(location, home, names, []):
        dx("put", tmp_path / "a.csv", directory_id)
    long = "x" * 296 + ".csv"
    dx("put", tmp_path / "a.csv", f"{store}/{long}")
    result = dx("get", f"{store}/{long}", f"{tmp_path}/single/")
    assert (result.exit_code, "not a valid file name on this machine" in result.stderr) == (0, True)
    assert read_texts(tmp_path / "single") == {"x" * 251 + ".csv": "1"}
    dx("rm", f"{store}/{long}")
    for number, command in enumerate((["get", "--recursive"], ["sync", "--delete"])):
        target = tmp_path / "deep" / str(number)
        result = dx(*command, store, target)
        assert result.exit_code == 0
        assert result.stderr.count("; downloaded as ") == len(names)
        assert len(read_texts(target)) == len(names)
        assert "0 files" in (again := dx(*command, store, target).stderr) or "copy: 0" in again


@pytest.fixture
def both_forms(tmp_path: Path) -> Path:
    """A directory with a file and a directory of each Unicode form of a name."""
    folder = tmp_path / "names"
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "é")
        (folder / f"{name}s" / name).mkdir(parents=True)
        for path in (f"{name}.csv", f"{name}s/{name}.csv", f"{name}s/{name}/a.csv"):
            (folder / path).write_text(f"{form} of {path!a}")
    if len(os.listdir(folder)) == 2:
        pytest.skip("this file system holds one of them only")
    return folder


@pytest.mark.parametrize("command", [["put", "--recursive"], ["sync", "--delete"]])
def test_both_unicode_forms_of_a_name_in_a_directory_are_files_of_their_own(
    dx: Command, store: str, both_forms: Path, tmp_path: Path, command: list[str]
) -> None:
    expected = read_texts(both_forms)
    for repetition in range(2):
        result = dx(*command, both_forms, f"{store}/a", "--json")
        assert (result.exit_code, result.stderr.count("avista-dx:")) == (0, 0)
        if command[0] == "sync":
            assert len(result.json["copied"]) == (0 if repetition else len(expected))
    listed = {one["path"] for one in dx("find", f"{store}/a", "--json").json}
    for form in ("NFC", "NFD"):
        name = unicodedata.normalize(form, "é")
        assert {f"{store}/a/{name}.csv", f"{store}/a/{name}s"} <= listed
    assert len(listed) == len(expected) + 4
    assert dx("cp", "--recursive", f"{store}/a", f"{store}/b").exit_code == 0
    assert dx("mv", f"{store}/b", f"{store}/c").exit_code == 0
    for source in (f"{store}/a", f"{store}/c"):
        target = tmp_path / source.rpartition("/")[2]
        for down in (["get", "--recursive"], ["sync", "--delete"]):
            for _ in range(2):
                assert dx(*down, source, target).exit_code == 0
                assert read_texts(target) == expected


def test_form_that_is_added_or_removed_is_copied_or_deleted_alone(
    dx: Command, store: str, both_forms: Path, tmp_path: Path
) -> None:
    composed, decomposed = (unicodedata.normalize(form, "é.csv") for form in ("NFC", "NFD"))
    for command in (["put", "--recursive"], ["sync"]):
        for first in (composed, decomposed):
            remote = f"{store}/{command[0]} {first == composed}"
            other = decomposed if first == composed else composed
            single = tmp_path / remote.rpartition("/")[2]
            single.mkdir()
            (single / first).write_text((both_forms / first).read_text())
            assert dx(*command, single, remote).exit_code == 0
            dx(*command, both_forms, remote)
            assert len(dx("ls", remote, "--json").json) == 4
            for name in (composed, decomposed):
                text = (both_forms / name).read_text()
                assert dx("cat", f"{remote}/{name}").stdout == text
            (single / first).write_text("new")
            assert dx(*command, single, remote).exit_code == 0
            assert dx("cat", f"{remote}/{first}").stdout == "new"
            assert dx("cat", f"{remote}/{other}").stdout == (both_forms / other).read_text()
            assert dx("rm", f"{remote}/{other}").exit_code == 0
            for name in (composed, decomposed):
                assert dx("cat", f"{remote}/{name}").stdout == "new"
            (single / other).write_text("other")
            dx("sync", single, remote)
            (single / first).unlink()
            deleted = dx("sync", "--delete", "--json", single, remote).json["deleted"]
            assert first in deleted
            assert dx("cat", f"{remote}/{first}").stdout == "other"


def test_both_unicode_forms_as_arguments_are_files_of_their_own(
    dx: Command, store: str, both_forms: Path, tmp_path: Path
) -> None:
    composed, decomposed = (unicodedata.normalize(form, "é.csv") for form in ("NFC", "NFD"))
    expected = {name: (both_forms / name).read_text() for name in (composed, decomposed)}
    sources = [both_forms / name for name in (composed, decomposed)]
    for _ in range(2):
        assert dx("put", *sources, f"{store}/a/").exit_code == 0
    assert dx("put", "--no-clobber", *sources, f"{store}/a/").exit_code == 0
    remote = [f"{store}/a/{name}" for name in (composed, decomposed)]
    assert dx("get", *remote, f"{tmp_path}/some/").exit_code == 0
    assert read_texts(tmp_path / "some") == expected
    assert dx("get", f"{store}/a/*.csv", f"{tmp_path}/all/").exit_code == 0
    assert read_texts(tmp_path / "all") == expected
    dx("cp", remote[1], f"{store}/b/")
    assert dx("put", "--no-clobber", *sources, f"{store}/b/").exit_code == 0
    assert dx("get", "--recursive", f"{store}/b", tmp_path / "b").exit_code == 0
    assert read_texts(tmp_path / "b") == expected
    (tmp_path / "new.csv").write_text("new")
    dx("put", tmp_path / "new.csv", f"{store}/b/{decomposed}")
    dx("cp", f"{store}/b/{decomposed}", f"{store}/a/{decomposed}")
    for directory in ("a", "b"):
        assert dx("cat", f"{store}/{directory}/{composed}").stdout == expected[composed]
        assert dx("cat", f"{store}/{directory}/{decomposed}").stdout == "new"
    assert dx("rm", "--yes", *remote).exit_code == 0
    assert dx("ls", f"{store}/a", "--json").json == []


def test_name_keeps_the_form_that_it_has_at_the_target(
    dx: Command, store: str, tmp_path: Path
) -> None:
    composed, decomposed = (unicodedata.normalize(form, "é.csv") for form in ("NFC", "NFD"))
    assert split_name(decomposed)[1] == "csv"
    folder, copy = tmp_path / "names", tmp_path / "copy"
    for directory, name in ((folder, decomposed), (copy, composed)):
        directory.mkdir()
        (directory / name).write_text(name)
    dx("put", "--recursive", folder, f"{store}/a")
    for command in (["get", "--recursive"], ["sync", "--delete"]):
        assert dx(*command, f"{store}/a", copy).exit_code == 0
        assert os.listdir(copy) == [composed]
        assert (copy / composed).read_text() == decomposed


def test_names_of_blanks_are_left_out_and_named(dx: Command, store: str, tmp_path: Path) -> None:
    folder = tmp_path / "names"
    (folder / " ").mkdir(parents=True)
    for name in (" /a.csv", "good.csv"):
        (folder / name).write_text("1")
    result = dx("put", "--recursive", folder, f"{store}/x")
    assert result.exit_code == 1
    assert f"{store}/x/ : name must be a non-empty string" in result.stderr
    assert dx("find", f"{store}/x").stdout == f"{store}/x/good.csv\n"


@pytest.mark.parametrize("command", ["mkdir", "ls", "put", "rm", "sync"])
def test_remote_path_that_is_not_utf8_is_refused(
    dx: Command, store: str, tmp_path: Path, command: str
) -> None:
    path = f"{store}/" + os.fsdecode(b"mu\xf1oz")
    source = [tmp_path] if command in ("put", "sync") else []
    result = dx(command, *source, path)
    argument = "TARGET" if source else "PATH"
    assert (result.exit_code, f"{argument} must be a string that can be" in result.stderr) == (
        2,
        True,
    )


def test_patterns_match_names_in_both_forms(dx: Command, store: str, tmp_path: Path) -> None:
    forms = [unicodedata.normalize(form, "é") for form in ("NFC", "NFD")]
    for form in forms:
        (tmp_path / form).mkdir()
        (tmp_path / form / f"{form}.csv").write_text("1")
    for local in forms:
        for pattern in forms:
            excluded = dx("sync", tmp_path / local, store, "--exclude", f"{pattern}*", "--json")
            assert excluded.json["copied"] == []
            dx("sync", tmp_path / local, store, "--include", f"{pattern}.csv")
            for arguments in ([store, "--name", f"{pattern}*"], [f"{store}/{pattern}.csv"]):
                assert len(dx("find", *arguments).rows) == 1
            assert dx("rm", f"{store}/{pattern}.*").exit_code == 0
