"""Local files that appear whole or not at all, under names that stay in their folder."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MAX_NAME_BYTES = 255


@contextlib.contextmanager
def atomic_write(target: Path) -> Iterator[BinaryIO]:
    """Write a temporary file beside `target`; move it into place only when all went well."""
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with open(temporary, "x+b") as file:
            yield file
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sanitize_filename(name: str, otherwise: str) -> str:
    """A name from the server, as one that stays in its folder; `otherwise` if nothing is left."""
    from pathvalidate import sanitize_filename

    printable = "".join(character if character.isprintable() else "_" for character in name)
    local = sanitize_filename(printable, replacement_text="_", platform="auto")
    local = _shorten(local)
    return local if local.strip(". ") else sanitize_filename(otherwise)


def _shorten(name: str) -> str:
    """Cut a name to what file systems take, counted in bytes, keeping the end of its extension."""
    encoded = name.encode("utf-8", "surrogatepass")
    if len(encoded) <= MAX_NAME_BYTES:
        return name
    extension = Path(name).suffix.encode("utf-8", "surrogatepass")[: MAX_NAME_BYTES // 2]
    stem = encoded[: MAX_NAME_BYTES - len(extension)]
    return (stem + extension).decode("utf-8", "ignore")
