"""The official SDK's published releases, each in an environment of its own.

They run beside this SDK; nothing of them is part of it.
"""

import subprocess
import sys
from pathlib import Path

from .runner import ROOT

PACKAGE = "avista-digital-exchange-sdk"
FOLDER = ROOT / ".venv" / "peers"
RELEASES = {
    # Its package does not say which others it needs.
    "official-0.0.23": [f"{PACKAGE}==0.0.23", "requests", "websocket-client"],
    "official-newest": [PACKAGE],
}


def installed() -> dict[str, Path]:
    """Install the releases that are not there yet; the Python of each."""
    return {side: _python(side, requirements) for side, requirements in RELEASES.items()}


def _python(side: str, requirements: list[str]) -> Path:
    folder = FOLDER / side
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        print(f"Installing {requirements[0]} …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([str(python), *install, *requirements], check=True)
        (folder / "complete").touch()
    return python
