"""Ends of commands: exit codes, error messages, Ctrl-C and closed pipes."""

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from avista_digital_exchange_sdk.cli.errors import exit_code_for, format_error
from avista_digital_exchange_sdk.cli.exit_codes import EXIT_CODES
from avista_digital_exchange_sdk.errors import (
    ApiError,
    InvalidParameterError,
    TransferError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_line import Command, run_command
from .conftest import PROGRAM, TIMEOUT_SECONDS, Process


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(TIMEOUT_SECONDS)
        yield listener


def address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"


class TestExitCodes:
    @pytest.mark.parametrize("options", [["--json"], ["-q", "--profile", "x"], ["--profile"]])
    def test_options_of_commands_without_a_command_show_the_help(self, options: list[str]) -> None:
        plain, outcome = run_command(), run_command(*options)
        assert (outcome.exit_code, outcome.stdout + outcome.stderr) == (
            plain.exit_code,
            plain.stdout + plain.stderr,
        )
        assert "Exit codes:" in outcome.stdout + outcome.stderr

    def test_unknown_command_after_options_is_named(self) -> None:
        outcome = run_command("--json", "nothing")
        assert (outcome.exit_code, "No such command 'nothing'" in outcome.stderr) == (2, True)
        assert run_command("--json", "--help").exit_code == 0

    def test_exit_code_is_zero_on_success(self, dx: Command) -> None:
        assert dx("stores").exit_code == 0

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (["tree"], 2),
            (["nothing"], 2),
            (["ls", "--nothing", "dataStoreId.1"], 2),
            (["ls", "nothing"], 2),
            (["assets", ""], 2),
            (["ls", "dataStoreId.none"], 4),
            (["get", "dataStoreFileId.none", "here"], 4),
            (["rm", "dataStoreFileId.none"], 4),
        ],
    )
    def test_exit_code_distinguishes_usage_errors_from_missing_objects(
        self, dx: Command, arguments: list[str], code: int
    ) -> None:
        outcome = dx(*arguments)
        assert (outcome.exit_code, outcome.stdout) == (code, "")
        assert outcome.stderr

    def test_exit_code_of_a_rejected_token(self, local: LocalExchange) -> None:
        outcome = run_command("stores", AVISTA_DX_TOKEN="x", AVISTA_DX_ENDPOINT=local.endpoint)
        assert outcome.exit_code == 3

    def test_exit_code_of_denied_access(self, local: LocalExchange) -> None:
        access = {
            "AVISTA_DX_TOKEN": local.tokens["outsider"],
            "AVISTA_DX_ENDPOINT": local.endpoint,
        }
        for arguments in (["ls", local.dataStoreId], ["assets", local.timeSeriesDbId]):
            assert run_command(*arguments, **access).exit_code == 3

    def test_exit_code_of_a_missing_token(self) -> None:
        outcome = run_command("stores")
        assert outcome.exit_code == 2
        assert "AVISTA_DX_TOKEN" in outcome.stderr

    def test_exit_codes_are_all_listed_in_help(self) -> None:
        shown = run_command("--help").stdout
        for code, meaning in EXIT_CODES.items():
            assert f"{code:<4} {meaning}" in shown

    def test_exit_code_of_an_error_is_that_of_its_cause(self) -> None:
        refused = PermissionError(13, "the platform refuses it", "a")
        refused.__cause__ = UnauthorizedError("no")
        assert exit_code_for(refused) == 3
        assert exit_code_for(PermissionError(13, "Permission denied", "a")) == 1


class TestErrors:
    def test_error_is_printed_in_one_line_with_notes_in_a_second(self) -> None:
        error = TransferError("It broke\n  off")
        error.add_note("one")
        error.add_note("two")
        assert format_error(error) == "It broke\\n  off\none; two"
        assert format_error(ValueError("It broke\u2028off\n")) == "ValueError: It broke\\u2028off"

    def test_error_prints_no_control_characters_on_a_terminal(self) -> None:
        assert "\x1b" not in format_error(ApiError("\x1b[2Jgone"))

    def test_error_names_paths_as_they_were_passed(self) -> None:
        missing = FileNotFoundError(2, "No such file or directory", "dataStoreId.1/a.csv")
        assert format_error(missing) == "dx://dataStoreId.1/a.csv: No such file or directory"

    def test_error_names_options(self) -> None:
        assert format_error(InvalidParameterError("startTime must be x")) == "--from must be x"

    def test_error_inside_the_program_prints_no_traceback(self) -> None:
        assert format_error(KeyError("x")) == "KeyError: 'x'"

    def test_error_shows_no_token(self, process: Process, local: LocalExchange) -> None:
        outcome = process("ls", "dataStoreId.none")
        assert outcome.returncode == 4
        assert local.token not in outcome.stderr
        assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(
    ("module", "package", "arguments"),
    [
        ("fsspec", "fsspec", ["ls", "dataStoreId.1"]),
        ("pyarrow", "pyarrow", ["publish", "timeSeriesDbId.1", __file__]),
        (
            "matplotlib",
            "matplotlib",
            ["query", "x", "--asset", "a", "--from", "-1d", "--plot", "x.png"],
        ),
        ("ariadne", "ariadne<2,>=1.0", ["local"]),
        (
            "ariadne_codegen",
            "ariadne-codegen==0.19.0",
            ["generate", "--queries", "x", "--out", "y"],
        ),
    ],
)
def test_missing_extra_is_reported_with_its_packages(
    dx: Command, monkeypatch: pytest.MonkeyPatch, module: str, package: str, arguments: list[str]
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    outcome = dx(*arguments)
    assert outcome.exit_code == 2
    assert "required: pip install " in outcome.stderr
    assert package in outcome.stderr.partition("pip install")[2]


@pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")
class TestProcesses:
    @pytest.mark.parametrize(
        ("number", "code", "complaint"),
        [
            (signal.SIGINT, 130, "avista-dx: interrupted\n"),
            (signal.SIGTERM, 143, ""),
            (getattr(signal, "SIGHUP", None), 129, ""),
        ],
    )
    def test_process_ends_on_a_signal_without_a_traceback(
        self,
        environment: dict[str, str],
        silent: socket.socket,
        number: signal.Signals,
        code: int,
        complaint: str,
    ) -> None:
        environment = environment | {"AVISTA_DX_ENDPOINT": address(silent)}
        command = [*PROGRAM, "stores"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as run:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)
                run.send_signal(number)
                _, message = run.communicate(timeout=TIMEOUT_SECONDS)
        assert (run.returncode, message) == (code, complaint)

    def test_process_ends_at_once_while_threads_list_directories(
        self, environment: dict[str, str]
    ) -> None:
        store = {"dataStoreId": "dataStoreId.1", "name": "a", "homeDirectoryId": "b"}
        requested = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if b"storage_getDataStoreDirectory" in body:
                    requested.set()
                    over.wait()
                    return
                response = json.dumps({"data": {"storage_getDataStore": store}}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(response)))
                self.end_headers()
                self.wfile.write(response)

            def log_message(self, *_: object) -> None:
                pass

        over = threading.Event()
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            endpoint = f"http://127.0.0.1:{server.server_port}/graphql"
            command = [*PROGRAM, "tree", "dataStoreId.1"]
            with subprocess.Popen(
                command, env=environment | {"AVISTA_DX_ENDPOINT": endpoint}, stderr=subprocess.PIPE
            ) as run:
                assert requested.wait(TIMEOUT_SECONDS)
                run.send_signal(signal.SIGTERM)
                _, message = run.communicate(timeout=TIMEOUT_SECONDS)
            over.set()
            server.shutdown()
        assert (run.returncode, message) == (143, b"")

    def test_process_under_nohup_ignores_sighup(
        self, environment: dict[str, str], silent: socket.socket
    ) -> None:
        environment = environment | {"AVISTA_DX_ENDPOINT": address(silent)}
        command = ["nohup", *PROGRAM, "stores"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as run:
            connection, _ = silent.accept()
            with connection:
                connection.recv(1)
                run.send_signal(signal.SIGHUP)
                with pytest.raises(subprocess.TimeoutExpired):
                    run.wait(timeout=1)
                run.send_signal(signal.SIGTERM)
                run.communicate(timeout=TIMEOUT_SECONDS)
        assert run.returncode == 143

    def test_process_prints_nothing_when_its_reader_is_gone(
        self, environment: dict[str, str]
    ) -> None:
        ours, theirs = os.pipe()
        os.close(ours)
        command = [*PROGRAM, "stores", "--json"]
        outcome = subprocess.run(
            command, env=environment, stdout=theirs, stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS
        )
        os.close(theirs)
        assert (outcome.returncode, outcome.stderr) == (141, b"")

    def test_process_prints_characters_that_the_terminal_cannot_encode(
        self, process: Process, environment: dict[str, str], dx: Command, store: str, tmp_path: Path
    ) -> None:
        (tmp_path / "Übersicht.csv").write_text("1")
        dx("put", tmp_path / "Übersicht.csv", store)
        outcome = process("ls", store, env=environment | {"PYTHONIOENCODING": "ascii"})
        assert (outcome.returncode, outcome.stderr) == (0, "")
        assert outcome.stdout.startswith("\\xdcbersicht.csv\t1\t")

    def test_process_reports_that_no_server_responds(
        self, process: Process, environment: dict[str, str]
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            endpoint = address(listener)
        environment = environment | {"AVISTA_DX_ENDPOINT": endpoint}
        outcome = process("stores", env=environment)
        assert outcome.returncode == 6
        assert outcome.stderr.startswith("avista-dx: ")
        assert "Traceback" not in outcome.stderr
