"""The workflows of GitHub Actions: they are read as they are meant, and their commands exist."""

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def workflow(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8"))


def steps_of(path: Path) -> Iterator[dict[str, Any]]:
    for job in workflow(path.stem)["jobs"].values():
        yield from job["steps"]


def commands(path: Path) -> list[list[str]]:
    """The calls of avista-dx."""
    lines = [line for step in steps_of(path) for line in step.get("run", "").splitlines()]
    words = [shlex.split(line) for line in lines]
    return [line for line in words if line and line[0].endswith("avista-dx")]


@cache
def help_of(command: str) -> str:
    module = "avista_digital_exchange_sdk.cli"
    return subprocess.check_output([sys.executable, "-m", module, command, "--help"], text=True)


def test_workflows_test_every_supported_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    promised = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    assert workflow("ci")["jobs"]["test"]["strategy"]["matrix"]["python-version"] == promised
    assert promised == ["3.11", "3.12", "3.13", "3.14"]


def test_workflows_lint_test_build_and_compare_the_schema() -> None:
    jobs = workflow("ci")["jobs"]
    assert jobs.keys() == {"lint", "test", "build", "contract"}
    asked = [step for step in jobs["contract"]["steps"] if "avista-dx" in step.get("run", "")]
    assert asked
    assert all(step["if"] == "env.AVISTA_DX_TOKEN != ''" for step in asked)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_commands_and_options_exist(path: Path) -> None:
    assert commands(path)
    for _, command, *arguments in commands(path):
        for option in (word for word in arguments if word.startswith("--")):
            assert option in help_of(command)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_steps_run_a_single_command(path: Path) -> None:
    assert all(("run" in step) != ("uses" in step) for step in steps_of(path))
