"""The list of all assets and their latest values."""

from __future__ import annotations

import json

from .fakes import ASSET, Exchange, dimensions, multi, record


def test_latest_value_of_an_attribute_is_the_latest_by_time(exchange: Exchange) -> None:
    exchange.publish(
        multi(9, ("a", "DOUBLE", "1.0")),
        multi(5, ("a", "DOUBLE", "2"), ("b", "BIGINT", "3")),
        record(7, "4", "c", Dimensions=dimensions(name="n")),
    )
    (asset,) = exchange.latest()["data"]
    assert (asset["assetId"], asset["name"]) == (ASSET, "n")
    assert [
        (a["name"], a["attributeType"], a["lastValue"], a["lastValueTime"], a["data"])
        for a in asset["attributes"]
    ] == [
        ("a", "DOUBLE", "1.0", "1970-01-01T00:00:09.000Z", []),
        ("b", "BIGINT", "3", "1970-01-01T00:00:05.000Z", []),
        ("c", "DOUBLE", "4", "1970-01-01T00:00:07.000Z", []),
    ]


def test_latest_values_come_in_pages_of_at_most_a_megabyte(exchange: Exchange) -> None:
    measures = [(f"attribute {i:03}", "BIGINT", "1") for i in range(140)]
    assets = [f"asset {i:03}" for i in range(70)]
    for asset in assets:
        exchange.publish(multi(1, *measures), asset=asset)
    page = exchange.latest()
    pages = [page]
    while page["nextToken"]:
        page = exchange.latest(nextToken=page["nextToken"], clientToken=page["clientToken"])
        pages.append(page)
    assert len(pages) > 1
    sizes = [len(json.dumps(page["data"], separators=(",", ":"))) for page in pages]
    assert all(size < 1_048_576 for size in sizes)
    assert [asset["assetId"] for page in pages for asset in page["data"]] == assets
    assert pages[-1]["queryProgressPercentage"] == 100.0
