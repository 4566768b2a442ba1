"""Fixtures: the schema files, changed schemas and the command line."""

from pathlib import Path
from typing import NamedTuple

import pytest

from ..support.command_line import Command, run_command

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "schema"


@pytest.fixture
def command() -> Command:
    """Runs `avista-dx`."""
    return run_command


@pytest.fixture
def contract() -> dict[str, str]:
    """The text of each schema file, by service."""
    return {file.stem: file.read_text("utf-8") for file in sorted(SCHEMA.glob("*.graphql"))}


class Edit(NamedTuple):
    """A replacement in the text of the schema."""

    service: str
    old: str
    new: str

    def apply(self, contract: dict[str, str]) -> None:
        assert contract[self.service].count(self.old) == 1, self.old
        contract[self.service] = contract[self.service].replace(self.old, self.new)


def in_one_piece(contract: dict[str, str]) -> str:
    return "\n".join(contract.values())
