"""The files of a folder."""

from pathlib import Path


def read_texts(folder: Path) -> dict[str, str]:
    """Read all files below a folder, by their path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }
