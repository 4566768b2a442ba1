"""Fixtures: `avista-dx` for the Local Exchange's owner, in this process and in a new one."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial

import pytest

from avista_digital_exchange_sdk.local import LocalExchange

from ..support.command_line import Command, run_command

PROGRAM = [sys.executable, "-m", "avista_digital_exchange_sdk.cli"]
TIMEOUT_SECONDS = 60
"""Timeout in seconds, far more than any command takes."""

Process = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def access(local: LocalExchange) -> dict[str, str]:
    """The environment variables of the owner."""
    return {"AVISTA_DX_TOKEN": local.token, "AVISTA_DX_ENDPOINT": local.endpoint}


@pytest.fixture
def dx(access: dict[str, str]) -> Command:
    """Runs a command in this process."""
    return partial(run_command, **access)


@pytest.fixture
def environment(access: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process that runs a command."""
    return os.environ | access


@pytest.fixture
def process(environment: Mapping[str, str]) -> Process:
    """Runs a command as a process."""

    def run(*arguments: object, **options: object) -> "subprocess.CompletedProcess[str]":
        command = [*PROGRAM, *map(str, arguments)]
        settings = {
            "env": environment,
            "capture_output": True,
            "text": True,
            "timeout": TIMEOUT_SECONDS,
        }
        return subprocess.run(command, **(settings | options))

    return run


@pytest.fixture
def store(data_store: dict[str, str]) -> str:
    """The path of a new data store."""
    return f"dx://{data_store['dataStoreId']}"
