"""Connections to the platform: TLS, trusted certificates and proxies."""

import logging
import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    ConnectionFailedError,
    InvalidParameterError,
    PathIsDirectoryError,
    PathNotFoundError,
    SubscriptionError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.certificates import CertificateAuthority
from ..support.clients import ClientFactory
from ..support.connect_proxy import ConnectProxy
from ..support.faulty_proxy import Fault, FaultyProxy

# A query reads its first page and opens its WebSocket at the same time: either may fail first.
UNREACHABLE = (ConnectionFailedError, SubscriptionError)
HOST = "exchange.test"
"""A host name that does not resolve: it is reachable only through a proxy."""

TIMES = ("1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z")
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "WS_PROXY", "WSS_PROXY", "NO_PROXY")


@pytest.fixture(scope="module")
def certificate_authority(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("authority"))


class Site(NamedTuple):
    """A Local Exchange behind TLS.

    Attributes:
        front: The proxy that terminates TLS.
        endpoint: Its public URL.
    """

    front: FaultyProxy
    local: LocalExchange
    endpoint: str

    @property
    def arguments(self) -> tuple[str, str]:
        return self.local.token, self.endpoint


def site(context: ssl.SSLContext, name: str | None = None) -> Iterator[Site]:
    with FaultyProxy(tls=context).running() as front:
        url = f"https://{name}" if name else front.url
        with LocalExchange(publicUrl=url) as local:
            front.set_upstream(local.endpoint)
            yield Site(front, local, f"{url}/graphql")


@pytest.fixture(scope="module")
def _local_site(certificate_authority: CertificateAuthority) -> Iterator[Site]:
    yield from site(certificate_authority.server("localhost"))


@pytest.fixture
def local_site(_local_site: Site) -> Site:
    """On this machine."""
    _local_site.front.expect()
    return _local_site


@pytest.fixture(scope="module")
def _remote_site(certificate_authority: CertificateAuthority) -> Iterator[Site]:
    yield from site(certificate_authority.server(HOST), HOST)


@pytest.fixture
def remote_site(_remote_site: Site) -> Site:
    """A server that is reachable only through a proxy."""
    _remote_site.front.expect()
    return _remote_site


@pytest.fixture
def connect_proxy(remote_site: Site) -> Iterator[ConnectProxy]:
    """A corporate proxy."""
    with ConnectProxy(remote_site.front.port).running() as connect_proxy:
        yield connect_proxy


@pytest.fixture(autouse=True)
def _no_proxy_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def do_everything(exchange: AvistaDigitalExchange, site: Site, folder: Path) -> None:
    """GraphQL, bytes in both directions, and a real-time connection."""
    local = site.local
    (folder / "load.csv").write_bytes(b"content")
    file = exchange.uploadFileToDataStore(
        local.dataStoreId, local.homeDirectoryId, folder / "load.csv"
    )
    exchange.downloadDataStoreFile(file.dataStoreFileId, folder / "again.csv")
    assert (folder / "again.csv").read_bytes() == b"content"
    record = exchange.createTimeSeriesInputRecord(1, "SECONDS", "power", "BIGINT", 7)
    exchange.publishToTimeSeriesDatabase(local.timeSeriesDbId, "meter", [record])
    query(exchange, site, folder)
    assert (folder / "result.csv").read_text("utf-8").endswith(",7\n")


def query(exchange: AvistaDigitalExchange, site: Site, folder: Path) -> None:
    exchange.queryTimeSeriesDatabaseWithFilters(
        site.local.timeSeriesDbId, [{"assetId": "meter"}], *TIMES, folder, aggregate="server"
    )


class TestTrust:
    def test_verify_accepts_the_root_certificate_of_a_company(
        self,
        local_site: Site,
        certificate_authority: CertificateAuthority,
        connect: Connect,
        tmp_path: Path,
    ) -> None:
        token, endpoint = local_site.arguments
        for bundle in (certificate_authority.bundle, str(certificate_authority.bundle)):
            exchange = connect(token, endpoint=endpoint, verify=bundle)
            do_everything(exchange, local_site, tmp_path)

    def test_verify_accepts_an_ssl_context(
        self,
        local_site: Site,
        certificate_authority: CertificateAuthority,
        connect: Connect,
        tmp_path: Path,
    ) -> None:
        token, endpoint = local_site.arguments
        exchange = connect(token, endpoint=endpoint, verify=certificate_authority.client())
        do_everything(exchange, local_site, tmp_path)

    def test_client_trusts_what_the_system_trusts(
        self,
        local_site: Site,
        certificate_authority: CertificateAuthority,
        connect: Connect,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate_authority.bundle))
        token, endpoint = local_site.arguments
        do_everything(connect(token, endpoint=endpoint), local_site, tmp_path)

    def test_client_does_not_change_trust_in_the_rest_of_the_program(
        self, connect: Connect
    ) -> None:
        connect("token")
        assert ssl.SSLContext.__module__ == "ssl"

    def test_client_sends_nothing_to_a_server_with_an_untrusted_certificate(
        self, local_site: Site, connect: Connect, tmp_path: Path
    ) -> None:
        token, endpoint = local_site.arguments
        exchange = connect(token, endpoint=endpoint, maxRetries=0)
        with pytest.raises(ConnectionFailedError, match=r"certificate") as caught:
            exchange.getUserInfo()
        assert not caught.value.sent
        with pytest.raises(UNREACHABLE):
            query(exchange, local_site, tmp_path)
        assert local_site.front.names == []

    @pytest.mark.parametrize(
        ("hosts", "options"),
        [
            (["elsewhere.test"], {}),
            (["localhost"], {"not_after": datetime.now(UTC) - timedelta(days=1)}),
        ],
        ids=["of another host", "expired"],
    )
    def test_client_sends_nothing_to_a_server_with_an_invalid_certificate(
        self,
        hosts: list[str],
        options: dict[str, Any],
        certificate_authority: CertificateAuthority,
        connect: Connect,
        tmp_path: Path,
    ) -> None:
        for other in site(certificate_authority.server(*hosts, **options)):
            token, endpoint = other.arguments
            exchange = connect(
                token, endpoint=endpoint, verify=certificate_authority.bundle, maxRetries=0
            )
            with pytest.raises(ConnectionFailedError, match=r"certificate"):
                exchange.getUserInfo()
            with pytest.raises(UNREACHABLE):
                query(exchange, other, tmp_path)
            assert other.front.names == []

    def test_verify_false_disables_verification_and_warns(
        self, local_site: Site, create_client: ClientFactory, connect: Connect, tmp_path: Path
    ) -> None:
        token, endpoint = local_site.arguments
        with pytest.warns(UserWarning, match=r"verify=False: .* not verified") as caught:
            exchange = connect(token, endpoint=endpoint, verify=False)
        do_everything(exchange, local_site, tmp_path)
        assert len(caught) == 1
        if isinstance(exchange, AvistaDigitalExchange):
            assert Path(caught[0].filename) == Path(__file__).parents[1] / "conftest.py"

    def test_connection_error_names_the_variable_that_hides_the_certificates(
        self, local_site: Site, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))
        token, endpoint = local_site.arguments
        exchange = connect(token, endpoint=endpoint, maxRetries=0)
        says = r"certificate.*SSL_CERT_FILE is '.*nowhere\.pem', where there is no file"
        with pytest.raises(ConnectionFailedError, match=says):
            exchange.getUserInfo()
        with pytest.raises(UNREACHABLE, match=r"SSL_CERT_FILE"):
            query(exchange, local_site, tmp_path)

    def test_bundle_is_trusted_where_keys_cannot_be_logged(
        self,
        local_site: Site,
        certificate_authority: CertificateAuthority,
        connect: Connect,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("SSLKEYLOGFILE", "/nowhere/keys")
        token, endpoint = local_site.arguments
        exchange = connect(token, endpoint=endpoint, verify=certificate_authority.bundle)
        assert exchange.getUserInfo().firstName == "Ada"

    def test_verify_with_a_bundle_does_not_warn(
        self, certificate_authority: CertificateAuthority, connect: Connect
    ) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            connect("token", verify=certificate_authority.bundle)
            connect("token")

    @pytest.mark.parametrize(
        ("verify", "error", "says"),
        [
            ("nowhere.pem", PathNotFoundError, "file not found"),
            (".", PathIsDirectoryError, "is a directory"),
            (__file__, InvalidParameterError, "certificates"),
            (None, InvalidParameterError, "path"),
            (1, InvalidParameterError, "path"),
        ],
    )
    def test_verify_with_an_invalid_bundle_is_refused(
        self, verify: object, error: type[Exception], says: str, create_client: ClientFactory
    ) -> None:
        with pytest.raises(error, match=rf"^verify must be .*{says}"):
            create_client("token", verify=verify)


class TestProxy:
    def test_proxy_argument_routes_all_traffic(
        self,
        remote_site: Site,
        connect_proxy: ConnectProxy,
        certificate_authority: CertificateAuthority,
        connect: Connect,
        tmp_path: Path,
    ) -> None:
        token, endpoint = remote_site.arguments
        exchange = connect(
            token,
            endpoint=endpoint,
            verify=certificate_authority.bundle,
            proxy=connect_proxy.url,
        )
        do_everything(exchange, remote_site, tmp_path)
        assert "websocket" in remote_site.front.names
        first_lines = {request.partition("\r\n")[0] for request in connect_proxy.requests}
        assert first_lines == {f"CONNECT {HOST}:443 HTTP/1.1"}

    def test_proxy_over_tls_routes_all_traffic(
        self,
        remote_site: Site,
        certificate_authority: CertificateAuthority,
        connect: Connect,
        tmp_path: Path,
    ) -> None:
        token, endpoint = remote_site.arguments
        with ConnectProxy(
            remote_site.front.port, certificate_authority.server("localhost")
        ).running() as connect_proxy:
            proxy = connect_proxy.url.replace("//", "//ada:s3cr3t@")
            exchange = connect(
                token, endpoint=endpoint, verify=certificate_authority.bundle, proxy=proxy
            )
            do_everything(exchange, remote_site, tmp_path)
            exchange.close()
        assert {request.partition("\r\n")[0] for request in connect_proxy.requests} == {
            f"CONNECT {HOST}:443 HTTP/1.1"
        }
        assert all("Basic YWRhOnMzY3IzdA==" in request for request in connect_proxy.requests)

    @pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
    def test_proxy_from_the_environment_routes_all_traffic(
        self,
        variable: str,
        remote_site: Site,
        connect_proxy: ConnectProxy,
        certificate_authority: CertificateAuthority,
        connect: Connect,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv(variable, connect_proxy.url)
        token, endpoint = remote_site.arguments
        exchange = connect(token, endpoint=endpoint, verify=certificate_authority.bundle)
        do_everything(exchange, remote_site, tmp_path)
        assert len(connect_proxy.requests) >= 2

    def test_proxy_is_bypassed_for_hosts_in_no_proxy(
        self,
        remote_site: Site,
        connect_proxy: ConnectProxy,
        certificate_authority: CertificateAuthority,
        connect: Connect,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", connect_proxy.url)
        monkeypatch.setenv("NO_PROXY", HOST)
        token, endpoint = remote_site.arguments
        exchange = connect(
            token, endpoint=endpoint, verify=certificate_authority.bundle, maxRetries=0
        )
        with pytest.raises(ConnectionFailedError):
            exchange.getUserInfo()
        with pytest.raises(UNREACHABLE):
            query(exchange, remote_site, tmp_path)
        assert connect_proxy.requests == []

    def test_proxy_sees_neither_the_token_nor_a_signature(
        self,
        remote_site: Site,
        connect_proxy: ConnectProxy,
        certificate_authority: CertificateAuthority,
        connect: Connect,
        tmp_path: Path,
    ) -> None:
        token, endpoint = remote_site.arguments
        exchange = connect(
            token,
            endpoint=endpoint,
            verify=certificate_authority.bundle,
            proxy=connect_proxy.url,
        )
        do_everything(exchange, remote_site, tmp_path)
        requests = "".join(connect_proxy.requests).lower()
        for secret in ("authorization", "x-amz", "header-", token.lower()):
            assert secret not in requests

    def test_proxy_is_not_used_for_loopback_addresses(
        self,
        local: LocalExchange,
        connect: Connect,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        unreachable = "http://127.0.0.1:9"
        for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(variable, unreachable)
        for options in ({}, {"proxy": unreachable}):
            exchange = connect(local.token, endpoint=local.endpoint, **options)
            record = exchange.createTimeSeriesInputRecord(1, "SECONDS", "power", "BIGINT", 7)
            exchange.publishToTimeSeriesDatabase(local.timeSeriesDbId, "meter", [record])
            exchange.queryTimeSeriesDatabaseWithFilters(
                local.timeSeriesDbId,
                [{"assetId": "meter"}],
                *TIMES,
                tmp_path,
                aggregate="server",
            )

    @pytest.mark.parametrize("status", ["403 Forbidden", "407 Proxy Authentication Required"])
    def test_proxy_that_refuses_raises_an_error_without_its_password(
        self,
        status: str,
        certificate_authority: CertificateAuthority,
        remote_site: Site,
        connect: Connect,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        token, endpoint = remote_site.arguments
        with FaultyProxy().running() as company, caplog.at_level(logging.DEBUG):
            company.upstream = ("127.0.0.1", remote_site.front.port)
            response = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()
            company.expect(Fault("CONNECT", "request", response, times=99))
            url = company.url.replace("//", "//ada:s3cr3t-word@")
            exchange = connect(
                token,
                endpoint=endpoint,
                verify=certificate_authority.bundle,
                proxy=url,
                maxRetries=0,
            )
            with pytest.raises(ConnectionFailedError, match=status[:3]) as caught:
                exchange.getUserInfo()
            with pytest.raises(UNREACHABLE) as second:
                query(exchange, remote_site, tmp_path)
            assert set(company.names) == {"CONNECT"}
        shown = [repr(exchange), caplog.text, *(f"{e.value} {e.value!r}" for e in (caught, second))]
        assert "s3cr3t-word" not in "".join(shown)
        assert not caught.value.sent

    def test_proxy_that_is_unreachable_raises_an_error(
        self,
        certificate_authority: CertificateAuthority,
        remote_site: Site,
        connect: Connect,
        tmp_path: Path,
    ) -> None:
        token, endpoint = remote_site.arguments
        exchange = connect(
            token,
            endpoint=endpoint,
            verify=certificate_authority.bundle,
            proxy="http://127.0.0.1:9",
            maxRetries=0,
        )
        with pytest.raises(ConnectionFailedError):
            exchange.getUserInfo()
        with pytest.raises(UNREACHABLE):
            query(exchange, remote_site, tmp_path)

    @pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
    @pytest.mark.parametrize(
        "named", ["socks5://ada:s3cr3t@proxy.test:1080", "ftp://ada:s3cr3t@proxy.test", "x://", ":"]
    )
    def test_proxy_that_is_invalid_is_refused_with_the_name_of_its_variable(
        self,
        named: str,
        variable: str,
        create_client: ClientFactory,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv(variable, named)
        with pytest.raises(InvalidParameterError, match=rf"^{variable} must be .*") as caught:
            create_client("token")
        assert "s3cr3t" not in str(caught.value)

    @pytest.mark.parametrize(
        "environment",
        [
            {"ALL_PROXY": "socks://127.0.0.1:1/", "HTTPS_PROXY": "{proxy}"},
            {"all_proxy": "nonsense://", "https_proxy": "{proxy}"},
            {"HTTP_PROXY": "socks://127.0.0.1:1/", "HTTPS_PROXY": "{proxy}"},
            {"HTTPS_PROXY": "socks://127.0.0.1:1/", "https_proxy": "{proxy}"},
            {"HTTPS_PROXY": "{host}:{port}"},
            {"HTTPS_PROXY": " {proxy}/ "},
            {"HTTPS_PROXY": "{proxy}/path?query#fragment"},
            {"HTTPS_PROXY": "HTTP://ada@{host}:{port}"},
            {"HTTPS_PROXY": "{proxy}", "NO_PROXY": "::1, fd00::/8, [::1]:80, 10.0.0.0/8, *.x y,,:"},
        ],
    )
    def test_proxy_works_beside_unusable_variables(
        self,
        environment: dict[str, str],
        remote_site: Site,
        connect_proxy: ConnectProxy,
        certificate_authority: CertificateAuthority,
        connect: Connect,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name, value in environment.items():
            url = {
                "proxy": connect_proxy.url,
                "host": "127.0.0.1",
                "port": connect_proxy.port,
            }
            monkeypatch.setenv(name, value.format(**url))
        token, endpoint = remote_site.arguments
        exchange = connect(token, endpoint=endpoint, verify=certificate_authority.bundle)
        do_everything(exchange, remote_site, tmp_path)
        assert len(connect_proxy.requests) >= 2

    @pytest.mark.parametrize(
        "environment",
        [
            {"ALL_PROXY": "socks://127.0.0.1:1/"},
            {"HTTPS_PROXY": "nonsense", "HTTP_PROXY": "socks://127.0.0.1:1/"},
            {"NO_PROXY": "fd00::/8,[::1]:80,10.0.0.0/8,*.x y, ,:,[,]", "HTTP_PROXY": "http://x:1"},
            {"SSL_CERT_FILE": "/nowhere.pem", "SSL_CERT_DIR": "/nowhere"},
            {"SSLKEYLOGFILE": "/nowhere/keys"},
        ],
    )
    def test_proxy_of_the_environment_does_not_affect_loopback_addresses(
        self,
        environment: dict[str, str],
        local: LocalExchange,
        connect: Connect,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        exchange = connect(local.token, endpoint=local.endpoint)
        assert exchange.getUserInfo().firstName == "Ada"

    @pytest.mark.parametrize("exceptions", ["*", HOST, f"other.test {HOST}:443"])
    def test_proxy_that_is_invalid_matters_only_where_it_would_be_used(
        self, exceptions: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "socks://127.0.0.1:1/")
        monkeypatch.setenv("NO_PROXY", exceptions)
        connect("token", endpoint=f"https://{HOST}/graphql")

    @pytest.mark.parametrize(
        "proxy", ["", "proxy.test:8080", "socks5://proxy.test", "ftp://proxy.test", 7, b"http://p"]
    )
    def test_proxy_argument_that_is_no_url_is_refused(
        self, proxy: object, create_client: ClientFactory
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^proxy must be None or the URL"):
            create_client("token", proxy=proxy)


class TestPlainHttp:
    @pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "localhost", "LOCALHOST", "[::1]"])
    def test_plain_http_is_accepted_for_loopback_addresses(
        self, host: str, connect: Connect
    ) -> None:
        connect("token", endpoint=f"http://{host}:1/graphql")

    @pytest.mark.parametrize(
        "host", ["exchange.test", "10.0.0.1", "128.0.0.1", "0.0.0.0", "localhost.test", "[::2]"]
    )
    def test_plain_http_is_refused_for_other_hosts(
        self, host: str, create_client: ClientFactory
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"endpoint must be an https:// URL"):
            create_client("token", endpoint=f"http://{host}/graphql")

    @pytest.mark.parametrize(
        "host",
        [
            "exchange",
            "exchange.internal",
            "exchange_1",
            "local-exchange.lan.",
            "10.0.0.1",
            "192.168.1.20",
            "172.16.0.1",
            "[fd00::1]",
            "exchange.default.svc.cluster.local",
        ],
    )
    def test_plain_http_is_accepted_for_private_hosts_if_it_is_allowed(
        self, host: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        endpoint = f"http://{host}:8000/graphql"
        hint = r"allow sending the token unencrypted with AVISTA_DX_ALLOW_HTTP=1 or allowHttp=True"
        with pytest.raises(InvalidParameterError, match=hint):
            connect("token", endpoint=endpoint)
        connect("token", endpoint=endpoint, allowHttp=True)
        monkeypatch.setenv("AVISTA_DX_ALLOW_HTTP", "1")
        connect("token", endpoint=endpoint)
        with pytest.raises(InvalidParameterError, match=hint):
            connect("token", endpoint=endpoint, allowHttp=False)

    @pytest.mark.parametrize(
        "host",
        [
            "exchange.example",
            "8.8.8.8",
            "[2001:4860:4860::8888]",
            "134744072",
            "0x08080808",
            "8.8",
            "010.010.010.010",
            "internal.example",
            "xinternal.com",
            "lan.de",
        ],
    )
    def test_plain_http_is_refused_for_public_hosts_even_if_it_is_allowed(
        self, host: str, create_client: ClientFactory
    ) -> None:
        with pytest.raises(InvalidParameterError, match="on this machine or a private network"):
            create_client("token", endpoint=f"http://{host}/graphql", allowHttp=True)

    @pytest.mark.parametrize("value", ["maybe", "https://x", "secret-token"])
    def test_permission_of_the_environment_must_be_0_or_1(
        self, value: str, create_client: ClientFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AVISTA_DX_ALLOW_HTTP", value)
        with pytest.raises(InvalidParameterError, match="AVISTA_DX_ALLOW_HTTP must be 0") as raised:
            create_client("token", endpoint="https://exchange.example/graphql")
        assert value not in str(raised.value)

    @pytest.mark.parametrize("value", ["1", 1, "yes"])
    def test_permission_that_is_no_boolean_is_refused(
        self, value: object, create_client: ClientFactory
    ) -> None:
        with pytest.raises(InvalidParameterError, match="allowHttp must be True, False or None"):
            create_client("token", endpoint="https://exchange.example/graphql", allowHttp=value)

    def test_calls_and_transfers_over_plain_http_reach_a_private_host(
        self, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = find_private_address()
        with socket.create_server(("0.0.0.0", 0)) as listener:
            port = listener.getsockname()[1]
        url = f"http://{address}:{port}"
        monkeypatch.setenv("AVISTA_DX_ALLOW_HTTP", "1")
        with LocalExchange(host="0.0.0.0", port=port, publicUrl=url) as local:
            exchange = connect(local.token, endpoint=local.publicEndpoint)
            (tmp_path / "a.csv").write_text("x")
            file = exchange.uploadFileToDataStore(
                local.dataStoreId, local.homeDirectoryId, tmp_path / "a.csv"
            )
            exchange.downloadDataStoreFile(file.dataStoreFileId, tmp_path / "b.csv")
        assert (tmp_path / "b.csv").read_text() == "x"


def find_private_address() -> str:
    """An address of this machine in a private network, other than loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(("10.255.255.255", 1))  # sends nothing
        address = ip_address(probe.getsockname()[0])
        if address.is_private and not address.is_loopback:
            return str(address)
    pytest.skip("This machine has no address in a private network.")
