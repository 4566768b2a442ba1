"""Starting, stopping and data directories, in Python and as a program."""

import json
import os
import signal
import socket
import sqlite3
import tempfile
import threading
import time
from base64 import b64encode
from contextlib import closing
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.local.tables import ADDED_COLUMNS

WHO = "{ user_getUserSession { user { userId } } }"
NEW_TOKENS = ("endpoint", "capture")
DEVICE_KEYS = (
    "iotHubId",
    "modelId",
    "iotEndpointId",
    "iotGroupId",
    "captureId",
    "captureAttributeId",
)
NEW_TABLES = (
    "attachments",
    "captureStateChanges",
    "captures",
    "propertyValues",
    "iotGroupEndpoints",
    "iotGroups",
    "iotEndpoints",
    "models",
    "iotHubs",
)
USERS = {"owner", "member", "reader", "outsider"}
READY_KEYS = [
    "endpoint",
    "realtimeEndpoint",
    "tokens",
    "dataStoreId",
    "homeDirectoryId",
    "timeSeriesDbId",
    "collaborativeId",
    "iotHubId",
    "modelId",
    "iotEndpointId",
    "iotGroupId",
    "captureId",
    "captureAttributeId",
]


def ask(endpoint, token, query=WHO):
    response = httpx.post(endpoint, json={"query": query}, headers={"Authorization": token})
    return response.json()["data"]


def attributes(local):
    return {name: getattr(local, name) for name in READY_KEYS}


# In Python


def test_exchange_serves_after_construction_and_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads = set(threading.enumerate())
    with LocalExchange() as local:
        assert ask(local.endpoint, local.token)["user_getUserSession"]
        assert local.token == local.tokens["owner"]
        assert set(local.tokens) == {*USERS, "endpoint", "capture"}
        assert len(set(local.tokens.values())) == 6
    with pytest.raises(httpx.ConnectError):
        ask(local.endpoint, local.token)
    assert set(threading.enumerate()) == threads
    assert list(tmp_path.iterdir()) == []


def test_exchange_closed_twice_does_nothing():
    local = LocalExchange()
    local.close()
    local.close()


def test_exchange_repr_contains_no_token(local):
    assert local.token not in repr(local)
    assert local.endpoint in repr(local)


def test_exchanges_run_independently(local):
    with LocalExchange() as other:
        result = httpx.post(local.endpoint, headers={"Authorization": other.token})
    assert result.status_code == 401


def test_exchange_closes_while_a_client_is_subscribed():
    with LocalExchange() as local:
        host = urlsplit(local.endpoint).netloc
        authorization = json.dumps({"host": host, "Authorization": local.token})
        uri = f"{local.realtimeEndpoint}?header={b64encode(authorization.encode()).decode()}"
        with connect(uri, subprotocols=["graphql-ws"]) as connection:
            connection.send('{"type": "connection_init"}')
            assert json.loads(connection.recv())["type"] == "connection_ack"
            local.close()
            assert json.loads(connection.recv())["type"] == "ka"
            with pytest.raises(ConnectionClosed):
                connection.recv()


def test_exchange_closes_while_a_client_does_not_read_its_response():
    with LocalExchange() as local:
        stored = local.exchange.objects.create("somebody")
        with stored.path.open("wb") as file:
            file.truncate(200 * 1024**2)
        address = urlsplit(local.exchange.objects.download_url(stored.key))
        with socket.create_connection((address.hostname, address.port)) as connection:
            target = f"{address.path}?{address.query}"
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
            assert connection.recv(12) == b"HTTP/1.1 200"
            local.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "0.0.0.0"])
def test_exchange_endpoint_is_reachable_whatever_it_listens_on(host):
    if host == "::1" and not _has_ipv6():
        pytest.skip("This machine has no IPv6.")
    with LocalExchange(host=host) as local:
        assert ask(local.endpoint, local.token)["user_getUserSession"]
        assert local.realtimeEndpoint == local.endpoint.replace("http", "ws", 1) + "/realtime"


def _has_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_port_in_use_raises_oserror(local):
    with pytest.raises(OSError, match="in use"):
        LocalExchange(port=urlsplit(local.endpoint).port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_invalid_port_raises_oserror(port):
    with pytest.raises(OSError, match=f"port must be between 0 and 65535, got {port}"):
        LocalExchange(port=port)


def test_data_directory_keeps_everything(tmp_path):
    create = 'mutation { storage_createDataStore(name: "kept") { dataStoreId } }'
    with LocalExchange(data=tmp_path / "new") as local:
        first = attributes(local)
        created = ask(local.endpoint, local.token, create)["storage_createDataStore"]
    with LocalExchange(data=tmp_path / "new") as local:
        again = attributes(local)
        kept = ask(local.endpoint, local.token, "{ storage_listDataStores { dataStoreId } }")
    assert created in kept["storage_listDataStores"]
    for name in READY_KEYS[2:]:
        assert again[name] == first[name]


def test_data_directory_keeps_files_and_presigned_urls(tmp_path):
    with LocalExchange(data=tmp_path) as local:
        port = urlsplit(local.endpoint).port
        create = f"""mutation {{ storage_createDataStoreFile(
          dataStoreId: "{local.dataStoreId}", dataStoreDirectoryId: "{local.homeDirectoryId}",
          name: "a", fileExtension: "txt") {{ itemId url }} }}"""
        created = ask(local.endpoint, local.token, create)["storage_createDataStoreFile"]
        httpx.put(created["url"], content=b"kept").raise_for_status()
        query = f"""{{ storage_getDataStoreFileDownloadUrl(
          dataStoreFileId: "{created["itemId"]}") {{ url }} }}"""
        result = ask(local.endpoint, local.token, query)["storage_getDataStoreFileDownloadUrl"]
    with LocalExchange(data=tmp_path, port=port):
        assert httpx.get(result["url"]).content == b"kept"


def test_data_directories_have_different_tokens_and_ids(tmp_path):
    with LocalExchange(data=tmp_path / "a") as a, LocalExchange(data=tmp_path / "b") as b:
        assert not set(a.tokens.values()) & set(b.tokens.values())
        assert a.dataStoreId != b.dataStoreId


def test_data_directory_is_used_by_one_exchange_at_a_time(tmp_path):
    with (
        LocalExchange(data=tmp_path),
        pytest.raises(OSError, match="in use by another Local Exchange"),
    ):
        LocalExchange(data=tmp_path)


# As a program


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGTERM)]
)
def test_program_serves_once_it_is_ready_and_stops_cleanly(run, tmp_path, number):
    ready_file = tmp_path / "ready.json"
    process = run("--ready-file", ready_file)
    line = process.stdout.readline()
    ready = json.loads(ready_file.read_text())
    assert list(ready) == READY_KEYS
    assert line == f"The Local Exchange is running at {ready['endpoint']}\n"
    assert ask(ready["endpoint"], ready["tokens"]["owner"])["user_getUserSession"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["ready.json"]
    if os.name == "posix":
        assert ready_file.stat().st_mode & 0o077 == 0

    process.send_signal(number)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


def test_program_with_data_keeps_everything(run, tmp_path):
    tokens = []
    for _ in range(2):
        process = run("--data", tmp_path / "data", "--ready-file", tmp_path / "ready.json")
        process.stdout.readline()
        tokens.append(json.loads((tmp_path / "ready.json").read_text())["tokens"])
        process.terminate()
        process.communicate(timeout=60)
    assert tokens[0] == tokens[1]


def test_program_reports_why_it_cannot_start(run, local):
    process = run("--port", urlsplit(local.endpoint).port)
    output, errors = process.communicate(timeout=60)
    assert output == ""
    assert errors.startswith("The Local Exchange cannot start: ")
    assert errors.count("\n") == 1
    assert process.returncode == 1


def test_program_serves_with_latency_and_throttle(run, tmp_path):
    ready_file = tmp_path / "ready.json"
    process = run("--latency", "0.1", "--throttle", "0.001", "--ready-file", ready_file)
    process.stdout.readline()
    ready = json.loads(ready_file.read_text())
    started = time.monotonic()
    ask(ready["endpoint"], ready["tokens"]["owner"])
    assert time.monotonic() - started >= 0.1
    headers = {"Authorization": ready["tokens"]["owner"]}
    assert httpx.post(ready["endpoint"], json={"query": WHO}, headers=headers).status_code == 429


@pytest.mark.parametrize(
    ("option", "value"), [("--latency", "-1"), ("--latency", "nan"), ("--throttle", "0")]
)
def test_program_refuses_invalid_conditions(run, option, value):
    process = run(option, value)
    output, errors = process.communicate(timeout=60)
    assert (output, process.returncode) == ("", 2)
    assert f"{option[2:]} must be a" in errors


def test_data_directory_of_an_earlier_release_is_migrated(tmp_path):
    with LocalExchange(data=tmp_path) as local:
        before = attributes(local)
    records = sqlite3.connect(tmp_path / "records.sqlite", isolation_level=None)
    with closing(records):
        seed = json.loads(records.execute("SELECT value FROM settings").fetchall()[-1][0])
        assert seed["tokens"] == before["tokens"]
        for name in NEW_TOKENS:
            del seed["tokens"][name]
        for name in DEVICE_KEYS:
            del seed[name]
        records.execute("UPDATE settings SET value = ? WHERE name = 'seed'", [json.dumps(seed)])
        records.execute("DELETE FROM tokens WHERE scope IS NOT NULL")
        records.execute("DROP INDEX tokensByScope")
        for table in NEW_TABLES:
            records.execute(f"DROP TABLE {table}")
        for table, columns in ADDED_COLUMNS.items():
            for column in columns:
                records.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for _ in range(2):
        with LocalExchange(data=tmp_path) as local:
            for role in USERS:
                assert local.tokens[role] == before["tokens"][role]
            query = f'{{ iot_getEndpoint(iotEndpointId: "{local.iotEndpointId}") {{ name }} }}'
            assert ask(local.endpoint, local.tokens["endpoint"], query)["iot_getEndpoint"]
            hubs = ask(local.endpoint, local.token, "{ iot_listHubs { iotHubId } }")
            assert hubs["iot_listHubs"] == [{"iotHubId": local.iotHubId}]
            admin = ask(local.endpoint, local.token, "{ platformAdmin_listUsers { userId } }")
            assert len(admin["platformAdmin_listUsers"]) == 4
