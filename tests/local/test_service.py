"""The Local Exchange as a service for a team: health, logs, public URL, files of Docker."""

import base64
import json
import logging
import re
import shlex
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from avista_digital_exchange_sdk.local import LocalExchange, server

from ..support.waiting import wait_until
from .test_running import WHO

DOCKER = Path(__file__).parents[2] / "docker"
LOGGER = "avista_digital_exchange_sdk.local.request_log"


def wait_until_ready(process):
    assert process.stdout.readline().startswith("The Local Exchange is running at ")


# Health


def test_health_needs_no_token(local):
    response = httpx.get(local.endpoint.replace("/graphql", "/health"))
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_health_is_reported_whatever_fails_or_is_slow():
    with LocalExchange(latency=3600, throttle=0.001) as local:
        local.fail("*")
        response = httpx.get(local.endpoint.replace("/graphql", "/health"), timeout=60)
    assert response.status_code == 200


# The ready file


def test_ready_file_exists_only_while_requests_are_accepted(run, tmp_path):
    ready_file = tmp_path / "ready.json"
    ready_file.write_text("of an earlier run that was killed")
    process = run("--ready-file", ready_file)
    while ready_file.exists() and "earlier" in ready_file.read_text():
        time.sleep(0.01)
    wait_until_ready(process)
    endpoint = json.loads(ready_file.read_text())["endpoint"]
    assert httpx.get(endpoint.replace("/graphql", "/health")).status_code == 200
    process.terminate()
    process.communicate(timeout=60)
    assert not ready_file.exists()


def test_old_ready_file_is_removed_if_the_exchange_cannot_start(run, local, tmp_path):
    ready_file = tmp_path / "ready.json"
    ready_file.write_text("of an earlier run")
    process = run("--port", urlsplit(local.endpoint).port, "--ready-file", ready_file)
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert not ready_file.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights")
def test_ready_file_that_is_a_link_to_a_device_is_kept(run, tmp_path):
    link = tmp_path / "ready.json"
    link.symlink_to("/dev/null")
    process = run("--ready-file", link)
    wait_until_ready(process)
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert link.is_symlink()


# The public URL


def test_public_url_is_that_of_presigned_urls_and_of_the_ready_file(run, tmp_path):
    ready_file = tmp_path / "ready.json"
    process = run("--public-url", "https://exchange.test:8443/", "--ready-file", ready_file)
    line = process.stdout.readline()
    ready = json.loads(ready_file.read_text())
    assert ready["endpoint"] == "https://exchange.test:8443/graphql"
    assert ready["realtimeEndpoint"] == "wss://exchange.test:8443/graphql/realtime"
    assert ready["endpoint"] in line


def test_public_url_is_the_own_address_by_default(local):
    assert local.publicEndpoint == local.endpoint
    assert local.publicRealtimeEndpoint == local.realtimeEndpoint


def test_presigned_urls_begin_with_the_public_url(connect_graphql):
    with LocalExchange(publicUrl="http://exchange:8000") as local:
        url = connect_graphql(local).create_file()["url"]
    assert url.startswith("http://exchange:8000/objects/")


def test_public_url_with_a_scheme_in_capitals_has_a_realtime_url():
    with LocalExchange(publicUrl="HTTPS://exchange.example/") as local:
        assert local.publicRealtimeEndpoint == "wss://exchange.example/graphql/realtime"


@pytest.mark.parametrize("url", ["", "exchange", "ftp://exchange", "https://", "http://x/?a=b"])
def test_public_url_that_is_no_url_of_a_server_is_refused(url):
    with pytest.raises(ValueError, match="publicUrl must be an http:// or https:// URL"):
        LocalExchange(publicUrl=url)


# The log of requests


def wait_for_lines(caplog, count):
    """The lines of the log; they are written after the responses."""

    def get_lines():
        return [record.getMessage() for record in caplog.records if record.name == LOGGER]

    wait_until(lambda: len(get_lines()) >= count)
    return get_lines()


def test_log_names_requests_without_secrets(local, graphql_client, caplog):
    caplog.set_level(logging.INFO, LOGGER)
    graphql_client.http.post(
        local.endpoint,
        json={"query": f"query who {WHO}", "operationName": "who"},
        headers={"Authorization": local.token},
    )
    graphql_client.post(WHO, role="a wrong token")
    url = graphql_client.download_url(graphql_client.upload(b"x"))
    graphql_client.http.get(url)
    graphql_client.http.get(url.replace("Signature=", "Signature=0"))
    lines = wait_for_lines(caplog, 7)
    assert re.fullmatch(
        r"POST /graphql 200 \d+ ms user=userId\.\S+ operation=who request=\w{32}", lines[0]
    )
    assert re.fullmatch(r"POST /graphql 401 \d+ ms request=\w{32}", lines[1])
    assert re.fullmatch(r"GET /objects/\S+ 200 \d+ ms request=\w{32}", lines[-2])
    assert re.fullmatch(r"GET /objects/\S+ 403 \d+ ms request=\w{32}", lines[-1])
    text = "\n".join(lines)
    assert local.token not in text
    assert "a wrong token" not in text
    assert "X-Amz" not in text
    assert "Signature" not in text


def test_log_of_user_input_is_on_one_line(local, graphql_client, caplog):
    caplog.set_level(logging.INFO, LOGGER)
    name = "x\nPOST /graphql 200 forged\x1b[31m"
    body = {"query": WHO, "operationName": name}
    headers = {"Authorization": local.token}
    graphql_client.http.post(local.endpoint, json=body, headers=headers)
    graphql_client.http.get(local.endpoint.replace("/graphql", "/a%0Ab%20c"))
    posted, got = wait_for_lines(caplog, 2)
    assert r"operation='x\nPOST /graphql 200 forged\x1b[31m'" in posted
    assert got.startswith("GET /a%0Ab%20c 404 ")


def test_log_of_a_request_without_response_says_so(local, graphql_client, caplog):
    caplog.set_level(logging.INFO, LOGGER)
    with local.fail("getUserInfo", "disconnect"), pytest.raises(httpx.RemoteProtocolError):
        graphql_client.post(WHO)
    (line,) = wait_for_lines(caplog, 1)
    assert line.startswith("POST /graphql no response ")


def test_program_logs_requests_to_standard_error(run, tmp_path):
    process = run("--log", "--ready-file", tmp_path / "ready.json")
    wait_until_ready(process)
    ready = json.loads((tmp_path / "ready.json").read_text())
    headers = {"Authorization": ready["tokens"]["owner"]}
    httpx.post(ready["endpoint"], json={"query": WHO}, headers=headers)
    process.terminate()
    output, errors = process.communicate(timeout=60)
    assert output == ""
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z POST /graphql 200 \d+ ms .*\n", errors
    )


# Stopping


def test_idle_exchange_stops_without_waiting_for_its_clients(monkeypatch):
    monkeypatch.setattr(server, "GRACE_SECONDS", 3600)
    with LocalExchange() as local, httpx.Client() as http:
        headers = {"Authorization": local.token}
        http.post(local.endpoint, json={"query": WHO}, headers=headers)
        host = urlsplit(local.endpoint).netloc
        text = json.dumps({"host": host, "Authorization": local.token})
        uri = f"{local.realtimeEndpoint}?header={base64.b64encode(text.encode()).decode()}"
        with connect(uri, subprotocols=["graphql-ws"]) as socket:
            socket.send('{"type": "connection_init"}')
            socket.recv()
            local.close()
            assert json.loads(socket.recv())["type"] == "ka"
            with pytest.raises(ConnectionClosed):
                socket.recv()


# Docker


def instructions(name):
    """The arguments of the instructions of the Dockerfile with this name."""
    text = (DOCKER / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.partition(" ")[2] for line in text.splitlines() if line.startswith(f"{name} ")]


def find_free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return str(listener.getsockname()[1])


def test_docker_image_runs_the_program_that_its_health_check_finds(tmp_path):
    (compose,) = [yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]["exchange"]]
    (entrypoint,), (check,) = map(instructions, ("ENTRYPOINT", "HEALTHCHECK"))
    port = find_free_port()
    url = re.fullmatch(r"\$\{EXCHANGE_URL:-(.+)\}", compose["command"][-1])[1]
    command = [*json.loads(entrypoint), *compose["command"][:-1], url]
    command = [part.replace("/data", str(tmp_path)).replace("8000", port) for part in command]
    assert command[0] == "python"
    command[0] = sys.executable
    command[command.index("0.0.0.0")] = "127.0.0.1"
    health = [part.replace("8000", port) for part in json.loads(check.partition("CMD ")[2])]
    health[0] = sys.executable
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        assert subprocess.run(health).returncode == 0
        ready = json.loads((tmp_path / "ready.json").read_text())
        assert ready["endpoint"] == f"http://localhost:{port}/graphql"
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert subprocess.run(health, stderr=subprocess.DEVNULL).returncode != 0


def test_compose_file_fits_the_dockerfile():
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    exchange = compose["services"]["exchange"]
    assert (DOCKER / exchange["build"]["context"]).resolve() == DOCKER.parent
    assert (DOCKER.parent / exchange["build"]["dockerfile"]).exists()
    assert exchange["volumes"] == ["data:/data"]
    assert "data" in compose["volumes"]
    assert instructions("VOLUME") == ["/data"]
    assert exchange["ports"] == ["8000:8000"]
    assert instructions("EXPOSE") == ["8000"]


def test_docker_context_has_everything_the_build_needs():
    kept = {
        line.removeprefix("!")
        for line in (DOCKER.parent / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    (install,) = [line for line in instructions("RUN") if "pip install" in line]
    assert "/source[local]" in shlex.split(install)
    assert kept == {"LICENSE", "README.md", "pyproject.toml", "src"}
