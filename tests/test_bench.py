"""`scripts/bench`: every workload runs, and measurements are reported correctly."""

import contextlib
import json
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripts.benchmarks import soak
from scripts.benchmarks.line import Line
from scripts.benchmarks.orchestrator import Orchestrator, create_fixtures
from scripts.benchmarks.report import Report, Result
from scripts.benchmarks.runner import JobFailedError, Usage, measure, medians
from scripts.benchmarks.workload import MB, Target, Workload
from scripts.benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).parents[1]
IMPLEMENTATIONS = {"sdk", "baseline"}

TARGET = Target(
    "wall ≤ 1.5x baseline",
    1.5,
    lambda taken: taken["walk"]["sdk"].wall / taken["walk"]["baseline"].wall,
)
COMPETITOR_TARGET = Target("≥ 3x faster", 3, lambda taken: taken["walk"]["official"].wall)
WALK = Workload("walk", "a walk", "a run", (TARGET, COMPETITOR_TARGET))


def taken(*walls: float) -> list[Usage]:
    return [Usage(wall, wall / 2, 40 * MB) for wall in walls]


def report_of(
    sdk: list[Usage], baseline: list[Usage], **failures: str
) -> tuple[str, dict[str, Any]]:
    result = Result(WALK, {"sdk": sdk, "baseline": baseline}, failures)
    report = Report({"cores": 2})
    report.add(result)
    return report.table(result), json.loads(json.dumps(report.json()))


@pytest.fixture(scope="module")
def tiny() -> Iterator[None]:
    """Everything is done at a hundredth of its size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_SCALE_DIVISOR", "100")
        yield


@pytest.fixture(scope="module")
def bench(tiny: None, tmp_path_factory: pytest.TempPathFactory) -> Orchestrator:
    folder = tmp_path_factory.mktemp("bench")
    python = Path(sys.executable)
    return Orchestrator(
        folder, create_fixtures(folder, WORKLOADS), dict.fromkeys(IMPLEMENTATIONS, python)
    )


class TestWorkloads:
    @pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
    def test_workload_is_done_by_the_sdk_and_its_baseline(
        self, workload: Workload, bench: Orchestrator
    ) -> None:
        result = bench.run(replace(workload, repetitions=1, accumulates_data=False))
        assert result.failures == {}
        assert result.medians.keys() == IMPLEMENTATIONS

    def test_workloads_are_reported_on_the_screen_and_in_a_file(
        self, tiny: None, tmp_path: Path
    ) -> None:
        written = tmp_path / "figures.json"
        command = ["-m", "scripts.benchmarks", "upload", "--json", str(written)]
        printed = subprocess.check_output([sys.executable, *command], cwd=ROOT, text=True)
        (entry,) = json.loads(written.read_text("utf-8"))["workloads"]
        assert {len(usage["repetitions"]) for usage in entry["implementations"].values()} == {3}
        assert entry["title"] in printed

    @pytest.mark.parametrize("name", [workload.name for workload in WORKLOADS])
    def test_workload_is_described_in_the_documentation(self, name: str) -> None:
        assert f"`{name}`" in (ROOT / "docs/explanation/benchmarks.md").read_text("utf-8")


class TestLine:
    @pytest.fixture
    def echo(self) -> Iterator[int]:
        """The port of a server that sends back what it receives."""

        class Echo(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                while block := self.request.recv(1 << 16):
                    self.request.sendall(block)

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo) as server:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server.server_address[1]
            server.shutdown()

    @pytest.fixture
    def exchange(self, echo: int) -> Iterator[Callable[[Line, bytes], float]]:
        """Sends bytes over a line, checks that they come back, and returns how long it took."""
        with contextlib.ExitStack() as stack:

            def send(line: Line, content: bytes) -> float:
                command = ["-m", "scripts.benchmarks.line", str(echo), *line.arguments()]
                process = stack.enter_context(
                    subprocess.Popen([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE)
                )
                stack.callback(process.terminate)
                assert process.stdout is not None
                port = int(process.stdout.readline())
                with socket.create_connection(("127.0.0.1", port)) as connection:
                    start = time.perf_counter()
                    connection.sendall(content)
                    received = b""
                    while len(received) < len(content):
                        received += connection.recv(1 << 16)
                    taken = time.perf_counter() - start
                assert received == content
                return taken

            yield send

    def test_line_delays_each_direction(self, exchange: Callable[[Line, bytes], float]) -> None:
        assert exchange(Line(round_trip=0.1), b"GET / HTTP/1.1") >= 0.1

    def test_line_adds_the_time_of_an_operation(
        self, exchange: Callable[[Line, bytes], float]
    ) -> None:
        # The response of the echo begins like an operation, too.
        assert exchange(Line(operation=0.1), b"POST /graphql HTTP/1.1") >= 0.2

    @pytest.mark.parametrize("name", ["bandwidth", "connection_bandwidth"])
    def test_line_limits_the_bandwidth(
        self, name: str, exchange: Callable[[Line, bytes], float]
    ) -> None:
        assert exchange(Line(**{name: 1e6}), bytes(100_000)) >= 0.1


class TestMeasuring:
    def test_measure_reports_the_usage_of_a_whole_process(self) -> None:
        used = measure([sys.executable, "-c", "bytearray(200 << 20)"], whole=True)
        assert used.peak_rss > 200 * MB
        assert used.cpu > 0
        assert used.wall > 0

    def test_measure_reports_why_a_job_failed(self) -> None:
        with pytest.raises(JobFailedError, match="out of hay"):
            measure([sys.executable, "-c", "raise SystemExit('out of hay')"], whole=True)

    def test_medians_are_taken_of_each_metric(self) -> None:
        usages = [Usage(1, 9, 5), Usage(2, 8, 4), Usage(9, 1, 3)]
        assert medians(usages) == Usage(2, 8, 4)


class TestReport:
    def test_report_compares_medians_with_baseline_and_target(self) -> None:
        table, figures = report_of(taken(2, 3, 99), taken(1, 2, 3))
        assert "met: wall ≤ 1.5x baseline (1.50)" in table
        (target,) = figures["workloads"][0]["targets"]
        assert target == {"text": TARGET.text, "limit": 1.5, "figure": 1.5, "met": True}
        assert figures["workloads"][0]["implementations"]["sdk"]["wall"] == 3
        assert figures["machine"] == {"cores": 2}

    def test_report_says_when_a_target_is_missed(self) -> None:
        table, figures = report_of(taken(4), taken(2))
        assert "MISSED: wall ≤ 1.5x baseline (2.00)" in table
        assert not figures["workloads"][0]["targets"][0]["met"]

    def test_report_of_a_failed_job_shows_the_reason_and_no_target(self) -> None:
        table, figures = report_of(taken(2), [], official="no such host")
        assert "met" not in table.lower()
        assert "FAILED: no such host" in table
        assert figures["workloads"][0]["failures"] == {"official": "no such host"}

    def test_summary_names_missed_targets_and_failed_jobs_of_competitors(self) -> None:
        result = Result(
            WALK,
            {"sdk": taken(4), "baseline": taken(2), "official": taken(9)},
            {"official": "object has no length"},
        )
        report = Report({})
        report.add(result)
        assert report.summary().splitlines() == [
            "0 targets met, 1 missed, 1 jobs failed",
            "MISSED: walk: wall ≤ 1.5x baseline (2.00)",
            "FAILED: walk by official: object has no length",
        ]
        assert report.failures

    def test_result_of_a_job_that_failed_midway_has_no_medians(self) -> None:
        result = Result(WALK, {"sdk": taken(1, 2), "official": taken(3)}, {"official": "reset"})
        assert result.medians.keys() == {"sdk"}


class TestCompetitors:
    @pytest.fixture
    def official_sdk(self, tmp_path: Path) -> Path:
        """A Python in which the official SDK's release is a package with one call."""
        package = tmp_path / "avista_digital_exchange_sdk"
        package.mkdir()
        (package / "__init__.py").write_text(
            "from types import SimpleNamespace\n"
            "class AvistaDigitalExchange:\n"
            "    def __init__(self, token): pass\n"
            "    def getUserInfo(self): pass\n"
            "    def listTimeSeriesAssetsAndLatestValues(self, database, location):\n"
            "        assets = [None] * int(database)\n"
            "        return SimpleNamespace(data=assets)\n"
        )
        python = tmp_path / "python"
        python.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
        python.chmod(0o755)
        return python

    @pytest.mark.parametrize(
        ("assets", "failures"),
        [("8", []), ("7", ["FAILED: latest-page by official-0.0.23: AssertionError: 7 assets"])],
    )
    def test_latest_values_job_counts_the_data_of_its_result(
        self, tiny: None, tmp_path: Path, official_sdk: Path, assets: str, failures: list[str]
    ) -> None:
        (workload,) = (workload for workload in WORKLOADS if workload.name == "latest-page")
        bench = Orchestrator(
            tmp_path, {"latest_page_database_id": assets}, {"official-0.0.23": official_sdk}
        )
        report = Report({})
        report.add(bench.run(replace(workload, repetitions=1)))
        assert report.failures == failures

    def test_workload_that_a_release_cannot_do_is_reported_with_the_reason(
        self, tiny: None, tmp_path: Path, official_sdk: Path
    ) -> None:
        (workload,) = (workload for workload in WORKLOADS if workload.name == "latest")
        bench = Orchestrator(tmp_path, {}, {"official-0.0.23": official_sdk})
        result = bench.run(workload)
        report = Report({})
        report.add(result)
        assert "official-0.0.23  unsupported: its call returns" in report.table(result)
        assert report.failures == []


def test_soak_over_a_faulty_connection_loses_and_repeats_no_record() -> None:
    report = soak.run(seconds=8)
    assert report.has_passed, str(report)
    assert report.published > 100
    assert report.faults["connection dropped"] + report.faults.get("connection stalled", 0) > 0
    assert [each.received for each in report.listeners] == [report.published] * 2
    assert sum(each.gaps for each in report.listeners) > 0
