"""Rows of Timestream SQL queries: Python values, pagination and memory use."""

import asyncio
import gc
import json
import threading
import tracemalloc
from contextlib import closing
from datetime import date
from typing import Any

import httpx
import pytest
from pytest_httpx import HTTPXMock

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    InvalidResponseError,
    QueryResult_TimestreamVariables,
    ServerError,
)

from ...conftest import Connect
from ...support.clients import RUNNER, AsyncClientAdapter
from ...support.fake_platform import ENDPOINT, TOKEN, FakePlatform, error_response, graphql_error
from ...support.timestream import (
    DATABASE,
    NULL,
    QUERY,
    Row,
    iterate_rows,
    number_page,
    page,
    scalar,
    scalar_column,
    wait_in_loop,
)


def array_of(item: Row) -> Row:
    return {"ArrayColumnInfo": {"Type": item}}


def row_of(*columns: Row) -> Row:
    return {"RowColumnInfo": list(columns)}


def series_of(value: Row) -> Row:
    return {"TimeSeriesMeasureValueColumnInfo": {"Type": value}}


BIGINT, DOUBLE, VARCHAR, TIMESTAMP = (
    {"ScalarType": name} for name in ("BIGINT", "DOUBLE", "VARCHAR", "TIMESTAMP")
)
POINTS = [
    {"Time": "2024-05-01 00:00:00.000000000", "Value": scalar("1.5")},
    {"Time": "2024-05-01 00:00:00.000000001", "Value": NULL},
]
VALUES = [
    (BIGINT, scalar("-9223372036854775808"), -(2**63)),
    ({"ScalarType": "INTEGER"}, scalar("7"), 7),
    (DOUBLE, scalar("0.1"), 0.1),
    (DOUBLE, scalar("1.0E-5"), 1e-5),
    (DOUBLE, scalar("Infinity"), float("inf")),
    ({"ScalarType": "BOOLEAN"}, scalar("true"), True),
    ({"ScalarType": "BOOLEAN"}, scalar("false"), False),
    (VARCHAR, scalar(""), ""),
    (VARCHAR, scalar("12"), "12"),
    (VARCHAR, scalar("null"), "null"),
    (TIMESTAMP, scalar("2024-05-01 01:02:03.123456789"), "2024-05-01T01:02:03.123456789Z"),
    (TIMESTAMP, scalar("2024-05-01 01:02:03.000000000"), "2024-05-01T01:02:03.000Z"),
    (TIMESTAMP, scalar("1677-09-21 00:12:44.000000001"), "1677-09-21T00:12:44.000000001Z"),
    ({"ScalarType": "DATE"}, scalar("2024-05-01"), date(2024, 5, 1)),
    ({"ScalarType": "TIME"}, scalar("01:02:03.000000000"), "01:02:03.000000000"),
    (
        {"ScalarType": "INTERVAL_DAY_TO_SECOND"},
        scalar("0 01:00:00.000000000"),
        "0 01:00:00.000000000",
    ),
    ({"ScalarType": "SOMETHING_NEW"}, scalar("kept"), "kept"),
    ({"ScalarType": "UNKNOWN"}, NULL, None),
    (BIGINT, NULL, None),
    (TIMESTAMP, NULL, None),
    (array_of(BIGINT), {"ArrayValue": [scalar("1"), NULL, scalar("3")]}, [1, None, 3]),
    (array_of(BIGINT), {"ArrayValue": []}, []),
    (array_of(BIGINT), NULL, None),
    (
        array_of(array_of(VARCHAR)),
        {"ArrayValue": [{"ArrayValue": [scalar("a")]}, {"ArrayValue": []}]},
        [["a"], []],
    ),
    (
        row_of(scalar_column("x", "BIGINT"), scalar_column(None, "VARCHAR")),
        {"RowValue": {"Data": [scalar("1"), NULL]}},
        {"x": 1, "_col1": None},
    ),
    (row_of(scalar_column("x", "BIGINT")), NULL, None),
    (
        array_of(row_of(scalar_column("at", "TIMESTAMP"))),
        {"ArrayValue": [{"RowValue": {"Data": [scalar("2024-05-01 00:00:00.000000001")]}}]},
        [{"at": "2024-05-01T00:00:00.000000001Z"}],
    ),
    (
        series_of(DOUBLE),
        {"TimeSeriesValue": POINTS},
        [
            {"time": "2024-05-01T00:00:00.000Z", "value": 1.5},
            {"time": "2024-05-01T00:00:00.000000001Z", "value": None},
        ],
    ),
    (series_of(DOUBLE), NULL, None),
]


class TestValues:
    @pytest.mark.parametrize("indent", [None, 1])
    @pytest.mark.parametrize(("column_type", "datum", "value"), VALUES)
    def test_value_of_each_type_becomes_its_python_value(
        self,
        column_type: Row,
        datum: Row,
        value: object,
        indent: int | None,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        columns = [scalar_column("n", "BIGINT"), {"Name": "c", "Type": column_type}]
        rows = [[scalar("1"), datum], [NULL, NULL], [scalar("2"), datum]]
        fake_platform.add_data(QUERY, page(columns, rows, indent=indent))
        first, nulls, last = iterate_rows(fake_platform_client, DATABASE, "SELECT n, c")
        assert (first, nulls) == ({"n": 1, "c": value}, {"n": None, "c": None})
        assert last == {"n": 2, "c": value}
        assert type(first["c"]) is type(value)

    @pytest.mark.parametrize("column_type", [VARCHAR, {"ScalarType": "TIME"}])
    def test_string_that_looks_like_json_is_kept(
        self,
        column_type: Row,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        texts = ['"},{"ScalarValue":"', '"}]},{"Data":[{"ScalarValue":"', '"}]}],"Rows":[]', "\\"]
        texts += ["}]}]", "},{", "Rows", "\0", "\n", '{"NullValue":true}', "\u2028", "\U0001f600"]
        columns = [scalar_column("n", "BIGINT"), {"Name": "s", "Type": column_type}]
        # All of them on one page, then each on a page of its own.
        groups = [texts, *([text] for text in texts)]
        pages = [
            page(columns, [[NULL, scalar(text)] for text in group], f"t{number}")
            for number, group in enumerate(groups)
        ]
        fake_platform.add_data(QUERY, *pages, page(columns, []))
        rows = list(iterate_rows(fake_platform_client, DATABASE, "SELECT n, s"))
        assert rows == [{"n": None, "s": text} for text in [*texts, *texts]]

    @pytest.mark.parametrize("indent", [None, 1])
    def test_column_of_nulls_is_null_whatever_its_type(
        self,
        indent: int | None,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        types = [BIGINT, TIMESTAMP, VARCHAR, array_of(BIGINT), series_of(DOUBLE)]
        columns = [{"Name": f"c{index}", "Type": kind} for index, kind in enumerate(types)]
        fake_platform.add_data(QUERY, page(columns, [[NULL] * len(types)] * 2, indent=indent))
        rows = list(iterate_rows(fake_platform_client, DATABASE, "SELECT *"))
        assert rows == [{f"c{index}": None for index in range(len(types))}] * 2

    def test_columns_with_missing_or_duplicate_names_all_appear(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        names = [None, "a", "a", "a_2", None, "a", "_col0"]
        columns = [scalar_column(name, "BIGINT") for name in names]
        fake_platform.add_data(QUERY, page(columns, [[scalar(str(n)) for n in range(len(names))]]))
        (row,) = iterate_rows(fake_platform_client, DATABASE, "SELECT …")
        assert list(row.values()) == list(range(len(names)))
        assert list(row)[:3] == ["_col0", "a", "a_2"]

    @pytest.mark.parametrize(
        ("column_type", "datum"),
        [
            (BIGINT, scalar("many")),
            (BIGINT, scalar("9" * 5000)),
            (BIGINT, {}),
            (BIGINT, {"ArrayValue": []}),
            (DOUBLE, {"ScalarValue": None}),
            ({"ScalarType": "BOOLEAN"}, scalar("perhaps")),
            (TIMESTAMP, scalar("yesterday")),
            (TIMESTAMP, {"ScalarValue": 5}),
            ({"ScalarType": "DATE"}, scalar("2024-13-01")),
            (TIMESTAMP, scalar("2024-05-01 00:00:00.000000000\n2024-05-01 00:00:00.000000000")),
            (TIMESTAMP, scalar("\u0662024-05-01 00:00:00.000000000")),
            (TIMESTAMP, scalar("")),
            (VARCHAR, {"ScalarValue": None}),
            (VARCHAR, {"ScalarValue": 5}),
            (array_of(BIGINT), scalar("1")),
            (array_of(BIGINT), {"ArrayValue": [{}]}),
            (row_of(scalar_column("x", "BIGINT")), {"RowValue": {"Data": []}}),
            (series_of(DOUBLE), {"TimeSeriesValue": [{}]}),
            ({}, scalar("1")),
        ],
    )
    def test_mismatched_datum_is_an_invalid_response(
        self,
        column_type: Row,
        datum: Row,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        fake_platform.add_data(QUERY, page([{"Name": "c", "Type": column_type}], [[datum]]))
        with pytest.raises(InvalidResponseError, match="does not match the columns' types"):
            list(iterate_rows(fake_platform_client, DATABASE, "SELECT c"))

    @pytest.mark.parametrize("lengths", [[2], [0], [1, 2], [2, 1], [1, 0], [0, 2]])
    def test_row_of_the_wrong_length_is_an_invalid_response(
        self,
        lengths: list[int],
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        rows = [[scalar("1")] * length for length in lengths]
        fake_platform.add_data(QUERY, page([scalar_column("c", "BIGINT")], rows))
        with pytest.raises(InvalidResponseError):
            list(iterate_rows(fake_platform_client, DATABASE, "SELECT c"))


def count_of(exchange: AvistaDigitalExchange, *args: Any) -> int:
    """The number of rows of a query."""
    rows = exchange.iterTimeSeriesDatabase_TimestreamFormat(*args)
    if isinstance(exchange, AvistaDigitalExchange):
        return sum(1 for _ in rows)

    async def counted() -> int:
        count = 0
        async for _ in rows:
            count += 1
        return count

    return RUNNER.run(counted())


class TestInvalidArguments:
    @pytest.mark.parametrize(
        ("argument", "value"), [("timeSeriesDbId", ""), ("queryString", " "), ("maxRows", 0)]
    )
    def test_invalid_argument_is_refused_by_the_call(
        self, argument: str, value: Any, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        good = {"timeSeriesDbId": DATABASE, "queryString": "SELECT n", "maxRows": 1}
        with pytest.raises(InvalidParameterError, match=f"^{argument} must be "):
            fake_platform_client.iterTimeSeriesDatabase_TimestreamFormat(**good | {argument: value})


class TestPagination:
    def test_pages_are_followed_with_the_tokens_of_the_previous_page(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(
            QUERY,
            number_page(1, 2, nextToken="t2"),
            number_page(3, nextToken="t3"),
            number_page(4, 5),
        )
        rows = iterate_rows(fake_platform_client, DATABASE, "SELECT n", maxRows="2")
        assert [row["n"] for row in rows] == [1, 2, 3, 4, 5]
        sent = fake_platform.variables(QUERY)
        assert [one["nextToken"] for one in sent] == [None, "t2", "t3"]
        assert [one["clientToken"] for one in sent] == [None, "client-token-1", "client-token-1"]
        assert all(one["maxRows"] == 2 and one["queryString"] == "SELECT n" for one in sent)

    def test_page_token_with_escapes_is_sent_as_it_is(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        token = 'a"b\\/\u00e9\n'
        fake_platform.add_data(QUERY, number_page(1, nextToken=token), number_page(2))
        assert len(list(iterate_rows(fake_platform_client, DATABASE, "SELECT n"))) == 2
        assert fake_platform.variables(QUERY)[1]["nextToken"] == token

    def test_value_that_looks_like_a_page_token_is_none(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        text = '"NextToken":"t2"'
        fake_platform.add_data(QUERY, page([scalar_column("s", "VARCHAR")], [[scalar(text)]]))
        rows = list(iterate_rows(fake_platform_client, DATABASE, "SELECT s"))
        assert rows == [{"s": text}]

    def test_page_token_that_cannot_be_found_is_an_error_instead_of_a_partial_result(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        first = number_page(1, nextToken="t2")
        first["resultJSONString"] = (first["resultJSONString"] or "").replace(
            '"NextToken"', '"\\u004eextToken"'
        )
        fake_platform.add_data(QUERY, first)
        with pytest.raises(InvalidResponseError, match="page token of a Timestream result"):
            list(iterate_rows(fake_platform_client, DATABASE, "SELECT n"))

    def test_page_without_rows_is_not_the_end(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(
            QUERY, number_page(nextToken="t2"), number_page(nextToken="t3"), number_page(1)
        )
        assert list(iterate_rows(fake_platform_client, DATABASE, "SELECT n")) == [{"n": 1}]

    def test_result_without_rows_is_empty(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(QUERY, number_page())
        assert list(iterate_rows(fake_platform_client, DATABASE, "SELECT n")) == []

    def test_repeated_token_ends_the_iteration_with_an_error(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(
            QUERY, number_page(1, nextToken="t2"), number_page(2, nextToken="t2")
        )
        with pytest.raises(InvalidResponseError, match="same page token twice"):
            list(iterate_rows(fake_platform_client, DATABASE, "SELECT n"))

    def test_failed_page_is_an_error_after_the_rows_before_it(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_responses(
            QUERY,
            {"data": {QUERY: number_page(1, 2, nextToken="t2")}},
            error_response(graphql_error("InternalServerException", "gone")),
        )
        rows = iterate_rows(fake_platform_client, DATABASE, "SELECT n")
        assert [next(rows)["n"], next(rows)["n"]] == [1, 2]
        with pytest.raises(ServerError, match="gone"):
            next(rows)

    def test_next_page_is_prefetched(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(
            QUERY,
            number_page(1, 2, nextToken="t2"),
            number_page(3, 4, nextToken="t3"),
            number_page(5),
        )
        with closing(iterate_rows(fake_platform_client, DATABASE, "SELECT n")) as rows:
            assert next(rows) == {"n": 1}
            assert wait_in_loop(lambda: len(fake_platform.operations) == 2)
            assert next(rows) == {"n": 2}
            RUNNER.run(asyncio.sleep(0.1))
            # At most one page ahead.
            assert len(fake_platform.operations) == 2
            assert next(rows) == {"n": 3}
            assert wait_in_loop(lambda: len(fake_platform.operations) == 3)

    def test_iterator_holds_at_most_two_pages(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        pages = [number_page(number, nextToken=f"t{number}") for number in range(12)]
        fake_platform.add_data(QUERY, *pages, number_page(12))
        before = results_in_memory()
        held = [
            results_in_memory() - before
            for row in iterate_rows(fake_platform_client, DATABASE, "SELECT n")
            if wait_in_loop(lambda n=row["n"]: len(fake_platform.operations) == min(n + 2, 13))
        ]
        assert len(held) == 13
        assert max(held) <= 2

    def test_iterator_memory_does_not_grow_with_the_result(
        self, httpx_mock: HTTPXMock, connect: Connect
    ) -> None:
        def response(request: httpx.Request) -> httpx.Response:
            variables = json.loads(request.content)["variables"]
            number = int(variables["nextToken"] or 0) + 1
            last = number == int(variables["queryString"])
            made = number_page(*range(1000), nextToken=None if last else str(number))
            return httpx.Response(200, json={"data": {QUERY: made}})

        httpx_mock.add_callback(response, is_reusable=True)
        exchange = connect(TOKEN, endpoint=ENDPOINT)

        def peak(pages: int) -> int:
            tracemalloc.start()
            assert count_of(exchange, DATABASE, str(pages)) == 1000 * pages
            highest = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return highest

        peak(1)
        few, many = peak(4), peak(16)
        # Whether two pages are in memory at a time depends on the speed of the machine.
        assert many < 2 * few

    def test_sync_iterator_works_inside_a_running_event_loop(
        self, fake_platform: FakePlatform
    ) -> None:
        fake_platform.add_data(QUERY, number_page(1, nextToken="t2"), number_page(2))

        async def notebook() -> list[Row]:
            with AvistaDigitalExchange(TOKEN, endpoint=ENDPOINT) as exchange:
                return list(exchange.iterTimeSeriesDatabase_TimestreamFormat(DATABASE, "SELECT n"))

        assert RUNNER.run(notebook()) == [{"n": 1}, {"n": 2}]

    def test_iterator_sends_nothing_before_the_first_row_is_requested(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        with closing(iterate_rows(fake_platform_client, DATABASE, "SELECT n")):
            assert fake_platform.operations == []


class TestLeavingEarly:
    def test_abandoned_iterator_leaves_no_thread_and_no_task(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        threads = threading.active_count()
        fake_platform.add_data(
            QUERY, number_page(1, nextToken="t2"), number_page(2, nextToken="t3")
        )
        for row in iterate_rows(fake_platform_client, DATABASE, "SELECT n"):
            assert row == {"n": 1}
            break
        gc.collect()
        assert wait_in_loop(lambda: threading.active_count() <= threads)
        assert tasks() == set()

    def test_abandoned_sync_iterator_does_not_wait_for_the_running_request(
        self, httpx_mock: HTTPXMock
    ) -> None:
        threads = threading.active_count()
        asked, closed, in_time = threading.Event(), threading.Event(), []
        httpx_mock.add_response(json={"data": {QUERY: number_page(1, nextToken="t2")}})

        def answer_late(_request: httpx.Request) -> httpx.Response:
            asked.set()
            in_time.append(closed.wait(30))
            return httpx.Response(200, json={"data": {QUERY: number_page(2)}})

        httpx_mock.add_callback(answer_late)
        with AvistaDigitalExchange(TOKEN, endpoint=ENDPOINT) as exchange:
            rows = iterate_rows(exchange, DATABASE, "SELECT n")
            next(rows)
            assert asked.wait(30)
            rows.close()
            closed.set()
            assert wait_in_loop(lambda: threading.active_count() <= threads)
        assert in_time == [True]

    def test_abandoned_async_iterator_cancels_the_running_request(
        self, httpx_mock: HTTPXMock
    ) -> None:
        cancelled = []
        httpx_mock.add_response(json={"data": {QUERY: number_page(1, nextToken="t2")}})

        async def never_answer(_request: httpx.Request) -> httpx.Response:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                cancelled.append(True)
                raise
            raise AssertionError

        httpx_mock.add_callback(never_answer)
        with AsyncClientAdapter(TOKEN, endpoint=ENDPOINT) as exchange:
            rows = iterate_rows(exchange, DATABASE, "SELECT n")
            next(rows)
            RUNNER.run(asyncio.sleep(0.05))
            assert len(tasks()) == 1
            rows.close()
            assert wait_in_loop(lambda: tasks() == set())
        assert cancelled == [True]

    def test_error_in_the_loop_of_the_user_propagates(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(QUERY, number_page(1, nextToken="t2"), number_page(2))

        def work() -> None:
            with closing(iterate_rows(fake_platform_client, DATABASE, "SELECT n")) as rows:
                for _row in rows:
                    raise LookupError("the user's own")

        with pytest.raises(LookupError, match="the user's own"):
            work()
        assert tasks() == set()


def results_in_memory() -> int:
    gc.collect()
    return sum(isinstance(item, QueryResult_TimestreamVariables) for item in gc.get_objects())


def tasks() -> set[asyncio.Task[Any]]:
    return asyncio.all_tasks(RUNNER.get_loop())
