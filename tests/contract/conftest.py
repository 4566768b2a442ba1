"""Fixtures: the contract's files, schemas changed from them, and the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from avista_digital_exchange_sdk.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "schema"


class Outcome(NamedTuple):
    """What a command did."""

    exit_code: int
    output: str
    complaint: str

    @property
    def report(self) -> dict[str, Any]:
        return json.loads(self.output)


Command = Callable[..., Outcome]


@pytest.fixture
def command() -> Command:
    """Runs `avista-dx`."""

    def run(*arguments: object, **environment: str) -> Outcome:
        result = CliRunner().invoke(app, [str(one) for one in arguments], env=environment)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def contract() -> dict[str, str]:
    """The text of each of the contract's files, by its service."""
    return {file.stem: file.read_text("utf-8") for file in sorted(SCHEMA.glob("*.graphql"))}


class Edit(NamedTuple):
    """A piece of text in the contract, and what takes its place."""

    service: str
    old: str
    new: str

    def apply(self, contract: dict[str, str]) -> None:
        assert contract[self.service].count(self.old) == 1, self.old
        contract[self.service] = contract[self.service].replace(self.old, self.new)


def in_one_piece(contract: dict[str, str]) -> str:
    return "\n".join(contract.values())
