"""Standard input and output in place of files."""

import io
import json
import subprocess
import sys
import zipfile
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


class TestOptions:
    @pytest.fixture
    def published(self, dx: Command, database: str) -> str:
        """A database with a value of the asset a."""
        Path("rows.csv").write_text("assetId,timestamp,n\na,2024-05-01T00:00:00Z,1\n")
        assert dx("publish", database, "rows.csv").exit_code == 0
        return database

    @pytest.mark.parametrize(
        ("options", "start"),
        [
            ([], b"assetId,name,timestamp,n\n"),
            (["--json"], b"["),
            (["--format", "parquet"], b"PAR1"),
        ],
    )
    def test_query_to_dash_writes_the_result_to_standard_output(
        self, published: str, environment: Mapping[str, str], options: list[str], start: bytes
    ) -> None:
        query = ["query", published, "--asset", "a", "--from", "2024-05-01", "--output", "-"]
        outcome = pipe(environment, *query, *options)
        assert outcome.returncode == 0
        assert outcome.stdout.startswith(start)
        assert not Path("-").exists()

    def test_query_to_a_file_called_dash_writes_the_file(self, published: str, dx: Command) -> None:
        query = ["query", published, "--asset", "a", "--from", "2024-05-01", "-o", "./-"]
        assert dx(*query).stdout == ""
        assert Path("-").read_text().startswith("assetId,")

    def test_query_filter_from_dash_is_read_from_standard_input(
        self, published: str, environment: Mapping[str, str]
    ) -> None:
        query = ["query", published, "--filter", "-", "--from", "2024-05-01"]
        outcome = pipe(environment, *query, data=b'[{"assetId": "a"}]')
        assert (outcome.returncode, outcome.stdout.count(b"\na,")) == (0, 1)
        outcome = pipe(environment, *query, data=b"[")
        assert (outcome.returncode, outcome.stdout) == (2, b"")

    def test_iot_query_and_capture_download_to_dash_write_to_standard_output(
        self, dx: Command, environment: Mapping[str, str]
    ) -> None:
        queried = pipe(environment, "iot", "query", "Inverter 1", "--from", "-1h", "-o", "-")
        assert (queried.returncode, queried.stdout[:14]) == (0, b"iotEndpointId,")
        attribute = {"userDefinedId": "y", "schemaType": "double"}
        model = json.dumps([{"userDefinedId": "x", "attributes": [attribute]}]).encode()
        created = pipe(environment, "capture", "create", "Dash", "--model", "-", data=model)
        capture = created.stdout.decode().strip()
        for command in (["start", capture], ["publish", capture, "y=1"], ["stop", capture]):
            assert dx("capture", *command).exit_code == 0
        downloaded = pipe(environment, "capture", "download", capture, "-o", "-")
        assert (downloaded.returncode, downloaded.stdout.count(b"\n")) == (0, 2)
        assert not Path("-").exists()

    def test_zip_to_dash_writes_the_archive_to_standard_output(
        self, dx: Command, store: str, environment: Mapping[str, str]
    ) -> None:
        Path("a.txt").write_text("1\n")
        dx("put", "a.txt", f"{store}/")
        outcome = pipe(environment, "zip", f"{store}/a.txt", "--output", "-", "--json")
        with zipfile.ZipFile(io.BytesIO(outcome.stdout)) as archive:
            assert [archive.read(name) for name in archive.namelist()] == [b"1\n"]
        assert not Path("-").exists()

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no paths of streams")
    def test_mapping_of_publish_is_written_to_standard_output(
        self, published: str, environment: Mapping[str, str]
    ) -> None:
        Path("rows.csv").write_text("meter,timestamp,n\na,2024-05-01T00:00:00Z,1\n")
        publish = ["publish", published, "rows.csv", "--dry-run", "--json"]
        saved = pipe(environment, *publish, "--asset-column", "meter", "--save-mapping", "-")
        mapping, brace, _ = saved.stdout.partition(b"{")
        assert (saved.returncode, b"meter" in mapping, brace) == (0, True, b"{")
        assert not Path("-").exists()
