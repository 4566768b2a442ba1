"""What is to be copied and where to, folders file by file."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .. import _checks, _files
from .._models.directory import full_name
from .._models.paths import SEPARATOR
from .places import is_file_id

if TYPE_CHECKING:
    from ..file_system import DataStoreFileSystem


class Copy(NamedTuple):
    """A file, or a folder by itself, to be copied."""

    source: str
    target: str
    size: int
    is_folder: bool = False


def downloads(
    files: "DataStoreFileSystem", source: str, target: Path, *, into: bool, recursive: bool
) -> Iterator[Copy]:
    """What to download of a file, given by its path or id, or of a directory.

    Args:
        files: Where it is.
        source: What to download.
        target: The folder to download it into, or its new name.
        into: Whether it is the folder.
        recursive: Whether directories are wanted.
    """
    if is_file_id(source):
        file = files.exchange.getDataStoreFileMeta(source)
        name, size = full_name(file.name, file.fileExtension), file.storageSizeBytes
    else:
        name, size = source.rpartition(SEPARATOR)[2], files.info(source)["size"]
    if into:
        target /= _files.safe_name(name, otherwise="_")
    if is_file_id(source) or not files.isdir(source):
        yield Copy(source, str(target), size or 0)
        return
    if not recursive:
        raise _checks.invalid("SOURCE", source, "a file; directories take --recursive")
    for path, inner in files.find(source, withdirs=True, detail=True).items():
        steps = path.removeprefix(source).split(SEPARATOR)
        local = target.joinpath(*(_files.safe_name(step, otherwise="_") for step in steps if step))
        yield Copy(path, str(local), inner["size"] or 0, inner["type"] == "directory")


def uploads(source: Path, target: str, *, into: bool, recursive: bool) -> Iterator[Copy]:
    """What to upload of a local file or folder.

    Args:
        source: What to upload.
        target: The path of the directory to upload it into, or its new path.
        into: Whether it is the directory.
        recursive: Whether folders are wanted.
    """
    if into:
        target += SEPARATOR + source.resolve().name
    if not source.is_dir():
        file = _checks.source_file("SOURCE", str(source))
        yield Copy(str(file), target, file.stat().st_size)
        return
    if not recursive:
        raise _checks.invalid("SOURCE", str(source), "a file; folders take --recursive")
    # Nothing is left out: links are followed, and what can't be read is an error.
    for folder, _, names in os.walk(source, onerror=_refuse, followlinks=True):
        inner = Path(folder)
        path = SEPARATOR.join([target, *inner.relative_to(source).parts])
        yield Copy(folder, path, 0, True)
        for name in names:
            yield Copy(str(inner / name), path + SEPARATOR + name, (inner / name).stat().st_size)


def _refuse(error: OSError) -> None:
    raise error
