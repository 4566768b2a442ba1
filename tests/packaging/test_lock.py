"""The locked versions of requirements/, which the scripts and CI install."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache

import pytest
from packaging.requirements import Requirement

from ..support.documents import ROOT

NAMES = ("dev", "demo")
PIN = re.compile(
    r"^(?P<pin>[\w.-]+==\S+(?: ; [^\\\n]+)?) \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+",
    re.M,
)


def text_of(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")


def pins_of(name: str) -> list[Requirement]:
    return [Requirement(match["pin"]) for match in PIN.finditer(text_of(name))]


@cache
def requirements() -> list[Requirement]:
    """What pyproject.toml requires, for all extras and for development."""
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project, groups = configuration["project"], configuration["dependency-groups"]
    extras = project["optional-dependencies"].values()
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    lines += [line for group in groups.values() for line in group if isinstance(line, str)]
    found = map(Requirement, lines)
    return [requirement for requirement in found if requirement.name != project["name"]]


def without_pins(lines: str) -> Iterator[str]:
    for line in PIN.sub("", lines).splitlines():
        if line and not line.startswith("#"):
            yield line


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_lock_has_a_version_that_satisfies_pyproject(requirement: Requirement) -> None:
    versions = [
        next(iter(pin.specifier)).version
        for pin in pins_of("dev")
        if pin.name == re.sub(r"[-_.]+", "-", requirement.name).lower()
    ]
    assert versions, "run scripts/lock"
    assert all(requirement.specifier.contains(version) for version in versions), "run scripts/lock"


@pytest.mark.parametrize("name", NAMES)
def test_lock_has_hashes_of_every_package_and_no_url_or_path(name: str) -> None:
    assert len(pins_of(name)) > 30
    assert list(without_pins(text_of(name))) == []


def test_lock_of_the_demo_has_the_versions_of_development() -> None:
    assert {str(pin) for pin in pins_of("demo")} <= {str(pin) for pin in pins_of("dev")}
