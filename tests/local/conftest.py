"""Clients of a Local Exchange for GraphQL and its real-time protocol."""

import json
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from avista_digital_exchange_sdk.local import LocalExchange

CREATE_FILE = """
mutation ($store: ID!, $directory: ID!, $name: String!, $extension: String!) {
  storage_createDataStoreFile(
    dataStoreId: $store, dataStoreDirectoryId: $directory, name: $name, fileExtension: $extension
  ) { itemId url }
}
"""


class GraphQLClient:
    """Sends GraphQL operations to a Local Exchange as any of its users."""

    def __init__(self, local: LocalExchange) -> None:
        self.local = local
        self.http = httpx.Client(timeout=60)

    def post(self, query: str, role: str = "owner", **variables: Any) -> httpx.Response:
        headers = {"Authorization": self.local.tokens.get(role, role)}
        body = {"query": query, "variables": variables}
        return self.http.post(self.local.endpoint, json=body, headers=headers)

    def execute(self, query: str, role: str = "owner", **variables: Any) -> dict[str, Any]:
        """The complete response, including errors."""
        response = self.post(query, role, **variables)
        assert response.status_code == 200, response.text
        return response.json()

    def run(self, query: str, role: str = "owner", **variables: Any) -> Any:
        """The result of the query's only field, which must succeed."""
        result = self.execute(query, role, **variables)
        assert "errors" not in result, result
        (value,) = result["data"].values()
        return value

    def error_type(self, query: str, role: str = "owner", **variables: Any) -> str:
        """The error type of the query's only field, which must fail."""
        result = self.execute(query, role, **variables)
        assert list(result["data"].values()) == [None]
        (error,) = result["errors"]
        return error["errorType"]

    def create_file(self, name: str = "notes", extension: str = "txt", role: str = "owner") -> Any:
        """A file that is not uploaded yet."""
        return self.run(
            CREATE_FILE,
            role,
            store=self.local.dataStoreId,
            directory=self.local.homeDirectoryId,
            name=name,
            extension=extension,
        )

    def upload(self, content: bytes, name: str = "notes", extension: str = "txt") -> str:
        """Upload a file with these bytes and return its ID."""
        created = self.create_file(name, extension)
        self.http.put(created["url"], content=content).raise_for_status()
        return created["itemId"]

    def download_url(self, file_id: str) -> str:
        query = (
            "query ($id: ID!) { storage_getDataStoreFileDownloadUrl(dataStoreFileId: $id) {url}}"
        )
        return self.run(query, id=file_id)["url"]

    def share(self, service_id: str, service_type: str) -> None:
        self._change_sharing("addServiceTo", service_id, service_type)

    def unshare(self, service_id: str, service_type: str) -> None:
        self._change_sharing("removeServiceFrom", service_id, service_type)

    def _change_sharing(self, change: str, service_id: str, service_type: str) -> None:
        self.run(
            f"""mutation ($c: ID!, $s: ID!, $t: ServiceType!) {{
              collaborative_{change}Collaborative(
                collaborativeId: $c, serviceId: $s, serviceType: $t
              ) {{ serviceId }}
            }}""",
            c=self.local.collaborativeId,
            s=service_id,
            t=service_type,
        )


class Socket:
    """A real-time connection with JSON messages."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def send(self, message: object) -> None:
        self.connection.send(json.dumps(message))

    def receive(self, timeout: float = 30) -> dict[str, Any]:
        """The next message that is no keep-alive."""
        while True:
            message = json.loads(self.connection.recv(timeout))
            if message["type"] != "ka":
                return message

    def is_silent(self) -> bool:
        """Whether no message is pending: the response to a new request comes next."""
        self.send({"type": "stop", "id": "nothing"})
        return self.receive() == {"type": "complete", "id": "nothing"}


@pytest.fixture(scope="session")
def local() -> Iterator[LocalExchange]:
    with LocalExchange() as local:
        yield local


@pytest.fixture(scope="session")
def graphql_client(local: LocalExchange) -> Iterator[GraphQLClient]:
    graphql_client = GraphQLClient(local)
    with graphql_client.http:
        yield graphql_client


@pytest.fixture
def connect_graphql() -> Iterator[Callable[[LocalExchange], GraphQLClient]]:
    """Creates clients of other Local Exchanges than the shared one."""
    with ExitStack() as opened:

        def connect_graphql(local: LocalExchange) -> GraphQLClient:
            graphql_client = GraphQLClient(local)
            opened.enter_context(graphql_client.http)
            return graphql_client

        yield connect_graphql


@pytest.fixture
def authorization(local: LocalExchange) -> Callable[[str], dict[str, str]]:
    """The authorization a user sends along with a connection or a subscription."""

    def of(role: str) -> dict[str, str]:
        host = urlsplit(local.endpoint).netloc
        return {"host": host, "Authorization": local.tokens.get(role, role)}

    return of


@pytest.fixture
def open_socket(
    local: LocalExchange, authorization: Callable[[str], dict[str, str]]
) -> Iterator[Callable[..., Socket]]:
    """Opens connections, by default acknowledged and as the owner."""
    with ExitStack() as opened:

        def open_(role: str = "owner", *, acknowledged: bool = True) -> Socket:
            text = json.dumps(authorization(role))
            header = urlsafe_b64encode(text.encode()).decode().rstrip("=")
            protocols = ["graphql-ws", f"header-{header}"]
            connection = connect(local.realtimeEndpoint, subprotocols=protocols)
            socket = Socket(opened.enter_context(connection))
            if acknowledged:
                socket.send({"type": "connection_init"})
                assert socket.receive()["type"] == "connection_ack"
            return socket

        yield open_


@pytest.fixture
def listen(
    open_socket: Callable[..., Socket], authorization: Callable[[str], dict[str, str]]
) -> Callable[..., Socket]:
    """Opens a connection with one subscription, by default as the owner."""

    def listen(query: str, role: str = "owner", **variables: Any) -> Socket:
        socket = open_socket(role)
        payload = {
            "data": json.dumps({"query": query, "variables": variables}),
            "extensions": {"authorization": authorization(role)},
        }
        socket.send({"id": "1", "type": "start", "payload": payload})
        message = socket.receive()
        assert message["type"] == "start_ack", message
        return socket

    return listen


@pytest.fixture
def run() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the program; stops it at the end of the test."""
    running: list[subprocess.Popen[str]] = []

    def run(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "avista_digital_exchange_sdk.local", *map(str, arguments)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()
