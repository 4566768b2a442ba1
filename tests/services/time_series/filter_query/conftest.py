"""A database with all kinds of data, and requests of its assets."""

from typing import Any

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange

from ....support.admin_client import AdminClient
from ....support.sample_records import START, multi_record, single_record

WHOLE = ("1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z")
UNUSUAL = 'a, "b"\r\nc'


@pytest.fixture(scope="module")
def measured(local: LocalExchange, admin_client: AdminClient) -> str:
    """The id of a database with all kinds of data."""
    database = admin_client.create_database()
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange:
        for assetId, records in (
            (
                "meter-1",
                [
                    multi_record(
                        exchange, START, {"kW": ("DOUBLE", "18.80"), "V": 230.5}, name="Meter 1"
                    ),
                    multi_record(exchange, START + 60, {"kW": 0.1}, name="Meter 1"),
                    multi_record(exchange, START + 120, {"V": 231.0, "on": True}, name="Meter 1"),
                ],
            ),
            (
                "meter-2",
                [
                    single_record(exchange, START * 10**9 + 1, value="1", unit="NANOSECONDS"),
                    single_record(
                        exchange, START * 10**9 + 123_456_789, value="2", unit="NANOSECONDS"
                    ),
                    single_record(exchange, START + 60, value="3"),
                ],
            ),
            (
                "odd",
                [
                    multi_record(exchange, START, {UNUSUAL: UNUSUAL, "ü": "🌞"}, name=UNUSUAL),
                    multi_record(
                        exchange, START + 1, {UNUSUAL: "\\/\u2028\x01\x7f", "ü": " "}, name=UNUSUAL
                    ),
                ],
            ),
            (
                "types",
                [
                    multi_record(
                        exchange,
                        START,
                        {
                            "double": ("DOUBLE", "-1.50e-7"),
                            "bigint": 2**63 - 1,
                            "varchar": "null",
                            "boolean": False,
                            "timestamp": ("TIMESTAMP", START),
                        },
                    )
                ],
            ),
            (
                "wide",
                [
                    multi_record(exchange, START + n, {"n": n, "s": "x" * (n + 1)})
                    for n in range(12)
                ],
            ),
        ):
            exchange.publishToTimeSeriesDatabase(database, assetId, records)
    return database


def request_asset(assetId: str, *names: str) -> dict[str, Any]:
    return {"assetId": assetId, "attributeNamesFilter": list(names)}


SHAPES: dict[str, Any] = {
    "one asset": [request_asset("meter-1", "kW", "V")],
    "attributes in another order": [request_asset("meter-1", "on", "V", "kW")],
    "some attributes": [request_asset("meter-1", "on")],
    "several assets": [request_asset("meter-2", "kW"), request_asset("meter-1", "V", "kW")],
    "all attributes": [{"assetId": "meter-1"}],
    "all attributes, said otherwise": [{"assetId": "odd", "attributeNamesFilter": None}],
    "all of one, some of another": [request_asset("types"), request_asset("meter-1", "V")],
    "some of one, all of another": [
        request_asset("meter-1", "V", "nothing"),
        request_asset("types"),
    ],
    "an asset twice": [
        request_asset("meter-1", "V"),
        request_asset("meter-2"),
        request_asset("meter-1", "kW", "V"),
    ],
    "an asset twice, once all of it": [request_asset("meter-1", "V"), request_asset("meter-1")],
    "nothing such": [request_asset("nobody"), request_asset("meter-1", "nothing")],
    "odd names and values": [request_asset("odd", "ü", UNUSUAL)],
    "every type": [request_asset("types", "timestamp", "boolean", "varchar", "bigint", "double")],
    "many rows": [request_asset("wide", "n"), request_asset("wide", "s")],
    "everything": [
        request_asset("wide"),
        request_asset("types"),
        request_asset("odd"),
        request_asset("meter-2"),
        request_asset("meter-1"),
    ],
}
