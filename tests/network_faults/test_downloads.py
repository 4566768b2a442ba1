"""Downloads over a faulty network: a complete file, or an error in time and no file."""

from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, ConnectionFailedError, TransferError

from ..support.faulty_proxy import Fault
from ..support.parallel_download import use_parts
from .conftest import SHORT_TIMEOUT, SHORT_TIMEOUT_MANY_RETRIES, FaultyPlatform, OpenClient
from .scenarios import (
    HTML,
    breaks_between,
    cuts,
    http,
    lateness,
    refusals,
    scenarios,
    silences,
)

URL = "storage_getDataStoreFileDownload"
CONTENT = Random(1).randbytes(1 << 20)
OLD = b"what was there before"


class Stored(NamedTuple):
    """A file on the platform."""

    dataStoreFileId: str

    def download(self, exchange: AvistaDigitalExchange, target: Path) -> None:
        exchange.downloadDataStoreFile(self.dataStoreFileId, target)


@pytest.fixture(scope="session")
def stored(
    shared_faulty_platform: FaultyPlatform, tmp_path_factory: pytest.TempPathFactory
) -> Stored:
    """A file on the platform."""
    source = tmp_path_factory.mktemp("source") / "load.bin"
    source.write_bytes(CONTENT)
    local = shared_faulty_platform.local
    with shared_faulty_platform.direct() as direct:
        file = direct.uploadFileToDataStore(local.dataStoreId, local.homeDirectoryId, source)
    return Stored(file.dataStoreFileId)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """The target path, where an older file exists."""
    path = tmp_path / "load.bin"
    path.write_bytes(OLD)
    return path


@pytest.fixture(params=[False, True], ids=["one-stream", "parts"])
def in_parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the network counts as slow, so that several connections are used."""
    if request.param:
        use_parts(monkeypatch, len(CONTENT) // 10)
    return bool(request.param)


@scenarios(
    breaks_between((URL, 0)),
    lateness("GET"),
    cuts("GET"),
    refusals("GET"),
)
def test_download_succeeds_after_a_transient_fault(
    fault: Fault,
    stored: Stored,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(fault)
    stored.download(exchange, target)
    assert faulty_platform.proxy.triggered
    assert target.read_bytes() == CONTENT
    assert [*target.parent.iterdir()] == [target]


@scenarios(
    *(breaks_between(("GET", part)) for part in (1, 4, 7)),
    lateness("GET", 2),
    refusals("GET", 3)[::4],
    silences("GET", 2)[::2],
)
@pytest.mark.parametrize("in_parts", [True], indirect=True, ids=["parts"])
def test_parallel_download_succeeds_after_a_transient_fault_of_one_connection(
    fault: Fault,
    stored: Stored,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
    in_parts: bool,
) -> None:
    exchange = open_client(**SHORT_TIMEOUT_MANY_RETRIES)
    faulty_platform.proxy.expect(fault)
    stored.download(exchange, target)
    assert faulty_platform.proxy.triggered
    assert faulty_platform.proxy.names.count("GET") > 5
    assert target.read_bytes() == CONTENT
    assert [*target.parent.iterdir()] == [target]


@scenarios(silences("GET"), silences(URL))
def test_download_waits_for_a_silent_network_up_to_the_timeout(
    fault: Fault,
    stored: Stored,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client(**SHORT_TIMEOUT_MANY_RETRIES)
    faulty_platform.proxy.expect(fault)
    stored.download(exchange, target)
    assert faulty_platform.proxy.triggered
    assert target.read_bytes() == CONTENT


@scenarios(
    [
        Fault(step, direction, what, times=999)
        for step in (URL, "GET")
        for direction, what in (("request", "reset"), ("response", "close"), ("response", "stall"))
    ],
)
def test_download_fails_on_a_permanent_fault_and_keeps_the_old_file(
    fault: Fault,
    stored: Stored,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
) -> None:
    exchange = open_client(timeout=SHORT_TIMEOUT, maxRetries=1)
    faulty_platform.proxy.expect(fault)
    with pytest.raises((TransferError, ConnectionFailedError)):
        stored.download(exchange, target)
    assert len(faulty_platform.proxy.triggered) == 2
    assert target.read_bytes() == OLD
    assert [*target.parent.iterdir()] == [target]


def test_download_fails_on_a_permanent_fault_of_one_connection(
    stored: Stored,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
    in_parts: bool,
) -> None:
    exchange = open_client()
    after = 4 if in_parts else 0
    faulty_platform.proxy.expect(Fault("GET", "request", "reset", after=after, times=999))
    with pytest.raises(TransferError, match=r"load\.bin"):
        stored.download(exchange, target)
    assert target.read_bytes() == OLD
    assert [*target.parent.iterdir()] == [target]


def test_download_resumes_after_a_disconnect(
    stored: Stored, open_client: OpenClient, faulty_platform: FaultyPlatform, target: Path
) -> None:
    # More than the maximum number of retries without progress.
    exchange = open_client(maxRetries=1)
    faults = [Fault("GET", "response", "close", 0.3) for _ in range(8)]
    faulty_platform.proxy.expect(*faults)
    stored.download(exchange, target)
    assert target.read_bytes() == CONTENT
    assert len(faulty_platform.proxy.triggered) == 8
    assert faulty_platform.proxy.names == [URL] + ["GET"] * 9


def test_download_with_an_expired_url_resumes_at_a_new_url(
    stored: Stored,
    open_client: OpenClient,
    faulty_platform: FaultyPlatform,
    target: Path,
    in_parts: bool,
) -> None:
    expired = http(
        "403 Forbidden",
        b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>",
    )
    exchange = open_client()
    faulty_platform.proxy.expect(
        Fault("GET", "response", "close", 0.5), Fault("GET", "request", expired, after=0)
    )
    stored.download(exchange, target)
    assert target.read_bytes() == CONTENT
    assert faulty_platform.proxy.names.count(URL) == 2
    assert len(faulty_platform.proxy.triggered) == 2


def test_download_that_is_refused_fails_at_once(
    stored: Stored, open_client: OpenClient, faulty_platform: FaultyPlatform, target: Path
) -> None:
    exchange = open_client()
    faulty_platform.proxy.expect(Fault("GET", "request", http("403 Forbidden", HTML)))
    with pytest.raises(TransferError, match=r"load\.bin was refused: 403") as caught:
        stored.download(exchange, target)
    assert caught.value.statusCode == 403
    assert faulty_platform.proxy.names == [URL, "GET"]
    assert target.read_bytes() == OLD
