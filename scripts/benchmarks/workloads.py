"""The workloads and their performance targets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from .runner import Usage

MB = 1 << 20

Medians = Mapping[str, Mapping[str, Usage]]
"""Median measurements by workload and implementation."""


@dataclass(frozen=True)
class Target:
    """A figure and its limit.

    Attributes:
        text: The target in words.
        limit: The limit.
        figure: Computes the figure; raises KeyError if something it needs was not measured.
        at_least: Whether the limit is a minimum, not a maximum.
    """

    text: str
    limit: float
    figure: Callable[[Medians], float]
    at_least: bool = False

    def met(self, figure: float) -> bool:
        """Whether a figure meets the target."""
        return figure >= self.limit if self.at_least else figure <= self.limit


@dataclass(frozen=True)
class Workload:
    """A job that each implementation runs.

    Attributes:
        name: Its name on the command line.
        title: A description of the job.
        baseline: A description of the baseline.
        targets: The SDK's performance targets.
        fixtures: Names of the fixtures it needs on the server.
        repetitions: Number of runs per implementation.
        script: Python source by implementation, measured as a whole process instead of a job.
        accumulates_data: Whether runs leave data on the server, so that each needs a new one.
        throttled: Whether the server is reached through the throttling proxy.
    """

    name: str
    title: str
    baseline: str
    targets: tuple[Target, ...]
    fixtures: tuple[str, ...] = ()
    repetitions: int = 3
    script: Mapping[str, str] | None = None
    accumulates_data: bool = False
    throttled: bool = False


def _ratio(name: str, kind: Literal["wall", "cpu"], highest: float) -> Target:
    """Limit the SDK's time relative to the baseline's."""

    def figure(medians: Medians) -> float:
        sdk, baseline = medians[name]["sdk"], medians[name]["baseline"]
        return sdk.wall / baseline.wall if kind == "wall" else sdk.cpu / baseline.cpu

    return Target(f"{kind} ≤ {highest:g}x baseline", highest, figure)


def _faster(name: str, than: str, lowest: float) -> Target:
    """Require the SDK to be faster than another implementation."""

    def figure(medians: Medians) -> float:
        return medians[name][than].wall / medians[name]["sdk"].wall

    return Target(f"≥ {lowest:g}x faster than {than}", lowest, figure, at_least=True)


def _peak(name: str, highest: int) -> Target:
    """Limit the SDK's peak memory in MB."""
    text = f"peak RSS ≤ {highest} MB"
    return Target(text, highest, lambda medians: medians[name]["sdk"].peak_rss / MB)


def _growth(name: str, smaller: str, highest: int) -> Target:
    """Limit the growth of peak memory, compared with a smaller workload, in MB."""

    def figure(medians: Medians) -> float:
        return (medians[name]["sdk"].peak_rss - medians[smaller]["sdk"].peak_rss) / MB

    return Target(f"≤ {highest} MB more than {smaller}", highest, figure)


CONSTRUCT = (
    "from avista_digital_exchange_sdk import AvistaDigitalExchange\nAvistaDigitalExchange('token')"
)

EXPORT_BASELINE = "the same requests, the file by curl"
AGGREGATE_BASELINE = "from_json of the chunks and csv.writer"

WORKLOADS = [
    Workload(
        "import",
        "import and construct the client",
        "import httpx and pydantic, open an httpx.Client",
        (_ratio("import", "wall", 1.15),),
        repetitions=11,
        script={
            "sdk": CONSTRUCT,
            "baseline": "import httpx, pydantic\nhttpx.Client()",
            "official": CONSTRUCT,
        },
    ),
    Workload(
        "user",
        "500 getUserInfo calls",
        "the same POST with plain httpx, response.json()",
        (_ratio("user", "wall", 1.25),),
        repetitions=5,
    ),
    Workload(
        "directory",
        "directory of 1,000 entries",
        "the same POST and from_json",
        (
            _ratio("directory", "wall", 1.5),
            _faster("directory", "official-0.0.23", 100),
            _faster("directory", "official-newest", 100),
        ),
        ("directory",),
        repetitions=7,
    ),
    Workload(
        "download",
        "download 1 GiB",
        "curl",
        (_ratio("download", "wall", 1.2), _peak("download", 48)),
        ("1GiB",),
    ),
    Workload(
        "upload",
        "upload 1 GiB",
        "curl -T",
        (_ratio("upload", "wall", 1.2), _peak("upload", 48)),
        ("1GiB",),
    ),
    Workload(
        "slow-download",
        "download 512 MiB at 25 MB/s per connection and 40 ms latency",
        "curl, one stream",
        (_faster("slow-download", "baseline", 3), _peak("slow-download", 64)),
        ("512MiB",),
        throttled=True,
    ),
    Workload(
        "export-1M",
        "filter query to CSV, 1M points, server export",
        EXPORT_BASELINE,
        (_ratio("export-1M", "wall", 1.15), _peak("export-1M", 64)),
        ("points",),
        accumulates_data=True,
    ),
    Workload(
        "export-10M",
        "the same, 10M points",
        EXPORT_BASELINE,
        (
            _ratio("export-10M", "wall", 1.15),
            _peak("export-10M", 64),
            _growth("export-10M", "export-1M", 4),
        ),
        ("points",),
        accumulates_data=True,
    ),
    Workload(
        "aggregate-1M",
        "filter query to CSV, 1M points, merged on the client",
        AGGREGATE_BASELINE,
        (_ratio("aggregate-1M", "cpu", 1.5), _peak("aggregate-1M", 160)),
        ("points",),
        accumulates_data=True,
    ),
    Workload(
        "aggregate-10M",
        "the same, 10M points",
        AGGREGATE_BASELINE,
        (
            _ratio("aggregate-10M", "cpu", 1.5),
            _peak("aggregate-10M", 160),
            _growth("aggregate-10M", "aggregate-1M", 4),
        ),
        ("points",),
        accumulates_data=True,
    ),
    Workload(
        "frame-1M",
        "filter query to a pandas DataFrame, 1M points",
        f"{EXPORT_BASELINE}, pyarrow.csv.read_csv",
        (_ratio("frame-1M", "wall", 1.3),),
        ("points",),
        accumulates_data=True,
    ),
    Workload(
        "latest",
        "latest values of 2,000 assets x 10 attributes",
        "from_json of the same pages",
        (_ratio("latest", "cpu", 2),),
        ("latest",),
        repetitions=5,
    ),
    Workload(
        "sql",
        "SQL, 1M rows, iterated page by page",
        "from_json of the same pages",
        (_ratio("sql", "cpu", 2),),
        ("points",),
        accumulates_data=True,
    ),
    Workload(
        "publish",
        "publish 100,000 records",
        "the same requests, serialized in advance, sent with plain httpx",
        (_ratio("publish", "wall", 1.3),),
    ),
]
