"""What shell completion fetched from the platform, cached for a minute."""

import contextlib
import hashlib
import io
import json
import os
import tempfile
import time  # noqa: TID251  # the age of a file
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from .._profiles import files, keyring_store
from .._profiles.access import Access, resolve_access
from .._secrets import Secret

if TYPE_CHECKING:
    from ..client import AvistaDigitalExchange

LIFETIME_SECONDS = 60.0
# A failure is cached, too, so that pressing the tab key again does not wait again.
FAILURE_LIFETIME_SECONDS = 10.0
TIMEOUT_SECONDS = 3.0

Fetch = Callable[["AvistaDigitalExchange"], list[str]]


def fetch_cached(profile: str | None, key: str, fetch: Fetch) -> list[str]:
    """Return what a function fetches, or what it returned within the last minute.

    Completion must never disturb the user: all errors are silent, and the result is then empty.

    Args:
        profile: The name of the profile, or None.
        key: Identifies what is fetched.
        fetch: Fetches it with a client.
    """
    with contextlib.suppress(Exception), _silent():
        os.environ.setdefault(keyring_store.TIMEOUT_VARIABLE, str(TIMEOUT_SECONDS))
        access = resolve_access(Secret(None), Secret(None), profile)
        path = _get_path(access, key)
        cached = _read(path)
        if cached is not None:
            return cached
        try:
            values = _fetch(access, fetch)
        except Exception:
            _write(path, None)
            raise
        _write(path, values)
        return values
    return []


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    with contextlib.redirect_stderr(io.StringIO()):
        yield


def _fetch(access: Access, fetch: Fetch) -> list[str]:
    from ..client import AvistaDigitalExchange

    with AvistaDigitalExchange(
        access.token.reveal(), endpoint=access.endpoint, timeout=TIMEOUT_SECONDS, maxRetries=0
    ) as exchange:
        return fetch(exchange)


def _get_path(access: Access, key: str) -> Path:
    # Users of the same machine, and tokens of the same user, see different things.
    parts = (access.endpoint, access.token.reveal(), key)
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return _get_directory() / f"{digest[:32]}.json"


def _get_directory() -> Path:
    if directory := os.environ.get(files.DIRECTORY_VARIABLE):
        return Path(directory) / "completion"
    from platformdirs import user_cache_path

    return user_cache_path(files.APPLICATION, appauthor=False) / "completion"


def _read(path: Path) -> list[str] | None:
    """Return the cached values, an empty list after a failure, or None if it is too old."""
    try:
        age = time.time() - path.stat().st_mtime
        values: list[str] | None = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if values is None:
        return [] if 0 <= age < FAILURE_LIFETIME_SECONDS else None
    return values if 0 <= age < LIFETIME_SECONDS else None


def _write(path: Path, values: list[str] | None) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _delete_old(path.parent)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, suffix=".tmp", delete=False
        ) as file:
            json.dump(values, file)
        os.replace(file.name, path)


def _delete_old(directory: Path) -> None:
    for path in directory.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > LIFETIME_SECONDS:
                path.unlink()
