"""Interrupted downloads resume where that is safe and restart otherwise."""

import hashlib
from pathlib import Path

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, TransferError

from ..conftest import Connect
from ..network_faults.scenarios import http
from ..support.fake_platform import TOKEN
from ..support.options import use_options
from .server import CUT, MaliciousServer, ok

OLD, NEW = b"content", b"CONTENT anew"
MD5 = hashlib.md5(OLD).hexdigest()
GONE = http("412 Precondition Failed")
BEYOND = http("416 Range Not Satisfiable")
KMS = "x-amz-server-side-encryption: aws:kms"
CUSTOMER = "x-amz-server-side-encryption-customer-algorithm: AES256"


def half(etag: str | None = '"v1"') -> bytes:
    """The first three bytes of the old version, then a disconnect."""
    headers = [] if etag is None else [f"ETag: {etag}"]
    return ok(OLD[:3], *headers).replace(b"Length: 3", b"Length: 7") + CUT


def rest(etag: str = '"v1"') -> bytes:
    """The other four bytes."""
    return http("206 Partial Content", OLD[3:], f"ETag: {etag}", "Content-Range: bytes 3-6/7")


def new(*headers: str) -> bytes:
    """All of the new version."""
    return ok(NEW, 'ETag: "v2"', *headers)


@pytest.fixture(autouse=True)
def _short_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    # Without TLS, files of every size are verified.
    use_options(monkeypatch, initial_retry_delay=0.001, max_md5_bytes_over_tls=0)


@pytest.fixture
def exchange(malicious_server: MaliciousServer, connect: Connect) -> AvistaDigitalExchange:
    return connect(TOKEN, endpoint=f"{malicious_server.url}/graphql", maxRetries=2)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "load.csv"


def gets(malicious_server: MaliciousServer) -> list[str]:
    """The heads of all download requests, in lower case."""
    return [head.lower() for head in malicious_server.heads if head.startswith("GET")]


def test_download_resumes_after_the_last_byte_of_the_same_version(
    malicious_server: MaliciousServer, exchange: AvistaDigitalExchange, target: Path
) -> None:
    malicious_server.respond_with_file(half(), rest())
    exchange.downloadDataStoreFile("file", target)
    assert target.read_bytes() == OLD
    first, second = gets(malicious_server)
    assert "range:" not in first
    assert "if-match:" not in first
    assert "range: bytes=3-" in second
    assert 'if-match: "v1"' in second


@pytest.mark.parametrize(
    "responses",
    [
        [half(), GONE, new()],
        [half(), BEYOND, new()],
        [half(), new()],
        [half(), rest('"v2"'), new()],
        [half(), rest('"v2"') + CUT, new()],
        [half(None), new()],
    ],
    ids=["412", "416", "200", "206 of another version", "and cut off", "no version known"],
)
def test_download_restarts_if_the_rest_belongs_to_another_version(
    responses: list[bytes],
    malicious_server: MaliciousServer,
    exchange: AvistaDigitalExchange,
    target: Path,
) -> None:
    malicious_server.respond_with_file(*responses)
    exchange.downloadDataStoreFile("file", target)
    assert target.read_bytes() == NEW
    assert len(gets(malicious_server)) == len(responses)
    if responses != [half(), new()]:
        assert "range:" not in gets(malicious_server)[-1]


@pytest.mark.parametrize("etag", ["v1", "d41d8cd9-2", '"v,1"', '""', '"' + "1" * 900 + '"'])
def test_download_resumes_with_any_form_of_a_strong_etag(
    etag: str, malicious_server: MaliciousServer, exchange: AvistaDigitalExchange, target: Path
) -> None:
    malicious_server.respond_with_file(half(etag), rest(etag))
    exchange.downloadDataStoreFile("file", target)
    assert target.read_bytes() == OLD
    assert f"if-match: {etag}" in gets(malicious_server)[-1]


@pytest.mark.parametrize(
    "etag",
    [
        *('W/"v1"', "", "*", '"\xff"', '"\u00e9"', '"v1', '"a", "b"', "two words", "W/v1"),
        '"' + "1" * 50_000 + '"',
    ],
)
def test_download_restarts_if_the_etag_does_not_identify_the_version(
    etag: str, malicious_server: MaliciousServer, exchange: AvistaDigitalExchange, target: Path
) -> None:
    malicious_server.respond_with_file(half(etag), new())
    exchange.downloadDataStoreFile("file", target)
    assert target.read_bytes() == NEW
    assert "range:" not in gets(malicious_server)[-1]


def test_download_without_an_etag_requests_the_whole_file(
    malicious_server: MaliciousServer, exchange: AvistaDigitalExchange, target: Path
) -> None:
    malicious_server.respond_with_file(half(None), ok(OLD))
    exchange.downloadDataStoreFile("file", target)
    assert target.read_bytes() == OLD
    assert not [head for head in gets(malicious_server) if "range:" in head]


def test_download_with_a_wrong_checksum_is_repeated(
    malicious_server: MaliciousServer, exchange: AvistaDigitalExchange, target: Path
) -> None:
    malicious_server.respond_with_file(ok(b"CONTENT", f'ETag: "{MD5}"'), ok(OLD, f'ETag: "{MD5}"'))
    exchange.downloadDataStoreFile("file", target)
    assert target.read_bytes() == OLD


def test_download_with_a_checksum_that_never_matches_leaves_no_file(
    malicious_server: MaliciousServer, exchange: AvistaDigitalExchange, target: Path
) -> None:
    target.write_bytes(b"older")
    malicious_server.respond_with_file(ok(b"CONTENT", f'ETag: "{MD5}"'))
    with pytest.raises(TransferError, match=r"load\.csv: .* checksum"):
        exchange.downloadDataStoreFile("file", target)
    assert len(gets(malicious_server)) == 3
    assert target.read_bytes() == b"older"
    assert [*target.parent.iterdir()] == [target]


def test_download_in_parts_verifies_the_checksum_of_the_whole_file(
    malicious_server: MaliciousServer, exchange: AvistaDigitalExchange, target: Path
) -> None:
    malicious_server.respond_with_file(half(f'"{MD5}"'), rest(f'"{MD5}"'))
    exchange.downloadDataStoreFile("file", target)
    assert target.read_bytes() == OLD


@pytest.mark.parametrize(
    "headers",
    [
        [f'ETag: "{MD5}"', KMS],
        [f'ETag: "{MD5}"', CUSTOMER],
        [f'ETag: "{MD5}-2"'],
        ['ETag: "v1"'],
        [],
    ],
    ids=["KMS", "a customer's key", "several parts", "another form", "none"],
)
def test_download_does_not_take_an_etag_for_a_checksum_if_it_is_none(
    headers: list[str],
    malicious_server: MaliciousServer,
    exchange: AvistaDigitalExchange,
    target: Path,
) -> None:
    malicious_server.respond_with_file(ok(NEW, *headers))
    exchange.downloadDataStoreFile("file", target)
    assert target.read_bytes() == NEW


def test_download_with_an_expired_url_resumes_at_a_new_url(
    malicious_server: MaliciousServer, exchange: AvistaDigitalExchange, target: Path
) -> None:
    expired = http(
        "403 Forbidden", b"<Code>AccessDenied</Code><Message>Request has expired</Message>"
    )
    malicious_server.respond_with_file(half(), expired, rest())
    exchange.downloadDataStoreFile("file", target)
    assert target.read_bytes() == OLD
    assert len([head for head in malicious_server.heads if head.startswith("POST")]) == 2
    assert "range: bytes=3-" in gets(malicious_server)[-1]
