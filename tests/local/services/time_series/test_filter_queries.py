"""Filter queries: their rows, their pages and their exports."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, cast

import pytest

from avista_digital_exchange_sdk.local.errors import PlatformError
from avista_digital_exchange_sdk.local.query_engine import queries
from avista_digital_exchange_sdk.local.query_engine.engine import QueryEngine
from avista_digital_exchange_sdk.local.query_engine.filter_results import AssetFilter, merge_filters
from avista_digital_exchange_sdk.local.services.time_series import TimeSeriesStore, resolvers
from avista_digital_exchange_sdk.local.services.time_series.catalog import Catalog, Column, Series
from avista_digital_exchange_sdk.local.services.time_series.selection import Selection
from avista_digital_exchange_sdk.local.state import Caller, Context

from ....support.options import use_limits
from .fakes import ALWAYS, ASSET, DATABASE, Exchange, dimensions, multi, record, refusal


def merged(chunks: list[Any]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Merge the data of several chunks."""
    data: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for chunk in chunks:
        for asset in chunk:
            for attribute in asset["attributes"]:
                points = data.setdefault((asset["assetId"], attribute["name"]), [])
                points += [(point["timestamp"], point["value"]) for point in attribute["data"]]
    return data


def test_csv_has_one_row_per_asset_and_time(exchange: Exchange) -> None:
    named = dimensions(name='North, "1"')
    exchange.publish(record(2, "2", Dimensions=named), record(1, "1", Dimensions=named), asset="n")
    exchange.publish(record(1, "7", "V"), record(1, "8"), asset="s")
    assert exchange.csv(("s", ["V", "none"]), ("n", ["A kW"]), ("s", ["A kW"]), ("x", ["V"])) == (
        "assetId,name,timestamp,V,none,A kW\n"
        "s,,1970-01-01 00:00:01.000000000,7,,8\n"
        'n,"North, ""1""",1970-01-01 00:00:01.000000000,,,1\n'
        'n,"North, ""1""",1970-01-01 00:00:02.000000000,,,2\n'
    )


def test_asset_without_attribute_filter_adds_its_columns_in_name_order(
    exchange: Exchange,
) -> None:
    exchange.publish(multi(1, ("b", "DOUBLE", "1"), ("a", "DOUBLE", "2"), ("B", "DOUBLE", "3")))
    exchange.publish(multi(1, ("z", "DOUBLE", "4"), ("b", "DOUBLE", "5")), asset="other")
    assert exchange.csv(ASSET, ("other", ["z"])) == (
        "assetId,name,timestamp,z,B,a,b\n"
        "asset 1,,1970-01-01 00:00:01.000000000,,3,2,1\n"
        "other,,1970-01-01 00:00:01.000000000,4,,,\n"
    )
    assert exchange.csv(("other", [])).startswith("assetId,name,timestamp,b,z\n")


def test_json_contains_each_asset_with_its_attributes_in_requested_order(
    exchange: Exchange,
) -> None:
    exchange.publish(
        multi(1, ("b", "DOUBLE", "1.0"), ("a", "VARCHAR", 'x/"\\\x1f\n\x7fé☀')),
        multi("1000000001", ("b", "DOUBLE", "2"), TimeUnit="NANOSECONDS"),
    )
    page = exchange.query((ASSET, ["b", "missing", "a"]), "without data")
    assert exchange.export(page, "JSON") == (
        '[{"assetId":"asset 1","name":null,"attributes":['
        '{"attributeType":"DOUBLE","lastValue":"2","lastValueTime":"1970-01-01T00:00:01.000000001Z",'
        '"name":"b","data":[{"timestamp":"1970-01-01T00:00:01.000Z","value":"1.0"},'
        '{"timestamp":"1970-01-01T00:00:01.000000001Z","value":"2"}]},'
        '{"attributeType":"VARCHAR","lastValue":"x/\\"\\\\\\u001f\\n\x7fé☀",'
        '"lastValueTime":"1970-01-01T00:00:01.000Z","name":"a",'
        '"data":[{"timestamp":"1970-01-01T00:00:01.000Z","value":"x/\\"\\\\\\u001f\\n\x7fé☀"}]}'
        "]}]\n"
    )


def test_json_has_one_asset_per_line(exchange: Exchange) -> None:
    exchange.publish(record(1), asset="a")
    exchange.publish(record(1), asset="b")
    text = exchange.export(exchange.query("b", "a"), "JSON")
    assert [asset["assetId"] for asset in json.loads(text)] == ["b", "a"]
    assert text.count("\n") == 2
    assert "]},\n{" in text


def test_empty_result_is_one_page_and_exports_a_header_or_an_empty_array(
    exchange: Exchange,
) -> None:
    page = exchange.query((ASSET, ["V", "a,b"]))
    assert (page["nextToken"], page["queryProgressPercentage"]) == (None, 100.0)
    assert exchange.chunk(page) == []
    assert exchange.export(page) == 'assetId,name,timestamp,V,"a,b"\n'
    assert exchange.export(page, "JSON") == "[]\n"


def test_time_range_includes_both_ends(exchange: Exchange) -> None:
    exchange.publish(*(record(i, str(i)) for i in range(5)))
    csv = exchange.csv(
        startTime="1970-01-01T01:00:01+01:00", endTime="1970-01-01T00:00:03.000000000Z"
    )
    assert [line[-1] for line in csv.splitlines()[1:]] == ["1", "2", "3"]


def test_latest_name_of_an_asset_is_used_everywhere(exchange: Exchange) -> None:
    exchange.publish(record(5, Dimensions=dimensions(name="old")))
    exchange.publish(record(1, Dimensions=dimensions(name="new")))
    exchange.publish(record(9))
    page = exchange.query()
    assert {line.split(",")[1] for line in exchange.export(page).splitlines()[1:]} == {"new"}
    assert [asset["name"] for asset in exchange.chunk(page)] == ["new"]
    assert [asset["name"] for asset in exchange.latest()["data"]] == ["new"]


def test_result_of_one_page_is_returned_at_once(exchange: Exchange) -> None:
    exchange.publish(*(record(i) for i in range(10)))
    page = exchange.query(maxRows=10)
    assert page["nextToken"] is None
    assert page["resultChunkIndex"] == 0
    assert len(exchange.chunk(page)[0]["attributes"][0]["data"]) == 10


def test_result_of_several_pages_starts_with_an_empty_one(exchange: Exchange) -> None:
    exchange.publish(*(record(i, str(i)) for i in range(25)))
    pages = list(exchange.pages(exchange.query(maxRows=10)))
    chunks = [exchange.chunk(page) for page in pages]
    assert [sum(map(len, merged([chunk]).values())) for chunk in chunks] == [0, 10, 10, 5]
    assert chunks[0] == []
    assert [value for _, value in merged(chunks)[ASSET, "A kW"]] == [str(i) for i in range(25)]
    assert [page["queryProgressPercentage"] for page in pages] == [0.0, 40.0, 80.0, 100.0]
    assert [page["resultChunkIndex"] for page in pages] == [0, 1, 2, 3]
    for name in ("queryId", "clientToken", "queryString"):
        assert len({page[name] for page in pages}) == 1


def test_page_contains_at_most_a_megabyte(exchange: Exchange) -> None:
    text = "é\n" * 600
    for start in range(0, 900, 100):
        exchange.publish(*(record(start + i, text, MeasureValueType="VARCHAR") for i in range(100)))
    pages = list(exchange.pages(exchange.query()))
    sizes = [len(exchange.objects.read(page["presignedUrl"])) for page in pages]
    assert len(pages) > 2
    assert all(size < 1_048_576 for size in sizes)
    assert len(merged([exchange.chunk(page) for page in pages])[ASSET, "A kW"]) == 900


def test_export_contains_the_whole_result_whether_or_not_pages_were_read(
    exchange: Exchange,
) -> None:
    exchange.publish(*(record(i) for i in range(30)))
    assert len(exchange.csv(maxRows=10).splitlines()) == 31


def test_export_is_announced_with_its_size(exchange: Exchange) -> None:
    exchange.publish(record(1))
    query_id = exchange.query()["queryId"]
    response = exchange.call("generateQueryResultExportFile", queryId=query_id, fileFormat="JSON")
    assert response == {
        "fileFormat": "JSON",
        "queryId": query_id,
        "timeSeriesDbId": "timeSeriesDbId.1",
    }
    event = exchange.export_event()
    assert event["fileSizeBytes"] == len(exchange.objects.read(event["url"]))
    assert (event["fileType"], event["queryId"]) == ("JSON", query_id)


def test_result_is_a_snapshot_of_the_time_of_the_query(exchange: Exchange) -> None:
    exchange.publish(record(1, "1"))
    page = exchange.query()
    exchange.publish(record(1, "2", Version=2), record(2, "3"))
    assert len(exchange.export(page).splitlines()) == 2
    assert len(exchange.csv().splitlines()) == 3


def test_last_rows_can_be_requested(exchange: Exchange) -> None:
    exchange.publish(*(record(i, str(i)) for i in range(5)))
    page = exchange.query(queryType="LAST_X_ROWS", maxRows=2, startTime=None, endTime=None)
    assert [value for _, value in merged([exchange.chunk(page)])[ASSET, "A kW"]] == ["3", "4"]


def test_token_used_again_returns_the_same_page_at_most_five_times(exchange: Exchange) -> None:
    exchange.publish(*(record(i) for i in range(30)))
    first = exchange.query(maxRows=10)
    again = [exchange.next_page(first) for _ in range(5)]
    assert len({page["nextToken"] for page in again}) == 1
    assert len({page["presignedUrl"] for page in again}) == 1
    with pytest.raises(PlatformError, match="Invalid pagination token"):
        exchange.next_page(first)
    assert exchange.next_page(again[0])["resultChunkIndex"] == 2


def test_token_is_valid_only_until_the_next_one(exchange: Exchange) -> None:
    exchange.publish(*(record(i) for i in range(30)))
    first = exchange.query(maxRows=10)
    second = exchange.next_page(first)
    exchange.next_page(second)
    with pytest.raises(PlatformError, match="Invalid pagination token"):
        exchange.next_page(first)


@pytest.mark.parametrize(
    "other",
    [
        {"user": "reader"},
        {"timeSeriesDbId": "timeSeriesDbId.2"},
        {"queryString": "SELECT 1"},
        {"nextToken": "made up"},
    ],
)
def test_token_is_bound_to_its_user_database_and_query(
    exchange: Exchange, other: dict[str, str]
) -> None:
    exchange.publish(*(record(i) for i in range(30)))
    first = exchange.query(maxRows=10)
    with pytest.raises(PlatformError) as error:
        exchange.next_page(first, **other)
    assert refusal(error) == ("ValidationException", "Invalid pagination token.")
    exchange.next_page(first)


def test_token_is_valid_for_an_hour(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    exchange.engine.queries = queries.Queries(
        exchange.engine.start_job, exchange.engine.start_task, lambda: now
    )
    exchange.publish(*(record(i) for i in range(30)))
    first = exchange.query(maxRows=10)
    now = 3599.0
    second = exchange.next_page(first)
    now = 7300.0
    with pytest.raises(PlatformError, match="Invalid pagination token"):
        exchange.next_page(second)
    with pytest.raises(PlatformError) as error:
        exchange.export(second)
    assert refusal(error)[0] == "NotFound"


def test_token_with_the_time_period_query_type_is_accepted(exchange: Exchange) -> None:
    exchange.publish(*(record(i) for i in range(30)))
    first = exchange.query(maxRows=10)
    page = exchange.next_page(first, queryType="TIME_PERIOD", **ALWAYS)
    assert page["resultChunkIndex"] == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"startTime": None}, "startTime is missing"),
        ({"endTime": "yesterday"}, "endTime 'yesterday' is not an ISO 8601"),
        ({"endTime": "2020-01-01T00:00:00"}, "with a zone"),
        ({"startTime": "2020-02-30T00:00:00Z"}, "startTime '2020-02-30T00:00:00Z'"),
        ({"startTime": "2021-01-01T00:00:00Z", "endTime": "2020-01-01T00:00:00Z"}, "not be after"),
        ({"maxRows": 0}, "maxRows must be 1 to 1000"),
        ({"maxRows": 1001}, "maxRows must be 1 to 1000"),
        ({"assets": []}, "at least one asset"),
        ({"assets": [{"assetId": ""}]}, "assets[0].assetId must be 1 to"),
        ({"assets": [{"assetId": "a", "attributeNamesFilter": [None]}]}, "is missing"),
        ({"queryType": "NEXT_TOKEN"}, "needs a nextToken"),
    ],
)
def test_invalid_query_is_refused(
    exchange: Exchange, arguments: dict[str, Any], expected: str
) -> None:
    with pytest.raises(PlatformError) as error:
        exchange.query(**arguments)
    error_type, message = refusal(error)
    assert error_type == "ValidationException"
    assert expected in message


def test_query_of_an_empty_database_returns_nothing(exchange: Exchange) -> None:
    assert exchange.csv() == "assetId,name,timestamp\n"
    assert exchange.latest()["data"] == []


def test_query_continues_only_for_its_user(exchange: Exchange) -> None:
    query_id = exchange.query()["queryId"]
    for operation in ("cancelDatabaseQuery", "generateQueryResultExportFile"):
        with pytest.raises(PlatformError) as error:
            exchange.call(operation, user="reader", queryId=query_id)
        assert refusal(error)[0] == "Unauthorized"
        with pytest.raises(PlatformError) as error:
            exchange.call(operation, queryId="unknown")
        assert refusal(error)[0] == "NotFound"


def test_query_of_an_outsider_is_refused(exchange: Exchange) -> None:
    for call in (exchange.query, exchange.latest):
        with pytest.raises(PlatformError) as error:
            call(user="outsider")
        assert refusal(error)[0] == "Unauthorized"


def test_cancelled_query_has_no_more_pages_and_no_export(exchange: Exchange) -> None:
    exchange.publish(*(record(i) for i in range(30)))
    page = exchange.query(maxRows=10)
    response = exchange.call("cancelDatabaseQuery", queryId=page["queryId"])
    assert response == {"httpStatusCode": 200, "errorMessage": None}
    for call in (exchange.next_page, exchange.export):
        with pytest.raises(PlatformError) as error:
            call(page)
        assert refusal(error) == ("ValidationException", "The query was cancelled.")
    assert exchange.call("cancelDatabaseQuery", queryId=page["queryId"]) == response


def test_data_is_kept_when_the_store_is_reopened(exchange: Exchange, tmp_path: Any) -> None:
    exchange.publish(record(1, "18.80", Dimensions=dimensions(name="n", phase="A")))
    exchange.publish(multi(1, ("b", "DOUBLE", "1")))
    before = exchange.csv()
    exchange.engine.close()
    exchange.engine = QueryEngine(tmp_path / "time series")
    exchange.time_series = TimeSeriesStore(exchange.engine)
    exchange.publish(record(1, "18.80", Dimensions=dimensions(name="n", phase="A")))
    assert exchange.csv() == before
    exchange.engine.close()


def test_deleted_database_is_empty_if_its_id_is_used_again(exchange: Exchange) -> None:
    exchange.publish(*(record(i) for i in range(30)))
    page = exchange.query(maxRows=10)
    database = exchange.call("deleteDatabase")
    with pytest.raises(PlatformError) as error:
        exchange.next_page(page)
    assert refusal(error)[0] == "NotFound"
    exchange.accounts.databases[database["timeSeriesDbId"]] = database
    assert exchange.latest()["data"] == []


def test_asset_can_have_a_thousand_attributes(exchange: Exchange) -> None:
    names = [f"attribute {i:04}" for i in range(1100)]
    for start in range(0, len(names), 100):
        exchange.publish(*(record(1, "1.0", name) for name in names[start : start + 100]))
    page = exchange.query()
    header, row = exchange.export(page).splitlines()
    assert header == ",".join(["assetId", "name", "timestamp", *names])
    assert row.endswith(",1.0" * 1100)
    (asset,) = json.loads(exchange.export(page, "JSON"))
    assert [attribute["name"] for attribute in asset["attributes"]] == names
    assert len(exchange.latest()["data"][0]["attributes"]) == 1100


def test_query_of_many_assets_with_different_filters_takes_little_time() -> None:
    catalog = Catalog("schema", has_tables=True)
    for i in range(8_000):
        catalog.measure_names[f"n{i}"] = "DOUBLE"
        catalog.measures[f"m{i}"] = Column(f"m{i}", "DOUBLE", f"m{i}")
        catalog.series[Series(f"a{i}", f"n{i}", ())] = i
    filters = [AssetFilter(f"a{i}", (f"n{i}", f"m{i}")) for i in range(8_000)]
    started = time.thread_time()
    selection = Selection(catalog, filters)
    assert len(json.loads(selection.parameter())) == 8_000
    assert len(selection.cells()) == 16_000
    assert time.thread_time() - started < 10


def test_query_of_an_asset_requested_many_times_takes_little_time() -> None:
    started = time.thread_time()
    merged = merge_filters(AssetFilter("a", (f"n{i}",)) for i in range(20_000))
    assert [len(asset.names or ()) for asset in merged] == [20_000]
    assert time.thread_time() - started < 5


def test_query_has_a_limited_number_of_concurrent_exports(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_limits(monkeypatch, max_exports=2)
    exchange.publish(record(1))
    page = exchange.query()

    async def export_thrice() -> list[str]:
        context = Context(cast(Any, exchange), Caller("owner", "token"))
        arguments = {"timeSeriesDbId": DATABASE, "queryId": page["queryId"]}
        export = resolvers.generate_query_result_export_file
        responses = [export(context, **arguments) for _ in range(3)]
        results = await asyncio.gather(*responses, return_exceptions=True)
        return [getattr(result, "error_type", "none") for result in results]

    errors = exchange.runner.run(export_thrice())
    assert errors == ["none", "none", "ThrottlingException"]
    exchange.export_event()
    exchange.export_event()
    exchange.export(page)


def test_export_that_becomes_too_large_is_discarded(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use_limits(monkeypatch, max_export_bytes=100)
    exchange.publish(*(record(i) for i in range(50)))
    page = exchange.query()
    exchange.call("generateQueryResultExportFile", queryId=page["queryId"], fileFormat="CSV")

    async def wait() -> None:
        while "too large" not in caplog.text:
            await asyncio.sleep(0.01)

    exchange.runner.run(asyncio.wait_for(wait(), 60))
    assert exchange.events.sent.empty()
