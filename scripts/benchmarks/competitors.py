"""Installs releases of the official SDK, each in a virtual environment of its own.

They are only run for comparison; no part of them is used by this SDK.
"""

import subprocess
import sys
from pathlib import Path

from .runner import ROOT

PACKAGE = "avista-digital-exchange-sdk"
FOLDER = ROOT / ".venv" / "competitors"
RELEASES = {
    # Its package does not declare its dependencies.
    "official-0.0.23": [f"{PACKAGE}==0.0.23", "requests", "websocket-client"],
    "official-newest": [PACKAGE],
}


def install() -> dict[str, Path]:
    """Install missing releases; return the Python executable of each."""
    return {
        implementation: _install_release(implementation, requirements)
        for implementation, requirements in RELEASES.items()
    }


def _install_release(implementation: str, requirements: list[str]) -> Path:
    folder = FOLDER / implementation
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        print(f"Installing {requirements[0]} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([str(python), *install, *requirements], check=True)
        (folder / "complete").touch()
    return python
