"""`get` to standard output and `put` from standard input."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from ..support.command_line import Command
from .conftest import PROGRAM, TIMEOUT_SECONDS


@pytest.fixture(autouse=True)
def _working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def pipe(environment: Mapping[str, str], *arguments: str, data: bytes = b"") -> "CommandResult":
    return subprocess.run(
        [*PROGRAM, *arguments],
        env=environment,
        input=data,
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
    )


CommandResult = subprocess.CompletedProcess[bytes]


class TestGet:
    def test_get_to_dash_writes_bytes_to_standard_output(
        self, dx: Command, store: str, environment: Mapping[str, str]
    ) -> None:
        content = bytes(range(256)) * 1000
        Path("a.bin").write_bytes(content)
        assert dx("put", "a.bin", f"{store}/").exit_code == 0
        outcome = pipe(environment, "get", f"{store}/a.bin", "-")
        assert (outcome.returncode, outcome.stdout) == (0, content)
        assert not Path("-").exists()

    def test_get_of_several_files_writes_them_in_order(
        self, dx: Command, store: str, environment: Mapping[str, str]
    ) -> None:
        for name in ("a.txt", "b.txt"):
            Path(name).write_text(f"{name}\n")
        assert dx("put", "a.txt", "b.txt", f"{store}/").exit_code == 0
        outcome = pipe(environment, "get", f"{store}/*.txt", f"{store}/a.txt", "-")
        assert (outcome.returncode, outcome.stdout) == (0, b"a.txt\nb.txt\na.txt\n")

    def test_get_of_a_file_id_writes_that_file(
        self, dx: Command, store: str, environment: Mapping[str, str]
    ) -> None:
        Path("a.txt").write_text("by ID\n")
        (uploaded,) = dx("put", "a.txt", f"{store}/", "--json").json
        outcome = pipe(environment, "get", uploaded["id"], "-")
        assert (outcome.returncode, outcome.stdout) == (0, b"by ID\n")

    def test_get_of_a_directory_to_dash_is_refused_before_anything_is_written(
        self, store: str, environment: Mapping[str, str]
    ) -> None:
        outcome = pipe(environment, "get", f"{store}/", "-")
        assert (outcome.returncode, outcome.stdout) == (2, b"")
        assert b"SOURCE must be a file" in outcome.stderr

    def test_get_to_a_file_called_dash_writes_the_file(self, dx: Command, store: str) -> None:
        Path("a.txt").write_text("a")
        assert dx("put", "a.txt", f"{store}/").exit_code == 0
        assert dx("get", f"{store}/a.txt", "./-").exit_code == 0
        assert Path("-").read_text() == "a"

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a pipe of POSIX")
    def test_get_ends_quietly_when_the_pipe_is_closed(
        self, dx: Command, store: str, environment: Mapping[str, str]
    ) -> None:
        Path("a.txt").write_text("line\n" * 1_000_000)
        assert dx("put", "a.txt", f"{store}/").exit_code == 0
        command = " ".join([*PROGRAM, "get", f"{store}/a.txt", "-", "|", "head", "-n", "1"])
        outcome = subprocess.run(
            command, shell=True, env=environment, capture_output=True, timeout=TIMEOUT_SECONDS
        )
        assert outcome.stdout == b"line\n"
        assert b"Traceback" not in outcome.stderr


class TestCat:
    def test_cat_writes_files_in_order(
        self, dx: Command, store: str, environment: Mapping[str, str]
    ) -> None:
        for name in ("a.txt", "b.txt"):
            Path(name).write_text(f"{name}\n")
        assert dx("put", "a.txt", "b.txt", f"{store}/").exit_code == 0
        outcome = pipe(environment, "cat", f"{store}/b.txt", f"{store}/a.txt")
        assert (outcome.returncode, outcome.stdout) == (0, b"b.txt\na.txt\n")

    def test_cat_of_a_missing_file_fails(self, store: str, environment: Mapping[str, str]) -> None:
        outcome = pipe(environment, "cat", f"{store}/none.txt")
        assert outcome.returncode != 0
        assert outcome.stdout == b""


class TestPut:
    def test_put_from_dash_uploads_standard_input(
        self, dx: Command, store: str, environment: Mapping[str, str]
    ) -> None:
        content = bytes(range(256)) * 10_000
        outcome = pipe(environment, "put", "-", f"{store}/piped.bin", data=content)
        assert outcome.returncode == 0, outcome.stderr
        assert dx("get", f"{store}/piped.bin", "back.bin").exit_code == 0
        assert Path("back.bin").read_bytes() == content

    def test_put_of_empty_standard_input_uploads_an_empty_file(
        self, dx: Command, store: str, environment: Mapping[str, str]
    ) -> None:
        assert pipe(environment, "put", "-", f"{store}/empty.txt").returncode == 0
        assert dx("get", f"{store}/empty.txt", "back.txt").exit_code == 0
        assert Path("back.txt").read_bytes() == b""

    def test_put_of_a_file_called_dash_uploads_the_file(self, dx: Command, store: str) -> None:
        Path("-").write_text("a file")
        assert dx("put", "./-", f"{store}/dash.txt").exit_code == 0
        assert dx("get", f"{store}/dash.txt", "back.txt").exit_code == 0
        assert Path("back.txt").read_text() == "a file"

    @pytest.mark.parametrize("target", ["", "/", "/loads/"])
    def test_put_from_dash_into_a_directory_is_refused(
        self, store: str, environment: Mapping[str, str], target: str
    ) -> None:
        outcome = pipe(environment, "put", "-", f"{store}{target}", data=b"x")
        assert outcome.returncode == 2
        assert b"TARGET must be the path of a file" in outcome.stderr

    def test_put_from_dash_and_a_file_is_refused(
        self, store: str, environment: Mapping[str, str]
    ) -> None:
        Path("a.txt").write_text("a")
        outcome = pipe(environment, "put", "-", "a.txt", f"{store}/", data=b"x")
        assert outcome.returncode == 2
        assert b"SOURCE must be the only source" in outcome.stderr
