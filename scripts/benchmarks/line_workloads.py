"""The workloads on a line with the round trip of a distant platform."""

from . import dataset
from .line import Line
from .workload import Workload, peak, ratio, seconds

# Users are 50 to 150 ms from the platform.
ROUND_TRIP = 0.1 / dataset.SCALE_DIVISOR
GIGABIT = 1e9 / 8
DISTANT = Line(round_trip=ROUND_TRIP)

LINE_WORKLOADS = [
    Workload(
        "line-publish",
        "publish 5,000 records, 50 batches",
        "1 round trip",
        (seconds("line-publish", 1.3),),
        line=DISTANT,
        round_trips=1,
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
        "line-find",
        "find and glob in 200 directories, one after the other with an empty cache",
        "8 round trips",
        (seconds("line-find", 3),),
        ("tree",),
        line=DISTANT,
        round_trips=8,
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
