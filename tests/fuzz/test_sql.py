"""Random Timestream SQL: handled or refused, without access to data of others."""

from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avista_digital_exchange_sdk.local.timestream_sql.date_functions import DATE_FUNCTIONS
from avista_digital_exchange_sdk.local.timestream_sql.functions import (
    AGGREGATES,
    SCALARS,
    WINDOW_FUNCTIONS,
)
from avista_digital_exchange_sdk.local.timestream_sql.lambdas import LAMBDA_FUNCTIONS

SQL = "timeSeriesDb_queryDatabaseWithTimestreamQuery"
FUNCTIONS = [*SCALARS, *AGGREGATES, *WINDOW_FUNCTIONS, *DATE_FUNCTIONS, *LAMBDA_FUNCTIONS]
TYPES = ["BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "VARCHAR", "TIMESTAMP", "DATE", "TIME",
         "array(DOUBLE)", "row(a BIGINT)", "INTERVAL DAY TO SECOND", "nonsense"]  # fmt: skip
OPERATORS = ["+", "-", "*", "/", "%", "=", "<>", "<", ">=", "AND", "OR", "||", "IN", "LIKE",
             "IS", "BETWEEN", ":", "::", ".", "->", ","]  # fmt: skip
WORDS = [*OPERATORS, "SELECT", "FROM", "WHERE", "GROUP BY", "ORDER BY", "HAVING", "LIMIT", "WITH",
         "AS", "CASE", "WHEN", "THEN", "END", "CAST", "UNNEST", "CROSS JOIN", "LEFT JOIN", "ON",
         "OVER", "PARTITION BY", "UNION ALL", "EXISTS", "NOT", "NULL", "DISTINCT", "SHOW",
         "DESCRIBE", "TABLES", "DATABASES", "MEASURES", "(", ")", "[", "]", ";", "--", "/*", "*/",
         "'", '"', "$$", "?", "$1", "@", "\\", "\x00", "t", "*", "time", "1", "'a'"]  # fmt: skip
LITERALS = [
    "NULL", "true", "0", "1", "-7", "9223372036854775807", "1e308", "0.1", "''", "'a'", "'%_\\'",
    "'2024-02-30'", "DATE '2024-02-29'", "TIMESTAMP '2024-02-29 23:59:59.999999999'",
    "INTERVAL '1' DAY",
    "1d", "30s", "ARRAY[1, 2]", "ARRAY[]", "ROW(1, 'a')", "now()", "time", "measure_name",
    "measure_value::double", "measure_value::varchar", "x -> x", "(x, y) -> x", "nobody", '"t"."t"',
]  # fmt: skip


def calls(arguments: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Composed expressions."""
    several = st.lists(arguments, max_size=4).map(", ".join)
    return st.one_of(
        st.builds("{}({})".format, st.sampled_from(FUNCTIONS), several),
        st.builds("({} {} {})".format, arguments, st.sampled_from(OPERATORS), arguments),
        st.builds("CAST({} AS {})".format, arguments, st.sampled_from(TYPES)),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, arguments, arguments, arguments),
        st.builds("{}({}) OVER (PARTITION BY {} ORDER BY {})".format,
                  st.sampled_from(FUNCTIONS), arguments, arguments, arguments),
        st.builds("{}[{}]".format, arguments, arguments),
        st.builds("(SELECT {})".format, several),
    )  # fmt: skip


EXPRESSIONS = st.recursive(
    st.sampled_from(LITERALS) | st.text(max_size=5).map(lambda text: f"'{text}'"),
    calls,
    max_leaves=6,
)


@pytest.fixture
def tables(exposed: Any) -> list[str]:
    """The names of a table of the outsider and of two of the owner."""
    own = exposed.own_ids[1]
    hidden = [identifier for identifier in exposed.ids if identifier.startswith("timeSeriesDbId")]
    query = (
        "query q($d: ID!) { timeSeriesDb_getDatabase(timeSeriesDbId: $d) "
        "{ databaseName tableName } }"
    )
    names = [exposed.field(query, "outsider", d=own)]
    names += [exposed.field(query, "owner", d=identifier) for identifier in hidden]
    return [f'"{name["databaseName"]}"."{name["tableName"]}"' for name in names]


def run(exposed: Any, sql: str) -> str:
    """Run a query on the outsider's own database; return the response."""
    query = (
        f"query q($d: ID!, $q: String!) {{ {SQL}(timeSeriesDbId: $d, queryString: $q) "
        "{ resultJSONString } }"
    )
    response = exposed.ask({"query": query, "variables": {"d": exposed.own_ids[1], "q": sql}})
    assert response.status_code == 200, response.text
    exposed.check(response.text)
    return response.text


@given(data=st.data())
def test_random_queries_are_handled_safely(
    exposed: Any, tables: list[str], data: st.DataObject
) -> None:
    columns = ", ".join(data.draw(st.lists(EXPRESSIONS, min_size=1, max_size=3)))
    table = data.draw(st.sampled_from([*tables, "(SELECT 1 AS t, now() AS time) AS t"]))
    where, by = data.draw(EXPRESSIONS), data.draw(EXPRESSIONS)
    run(exposed, data.draw(st.sampled_from([
        f"SELECT {columns}",
        f"SELECT {columns} FROM {table}",
        f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {by} LIMIT 3",
        f"SELECT {columns} FROM {table} GROUP BY {by} HAVING {where}",
        f"WITH t AS (SELECT * FROM {table}) SELECT {columns} FROM t",
        f"SELECT {columns} FROM {table} CROSS JOIN UNNEST({by}) AS u(x)",
        f"SELECT * FROM {table} UNION ALL SELECT {columns}",
    ])))  # fmt: skip


@given(words=st.lists(st.sampled_from(WORDS) | EXPRESSIONS, max_size=15))
def test_random_words_are_handled_safely(exposed: Any, words: list[str]) -> None:
    run(exposed, " ".join(words))


@given(text=st.text())
def test_random_text_is_handled_safely(exposed: Any, text: str) -> None:
    run(exposed, text)


SOURCES = [
    "read_csv('{path}')", "read_csv_auto(['{path}'])", "read_text('{path}')", "read_blob('{path}')",
    "read_json('{path}')", "read_parquet('{path}')", "glob('{folder}/*')", "'{path}'", '"{path}"',
    "duckdb_settings()", "duckdb_tables()", "duckdb_columns()", "duckdb_databases()",
    "information_schema.tables", "pg_catalog.pg_tables", "sqlite_master", "results.main",
    "query('SELECT 1')", "query_table('t')", "pragma_database_list()", "sniff_csv('{path}')",
    "sqlite_scan('{folder}/data/records.sqlite', 'tokens')", '"time_series"."main"."t"',
]  # fmt: skip
STATEMENTS = [
    "COPY (SELECT 1) TO '{folder}/written.csv'", "EXPORT DATABASE '{folder}/written'",
    "ATTACH '{folder}/data/records.sqlite' AS r", "ATTACH '{folder}/written.duckdb' AS w",
    "COPY t FROM '{path}'", "INSTALL sqlite", "LOAD sqlite", "SET enable_external_access = true",
    "RESET enable_external_access", "PRAGMA database_list", "CREATE TABLE {table} (a INT)",
    "DROP TABLE {table}", "DELETE FROM {table}", "UPDATE {table} SET time = NULL",
    "INSERT INTO {table} VALUES (1)", "ALTER TABLE {table} ADD COLUMN a INT",
    "CALL duckdb_tables()",
    "SHOW DATABASES", "SHOW TABLES", "SHOW TABLES FROM {database}", "DESCRIBE {table}",
    "SHOW MEASURES FROM {table}", "SHOW MEASURES FROM {table} LIKE '%'",
    "EXPLAIN SELECT * FROM {table}",
    "SUMMARIZE {table}", "FROM {table}", "PIVOT {table} ON time", "CHECKPOINT", "VACUUM",
    "USE results",
    "SELECT getenv('HOME')", "SELECT current_setting('temp_directory')", "EXECUTE p",
    "PREPARE p AS SELECT 1", "BEGIN", "ROLLBACK", "SELECT * FROM {table}; SELECT 1",
]  # fmt: skip


@pytest.mark.parametrize("statement", [
    *(f"SELECT * FROM {location}" for location in ["{table}", *SOURCES]),
    *(f"SELECT (SELECT count(*) FROM {location})" for location in SOURCES),
    *(f"WITH t AS (SELECT * FROM {location}) SELECT * FROM t" for location in SOURCES),
    *STATEMENTS,
    *(f"SELECT 1; {statement}" for statement in STATEMENTS),
])  # fmt: skip
def test_query_of_outside_resources_is_refused(
    statement: str, exposed: Any, tables: list[str]
) -> None:
    for table in tables[1:]:
        sql = statement.format(
            path=exposed.beside,
            folder=exposed.beside.parent,
            table=table,
            database=table.partition(".")[0],
        )
        run(exposed, sql)


@pytest.mark.parametrize("location", ["read_text('{path}')", "'{path}'", "glob('{folder}/*')"])
def test_query_of_outside_resources_is_refused_by_the_database_itself(
    location: str, exposed: Any
) -> None:
    cursor = exposed.local.exchange.engine._connection.cursor()
    source = location.format(path=exposed.beside, folder=exposed.beside.parent)
    with pytest.raises(duckdb.PermissionException):
        cursor.execute(f"SELECT * FROM {source}")
