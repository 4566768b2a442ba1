"""The command `doctor`: what it checks, and what it advises."""

import json
import os
import shutil
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from avista_digital_exchange_sdk.local import LocalExchange

from ..support.certificates import CertificateAuthority
from ..support.command_line import Command, run_command
from ..support.fake_platform import FakeResponse
from ..support.proxy import Proxy
from .conftest import Process

ROOT = Path(__file__).parents[2]
NAMES = {
    *("version", "packages", "environment", "profiles", "keyring", "disk", "temporary"),
    *("token", "proxy", "endpoint", "tls", "clock", "login", "websocket"),
}
PAST, FUTURE = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 1))
NO_PROXY = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"), "")


def run(dx: Command, **environment: str) -> dict[str, dict[str, str]]:
    """The checks by name; the exit code is checked."""
    outcome = dx("doctor", "--json", **environment)
    checks = {check["name"]: check for check in outcome.json}
    has_failed = any(check["status"] == "failed" for check in checks.values())
    assert outcome.exit_code == int(has_failed), outcome
    for check in checks.values():
        assert bool(check["advice"]) == (check["status"] in ("failed", "warning")), check
    return checks


class DiskUsage(NamedTuple):
    """A result of shutil.disk_usage()."""

    total: int
    used: int
    free: int


def test_doctor_reports_every_check_without_secrets(process: Process, local: LocalExchange) -> None:
    outcome = process("doctor")
    assert outcome.returncode == 0, outcome.stdout
    assert outcome.stderr == "All checks passed.\n"
    assert {line[9:].split()[0] for line in outcome.stdout.splitlines()} == NAMES
    assert local.token not in outcome.stdout
    assert "AVISTA_DX_TOKEN" in outcome.stdout
    assert "httpx 0." in outcome.stdout


def test_doctor_advises_to_log_in_without_a_token(local: LocalExchange) -> None:
    checks = run(run_command, AVISTA_DX_ENDPOINT=local.endpoint)
    assert checks["token"]["status"] == "failed"
    assert "avista-dx login" in checks["token"]["advice"]
    # The connection is checked nevertheless.
    assert checks["endpoint"]["status"] == "ok"
    assert checks["login"]["status"] == checks["websocket"]["status"] == "skipped"


def test_doctor_reports_a_rejected_token_with_its_source(dx: Command) -> None:
    checks = run(dx, AVISTA_DX_TOKEN="rejected-1")
    assert checks["login"]["status"] == "failed"
    assert "the environment variable AVISTA_DX_TOKEN was rejected" in checks["login"]["detail"]
    assert "rejected-1" not in json.dumps(checks)


def test_doctor_reports_an_unreachable_endpoint(dx: Command) -> None:
    checks = run(dx, AVISTA_DX_ENDPOINT="https://example.invalid/graphql", **NO_PROXY)
    assert checks["endpoint"]["status"] == "failed"
    assert "no host example.invalid" in checks["endpoint"]["detail"]
    assert "AVISTA_DX_ENDPOINT" in checks["endpoint"]["detail"]
    assert checks["login"]["status"] == "skipped"


@pytest.mark.parametrize("name", ["AVISTA_DX_ENDPOINT", "HTTPS_PROXY"])
def test_doctor_reports_an_invalid_setting(dx: Command, name: str) -> None:
    environment = NO_PROXY | {"AVISTA_DX_ENDPOINT": "https://example.invalid/graphql"}
    checks = run(dx, **environment | {name: "ftp://secret-1"})
    assert name in checks["settings"]["detail"]
    # The token is not the reason.
    assert checks.get("token", {}).get("status") != "failed"
    assert "secret-1" not in json.dumps(checks)


def test_doctor_names_the_proxy_without_its_password(dx: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        location = f"127.0.0.1:{listener.getsockname()[1]}"
    environment = NO_PROXY | {
        "AVISTA_DX_ENDPOINT": "https://example.invalid/graphql",
        "HTTPS_PROXY": f"http://ada:secret-1@{location}",
    }
    checks = run(dx, **environment)
    assert checks["proxy"]["detail"] == f"the proxy {location} (from HTTPS_PROXY)"
    assert "refused the connection" in checks["endpoint"]["detail"]
    assert "the password of the proxy" in checks["endpoint"]["advice"]
    assert "secret-1" not in json.dumps(checks)


def test_doctor_reports_an_unknown_proxy(dx: Command) -> None:
    environment = NO_PROXY | {
        "AVISTA_DX_ENDPOINT": "https://example.invalid/graphql",
        "HTTPS_PROXY": "http://proxy.invalid:3128",
    }
    checks = run(dx, **environment)
    assert "no host proxy.invalid:3128 (from HTTPS_PROXY)" in checks["endpoint"]["detail"]
    assert "proxy" in checks["endpoint"]["advice"]


@pytest.mark.parametrize("is_trusted", [False, True])
def test_doctor_reports_an_untrusted_certificate(
    dx: Command, local: LocalExchange, tmp_path: Path, is_trusted: bool
) -> None:
    authority = CertificateAuthority(tmp_path)
    bundle = str(authority.bundle) if is_trusted else os.devnull
    with Proxy(local.endpoint, authority.server("localhost")).running() as proxy:
        checks = run(dx, AVISTA_DX_ENDPOINT=proxy.endpoint, SSL_CERT_FILE=bundle)
    assert checks["tls"]["status"] == ("ok" if is_trusted else "failed")
    assert is_trusted or "CA" in checks["tls"]["advice"]


@pytest.mark.parametrize(
    ("host", "dates", "advice"),
    [
        ("other.example", {}, "check the spelling of the endpoint"),
        ("localhost", {"not_after": PAST}, "set the clock"),
        ("localhost", {"not_before": FUTURE}, "set the clock"),
    ],
)
def test_doctor_says_what_to_do_about_an_invalid_certificate(
    dx: Command,
    local: LocalExchange,
    tmp_path: Path,
    host: str,
    dates: dict[str, datetime],
    advice: str,
) -> None:
    authority = CertificateAuthority(tmp_path)
    with Proxy(local.endpoint, authority.server(host, **dates)).running() as proxy:
        checks = run(
            dx, AVISTA_DX_ENDPOINT=proxy.endpoint, SSL_CERT_FILE=str(authority.bundle), **NO_PROXY
        )
    assert advice in checks["tls"]["advice"]


@pytest.mark.parametrize(
    ("status", "body"), [(404, b"<html>"), (200, b"<html>"), (200, b"[]"), (404, b'{"a": 1}')]
)
def test_doctor_reports_an_endpoint_that_is_another_server(
    dx: Command, proxy: Proxy, status: int, body: bytes
) -> None:
    proxy.responses["doctor"] = [FakeResponse(status, body)]
    checks = run(dx, AVISTA_DX_ENDPOINT=proxy.endpoint)
    assert f"HTTP {status}" in checks["endpoint"]["detail"]
    assert "/graphql" in checks["endpoint"]["advice"]
    assert checks["login"]["status"] == checks["websocket"]["status"] == "skipped"


def test_doctor_reports_blocked_websockets(dx: Command, proxy: Proxy) -> None:
    proxy.blocks_websockets = True
    checks = run(dx, AVISTA_DX_ENDPOINT=proxy.endpoint)
    assert checks["websocket"]["status"] == "failed"
    assert "firewalls" in checks["websocket"]["advice"]
    assert checks["login"]["status"] == "ok"


@pytest.mark.parametrize(("seconds", "status"), [(0, "ok"), (-600, "failed"), (600, "failed")])
def test_doctor_compares_the_clock_with_the_platform(
    dx: Command, proxy: Proxy, seconds: int, status: str
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    body = b'{"data": {"__typename": "Query"}}'
    headers = {"Content-Type": "application/json", "Date": date}
    proxy.responses["doctor"] = [FakeResponse(200, body, headers)]
    check = run(dx, AVISTA_DX_ENDPOINT=proxy.endpoint)["clock"]
    assert check["status"] == status
    assert ("behind" if seconds > 0 else "ahead of") in check["detail"]


@pytest.mark.parametrize(
    ("free", "status"), [(10**6, "failed"), (10**9, "warning"), (10**10, "ok")]
)
def test_doctor_reports_a_full_disk(
    dx: Command, monkeypatch: pytest.MonkeyPatch, free: int, status: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: DiskUsage(10**12, 0, free))
    checks = run(dx)
    assert checks["disk"]["status"] == checks["temporary"]["status"] == status
    message = dx("doctor").stderr
    assert ("passed, with warnings: disk, temporary\n" in message) == (status == "warning")
    assert ("All checks passed." in message) == (status == "ok")


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
def test_doctor_reports_that_no_temporary_file_can_be_written(process: Process) -> None:
    import resource

    def forbid_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    outcome = process("doctor", preexec_fn=forbid_files)
    assert outcome.returncode == 1
    assert "No usable temporary directory" in outcome.stdout
    assert "set TMPDIR to another directory" in outcome.stdout


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
def test_doctor_reports_profiles_that_others_can_read(
    dx: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, local: LocalExchange
) -> None:
    monkeypatch.setenv("AVISTA_DX_CONFIG_DIR", str(tmp_path))
    run_command("login", "--no-keyring", "--endpoint", local.endpoint, input=local.token)
    assert run(dx)["profiles"]["status"] == "ok"
    path = tmp_path / "profiles" / "default.json"
    path.chmod(0o644)
    checks = run(dx)
    assert checks["profiles"]["advice"] == f"run: chmod 600 {path}"
    assert local.token not in json.dumps(checks)


def test_issue_template_asks_for_the_output_of_doctor() -> None:
    template = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/bug_report.yml").read_text())
    labels = [item["attributes"].get("label") for item in template["body"]]
    assert "Output of avista-dx doctor" in labels
