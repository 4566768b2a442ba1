"""What the workloads work on: how much of it there is, what is in it, how to ask for it."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

FRACTION = int(os.environ.get("BENCH_FRACTION", "1"))
"""The workloads are done at one such part of their size, which only their tests have use for."""

USER_CALLS = 500 // FRACTION
ENTRIES = 1000 // FRACTION

START = datetime(2024, 1, 1, tzinfo=UTC)
ASSETS = [f"feeder-{number:02}" for number in range(10)]
ATTRIBUTES = [f"sensor {number}" for number in range(10)]
TIMES = 100_000 // FRACTION
"""A second apart; every asset has a value of each attribute at each."""

ROWS = len(ASSETS) * TIMES
POINTS = ROWS * len(ATTRIBUTES)

LATEST_ASSETS = [f"meter-{number:04}" for number in range(2000 // FRACTION)]


def filters() -> list[Any]:
    """All attributes of all assets."""
    return [{"assetId": asset, "attributeNamesFilter": ATTRIBUTES} for asset in ASSETS]


def interval(points: int) -> tuple[str, str]:
    """The time range that holds so many points."""
    seconds = points // FRACTION * TIMES // POINTS
    end = START + timedelta(seconds=seconds - 1)
    return _text(START), _text(end)


def sql(databaseName: str, tableName: str) -> str:
    """A query of one row for each asset and time: a million."""
    columns = ", ".join(f'"{name}"' for name in ATTRIBUTES[:3])
    return f'SELECT time, "assetId", {columns} FROM "{databaseName}"."{tableName}"'


def wire_record(seconds: int, seed: int) -> dict[str, Any]:
    """A record of every attribute as the contract has it; time counts seconds from the start."""
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
    """A hundred thousand times, in seconds, each with a value."""
    first = int(START.timestamp())
    return [(first + number, value(number)) for number in range(TIMES)]


def value(seed: int) -> str:
    """A number that looks like a measurement."""
    return f"{seed * 7919 % 99_991 / 100:.2f}"


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
