"""Tokens that `avista-dx login` stores: in the keyring or a file, and what uses them."""

import json
import os
import pickle
import pty
import stat
import subprocess
import sys
from pathlib import Path

import fsspec
import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DigitalExchangeError,
    InvalidParameterError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..cli.conftest import PROGRAM, TIMEOUT_SECONDS
from ..conftest import Connect
from ..support.clients import ClientFactory
from ..support.command_line import Command
from .conftest import Login, select_keyring

posix = pytest.mark.skipif(os.name == "nt", reason="modes and terminals of POSIX")


def stored(config: Path, name: str = "default") -> dict[str, str]:
    return json.loads((config / "profiles" / f"{name}.json").read_text())


class TestLogin:
    def test_login_without_a_keyring_stores_the_token_in_a_file(
        self, login: Login, dx: Command, config: Path, local: LocalExchange
    ) -> None:
        outcome = login()
        assert (outcome.exit_code, outcome.stdout) == (0, "")
        assert "stored in a file" in outcome.stderr
        assert "Ada Lindqvist" in outcome.stderr
        assert local.token not in outcome.stderr
        assert stored(config) == {"endpoint": local.endpoint, "token": local.token}
        assert "Ada Lindqvist" in dx("whoami").stdout

    @posix
    def test_login_creates_files_that_only_the_user_can_read(
        self, login: Login, config: Path
    ) -> None:
        login()
        directory = config / "profiles"
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        (directory / "default.json").chmod(0o644)
        login()
        assert stat.S_IMODE((directory / "default.json").stat().st_mode) == 0o600
        assert os.listdir(directory) == ["default.json"]

    def test_login_with_a_keyring_stores_no_token_in_a_file(
        self,
        login: Login,
        dx: Command,
        config: Path,
        local: LocalExchange,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
    ) -> None:
        select_keyring(monkeypatch, "FileKeyring")
        assert login().exit_code == 0
        profile = stored(config)
        assert local.token not in json.dumps(profile)
        entries = json.loads((tmp_path / "keyring.json").read_text())
        assert entries == {f"avista-dx/{profile['keyringEntry']}": local.token}
        assert "(keyring)" in dx("whoami").stdout
        # Another login replaces the entry, and logging out deletes it.
        login()
        assert len(json.loads((tmp_path / "keyring.json").read_text())) == 1
        assert dx("logout").exit_code == 0
        assert json.loads((tmp_path / "keyring.json").read_text()) == {}
        assert dx("profiles", "--json").json == []

    @pytest.mark.parametrize("keyring", ["HangingKeyring", "FailingKeyring", "ForgetfulKeyring"])
    def test_login_with_a_broken_keyring_stores_the_token_in_a_file(
        self,
        keyring: str,
        login: Login,
        dx: Command,
        config: Path,
        local: LocalExchange,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        select_keyring(monkeypatch, keyring)
        outcome = login()
        assert outcome.exit_code == 0
        assert "keyring" in outcome.stderr
        assert local.token not in outcome.stderr
        assert stored(config)["token"] == local.token
        # The keyring is not asked for it.
        assert dx("whoami").exit_code == 0

    def test_login_in_a_keyring_that_hangs_later_says_what_to_do(
        self, login: Login, dx: Command, monkeypatch: pytest.MonkeyPatch, local: LocalExchange
    ) -> None:
        select_keyring(monkeypatch, "FileKeyring")
        login("--profile", "work")
        select_keyring(monkeypatch, "HangingKeyring")
        outcome = dx("stores", "--profile", "work")
        assert outcome.exit_code == 2
        assert "did not respond within 0.3 s" in outcome.stderr
        assert "avista-dx login --no-keyring --profile work" in outcome.stderr
        token = {"AVISTA_DX_TOKEN": local.token, "AVISTA_DX_ENDPOINT": local.endpoint}
        assert dx("stores", **token).exit_code == 0
        left = dx("logout", "--profile", "work")
        assert (left.exit_code, dx("profiles", "--json").json) == (1, [])
        assert "could not be deleted from the keyring" in left.stderr

    def test_login_on_request_uses_no_keyring(
        self, login: Login, config: Path, monkeypatch: pytest.MonkeyPatch, local: LocalExchange
    ) -> None:
        select_keyring(monkeypatch, "FileKeyring")
        login("--no-keyring")
        assert stored(config)["token"] == local.token

    def test_login_with_a_rejected_token_stores_nothing(self, login: Login, dx: Command) -> None:
        login()
        outcome = login(token="rejected")
        assert outcome.exit_code == 3
        assert "comes from standard input" in outcome.stderr
        assert dx("whoami").exit_code == 0

    @pytest.mark.parametrize("token", ["", "two words", "https://example.com/graphql", "ä"])
    def test_login_with_an_invalid_token_stores_nothing(
        self, login: Login, token: str, config: Path
    ) -> None:
        outcome = login(token=token)
        assert outcome.exit_code == 2
        assert "standard input" in outcome.stderr
        assert not config.exists()

    def test_login_with_the_token_as_argument_does_not_show_it(self, dx: Command) -> None:
        for arguments in (["secret-1"], ["--profile", "a", "secret-1"], ["--token", "secret-1"]):
            outcome = dx("login", *arguments)
            assert outcome.exit_code == 2
            assert "never an argument" in outcome.stderr
            assert "secret-1" not in outcome.stderr

    @pytest.mark.parametrize("text", ["\ufeff{}\r\n", "  {}  ", "{}"])
    def test_login_accepts_what_programs_write_around_the_token(
        self, login: Login, local: LocalExchange, text: str
    ) -> None:
        assert login(token=text.format(local.token)).exit_code == 0

    def test_login_help_shows_neither_argument_nor_option_for_the_token(self, dx: Command) -> None:
        shown = dx("login", "--help").stdout
        assert shown.startswith("Usage: avista-dx login [OPTIONS]\n")
        assert "--token" not in shown

    @pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "con", "a b", "x" * 65, "-x"])
    def test_login_with_an_invalid_name_is_rejected(
        self, login: Login, name: str, config: Path
    ) -> None:
        outcome = login(f"--profile={name}")
        assert outcome.exit_code == 2
        assert "--profile must be the name of a profile" in outcome.stderr
        assert not config.exists()

    def test_login_again_keeps_the_endpoint_of_the_profile(
        self, login: Login, dx: Command, config: Path, local: LocalExchange
    ) -> None:
        login("--profile", "work")
        environment = {"AVISTA_DX_ENDPOINT": "http://127.0.0.1:1/graphql"}
        again = dx("login", "--profile", "work", input=local.tokens["member"], **environment)
        assert again.exit_code == 0
        assert stored(config, "work") == {
            "endpoint": local.endpoint,
            "token": local.tokens["member"],
        }

    @posix
    def test_login_on_a_terminal_asks_for_the_token_without_showing_it(
        self, config: Path, local: LocalExchange
    ) -> None:
        process, terminal = pty.fork()
        if process == 0:
            os.execv(sys.executable, [*PROGRAM, "login", "--endpoint", local.endpoint])
        shown = b""
        while b"(hidden): " not in shown:
            shown += os.read(terminal, 1024)
        os.write(terminal, local.token.encode() + b"\n")
        try:
            while block := os.read(terminal, 1024):
                shown += block
        except OSError:
            # Linux reports the end of a pseudo-terminal as an error.
            pass
        os.close(terminal)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 0
        assert local.token.encode() not in shown
        assert b"logged in to" in shown
        assert stored(config)["token"] == local.token

    @posix
    def test_login_in_a_process_with_a_hanging_keyring_ends(
        self, config: Path, local: LocalExchange
    ) -> None:
        backend = "tests.support.fake_keyring.HangingKeyring"
        outcome = subprocess.run(
            [*PROGRAM, "login", "--endpoint", local.endpoint],
            input=local.token,
            env=os.environ | {"PYTHON_KEYRING_BACKEND": backend},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert outcome.returncode == 0, outcome.stderr
        assert "did not respond" in outcome.stderr


class TestProfiles:
    def test_profiles_are_listed_without_tokens(
        self, login: Login, dx: Command, local: LocalExchange
    ) -> None:
        login()
        login("--profile", "work", token=local.tokens["member"])
        outcome = dx("profiles", AVISTA_DX_PROFILE="work")
        assert outcome.rows == [
            ["default", "", local.endpoint, "file"],
            ["work", "*", local.endpoint, "file"],
        ]
        assert dx("profiles", "--json").json[1] == {
            "profile": "work",
            "endpoint": local.endpoint,
            "tokenStorage": "file",
        }

    def test_profile_is_selected_by_option_then_environment_then_default(
        self, login: Login, dx: Command, local: LocalExchange
    ) -> None:
        login()
        login("--profile", "work", token=local.tokens["member"])
        member = dx("whoami", "--profile", "work", "--json").json
        assert (member["profile"], member["tokenSource"]) == ("work", "the profile work (file)")
        assert dx("whoami", "--json", AVISTA_DX_PROFILE="work").json == member
        assert dx("--profile", "work", "whoami", "--json").json == member
        owner = dx("whoami", "--json").json
        assert owner["profile"] == "default"
        assert owner["userId"] != member["userId"]
        assert owner["endpoint"] == local.endpoint

    def test_profile_is_overridden_by_the_environment_unless_it_is_an_option(
        self, login: Login, dx: Command, local: LocalExchange
    ) -> None:
        login()
        login("--profile", "work")
        member = {"AVISTA_DX_TOKEN": local.tokens["member"]}
        shown = dx("whoami", "--json", **member).json
        assert shown["tokenSource"] == "the environment variable AVISTA_DX_TOKEN"
        assert shown["endpointSource"] == "the profile default"
        assert (
            dx("whoami", "--json", AVISTA_DX_PROFILE="work", **member).json["userId"]
            == (shown["userId"])
        )
        option = dx("whoami", "--json", "--profile", "work", **member).json
        assert option["tokenSource"] == "the profile work (file)"
        assert option["userId"] != shown["userId"]

    @pytest.mark.parametrize("environment", [{}, {"AVISTA_DX_PROFILE": "wrk"}])
    def test_profile_that_does_not_exist_is_reported_with_those_that_do(
        self, login: Login, dx: Command, environment: dict[str, str]
    ) -> None:
        login("--profile", "work")
        options = [] if environment else ["--profile", "wrk"]
        outcome = dx("stores", *options, **environment)
        assert outcome.exit_code == 2
        assert "name of a profile (work), got 'wrk'" in outcome.stderr
        assert ("AVISTA_DX_PROFILE" if environment else "--profile") in outcome.stderr
        assert dx("logout", *options, **environment).exit_code == 2

    def test_missing_token_is_reported_with_the_profiles(self, login: Login, dx: Command) -> None:
        assert "avista-dx login" in dx("stores").stderr
        login("--profile", "work")
        assert "choose a profile (work)" in dx("stores").stderr

    @pytest.mark.parametrize("content", ["", "[]", "{}", '{"endpoint": 1}', "\ud800"])
    def test_damaged_profile_is_reported_and_can_be_replaced(
        self, login: Login, dx: Command, config: Path, content: str
    ) -> None:
        login()
        path = config / "profiles" / "default.json"
        path.write_bytes(content.encode(errors="surrogatepass"))
        outcome = dx("stores")
        assert outcome.exit_code == 2
        assert f"delete {path}" in outcome.stderr
        assert dx("profiles").exit_code == 0
        assert dx("logout").exit_code == 0
        path.write_bytes(content.encode(errors="surrogatepass"))
        assert login().exit_code == 0
        assert dx("stores").exit_code == 0

    def test_rejected_token_is_reported_with_its_source(
        self, login: Login, dx: Command, local: LocalExchange
    ) -> None:
        login()
        for arguments in (["stores"], ["ls", "dataStoreId.1"]):
            outcome = dx(*arguments, AVISTA_DX_TOKEN="rejected")
            assert outcome.exit_code == 3
            assert f"{local.endpoint} rejected the token" in outcome.stderr
            assert "comes from the environment variable AVISTA_DX_TOKEN" in outcome.stderr

    def test_contract_command_uses_the_profile(
        self, login: Login, dx: Command, local: LocalExchange
    ) -> None:
        command = ["contract", "--against", local.endpoint]
        assert "AVISTA_DX_TOKEN must contain a token" in dx(*command).stderr
        login("--profile", "work")
        assert dx(*command, "--profile", "work").exit_code == 0
        login()
        assert dx(*command).exit_code == 0
        assert dx(*command, "--token-env", "OTHER").exit_code == 2


class TestLibrary:
    def test_client_uses_the_profile(
        self, login: Login, connect: Connect, local: LocalExchange
    ) -> None:
        login()
        login("--profile", "work", token=local.tokens["member"])
        owner = connect().getUserInfo()
        member = connect(profile="work").getUserInfo()
        assert owner.firstName == "Ada"
        assert member.userId != owner.userId
        assert connect(local.tokens["member"]).getUserInfo() == member
        assert connect(local.token, profile="work").getUserInfo() == owner

    def test_client_with_an_unknown_profile_is_rejected(self, create_client: ClientFactory) -> None:
        with pytest.raises(InvalidParameterError, match=r"^profile must be the name of a profile"):
            create_client("token", profile="none")
        for name in ("", 1, b"a", "a/b"):
            with pytest.raises(InvalidParameterError, match=r"^profile must be the name of"):
                create_client("token", profile=name)

    def test_client_reports_the_source_of_a_rejected_token(
        self, connect: Connect, local: LocalExchange
    ) -> None:
        with pytest.raises(UnauthorizedError) as caught:
            connect("rejected", endpoint=local.endpoint).getUserInfo()
        (note,) = caught.value.__notes__
        assert note.endswith("rejected the token, which comes from the argument token")
        assert pickle.loads(pickle.dumps(caught.value)).__notes__ == [note]

    def test_subscription_reports_the_source_of_a_rejected_token(
        self, local: LocalExchange
    ) -> None:
        with (
            AvistaDigitalExchange("rejected", endpoint=local.endpoint) as client,
            pytest.raises(DigitalExchangeError) as caught,
        ):
            client.iot.subscribeToEndpoint("iotEndpointId.1")
        (note,) = caught.value.__notes__
        assert note.endswith("rejected the token, which comes from the argument token")

    def test_file_system_uses_the_profile(self, login: Login, local: LocalExchange) -> None:
        login()
        login("--profile", "work", token=local.tokens["member"])
        owner = fsspec.filesystem("dx", skip_instance_cache=True)
        member = fsspec.filesystem("dx", profile="work", skip_instance_cache=True)
        assert owner.exchange.getUserInfo().firstName == "Ada"
        assert member.exchange.getUserInfo().firstName != "Ada"
        again = pickle.loads(pickle.dumps(member))
        assert again.exchange.getUserInfo().firstName != "Ada"
        assert local.tokens["member"].encode() not in pickle.dumps(member)
        for files in (owner, member, again):
            files.close()
