"""The workloads on a line with the round trip of a distant platform."""

from . import dataset
from .line import Line
from .workload import Workload, peak, ratio, seconds, times_faster

# Users are 50 to 150 ms from the platform.
ROUND_TRIP = 0.1 / dataset.SCALE_DIVISOR
PAGE_SECONDS = 0.3 / dataset.SCALE_DIVISOR
GIGABIT = 1e9 / 8
DISTANT = Line(round_trip=ROUND_TRIP)

LINE_WORKLOADS = [
    Workload(
        "line-filter",
        "filter query of one page to CSV",
        "5 round trips",
        (seconds("line-filter", 5 * ROUND_TRIP + 0.1),),
        ("points",),
        line=DISTANT,
        round_trips=5,
    ),
    Workload(
        "line-filter-8",
        "filter query of 8 assets, 300 ms a page, merged on the client",
        "2 round trips",
        (
            times_faster(
                "line-filter-8",
                dataset.FILTER_PAGES * (ROUND_TRIP + PAGE_SECONDS),
                5,
            ),
        ),
        ("points",),
        line=Line(round_trip=ROUND_TRIP, operation=PAGE_SECONDS),
        round_trips=2,
    ),
    Workload(
        "line-iot-query",
        "range query of an IoT endpoint, 5,000 records on a page, to CSV",
        "5 round trips",
        (seconds("line-iot-query", 5 * ROUND_TRIP + 0.1),),
        ("telemetry",),
        line=DISTANT,
        round_trips=5,
    ),
    Workload(
        "line-latest",
        "latest values of 2,000 assets x 10 attributes",
        "the same requests, without parsing",
        (ratio("line-latest", "wall", 1.15),),
        ("latest",),
        line=DISTANT,
    ),
    Workload(
        "line-sql",
        "SQL, 1M rows, iterated page by page",
        "the same requests, without parsing",
        (ratio("line-sql", "wall", 1.15),),
        ("points",),
        accumulates_data=True,
        line=DISTANT,
    ),
    Workload(
        "line-walk",
        "walk 200 directories",
        "4 round trips",
        (seconds("line-walk", 1.5),),
        ("tree",),
        line=DISTANT,
        round_trips=4,
    ),
    Workload(
        "line-tree",
        "print a tree of 200 directories",
        "4 round trips",
        (seconds("line-tree", 1.5),),
        ("tree",),
        line=DISTANT,
        round_trips=4,
    ),
    Workload(
        "line-glob",
        "find the files of a pattern in 200 directories",
        "4 round trips",
        (seconds("line-glob", 1.5),),
        ("tree",),
        line=DISTANT,
        round_trips=4,
    ),
    Workload(
        "line-get-tree",
        "get -r of 200 directories",
        "4 round trips",
        (seconds("line-get-tree", 1.5),),
        ("tree",),
        line=DISTANT,
        round_trips=4,
    ),
    Workload(
        "line-put",
        "put a folder of 100 small files",
        "6 round trips",
        (seconds("line-put", 2),),
        ("small",),
        line=DISTANT,
        round_trips=6,
    ),
    Workload(
        "line-get",
        "get a folder of 100 small files",
        "5 round trips",
        (seconds("line-get", 1.3),),
        ("small",),
        line=DISTANT,
        round_trips=5,
    ),
    Workload(
        "line-download",
        "download 1 GiB over TLS at 1 Gbit/s",
        "curl over TLS",
        (ratio("line-download", "wall", 1.05), peak("line-download", 64)),
        ("1GiB",),
        line=Line(bandwidth=GIGABIT),
        tls=True,
    ),
]

LINE_PUBLISHING = [
    Workload(
        "line-publish",
        "publish 5,000 records, 50 batches",
        "1 round trip",
        (seconds("line-publish", 1.3),),
        line=DISTANT,
        round_trips=1,
    ),
    Workload(
        "line-iot-publish",
        "publish 5,000 records of an IoT endpoint, 50 batches",
        "1 round trip",
        (seconds("line-iot-publish", 1.3),),
        ("telemetry",),
        line=DISTANT,
        round_trips=1,
    ),
    Workload(
        "line-publish-file",
        "publish a CSV file of 1M rows with 3 columns",
        "1 round trip",
        (
            # 10,000 batches of 100 rows.
            times_faster("line-publish-file", 10_000 * ROUND_TRIP, 6),
            peak("line-publish-file", 200),
        ),
        ("rows",),
        repetitions=1,
        accumulates_data=True,
        line=DISTANT,
        round_trips=1,
    ),
]
