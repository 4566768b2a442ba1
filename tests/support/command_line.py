"""Runs `avista-dx` in this process."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from typer.testing import CliRunner

from avista_digital_exchange_sdk.cli.app import app


class CommandResult(NamedTuple):
    """The result of a command."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The output, parsed as JSON."""
        return json.loads(self.stdout)

    @property
    def rows(self) -> list[list[str]]:
        """The output, split into lines and tab-separated cells."""
        return [line.split("\t") for line in self.stdout.splitlines()]


Command = Callable[..., CommandResult]


def run_command(*arguments: object, input: str | None = None, **environment: str) -> CommandResult:
    """Run a command with its output captured, not on a terminal."""
    result = CliRunner().invoke(
        app, [str(one) for one in arguments], input=input, env=environment, prog_name="avista-dx"
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return CommandResult(result.exit_code, result.stdout, result.stderr)
