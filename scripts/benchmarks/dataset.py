"""The data of the workloads: its size, its values, and the queries that select it."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

SCALE_DIVISOR = int(os.environ.get("BENCH_SCALE_DIVISOR", "1"))
"""Divides the size of each workload, so that tests run quickly."""

USER_CALLS = 500 // SCALE_DIVISOR
ENTRIES = 1000 // SCALE_DIVISOR

# Ten directories, each with as many subdirectories.
TOP_DIRECTORIES = 10
INNER_DIRECTORIES = max(1, 19 // SCALE_DIVISOR)
DIRECTORIES = TOP_DIRECTORIES * (1 + INNER_DIRECTORIES)

SMALL_FILES = max(2, 100 // SCALE_DIVISOR)
SMALL_FILE_BYTES = 2000

LINE_RECORDS = 5000
BATCH_RECORDS = 100
LOCAL_BATCHES = max(1, 300 // SCALE_DIVISOR)
FILE_ROWS = 1_000_000 // SCALE_DIVISOR

# Of all assets, on one page of the emulator.
PAGE_POINTS = 10_000 * SCALE_DIVISOR
# Of all assets; those of eight assets are on FILTER_PAGES.
FILTER_POINTS = 1_430_000
FILTER_PAGES = 70

START = datetime(2024, 1, 1, tzinfo=UTC)
ASSETS = [f"feeder-{number:02}" for number in range(10)]
ATTRIBUTES = [f"sensor {number}" for number in range(10)]
TIMESTAMPS = 100_000 // SCALE_DIVISOR
"""Number of timestamps, one second apart; each asset has a value of each attribute at each."""

ROWS = len(ASSETS) * TIMESTAMPS
POINTS = ROWS * len(ATTRIBUTES)

LATEST_ASSETS = [f"meter-{number:04}" for number in range(2000 // SCALE_DIVISOR)]
# A page has at most 1 MB.
LATEST_PAGE_ASSETS = LATEST_ASSETS[: 800 // SCALE_DIVISOR]
# Listing them once takes too little time to measure.
LATEST_REPETITIONS = 5


def filters() -> list[Any]:
    """Asset filters that select all attributes of all assets."""
    return [{"assetId": asset, "attributeNamesFilter": ATTRIBUTES} for asset in ASSETS]


def time_range(points: int) -> tuple[str, str]:
    """The time range that contains a number of points."""
    seconds = points // SCALE_DIVISOR * TIMESTAMPS // POINTS
    end = START + timedelta(seconds=seconds - 1)
    return _format_timestamp(START), _format_timestamp(end)


def sql(database_name: str, table_name: str) -> str:
    """A query with one row per asset and timestamp: a million rows."""
    columns = ", ".join(f'"{name}"' for name in ATTRIBUTES[:3])
    return f'SELECT time, "assetId", {columns} FROM "{database_name}"."{table_name}"'


def wire_record(seconds: int, seed: int) -> dict[str, Any]:
    """A record of all attributes in the platform's JSON format, `seconds` after the start."""
    measures = [
        {"Name": name, "Type": "DOUBLE", "Value": value(seed + number)}
        for number, name in enumerate(ATTRIBUTES)
    ]
    return {
        "Time": str(int(START.timestamp()) + seconds),
        "TimeUnit": "SECONDS",
        "MeasureName": "measurements",
        "MeasureValueType": "MULTI",
        "MeasureValues": measures,
        "Dimensions": [{"Name": "name", "Value": "Feeder", "DimensionValueType": "VARCHAR"}],
        "Version": 1,
    }


def plain_values() -> list[tuple[int, str]]:
    """A hundred thousand timestamps in seconds, each with a value."""
    first = int(START.timestamp())
    return [(first + number, value(number)) for number in range(TIMESTAMPS)]


def iot_records() -> list[dict[str, Any]]:
    """Records of an IoT endpoint, as many as fit into 50 batches."""
    return [
        {"timestamp": time, "timeUnit": "SECONDS", "attributes": {"Power": value}}
        for time, value in plain_values()[:LINE_RECORDS]
    ]


def value(seed: int) -> str:
    """A plausible measurement."""
    return f"{seed * 7919 % 99_991 / 100:.2f}"


def _format_timestamp(timestamp: datetime) -> str:
    return timestamp.isoformat(timespec="milliseconds").replace("+00:00", "Z")
