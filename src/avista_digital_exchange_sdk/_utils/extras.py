"""Optional dependencies: imported on first use, with a helpful error if they are missing."""

import re
from importlib import import_module
from importlib.metadata import requires

from ..errors import MissingExtraError

DISTRIBUTION = "avista-digital-exchange-sdk"

# A requirement of an extra, as the metadata of a distribution states it.
_REQUIREMENT = re.compile(r"([\w.-]+)(?:\[.*\])?\s*([^;]*?)\s*; extra == '([\w-]+)'")


def require_extra(extra: str, *modules: str) -> None:
    """Require that the modules of an extra can be imported."""
    for module in modules:
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            raise MissingExtraError(describe_requirements(extra), name=error.name) from error


def describe_requirements(extra: str) -> str:
    """Describe the packages of an extra, with the command that installs them.

    Packages are named instead of the extra, because the package index has another release of this
    SDK.
    """
    versions = _list_requirements(extra)
    *others, last = versions
    subject = f"{', '.join(others)} and {last} are" if others else f"{last} is"
    packages = [_format_requirement(name, version) for name, version in versions.items()]
    return f"{subject} required: pip install {' '.join(packages)}"


def _list_requirements(extra: str) -> dict[str, str]:
    matches = map(_REQUIREMENT.fullmatch, requires(DISTRIBUTION) or ())
    return {match[1]: match[2] for match in matches if match and match[3] == extra}


def _format_requirement(name: str, version: str) -> str:
    # pip installs the newest release, so a lower bound alone need not be stated.
    is_lower_bound = version.startswith(">=") and "," not in version
    return name if is_lower_bound else f'"{name}{version}"'
