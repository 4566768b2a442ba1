"""The proxy of a host: that of the `proxy` argument or of the environment.

The environment is parsed here, as neither httpx, urllib nor websockets supports all of it: httpx
raises errors for entries of NO_PROXY such as `[::1]:80` or `fd00::/8`, and for an unused invalid
ALL_PROXY; none of them supports networks (`10.0.0.0/8`), and websockets ignores ALL_PROXY.
"""

import os
import re
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit
from urllib.request import getproxies, getproxies_environment, proxy_bypass

from .._secrets import Secret
from .._utils import validation
from ..errors import InvalidParameterError

PROXY_SCHEMES = ("http", "https")
VALID = "the URL of an http:// or https:// proxy (SOCKS is not supported)"

# The variables for each scheme. The first one that is set applies.
_VARIABLES = {
    "http": ("http", "all"),
    "https": ("https", "all"),
    "ws": ("ws", "http", "all"),
    "wss": ("wss", "https", "all"),
}
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
_BRACKETED = re.compile(r"\[([^\]]*)\](/[0-9]+)?(?::([0-9]+))?")


class Proxies:
    """The proxies of a client.

    Args:
        proxy: The URL of the proxy for all hosts except this machine. Defaults to the proxies of
            the environment.
    """

    def __init__(self, proxy: Secret[str] | None) -> None:
        self._proxy = proxy
        self._settings = _read_settings()
        self._parsed: dict[str, Secret[str]] = {}
        no_proxy = _find_variable("no_proxy")
        entries = re.split(r"[\s,;]+", no_proxy.value.reveal()) if no_proxy else []
        self._direct = [_parse_entry(entry) for entry in entries if entry]

    def find(self, scheme: str, host: str, port: int | None = None) -> Secret[str] | None:
        """Return the URL of the proxy of a host, or None.

        Raises:
            InvalidParameterError: The proxy that the environment specifies is invalid.
        """
        return self._find(scheme, host, port)[0]

    def describe(self, scheme: str, host: str, port: int | None = None) -> str:
        """Describe the proxy of a host and what specifies it; return "" if there is none."""
        proxy, source = self._find(scheme, host, port)
        if proxy is None:
            return ""
        # Without the user name and the password.
        location = urlsplit(proxy.reveal()).netloc.rpartition("@")[2]
        return f"the proxy {location} (from {source})"

    def _find(self, scheme: str, host: str, port: int | None) -> tuple[Secret[str] | None, str]:
        # A proxy cannot connect to this machine.
        if validation.is_loopback(host):
            return None, ""
        if self._proxy is not None:
            return self._proxy, "the argument proxy"
        port = port or _PORTS[scheme]
        if any(entry.covers(host, port) for entry in self._direct):
            return None, ""
        for name in _VARIABLES[scheme]:
            if name in self._settings:
                source = self._settings[name].variable or "the operating system"
                return self._parse(name, host), source
        return None, ""

    def _parse(self, name: str, host: str) -> Secret[str] | None:
        setting = self._settings[name]
        if not setting.variable and proxy_bypass(host):
            return None
        if name not in self._parsed:
            self._parsed[name] = _parse_url(setting)
        return self._parsed[name]


class _Setting(NamedTuple):
    """A proxy setting of an environment variable, or of the operating system without a name."""

    variable: str
    value: Secret[str]


def _read_settings() -> dict[str, _Setting]:
    if not getproxies_environment():
        return {name: _Setting("", Secret(value)) for name, value in getproxies().items()}
    names = {name for ordered in _VARIABLES.values() for name in ordered}
    return {name: setting for name in names if (setting := _find_variable(f"{name}_proxy"))}


def _find_variable(name: str) -> _Setting | None:
    """Find an environment variable. The lower-case name takes precedence, even if empty."""
    names = [name, name.upper()]
    if name == "http_proxy" and "REQUEST_METHOD" in os.environ:
        # Under CGI it would contain the header `Proxy` of the incoming request.
        names.pop()
    for variable in names:
        if (value := Secret(os.environ.get(variable, "").strip())).reveal():
            return _Setting(variable, value)
        if variable in os.environ:
            break
    return None


def _parse_url(setting: _Setting) -> Secret[str]:
    url = Secret(setting.value.reveal())
    if "://" not in url.reveal():
        url = Secret(f"http://{url.reveal()}")
    if not is_proxy(url.reveal()):
        name = setting.variable or "the proxy of the operating system"
        raise InvalidParameterError(
            f"{name} must be {VALID}; it is not shown, as it may hold a password. "
            "Change it, or name the host in NO_PROXY"
        )
    return normalize_proxy(url)


def normalize_proxy(url: Secret[str]) -> Secret[str]:
    """Return the scheme, credentials, host and port of the URL of a proxy."""
    parts = Secret(urlsplit(url.reveal()))
    host = parts.reveal().netloc.rpartition("@")[2]
    userinfo = Secret((parts.reveal().username, parts.reveal().password))
    if userinfo.reveal()[0] is None:
        return Secret(f"{parts.reveal().scheme}://{host}")
    credentials = Secret(
        ":".join(quote(unquote(part or ""), safe="") for part in userinfo.reveal())
    )
    return Secret(f"{parts.reveal().scheme}://{credentials.reveal()}@{host}")


def is_proxy(value: object) -> bool:
    """Whether a value is the URL of a supported proxy."""
    return (
        isinstance(value, str)
        and validation.is_url(value)
        and urlsplit(value).scheme in PROXY_SCHEMES
    )


class _NoProxyEntry(NamedTuple):
    host: str
    port: int | None
    network: IPv4Network | IPv6Network | None

    def covers(self, host: str, port: int) -> bool:
        if self.port not in (None, port):
            return False
        name = host.lower().rstrip(".")
        if self.network is not None:
            return _contains(self.network, name)
        return name == self.host or name.endswith(f".{self.host}") or fnmatchcase(name, self.host)


def _parse_entry(entry: str) -> _NoProxyEntry:
    location = entry.lower().partition("://")[2].rstrip("/") if "://" in entry else entry.lower()
    host, port = location, ""
    if bracketed := _BRACKETED.fullmatch(location):
        host, port = bracketed[1] + (bracketed[2] or ""), bracketed[3] or ""
    elif location.count(":") == 1:
        host, _, port = location.partition(":")
    try:
        network = ip_network(host, strict=False)
    except ValueError:
        network = None
    name = host.removeprefix("*.").lstrip(".").rstrip(".")
    return _NoProxyEntry(name, int(port) if port.isdecimal() else None, network)


def _contains(network: IPv4Network | IPv6Network, host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address in network
