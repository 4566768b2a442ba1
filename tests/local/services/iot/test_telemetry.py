"""Telemetry: publishing, latest values and events."""

import pytest

from avista_digital_exchange_sdk.local.services.value_types import check_value

from .conftest import PUBLISH, RECORD, record

LAST_VALUES = """query ($id: ID!, $next: String, $queryId: String, $client: String) {
    iot_listEndpointLastValues(iotEndpointId: $id, nextToken: $next, queryId: $queryId,
        clientToken: $client) {
        nextToken queryId clientToken resultStoredInS3 presignedUrl data {
        iotEndpointId telemetryValues { timestamp value telemetryModel { name description } } }
    } }"""
ON_PUBLISH = f"""subscription ($id: ID!) {{ onIotPublish(iotEndpointId: $id) {{
    iotEndpointId recordsWritten {{ {RECORD} }} failedRecords {{ errors {{ errorType }} }} }} }}"""


def last_values(graphql_client, id_, query=LAST_VALUES, **page):
    """The latest values of endpoints by the names of their attributes."""
    response = graphql_client.run(query, id=id_, **page)
    return {
        endpoint["iotEndpointId"]: {
            entry["telemetryModel"]["name"]: (entry["value"], entry["timestamp"])
            for entry in endpoint["telemetryValues"]
        }
        for endpoint in response["data"]
    }


def errors_of(result):
    return [
        [error["errorType"] for error in failed["errors"]] for failed in result["failedRecords"]
    ]


def test_published_records_are_reported_as_written(devices):
    result = devices.publish(
        record(1714521600, "SECONDS", Speed="4.20", Icing="True"),
        record(1714521600001999999, "NANOSECONDS", Count="-3"),
    )
    assert result == {
        "iotEndpointId": devices.endpoint,
        "recordsWritten": [
            {
                "iotEndpointId": devices.endpoint,
                "timestamp": "1714521600000",
                "attributes": [
                    {"name": "Speed", "schemaType": "double", "value": "4.20"},
                    {"name": "Icing", "schemaType": "boolean", "value": "True"},
                ],
            },
            {
                "iotEndpointId": devices.endpoint,
                "timestamp": "1714521600001",
                "attributes": [{"name": "Count", "schemaType": "integer", "value": "-3"}],
            },
        ],
        "failedRecords": [],
    }


@pytest.mark.parametrize(
    ("bad", "errors"),
    [
        (record(None, Speed="1"), ["INVALID_TIMESTAMP"]),
        (record("1.5", Speed="1"), ["INVALID_TIMESTAMP"]),
        (record("2024-05-01T00:00:00Z", Speed="1"), ["INVALID_TIMESTAMP"]),
        (record(10**30, Speed="1"), ["INVALID_TIMESTAMP"]),
        (record(1, None, Speed="1"), ["MISSING_TIME_UNIT"]),
        (record(1), ["MISSING_DATA"]),
        ({"timestamp": "1", "timeUnit": "SECONDS"}, ["MISSING_DATA"]),
        (record(1, Pressure="1"), ["UNEXPECTED_ATTRIBUTE"]),
        (record(1, Height="1"), ["UNEXPECTED_ATTRIBUTE"]),
        (record(1, Speed="fast"), ["INCORRECT_VALUE_TYPE"]),
        (record(1, Speed="NaN", Count="1.0"), ["INCORRECT_VALUE_TYPE"] * 2),
        (
            record("x", None, Speed="", none="1"),
            [
                "MISSING_TIME_UNIT",
                "INVALID_TIMESTAMP",
                "INCORRECT_VALUE_TYPE",
                "UNEXPECTED_ATTRIBUTE",
            ],
        ),
    ],
    ids=str,
)
def test_record_that_fails_does_not_prevent_writing_others(devices, bad, errors):
    result = devices.publish(bad, record(2, "SECONDS", Speed="1"))
    assert errors_of(result) == [errors]
    (failed,) = result["failedRecords"]
    assert failed["record"]["attributes"] is None
    assert failed["record"]["iotEndpointId"] == devices.endpoint
    assert [written["timestamp"] for written in result["recordsWritten"]] == ["2000"]


def test_endpoint_has_one_record_at_a_time(devices):
    result = devices.publish(record(1, Speed="1"), record(1000, "MICROSECONDS", Count="1"))
    assert errors_of(result) == [["DUPLICATE_ENTRY"]]
    assert errors_of(devices.publish(record(1000000, "NANOSECONDS", Note="x"))) == [
        ["DUPLICATE_ENTRY"]
    ]
    assert errors_of(devices.publish(record(1000001, "NANOSECONDS", Note="x"))) == []
    other = devices.create_endpoint()
    assert errors_of(devices.publish(record(1, Speed="1"), endpoint=other)) == []


@pytest.mark.parametrize("count", [0, 101])
def test_batch_of_the_wrong_size_is_refused_as_a_whole(graphql_client, devices, count):
    data = [record(i, Speed="1") for i in range(count)]
    assert graphql_client.error_type(PUBLISH, id=devices.endpoint, data=data) == "BadRequest"
    assert last_values(graphql_client, devices.endpoint)[devices.endpoint]["Speed"] == (None, None)
    assert len(devices.publish(*data[:100] or [record(1, Speed="1")])["failedRecords"]) == 0


@pytest.mark.parametrize(
    ("schema_type", "good", "bad"),
    [
        ("integer", ["0", "-9223372036854775808", "007"], ["1.0", "", "+1", "9223372036854775808"]),
        ("double", ["1", "-1.5E-5", "1.0E+5", ".5"], ["NaN", "Infinity", "1e999", "", "1_0", "٣"]),
        ("boolean", ["true", "False"], ["1", "yes", ""]),
        ("dateTime", ["2024-05-01T00:00:00Z", "2024-05-01 00:00:00.5+02:00"], ["2024-05-01", ""]),
        ("duration", ["PT5M", "P1Y2M3DT4H5M6.7S", "-P1W"], ["5M", "P", "PT", "P1S"]),
        ("string", ["", "x", "\x00,\n☀"], []),
    ],
)
def test_values_are_checked_against_their_types(schema_type, good, bad):
    for text in good:
        check_value(schema_type, text)
    for text in bad:
        with pytest.raises(ValueError, match="must be"):
            check_value(schema_type, text)


# The latest values


def test_latest_values_have_an_entry_for_each_telemetry_attribute(graphql_client, devices):
    devices.publish(record(2, Speed="2", Note="n"), record(1, Speed="1", Count="7"))
    values = last_values(graphql_client, devices.endpoint)
    assert values == {
        devices.endpoint: {
            "Speed": ("2", "2"),
            "Count": ("7", "1"),
            "Icing": (None, None),
            "Note": ("n", "2"),
            "Seen": (None, None),
            "Age": (None, None),
        }
    }


@pytest.mark.parametrize("what", ["Groups", "Hubs"])
def test_latest_values_of_a_group_and_a_hub_have_all_its_endpoints(graphql_client, devices, what):
    other = devices.create_endpoint()
    devices.create_endpoint(hub=devices.create_hub())
    devices.publish(record(1, Speed="1"))
    devices.publish(record(2, Speed="2"), endpoint=other)
    argument, id_ = {"Groups": ("iotGroupId", devices.group), "Hubs": ("iotHubId", devices.hub)}[
        what
    ]
    query = LAST_VALUES.replace("listEndpointLast", f"list{what}EndpointsLast")
    query = query.replace("iotEndpointId: $id", f"{argument}: $id")
    values = last_values(graphql_client, id_, query)
    expected = [devices.endpoint] if what == "Groups" else [devices.endpoint, other]
    assert list(values) == expected
    assert values[devices.endpoint]["Speed"] == ("1", "1")


def test_latest_values_come_in_pages_bound_to_their_query(graphql_client, devices):
    telemetry = [
        {"name": f"t{i}", "schemaType": "string", "description": "d" * 4_500} for i in range(200)
    ]
    model = devices.create_model(telemetry=telemetry)["modelId"]
    endpoint = devices.create_endpoint(model=model)
    devices.publish(record(1, **{f"t{i}": "v" * 1_000 for i in range(200)}), endpoint=endpoint)
    response = graphql_client.run(LAST_VALUES, id=endpoint)
    query, client = response["queryId"], response["clientToken"]
    page = {"next": response["nextToken"], "queryId": query}
    assert page["next"]
    for wrong in ({"queryId": "x"}, {"client": "x"}, {"next": "x"}, {"id": devices.endpoint}):
        variables = {"id": endpoint} | page | wrong
        assert graphql_client.error_type(LAST_VALUES, **variables) == "ValidationException"
    assert graphql_client.error_type(LAST_VALUES, "outsider", id=endpoint, **page) == "Unauthorized"
    responses = [response]
    while responses[-1]["nextToken"]:
        page = {"next": responses[-1]["nextToken"], "queryId": query, "client": client}
        responses.append(graphql_client.run(LAST_VALUES, id=endpoint, **page))
        assert responses[-1]["queryId"] == query
    names = [
        entry["telemetryModel"]["name"]
        for response in responses
        for endpoint in response["data"]
        for entry in endpoint["telemetryValues"]
    ]
    assert names == [f"t{i}" for i in range(200)]


def test_deleted_endpoint_loses_its_telemetry(graphql_client, devices):
    devices.publish(record(1, Speed="1"))
    delete = "mutation ($id: ID!) { iot_deleteEndpoint(iotEndpointId: $id) { name } }"
    assert graphql_client.run(delete, id=devices.endpoint) == {"name": "Roof"}
    assert graphql_client.error_type(PUBLISH, id=devices.endpoint, data=[]) == "NotFound"
    samples = graphql_client.local.exchange.telemetry.samples
    cursor = graphql_client.local.exchange.engine._connection.cursor()
    assert not samples.has_any(cursor, devices.endpoint)


# Events


def test_event_equals_the_response_to_the_publisher(devices, listen):
    socket = listen(ON_PUBLISH, id=devices.endpoint)
    result = devices.publish(record(1, Speed="1"), record(1, Speed="2"))
    event = socket.receive()["payload"]["data"]["onIotPublish"]
    assert event["recordsWritten"] == result["recordsWritten"]
    assert event["failedRecords"] == [{"errors": [{"errorType": "DUPLICATE_ENTRY"}]}]


def test_event_reaches_only_subscribers_of_that_endpoint(devices, listen):
    socket = listen(ON_PUBLISH, id=devices.endpoint)
    devices.publish(record(1, Speed="1"), endpoint=devices.create_endpoint())
    assert socket.is_silent()


def test_event_without_the_endpoint_selected_reaches_nobody(graphql_client, devices, listen):
    socket = listen(ON_PUBLISH, id=devices.endpoint)
    query = PUBLISH.replace("iotEndpointId recordsWritten", "recordsWritten")
    graphql_client.run(query, id=devices.endpoint, data=[record(1, Speed="1")])
    assert socket.is_silent()


def test_event_lacks_what_the_publisher_did_not_select(graphql_client, devices, listen):
    socket = listen(ON_PUBLISH, id=devices.endpoint)
    query = """mutation ($id: ID!, $data: [IotDataRecordInput]!) { iot_publish(iotEndpointId: $id,
        data: $data) { iotEndpointId recordsWritten { timestamp attributes { name value } } } }"""
    graphql_client.run(query, id=devices.endpoint, data=[record(1, Speed="1")])
    event = socket.receive()["payload"]
    assert event == {
        "data": {
            "onIotPublish": {
                "iotEndpointId": devices.endpoint,
                "recordsWritten": [
                    {
                        "iotEndpointId": None,
                        "timestamp": "1",
                        "attributes": [{"name": "Speed", "schemaType": None, "value": "1"}],
                    }
                ],
                "failedRecords": None,
            }
        }
    }


def test_subscription_ends_when_its_subscriber_may_read_no_longer(graphql_client, devices, listen):
    graphql_client.share(devices.group, "IOT_GROUP")
    socket = listen(ON_PUBLISH, "reader", id=devices.endpoint)
    devices.publish(record(1, Speed="1"))
    assert socket.receive()["type"] == "data"
    graphql_client.unshare(devices.group, "IOT_GROUP")
    devices.publish(record(2, Speed="1"))
    message = socket.receive()
    assert message["type"] == "error"
    assert message["payload"]["errors"][0]["errorType"] == "Unauthorized"
