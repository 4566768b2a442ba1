"""The workloads."""

from . import dataset
from .line import Line
from .line_workloads import LINE_PUBLISHING, LINE_WORKLOADS
from .workload import Workload, cpu_milliseconds, faster, growth, less_cpu, peak, ratio

CONSTRUCT = (
    "from avista_digital_exchange_sdk import AvistaDigitalExchange\nAvistaDigitalExchange('token')"
)

EXPORT_BASELINE = "the same requests, the file by curl"
AGGREGATE_BASELINE = "from_json of the chunks and csv.writer"

# A validated object takes about three times as long as a dictionary.
LATEST_RATIO = 3.5

WORKLOADS: list[Workload] = [
    Workload(
        "import",
        "import and construct the client",
        "import httpx and pydantic, open an httpx.Client",
        (ratio("import", "wall", 1.15),),
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
        (ratio("user", "wall", 1.25),),
        repetitions=5,
    ),
    Workload(
        "directory",
        "directory of 1,000 entries",
        "the same POST and from_json",
        (
            ratio("directory", "wall", 1.5),
            faster("directory", "official-0.0.23", 100),
            faster("directory", "official-newest", 100),
        ),
        ("directory",),
        repetitions=7,
    ),
    Workload(
        "download",
        "download 1 GiB",
        "curl",
        (ratio("download", "wall", 1.2), peak("download", 48)),
        ("1GiB",),
    ),
    Workload(
        "tls-download",
        "download 1 GiB over TLS",
        "curl over TLS",
        (ratio("tls-download", "wall", 1.5), peak("tls-download", 64)),
        ("1GiB",),
        tls=True,
    ),
    Workload(
        "upload",
        "upload 1 GiB",
        "curl -T",
        (ratio("upload", "wall", 1.2), peak("upload", 48)),
        ("1GiB",),
    ),
    Workload(
        "slow-download",
        "download 512 MiB at 25 MB/s per connection and 40 ms latency",
        "curl, one stream",
        (faster("slow-download", "baseline", 3), peak("slow-download", 64)),
        ("512MiB",),
        line=Line(round_trip=0.040, connection_bandwidth=25e6),
    ),
    Workload(
        "export-1M",
        "filter query to CSV, 1M points, server export",
        EXPORT_BASELINE,
        (ratio("export-1M", "wall", 1.15), peak("export-1M", 64)),
        ("points",),
        accumulates_data=True,
    ),
    Workload(
        "export-10M",
        "the same, 10M points",
        EXPORT_BASELINE,
        (
            ratio("export-10M", "wall", 1.15),
            peak("export-10M", 64),
            growth("export-10M", "export-1M", 4),
        ),
        ("points",),
        accumulates_data=True,
    ),
    Workload(
        "aggregate-1M",
        "filter query to CSV, 1M points, merged on the client",
        AGGREGATE_BASELINE,
        (ratio("aggregate-1M", "cpu", 1.5), peak("aggregate-1M", 160)),
        ("points",),
        accumulates_data=True,
    ),
    Workload(
        "aggregate-10M",
        "the same, 10M points",
        AGGREGATE_BASELINE,
        (
            ratio("aggregate-10M", "cpu", 1.5),
            peak("aggregate-10M", 160),
            growth("aggregate-10M", "aggregate-1M", 4),
        ),
        ("points",),
        accumulates_data=True,
    ),
    Workload(
        "frame-1M",
        "filter query to a pandas DataFrame, 1M points",
        f"{EXPORT_BASELINE}, pyarrow.csv.read_csv",
        (ratio("frame-1M", "wall", 1.3),),
        ("points",),
        accumulates_data=True,
    ),
    Workload(
        "latest",
        "latest values of 2,000 assets x 10 attributes, 5 times",
        "from_json of the same pages",
        (ratio("latest", "cpu", LATEST_RATIO),),
        ("latest",),
    ),
    Workload(
        "latest-page",
        "latest values of 800 assets x 10 attributes, which are one page, 5 times",
        "from_json of the same page",
        (
            ratio("latest-page", "cpu", LATEST_RATIO),
            less_cpu("latest-page", "official-0.0.23"),
        ),
        ("latest",),
        repetitions=5,
    ),
    Workload(
        "sql",
        "SQL, 1M rows, iterated page by page",
        "from_json of the same pages",
        (
            ratio("sql", "cpu", 1.5),
            faster("sql", "official-0.0.23", 1),
            less_cpu("sql", "official-0.0.23"),
        ),
        ("points",),
        accumulates_data=True,
    ),
    *LINE_WORKLOADS,
    # Those that publish come last, as the data they add stays in the database.
    Workload(
        "local-publish",
        "the Local Exchange serving publishes, 100 records with 3 values each",
        "from_json of the same requests, one INSERT of their rows into DuckDB each",
        (
            ratio("local-publish", "cpu", 5),
            cpu_milliseconds("local-publish", dataset.LOCAL_BATCHES, "request", 10),
        ),
    ),
    Workload(
        "records",
        "create 100,000 records",
        "the same objects without validation",
        (),
    ),
    Workload(
        "publish",
        "publish 100,000 records",
        "the same requests, serialized in advance, sent with plain httpx",
        (
            ratio("publish", "wall", 1.3),
            ratio("publish", "cpu", 3),
            # The records themselves, which are the caller's.
            growth("publish", "records", 100),
        ),
    ),
    *LINE_PUBLISHING,
]
