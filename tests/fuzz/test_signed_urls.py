"""Modified presigned URLs are refused like by S3."""

import socket
from http.client import HTTPResponse
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from hypothesis import assume, given
from hypothesis import strategies as st

METHODS = ["GET", "PUT", "HEAD", "POST", "DELETE", "OPTION_BY_PARAMETER", "PATCH", "get", "BREW"]
STEPS = ["..", ".", "", "%2e%2e", "%2E.", "..%2f", "%2f", "%00", "%", "%zz", "%c0%ae", "~", "\\",
         "objects", "files", "results", "incoming", "data", "records.sqlite", "time_series",
         "beside.csv", "etc", "passwd", "%F0%9F%93%88", "a" * 300]  # fmt: skip
NAMES = ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Signature",
         "response-content-type", "x", ""]  # fmt: skip
# Characters that are possible in an HTTP request line.
VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20)
VALUES = st.sampled_from(["", "0", "-1", "1" * 5000, "99999999999999999999", "20240230T250000Z",
                          "20240229T000000Z", "text/html", "\r\nX-Evil: 1"])  # fmt: skip
RANGES = st.one_of(
    st.sampled_from(["bytes=0-", "bytes=-0", "bytes=-", "bytes=5-1", "bytes=0-0,2-3", "lines=1-2"]),
    st.builds("bytes={}-{}".format, st.integers(min_value=0), st.integers(min_value=0)),
    st.builds("bytes={}-".format, st.sampled_from(["9" * 30, "9" * 5000])),
    VISIBLE,
)


def request(exposed: Any, method: str, target: str, *headers: str, body: bytes = b"") -> Any:
    """The status and body of the response to a request of any form."""
    address = urlsplit(exposed.local.endpoint)
    lines = [f"{method} {target} HTTP/1.1", f"Host: {address.netloc}", "Connection: close"]
    head = "\r\n".join([*lines, *headers, "", ""])
    with socket.create_connection((address.hostname, address.port), 60) as connection:
        connection.sendall(head.encode("latin-1") + body)
        with HTTPResponse(connection, method=method) as response:
            response.begin()
            content = response.read()
    assert response.status < 500 or response.status == 501, content
    exposed.check(content.decode("latin-1"))
    return response.status, content


def parts_of(exposed: Any, data: st.DataObject) -> tuple[str, str, list[tuple[str, str]]]:
    """The method, path and parameters of a URL of the outsider."""
    method = data.draw(st.sampled_from(["GET", "PUT"]))
    url = urlsplit(exposed.urls[method])
    return method, url.path, parse_qsl(url.query)


@given(data=st.data())
def test_random_path_is_handled_safely(exposed: Any, data: st.DataObject) -> None:
    method, path, parameters = parts_of(exposed, data)
    steps = data.draw(st.lists(st.sampled_from(STEPS) | VISIBLE, max_size=8))
    own, _, key = path.rpartition("/")
    other = data.draw(
        st.sampled_from([f"/objects/{'/'.join(steps)}", f"{path}/{'/'.join(steps)}",
                         f"{own}/{'/'.join(steps)}/{key}", "/".join(["", *steps])])
    )  # fmt: skip
    assume(not {"?", "#"} & {*other} and other != path)
    status, _ = request(exposed, method, f"{other}?{urlencode(parameters)}")
    assert status in (400, 403, 404, 405), other


@given(data=st.data())
def test_random_parameters_are_handled_safely(exposed: Any, data: st.DataObject) -> None:
    method, path, parameters = parts_of(exposed, data)
    changed = dict(parameters)
    for name in data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)):
        value = data.draw(VALUES | st.text() | st.none())
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    query = urlencode(data.draw(st.permutations(list(changed.items()))), errors="replace")
    status, _ = request(exposed, method, f"{path}?{query}", "Content-Length: 0")
    if dict(parse_qsl(query, keep_blank_values=True)) != dict(parameters):
        assert status == 403, query


@given(data=st.data(), query=VISIBLE | st.text().map(quote))
def test_random_query_string_is_handled_safely(
    exposed: Any, data: st.DataObject, query: str
) -> None:
    method, path, _ = parts_of(exposed, data)
    status, _ = request(exposed, method, f"{path}?{query.replace('#', '')}", "Content-Length: 0")
    assert status == 403, query


@given(data=st.data(), method=st.sampled_from(METHODS))
def test_other_method_is_handled_safely(exposed: Any, data: st.DataObject, method: str) -> None:
    signed_for, path, parameters = parts_of(exposed, data)
    status, _ = request(exposed, method, f"{path}?{urlencode(parameters)}", "Content-Length: 0")
    assert status in ((200,) if method == signed_for else (400, 403, 405)), method


@given(range_header=RANGES, etag=VISIBLE | st.just("*"))
def test_random_range_is_handled_safely(exposed: Any, range_header: str, etag: str) -> None:
    url = urlsplit(exposed.urls["GET"])
    headers = [f"Range: {range_header}", f"If-Match: {etag}"]
    for some in (headers[:1], headers[1:], headers):
        status, content = request(exposed, "GET", f"{url.path}?{url.query}", *some)
        assert status in (200, 206, 412, 416), some
        assert status not in (200, 206) or content in b"mine"


@given(length=VISIBLE | st.integers().map(str), body=st.binary(max_size=50))
def test_random_length_is_handled_safely(exposed: Any, length: str, body: bytes) -> None:
    url = urlsplit(exposed.urls["PUT"])
    # The server correctly waits for the announced bytes.
    assume(not length.isdecimal() or int(length) <= len(body))
    status, _ = request(
        exposed, "PUT", f"{url.path}?{url.query}", f"Content-Length: {length}", body=body
    )
    assert status in (200, 400, 404, 411)
