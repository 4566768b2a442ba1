"""Determines the token and the endpoint of a client: arguments, environment, then a profile."""

import os
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from .._secrets import Secret, SecretStr
from .._utils import validation
from .._utils.validation import HttpHosts
from ..errors import InvalidParameterError
from . import files, keyring_store
from .files import DEFAULT_PROFILE, Profile, require_profile_name

PRODUCTION_ENDPOINT = (
    "https://rrfs7pb7ancybo7bom7uxcsaxq.appsync-api.us-west-2.amazonaws.com/graphql"
)
TOKEN_VARIABLE = "AVISTA_DX_TOKEN"
ENDPOINT_VARIABLE = "AVISTA_DX_ENDPOINT"
PROFILE_VARIABLE = "AVISTA_DX_PROFILE"
ALLOW_HTTP_VARIABLE = "AVISTA_DX_ALLOW_HTTP"
_VARIABLE = "the environment variable "


class Sources(NamedTuple):
    """Where the token and the endpoint of a client come from.

    Attributes:
        token: The source of the token, such as "the environment variable AVISTA_DX_TOKEN".
        endpoint: The source of the endpoint.
        profile: The name of the profile, if at least one of them comes from it.
    """

    token: str = "the argument token"
    endpoint: str = "the argument endpoint"
    profile: str | None = None


class Access(NamedTuple):
    """The token and the endpoint of a client."""

    token: Secret[str]
    endpoint: str
    sources: Sources


class SourcedStr(SecretStr):
    """A token or an endpoint that is passed as an argument, but comes from elsewhere.

    Attributes:
        source: Where it comes from, for messages.
    """

    __slots__ = ("source",)

    source: str


def resolve_access(
    token: Secret[object],
    endpoint: Secret[object],
    profile: object = None,
    http_hosts: HttpHosts = HttpHosts.LOOPBACK,
) -> Access:
    """Determine the token and the endpoint.

    Args:
        token: The argument `token`, or None.
        endpoint: The argument `endpoint`, or None.
        profile: The argument `profile`, or None. It has priority over the environment.
        http_hosts: The hosts that the endpoint may be on with `http://`.
    """
    stored = _StoredProfile(profile)
    # First, as it needs no keyring.
    uses_environment = not stored.is_argument
    url, url_source = _resolve_endpoint(
        endpoint, stored.load, http_hosts, uses_environment=uses_environment
    )
    secret, token_source = _resolve_token(token, stored)
    used = any(source.startswith("the profile") for source in (token_source, url_source))
    return Access(secret, url, Sources(token_source, url_source, stored.name if used else None))


def resolve_login_endpoint(endpoint: Secret[object], previous: Profile | None) -> str:
    """Determine the endpoint of a new token: by default that of the profile that it replaces."""
    url, _ = _resolve_endpoint(
        endpoint, lambda: previous, resolve_http_hosts(), uses_environment=previous is None
    )
    return url


def resolve_http_hosts(argument: object = None) -> HttpHosts:
    """Determine the hosts that requests may be sent to without encryption.

    Args:
        argument: The argument `allowHttp`, or None for the environment variable.
    """
    if argument is None:
        text = os.environ.get(ALLOW_HTTP_VARIABLE, "").strip().lower()
        if text not in ("", "0", "1", "false", "true"):
            raise InvalidParameterError(f"{ALLOW_HTTP_VARIABLE} must be 0 or 1, got another value")
        argument = text in ("1", "true")
    if not isinstance(argument, bool):
        kind = type(argument).__name__
        raise InvalidParameterError(
            f"allowHttp must be True, False or None, got a value of type {kind}"
        )
    return HttpHosts.PRIVATE if argument else HttpHosts.LOOPBACK


def select_profile_name(argument: object = None) -> str:
    """Return the name of the profile to use: the argument, else the environment's, else default."""
    if argument is not None:
        return require_profile_name("profile", argument)
    if name := os.environ.get(PROFILE_VARIABLE):
        return require_profile_name(PROFILE_VARIABLE, name)
    return DEFAULT_PROFILE


class _StoredProfile:
    """The profile to use, which is read when it is needed.

    Attributes:
        name: Its name.
        is_argument: Whether it is the argument of a call.
    """

    def __init__(self, argument: object) -> None:
        self.name = select_profile_name(argument)
        self.is_argument = argument is not None
        self._is_requested = self.is_argument or bool(os.environ.get(PROFILE_VARIABLE))
        self._profile: Profile | None = None
        self._is_loaded = False

    def load(self) -> Profile | None:
        """Read it; return None if it does not exist and was not requested."""
        if not self._is_loaded:
            self._profile = self._load()
            self._is_loaded = True
        return self._profile

    def _load(self) -> Profile | None:
        try:
            return files.load(self.name)
        except OSError as error:
            # A service may run as a user without a home directory, and needs no profile.
            if not self._is_requested:
                return None
            if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
                raise
        raise InvalidParameterError(
            f"{'profile' if self.is_argument else PROFILE_VARIABLE} must be the name of a profile "
            f"({', '.join(files.list_names()) or 'there is none yet'}), got {self.name!r}; create "
            f"it with: avista-dx login --profile {self.name}"
        )


def _resolve_token(argument: Secret[object], stored: _StoredProfile) -> tuple[Secret[str], str]:
    if argument.reveal() is not None:
        source = _describe_argument("token", argument)
        return parse_token(argument, source), source
    if not stored.is_argument and TOKEN_VARIABLE in os.environ:
        source = describe_variable(TOKEN_VARIABLE)
        return parse_token(Secret(os.environ[TOKEN_VARIABLE]), source), source
    profile = stored.load()
    if profile is None:
        others = files.list_names()
        hint = f", or choose a profile ({', '.join(others)})" if others else ""
        raise InvalidParameterError(
            "token is missing: pass token=, set the environment variable "
            f"{TOKEN_VARIABLE}, or run avista-dx login{hint} "
            "(create a token at energy.collaboratives.io)"
        )
    return _read_token(profile), f"the profile {profile.name} ({profile.storage})"


def _read_token(profile: Profile) -> Secret[str]:
    if profile.token is not None:
        return parse_token(profile.token, f"the profile {profile.name}")
    try:
        return keyring_store.read_token(profile.keyring_entry or "")
    except keyring_store.KeyringUnavailableError as error:
        reason = str(error)
    option = "" if profile.name == DEFAULT_PROFILE else f" --profile {profile.name}"
    raise InvalidParameterError(
        f"the token of the profile {profile.name} can't be read: {reason}. Unlock the keyring, "
        f"set {TOKEN_VARIABLE}, or run avista-dx login --no-keyring{option}"
    )


def _resolve_endpoint(
    argument: Secret[object],
    load_profile: Callable[[], Profile | None],
    http_hosts: HttpHosts,
    *,
    uses_environment: bool,
) -> tuple[str, str]:
    if argument.reveal() is not None:
        source = _describe_argument("endpoint", argument)
        return parse_endpoint(argument, source, http_hosts), source
    variable = Secret(os.environ.get(ENDPOINT_VARIABLE, "").strip())
    if variable.reveal() and uses_environment:
        source = describe_variable(ENDPOINT_VARIABLE)
        return parse_endpoint(variable, source, http_hosts), source
    if (profile := load_profile()) is not None:
        source = f"the profile {profile.name}"
        return parse_endpoint(Secret(profile.endpoint), source, http_hosts), source
    return PRODUCTION_ENDPOINT, "the default"


def _describe_argument(name: str, argument: Secret[object]) -> str:
    return getattr(argument.reveal(), "source", f"the argument {name}")


def describe_variable(name: str) -> str:
    """Describe an environment variable as a source."""
    return f"{_VARIABLE}{name}"


# Messages and local variables must not contain the values, which may be secrets.


def parse_token(argument: Secret[object], source: str) -> Secret[str]:
    """Validate a token."""
    name = _name_in_messages("token", source)
    if not isinstance(argument.reveal(), str):
        kind = type(argument.reveal()).__name__
        raise InvalidParameterError(f"{name} must be a string, got a value of type {kind}")
    token = Secret(str(argument.reveal()).strip())
    if not token.reveal():
        raise InvalidParameterError(f"{name} must be a token, got an empty string")
    if not _is_token(token.reveal()):
        raise InvalidParameterError(
            f"{name} must be a token, got a string that contains invalid characters"
        )
    if validation.is_url(token.reveal()):
        raise InvalidParameterError(f"{name} must be a token, got a URL; is it the endpoint's?")
    return token


def _name_in_messages(argument: str, source: str) -> str:
    """Return how messages call a value: by its argument, variable, or source."""
    if source == f"the argument {argument}":
        return argument
    if source.startswith(_VARIABLE):
        return source.removeprefix(_VARIABLE)
    return f"the {argument} from {source}"


def _is_token(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable() and " " not in value


def parse_endpoint(argument: Secret[object], source: str, http_hosts: HttpHosts) -> str:
    """Validate the URL of a GraphQL API."""
    if not _is_endpoint(argument.reveal(), http_hosts):
        if _is_endpoint(argument.reveal(), HttpHosts.PRIVATE):
            raise InvalidParameterError(
                f"{_name_in_messages('endpoint', source)} must be an https:// URL (http:// only on "
                "this machine), got the http:// URL of a private host; if the network is trusted, "
                f"allow sending the token unencrypted with {ALLOW_HTTP_VARIABLE}=1 or "
                "allowHttp=True"
            )
        raise InvalidParameterError(
            f"{_name_in_messages('endpoint', source)} must be an https:// URL (http:// only "
            f"{_HTTP_HOSTS[http_hosts]}) without user name, password, query string or fragment; "
            "the value is not shown, as it may be a secret"
        )
    parts = urlsplit(str(argument.reveal()).strip())
    return urlunsplit(parts._replace(path=re.sub("/{2,}", "/", parts.path).removesuffix("/")))


_HTTP_HOSTS = {
    HttpHosts.LOOPBACK: "on this machine",
    HttpHosts.PRIVATE: "on this machine or a private network",
}


def _is_endpoint(value: object, http_hosts: HttpHosts) -> bool:
    if not isinstance(value, str) or not validation.is_url(value.strip()):
        return False
    parts = urlsplit(value.strip())
    # The part before an @ would be sent instead of the token.
    has_secrets = "@" in value or parts.query or parts.fragment
    return validation.is_secure(value.strip(), http_hosts) and not has_secrets
