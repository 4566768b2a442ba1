"""The workflows of GitHub Actions: parsed as intended, with existing commands."""

import os
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

from avista_digital_exchange_sdk import __version__

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
    matrix = workflow("ci")["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python-version"] == promised
    assert [system.partition("-")[0] for system in matrix["os"]] == ["ubuntu", "macos", "windows"]
    assert promised == ["3.11", "3.12", "3.13", "3.14"]


def test_workflows_test_the_newest_and_the_lowest_versions_of_dependencies() -> None:
    job = workflow("ci")["jobs"]["versions"]
    assert job["strategy"]["matrix"]["resolution"] == ["highest", "lowest-direct"]
    assert "if" not in job  # also once a day


def test_workflows_lint_test_build_and_compare_the_schema() -> None:
    jobs = workflow("ci")["jobs"]
    assert jobs.keys() == {"lint", "test", "versions", "build", "contract"}
    steps = [step for step in jobs["contract"]["steps"] if "avista-dx" in step.get("run", "")]
    assert steps
    assert all(step["if"] == "env.AVISTA_DX_TOKEN != ''" for step in steps)


@pytest.mark.parametrize("path", [*filter(commands, WORKFLOWS)], ids=lambda path: path.stem)
def test_workflow_commands_and_options_exist(path: Path) -> None:
    for _, command, *arguments in commands(path):
        shown = help_of(command)
        for option in (word for word in arguments if word.startswith("--")):
            assert option in shown


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_steps_run_a_single_command(path: Path) -> None:
    assert all(("run" in step) != ("uses" in step) for step in steps_of(path))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflow_actions_are_pinned_to_the_commit_of_a_release(path: Path) -> None:
    used = re.findall(r"^ +(?:- )?uses: (.*)$", path.read_text("utf-8"), re.M)
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action) for action in used)
    assert len({action.split("@")[0] for action in used}) == len(set(used))


def test_release_publishes_what_was_built_and_checked() -> None:
    jobs = workflow("release")["jobs"]
    assert jobs["publish"]["needs"] == "build"
    assert jobs["github-release"]["needs"] == "publish"
    built = "\n".join(step.get("run", "") for step in jobs["build"]["steps"])
    assert "twine check --strict" in built
    uses = [step.get("uses", "") for job in jobs.values() for step in job["steps"]]
    assert any(action.startswith("actions/attest-build-provenance@") for action in uses)


def test_release_notes_are_the_section_of_the_changelog(tmp_path: Path) -> None:
    (step,) = [
        step
        for step in workflow("release")["jobs"]["build"]["steps"]
        if "CHANGELOG.md" in step.get("run", "")
    ]
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## [Unreleased]\n\n- Next\n\n"
        "## [2.1.0] - 2027-01-02\n\n- This\n\n## [2.0.0]\n\n- Last\n"
    )

    def extract(tag: str) -> int:
        environment = {**os.environ, "GITHUB_REF_NAME": tag}
        command = ["bash", "-e", "-c", step["run"]]
        return subprocess.run(command, cwd=tmp_path, env=environment).returncode

    assert extract("v2.1.0") == 0
    assert (tmp_path / "notes.md").read_text().split() == ["-", "This"]
    # A version without a section is not published.
    assert extract("v2.2.0") != 0


def test_changelog_follows_keep_a_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## (.*)$", text, re.M)
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", name) for name in versions[1:])
    kinds = set(re.findall(r"^### (.*)$", text, re.M))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_citation_names_the_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == __version__


@pytest.mark.parametrize(
    "path",
    [*(ROOT / ".github").glob("**/*.yml"), ROOT / ".pre-commit-config.yaml"],
    ids=lambda path: path.name,
)
def test_configuration_files_are_valid_yaml(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text("utf-8")), dict)
