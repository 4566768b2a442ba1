"""Presigned URLs: requests that S3 allows and refuses."""

import hashlib
import http.client
import socket
from contextlib import ExitStack
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from ..support.options import use_limits

CONTENT = bytes(range(256)) * 1024


@pytest.fixture(scope="module")
def url(graphql_client):
    """A download URL of a file with CONTENT."""
    return graphql_client.download_url(graphql_client.upload(CONTENT))


@pytest.fixture
def upload_url(graphql_client):
    return graphql_client.create_file()["url"]


def refusal(response):
    """The status, code and message of S3's XML."""
    assert response.headers["content-type"].startswith("application/xml")
    error = ElementTree.fromstring(response.content)
    return response.status_code, error.findtext("Code"), error.findtext("Message")


def key_of(url):
    return urlsplit(url).path.removeprefix("/objects/")


def test_download_returns_the_uploaded_bytes_with_their_md5_as_etag(graphql_client, url):
    response = graphql_client.http.get(url)
    assert response.content == CONTENT
    assert response.headers["etag"] == f'"{hashlib.md5(CONTENT).hexdigest()}"'
    assert response.headers["content-length"] == str(len(CONTENT))
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["last-modified"].endswith(" GMT")


def test_upload_returns_its_etag(graphql_client, upload_url):
    response = graphql_client.http.put(upload_url, content=CONTENT)
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["etag"] == f'"{hashlib.md5(CONTENT).hexdigest()}"'


def test_empty_file_can_be_uploaded_and_downloaded(graphql_client):
    response = graphql_client.http.get(graphql_client.download_url(graphql_client.upload(b"")))
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=100-299", slice(100, 300)),
        ("bytes=1000-", slice(1000, None)),
        ("bytes=-10", slice(-10, None)),
        ("bytes=5-99999999", slice(5, None)),
    ],
)
def test_range_request_returns_206_with_its_bytes(graphql_client, url, header, expected):
    response = graphql_client.http.get(url, headers={"Range": header})
    assert response.status_code == 206
    assert response.content == CONTENT[expected]
    first, last, _ = expected.indices(len(CONTENT))
    assert response.headers["content-range"] == f"bytes {first}-{last - 1}/{len(CONTENT)}"


@pytest.mark.parametrize("header", ["bytes=0-1,5-6", "lines=1-2", "bytes=", "bytes=-", "bytes=a-b"])
def test_invalid_range_request_returns_the_whole_file(graphql_client, url, header):
    response = graphql_client.http.get(url, headers={"Range": header})
    assert (response.status_code, response.content) == (200, CONTENT)


@pytest.mark.parametrize("header", ["bytes=99999999-", "bytes=-0", "bytes=5-4"])
def test_range_request_beyond_the_end_returns_416(graphql_client, url, header):
    response = graphql_client.http.get(url, headers={"Range": header})
    assert refusal(response)[:2] == (416, "InvalidRange")
    assert response.headers["content-range"] == f"bytes */{len(CONTENT)}"


def test_if_match_limits_a_download_to_the_same_version(graphql_client, url):
    etag = graphql_client.http.get(url).headers["etag"]
    assert graphql_client.http.get(url, headers={"If-Match": etag}).status_code == 200
    changed = graphql_client.http.get(url, headers={"If-Match": '"other"', "Range": "bytes=1-"})
    assert refusal(changed)[:2] == (412, "PreconditionFailed")


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_authorization_header_is_refused(graphql_client, url, upload_url, method):
    parts = url if method == "GET" else upload_url
    content = b"x" if method == "PUT" else None
    headers = {"Authorization": graphql_client.local.token}
    response = graphql_client.http.request(method, parts, headers=headers, content=content)
    assert refusal(response) == (400, "InvalidArgument", "Only one auth mechanism allowed")


def test_chunked_upload_is_refused(graphql_client, upload_url):
    response = graphql_client.http.put(upload_url, content=iter([b"a", b"b"]))
    assert refusal(response)[:2] == (501, "NotImplemented")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 411, b"MissingContentLength"),
        ({"Content-Length": str(5 * 1024**3 + 1)}, 400, b"EntityTooLarge"),
    ],
)
def test_upload_with_an_invalid_length_is_refused_before_it_is_sent(
    upload_url, headers, status, code
):
    parts = urlsplit(upload_url)
    connection = http.client.HTTPConnection(parts.netloc)
    connection.putrequest("PUT", f"{parts.path}?{parts.query}")
    for name, value in (headers | {"Expect": "100-continue"}).items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == status
    assert code in response.read()
    connection.close()


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "POST"])
def test_download_url_is_bound_to_its_method(graphql_client, url, method):
    response = graphql_client.http.request(method, url, content=b"x" if method == "PUT" else None)
    assert response.status_code == 403
    if method != "HEAD":
        assert refusal(response)[:2] == (403, "SignatureDoesNotMatch")


def test_upload_url_cannot_be_downloaded_from(graphql_client, upload_url):
    assert refusal(graphql_client.http.get(upload_url))[:2] == (403, "SignatureDoesNotMatch")


def test_url_is_bound_to_its_object_and_parameters(graphql_client, url, upload_url):
    other_object = url.replace(key_of(url), key_of(upload_url))
    longer = url.replace("X-Amz-Expires=900", "X-Amz-Expires=9000")
    other_type = url.replace("response-content-type=text", "response-content-type=image")
    for changed in (other_object, longer, other_type, url[:-1]):
        assert changed != url
        assert refusal(graphql_client.http.get(changed))[:2] == (403, "SignatureDoesNotMatch")


def test_url_without_a_signature_is_refused(graphql_client, url):
    response = graphql_client.http.get(url.partition("?")[0])
    assert refusal(response) == (403, "AccessDenied", "Access Denied")


def test_expired_url_is_refused(graphql_client, url, upload_url):
    objects = graphql_client.local.exchange.objects
    past = timedelta(seconds=-1)
    download = graphql_client.http.get(objects.download_url(key_of(url), lifetime=past))
    upload = graphql_client.http.put(
        objects.upload_url(key_of(upload_url), lifetime=past), content=b"x"
    )
    for response in (download, upload):
        assert refusal(response) == (403, "AccessDenied", "Request has expired")


def test_file_without_an_upload_cannot_be_downloaded(graphql_client):
    file_id = graphql_client.create_file()["itemId"]
    assert refusal(graphql_client.http.get(graphql_client.download_url(file_id)))[:2] == (
        404,
        "NoSuchKey",
    )


def test_interrupted_upload_leaves_nothing(graphql_client):
    created = graphql_client.create_file()
    parts = urlsplit(created["url"])
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        target = f"{parts.path}?{parts.query}"
        head = f"PUT {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(head.encode() + b"only a part")
    objects = graphql_client.local.exchange.objects
    assert (
        graphql_client.http.get(graphql_client.download_url(created["itemId"])).status_code == 404
    )
    assert not objects.path(key_of(created["url"])).exists()


def test_second_upload_replaces_the_first_unless_it_is_interrupted(graphql_client):
    created = graphql_client.create_file()
    graphql_client.http.put(created["url"], content=b"first").raise_for_status()
    graphql_client.http.put(created["url"], content=b"second").raise_for_status()
    parts = urlsplit(created["url"])
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        target = f"{parts.path}?{parts.query}"
        head = f"PUT {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 100\r\n\r\n"
        connection.sendall(head.encode() + b"third")
    response = graphql_client.http.get(graphql_client.download_url(created["itemId"]))
    assert response.content == b"second"
    assert response.headers["etag"] == f'"{hashlib.md5(b"second").hexdigest()}"'


def test_query_result_has_an_etag(graphql_client):
    stored = graphql_client.local.exchange.objects.create("somebody")
    stored.path.write_bytes(b"[]\n")
    url = graphql_client.local.exchange.objects.download_url(
        stored.key, content_type="application/json"
    )
    response = graphql_client.http.get(url)
    assert response.headers["content-type"] == "application/json"
    etag = response.headers["etag"]
    assert graphql_client.http.get(url, headers={"If-Match": etag}).content == b"[]\n"


def start_upload(url: str, length: int) -> socket.socket:
    """A connection that has sent the head of an upload, and the first byte."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=60)
    head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
    connection.sendall(f"{head}\r\nx".encode())
    return connection


def test_stalled_upload_is_refused_and_discarded(graphql_client, monkeypatch, upload_url):
    use_limits(monkeypatch, max_idle_seconds=0.2)
    with start_upload(upload_url, 1000) as connection:
        response = b"".join(iter(lambda: connection.recv(65536), b""))
    assert response.startswith(b"HTTP/1.1 400")
    assert b"<Code>RequestTimeout</Code>" in response
    assert not any((graphql_client.local.exchange.objects.incoming_path().parent).iterdir())


def test_slow_uploads_block_nobody(graphql_client, monkeypatch, url):
    use_limits(monkeypatch, max_idle_seconds=3600)
    with ExitStack() as opened:
        for _ in range(60):
            opened.enter_context(start_upload(graphql_client.create_file()["url"], 10_000_000))
        assert graphql_client.http.get(url).content == CONTENT
