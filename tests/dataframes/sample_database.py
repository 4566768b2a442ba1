"""A database with every type of attribute, and the expected DataFrames."""

from typing import Any

import pyarrow as pa

from avista_digital_exchange_sdk import AvistaDigitalExchange

from ..support.sample_records import START, multi_record, single_record

WHOLE = ("1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z")
WAYS = ["server", "client"]
UNUSUAL = 'a, "b"\r\nc'
NANOSECONDS = START * 10**9 + 123_456_789
NOON = 1_714_564_800 * 10**9
"""2024-05-01T12:00:00Z, in nanoseconds."""

INSTANT = pa.timestamp("ns", "UTC")

TYPES = {
    "double": pa.float64(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "varchar": pa.string(),
    "timestamp": INSTANT,
}


def request_asset(assetId: str, *names: str) -> dict[str, Any]:
    return {"assetId": assetId, "attributeNamesFilter": list(names)}


def fill(exchange: AvistaDigitalExchange, database: str) -> None:
    """Publish to a database."""
    every: dict[str, Any] = {
        "double": ("DOUBLE", "-1.50e-7"),
        "bigint": 2**63 - 1,
        "boolean": True,
        "varchar": "007",
        "timestamp": ("TIMESTAMP", 10**18 + 1),
    }
    some: dict[str, Any] = {"double": ("DOUBLE", "18.80"), "varchar": "null"}
    other: dict[str, Any] = {"boolean": False, "varchar": UNUSUAL}
    for assetId, records in {
        "types": [
            multi_record(exchange, NANOSECONDS, every, unit="NANOSECONDS", name="Types"),
            multi_record(exchange, NANOSECONDS + 1, some, unit="NANOSECONDS", name="Types"),
            multi_record(exchange, NANOSECONDS + 2, other, unit="NANOSECONDS", name="Types"),
        ],
        "meter": [single_record(exchange, START + n, "kW", n) for n in range(5)],
        "counter": [single_record(exchange, START, "count", 2**53 + 1, kind="BIGINT")],
        "odd": [
            multi_record(
                exchange, START, {UNUSUAL: UNUSUAL, "name_2": 1.5, "timestamp": ("TIMESTAMP", 5)}
            )
        ],
        "wide": [
            multi_record(exchange, START + n, {"n": n, "s": f"{n}" * n or "-"}) for n in range(24)
        ],
    }.items():
        exchange.publishToTimeSeriesDatabase(database, assetId, records)


def instants(*nanoseconds: int | None) -> pa.Array:
    return pa.array(nanoseconds, INSTANT)


def of_types() -> pa.Table:
    """The published values of the asset `types`, in wide shape."""
    times = instants(NANOSECONDS, NANOSECONDS + 1, NANOSECONDS + 2)
    columns: dict[str, Any] = {
        "assetId": pa.array(["types"] * 3),
        "name": pa.array(["Types"] * 3),
        "timestamp": times,
        "varchar": pa.array(["007", "null", UNUSUAL]),
        "timestamp_2": instants(10**18 + 1, None, None),
        "boolean": pa.array([True, None, False]),
        "bigint": pa.array([2**63 - 1, None, None]),
        "double": pa.array([-1.5e-7, 18.8, None]),
    }
    return pa.table(columns)


def frame(**columns: Any) -> pa.Table:
    """Rows of the asset `a`, a second apart, as an Arrow table."""
    count = max(map(len, columns.values()))
    times = instants(*(NOON + n * 10**9 for n in range(count)))
    return pa.table({"assetId": ["a"] * count, "timestamp": times, **columns})
