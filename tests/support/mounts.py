"""File systems and files that tests mount, where they may."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest


class Mounts:
    """Mounts things, and unmounts them at the end; skips the test where that is not allowed."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack

    def memory(self, folder: Path, *options: str) -> None:
        """Mount a file system of memory."""
        self._mount(folder, "-t", "tmpfs", "-o", ",".join(options) or "rw", "tmpfs", str(folder))

    def bind(self, source: Path, target: Path) -> None:
        """Mount a file or folder at another path too."""
        self._mount(target, "--bind", str(source), str(target))

    def read_only(self, folder: Path) -> None:
        """Have a folder take no new files; files that are mounted in it later are as they are."""
        self.bind(folder, folder)
        self._run("-o", "remount,bind,ro", str(folder))

    def _mount(self, target: Path, *arguments: str) -> None:
        self._run(*arguments)
        self._stack.callback(subprocess.run, ["umount", "--lazy", str(target)], check=True)

    def _run(self, *arguments: str) -> None:
        if shutil.which("mount") is None:
            pytest.skip("there is no mount here")
        if subprocess.run(["mount", *arguments], capture_output=True).returncode != 0:
            pytest.skip("nothing can be mounted here")


@contextmanager
def mounting() -> Iterator[Mounts]:
    """Give out what mounts things; unmount them at the end."""
    with ExitStack() as stack:
        yield Mounts(stack)
