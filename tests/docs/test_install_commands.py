"""The install commands in the documentation."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import __version__

ROOT = Path(__file__).parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
COMMANDS = sorted(
    {
        command.partition("#")[0].strip()
        for document in DOCUMENTS
        for commands in re.findall(
            # A line of a code block, or code in a sentence.
            r"^\$? ?(pip install .*)$|`(pip install \"?\.[^`]*)`",
            document.read_text("utf-8"),
            re.M,
        )
        for command in filter(None, commands)
    }
)


@pytest.mark.parametrize("command", COMMANDS)
def test_install_command_installs_this_version(command: str) -> None:
    _, _, *arguments = shlex.split(command)
    options = ["--dry-run", "--no-deps", "--no-build-isolation", "--quiet", "--report", "-"]
    report = subprocess.check_output(
        [sys.executable, "-m", "pip", "install", *options, "--ignore-installed", *arguments],
        text=True,
        cwd=ROOT,
    )
    (installed,) = json.loads(report)["install"]
    assert installed["metadata"]["name"] == "avista-digital-exchange-sdk"
    assert installed["metadata"]["version"] == __version__
    known = set(installed["metadata"]["provides_extra"])
    assert set(installed.get("requested_extras", ())) <= known


def test_documents_have_install_commands() -> None:
    assert len(COMMANDS) > 5
