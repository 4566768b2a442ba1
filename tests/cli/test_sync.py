"""`avista-dx sync`: a directory that becomes equal to another one."""

import os
from datetime import datetime
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.cli.sync_plan import Entry, plan_sync
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_line import Command
from ..support.folders import read_texts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A local directory with three files."""
    folder = tmp_path / "loads"
    for name, text in {"may.csv": "1,2", "old/é b.csv": "3", "notes.tmp": "x"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
        # Older than any upload.
        os.utime(folder / name, (1_700_000_000, 1_700_000_000))
    return folder


def test_sync_copies_up_and_down_what_is_missing(
    dx: Command, store: str, folder: Path, tmp_path: Path
) -> None:
    remote = f"{store}/loads"
    assert dx("sync", folder, remote, "--json").json == {
        "copied": ["may.csv", "notes.tmp", "old/é b.csv"],
        "deleted": [],
    }
    assert dx("sync", folder, remote, "--json").json["copied"] == []
    copy = tmp_path / "copy"
    dx("sync", remote, copy)
    assert read_texts(copy) == read_texts(folder)
    assert "copy: 0" in dx("sync", remote, copy).stderr


@pytest.mark.parametrize("direction", ["up", "down"])
def test_sync_copies_changed_files_and_deletes_with_the_option_only(
    dx: Command, store: str, folder: Path, tmp_path: Path, direction: str
) -> None:
    remote, copy = f"{store}/loads", tmp_path / "copy"
    dx("sync", folder, remote)
    if direction == "down":
        dx("sync", remote, copy)
    (folder / "may.csv").write_text("1,2,3")
    (folder / "notes.tmp").unlink()
    if direction == "down":
        dx("sync", folder, remote, "--delete")
    arguments = [folder, remote] if direction == "up" else [remote, copy]
    assert dx("sync", *arguments, "--json").json == {"copied": ["may.csv"], "deleted": []}
    dry = dx("sync", *arguments, "--delete", "--dry-run")
    assert "would delete notes.tmp" in dry.stderr
    assert dx("sync", *arguments, "--delete", "--json").json["deleted"] == ["notes.tmp"]
    dx("sync", remote, tmp_path / "check")
    assert read_texts(tmp_path / "check") == read_texts(folder)


def test_sync_leaves_out_what_patterns_say(dx: Command, store: str, folder: Path) -> None:
    result = dx("sync", folder, f"{store}/a", "--exclude", "*.tmp", "--json")
    assert result.json["copied"] == ["may.csv", "old/é b.csv"]
    result = dx("sync", folder, f"{store}/a", "--include", "old/*", "--delete", "--json")
    assert result.json == {"copied": [], "deleted": []}


def test_checksum_finds_changes_of_the_same_size_and_time(
    dx: Command, store: str, folder: Path
) -> None:
    remote = f"{store}/loads"
    dx("sync", folder, remote)
    (folder / "may.csv").write_text("9,9")
    os.utime(folder / "may.csv", (1_700_000_000, 1_700_000_000))
    assert dx("sync", folder, remote, "--json").json["copied"] == []
    assert dx("sync", folder, remote, "--checksum", "--json").json["copied"] == ["may.csv"]
    assert dx("cat", f"{remote}/may.csv").stdout == "9,9"


def test_sync_needs_one_local_and_one_remote_directory(
    dx: Command, store: str, folder: Path, tmp_path: Path
) -> None:
    assert dx("sync", folder, tmp_path).exit_code == 2
    assert dx("sync", f"{store}/a", f"{store}/b").exit_code == 2
    assert dx("sync", tmp_path / "none", store).exit_code == 2
    assert dx("sync", f"{store}/none", tmp_path / "copy").exit_code == 4


def test_sync_follows_links_and_copies_the_rest_if_some_are_broken(
    dx: Command, store: str, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "june.csv").write_text("6")
    (folder / "linked").symlink_to(tmp_path / "shared")
    dx("sync", folder, store)
    assert dx("cat", f"{store}/linked/june.csv").stdout == "6"

    (folder / "notes.tmp").unlink()
    (folder / "april.csv").write_text("4")
    (folder / "loop").symlink_to(folder)
    (folder / "broken.txt").symlink_to(tmp_path / "none")
    for options in (["--delete"], ["--delete", "--dry-run"]):
        result = dx("sync", folder, store, "--json", *options)
        assert result.exit_code == 1
        assert "broken symbolic link" in result.stderr
        assert "symbolic link to a parent directory" in result.stderr
    assert dx("cat", f"{store}/april.csv", f"{store}/notes.tmp").stdout == "4x"

    # What is in a directory that cannot be listed is unknown; a file is left out by a pattern.
    assert dx("sync", folder, store, "--delete", "--include", "*.csv").exit_code == 1
    (folder / "loop").unlink()
    assert dx("sync", folder, store, "--delete", "--exclude", "*.txt").exit_code == 0
    assert dx("cat", f"{store}/notes.tmp").exit_code == 4


def test_sync_deletes_nothing_behind_links_of_the_target(
    dx: Command, store: str, folder: Path, tmp_path: Path
) -> None:
    dx("sync", folder, store)
    copy, outside = tmp_path / "copy", tmp_path / "outside"
    for directory in (copy, outside):
        directory.mkdir()
    (outside / "mine.csv").write_text("mine")
    (copy / "linked").symlink_to(outside)
    (copy / "file.csv").symlink_to(outside / "mine.csv")
    (copy / "broken").symlink_to(tmp_path / "none")
    assert dx("sync", "--delete", "--json", store, copy).json["deleted"] == ["file.csv"]
    assert (outside / "mine.csv").read_text() == "mine"
    # A link in the place of a file of the source does not lead out of the target, either.
    (copy / "may.csv").unlink()
    (copy / "may.csv").symlink_to(outside / "mine.csv")
    result = dx("sync", "--delete", "--json", store, copy)
    assert (result.exit_code, result.json["copied"]) == (1, [])
    assert (outside / "mine.csv").read_text() == "mine"


def test_sync_without_a_directory_of_a_data_store_deletes_nothing(
    dx: Command, store: str, folder: Path, tmp_path: Path
) -> None:
    dx("sync", folder, store)
    (tmp_path / "empty").mkdir()
    for target in ("dx://", f"{store}/may.csv"):
        result = dx("sync", "--delete", "--yes", tmp_path / "empty", target)
        assert result.exit_code == 2
        assert "TARGET must be a directory of a data store" in result.stderr
    assert dx("sync", "dx://", tmp_path / "all").exit_code == 2
    assert dx("sync", store, folder / "may.csv").exit_code == 2
    assert len(dx("find", store, "--type", "file").rows) == 3


def test_sync_into_the_root_of_a_data_store_deletes_what_is_missing_there(
    dx: Command, store: str, folder: Path
) -> None:
    dx("sync", folder, store)
    (folder / "notes.tmp").unlink()
    result = dx("sync", "--delete", "--json", folder, f"{store}/")
    assert result.json == {"copied": [], "deleted": ["notes.tmp"]}


@pytest.mark.parametrize("direction", ["up", "down"])
def test_sync_copies_a_file_of_the_same_size_that_changed_right_after_the_last_one(
    dx: Command, store: str, folder: Path, tmp_path: Path, direction: str
) -> None:
    source, target = (folder, store) if direction == "up" else (store, tmp_path / "copy")
    dx("sync", folder, store)
    dx("sync", source, target)
    (folder / "may.csv").write_text("9,9")
    if direction == "down":
        dx("put", folder / "may.csv", f"{store}/may.csv")
    assert dx("sync", source, target, "--json").json["copied"] == ["may.csv"]
    assert dx("sync", source, target, "--json").json["copied"] == []


@pytest.mark.parametrize("direction", ["up", "down"])
def test_sync_replaces_directories_by_files_and_files_by_directories_if_it_may_delete(
    dx: Command, store: str, tmp_path: Path, direction: str
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for path in ("here/a", "here/b/c/d.csv", "there/a/1.csv", "there/a/x/y/2.csv", "there/b"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    (there / "a" / "empty").mkdir()
    dx("put", "--recursive", here, f"{store}/here")
    dx("put", "--recursive", there, f"{store}/there")
    local, remote = (here, f"{store}/there") if direction == "up" else (there, f"{store}/here")
    arguments = [local, remote] if direction == "up" else [remote, local]

    result = dx("sync", *arguments)
    assert (result.exit_code, "avista-dx: 2 of " in result.stderr) == (1, True)
    assert dx("sync", "--delete", "--exclude", "y", "--exclude", "2.csv", *arguments).exit_code == 1
    result = dx("sync", "--delete", "--json", *arguments)
    assert result.exit_code == 0
    assert result.json["copied"][:1] == ["a"]
    check = tmp_path / "check"
    dx("get", "--recursive", remote, check)
    assert read_texts(check if direction == "up" else there) == read_texts(here)


def test_sync_without_delete_keeps_what_is_in_the_place_of_a_file(
    dx: Command, store: str, folder: Path, tmp_path: Path
) -> None:
    dx("sync", folder, store)
    copy = tmp_path / "copy"
    (copy / "may.csv").mkdir(parents=True)
    (copy / "old").write_text("a file")
    result = dx("sync", "--json", store, copy)
    assert (result.exit_code, result.json) == (1, {"copied": ["notes.tmp"], "deleted": []})
    assert "2 of 3 not copied" in result.stderr
    assert {path.name for path in copy.iterdir()} == {"may.csv", "old", "notes.tmp"}


@pytest.mark.parametrize("direction", ["up", "down"])
def test_sync_of_an_empty_source_deletes_only_after_confirmation(
    dx: Command, store: str, folder: Path, tmp_path: Path, direction: str
) -> None:
    dx("sync", folder, f"{store}/loads")
    dx("mkdir", f"{store}/empty")
    (tmp_path / "empty").mkdir()
    arguments = [tmp_path / "empty", f"{store}/loads"]
    if direction == "down":
        arguments = [f"{store}/empty", folder]
    result = dx("sync", "--delete", *arguments)
    assert result.exit_code == 2
    assert "SOURCE must be a directory with files" in result.stderr
    assert "--yes deletes 3 files of" in result.stderr
    assert dx("sync", "--delete", "--include", "*.tmp", *arguments).exit_code == 2
    assert dx("sync", *arguments).exit_code == 0
    result = dx("sync", "--delete", "--dry-run", "--json", *arguments)
    assert result.json == {"copied": [], "deleted": ["may.csv", "notes.tmp", "old/é b.csv"]}
    assert dx("sync", "--delete", "--yes", *arguments).exit_code == 0
    left = dx("find", f"{store}/loads", "--type", "file").stdout if direction == "up" else ""
    assert left == "" if direction == "up" else not read_texts(folder)


@pytest.mark.parametrize("direction", ["up", "down"])
def test_sync_never_deletes_what_patterns_leave_out(
    dx: Command, store: str, folder: Path, tmp_path: Path, direction: str
) -> None:
    dx("sync", folder, f"{store}/loads")
    dx("sync", f"{store}/loads", copy := tmp_path / "copy")
    for name in ("may.csv", "old/é b.csv", "notes.tmp"):
        (folder / name).unlink()
    (folder / "kept.csv").write_text("1")
    target = f"{store}/loads"
    if direction == "down":
        dx("sync", "--delete", folder, f"{store}/other")
        folder, target = f"{store}/other", copy
    for options, deleted in (
        (["--include", "*.none"], []),
        (["--include", "old/*", "--exclude", "*b.csv"], []),
        (["--exclude", "*.csv"], ["notes.tmp"]),
        (["--include", "m?y.*"], ["may.csv"]),
        (["--exclude", "old/*"], []),
        ([], ["old/é b.csv"]),
    ):
        result = dx("sync", "--delete", "--yes", "--json", *options, folder, target)
        assert (result.exit_code, result.json["deleted"]) == (0, deleted)


def test_sync_up_compares_contents_if_the_clock_of_this_machine_may_be_slow(
    dx: Command, store: str, folder: Path
) -> None:
    dx("sync", folder, store)
    uploaded = max(
        datetime.fromisoformat(one["modified"])
        for one in dx("find", store, "--type", "file", "--json").json
    ).timestamp()
    (folder / "may.csv").write_text("9,9")
    for name, seconds in (("may.csv", -1.5), ("notes.tmp", -1.5)):
        os.utime(folder / name, (uploaded + seconds,) * 2)
    assert dx("sync", folder, store, "--json").json["copied"] == ["may.csv"]
    assert dx("cat", f"{store}/may.csv").stdout == "9,9"


@pytest.mark.parametrize(("seconds", "copied"), [(-3600, []), (0, []), (3600, ["may.csv"])])
@pytest.mark.parametrize("direction", ["up", "down"])
def test_sync_takes_files_of_the_same_size_by_their_times(
    dx: Command,
    store: str,
    folder: Path,
    tmp_path: Path,
    direction: str,
    seconds: int,
    copied: list[str],
) -> None:
    dx("sync", folder, store)
    dx("sync", store, copy := tmp_path / "copy")
    modified = (copy / "may.csv").stat().st_mtime
    arguments = [folder, store]
    changed, age = folder / "may.csv", seconds
    if direction == "down":
        arguments, changed, age = [store, copy], copy / "may.csv", -seconds
    if seconds:
        changed.write_text("9,9")
    os.utime(changed, (modified + age,) * 2)
    assert dx("sync", *arguments, "--json").json["copied"] == copied
    assert dx("sync", *arguments, "--checksum", "--json").json["copied"] == (
        ["may.csv"] if seconds < 0 else []
    )


def test_sync_finishes_a_replacement_that_was_interrupted(
    dx: Command,
    store: str,
    folder: Path,
    data_store: dict[str, str],
    local: LocalExchange,
) -> None:
    dx("sync", folder, store)
    (folder / "may.csv").write_text("1,2,3")
    # As if the command had been killed before it deleted the older file.
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        exchange.uploadFileToDataStore(
            data_store["dataStoreId"], data_store["homeDirectoryId"], folder / "may.csv"
        )
    os.utime(folder / "may.csv", (1_700_000_000,) * 2)
    for copied in (["may.csv"], []):
        assert dx("sync", folder, store, "--json").json["copied"] == copied
        names = [row[0] for row in dx("ls", store).rows]
        assert names == ["may.csv", "notes.tmp", "old/"]
    assert dx("cat", f"{store}/may.csv").stdout == "1,2,3"


def test_sync_copies_other_files_if_some_cannot_be_read_or_vanish(
    dx: Command, store: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dx("sync", folder, store)
    (folder / "june.csv").write_text("6")
    (folder / "may.csv").write_text("9,9")
    run_uploads = DataStoreFileSystem.run_uploads

    def run_after_changes(*arguments: object, **options: object) -> object:
        (folder / "may.csv").unlink()
        return run_uploads(*arguments, **options)

    monkeypatch.setattr(DataStoreFileSystem, "run_uploads", run_after_changes)
    (folder / "notes.tmp").unlink()
    result = dx("sync", "--delete", "--json", folder, store)
    assert result.exit_code == 1
    assert result.json == {"copied": ["june.csv"], "deleted": []}
    assert "may.csv: no longer exists" in result.stderr
    assert dx("cat", f"{store}/may.csv", f"{store}/notes.tmp").stdout == "1,2x"


def test_sync_deletes_other_files_if_some_cannot_be_deleted(
    dx: Command, store: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dx("sync", folder, store)
    (folder / "may.csv").unlink()
    (folder / "notes.tmp").unlink()
    rm_file = DataStoreFileSystem.rm_file

    def refuse_one(files: DataStoreFileSystem, path: str) -> None:
        if path.endswith("may.csv"):
            raise PermissionError(13, "Permission denied", path)
        rm_file(files, path)

    monkeypatch.setattr(DataStoreFileSystem, "rm_file", refuse_one)
    result = dx("sync", "--delete", "--json", folder, store)
    assert (result.exit_code, result.json["deleted"]) == (1, ["notes.tmp"])
    assert "may.csv: Permission denied\navista-dx: 1 of 2 not deleted" in result.stderr


def test_sync_does_not_delete_a_copied_file_if_case_is_ignored() -> None:
    source, target = {"May.csv": Entry(1, 2)}, {"may.csv": Entry(1, 1), "june.csv": Entry(1, 1)}
    plan = plan_sync(source, target, lambda *_: False, lambda _: [], str.casefold)
    assert (plan.copied, plan.deleted) == (["May.csv"], ["june.csv"])
