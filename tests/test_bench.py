"""`scripts/bench`: every workload can be done, and what was measured is reported right."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripts.benchmarks.orchestrator import Bench, provide
from scripts.benchmarks.report import Outcome, Report
from scripts.benchmarks.runner import JobFailedError, Usage, measure, medians
from scripts.benchmarks.workloads import MB, WORKLOADS, Target, Workload

ROOT = Path(__file__).parents[1]
SIDES = {"sdk", "baseline"}

TARGET = Target(
    "wall ≤ 1.5x baseline",
    1.5,
    lambda taken: taken["walk"]["sdk"].wall / taken["walk"]["baseline"].wall,
)
BESIDE_A_PEER = Target("≥ 3x faster", 3, lambda taken: taken["walk"]["official"].wall)
WALK = Workload("walk", "a walk", "a run", (TARGET, BESIDE_A_PEER))


def taken(*walls: float) -> list[Usage]:
    return [Usage(wall, wall / 2, 40 * MB) for wall in walls]


def report_of(
    sdk: list[Usage], baseline: list[Usage], **failures: str
) -> tuple[str, dict[str, Any]]:
    outcome = Outcome(WALK, {"sdk": sdk, "baseline": baseline}, failures)
    report = Report({"cores": 2})
    report.add(outcome)
    return report.table(outcome), json.loads(json.dumps(report.json()))


@pytest.fixture(scope="module")
def tiny() -> Iterator[None]:
    """Everything is done at a hundredth of its size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BENCH_FRACTION", "100")
        yield


@pytest.fixture(scope="module")
def bench(tiny: None, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("bench")
    python = Path(sys.executable)
    return Bench(folder, provide(folder, WORKLOADS), dict.fromkeys(SIDES, python))


class TestWorkloads:
    @pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
    def test_can_be_done_by_the_sdk_and_by_what_it_is_compared_with(
        self, workload: Workload, bench: Bench
    ) -> None:
        outcome = bench.run(replace(workload, repetitions=1, leaves_results=False))
        assert outcome.failures == {}
        assert outcome.medians.keys() == SIDES

    def test_are_told_of_on_the_screen_and_in_a_file(self, tiny: None, tmp_path: Path) -> None:
        written = tmp_path / "figures.json"
        command = ["-m", "scripts.benchmarks", "upload", "--json", str(written)]
        printed = subprocess.check_output([sys.executable, *command], cwd=ROOT, text=True)
        (entry,) = json.loads(written.read_text("utf-8"))["workloads"]
        assert {len(side["repetitions"]) for side in entry["sides"].values()} == {3}
        assert entry["title"] in printed

    @pytest.mark.parametrize("name", [workload.name for workload in WORKLOADS])
    def test_are_all_in_the_manual(self, name: str) -> None:
        _, _, chapter = (ROOT / "README.md").read_text("utf-8").partition("## How fast it is\n")
        assert f"`{name}`" in chapter.partition("\n## ")[0]


class TestMeasuring:
    def test_tells_what_a_whole_process_took(self) -> None:
        used = measure([sys.executable, "-c", "bytearray(200 << 20)"], whole=True)
        assert used.peakRss > 200 * MB
        assert used.cpu > 0
        assert used.wall > 0

    def test_tells_why_a_job_failed(self) -> None:
        with pytest.raises(JobFailedError, match="out of hay"):
            measure([sys.executable, "-c", "raise SystemExit('out of hay')"], whole=True)

    def test_takes_the_median_of_each_figure(self) -> None:
        usages = [Usage(1, 9, 5), Usage(2, 8, 4), Usage(9, 1, 3)]
        assert medians(usages) == Usage(2, 8, 4)


class TestReport:
    def test_compares_medians_with_the_floor_and_the_target(self) -> None:
        table, figures = report_of(taken(2, 3, 99), taken(1, 2, 3))
        assert "met: wall ≤ 1.5x baseline (1.50)" in table
        (target,) = figures["workloads"][0]["targets"]
        assert target == {"text": TARGET.text, "limit": 1.5, "figure": 1.5, "met": True}
        assert figures["workloads"][0]["sides"]["sdk"]["wall"] == 3
        assert figures["machine"] == {"cores": 2}

    def test_says_so_when_a_target_is_missed(self) -> None:
        table, figures = report_of(taken(4), taken(2))
        assert "MISSED: wall ≤ 1.5x baseline (2.00)" in table
        assert not figures["workloads"][0]["targets"][0]["met"]

    def test_leaves_out_what_was_not_measured_and_says_what_failed(self) -> None:
        table, figures = report_of(taken(2), [], official="no such host")
        assert "met" not in table.lower()
        assert "failed: no such host" in table
        assert figures["workloads"][0]["failures"] == {"official": "no such host"}
