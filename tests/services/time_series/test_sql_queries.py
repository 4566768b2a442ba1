"""Timestream SQL queries: pages in the format of Timestream, and SQL features."""

from typing import Any

import pytest

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    InvalidRequestError,
    InvalidResponseError,
    NotFoundError,
    QueryResult_TimestreamVariables,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ...conftest import Connect
from ...support.fake_platform import FakePlatform
from ...support.timestream import (
    DATABASE,
    QUERY,
    STATUS,
    Row,
    iterate_rows,
    number_page,
    response,
    scalar,
)


class TestOnePage:
    def test_page_has_every_property_of_the_response(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(QUERY, number_page(1, 2, nextToken="token-2"))
        result = fake_platform_client.queryTimeSeriesDatabase_TimestreamFormat(DATABASE, "SELECT 1")
        assert isinstance(result, QueryResult_TimestreamVariables)
        columns = [{"Name": "n", "Type": {"ScalarType": "BIGINT"}}]
        rows = [{"Data": [{"ScalarValue": "1"}]}, {"Data": [{"ScalarValue": "2"}]}]
        assert result.timestreamResults == response(
            columns, [[scalar("1")], [scalar("2")]], "token-2"
        )
        assert result.rows == rows
        assert result.columnInfo == columns
        assert result.queryId.startswith("AEDACAN")
        assert result.queryStatus == STATUS
        assert result.nextToken == "token-2"
        assert result.clientToken == "client-token-1"

    def test_last_page_has_no_next_token(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(QUERY, number_page(1))
        result = fake_platform_client.queryTimeSeriesDatabase_TimestreamFormat(DATABASE, "SELECT 1")
        assert result.nextToken is None

    @pytest.mark.parametrize(("given", "sent"), [(100, 100), ("100", 100), (1, 1), ("1000", 1000)])
    def test_max_rows_is_an_integer_or_its_string(
        self,
        given: Any,
        sent: int,
        fake_platform: FakePlatform,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        fake_platform.add_data(QUERY, number_page(1))
        fake_platform_client.queryTimeSeriesDatabase_TimestreamFormat(DATABASE, "SELECT 1", given)
        assert fake_platform.variables(QUERY)[0]["maxRows"] == sent

    @pytest.mark.parametrize("given", [0, 1001, -1, "0", "many", "", 1.5, True, [1]])
    def test_max_rows_out_of_bounds_is_refused(
        self, given: Any, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidParameterError, match=r"^maxRows must be .*1 and 1000"):
            fake_platform_client.queryTimeSeriesDatabase_TimestreamFormat(
                DATABASE, "SELECT 1", given
            )
        assert fake_platform.operations == []

    def test_tokens_and_query_are_sent_unchanged(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(QUERY, number_page(1), number_page(1))
        query = "SELECT 'it''s', \"a b\"\n-- ünïcode 🔌"
        fake_platform_client.queryTimeSeriesDatabase_TimestreamFormat(
            DATABASE, query, 10, "next", "client"
        )
        fake_platform_client.queryTimeSeriesDatabase_TimestreamFormat(
            timeSeriesDbId=DATABASE,
            queryString=query,
            maxRows=10,
            nextToken="next",
            clientToken="client",
        )
        sent = {
            "timeSeriesDbId": DATABASE,
            "queryString": query,
            "maxRows": 10,
            "nextToken": "next",
            "clientToken": "client",
        }
        assert fake_platform.variables(QUERY) == [sent, sent]

    @pytest.mark.parametrize(
        "text", ["", "no JSON", "[]", "null", '"text"', '{"QueryId": "q", "ColumnInfo": []}', "{}"]
    )
    def test_invalid_result_is_an_invalid_response(
        self, text: str, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(QUERY, {"clientToken": None, "resultJSONString": text})
        with pytest.raises(InvalidResponseError, match="no Timestream result"):
            fake_platform_client.queryTimeSeriesDatabase_TimestreamFormat(DATABASE, "SELECT 1")

    def test_null_response_is_not_found(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(QUERY, None)
        with pytest.raises(NotFoundError, match=DATABASE):
            fake_platform_client.queryTimeSeriesDatabase_TimestreamFormat(DATABASE, "SELECT 1")

    def test_results_support_equality_and_repr(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_data(QUERY, number_page(1), number_page(1), number_page(2))
        one, same, other = (
            fake_platform_client.queryTimeSeriesDatabase_TimestreamFormat(DATABASE, "SELECT 1")
            for _ in range(3)
        )
        assert one == same != other
        assert str(one).startswith("QueryResult_TimestreamVariables(")


@pytest.fixture
def measured(exchange: AvistaDigitalExchange, database: str) -> str:
    """A database of two assets: one with values of all types, one with ten numbers."""
    measures = [
        exchange.createTimeSeriesMeasureValue("DOUBLE", "A kW", "0.1"),
        exchange.createTimeSeriesMeasureValue("BIGINT", "count", 2**63 - 1),
        exchange.createTimeSeriesMeasureValue("BOOLEAN", "closed", True),
        exchange.createTimeSeriesMeasureValue("VARCHAR", "state", 'it\'s "on"\n🔌'),
        exchange.createTimeSeriesMeasureValue("TIMESTAMP", "seen", 1714521600123456789),
    ]
    name = exchange.createTimeSeriesDimension("VARCHAR", "name", "Feeder 7")
    time_, unit = 1714521600000000001, "NANOSECONDS"
    exchange.publishToTimeSeriesDatabase(
        database,
        "feeder-7",
        [exchange.createTimeSeriesInputRecord(time_, unit, "all", "MULTI", None, measures, [name])],
    )
    exchange.publishToTimeSeriesDatabase(
        database,
        "counter",
        [
            exchange.createTimeSeriesInputRecord(n, "SECONDS", "n", "BIGINT", n * n)
            for n in range(10)
        ],
    )
    return database


@pytest.fixture
def table(exchange: AvistaDigitalExchange, measured: str) -> str:
    """The name of that database's table in SQL."""
    found = exchange.getTimeSeriesDatabase(measured)
    return f'"{found.databaseName}"."{found.tableName}"'


class TestAgainstTheLocalExchange:
    def test_published_values_come_back_in_their_types(
        self, exchange: AvistaDigitalExchange, measured: str, table: str
    ) -> None:
        (row,) = iterate_rows(
            exchange,
            measured,
            f'SELECT time, assetId, name, "A kW", "count", closed, state, seen FROM {table} '
            "WHERE assetId = 'feeder-7'",
        )
        assert row == {
            "time": "2024-05-01T00:00:00.000000001Z",
            "assetId": "feeder-7",
            "name": "Feeder 7",
            "A kW": 0.1,
            "count": 2**63 - 1,
            "closed": True,
            "state": 'it\'s "on"\n🔌',
            "seen": "2024-05-01T00:00:00.123456789Z",
        }

    def test_pages_follow_each_other_by_their_tokens(
        self, exchange: AvistaDigitalExchange, measured: str, table: str
    ) -> None:
        query = (
            f"SELECT measure_value::bigint AS n FROM {table} WHERE measure_name = 'n' ORDER BY n"
        )
        ask = exchange.queryTimeSeriesDatabase_TimestreamFormat
        pages = [ask(measured, query, 4)]
        while pages[-1].nextToken:
            pages.append(ask(measured, query, "4", pages[-1].nextToken, pages[-1].clientToken))
        values = [datum["ScalarValue"] for page in pages for (datum,) in data_of(page)]
        assert values == [str(n * n) for n in range(10)]
        assert max(len(page.rows) for page in pages) == 4
        assert len({page.queryId for page in pages}) == 1
        assert pages[0].columnInfo == [{"Name": "n", "Type": {"ScalarType": "BIGINT"}}]
        assert pages[-1].queryStatus["ProgressPercentage"] == 100

        rows = iterate_rows(exchange, measured, query, maxRows=3)
        assert [row["n"] for row in rows] == [n * n for n in range(10)]

    def test_nested_values_are_returned(
        self, exchange: AvistaDigitalExchange, measured: str, table: str
    ) -> None:
        (row,) = iterate_rows(
            exchange,
            measured,
            "SELECT NULL AS nothing, ARRAY[1, NULL, 3] AS list, 1.5E0, 'x', "
            "create_time_series(time, measure_value::bigint) AS series "
            f"FROM {table} WHERE measure_name = 'n' AND measure_value::bigint < 2",
        )
        assert row["nothing"] is None
        assert row["list"] == [1, None, 3]
        assert (row["_col2"], row["_col3"]) == (1.5, "x")
        assert row["series"] == [
            {"time": "1970-01-01T00:00:00.000Z", "value": 0},
            {"time": "1970-01-01T00:00:01.000Z", "value": 1},
        ]

    @pytest.mark.parametrize("role", ["owner", "member", "reader"])
    def test_shared_database_can_be_queried_by_members(
        self, role: str, connect: Connect, local: LocalExchange
    ) -> None:
        exchange = connect(local.tokens[role], endpoint=local.endpoint)
        rows = iterate_rows(exchange, local.timeSeriesDbId, "SELECT 1 + 1 AS two, true AS sure")
        assert list(rows) == [{"two": 2, "sure": True}]

    def test_query_of_an_outsider_is_refused(self, connect: Connect, local: LocalExchange) -> None:
        outsider = connect(local.tokens["outsider"], endpoint=local.endpoint)
        with pytest.raises(UnauthorizedError):
            outsider.queryTimeSeriesDatabase_TimestreamFormat(local.timeSeriesDbId, "SELECT 1")

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("SELECT nothing FROM {table}", "Column 'nothing' does not exist"),
            ("SELECT frobnicate(1)", "frobnicate"),
            ("SELEC 1", "invalid"),
            ("DELETE FROM {table}", ""),
            ("SELECT 1; SELECT 2", ""),
            ("SELECT * FROM read_csv('/etc/passwd')", ""),
        ],
    )
    def test_invalid_query_is_an_invalid_request(
        self, query: str, message: str, exchange: AvistaDigitalExchange, measured: str, table: str
    ) -> None:
        with pytest.raises(InvalidRequestError) as caught:
            exchange.queryTimeSeriesDatabase_TimestreamFormat(
                measured, query.replace("{table}", table)
            )
        assert message in str(caught.value)
        assert caught.value.errors[0]["errorType"] == "ValidationException"

    def test_token_of_another_query_is_refused(
        self, exchange: AvistaDigitalExchange, measured: str, table: str
    ) -> None:
        query = f"SELECT time FROM {table}"
        first = exchange.queryTimeSeriesDatabase_TimestreamFormat(measured, query, 4)
        with pytest.raises(InvalidRequestError):
            exchange.queryTimeSeriesDatabase_TimestreamFormat(
                measured, f"{query} ", 4, first.nextToken, first.clientToken
            )
        with pytest.raises(InvalidRequestError):
            exchange.queryTimeSeriesDatabase_TimestreamFormat(
                measured, query, 4, "no token of this platform", first.clientToken
            )

    def test_unknown_database_is_not_found(self, exchange: AvistaDigitalExchange) -> None:
        with pytest.raises(NotFoundError):
            exchange.queryTimeSeriesDatabase_TimestreamFormat("timeSeriesDbId.nothing", "SELECT 1")


def data_of(result: QueryResult_TimestreamVariables) -> list[list[Row]]:
    return [row["Data"] for row in result.rows]
