"""Keyrings for tests: one in a file, so that several processes share it, and broken ones.

A program uses them with the environment variable PYTHON_KEYRING_BACKEND.
"""

import json
import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

VARIABLE = "FAKE_KEYRING_FILE"


class FileKeyring(KeyringBackend):
    """A keyring in the file of an environment variable."""

    priority = 9

    @property
    def _path(self) -> Path:
        return Path(os.environ[VARIABLE])

    def _read(self) -> dict[str, str]:
        return json.loads(self._path.read_text()) if self._path.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._path.write_text(json.dumps(self._read() | {f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        entries = self._read()
        if entries.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("not found")
        self._path.write_text(json.dumps(entries))


class HangingKeyring(KeyringBackend):
    """A keyring that never responds, as without a desktop."""

    priority = 9

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(600)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        time.sleep(600)


class FailingKeyring(KeyringBackend):
    """A keyring that fails with an error of its own, which has the password."""

    priority = 9

    def get_password(self, service: str, username: str) -> str | None:
        raise OSError("the bus is gone")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError("the bus is gone")


class ForgetfulKeyring(KeyringBackend):
    """A keyring that accepts everything and keeps nothing."""

    priority = 9

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        pass
