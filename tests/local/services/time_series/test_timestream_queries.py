"""Timestream SQL queries: results, pagination and restrictions."""

from __future__ import annotations

from typing import Any

import pytest

from avista_digital_exchange_sdk.local.errors import PlatformError

from ....support.options import use_limits
from .fakes import ASSET, OTHER_DATABASE, Exchange, multi, record, refusal

TABLE = '"Digital Exchange"."Table_1"'
CPU = f"FROM {TABLE} WHERE measure_name = 'cpu'"


def seconds(count: int) -> str:
    """Format the time that many seconds after the epoch."""
    return f"1970-01-01 00:{count // 60:02}:{count % 60:02}.000000000"


QUERIES: dict[str, tuple[str, list[list[Any]]]] = {
    "binned averages": (
        f"SELECT bin(time, 30s) AS b, avg(measure_value::double), count(*) {CPU} "
        "GROUP BY bin(time, 30s) ORDER BY b DESC LIMIT 2",
        [[seconds(90), "13.5", "1"], [seconds(60), "10.5", "3"]],
    ),
    "group and order by places": (
        f"SELECT host, max(measure_value::double) {CPU} GROUP BY 1 ORDER BY 2 DESC",
        [["h1", "13.5"], ["h0", "12.0"]],
    ),
    "NULLs come last both ways": (
        f"SELECT DISTINCT host FROM {TABLE} ORDER BY host DESC",
        [["h1"], ["h0"], [None]],
    ),
    "names differ by case": (
        f'SELECT "V", v, N FROM {TABLE} WHERE n IS NOT NULL',
        [["1.5", 'te"x\nt', "7"]],
    ),
    "HAVING and FILTER": (
        f"SELECT host, count(*) FILTER (WHERE time > from_milliseconds(30000)) {CPU} "
        "GROUP BY host HAVING max(measure_value::double) > 12",
        [["h1", "3"]],
    ),
    "latest by host": (
        f"SELECT host, max_by(measure_value::double, time), min(time) {CPU} "
        "GROUP BY host ORDER BY host",
        [["h0", "12.0", seconds(0)], ["h1", "13.5", seconds(10)]],
    ),
    "max_by keeps a NULL": (
        "SELECT max_by(x, y), max(x) FROM (VALUES (NULL, 3), (1, 2)) AS t(x, y)",
        [[None, "1"]],
    ),
    "approximate percentiles": (
        f"SELECT approx_percentile(measure_value::double, 0.5), "
        f"approx_percentile(n, ARRAY[0.1, 0.9]) FROM {TABLE}",
        [["6.0", ["7", "7"]]],
    ),
    "window functions": (
        "SELECT host, lag(time) OVER (PARTITION BY host ORDER BY time), "
        "sum(measure_value::double) OVER (PARTITION BY host ORDER BY time "
        f"ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) {CPU} ORDER BY host, time LIMIT 2",
        [["h0", None, "0.0"], ["h0", seconds(0), "3.0"]],
    ),
    "a window over groups": (
        f"SELECT host, rank() OVER (ORDER BY max(time) DESC) {CPU} GROUP BY host ORDER BY host",
        [["h0", "2"], ["h1", "1"]],
    ),
    "top row by group": (
        "SELECT host, time FROM (SELECT host, time, row_number() OVER "
        f"(PARTITION BY host ORDER BY time DESC) AS r {CPU}) WHERE r = 1 ORDER BY 1",
        [["h0", seconds(80)], ["h1", seconds(90)]],
    ),
    "common table expressions": (
        f"WITH a AS (SELECT host, time {CPU}), b(h, t) AS (SELECT host, max(time) FROM a "
        "GROUP BY host) SELECT a.host FROM a JOIN b ON a.host = b.h AND a.time = b.t ORDER BY 1",
        [["h0"], ["h1"]],
    ),
    "UNION of types": (
        "SELECT 1 AS x UNION ALL SELECT 2.5 UNION SELECT 2.5 ORDER BY x DESC",
        [["2.5"], ["1.0"]],
    ),
    "EXCEPT and INTERSECT": (
        "SELECT 1 EXCEPT SELECT 2 INTERSECT SELECT 2",
        [["1"]],
    ),
    "join using": (
        f"SELECT time, a.host, b.host FROM {TABLE} a LEFT JOIN (SELECT time, host {CPU} "
        "AND host = 'h1') b USING (time) WHERE a.host = 'h1' ORDER BY time LIMIT 1",
        [[seconds(10), "h1", "h1"]],
    ),
    "correlated subquery": (
        f"SELECT a.host {CPU.replace('WHERE', 'a WHERE')} AND a.time = "
        f"(SELECT max(b.time) FROM {TABLE} b WHERE b.host = a.host) ORDER BY 1",
        [["h0"], ["h1"]],
    ),
    "EXISTS and IN": (
        "SELECT c1 FROM (VALUES 1, 2, 3) AS t(c1) WHERE EXISTS (SELECT 1 FROM "
        "(VALUES 2, 3) AS u(c2) WHERE u.c2 = t.c1) AND c1 IN (SELECT 3)",
        [["3"]],
    ),
    "UNNEST": (
        "SELECT n, s, o FROM UNNEST(ARRAY[5, 6], ARRAY['a']) WITH ORDINALITY AS t(n, s, o)",
        [["5", "a", "1"], ["6", None, "2"]],
    ),
    "time between texts": (
        f"SELECT count(*) {CPU} AND time BETWEEN '{seconds(10)}' AND '{seconds(20)}'",
        [["2"]],
    ),
    "comments and durations in texts": (
        f"SELECT count(*) {CPU} -- 5m\n AND host <> '1h 5m' /* 2d */",
        [["10"]],
    ),
    "a time series": (
        f"SELECT create_time_series(time, measure_value::double) {CPU} AND time < ago(0s) "
        "AND host = 'h0' AND measure_value::double < 5",
        [[[(seconds(0), "0.0"), (seconds(20), "3.0")]]],
    ),
    "interpolation": (
        "WITH binned AS (SELECT host, bin(time, 30s) AS t, avg(measure_value::double) AS v "
        f"{CPU} GROUP BY host, bin(time, 30s)), filled AS (SELECT host, INTERPOLATE_LINEAR("
        "CREATE_TIME_SERIES(t, v), SEQUENCE(min(t), max(t), 15s)) AS series FROM binned "
        "GROUP BY host) SELECT host, time, round(value, 2) FROM filled "
        "CROSS JOIN UNNEST(series) ORDER BY 1, 2 LIMIT 2",
        [["h0", seconds(0), "1.5"], ["h0", seconds(15), "3.75"]],
    ),
    "other interpolations": (
        "SELECT interpolate_locf(s, from_milliseconds(15000)), "
        "interpolate_fill(s, from_milliseconds(15000), 9.5), "
        "interpolate_fill(s, from_milliseconds(20000), 9.5), "
        "transform(interpolate_linear(s, ARRAY[now(), from_milliseconds(15000)]), "
        "x -> x.value)[2], "
        "interpolate_linear(s, from_milliseconds(-1)) FROM "
        f"(SELECT create_time_series(time, measure_value::double) AS s {CPU} AND host = 'h0')",
        [["0.0", "9.5", "3.0", "2.25", None]],
    ),
    "interpolation of as much as it takes": (
        "SELECT reduce(transform(interpolate_linear(create_time_series(from_milliseconds("
        "200 * a + 2 * b), 2.0 * b), sequence(from_milliseconds(200), from_milliseconds(9998), "
        "2ms)), x -> x.value), 0.0, (s, x) -> s + x, s -> s) "
        "FROM UNNEST(sequence(1, 49)) AS t(a) CROSS JOIN UNNEST(sequence(0, 99)) AS u(b)",
        [["485100.0"]],
    ),
    # Computed by hand from the definition of a natural spline.
    "interpolation by a spline": (
        "SELECT interpolate_spline_cubic(s, from_milliseconds(500)), "
        "interpolate_spline_cubic(s, from_milliseconds(1000)), "
        "interpolate_spline_cubic(s, from_milliseconds(2500)), "
        "transform(interpolate_spline_cubic(s, ARRAY[from_milliseconds(1500), "
        "from_milliseconds(-1), from_milliseconds(3001)]), x -> x.value) FROM "
        "(SELECT create_time_series(from_milliseconds(1000 * n), v) AS s "
        "FROM (VALUES (0, 0.0), (1, 1.0), (2, 0.0), (3, 1.0)) AS t(n, v))",
        [["0.75", "1.0", "0.25", ["0.5", None, None]]],
    ),
    "a spline through one point or two": (
        "SELECT interpolate_spline_cubic(create_time_series(from_milliseconds(0), 7), "
        "from_milliseconds(0)), interpolate_spline_cubic(s, from_milliseconds(1)) FROM "
        "(SELECT create_time_series(from_milliseconds(4 * n), 2.0 * n) AS s "
        "FROM UNNEST(ARRAY[0, 1]) AS t(n)) GROUP BY s",
        [["7.0", "0.5"]],
    ),
    "lambdas over a time series": (
        "SELECT filter(s, x -> x.value > 10), transform(s, x -> x.time)[1] FROM "
        f"(SELECT create_time_series(time, measure_value::double) AS s {CPU} AND host = 'h0')",
        [[[(seconds(80), "12.0")], seconds(0)]],
    ),
    "SHOW DATABASES": ("SHOW DATABASES LIKE 'Dig%'", [["Digital Exchange"]]),
    "SHOW TABLES": ('SHOW TABLES FROM "Digital Exchange"', [["Table_1"], ["Table_2"]]),
    "SHOW MEASURES": (
        f"SHOW MEASURES FROM {TABLE}",
        [
            ["cpu", "double", [(n, "varchar") for n in ("assetId", "host", "name")]],
            ["readings", "multi", [("assetId", "varchar")]],
        ],
    ),
    "DESCRIBE": (
        f"DESCRIBE {TABLE}",
        [
            ["assetId", "varchar", "DIMENSION"],
            ["host", "varchar", "DIMENSION"],
            ["name", "varchar", "DIMENSION"],
            ["measure_name", "varchar", "MEASURE_NAME"],
            ["time", "timestamp", "TIMESTAMP"],
            ["measure_value::double", "double", "MEASURE_VALUE"],
            ["V", "double", "MULTI"],
            ["v", "varchar", "MULTI"],
            ["n", "bigint", "MULTI"],
        ],
    ),
}
REFUSALS = {
    "SELECT x": "line 1:8: Column 'x' does not exist",
    f"SELECT\n  host,\n  h FROM {TABLE}": "line 3:3: Column 'h' does not exist",
    f"SELECT measure_value::bigint FROM {TABLE}": "Column 'measure_value::bigint' does not exist",
    f"SELECT host FROM {TABLE} a, {TABLE} b": "line 1:8: Column 'host' is ambiguous",
    "SELECT foo(1)": "line 1:8: Function foo not registered",
    "SELECT abs('x')": "line 1:8: Unexpected parameters (varchar) for function abs",
    'SELECT 1 FROM "Digital Exchange"."x"': "line 1:15: Table Digital Exchange.x does not exist",
    "SELECT 1 FROM x": "line 1:15: Table x does not exist",
    "SELECT 1, FROM (VALUES 1) AS t(x)": "The query syntax is invalid at line 1:",
    "SELECT 1 +": "The query syntax is invalid at line 1:10",
    "SELECT 'abc": "The query syntax is invalid at line 1:",
    "": "queryString must be 1 to",
    " ": "The query syntax is invalid at line 1:1",
    "SELECT" + " " * 262144: "queryString must be 1 to 262144 bytes long",
    "SELECT " + "(" * 5000 + "1" + ")" * 5000: "nested too deeply",
    "SELECT \ud800": "not valid Unicode",
    "SELECT 1; SELECT 2": "must be a single statement",
    f"DELETE FROM {TABLE}": "The query syntax is invalid at line 1:",
    "DROP SCHEMA results": "The query syntax is invalid at line 1:",
    "SET memory_limit = '9GB'": "The query syntax is invalid at line 1:",
    "COPY (SELECT 1) TO 'x'": "The query syntax is invalid at line 1:",
    "SELECT * FROM read_csv('/etc/passwd')": "A table function is not supported",
    "SELECT * FROM '/etc/passwd'": "Table /etc/passwd does not exist",
    "SELECT read_text('/etc/passwd')": "Function read_text not registered",
    "SELECT getenv('HOME')": "Function getenv not registered",
    "SELECT * FROM duckdb_settings()": "A table function is not supported",
    "SELECT * FROM information_schema.tables": "Table information_schema.tables does not exist",
    'SELECT * FROM "results"."x"': "Table results.x does not exist",
    "SELECT 1 = '1'": "line 1:8: Cannot apply operator: integer = varchar",
    f"SELECT time - time FROM {TABLE}": "Cannot apply operator: timestamp - timestamp",
    f"SELECT 1 FROM {TABLE} WHERE time > 'soon'": "Cannot apply operator: timestamp > varchar",
    f"SELECT 1 FROM {TABLE} WHERE 1": "WHERE clause must evaluate to a boolean",
    f"SELECT host, count(*) FROM {TABLE}": "line 1:8: 'host' must be an aggregate expression",
    f"SELECT * FROM {TABLE} GROUP BY host": "must be an aggregate expression or appear in GROUP",
    f"SELECT 1 FROM {TABLE} WHERE sum(n) > 1": "WHERE clause cannot contain aggregations",
    f"SELECT sum(sum(n)) FROM {TABLE}": "Cannot nest aggregations",
    "SELECT row_number()": "requires an OVER clause",
    f"SELECT DISTINCT host FROM {TABLE} ORDER BY time": "must appear in select list",
    "SELECT 1 ORDER BY 2": "ORDER BY position 2 is not in select list",
    "SELECT 1 OFFSET 1": "OFFSET is not supported",
    "SELECT 'a' UNION SELECT 1": "incompatible types: varchar, integer",
    "SELECT 1 UNION SELECT 1, 2": "different number of fields",
    "WITH RECURSIVE x AS (SELECT 1) SELECT * FROM x": "RECURSIVE is not supported",
    "SELECT count(*) FROM (VALUES 1) AS t(x) GROUP BY ROLLUP (x)": "ROLLUP (x) is not supported",
    "SELECT (VALUES 1, 2)": "returned multiple rows",
    "SELECT 1 / 0": "Division by zero",
    "SELECT CAST('x' AS DOUBLE)": "Cannot cast 'x' to DOUBLE",
    "SELECT CAST(1 AS DECIMAL(3, 2))": "The type decimal(3, 2) is not supported",
    "SELECT 9223372036854775807 + 1": "out of the range",
    "SELECT ARRAY[1][2]": "Array subscript must be less than or equal to array length: 2 > 1",
    "SELECT sequence(1, 100000)": "must not have more than 10000 entries",
    f"SELECT create_time_series(time, n) FROM {TABLE}": "must not be NULL",
    f"SELECT create_time_series(now(), 1) FROM {TABLE}": "must be distinct",
    f"SELECT bin(time, 0s) FROM {TABLE}": "must be greater than zero",
    "SELECT parse_duration('x')": "Invalid duration: x",
    "SELECT date_trunc('eon', now())": "'eon' is not a valid TIMESTAMP field",
    "SELECT date_add('hour', 1, DATE '2020-01-01')": "Cannot add hour, minutes or seconds",
    "SELECT derivative_linear(NULL, 1s)": "Function derivative_linear not registered",
    "SELECT interpolate_spline_cubic(create_time_series(from_milliseconds(100 * a + b), 1), now()) "
    "FROM UNNEST(sequence(1, 51)) AS t(a) CROSS JOIN UNNEST(sequence(0, 99)) AS u(b)": (
        "A spline takes at most 5000 points"
    ),
    "SELECT interpolate_locf(create_time_series(from_nanoseconds(a * 100 + b), 1), transform("
    "sequence(1, 10000), x -> now())) FROM UNNEST(sequence(1, 40)) AS t(a) CROSS JOIN "
    "UNNEST(sequence(0, 99)) AS u(b)": "Interpolation takes at most 25000000 points times times",
    "SELECT interpolate_linear(create_time_series(now(), 1), ARRAY[NULL])": "must not be NULL",
    "SHOW FUNCTIONS": "The query syntax is invalid at line 1:",
    "DESCRIBE a.b": "Table a.b does not exist",
}


@pytest.mark.parametrize("name", QUERIES)
def test_query_returns_its_rows(metrics: Exchange, name: str) -> None:
    sql, rows = QUERIES[name]
    assert metrics.rows(sql) == rows


@pytest.mark.parametrize("sql", REFUSALS, ids=lambda sql: sql[:60])
def test_unsupported_query_is_refused_with_its_reason(metrics: Exchange, sql: str) -> None:
    with pytest.raises(PlatformError) as error:
        metrics.timestream(sql)
    error_type, message = refusal(error)
    assert error_type == "ValidationException"
    assert REFUSALS[sql] in message


def test_columns_are_described_with_their_types(metrics: Exchange) -> None:
    page = metrics.timestream(
        'SELECT time, n AS "we\'ird", ARRAY[1.5], CAST(ROW(1) AS ROW(a BIGINT)), NULL, '
        f"create_time_series(time, n) FROM {TABLE} WHERE n IS NOT NULL GROUP BY time, n"
    )
    scalar = {"ScalarType": "BIGINT"}
    assert page["ColumnInfo"] == [
        {"Name": "time", "Type": {"ScalarType": "TIMESTAMP"}},
        {"Name": "we'ird", "Type": scalar},
        {"Name": "_col2", "Type": {"ArrayColumnInfo": {"Type": {"ScalarType": "DOUBLE"}}}},
        {"Name": "_col3", "Type": {"RowColumnInfo": [{"Name": "a", "Type": scalar}]}},
        {"Name": "_col4", "Type": {"ScalarType": "UNKNOWN"}},
        {"Name": "_col5", "Type": {"TimeSeriesMeasureValueColumnInfo": {"Type": scalar}}},
    ]
    assert page["QueryStatus"]["ProgressPercentage"] == 100.0
    assert "NextToken" not in page


def test_star_returns_all_columns(metrics: Exchange) -> None:
    ((*_, value, volts, text, count),) = metrics.rows(
        f"SELECT t.* FROM {TABLE} t WHERE measure_name = 'readings'"
    )
    assert (value, volts, text, count) == (None, "1.5", 'te"x\nt', "7")


def test_pages_follow_the_rules_of_tokens(exchange: Exchange) -> None:
    exchange.publish(*(record(i, str(i)) for i in range(25)))
    sql = f"SELECT time FROM {TABLE} ORDER BY time"
    first = exchange.timestream(sql, maxRows=10)
    assert len(first["Rows"]) == 10
    token, client_token = first["NextToken"], first["ClientToken"]
    for other in ({"sql": "SELECT 1"}, {"user": "reader"}, {"timeSeriesDbId": OTHER_DATABASE}):
        with pytest.raises(PlatformError, match="Invalid pagination token"):
            exchange.timestream(**({"sql": sql, "nextToken": token} | other))
    second = exchange.timestream(sql, nextToken=token, clientToken=client_token)
    assert second["QueryId"] == first["QueryId"]
    third = exchange.timestream(sql, nextToken=second["NextToken"])
    assert "NextToken" not in third
    assert [len(page["Rows"]) for page in (second, third)] == [10, 5]
    with pytest.raises(PlatformError, match="Invalid pagination token"):
        exchange.timestream(sql, nextToken=token)


def test_page_contains_at_most_a_megabyte(exchange: Exchange) -> None:
    sql = "SELECT repeat('é☀', 500) FROM UNNEST(sequence(1, 2000))"
    sql = f"SELECT array_join(repeat('é☀', 500), '') {sql[sql.index('FROM') :]}"
    first = exchange.timestream(sql)
    assert "NextToken" in first
    size = sum(len(row["Data"][0]["ScalarValue"].encode()) for row in first["Rows"])
    assert 900_000 < size < 1_048_576
    assert len(exchange.rows(sql)) == 2_000


def test_rows_keep_their_order_over_many_pages(exchange: Exchange) -> None:
    sql = (
        "SELECT a * 1000 + b FROM UNNEST(sequence(1, 50)) AS t(a) CROSS JOIN "
        "UNNEST(sequence(0, 999)) AS u(b) ORDER BY 1 DESC"
    )
    numbers = [int(row[0]) for row in exchange.rows(sql)]
    assert numbers == list(range(50_999, 999, -1))


def test_token_of_a_filter_query_is_refused(exchange: Exchange) -> None:
    exchange.publish(*(record(i) for i in range(30)))
    page = exchange.query(maxRows=10)
    with pytest.raises(PlatformError, match="Invalid pagination token"):
        exchange.timestream(page["queryString"], nextToken=page["nextToken"])


def test_query_string_of_a_filter_query_can_be_run(exchange: Exchange) -> None:
    exchange.publish(*(record(i, asset) for i, asset in enumerate("123")))
    exchange.publish(record(1), asset="other")
    times = {"startTime": "1970-01-01T00:00:01Z", "endTime": "1970-01-01T00:00:02Z"}
    sql = exchange.query(**times)["queryString"]
    assert len(exchange.rows(sql)) == 2


def test_tables_are_limited_to_those_the_caller_may_read(exchange: Exchange) -> None:
    exchange.publish(record(1), timeSeriesDbId=OTHER_DATABASE)
    other = f"SELECT * FROM {TABLE.replace('_1', '_2')}"
    assert len(exchange.rows(other)) == 1
    with pytest.raises(PlatformError, match="does not exist"):
        exchange.timestream(other, user="reader")
    assert exchange.timestream("SHOW TABLES", user="reader")["Rows"] == [
        {"Data": [{"ScalarValue": "Table_1"}]}
    ]
    with pytest.raises(PlatformError) as error:
        exchange.timestream("SELECT 1", user="outsider")
    assert refusal(error)[0] == "Unauthorized"


def test_table_without_data_is_empty(exchange: Exchange) -> None:
    page = exchange.timestream(f"SELECT * FROM {TABLE}")
    assert [column["Name"] for column in page["ColumnInfo"]] == ["assetId", "measure_name", "time"]
    assert page["Rows"] == []


def test_hostile_names_are_ordinary_columns(exchange: Exchange) -> None:
    names = ["a", "A", 'qu"ote', '"; DROP TABLE points; --', "☀️", "new\nline", "5m", "select"]
    exchange.publish(multi(1, *((name, "VARCHAR", name) for name in names)))
    listed = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    assert exchange.rows(f"SELECT {listed} FROM {TABLE}") == [names]


def test_long_query_is_stopped_when_cancelled(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_limits(monkeypatch, first_page_seconds=0.2)
    many = " CROSS JOIN ".join(f"UNNEST(sequence(1, 10000)) AS t{i}(x{i})" for i in range(4))
    sql = f"SELECT count(*) FROM {many} WHERE x0 + x1 + x2 + x3 = 7"
    page = exchange.timestream(sql)
    assert page["Rows"] == []
    assert page["QueryStatus"]["ProgressPercentage"] == 0.0
    exchange.call("cancelDatabaseQuery", queryId=page["QueryId"])
    with pytest.raises(PlatformError, match="cancelled"):
        exchange.timestream(sql, nextToken=page["NextToken"])


def test_timestream_query_cannot_be_exported(exchange: Exchange) -> None:
    query_id = exchange.timestream("SELECT 1")["QueryId"]
    with pytest.raises(PlatformError) as error:
        exchange.call("generateQueryResultExportFile", queryId=query_id)
    assert refusal(error)[0] == "ValidationException"


def test_single_and_multi_measure_records_are_rows_of_one_table(exchange: Exchange) -> None:
    exchange.publish(
        record(1, "2"),
        multi(1, ("m", "BIGINT", "3")),
        record(2, "x", "t", MeasureValueType="VARCHAR"),
    )
    columns = '"assetId", measure_name, measure_value::double, measure_value::varchar, m'
    sql = f"SELECT {columns} FROM {TABLE} ORDER BY 2"
    assert exchange.rows(sql) == [
        [ASSET, "A kW", "2.0", None, None],
        [ASSET, "readings", None, None, "3"],
        [ASSET, "t", None, "x", None],
    ]


def test_table_can_have_hundreds_of_columns(exchange: Exchange) -> None:
    measures = [(f"m{i}", "BIGINT", "1") for i in range(256)]
    exchange.publish(multi(1, *measures))
    columns = ", ".join(f"a.m{i}, b.m{i}" for i in range(256))
    sql = f"SELECT a.*, b.*, {columns} FROM {TABLE} a JOIN {TABLE} b USING (time)"
    ((*values,),) = exchange.rows(sql)
    assert values.count("1") == 4 * 256


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT " + " OR ".join(f"{i} = 1999" for i in range(2000)), "true"),
        ("SELECT 7 IN (" + ", ".join(map(str, range(5000))) + ")", "true"),
        ("SELECT count(*) FROM (" + " UNION ALL ".join(["SELECT 1"] * 100) + ")", "100"),
    ],
    ids=["OR", "IN", "UNION"],
)
def test_generated_queries_may_be_long(metrics: Exchange, sql: str, expected: str) -> None:
    assert metrics.rows(sql) == [[expected]]
