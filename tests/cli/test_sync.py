"""`avista-dx sync`: a directory that becomes equal to another one."""

import os
from pathlib import Path

import pytest

from ..support.command_line import Command


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


def read(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


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
    assert read(copy) == read(folder)
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
    assert read(tmp_path / "check") == read(folder)


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
