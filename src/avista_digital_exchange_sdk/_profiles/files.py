"""The files of profiles, one JSON file each, which only the user can read.

A file has the token only if the keyring of the system does not.
"""

import contextlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .._secrets import Secret
from .._utils import validation
from ..errors import InvalidParameterError

DIRECTORY_VARIABLE = "AVISTA_DX_CONFIG_DIR"
APPLICATION = "avista-dx"
DEFAULT_PROFILE = "default"

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
_SUFFIX = ".json"


class Profile(NamedTuple):
    """A profile.

    Attributes:
        name: Its name.
        endpoint: The URL of the GraphQL API.
        token: The token, or None if the keyring has it.
        keyring_entry: The name of the token in the keyring, or None.
    """

    name: str
    endpoint: str
    token: Secret[str] | None
    keyring_entry: str | None

    @property
    def storage(self) -> str:
        """Where the token is: `keyring` or `file`."""
        return "file" if self.keyring_entry is None else "keyring"


def require_profile_name(argument: str, value: object) -> str:
    """Require the name of a profile."""
    from pathvalidate import is_valid_filename

    # The name is that of a file, on any system.
    if (
        not isinstance(value, str)
        or not _NAME.fullmatch(value)
        or not is_valid_filename(value + _SUFFIX, platform="universal")
    ):
        raise validation.invalid_argument(
            argument, value, "the name of a profile: letters, digits, dots, hyphens, underscores"
        )
    return value


def get_directory() -> Path:
    """Return the directory of the profiles."""
    if directory := os.environ.get(DIRECTORY_VARIABLE):
        return Path(directory) / "profiles"
    from platformdirs import user_config_path

    return user_config_path(APPLICATION, appauthor=False) / "profiles"


def get_path(name: str) -> Path:
    """Return the path of the file of a profile."""
    return get_directory() / f"{name}{_SUFFIX}"


def list_names() -> list[str]:
    """Return the names of all profiles."""
    with contextlib.suppress(OSError):
        names = [path.stem for path in get_directory().iterdir() if path.suffix == _SUFFIX]
        return sorted(name for name in names if _NAME.fullmatch(name))
    return []


def load(name: str) -> Profile:
    """Read a profile.

    Raises:
        InvalidParameterError: The file is damaged.
        OSError: The file does not exist, or can't be read.
    """
    path = get_path(name)
    try:
        # Not a local variable: a traceback must not show the token.
        return _parse(name, Secret(json.loads(path.read_text("utf-8"))))
    except (ValueError, KeyError, TypeError):
        problem = f"the profile {name} is damaged: delete {path} and run avista-dx login"
    raise InvalidParameterError(problem)


def _parse(name: str, content: Secret[dict[str, object]]) -> Profile:
    endpoint, entry = content.reveal()["endpoint"], content.reveal().get("keyringEntry")
    has_token = isinstance(content.reveal().get("token"), str)
    if not isinstance(endpoint, str) or has_token == isinstance(entry, str):
        raise ValueError
    token = Secret(str(content.reveal()["token"])) if has_token else None
    return Profile(name, endpoint, token, None if entry is None else str(entry))


def save(profile: Profile) -> None:
    """Write a profile; its file is replaced atomically."""
    path = get_path(profile.name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _replace(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        json.dump(
            {
                "endpoint": profile.endpoint,
                **({"token": profile.token.reveal()} if profile.token else {}),
                **({"keyringEntry": profile.keyring_entry} if profile.keyring_entry else {}),
            },
            file,
            indent=2,
        )


@contextlib.contextmanager
def _replace(path: Path) -> Iterator[str]:
    """Yield the path of a file of mode 0600 that replaces another after the `with` block."""
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(descriptor)
    try:
        yield temporary
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def delete(name: str) -> None:
    """Delete the file of a profile."""
    get_path(name).unlink()
