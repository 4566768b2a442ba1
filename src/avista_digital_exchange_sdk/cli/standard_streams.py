"""Downloads to standard output and uploads from standard input."""

import contextlib
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .._models.paths import SEPARATOR
from .._utils import validation
from .._utils.local_paths import expand_home, expand_source
from .._utils.temporary_files import explain_full_disk
from .output import print_bytes
from .remote_paths import expand_paths, is_file_id, resolve_path, to_url

if TYPE_CHECKING:
    from ..file_system import DataStoreFileSystem

STANDARD_STREAM = "-"
STANDARD_INPUT = Path(STANDARD_STREAM)
"""The source for standard input; the path of a file called `-` is a different object."""
STANDARD_OUTPUT = Path(STANDARD_STREAM)
"""The same for an output file."""


def parse_source(source: str) -> Path:
    """Parse a local path; `-` is standard input, and `./-` a file."""
    return STANDARD_INPUT if source == STANDARD_STREAM else expand_source(source)


def parse_output(target: str) -> Path:
    """Parse the path of an output file; `-` is standard output, and `./-` a file."""
    return STANDARD_OUTPUT if target == STANDARD_STREAM else expand_home(target)


def parse_device_output(target: str) -> Path:
    """Parse the path of an output file of a call, for which standard output is a device."""
    # Windows has no paths of standard streams.
    is_device = target == STANDARD_STREAM and sys.platform != "win32"
    return Path("/dev/stdout") if is_device else expand_home(target)


def to_file(output: Path | None) -> Path | None:
    """Return an output file, or None for standard output."""
    return None if output is STANDARD_OUTPUT else output


def read_bytes(source: Path) -> bytes:
    """Read a file, or standard input."""
    return sys.stdin.buffer.read() if source is STANDARD_INPUT else source.read_bytes()


@contextlib.contextmanager
def open_output_path(output: Path) -> Iterator[Path]:
    """Yield the path to write a file to: for standard output, one that is printed afterwards."""
    import tempfile

    if output is not STANDARD_OUTPUT:
        yield output
        return
    with explain_full_disk(), tempfile.TemporaryDirectory(prefix="avista-dx-") as directory:
        path = Path(directory, "standard-output")
        yield path
        with path.open("rb") as file:
            print_bytes(file)


def print_files(files: "DataStoreFileSystem", sources: Iterable[str]) -> None:
    """Write files to standard output, one after the other.

    Args:
        files: The file system.
        sources: Remote paths, IDs or patterns of files.

    Raises:
        InvalidParameterError: A source is a directory; nothing has been written.
    """
    paths = [
        resolve_path(files, "SOURCE", path) if is_file_id(path) else path
        for source in sources
        for path in expand_paths(files, "SOURCE", source)
    ]
    for path in paths:
        if files.isdir(path):
            raise validation.invalid_argument("SOURCE", to_url(path), "a file")
    for path in paths:
        with files.open(path) as file:
            print_bytes(file)


def require_file_target(files: "DataStoreFileSystem", sources: Sequence[Path], target: str) -> None:
    """Require that standard input is the only source, and that the target is the path of a file."""
    if len(sources) > 1:
        raise validation.invalid_argument("SOURCE", STANDARD_STREAM, "the only source if it is -")
    path = resolve_path(files, "TARGET", target)
    if target.endswith(SEPARATOR) or files.isdir(path):
        raise validation.invalid_argument(
            "TARGET", target, "the path of a file", note="standard input has no name"
        )


@contextlib.contextmanager
def spool_standard_input() -> "Iterator[Path]":
    """Copy standard input to a temporary file, since an upload needs its size first."""
    import tempfile

    if sys.stdin.isatty():
        end = "Ctrl-Z and Enter" if sys.platform == "win32" else "Ctrl-D"
        sys.stderr.write(f"Reading from standard input; end it with {end}.\n")
    with explain_full_disk(), tempfile.TemporaryDirectory(prefix="avista-dx-") as directory:
        path = Path(directory, "standard-input")
        # Windows opens no temporary file that is still open.
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        yield path
