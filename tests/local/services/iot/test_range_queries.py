"""Queries over a range of time: their pages, chunks, exports and cancellation."""

import csv
import io

import pytest

from .conftest import record

QUERY = """query ($filters: [EndpointQueryFilter]!, $start: String!, $end: String!, $next: String,
    $client: String, $queryId: String, $string: String) { iot_queryByTimeRange(
    endpointQueryFilters: $filters, startTime: $start, endTime: $end, nextToken: $next,
    clientToken: $client, queryId: $queryId, queryString: $string)
    { queryId clientToken nextToken queryString startTime endTime presignedUrl } }"""
EXPORT = """mutation ($id: ID!) { iot_generateQueryResultExport(queryId: $id, fileFormat: CSV)
    { queryId fileFormat } }"""
CANCEL = "mutation ($id: ID!) { iot_cancelQuery(queryId: $id) { httpStatusCode errorMessage } }"
ON_EXPORT = """subscription ($id: String!) { onNotifyIotQueryExportComplete(queryId: $id)
    { queryId fileFormat fileSizeBytes url } }"""
ALL = {"start": "0", "end": "4102444800000"}


@pytest.fixture
def query(graphql_client, devices):
    """Requests the first page of a query, or the page after another one."""

    def query(*names, filters=None, after=None, role="owner", **range_):
        filters = filters or [{"iotEndpointId": devices.endpoint, "attributeNames": list(names)}]
        variables = {"filters": filters} | ALL | range_
        if after:
            variables |= {"next": after["nextToken"], "client": after["clientToken"]}
            variables |= {"queryId": after["queryId"], "string": after["queryString"]}
        return graphql_client.run(QUERY, role, **variables)

    return query


@pytest.fixture
def export(graphql_client, listen):
    """Exports the result of a query as CSV."""

    def export(query_id, role="owner"):
        socket = listen(ON_EXPORT, role, id=query_id)
        assert graphql_client.run(EXPORT, role, id=query_id) == {
            "queryId": query_id,
            "fileFormat": "CSV",
        }
        event = socket.receive()["payload"]["data"]["onNotifyIotQueryExportComplete"]
        content = graphql_client.http.get(event["url"]).raise_for_status().content
        assert (event["queryId"], event["fileFormat"]) == (query_id, "CSV")
        assert event["fileSizeBytes"] == len(content)
        return content.decode()

    return export


def chunk(graphql_client, page):
    """The rows of a page."""
    return graphql_client.http.get(page["presignedUrl"]).raise_for_status().json()


def test_csv_has_one_row_per_endpoint_and_time_with_a_value(graphql_client, devices, query, export):
    other = devices.create_endpoint('North, "1"')
    devices.publish(
        record(1714521600000, Speed="1.0E-5", Note='a,"b"\nc'),
        record(1714521500000000001, "NANOSECONDS", Speed="1.50", Icing="True"),
        record(1714521700000, Count="7"),
    )
    devices.publish(record(1714521600000, Speed="2"), endpoint=other)
    filters = [
        {"iotEndpointId": other, "attributeNames": ["Speed"]},
        {"iotEndpointId": devices.endpoint, "attributeNames": ["Note", "Speed", "Seen", "none"]},
    ]
    text = export(query(filters=filters)["queryId"])
    assert text == (
        "iotEndpointId,name,timestamp,Speed,Note,Seen,none\n"
        f'{other},"North, ""1""",2024-05-01 00:00:00.000000000,2,,,\n'
        f"{devices.endpoint},Roof,2024-04-30 23:58:20.000000001,1.50,,,\n"
        f'{devices.endpoint},Roof,2024-05-01 00:00:00.000000000,1.0E-5,"a,""b""\nc",,\n'
    )


def test_range_includes_both_ends(devices, query, export):
    devices.publish(*(record(i, Count=str(i)) for i in range(1, 6)))
    text = export(query("Count", start="2", end="4")["queryId"])
    assert [row["Count"] for row in csv.DictReader(io.StringIO(text))] == ["2", "3", "4"]


def test_query_without_data_has_an_empty_page_and_export(graphql_client, query, export):
    page = query("Speed")
    assert page["nextToken"] is None
    assert chunk(graphql_client, page) == []
    assert export(page["queryId"]) == "iotEndpointId,name,timestamp,Speed\n"


def test_chunks_contain_the_records_of_endpoints(graphql_client, devices, query):
    other = devices.create_endpoint()
    devices.publish(
        record(2, Speed="2", Note='"\\\x1f☀'), record(1999999, "NANOSECONDS", Count="1")
    )
    devices.publish(record(3, Speed="3"), endpoint=other)
    filters = [
        {"iotEndpointId": devices.endpoint, "attributeNames": ["Note", "Speed", "Count"]},
        {"iotEndpointId": other, "attributeNames": ["Speed"]},
    ]
    assert chunk(graphql_client, query(filters=filters)) == [
        {
            "iotEndpointId": devices.endpoint,
            "includedAttributeNames": ["Note", "Speed", "Count"],
            "records": [
                {"timestamp": "1", "attributes": [{"name": "Count", "value": "1"}]},
                {
                    "timestamp": "2",
                    "attributes": [
                        {"name": "Note", "value": '"\\\x1f☀'},
                        {"name": "Speed", "value": "2"},
                    ],
                },
            ],
        },
        {
            "iotEndpointId": other,
            "includedAttributeNames": ["Speed"],
            "records": [{"timestamp": "3", "attributes": [{"name": "Speed", "value": "3"}]}],
        },
    ]


def test_large_result_is_paginated(graphql_client, devices, query, export):
    for start in range(0, 1500, 100):
        devices.publish(*(record(start + i, Note="n" * 1000) for i in range(100)))
    page = query("Note")
    assert (page["startTime"], page["endTime"]) == (ALL["start"], ALL["end"])
    times = []
    while True:
        content = graphql_client.http.get(page["presignedUrl"]).content
        assert len(content) < 1_100_000
        times += [int(r["timestamp"]) for e in chunk(graphql_client, page) for r in e["records"]]
        if page["nextToken"] is None:
            break
        following = query("Note", after=page)
        assert following["queryId"] == page["queryId"]
        page = following
    assert times == list(range(1500))
    assert export(page["queryId"]).count("\n") == 1501


@pytest.mark.parametrize(
    ("variables", "error"),
    [
        ({"filters": []}, "ValidationException"),
        ({"filters": [None]}, "ValidationException"),
        ({"names": []}, "ValidationException"),
        ({"names": [None]}, "ValidationException"),
        ({"start": "2024-05-01T00:00:00.000Z"}, "ValidationException"),
        ({"start": "2", "end": "1"}, "ValidationException"),
        ({"end": ""}, "ValidationException"),
        ({"next": "x"}, "ValidationException"),
        ({"id": "iotEndpointId.none"}, "NotFound"),
    ],
    ids=str,
)
def test_invalid_query_is_refused(graphql_client, devices, variables, error):
    id_, names = variables.pop("id", devices.endpoint), variables.pop("names", ["Speed"])
    filters = [{"iotEndpointId": id_, "attributeNames": names}]
    assert graphql_client.error_type(QUERY, **({"filters": filters} | ALL | variables)) == error


def test_cancelled_query_has_no_pages_and_no_export(graphql_client, devices, query):
    devices.publish(*(record(i, Note="n" * 9000) for i in range(100)))
    devices.publish(*(record(100 + i, Note="n" * 9000) for i in range(100)))
    page = query("Note")
    assert page["nextToken"]
    for _ in range(2):
        response = graphql_client.run(CANCEL, id=page["queryId"])
        assert response == {"httpStatusCode": 200, "errorMessage": None}
    filters = [{"iotEndpointId": devices.endpoint, "attributeNames": ["Note"]}]
    variables = {"filters": filters, "next": page["nextToken"]} | ALL
    assert graphql_client.error_type(QUERY, **variables) == "ValidationException"
    assert graphql_client.error_type(EXPORT, id=page["queryId"]) == "ValidationException"


def test_latest_values_are_not_exported(graphql_client, devices):
    query = "query ($id: ID!) { iot_listEndpointLastValues(iotEndpointId: $id) { queryId } }"
    query_id = graphql_client.run(query, id=devices.endpoint)["queryId"]
    assert graphql_client.error_type(EXPORT, id=query_id) == "ValidationException"


@pytest.mark.parametrize("what", ["endpoints", "attributes"])
def test_query_of_too_many_endpoints_or_attributes_is_refused(graphql_client, devices, what):
    names = [f"a{i}" for i in range(1001)]
    filters = [{"iotEndpointId": devices.endpoint, "attributeNames": names}]
    if what == "endpoints":
        filters = [{"iotEndpointId": name, "attributeNames": ["Speed"]} for name in names]
    response = graphql_client.execute(QUERY, filters=filters, **ALL)
    assert response["errors"][0]["message"] == f"A query can name at most 1000 {what}."


def test_endpoint_token_permits_exports(graphql_client, devices, query, export):
    token = graphql_client.run(
        "query ($id: ID!) { iot_getEndpointToken(iotEndpointId: $id) { tokenValue } }",
        id=devices.endpoint,
    )["tokenValue"]
    devices.publish(record(0, Speed="1"), role=token)
    text = export(query("Speed", role=token)["queryId"], token)
    assert text.endswith(f"{devices.endpoint},Roof,1970-01-01 00:00:00.000000000,1\n")


def test_time_series_query_id_is_refused_for_iot(graphql_client, local, devices, query):
    page = query("Speed")
    cancel = """mutation ($id: ID!, $queryId: String!) { timeSeriesDb_cancelDatabaseQuery(
        timeSeriesDbId: $id, queryId: $queryId) { httpStatusCode } }"""
    variables = {"id": local.timeSeriesDbId, "queryId": page["queryId"]}
    assert graphql_client.error_type(cancel, **variables) == "NotFound"
