"""Connections that break within TLS, without close_notify."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, ConnectionFailedError
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.certificates import CertificateAuthority
from ..support.clients import ClientFactory
from ..support.faulty_proxy import Fault, FaultyProxy
from ..support.waiting import wait_until
from .conftest import RETRIES, SHORT_TIMEOUT
from .scenarios import scenarios

CONTENT = Random(4).randbytes(1 << 20)
PAGE = "timeSeriesDb_queryDatabase"


class Secure(NamedTuple):
    """A Local Exchange behind a TLS proxy."""

    proxy: FaultyProxy
    local: LocalExchange
    authority: CertificateAuthority


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    certificate_authority = CertificateAuthority(tmp_path_factory.mktemp("authority"))
    with (
        FaultyProxy(tls=certificate_authority.server("localhost")).running() as proxy,
        LocalExchange(publicUrl=proxy.url) as local,
    ):
        proxy.set_upstream(local.endpoint)
        yield Secure(proxy, local, certificate_authority)


@pytest.fixture
def reached(
    secure: Secure, create_client: ClientFactory
) -> Iterator[Callable[..., AvistaDigitalExchange]]:
    """Creates clients of it; checks that no connection is left open."""
    secure.proxy.expect()
    with ExitStack() as stack:

        def reached(**options: Any) -> AvistaDigitalExchange:
            options = {"timeout": 5, "maxRetries": RETRIES, **options}
            exchange = create_client(
                secure.local.token,
                endpoint=secure.proxy.endpoint,
                verify=secure.authority.bundle,
                **options,
            )
            return stack.enter_context(closing(exchange))

        yield reached
    secure.proxy.expect()
    assert wait_until(lambda: not secure.proxy.open_connections)


@scenarios(
    [Fault("handshake", "request", what, after=after)
     for what in ("close", "reset") for after in (0, 1)],
    [Fault(step, direction, what, tenth / 10)
     for step in ("PUT", "GET") for direction in ("request", "response")
     for what, tenth in (("close", 0), ("reset", 3), ("close", 5), ("close", 9))],
    [Fault(PAGE, "response", "close", 0.5), Fault("data", "response", "close", 0.5)],
)  # fmt: skip
def test_tls_transfers_succeed_after_a_transient_fault(
    fault: Fault,
    secure: Secure,
    reached: Callable[..., AvistaDigitalExchange],
    tmp_path: Path,
) -> None:
    source, target = tmp_path / "load.bin", tmp_path / "again.bin"
    source.write_bytes(CONTENT)
    exchange, local = reached(), secure.local
    secure.proxy.expect(fault)
    file = exchange.uploadFileToDataStore(local.dataStoreId, local.homeDirectoryId, source)
    exchange.downloadDataStoreFile(file.dataStoreFileId, target)
    assert target.read_bytes() == CONTENT
    asset = "meter"
    records = [
        exchange.createTimeSeriesInputRecord(second, "SECONDS", "power", "BIGINT", 7)
        for second in (0, 1)
    ]
    exchange.publishToTimeSeriesDatabase(local.timeSeriesDbId, asset, records)
    # Two pages: the result of one needs neither an export nor a real-time connection.
    exchange.queryTimeSeriesDatabaseWithFilters(
        local.timeSeriesDbId,
        [{"assetId": asset}],
        "1970-01-01T00:00:00Z",
        "1970-01-02T00:00:00Z",
        tmp_path / "result.csv",
        maxRows=1,
    )
    assert (
        (tmp_path / "result.csv").read_text("utf-8").endswith(",1970-01-01 00:00:01.000000000,7\n")
    )
    assert secure.proxy.triggered
    exchange.deleteDataStoreFile(file.dataStoreFileId)
    directory = exchange.getDataStoreDirectory(local.homeDirectoryId)
    assert directory.files == []


@scenarios([Fault("handshake", "request", what, times=99) for what in ("close", "stall")])
def test_tls_transfers_fail_in_time_on_a_permanent_fault(
    fault: Fault, secure: Secure, reached: Callable[..., AvistaDigitalExchange]
) -> None:
    exchange = reached(timeout=SHORT_TIMEOUT, maxRetries=1)
    secure.proxy.expect(fault)
    with pytest.raises(ConnectionFailedError):
        exchange.getUserInfo()
    assert len(secure.proxy.triggered) == 2
