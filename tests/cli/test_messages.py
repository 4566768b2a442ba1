"""Error messages speak of options, hosts, variables and kinds of objects, not of the library."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk.cli.app import app
from avista_digital_exchange_sdk.cli.parameter_names import OPTION_BY_PARAMETER
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_line import Command, run_command
from ..support.options import use_options

# Arguments of the library, which no message of the command line mentions.
LIBRARY_ARGUMENT = re.compile(r"\b[a-z]+[A-Z][A-Za-z]*(?= must|=|\[| and | or |:)")


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this machine that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


class TestUsage:
    @pytest.mark.parametrize(
        ("arguments", "missing"),
        [
            (["get"], "argument 'SOURCE'"),
            (["get", "dx://a"], "argument 'TARGET'"),
            (["put", "a"], "argument 'TARGET'"),
            (["put", "--recursive"], "argument 'SOURCE'"),
            (["publish"], "argument 'DATABASE'"),
            (["publish", "--db", "a"], "argument 'FILE'"),
            (["share", "a"], "argument 'COLLABORATIVE'"),
            (["query", "a"], "option '--from'"),
        ],
    )
    def test_missing_argument_is_the_one_named(
        self, dx: Command, arguments: list[str], missing: str
    ) -> None:
        outcome = dx(*arguments)
        assert outcome.exit_code == 2
        assert f"Missing {missing}." in outcome.stderr

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (
                ["--format", "xml"],
                "'--format': 'xml' is not one of 'table', 'csv', 'json', 'parquet'.",
            ),
            (["--asset", ""], "--asset must be a non-empty string, got ''"),
            (["--asset", "a", "--attribute", ""], "--attribute must be a non-empty string, got ''"),
            (["--asset", "a", "--every", "1x"], '"3mo" or "1y", got \'1x\''),
            (["--asset", "a", "--to", "2001"], "--to must be"),
            (["--asset", "a", "--how", "mean"], "--how must be used with --every"),
        ],
    )
    def test_invalid_option_is_named(
        self, dx: Command, local: LocalExchange, arguments: list[str], message: str
    ) -> None:
        outcome = dx("query", local.timeSeriesDbId, "--from", "-1d", *arguments)
        assert outcome.exit_code == 2
        assert message in outcome.stderr
        assert not LIBRARY_ARGUMENT.search(outcome.stderr)

    def test_invalid_filter_is_named_by_its_position(
        self, dx: Command, local: LocalExchange, tmp_path: Path
    ) -> None:
        file = tmp_path / "filters.json"
        file.write_text('[{"assetId": ""}]')
        outcome = dx("query", local.timeSeriesDbId, "--from", "-1d", "--filter", file)
        assert outcome.stderr.startswith("avista-dx: --filter[0].assetId must be")

    def test_invalid_number_is_described_in_words(self, dx: Command) -> None:
        assert "'--port': must be a valid integer" in dx("local", "--port", "a").stderr
        assert "less than or equal to 65535" in dx("local", "--port", "65536").stderr

    def test_unknown_command_and_option_are_reported_with_the_nearest(self, dx: Command) -> None:
        assert "Did you mean 'stores'" in dx("store").stderr
        assert "--recursive" in dx("rm", "--recursiv", "dx://a").stderr

    def test_id_of_another_kind_is_named_in_paths(
        self, dx: Command, local: LocalExchange, tmp_path: Path
    ) -> None:
        for arguments in (["ls"], ["cat"], ["rm"]):
            outcome = dx(*arguments, local.timeSeriesDbId)
            assert outcome.exit_code == 2
            assert outcome.stderr.endswith("that is the ID of a time series database\n")
            outcome = dx(*arguments, f"dx://{local.timeSeriesDbId}/a")
            assert outcome.exit_code == 4
            assert "that is the ID of a time series database" in outcome.stderr

    def test_message_of_the_platform_does_not_name_the_operation(
        self, dx: Command, local: LocalExchange
    ) -> None:
        outcome = dx("sql", local.timeSeriesDbId, "SELECT * FROM nothing")
        assert outcome.stderr.startswith("avista-dx: ValidationException: line 1:15")

    def test_option_of_each_parameter_exists(self) -> None:
        import typer.main

        known = set()
        pending: list[Any] = [typer.main.get_command(app)]
        while pending:
            command = pending.pop()
            pending += getattr(command, "commands", {}).values()
            for parameter in command.params:
                known.update((*parameter.opts, (parameter.metavar or "").strip("[].")))
        for options in OPTION_BY_PARAMETER.values():
            # Others are words, such as the records that a command reads.
            names = {one for one in options.split(", ") if one.isupper() or one[0] == "-"}
            assert names <= known


class TestConnections:
    @pytest.fixture(autouse=True)
    def _retry_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        use_options(monkeypatch, initial_retry_delay=0)

    def test_unknown_host_is_named_with_its_variable(self, dx: Command) -> None:
        endpoint = "https://example.invalid/graphql"
        outcome = dx("stores", AVISTA_DX_ENDPOINT=endpoint, **NO_PROXY)
        assert outcome.exit_code == 6
        assert outcome.stderr.startswith("avista-dx: no host example.invalid: ")
        variable = "the environment variable AVISTA_DX_ENDPOINT"
        assert f"the endpoint {endpoint} comes from {variable}" in outcome.stderr

    def test_refused_connection_is_reported_with_its_host(
        self, dx: Command, closed_port: int
    ) -> None:
        location = f"127.0.0.1:{closed_port}"
        for arguments in (["stores"], ["ls", "dx://dataStoreId.1"]):
            outcome = dx(*arguments, AVISTA_DX_ENDPOINT=f"http://{location}/graphql")
            assert outcome.exit_code == 6
            assert f"{location} refused the connection" in outcome.stderr
            assert "AVISTA_DX_ENDPOINT" in outcome.stderr

    def test_refusing_proxy_is_named_with_its_variable(self, dx: Command, closed_port: int) -> None:
        proxy = f"http://ada:secret-1@127.0.0.1:{closed_port}"
        endpoint = "https://example.invalid/graphql"
        environment = NO_PROXY | {"HTTPS_PROXY": proxy}
        outcome = dx("stores", AVISTA_DX_ENDPOINT=endpoint, **environment)
        assert outcome.exit_code == 6
        named = f"the proxy 127.0.0.1:{closed_port} (from HTTPS_PROXY) refused the connection"
        assert named in outcome.stderr
        assert "secret-1" not in outcome.stderr

    @pytest.mark.parametrize("name", ["AVISTA_DX_TOKEN", "AVISTA_DX_ENDPOINT"])
    def test_invalid_variable_is_named(self, dx: Command, name: str) -> None:
        outcome = dx("stores", **{name: "two words"})
        assert outcome.exit_code == 2
        assert outcome.stderr.startswith(f"avista-dx: {name} must be ")
        assert "two words" not in outcome.stderr

    def test_unreachable_endpoint_of_login_is_that_of_the_option(self, closed_port: int) -> None:
        endpoint = f"http://127.0.0.1:{closed_port}/graphql"
        outcome = run_command("login", "--endpoint", endpoint, input="token")
        assert outcome.exit_code == 6
        assert f"the endpoint {endpoint} comes from --endpoint" in outcome.stderr

    def test_missing_token_is_reported_without_library_arguments(self) -> None:
        outcome = run_command("stores")
        assert "run avista-dx login" in outcome.stderr
        assert "token=" not in outcome.stderr


# The proxies of the machine that runs the tests do not matter.
NO_PROXY = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"), "")


class TestLog:
    def test_verbose_option_logs_requests_without_secrets(
        self, dx: Command, local: LocalExchange
    ) -> None:
        for arguments in (["stores", "-v"], ["--verbose", "stores"], ["ls", "-v"]):
            outcome = dx(*arguments)
            assert outcome.exit_code == 0
            assert "storage_listDataStores {}: 200 in" in outcome.stderr
            assert local.token not in outcome.stderr
        assert dx("stores").stderr == ""

    def test_debug_variable_shows_tracebacks(self, dx: Command, local: LocalExchange) -> None:
        outcome = dx("ls", "dataStoreId.1", AVISTA_DX_DEBUG="1")
        assert outcome.exit_code == 4
        assert "Traceback (most recent call last)" in outcome.stderr
        assert outcome.stderr.splitlines()[-1].startswith("avista-dx: dx://dataStoreId.1: No such")
        assert local.token not in outcome.stderr
        for value in ("", "0"):
            assert "Traceback" not in dx("ls", "dataStoreId.1", AVISTA_DX_DEBUG=value).stderr
