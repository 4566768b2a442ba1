"""`avista-dx`, run in this process."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from typer.testing import CliRunner

from avista_digital_exchange_sdk.cli.app import app


class Outcome(NamedTuple):
    """What a command did."""

    exit_code: int
    output: str
    complaint: str

    @property
    def report(self) -> Any:
        """What it printed as JSON."""
        return json.loads(self.output)

    @property
    def rows(self) -> list[list[str]]:
        """What it printed as lines of cells."""
        return [line.split("\t") for line in self.output.splitlines()]


Command = Callable[..., Outcome]


def run_command(*arguments: object, input: str | None = None, **environment: str) -> Outcome:
    """Run a command, its output going nowhere near a terminal."""
    result = CliRunner().invoke(
        app, [str(one) for one in arguments], input=input, env=environment, prog_name="avista-dx"
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)
