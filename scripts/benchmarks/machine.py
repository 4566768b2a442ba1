"""Describes the machine and the software that were measured."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("avista-digital-exchange-sdk", "httpx", "pydantic", "pydantic_core", "websockets")


def describe() -> dict[str, Any]:
    """Return the hardware, the operating system and package versions."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memoryBytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "curl": _curl(),
        "loadBefore": os.getloadavg()[0],
    }


def _processor() -> str:
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        for line in cpu_info.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _curl() -> str:
    completed = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=False)
    return completed.stdout.partition("(")[0].strip()
