"""What is to be copied and where to, as the command line says it."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .._models.directory import full_name
from .._models.paths import SEPARATOR, compose
from .._utils import validation
from .._utils.local_paths import sanitize_filename
from .remote_paths import (
    expand_paths,
    is_directory_id,
    is_file_id,
    is_pattern,
    is_root,
    resolve_path,
)

if TYPE_CHECKING:
    from ..file_system import DataStoreFileSystem
    from ..file_system._downloads import DownloadPlan
    from ..file_system._uploads import UploadPlan

OWN_FOLDERS = ("", os.curdir, os.pardir)
"""Last parts of a local path by which no new folder can be called."""


def plan_downloads(
    files: "DataStoreFileSystem", sources: list[str], target: str, *, recursive: bool
) -> "DownloadPlan":
    """Plan what to download of files and directories.

    Args:
        files: Where they are.
        sources: Their paths or ids, or patterns.
        target: The local folder to download them into, or the new name of the only one.
        recursive: Whether directories are wanted.
    """
    local = str(validation.parse_path("TARGET", target))
    found = [path for source in sources for path in expand_paths(files, "SOURCE", source)]
    is_folder = (
        os.path.basename(target) in OWN_FOLDERS or len(sources) > 1 or is_pattern(files, sources[0])
    )
    # A directory never goes a level deeper because of what an earlier run has made.
    tree_folder = local if is_folder else None
    file_folder = local if is_folder or os.path.isdir(local) else None
    plan = files.plan_downloads()
    targets = _Targets()
    for source in found:
        if is_file_id(source):
            file = files.exchange.getDataStoreFileMeta(source)
            path = _local_path(local, file_folder, full_name(file.name, file.fileExtension))
            targets.add(source, path)
            plan.add_by_id(file, path, file_folder)
            continue
        info = files.info(source)
        name = source.rpartition(SEPARATOR)[2]
        if info["type"] == "file":
            path = _local_path(local, file_folder, name)
            targets.add(source, path)
            plan.add_file(info, path, file_folder)
        elif recursive:
            plan.add_tree(info, _local_path(local, tree_folder, name), tree_folder)
        else:
            raise validation.invalid_argument(
                "SOURCE", source, "a file", note="use --recursive for directories"
            )
    return plan


def plan_uploads(
    files: "DataStoreFileSystem", sources: list[Path], target: str, *, recursive: bool
) -> "UploadPlan":
    """Plan what to upload of local files and folders.

    Args:
        files: Where to upload it.
        sources: Local paths.
        target: The path or id of the directory to upload them into, or the new path of the only
            one.
        recursive: Whether folders are wanted.
    """
    from ..file_system._uploads import UploadPlan

    path = resolve_path(files, "TARGET", target)
    is_directory = target.endswith(SEPARATOR) or is_directory_id(target) or is_root(path)
    is_inside = len(sources) > 1 or is_directory
    plan = UploadPlan()
    targets = _Targets()
    for source in sources:
        if source.is_dir():
            if not recursive:
                raise validation.invalid_argument(
                    "SOURCE", str(source), "a file", note="use --recursive for directories"
                )
            plan.add(str(source), _inside(path, source) if is_inside else path)
        else:
            if not (len(sources) > 1 and source.is_symlink()):
                validation.require_file("SOURCE", source)
            file_path = _inside(path, source) if is_inside or files.isdir(path) else path
            targets.add(str(source), file_path)
            plan.add(str(source), file_path)
    return plan


class _Targets:
    """Refuses to write one file over another one that has just been written."""

    def __init__(self) -> None:
        self._written: set[str] = set()

    def add(self, source: str, target: str) -> None:
        if compose(target) in self._written:
            raise validation.invalid_argument("SOURCE", source, f"the only file for {target}")
        self._written.add(compose(target))


def _local_path(target: str, folder: str | None, name: str) -> str:
    return target if folder is None else os.path.join(folder, sanitize_filename(name, "_"))


def _inside(directory: str, source: Path) -> str:
    """The path of a local file or folder in a directory: under its own name, not its link's end."""
    name = source.name if source.name != os.pardir else ""
    return f"{directory}{SEPARATOR}{name or source.resolve().name}".rstrip(SEPARATOR)
