"""Fixtures: a directory of profiles, and logging in."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_line import Command, CommandResult, run_command
from ..support.fake_keyring import VARIABLE

Login = Callable[..., CommandResult]
KEYRING = "tests.support.fake_keyring"


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The directory of profiles; there is no keyring."""
    directory = tmp_path / "config"
    monkeypatch.setenv("AVISTA_DX_CONFIG_DIR", str(directory))
    monkeypatch.setenv("AVISTA_DX_KEYRING_TIMEOUT", "0.3")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "keyring.json"))
    select_keyring(monkeypatch, None)
    return directory


def select_keyring(monkeypatch: pytest.MonkeyPatch, name: str | None) -> None:
    """Select the keyring of this process and of those that it starts."""
    import keyring
    from keyring.core import load_keyring

    backend = f"{KEYRING}.{name}" if name else "keyring.backends.fail.Keyring"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    keyring.set_keyring(load_keyring(backend))


@pytest.fixture
def login(local: LocalExchange) -> Login:
    """Logs in to the Local Exchange with a token on standard input."""

    def run(*options: object, token: str = local.token) -> CommandResult:
        return run_command("login", "--endpoint", local.endpoint, *options, input=token + "\n")

    return run


@pytest.fixture
def dx() -> Command:
    """Runs a command without a token in the environment."""
    return partial(run_command)
