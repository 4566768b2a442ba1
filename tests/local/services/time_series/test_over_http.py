"""The time series operations over HTTP."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from avista_digital_exchange_sdk.local import LocalExchange

PUBLISH = """
mutation ($database: ID!, $asset: ID!, $data: TimeSeriesDbDataInput!) {
  timeSeriesDb_publishToDatabase(timeSeriesDbId: $database, assetId: $asset, data: $data) {
    assetId name attributes { attributeType lastValue lastValueTime name data { timestamp value } }
  }
}
"""
QUERY = """
query (
  $database: ID!, $assets: [TimeSeriesQueryAssetInput]!, $type: TimeSeriesDbQueryType!,
  $start: String, $end: String, $token: String, $maxRows: Int
) {
  timeSeriesDb_queryDatabase(
    timeSeriesDbId: $database, assets: $assets, queryType: $type, startTime: $start,
    endTime: $end, nextToken: $token, maxRows: $maxRows
  ) { clientToken nextToken presignedUrl queryId queryProgressPercentage queryString }
}
"""
TIMESTREAM = """
query ($database: ID!, $sql: String!) {
  timeSeriesDb_queryDatabaseWithTimestreamQuery(timeSeriesDbId: $database, queryString: $sql) {
    clientToken resultJSONString
  }
}
"""
CREATE = 'mutation { timeSeriesDb_createDatabase(name: "measurements") { timeSeriesDbId } }'
GET = """
query ($database: ID!) {
  timeSeriesDb_getDatabase(timeSeriesDbId: $database) { databaseName tableName }
}
"""
LONG = "SELECT count(*) FROM " + " CROSS JOIN ".join(
    f"UNNEST(sequence(1, 10000)) AS t{i}(x{i})" for i in range(4)
)


def records(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Create single-measure records, one per second."""
    return [
        {
            "Time": str(first + i),
            "TimeUnit": "SECONDS",
            "MeasureName": "A kW",
            "MeasureValueType": "DOUBLE",
            "MeasureValue": f"{i}.50",
        }
        for i in range(count)
    ]


@pytest.fixture
def database(graphql_client: Any) -> str:
    """A new database of the owner's."""
    return str(graphql_client.run(CREATE)["timeSeriesDbId"])


def test_published_records_come_back_in_pages_of_chunks(graphql_client: Any, database: str) -> None:
    written = graphql_client.run(
        PUBLISH, database=database, asset="a", data={"records": records(30)}
    )
    assert written[0]["attributes"][0]["lastValue"] == "29.50"
    requested = {"database": database, "assets": [{"assetId": "a"}], "maxRows": 20}
    page = graphql_client.run(
        QUERY,
        **requested,
        type="TIME_PERIOD",
        start="1970-01-01T00:00:00Z",
        end="1970-01-02T00:00:00Z",
    )
    pages = [page]
    while page["nextToken"]:
        page = graphql_client.run(QUERY, **requested, type="NEXT_TOKEN", token=page["nextToken"])
        pages.append(page)
    chunks = [httpx.get(page["presignedUrl"]).raise_for_status().json() for page in pages]
    assert chunks[0] == []
    values = [
        point["value"]
        for chunk in chunks
        for asset in chunk
        for attribute in asset["attributes"]
        for point in attribute["data"]
    ]
    assert values == [f"{i}.50" for i in range(30)]


def test_rejected_records_are_reported_in_one_error(graphql_client: Any, database: str) -> None:
    graphql_client.run(PUBLISH, database=database, asset="a", data={"records": records(1)})
    other = records(2)
    other[0]["MeasureValue"] = "7"
    response = graphql_client.execute(
        PUBLISH, database=database, asset="a", data={"records": other}
    )
    assert response["data"] == {"timeSeriesDb_publishToDatabase": None}
    (error,) = response["errors"]
    assert error["errorType"] == "RejectedRecordsException"
    (rejected,) = error["errorInfo"]["RejectedRecords"]
    assert (rejected["RecordIndex"], rejected["ExistingVersion"]) == (0, 1)


def test_timestream_query_returns_json(graphql_client: Any, database: str) -> None:
    graphql_client.run(PUBLISH, database=database, asset="a", data={"records": records(3)})
    names = graphql_client.run(GET, database=database)
    table = '"{databaseName}"."{tableName}"'.format(**names)
    sql = f"SELECT max(measure_value::double) AS peak FROM {table} WHERE time > ago(40000d)"
    response = graphql_client.run(TIMESTREAM, database=database, sql=sql)
    result = json.loads(response["resultJSONString"])
    assert result["Rows"] == [{"Data": [{"ScalarValue": "2.5"}]}]
    assert result["ColumnInfo"] == [{"Name": "peak", "Type": {"ScalarType": "DOUBLE"}}]
    refused = graphql_client.execute(
        TIMESTREAM, database=database, sql=sql.replace("peak", "peak,")
    )
    assert refused["errors"][0]["errorType"] == "ValidationException"


def test_long_queries_of_many_users_block_nobody(graphql_client: Any, database: str) -> None:
    def long_query() -> str:
        response = graphql_client.run(TIMESTREAM, database=database, sql=LONG)
        return str(json.loads(response["resultJSONString"])["QueryId"])

    cancel = """
    mutation ($database: ID!, $id: String!) {
      timeSeriesDb_cancelDatabaseQuery(timeSeriesDbId: $database, queryId: $id) {
        httpStatusCode
      }
    }
    """
    with ThreadPoolExecutor(8) as threads:
        running = [threads.submit(long_query) for _ in range(8)]
        time.sleep(0.5)
        graphql_client.run(GET, database=database)
        for query in running:
            response = graphql_client.run(cancel, database=database, id=query.result())
            assert response == {"httpStatusCode": 200}


def test_exchange_closes_at_once_while_a_query_runs() -> None:
    with LocalExchange() as local, httpx.Client(headers={"Authorization": local.token}) as client:
        variables = {"database": local.timeSeriesDbId, "sql": LONG}
        client.post(local.endpoint, json={"query": TIMESTREAM, "variables": variables})


def test_concurrent_publishes_to_one_database_are_all_written(
    graphql_client: Any, database: str
) -> None:
    def publish(number: int) -> None:
        data = {"records": records(100, first=1000 * number)}
        graphql_client.run(PUBLISH, database=database, asset=f"a{number % 3}", data=data)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(publish, range(16)))
    table = "{databaseName}.{tableName}".format(
        **{name: f'"{value}"' for name, value in graphql_client.run(GET, database=database).items()}
    )
    sql = f"SELECT count(*) FROM {table}"
    result = json.loads(
        graphql_client.run(TIMESTREAM, database=database, sql=sql)["resultJSONString"]
    )
    assert result["Rows"][0]["Data"][0]["ScalarValue"] == "1600"
