"""Local paths on the command line: expansion of `~`, and files that must not be replaced."""

import os
import stat
from pathlib import Path

import pytest

from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_line import Command
from ..support.mounts import mounting
from .conftest import Process

RANGE = ["--from", "1970-01-01", "--to", "1970-01-02"]


@pytest.fixture(autouse=True)
def user_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory with a file; the working directory is another one."""
    user_home, here = tmp_path / "home", tmp_path / "here"
    user_home.mkdir()
    here.mkdir()
    (user_home / ".bashrc").write_bytes(b"mine")
    monkeypatch.setenv("HOME", str(user_home))
    monkeypatch.chdir(here)
    return user_home


def stored(local: LocalExchange, store: str) -> list[str]:
    """The paths of all files in a data store."""
    fs = DataStoreFileSystem(token=local.token, endpoint=local.endpoint, skip_instance_cache=True)
    root = store.removeprefix("dx://")
    try:
        return [path.removeprefix(f"{root}/") for path in fs.find(root)]
    finally:
        fs.close()


class TestPut:
    @pytest.mark.parametrize("argument", ["~", "./~", "~root", "./~root"])
    def test_put_of_a_directory_called_tilde_is_not_the_home_directory(
        self, argument: str, dx: Command, local: LocalExchange, store: str
    ) -> None:
        folder = Path.cwd() / Path(argument).name
        folder.mkdir()
        (folder / "load.csv").write_bytes(b"here")
        assert dx("put", "--recursive", argument, f"{store}/all/").exit_code == 0
        assert stored(local, store) == [f"all/{folder.name}/load.csv"]

    def test_put_of_an_office_lock_file_uploads_that_file(
        self, dx: Command, local: LocalExchange, store: str
    ) -> None:
        Path("~$report.xlsx").absolute().write_bytes(b"1")
        assert dx("put", "~$report.xlsx", f"{store}/").exit_code == 0
        assert dx("put", "--recursive", ".", f"{store}/all").exit_code == 0
        assert stored(local, store) == ["all/~$report.xlsx", "~$report.xlsx"]

    def test_put_expands_a_tilde_if_nothing_has_that_name(
        self, dx: Command, local: LocalExchange, store: str
    ) -> None:
        assert dx("put", "~/.bashrc", f"{store}/").exit_code == 0
        assert stored(local, store) == [".bashrc"]


class TestGet:
    def test_get_of_a_directory_called_tilde_stays_in_the_target_directory(
        self, dx: Command, store: str, user_home: Path
    ) -> None:
        Path("theirs").write_bytes(b"theirs")
        dx("put", "theirs", f"{store}/~/.bashrc")
        dx("put", "theirs", f"{store}/load.csv")
        assert dx("get", "--recursive", f"{store}/*", ".").exit_code == 0
        assert (Path.cwd() / "~" / ".bashrc").read_bytes() == b"theirs"
        assert (user_home / ".bashrc").read_bytes() == b"mine"

    def test_get_expands_a_tilde_that_was_typed(
        self, dx: Command, store: str, user_home: Path
    ) -> None:
        dx("put", "~/.bashrc", f"{store}/load.csv")
        assert dx("get", f"{store}/load.csv", "~/new/").exit_code == 0
        assert (user_home / "new" / "load.csv").read_bytes() == b"mine"

    def test_get_of_a_link_out_of_the_target_directory_fails_alone(
        self, dx: Command, store: str, tmp_path: Path
    ) -> None:
        for name in ("a/load.csv", "b/load.csv"):
            dx("put", "~/.bashrc", f"{store}/all/{name}")
        (tmp_path / "outside").mkdir()
        Path("copy").mkdir()
        Path("copy/a").symlink_to(tmp_path / "outside")
        outcome = dx("get", "--recursive", f"{store}/all", "copy")
        assert outcome.exit_code == 1
        assert "a link leads out of" in outcome.stderr
        assert Path("copy/b/load.csv").read_bytes() == b"mine"
        assert not os.listdir(tmp_path / "outside")

    def test_get_to_standard_output_prints_the_bytes(self, process: Process, store: str) -> None:
        process("put", "~/.bashrc", f"{store}/load.csv")
        ran = process("get", f"{store}/load.csv", "/dev/stdout")
        assert (ran.returncode, ran.stdout) == (0, "mine")

    def test_get_to_a_mounted_file_writes_in_place_and_says_so(
        self, dx: Command, store: str, user_home: Path
    ) -> None:
        dx("put", "~/.bashrc", f"{store}/load.csv")
        Path("source").write_bytes(b"older and longer")
        Path("target").touch()
        with mounting() as mounts:
            mounts.bind(Path("source").absolute(), Path("target").absolute())
            outcome = dx("get", f"{store}/load.csv", "target")
            quiet = dx("get", "--force", "--quiet", f"{store}/load.csv", "target")
        assert "target is written in place: it can't be replaced" in outcome.stderr
        assert (outcome.exit_code, quiet.exit_code, quiet.stderr) == (0, 0, "")
        assert Path("source").read_bytes() == b"mine"


class TestQuery:
    @pytest.fixture
    def measured(self, dx: Command, database: str) -> str:
        """A database with a few values."""
        Path("measured.csv").write_text(
            "assetId,timestamp,A kW\nfeeder-7,2024-05-01T00:00:00Z,12.5\n"
            "feeder-7,2024-05-01T01:00:00Z,13.25\n"
        )
        assert dx("publish", database, "measured.csv").exit_code == 0
        Path("measured.csv").unlink()
        return database

    @pytest.mark.parametrize("plot", [False, True])
    def test_query_output_keeps_the_mode_of_the_file(
        self, plot: bool, dx: Command, measured: str
    ) -> None:
        for name in ("may.csv", "may.png"):
            Path(name).touch(0o600)
        plotted = ["--plot", "may.png"] if plot else []
        query = ["query", measured, "--asset", "feeder-7", "--from", "2024-05-01"]
        assert dx(*query, "-o", "may.csv", *plotted).exit_code == 0
        assert [stat.S_IMODE(Path(n).stat().st_mode) for n in ("may.csv", "may.png")] == [0o600] * 2
        assert Path("may.csv").stat().st_size > 0

    def test_query_output_may_be_the_home_directory(
        self, dx: Command, database: str, user_home: Path
    ) -> None:
        query = ["query", database, "--asset", "a", *RANGE]
        assert dx(*query, "-o", "~/may.csv").exit_code == 0
        assert (user_home / "may.csv").exists()

    def test_query_to_standard_output_leaves_no_file(
        self, dx: Command, database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "spool").mkdir()
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "spool"))
        outcome = dx("query", database, "--asset", "a", *RANGE)
        assert outcome.stdout.startswith("assetId,name,timestamp")
        assert not os.listdir(tmp_path / "spool")
        assert not os.listdir()
