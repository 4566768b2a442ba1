"""Tokens in the keyring of the system.

Keyrings hang and fail in many ways, above all on machines without a desktop. Each access has a
timeout, and every failure is a `KeyringUnavailableError`.
"""

import os
import secrets
from collections.abc import Callable
from typing import TypeVar

from .._secrets import Secret
from ..errors import DigitalExchangeError

SERVICE = "avista-dx"
TIMEOUT_VARIABLE = "AVISTA_DX_KEYRING_TIMEOUT"
DEFAULT_TIMEOUT_SECONDS = 10.0

_Result = TypeVar("_Result")


class KeyringUnavailableError(DigitalExchangeError):
    """The keyring can't be used; the message is the reason."""


def read_token(entry: str) -> Secret[str]:
    """Read a token."""

    def read() -> Secret[str | None]:
        import keyring

        return Secret(keyring.get_password(SERVICE, entry))

    token = _run(read)
    if token.reveal() is None:
        raise KeyringUnavailableError(f"the keyring has no entry {entry} of {SERVICE}")
    return Secret(str(token.reveal()))


def store_token(name: str, token: Secret[str]) -> str:
    """Store a token as a new entry, and return the name of the entry.

    Existing entries are not replaced, so that a failure leaves them as they are.
    """
    entry = f"{name}-{secrets.token_hex(4)}"

    def store() -> bool:
        import keyring

        keyring.set_password(SERVICE, entry, token.reveal())
        # Some keyrings accept a token and forget it, or truncate it.
        return keyring.get_password(SERVICE, entry) == token.reveal()

    if not _run(store):
        raise KeyringUnavailableError("the keyring did not keep the token")
    return entry


def delete_token(entry: str) -> None:
    """Delete an entry."""

    def delete() -> None:
        import keyring

        keyring.delete_password(SERVICE, entry)

    _run(delete)


def describe_backend() -> str:
    """Return the name of the keyring that is used."""

    def describe() -> str:
        import keyring

        backend = keyring.get_keyring()
        if not backend.priority:
            raise KeyringUnavailableError("no keyring of the system is available")
        return str(backend.name)

    return _run(describe)


def _run(function: Callable[[], _Result]) -> _Result:
    # Imported on first use, as the backends are slow to import and help needs none.
    from .._backends.timeouts import run_with_timeout

    timeout = _get_timeout()
    try:
        return run_with_timeout(function, timeout)
    except KeyringUnavailableError:
        raise
    except ModuleNotFoundError as error:
        reason = f"{error.name} is required: pip install keyring"
    except TimeoutError:
        reason = f"the keyring did not respond within {timeout:g} s"
    except Exception as error:
        # Of any class: each system has its own. The message may be of several lines.
        first_line = str(error).partition("\n")[0].partition(". ")[0]
        reason = f"the keyring failed: {first_line or type(error).__name__}"
    # Raised outside of the except block: the frames of the cause contain the token.
    raise KeyringUnavailableError(reason)


def _get_timeout() -> float:
    try:
        return max(0.0, float(os.environ.get(TIMEOUT_VARIABLE, "")))
    except ValueError:
        return DEFAULT_TIMEOUT_SECONDS
