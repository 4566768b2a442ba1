"""Plans what to copy from the arguments of a command."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .._models.directory import join_name
from .._models.paths import SEPARATOR
from .._utils import validation
from .._utils.local_paths import to_local_name
from .remote_paths import (
    expand_paths,
    is_directory_id,
    is_file_id,
    is_pattern,
    is_root,
    resolve_path,
    to_url,
)

if TYPE_CHECKING:
    from ..file_system import DataStoreFileSystem
    from ..file_system._downloads import DownloadPlan
    from ..file_system._uploads import UploadPlan

EXISTING_DIRECTORY_NAMES = ("", os.curdir, os.pardir)
"""Final components of a local path that cannot name a new directory."""


def plan_downloads(
    files: "DataStoreFileSystem", sources: list[str], target: str, *, recursive: bool
) -> "DownloadPlan":
    """Plan the download of files and directories.

    Args:
        files: The file system.
        sources: Remote paths, IDs or patterns.
        target: The local directory to download into, or the new name of the only source.
        recursive: Whether to include directories.
    """
    from ..file_system._downloads import to_local_form
    from ..file_system._entries import get_name

    local = str(validation.parse_path("TARGET", target))
    found = [path for source in sources for path in expand_paths(files, "SOURCE", source)]
    is_folder = (
        os.path.basename(target) in EXISTING_DIRECTORY_NAMES
        or len(sources) > 1
        or is_pattern(files, sources[0])
    )
    # Results of an earlier run must not change the target of a directory.
    tree_folder = local if is_folder else None
    file_folder = local if is_folder or os.path.isdir(local) else None
    plan = files.plan_downloads()
    targets = _Targets()
    for source in found:
        if is_file_id(source):
            file = files.exchange.getDataStoreFileMeta(source)
            name = join_name(file.name, file.fileExtension)
            path = _local_path(plan, source, local, file_folder, name)
            targets.add(source, to_local_form(path))
            plan.add_by_id(file, path, file_folder)
            continue
        info = files.info(source)
        name = get_name(info, source)
        if info["type"] == "file":
            path = _local_path(plan, source, local, file_folder, name)
            targets.add(source, to_local_form(path))
            plan.add_file(info, path, file_folder)
        elif recursive:
            path = _local_path(plan, source, local, tree_folder, name)
            plan.add_tree(info, path, tree_folder)
        else:
            raise validation.invalid_argument(
                "SOURCE", to_url(source), "a file", note="use --recursive for directories"
            )
    return plan


def plan_uploads(
    files: "DataStoreFileSystem", sources: list[Path], target: str, *, recursive: bool
) -> "UploadPlan":
    """Plan the upload of local files and directories.

    Args:
        files: The file system.
        sources: Local paths.
        target: The path or ID of the directory to upload into, or the new path of the only
            source.
        recursive: Whether to include directories.
    """
    from ..file_system._uploads import UploadPlan

    path = resolve_path(files, "TARGET", target)
    is_directory = target.endswith(SEPARATOR) or is_directory_id(target) or is_root(path)
    is_inside = len(sources) > 1 or is_directory
    plan = UploadPlan()
    plan.forms.keep(path)
    targets = _Targets()
    if is_inside:
        plan.keep_shared(_inside(path, source) for source in sources)
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
            targets.add(str(source), plan.forms.resolve(file_path))
            plan.add(str(source), file_path)
    return plan


class _Targets:
    """Rejects several sources with the same target."""

    def __init__(self) -> None:
        self._targets: set[str] = set()

    def add(self, source: str, target: str) -> None:
        if target in self._targets:
            raise validation.invalid_argument("SOURCE", source, f"the only file for {target}")
        self._targets.add(target)


def _local_path(
    plan: "DownloadPlan", source: str, target: str, folder: str | None, name: str
) -> str:
    """Return the local path of an entry, with its name in a folder or without one."""
    if folder is None:
        return target
    path = os.path.join(folder, to_local_name(name))
    if to_local_name(name) != name:
        plan.add_note(source, path)
    return path


def _inside(directory: str, source: Path) -> str:
    """Return the path of a local file in a remote directory; symbolic links keep their own name."""
    name = source.name if source.name != os.pardir else ""
    return f"{directory}{SEPARATOR}{name or source.resolve().name}".rstrip(SEPARATOR)
