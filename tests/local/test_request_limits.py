"""Limits of a client: bodies, heads, documents and connections."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from graphql import get_introspection_query

from ..support.options import use_limits

WHO = "{ user_getUserSession { user { firstName } } }"
MEGABYTE = 1024**2


@pytest.fixture
def headers(local):
    return {"Authorization": local.token}


@pytest.fixture
def open_tcp(local):
    """Opens TCP connections to the exchange."""
    address = urlsplit(local.endpoint)
    with ExitStack() as opened:

        def open_() -> socket.socket:
            connection = socket.create_connection((address.hostname, address.port), timeout=60)
            return opened.enter_context(connection)

        yield open_


def head(length: int | None, token: str = "") -> bytes:
    """The head of a request whose body has that length, or is chunked."""
    body = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\n{body}\r\n\r\n".encode()


def status(connection: socket.socket) -> int:
    """The status of the response; the connection is read until it ends."""
    received = b"".join(iter(lambda: connection.recv(65536), b""))
    return int(received.split(b" ", 2)[1])


def error_of(response: httpx.Response) -> dict[str, str]:
    (error,) = response.json()["errors"]
    return error


# Bodies


def test_unknown_token_is_refused_before_the_body_arrives(open_tcp):
    connection = open_tcp()
    connection.sendall(head(700 * MEGABYTE))
    assert status(connection) == 401


@pytest.mark.parametrize("token", ["unknown", "known"])
def test_oversized_request_gets_the_reason_of_its_refusal(local, token):
    headers = {"Authorization": local.token if token == "known" else "unknown"}
    response = httpx.post(local.endpoint, content=b" " * 8 * MEGABYTE, headers=headers)
    assert response.status_code == {"unknown": 401, "known": 413}[token]


def chunks(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield b" " * 65536


def test_body_over_one_megabyte_is_refused(local, headers):
    response = httpx.post(local.endpoint, content=b" " * (MEGABYTE + 1), headers=headers)
    assert response.status_code == 413
    assert error_of(response)["errorType"] == "MalformedHttpRequestException"
    assert "1048576 bytes" in error_of(response)["message"]


def test_chunked_body_over_one_megabyte_is_refused(local, headers):
    response = httpx.post(local.endpoint, content=chunks(40), headers=headers)
    assert response.status_code == 413


@pytest.mark.parametrize("chunked", [True, False])
def test_body_of_one_megabyte_is_accepted(local, headers, chunked):
    text = json.dumps({"query": WHO}).encode().ljust(MEGABYTE)
    content = iter([text[:1000], text[1000:]]) if chunked else text
    assert httpx.post(local.endpoint, content=content, headers=headers).status_code == 200


def test_dripping_body_is_refused_in_time(local, open_tcp, monkeypatch):
    use_limits(monkeypatch, max_body_seconds=0.3)
    connection = open_tcp()
    connection.sendall(head(1000, local.token) + b"{")
    time.sleep(0.2)
    connection.sendall(b'"')
    assert status(connection) == 408


def test_rest_of_a_refused_request_is_read_only_for_a_while(open_tcp, monkeypatch):
    use_limits(monkeypatch, max_discard_seconds=0.2)
    connection = open_tcp()
    connection.sendall(head(None))
    assert status(connection) == 401
    with pytest.raises(ConnectionError):
        send_slowly(connection)


def send_slowly(connection: socket.socket) -> None:
    """Send small chunks for two seconds."""
    for _ in range(100):
        connection.sendall(b"1\r\nx\r\n")
        time.sleep(0.02)


# Heads and connections


@pytest.mark.parametrize("sent", [b"", b"POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_slow_request_head_closes_the_connection(open_tcp, monkeypatch, sent):
    use_limits(monkeypatch, max_head_seconds=0.3)
    connection = open_tcp()
    connection.sendall(sent)
    assert connection.recv(1) == b""


def test_slow_second_request_head_closes_the_connection(local, open_tcp, monkeypatch):
    use_limits(monkeypatch, max_head_seconds=0.3)
    connection = open_tcp()
    body = json.dumps({"query": WHO}).encode()
    connection.sendall(head(len(body), local.token) + body)
    while b"Ada" not in connection.recv(65536):
        pass
    time.sleep(0.5)
    connection.sendall(b"POST /gra")
    assert connection.recv(1) == b""


def test_idle_connections_are_closed_for_new_ones(graphql_client, open_tcp, monkeypatch):
    use_limits(monkeypatch, max_connections=20)
    for _ in range(60):
        open_tcp().sendall(b"POST /graphql HTTP/1.1\r\n")
    with httpx.Client() as client:
        result = client.post(
            graphql_client.local.endpoint,
            json={"query": WHO},
            headers={"Authorization": graphql_client.local.token},
        )
    assert result.status_code == 200


# Documents


def spreading(depth: int) -> str:
    """A document whose selections double with each fragment."""
    fragments = [f"fragment f{i} on __Type {{ ...f{i + 1} ...f{i + 1} }}" for i in range(depth)]
    last = f"fragment f{depth} on __Type {{ name }}"
    return "\n".join(["{ __schema { types { ...f0 } } }", *fragments, last])


def clique(size: int) -> str:
    """A document with fragments that all spread each other."""
    spread = " ".join(f"...f{i}" for i in range(size))
    fragments = [f"fragment f{i} on __Type {{ {spread} }}" for i in range(size)]
    return "\n".join(["{ __schema { types { ...f0 } } }", *fragments])


def nested(depth: int) -> str:
    """A document with that many levels of directories."""
    start = '{ storage_getDataStoreDirectory(dataStoreDirectoryId: "x") '
    inner = "{ contents { dataStoreDirectory " * depth + "{ name }" + " } }" * depth
    return f"{start} {inner} }}"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("{" + " ".join(f"a{i}: __typename" for i in range(4000)) + "}", None),
        (spreading(40), "more than 10000 fields"),
        (clique(60), "within itself"),
        (nested(30), None),
        (nested(40), "more than 75 levels deep"),
        ("{" + "__typename " * 7000 + "}", "Validation error"),
    ],
    ids=["many fields", "doubling", "clique", "deep", "too deep", "same field"],
)
def test_document_that_selects_too_much_is_invalid(graphql_client, query, says):
    result = graphql_client.execute(query)
    messages = [error["message"] for error in result.get("errors", [])]
    if says is None:
        assert not any(message.startswith("Validation error") for message in messages)
    else:
        assert result["data"] is None
        assert says in messages[0]


@pytest.mark.parametrize("filler", ["__typename ", "# a comment\n"])
def test_document_with_too_many_tokens_is_refused(local, headers, filler):
    query = "{" + filler * 16_000 + "__typename }"
    response = httpx.post(local.endpoint, json={"query": query}, headers=headers)
    assert response.status_code == 400
    assert error_of(response)["errorType"] == "MalformedHttpRequestException"


def heavy() -> str:
    """A document that is short and takes long to execute."""
    inner = " ".join(f"a{i}: args {{ name type {{ name kind }} }}" for i in range(80))
    return f"{{ __schema {{ types {{ fields {{ {inner} }} }} }} }}"


@contextmanager
def asking(graphql_client, query: str, role: str) -> Iterator[threading.Thread]:
    """Run a user's query concurrently."""

    def ask() -> None:
        with httpx.Client(timeout=60) as http:
            headers = {"Authorization": graphql_client.local.tokens[role]}
            http.post(graphql_client.local.endpoint, json={"query": query}, headers=headers)

    thread = threading.Thread(target=ask)
    thread.start()
    yield thread
    thread.join()


def test_expensive_document_blocks_only_its_own_user(graphql_client):
    with asking(graphql_client, heavy(), "outsider") as thread:
        time.sleep(0.3)
        assert graphql_client.run(WHO)["user"]["firstName"] == "Ada"
        assert thread.is_alive(), "the document was answered first"


@pytest.mark.parametrize(
    ("limit", "value"), [("max_resolved_fields", 5_000), ("max_execution_seconds", 0.2)]
)
def test_execution_beyond_its_limit_times_out(graphql_client, monkeypatch, limit, value):
    use_limits(monkeypatch, **{limit: value})
    result = graphql_client.execute(heavy())
    assert result["data"] is None
    (error,) = result["errors"]
    assert (error["errorType"], error["message"]) == ("ExecutionTimeout", "Execution timed out.")
    assert graphql_client.run(WHO)["user"]["firstName"] == "Ada"


def test_introspection_is_within_the_limits(graphql_client):
    assert "errors" not in graphql_client.execute(get_introspection_query())


def test_repeated_reading_of_a_large_directory_blocks_nobody_else(graphql_client, local):
    database = local.exchange.directories._records
    caller = local.exchange.tokens.authenticate(local.token)
    rows = [
        (f"f{i}", local.dataStoreId, local.homeDirectoryId, f"file {i}", caller.user_id, f"k{i}")
        for i in range(20_000)
    ]
    database.run_many(
        """INSERT INTO files (dataStoreFileId, dataStoreId, dataStoreDirectoryId, name,
            fileExtension, contentType, ownerUserId, objectKey)
        VALUES (?, ?, ?, ?, 'txt', 'text/plain', ?, ?)""",
        rows,
    )
    fields = " ".join(f"a{i}: contents {{ objectType }}" for i in range(100))
    query = f"""{{ storage_getDataStoreDirectory(
        dataStoreDirectoryId: "{local.homeDirectoryId}") {{ {fields} }} }}"""
    try:
        with asking(graphql_client, query, "reader") as thread:
            time.sleep(0.5)
            assert graphql_client.run(WHO)["user"]["firstName"] == "Ada"
            assert thread.is_alive(), "the directory was read first"
    finally:
        database.execute("DELETE FROM files WHERE dataStoreFileId LIKE 'f%'")
