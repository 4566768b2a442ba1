"""Memory limits of Timestream queries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from avista_digital_exchange_sdk.local.errors import PlatformError
from avista_digital_exchange_sdk.local.services.time_series.records import MAX_VALUE_BYTES

from ....support.options import use_limits
from .fakes import DATABASE, Exchange, dimensions, record, refusal

TOO_MUCH = "The query needs more memory than it may use."
TOO_LONG = "result of sequence function must not have more than 10000 entries"
MANY = "UNNEST(sequence(1, 10000)) AS t(n)"
SOME = f"{MANY} CROSS JOIN UNNEST(sequence(1, 10)) AS u(m)"
MORE = f"{MANY} CROSS JOIN UNNEST(sequence(1, 10000)) AS u(m)"
TABLE = '"Digital Exchange"."Table_1"'

# Without limits each takes gigabytes, or hours in one step that can't be interrupted.
HUNGRY = {
    "SELECT count(*) FROM UNNEST(sequence(1, 1000000000)) AS t(n)": TOO_LONG,
    "SELECT cardinality(sequence(1, 1000 * 1000000))": TOO_LONG,
    "SELECT cardinality(repeat(1, 1000000000))": TOO_LONG,
    "SELECT cardinality(array_sort(sequence(1, 100000000)))": TOO_LONG,
    "SELECT length(rpad('a', 2000000000, 'b'))": TOO_MUCH,
    "SELECT length(lpad('a', 2000 * 1000000, 'b'))": TOO_MUCH,
    f"SELECT max(length(rpad(CAST(n AS VARCHAR), 1000000, 'b'))) FROM {MANY}": TOO_MUCH,
    f"SELECT max(length(rpad(CAST(n AS VARCHAR), n * 10, 'b'))) FROM {SOME}": TOO_MUCH,
    "SELECT length(replace(rpad('a', 100000, 'a'), 'a', rpad('b', 100000, 'b')))": TOO_MUCH,
    "SELECT length(regexp_replace(rpad('a', 100000, 'a'), 'a', rpad('b', 100000, 'b')))": TOO_MUCH,
    f"SELECT max(length(concat(v, CAST(n AS VARCHAR)))) FROM {MANY} "
    "CROSS JOIN (SELECT rpad('x', 1000000, 'y') AS v)": TOO_MUCH,
    f"SELECT max(length(lower(v))) FROM {MANY} CROSS JOIN (SELECT rpad('x', 1000000, 'y') AS v) "
    "WHERE lower(concat(v, CAST(n AS VARCHAR))) <> ''": TOO_MUCH,
    f"SELECT max(cardinality(repeat(n, 10000))) FROM {MANY}": TOO_MUCH,
    f"SELECT max(cardinality(repeat(sequence(1, n), 10000))) FROM {MANY}": TOO_MUCH,
    f"SELECT max(cardinality(flatten(repeat(sequence(1, n), 1000)))) FROM {MANY}": TOO_MUCH,
    f"SELECT max(cardinality(transform(sequence(1, n), x -> sequence(1, x)))) FROM {MANY}": (
        TOO_MUCH
    ),
    f"SELECT max(cardinality(split(rpad(CAST(n AS VARCHAR), 100000, ','), ','))) FROM {MANY}": (
        TOO_MUCH
    ),
    f"SELECT max(cardinality(regexp_extract_all(rpad(CAST(n AS VARCHAR), 100000, ','), ','))) "
    f"FROM {MANY}": TOO_MUCH,
    f"SELECT max(length(array_join(transform(sequence(1, 10000), x -> CAST(x + n AS VARCHAR)), "
    f"','))) FROM {MANY}": TOO_MUCH,
    f"SELECT max(length(reduce(sequence(1, 1000), CAST(n AS VARCHAR), (s, x) -> concat(s, s), "
    f"s -> s))) FROM {MANY}": TOO_MUCH,
    f"SELECT sum(cardinality(filter(sequence(1, 1000), x -> length(rpad('a', x * n, 'b')) > 5))) "
    f"FROM {MANY}": TOO_MUCH,
    f"SELECT CASE WHEN n % 2 = 0 THEN v ELSE sequence(1, n) END FROM {MANY} "
    "CROSS JOIN (SELECT sequence(1, 10000) AS v)": TOO_MUCH,
    f"SELECT cardinality(ARRAY[v, v, v, v, ARRAY[n]]) FROM {MANY} "
    "CROSS JOIN (SELECT sequence(1, 10000) AS v)": TOO_MUCH,
    f"SELECT sequence(n, n + 9999) FROM {MANY}": TOO_MUCH,
    f"SELECT array_agg(n) OVER (ORDER BY n, m) FROM {SOME}": TOO_MUCH,
    f"SELECT cardinality(array_agg(n)) FROM {MORE}": TOO_MUCH,
    f"SELECT cardinality(create_time_series(from_milliseconds(n * 10000 + m), 1.0)) FROM {MORE}": (
        TOO_MUCH
    ),
    f"SELECT max(cardinality(array_distinct(sequence(n, n + 9000)))) FROM {MANY}": TOO_MUCH,
    f"SELECT max(cardinality(array_intersect(sequence(n, n + 9000), sequence(1, 9000)))) "
    f"FROM {MANY}": TOO_MUCH,
    f"SELECT max(levenshtein_distance(rpad('a', 30000, CAST(n AS VARCHAR)), "
    f"rpad('b', 30000, 'c'))) FROM {MANY}": TOO_MUCH,
    f"SELECT row_number() OVER (PARTITION BY rpad('a', n * 100, 'b')) FROM {MANY}": TOO_MUCH,
    "WITH a AS (SELECT rpad('x', 1000, 'y') AS s), "
    + ", ".join(
        f"{name} AS (SELECT s || s || s || s || s || s || s || s AS s FROM {before})"
        for before, name in zip("abcdefg", "bcdefgh", strict=True)
    )
    + " SELECT length(s) FROM h": TOO_MUCH,
    f"SELECT try(rpad('a', n * 100000, 'b')) FROM {MANY}": "of any length in try is not supported",
    "SELECT " + "substr(" * 14 + "'abcdef'" + ", 1, 3)" * 14: "The query is too complex.",
    "SELECT " + ", ".join("1" for _ in range(1_700)): "at most 1600 columns",
    "SELECT " + " + ".join("1" for _ in range(30_000)): "more than 50000 words",
}

PROGRAM = """
import resource, sys, asyncio
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.local.services.time_series.conftest import running_exchange

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

with running_exchange(Path(sys.argv[2])) as exchange:
    before = peak()
    for sql in sys.stdin.read().split(";"):
        try:
            exchange.rows(sql)
        except Exception:
            pass
    print(peak() - before)
"""


@pytest.mark.parametrize("sql", HUNGRY, ids=lambda sql: sql[:80])
def test_query_that_would_allocate_too_much_is_refused(exchange: Exchange, sql: str) -> None:
    with pytest.raises(PlatformError) as error:
        exchange.rows(sql)
    error_type, message = refusal(error)
    assert error_type == "ValidationException"
    assert HUNGRY[sql] in message


@pytest.mark.skipif(sys.platform != "linux", reason="Memory is measured in Linux's units.")
def test_query_memory_stays_near_the_limit(tmp_path: Path) -> None:
    root = Path(__file__).parents[4]
    command = [sys.executable, "-c", PROGRAM, str(root), str(tmp_path)]
    sqls = ";".join(sql for sql, reason in HUNGRY.items() if reason in (TOO_MUCH, TOO_LONG))
    done = subprocess.run(
        command, input=sqls, capture_output=True, text=True, timeout=280, check=False
    )
    assert done.stderr == ""
    assert int(done.stdout) < 1_500, "megabytes"


# Ordinary queries of measurements are accepted.


@pytest.fixture(scope="module")
def many(metrics: Exchange) -> Exchange:
    """An exchange with some thousand measurements, each with a string."""
    for start in range(0, 3_000, 100):
        metrics.publish(
            *(
                record(
                    i, str(i), "load", Dimensions=dimensions(path="/a/b/c", site=f"site {i % 7}")
                )
                for i in range(start, start + 100)
            ),
            asset="many",
        )
    return metrics


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT count(DISTINCT concat(site, '-', path)) FROM {table}", "7"),
        ("SELECT max(split(path, '/')[3]) FROM {table}", "b"),
        ("SELECT min(rpad(replace(site, ' ', '...'), 40, '.')) FROM {table}", f"{'site...0':.<40}"),
        ("SELECT length(array_join(array_agg(site), ',')) FROM {table}", "20999"),
        (
            "SELECT cardinality(interpolate_linear(create_time_series(time, "
            "measure_value::double), sequence(min(time), max(time), 1s))) FROM {table}",
            "3000",
        ),
        (
            "SELECT max(cardinality(array_sort(loads))) FROM "
            "(SELECT array_agg(measure_value::double) AS loads FROM {table} GROUP BY site)",
            "429",
        ),
        (
            "SELECT count(*) FROM (SELECT row_number() OVER (PARTITION BY bin(time, 10s), "
            "concat(key, 'x') ORDER BY time) FROM (SELECT time, lower(site) AS key FROM {table}))",
            "3000",
        ),
        (
            "SELECT max(n) FROM (SELECT concat(lower(key), '!') AS k, count(*) AS n FROM "
            "(SELECT lower(site) AS key FROM {table}) GROUP BY lower(key) ORDER BY 1)",
            "429",
        ),
        (
            "SELECT count(*) FROM (SELECT concat(site, '') AS a FROM {table}) JOIN "
            "(SELECT DISTINCT concat(site, '') AS b FROM {table}) ON concat(a, '') = concat(b, '')",
            "3000",
        ),
        (
            "SELECT max(TRY_CAST(concat(digits, '1') AS BIGINT)) FROM "
            "(SELECT replace(site, 'site ', '') AS digits FROM {table})",
            "61",
        ),
    ],
)
def test_small_constructed_value_is_allowed(many: Exchange, sql: str, expected: str) -> None:
    sql = sql.format(table=f"(SELECT * FROM {TABLE} WHERE measure_name = 'load')")
    assert many.rows(sql) == [[expected]]


def test_series_of_many_points_is_one_row(exchange: Exchange) -> None:
    sql = f"""SELECT create_time_series(from_milliseconds(n * 10 + m), 1.0)
        FROM {MANY} CROSS JOIN UNNEST(sequence(0, 9)) AS u(m)"""
    [[series]] = exchange.rows(sql)
    assert len(series) == 100_000


def test_value_used_several_times_is_counted_once(exchange: Exchange) -> None:
    # Each is 50 KB: thousands of them are possible, but not thousands of several each.
    used = "v" + "".join(f" || CAST(length(v) + {i} AS VARCHAR)" for i in range(5))
    sql = f"""SELECT sum(length({used.replace("v", "substr(rpad('a', n * 0 + 12500, 'b'), 1)", 1)}))
        FROM (SELECT n, 'x' AS v FROM UNNEST(sequence(1, 1000)) AS t(n))"""
    assert exchange.rows(sql) == [[str(1_000 * 12_505)]]


def test_stored_string_length_is_within_the_estimate(exchange: Exchange) -> None:
    longest = "x" * (MAX_VALUE_BYTES - 1)
    with pytest.raises(PlatformError, match="rejected"):
        exchange.publish(record(1, Dimensions=dimensions(name=longest)))
    assert DATABASE


def test_result_that_becomes_too_large_is_refused(
    exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_limits(monkeypatch, max_query_bytes=5 * 1024**2)
    sql = f"SELECT rpad(CAST(n AS VARCHAR), 1000, 'x') FROM {MANY}"
    with pytest.raises(PlatformError, match="The result is larger than"):
        exchange.rows(sql)
    assert len(exchange.rows(f"{sql} LIMIT 1000")) == 1000


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("%", ["cpu", "load", "readings"]),
        ("l__d", ["load"]),
        ("%a%", ["load", "readings"]),
        ("%ad%n%s", ["readings"]),
        ("c%u", ["cpu"]),
        ("cpu%cpu", []),
        ("_", []),
    ],
)
def test_show_measures_matches_a_like_pattern(
    many: Exchange, pattern: str, names: list[str]
) -> None:
    rows = many.rows(f"SHOW MEASURES FROM {TABLE} LIKE '{pattern}'")
    assert [row[0] for row in rows] == names


def test_pattern_of_many_wildcards_takes_little_time(exchange: Exchange) -> None:
    exchange.publish(record(1, name="a" * 250))
    assert exchange.rows(f"SHOW MEASURES FROM {TABLE} LIKE '{'%a' * 60}%b'") == []


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT CAST(9223372036854775807 AS BIGINT) * n FROM {many}", "out of the range"),
        ("SELECT from_milliseconds(9000000000000000000 + n) FROM {many}", "out of the range"),
        ("SELECT regexp_like(CAST(n AS VARCHAR), '(') FROM {many}", "a value it does not take"),
        ("SELECT date_parse(CAST(n AS VARCHAR), '%Y-%m') FROM {many}", "a value it does not take"),
        ("SELECT chr(n + 5000000) FROM {many}", "a value it does not take"),
        ("SELECT n FROM {many} WHERE n = (SELECT m FROM {many2})", "returned multiple rows"),
        ("SELECT CAST(CAST(n AS VARCHAR) || 'x' AS DOUBLE) FROM {many}", "Cannot cast '1x' to"),
    ],
)
def test_error_on_data_reveals_nothing_of_the_database(
    exchange: Exchange, sql: str, says: str
) -> None:
    many = "UNNEST(sequence(1, 3)) AS t(n)"
    with pytest.raises(PlatformError) as error:
        exchange.rows(sql.format(many=many, many2="UNNEST(sequence(1, 3)) AS u(m)"))
    message = refusal(error)[1]
    assert says in message
    for word in ("INT64", "duckdb", "SET ", "Error", "results.", "strptime"):
        assert word not in message
