"""Proxies from environment variables."""

import pytest

from avista_digital_exchange_sdk._backends import Proxies
from avista_digital_exchange_sdk._secrets import Secret

PROXY = "http://proxy.test:3128"
VARIABLES = ("HTTP", "HTTPS", "ALL", "WS", "WSS", "NO")


@pytest.fixture(autouse=True)
def _no_proxy_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(f"{name}_PROXY", raising=False)
        monkeypatch.delenv(f"{name}_PROXY".lower(), raising=False)


def find(host: str, scheme: str = "https", port: int | None = None) -> str | None:
    proxy = Proxies(None).find(scheme, host, port)
    return proxy and proxy.reveal()


@pytest.mark.parametrize(
    ("entries", "host"),
    [
        ("*", "example.test"),
        ("other.test, *", "example.test"),
        ("example.test", "example.test"),
        ("example.test", "EXAMPLE.test"),
        ("Example.Test.", "example.test"),
        ("example.test", "example.test."),
        ("example.test", "api.example.test"),
        (".example.test", "api.example.test"),
        (".example.test", "example.test"),
        ("*.example.test", "api.example.test"),
        ("api.*.test", "api.example.test"),
        ("  other.test   example.test ", "example.test"),
        ("other.test;example.test", "example.test"),
        ("https://example.test/", "example.test"),
        ("example.test:443", "example.test"),
        ("10.0.0.0/8", "10.200.3.4"),
        ("10.1.2.3/8", "10.200.3.4"),
        ("10.0.0.0/255.0.0.0", "10.200.3.4"),
        ("10.200.3.4", "10.200.3.4"),
        ("10.200.3.4:443", "10.200.3.4"),
        ("10.200.*", "10.200.3.4"),
        ("fd00::/8", "fd12::1"),
        ("[fd00::]/8", "fd12::1"),
        ("FD12::1", "fd12:0::1"),
        ("[fd12::1]", "fd12::1"),
        ("[fd12::1]:443", "fd12::1"),
    ],
)
def test_no_proxy_entry_leads_directly(
    entries: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    assert find(host) == PROXY
    monkeypatch.setenv("NO_PROXY", entries)
    assert find(host) is None
    assert find(host, "wss") is None


@pytest.mark.parametrize(
    ("entries", "host"),
    [
        ("", "example.test"),
        (", ,", "example.test"),
        ("example.test", "wrongexample.test"),
        ("example.test", "example.test.other"),
        ("api.example.test", "example.test"),
        ("example.test:8443", "example.test"),
        ("10.0.0.0/8", "11.0.0.1"),
        ("10.0.0.0/8", "10.example.test"),
        ("10.0.0.0/99", "10.0.0.1"),
        ("fd00::/8", "fe80::1"),
        ("fd00::/8", "10.0.0.1"),
        ("::/0", "10.0.0.1"),
        ("[fd12::1]:80", "fd12::1"),
        ("[", "example.test"),
        (":443", "example.test"),
        (".", "example.test"),
    ],
)
def test_no_proxy_entry_for_other_hosts_changes_nothing(
    entries: str, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", entries)
    assert find(host) == PROXY


@pytest.mark.parametrize(
    "host", ["localhost", "LocalHost", "localhost.", "127.0.0.1", "127.9.9.9", "::1"]
)
def test_loopback_addresses_need_no_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "WS_PROXY", "WSS_PROXY"):
        monkeypatch.setenv(name, "socks://127.0.0.1:1")
    for scheme in ("http", "https", "ws", "wss"):
        assert find(host, scheme) is None
    assert Proxies(Secret(PROXY)).find("https", host) is None


@pytest.mark.parametrize(
    ("environment", "https", "wss"),
    [
        ({}, None, None),
        ({"HTTPS_PROXY": "http://a"}, "http://a", "http://a"),
        ({"HTTPS_PROXY": "http://a", "https_proxy": "http://b"}, "http://b", "http://b"),
        ({"HTTPS_PROXY": "http://a", "https_proxy": ""}, None, None),
        ({"HTTPS_PROXY": "", "ALL_PROXY": "http://c"}, "http://c", "http://c"),
        ({"HTTP_PROXY": "http://a"}, None, None),
        ({"ALL_PROXY": "http://c", "HTTPS_PROXY": "http://a"}, "http://a", "http://a"),
        ({"WSS_PROXY": "http://w", "HTTPS_PROXY": "http://a"}, "http://a", "http://w"),
        ({"HTTPS_PROXY": "a:8080"}, "http://a:8080", "http://a:8080"),
        ({"HTTPS_PROXY": "https://a:8080/x?y#z"}, "https://a:8080", "https://a:8080"),
        ({"HTTPS_PROXY": "http://[fd12::1]:1"}, "http://[fd12::1]:1", "http://[fd12::1]:1"),
        ({"HTTPS_PROXY": "ada@a"}, "http://ada:@a", "http://ada:@a"),
        ({"HTTPS_PROXY": "ada:p@ss@a"}, "http://ada:p%40ss@a", "http://ada:p%40ss@a"),
        ({"HTTPS_PROXY": "ada:p%40ss@a"}, "http://ada:p%40ss@a", "http://ada:p%40ss@a"),
    ],
)
def test_proxy_variables_apply_in_order(
    environment: dict[str, str],
    https: str | None,
    wss: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert (find("example.test"), find("example.test", "wss")) == (https, wss)


def test_proxy_argument_applies_to_hosts_of_no_proxy_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    proxy = Proxies(Secret(PROXY)).find("https", "example.test")
    assert proxy is not None
    assert proxy.reveal() == PROXY
