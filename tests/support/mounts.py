"""File systems and files that tests mount, where permitted."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest


class Mounts:
    """Mounts file systems until the end of the test; skips the test if that is not permitted."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def memory(self, folder: Path, *options: str) -> None:
        """Mount a tmpfs."""
        self._mount(folder, "-t", "tmpfs", "-o", ",".join(options) or "rw", "tmpfs", str(folder))

    def bind(self, source: Path, target: Path) -> None:
        """Bind-mount a file or directory to another path."""
        self._mount(target, "--bind", str(source), str(target))

    def read_only(self, folder: Path) -> None:
        """Make a directory read-only; files mounted into it later are not affected."""
        self.bind(folder, folder)
        self._run("-o", "remount,bind,ro", str(folder))

    def _mount(self, target: Path, *arguments: str) -> None:
        self._run(*arguments)
        self._stack.callback(subprocess.run, ["umount", "--lazy", str(target)], check=True)

    def _run(self, *arguments: str) -> None:
        if shutil.which("mount") is None:
            pytest.skip("mount is not installed")
        if subprocess.run(["mount", *arguments], capture_output=True).returncode != 0:
            pytest.skip("mounting is not permitted")


@contextmanager
def mounting() -> Iterator[Mounts]:
    """Yield a Mounts, and unmount everything at the end."""
    with ExitStack() as stack:
        yield Mounts(stack)
