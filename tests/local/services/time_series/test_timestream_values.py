"""Results of the functions and operators of Timestream SQL."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from .fakes import Exchange

LITERALS: list[tuple[str, Any]] = [
    ("1", "1"),
    ("1.5", "1.5"),
    ("1e10", "1.0E10"),
    ("12345678.9", "1.23456789E7"),
    ("0.0001", "1.0E-4"),
    ("-0.00012345", "-1.2345E-4"),
    ("1e300 * 1e10", "Infinity"),
    ("0.0 / 0.0", "NaN"),
    ("true", "true"),
    ("NULL", None),
    ("'it''s 5m'", "it's 5m"),
    ("ARRAY[1, NULL]", ["1", None]),
    ("ROW(1, 'a', ARRAY[2])", ("1", "a", ["2"])),
    ("90m", "0 01:30:00.000000000"),
    ("1.5h", "0 01:30:00.000000000"),
    ("interval '4' year + interval '2' month", "4-2"),
    ("interval '6' day - interval '4' hour", "5 20:00:00.000000000"),
    ("TIMESTAMP '2022-06-17 01:00'", "2022-06-17 01:00:00.000000000"),
    ("DATE '2022-05-21'", "2022-05-21"),
]
OPERATORS: list[tuple[str, Any]] = [
    ("7 / 2", "3"),
    ("-7 / 2", "-3"),
    ("7.0 / 2", "3.5"),
    ("7 % 3", "1"),
    ("1 + 2 * 3", "7"),
    ("'a' || 'b'", "ab"),
    ("ARRAY[1] || ARRAY[2]", ["1", "2"]),
    ("NULL AND false", "false"),
    ("1 < 2.5", "true"),
    ("NULL = 1", None),
    ("NULL IS NOT DISTINCT FROM NULL", "true"),
    ("2 BETWEEN 1 AND 3", "true"),
    ("2 NOT IN (1, 3)", "true"),
    ("'a_c' LIKE 'a!_%' ESCAPE '!'", "true"),
    ("'A' LIKE 'a'", "false"),
    ("CASE WHEN 1 = 0 THEN 1 / 0 ELSE 5 END", "5"),
    ("CASE 2 WHEN 1 THEN 'x' WHEN 2 THEN 'y' END", "y"),
    ("IF(1 > 2, 'x')", None),
    ("ARRAY[5, 6][2]", "6"),
    ("2 * 1d", "2 00:00:00.000000000"),
    ("1h > 30m", "true"),
    ("DATE '2022-05-21' + 2d", "2022-05-23"),
    ("TIMESTAMP '2022-06-17 01:00' - interval '7' hour", "2022-06-16 18:00:00.000000000"),
    ("TIMESTAMP '2020-01-31 00:00:00.000000005' + 1mo", "2020-02-29 00:00:00.000000005"),
    ("TIMESTAMP '1969-12-31 23:59:59.999999999' + 2ns", "1970-01-01 00:00:00.000000001"),
    ("TIMESTAMP '2020-01-01 00:00' > '2019-12-31 23:59:59.5'", "true"),
]
CASTS: list[tuple[str, Any]] = [
    ("CAST('12' AS BIGINT)", "12"),
    ("TRY_CAST('1.7' AS BIGINT)", None),
    ("CAST(2.5 AS BIGINT)", "3"),
    ("CAST(-2.5 AS BIGINT)", "-3"),
    ("CAST('1e3' AS DOUBLE)", "1000.0"),
    ("TRY_CAST('x' AS DOUBLE)", None),
    ("TRY(CAST('x' AS DOUBLE))", None),
    ("TRY(1 / 0)", None),
    ("CAST(1e10 AS VARCHAR)", "1.0E10"),
    ("CAST(true AS VARCHAR)", "true"),
    ("CAST('T' AS BOOLEAN)", "true"),
    ("CAST(0 AS BOOLEAN)", "false"),
    ("CAST(TIMESTAMP '2020-01-02 03:04' AS DATE)", "2020-01-02"),
    ("CAST(90m AS VARCHAR)", "0 01:30:00.000000000"),
    ("CAST(ROW(1, 2.5) AS ROW(a BIGINT, b DOUBLE)).b", "2.5"),
    ("typeof(1h)", "interval day to second"),
    ("typeof(ARRAY[1.5])", "array(double)"),
]
TIMES: list[tuple[str, Any]] = [
    ("bin(TIMESTAMP '1969-12-31 23:59:59.999999999', 15m)", "1969-12-31 23:45:00.000000000"),
    ("bin(TIMESTAMP '2020-01-01 10:44:59', 1d)", "2020-01-01 00:00:00.000000000"),
    ("date_trunc('month', TIMESTAMP '2022-07-07 17:44:43.771')", "2022-07-01 00:00:00.000000000"),
    ("date_trunc('week', DATE '2022-01-05')", "2022-01-03"),
    ("date_add('month', 1, TIMESTAMP '2020-01-31 00:00')", "2020-02-29 00:00:00.000000000"),
    ("date_add('hour', -1, TIMESTAMP '2020-01-31 00:00')", "2020-01-30 23:00:00.000000000"),
    ("date_diff('hour', TIMESTAMP '2022-07-07 17:44', TIMESTAMP '2022-07-08 17:43')", "23"),
    ("date_diff('day', TIMESTAMP '2022-07-08 00:00', TIMESTAMP '2022-07-06 23:00')", "-1"),
    ("date_diff('month', TIMESTAMP '2020-01-15 00:00', TIMESTAMP '2020-02-14 23:59:59')", "0"),
    (
        "date_diff('month', TIMESTAMP '2020-01-15 00:00:00.000000005', "
        "TIMESTAMP '2020-02-15 00:00:00.000000004')",
        "0",
    ),
    (
        "from_iso8601_timestamp('2022-06-17T08:04:05.123456789+02:00')",
        "2022-06-17 06:04:05.123456789",
    ),
    ("from_iso8601_timestamp('2022-06-17' || 'T08:00-01:30')", "2022-06-17 09:30:00.000000000"),
    ("from_iso8601_date('2022-06-17')", "2022-06-17"),
    ("from_milliseconds(1656604800123)", "2022-06-30 16:00:00.123000000"),
    ("from_nanoseconds(-1)", "1969-12-31 23:59:59.999999999"),
    ("from_unixtime(1.5)", "1970-01-01 00:00:01.500000000"),
    ("to_milliseconds(from_nanoseconds(-1))", "-1"),
    ("to_nanoseconds(TIMESTAMP '1970-01-01 00:00:01')", "1000000000"),
    ("to_milliseconds(2s)", "2000"),
    ("to_unixtime(from_milliseconds(1500))", "1.5"),
    ("to_iso8601(from_nanoseconds(5))", "1970-01-01T00:00:00.000000005Z"),
    (
        "format_datetime(TIMESTAMP '2022-07-07 17:44:43.771', 'EEE, d MMM yyyy''T''HH:mm:ss.SSS')",
        "Thu, 7 Jul 2022T17:44:43.771",
    ),
    ("date_format(TIMESTAMP '2022-07-07 17:44', '%Y/%c/%d %H:%i %%')", "2022/7/07 17:44 %"),
    ("format_datetime(from_nanoseconds(5), 'SSSSSSSSS''ns %n''')", "000000005ns %n"),
    ("date_parse('2022-01-02 03:04', '%Y-%m-%d %H:%i')", "2022-01-02 03:04:00.000000000"),
    ("parse_datetime('02/01/2022', 'dd/MM/yyyy')", "2022-01-02 00:00:00.000000000"),
    ("parse_duration('2.5d')", "2 12:00:00.000000000"),
    ("year(from_nanoseconds(-5))", "1969"),
    ("EXTRACT(second FROM from_nanoseconds(-5))", "59"),
    ("millisecond(from_nanoseconds(-5))", "999"),
    ("day_of_week(TIMESTAMP '2022-07-10 00:00')", "7"),
    ("week(TIMESTAMP '2021-01-01 00:00')", "53"),
    ("last_day_of_month(TIMESTAMP '2020-02-03 00:00')", "2020-02-29"),
    ("date(TIMESTAMP '2020-02-03 10:00')", "2020-02-03"),
]
STRINGS: list[tuple[str, Any]] = [
    ("regexp_like('abc', '^a.c$')", "true"),
    ("regexp_replace('aabb', '(a+)(b+)', '$2-$1')", "bb-aa"),
    ("regexp_extract('ab12', '([a-z]+)([0-9]+)', 2)", "12"),
    ("regexp_extract('xyz', 'q')", None),
    ("regexp_extract_all('a1b2', '[0-9]')", ["1", "2"]),
    ("regexp_split('a1b', '[0-9]')", ["a", "b"]),
    ("split('a,b', ',')", ["a", "b"]),
    ("split_part('a,,b', ',', 2)", ""),
    ("split_part('a,b', ',', 3)", None),
    ("substr('hello', -3, 2)", "ll"),
    ("substr('hello', 0)", ""),
    ("concat('a', 'b', 'c')", "abc"),
    ("concat('a', NULL)", None),
    ("length('é☀')", "2"),
    ("trim('\t x ')", "x"),
    ("TRIM(LEADING FROM ' x ')", "x "),
    ("POSITION('b' IN 'abc')", "2"),
    ("replace('abc', 'b')", "ac"),
    ("lpad('a', 3, 'x')", "xxa"),
    ("reverse('abc')", "cba"),
    ("upper('é') || lower('A') || chr(66)", "ÉaB"),
]
NUMBERS: list[tuple[str, Any]] = [
    ("round(2.5)", "3.0"),
    ("round(-2.5)", "-3.0"),
    ("round(3.14159, 2)", "3.14"),
    ("truncate(-2.7)", "-2.0"),
    ("abs(-5)", "5"),
    ("ceil(1.2)", "2.0"),
    ("floor(-1.2)", "-2.0"),
    ("ln(0)", "-Infinity"),
    ("sqrt(-1)", "NaN"),
    ("power(2, 10)", "1024.0"),
    ("log(2, 8)", "3.0"),
    ("mod(7, 3)", "1"),
    ("sign(-3)", "-1"),
    ("greatest(1, 3, 2)", "3"),
    ("least(1, NULL)", None),
    ("nullif(1, 1)", None),
    ("coalesce(NULL, 2, 1 / 0)", "2"),
    ("is_nan(nan())", "true"),
    ("bitwise_and(6, 3)", "2"),
]
ARRAYS: list[tuple[str, Any]] = [
    ("sequence(1, 10, 3)", ["1", "4", "7", "10"]),
    ("sequence(3, 1)", ["3", "2", "1"]),
    (
        "sequence('2023-04-02 19:26:12.941', '2023-04-04 00:00:00', 1d)",
        ["2023-04-02 19:26:12.941000000", "2023-04-03 19:26:12.941000000"],
    ),
    ("slice(ARRAY[1, 2, 3, 4], -3, 2)", ["2", "3"]),
    ("array_sort(ARRAY[3, NULL, 1])", ["1", "3", None]),
    ("array_distinct(ARRAY[2, 1, 2])", ["2", "1"]),
    ("array_union(ARRAY[1, 2], ARRAY[2, 3])", ["1", "2", "3"]),
    ("array_intersect(ARRAY[1, 2], ARRAY[2, 3])", ["2"]),
    ("array_except(ARRAY[1, 2], ARRAY[2, 3])", ["1"]),
    ("array_join(ARRAY['a', NULL, 'b'], '-', 'x')", "a-x-b"),
    ("array_join(ARRAY['a', NULL, 'b'], '-')", "a-b"),
    ("array_max(ARRAY[1, 5, 2])", "5"),
    ("array_max(ARRAY[1, NULL])", None),
    ("array_position(ARRAY[3, 4], 5)", "0"),
    ("array_remove(ARRAY[3, 4, 4], 4)", ["3"]),
    ("element_at(ARRAY[1, 2], -1)", "2"),
    ("element_at(ARRAY[1, 2], 3)", None),
    ("contains(ARRAY[1, 2], 2)", "true"),
    ("cardinality(ARRAY[1, 2])", "2"),
    ("repeat(1, 3)", ["1", "1", "1"]),
    ("zip(ARRAY[1, 2], ARRAY['a'])", [("1", "a"), ("2", None)]),
    ("flatten(ARRAY[ARRAY[1], ARRAY[2, 3]])", ["1", "2", "3"]),
    ("filter(ARRAY[1, 2, 3], x -> x > 1)", ["2", "3"]),
    ("transform(ARRAY[1, 2], x -> x * 1.5)", ["1.5", "3.0"]),
    ("transform(ARRAY[1, 2], x -> transform(ARRAY[10], y -> x + y))", [["11"], ["12"]]),
    ("reduce(ARRAY[5.5, 20], 0, (s, x) -> s + x, s -> s * 2)", "51.0"),
]


@pytest.mark.parametrize(
    ("expression", "expected"),
    LITERALS + OPERATORS + CASTS + TIMES + STRINGS + NUMBERS + ARRAYS,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_expression_evaluates_as_in_timestream(
    metrics: Exchange, expression: str, expected: Any
) -> None:
    assert metrics.rows(f"SELECT {expression}") == [[expected]]


def test_column_value_evaluates_like_a_literal(metrics: Exchange) -> None:
    sql = (
        "SELECT CAST(x AS BIGINT), TRY_CAST(y AS TIMESTAMP), from_iso8601_timestamp(z) "
        "FROM (VALUES ('1', '2020-01-01', '2020-01-01T10:00:00.000000001+02:30')) AS t(x, y, z)"
    )
    assert metrics.rows(sql) == [
        ["1", "2020-01-01 00:00:00.000000000", "2020-01-01 07:30:00.000000001"]
    ]


def test_now_is_the_start_of_the_query_everywhere(metrics: Exchange) -> None:
    before = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    ((now, also, hour_ago, today),) = metrics.rows(
        "SELECT now(), current_timestamp, ago(1h) + 1h, current_date"
    )
    assert now == also == hour_ago
    assert before <= now
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}", now)
    assert now.startswith(today)
