"""Secret options of the file system: hidden in representations, but distinguishable."""

import hmac
import os
import secrets
from typing import Any

from fsspec import AbstractFileSystem  # type: ignore[import-untyped]  # untyped
from fsspec.config import apply_config  # type: ignore[import-untyped]  # untyped

from .._profiles.access import (
    ENDPOINT_VARIABLE,
    PROFILE_VARIABLE,
    TOKEN_VARIABLE,
    describe_variable,
)
from .._secrets import Secret, SecretStr
from ..errors import InvalidParameterError

SECRET_OPTIONS = ("token", "proxy", "endpoint")

_KEY = secrets.token_bytes()


class SecretOption(SecretStr):
    """An option with a redacted but unique representation.

    fsspec returns the same object for equal options, which it compares by their representations.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<secret {hmac.digest(_KEY, self.encode(errors='replace'), 'sha256').hex()[:32]}>"


class SecretOptions(type(AbstractFileSystem)):  # type: ignore[misc]  # fsspec has no annotations
    """Creates file systems whose secret options are hidden wherever fsspec stores them."""

    def __call__(cls, *args: Any, **options: Any) -> Any:
        # Include options from fsspec's configuration.
        options = apply_config(cls, options)
        hidden = {name: Secret(options.pop(name, None)) for name in SECRET_OPTIONS}
        for name, option in hidden.items():
            if isinstance(option.reveal(), str):
                options[name] = SecretOption(option.reveal())
            elif option.reveal() is not None:
                kind = type(option.reveal()).__name__
                raise InvalidParameterError(f"{name} must be a string, got a {kind}")
        return super().__call__(*args, **options)


class EnvironmentOption(SecretOption):
    """An option that is the value of an environment variable.

    Attributes:
        source: Where it comes from, for messages.
    """

    __slots__ = ("source",)

    source: str


class Environment:
    """The current token, endpoint and profile of the environment."""

    def __get__(self, instance: object, owner: type) -> tuple[EnvironmentOption | None, ...]:
        return tuple(map(_from_environment, (TOKEN_VARIABLE, ENDPOINT_VARIABLE, PROFILE_VARIABLE)))


def _from_environment(name: str) -> EnvironmentOption | None:
    if not os.environ.get(name):
        return None
    option = EnvironmentOption(os.environ[name])
    option.source = describe_variable(name)
    return option
