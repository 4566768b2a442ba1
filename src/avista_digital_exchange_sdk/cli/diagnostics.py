"""The checks of `avista-dx doctor`. Their results contain no secret."""

import json
import os
import platform
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from .._profiles import files, keyring_store
from .._profiles.access import SourcedStr, resolve_access
from .._secrets import Secret
from .._utils.extras import DISTRIBUTION
from .._version import __version__
from ..errors import (
    ConnectionFailedError,
    DigitalExchangeError,
    InvalidParameterError,
    SubscriptionError,
    UnauthorizedError,
)
from .parameter_names import to_cli_message

if TYPE_CHECKING:
    from .._backends import Response
    from .._graphql.client import GraphQLClient

TIMEOUT_SECONDS = 10.0
# Relative times such as -7d are off by as much.
MAX_CLOCK_SECONDS = 30.0
MIN_FREE_BYTES = 100 * 10**6
LOW_FREE_BYTES = 2 * 10**9
ENVIRONMENT_PREFIXES = ("AVISTA_DX_", "SSL_CERT_", "PYTHON_KEYRING_", "REQUESTS_CA_")
PROXY_SUFFIX = "_PROXY"
PLACEHOLDER = "none"

_PACKAGE_NAME = re.compile(r"[\w.-]+")


class Status(StrEnum):
    """The result of a check."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


class Check(NamedTuple):
    """A check with its result.

    Attributes:
        name: What was checked.
        status: Its result.
        detail: What was found.
        advice: What to do, or None.
    """

    name: str
    status: Status
    detail: str
    advice: str | None = None


def run_checks(profile: str | None) -> Iterator[Check]:
    """Run all checks, one after the other.

    Args:
        profile: The name of the profile, or None.
    """
    yield _check_python()
    yield _check_extras()
    yield _check_environment()
    yield _check_profiles()
    yield _check_keyring()
    yield from _check_disk()
    yield from _check_platform(profile)


def _check_python() -> Check:
    system = f"{platform.system()} {platform.release()} ({platform.machine()})"
    python = f"Python {platform.python_version()}"
    return Check("version", Status.OK, f"avista-dx {__version__}, {python}, {system}")


def _check_extras() -> Check:
    names = {
        match[0] for one in requires(DISTRIBUTION) or () if (match := _PACKAGE_NAME.match(one))
    }
    versions = {name: _find_version(name) for name in sorted(names - {DISTRIBUTION})}
    shown = [f"{name} {found or 'missing'}" for name, found in versions.items()]
    return Check("packages", Status.OK, ", ".join(shown))


def _find_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _check_environment() -> Check:
    names = sorted(
        name
        for name, value in os.environ.items()
        if value and (name.startswith(ENVIRONMENT_PREFIXES) or name.upper().endswith(PROXY_SUFFIX))
    )
    # Only names, as the values may be secrets.
    return Check("environment", Status.OK, ", ".join(names) or "no variable is set")


def _check_profiles() -> Check:
    names = files.list_names()
    shown = f"{', '.join(names) or 'none'}, in {files.get_directory()}"
    exposed = [str(path) for path in map(files.get_path, names) if _is_exposed(path)]
    if exposed:
        advice = f"run: chmod 600 {' '.join(exposed)}"
        return Check("profiles", Status.FAILED, f"{shown}; others can read them", advice)
    return Check("profiles", Status.OK, shown)


def _is_exposed(path: "os.PathLike[str]") -> bool:
    # Windows has no such modes: the directory of the user is private.
    return os.name != "nt" and bool(stat.S_IMODE(os.stat(path).st_mode) & 0o077)


def _check_keyring() -> Check:
    try:
        return Check("keyring", Status.OK, keyring_store.describe_backend())
    except keyring_store.KeyringUnavailableError as error:
        detail = f"{error}; avista-dx login stores tokens in files that only you can read"
        return Check("keyring", Status.OK, detail)


def _check_disk() -> Iterator[Check]:
    yield _check_space("disk", "the current directory", os.getcwd, "change to another directory")
    yield _check_space(
        "temporary", "temporary files", tempfile.gettempdir, "set TMPDIR to another directory"
    )


def _check_space(name: str, label: str, find: Callable[[], str], alternative: str) -> Check:
    try:
        directory = find()
        free = shutil.disk_usage(directory).free
    except OSError as error:
        # There is no directory for temporary files if nothing can be written to any.
        return Check(name, Status.FAILED, f"{label}: {error.strerror}", alternative)
    status = Status.OK
    if free < LOW_FREE_BYTES:
        status = Status.FAILED if free < MIN_FREE_BYTES else Status.WARNING
    detail = f"{free / 10**9:.1f} GB free in {directory}"
    advice = f"delete files or {alternative}: downloads need space" if status != Status.OK else None
    return Check(name, status, detail, advice)


def _check_platform(profile: str | None) -> Iterator[Check]:
    """Check token, endpoint, proxy, TLS, clock and WebSocket."""
    from ..client import AvistaDigitalExchange, get_graphql_client

    token: Secret[object] = Secret(None)
    problem: Exception | None = None
    try:
        try:
            access = resolve_access(token, token, profile)
        except (DigitalExchangeError, OSError) as error:
            # The connection can be checked without a token.
            problem, token = error, Secret(PLACEHOLDER)
            access = resolve_access(token, Secret(None), profile)
        sourced = SourcedStr(access.token.reveal())
        sourced.source = access.sources.token
        exchange = AvistaDigitalExchange(
            sourced, endpoint=access.endpoint, timeout=TIMEOUT_SECONDS, maxRetries=0
        )
    except (DigitalExchangeError, OSError) as error:
        yield Check("settings", Status.FAILED, to_cli_message(str(error)), "correct this setting")
        return
    if problem is None:
        yield Check("token", Status.OK, f"from {access.sources.token}")
    else:
        advice = "run avista-dx login, or set AVISTA_DX_TOKEN"
        yield Check("token", Status.FAILED, to_cli_message(str(problem)), advice)
    origin = f"{access.endpoint} (from {access.sources.endpoint})"
    with exchange:
        client = get_graphql_client(exchange)
        yield _check_proxy(access.endpoint)
        yield from _check_connection(
            client, origin, exchange.getUserInfo, has_token=not token.reveal()
        )


def _check_proxy(endpoint: str) -> Check:
    described = _describe_proxy(endpoint)
    return Check("proxy", Status.OK, described or "none: the connection is direct")


def _describe_proxy(endpoint: str) -> str:
    from .._backends import Proxies

    parts = urlsplit(endpoint)
    return Proxies(None).describe(parts.scheme, parts.hostname or "", parts.port)


def _check_connection(
    client: "GraphQLClient", origin: str, call: Callable[[], object], *, has_token: bool
) -> Iterator[Check]:
    from .._backends import run_sync

    body = b'{"query": "query doctor { __typename }", "operationName": "doctor"}'
    try:
        response = run_sync(client.send("doctor", {}, body))
    except DigitalExchangeError as error:
        yield from _describe_failure(error, client.endpoint, origin)
        return
    endpoint = _check_endpoint(response, origin)
    yield endpoint
    yield _check_tls(client.endpoint)
    yield _check_clock(response.headers.get("date"))
    if endpoint.status != Status.OK or not has_token:
        reason = "there is no token" if endpoint.status == Status.OK else "the endpoint is wrong"
        yield Check("login", Status.SKIPPED, reason)
        yield Check("websocket", Status.SKIPPED, reason)
        return
    login = _check_login(client, call)
    yield login
    if login.status == Status.OK:
        yield run_sync(_check_websocket(client))
    else:
        yield Check("websocket", Status.SKIPPED, "the login failed")


def _describe_failure(error: DigitalExchangeError, endpoint: str, origin: str) -> Iterator[Check]:
    from .._backends import CERTIFICATE_ERROR

    skipped = ["clock", "login", "websocket"]
    if CERTIFICATE_ERROR in str(error):
        yield Check("tls", Status.FAILED, str(error), _advise_on_certificate(str(error)))
    else:
        advice = (
            "check the address, the user name and the password of the proxy"
            if _describe_proxy(endpoint)
            else "check the spelling of the endpoint, the network, and whether a proxy is required "
            "(HTTPS_PROXY)"
        )
        yield Check("endpoint", Status.FAILED, f"{origin}: {error}", advice)
        skipped.insert(0, "tls")
    for name in skipped:
        yield Check(name, Status.SKIPPED, "there is no connection")


def _advise_on_certificate(reason: str) -> str:
    if any(words in reason for words in ("has expired", "not yet valid")):
        return (
            f"set the clock if this is not the time: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; "
            "otherwise the certificate of the endpoint, or of a proxy, must be renewed"
        )
    if "mismatch" in reason:
        return "check the spelling of the endpoint; a proxy or firewall may have responded instead"
    return (
        "the certificate is not trusted: a proxy may replace it. Add its CA to the "
        "certificates of the system, or set SSL_CERT_FILE to a file that contains it"
    )


def _check_endpoint(response: "Response", origin: str) -> Check:
    try:
        is_graphql = bool(json.loads(response.content).keys() & {"data", "errors"})
    except (ValueError, AttributeError):
        is_graphql = False
    if is_graphql:
        return Check("endpoint", Status.OK, f"{origin} responds")
    detail = f"{origin}: the response (HTTP {response.status}) is not that of a GraphQL API"
    advice = (
        "check the endpoint, which usually ends with /graphql; a proxy or firewall may have "
        "responded instead"
    )
    return Check("endpoint", Status.FAILED, detail, advice)


def _check_tls(endpoint: str) -> Check:
    if urlsplit(endpoint).scheme == "http":
        return Check("tls", Status.OK, "not used: the endpoint is an http:// URL")
    return Check("tls", Status.OK, "the certificate is trusted")


def _check_clock(header: str | None) -> Check:
    try:
        server = parsedate_to_datetime(header or "")
    except ValueError:
        return Check("clock", Status.SKIPPED, "the platform does not say its time")
    difference = (datetime.now(UTC) - server.astimezone(UTC)).total_seconds()
    detail = f"{abs(difference):.0f} s {'ahead of' if difference > 0 else 'behind'} the platform's"
    if abs(difference) > MAX_CLOCK_SECONDS:
        advice = "set the clock of this machine (time synchronization, NTP)"
        return Check("clock", Status.FAILED, detail, advice)
    return Check("clock", Status.OK, detail)


def _check_login(client: "GraphQLClient", call: Callable[[], object]) -> Check:
    try:
        call()
    except UnauthorizedError as error:
        advice = (
            "the token is expired, deleted, or for another endpoint: create one at "
            "energy.collaboratives.io and run avista-dx login"
        )
        detail = f"the token from {client.sources.token} was rejected ({error})"
        return Check("login", Status.FAILED, detail, advice)
    except DigitalExchangeError as error:
        return Check("login", Status.FAILED, str(error), "try again later")
    return Check("login", Status.OK, "the platform accepts the token")


async def _check_websocket(client: "GraphQLClient") -> Check:
    from .._graphql import subscriptions

    try:
        async with subscriptions.connect(client, client.backend, TIMEOUT_SECONDS) as connection:
            await connection.wait_until_open()
    except (SubscriptionError, ConnectionFailedError, InvalidParameterError) as error:
        advice = (
            "live data needs WebSockets: proxies and firewalls must allow them to "
            f"{urlsplit(client.endpoint).hostname}; all other calls work without"
        )
        return Check("websocket", Status.FAILED, str(error), advice)
    return Check("websocket", Status.OK, "the real-time connection opens")
