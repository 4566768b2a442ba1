"""Subscriptions: AppSync's real-time protocol and authorization."""

import json
from base64 import b64encode
from itertools import count
from urllib.parse import quote

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from ..support.options import use_limits

PUBLISH = """mutation ($id: ID!, $asset: ID!, $records: [TimeSeriesDbRecordInput]!) {
  timeSeriesDb_publishToDatabase(timeSeriesDbId: $id, assetId: $asset, data: {records: $records}) {
    assetId attributes { name data { value } }
} }"""
ON_PUBLISH = """subscription OnPublish($id: ID!, $asset: ID!) {
  onTimeSeriesDbPublish(timeSeriesDbId: $id, assetId: $asset) {
    assetId attributes { name data { value } }
} }"""
ON_EXPORT = """subscription ($id: String!) {
  onNotifyTimeSeriesQueryExportComplete(queryId: $id) { queryId fileType url }
}"""
QUERY = """query ($id: ID!) { timeSeriesDb_queryDatabase(
  timeSeriesDbId: $id, queryType: TIME_PERIOD, assets: [{assetId: "a"}]
  startTime: "2024-01-01T00:00:00Z", endTime: "2024-01-02T00:00:00Z"
) { queryId nextToken } }"""
EXPORT = """mutation ($id: ID!, $queryId: String!) { timeSeriesDb_generateQueryResultExportFile(
  timeSeriesDbId: $id, queryId: $queryId, fileFormat: CSV) { queryId } }"""

TIMES = count()


@pytest.fixture
def start(local, authorization):
    """Creates start messages."""

    def start(subscription_id="1", query=ON_PUBLISH, role="owner", **variables):
        variables = {"id": local.timeSeriesDbId, "asset": "a"} | variables
        return {
            "id": subscription_id,
            "type": "start",
            "payload": {
                "data": json.dumps({"query": query, "variables": variables}),
                "extensions": {"authorization": authorization(role)},
            },
        }

    return start


@pytest.fixture
def publish(graphql_client, local):
    """Publishes one value of an asset, each at a different time."""

    def publish(value="1", asset="a", database=local.timeSeriesDbId):
        record = {
            "Time": str(next(TIMES)),
            "MeasureName": "m",
            "MeasureValue": value,
            "MeasureValueType": "VARCHAR",
        }
        graphql_client.run(PUBLISH, id=database, asset=asset, records=[record])

    return publish


def errors_of(message, subscription_id="1"):
    assert (message["type"], message.get("id")) == ("error", subscription_id)
    return [error["errorType"] for error in message["payload"]["errors"]]


# Connecting


def test_connection_is_acknowledged_and_gets_a_keep_alive(open_socket):
    socket = open_socket(acknowledged=False)
    socket.send({"type": "connection_init"})
    acknowledgement = json.loads(socket.connection.recv(5))
    assert acknowledgement == {
        "type": "connection_ack",
        "payload": {"connectionTimeoutMs": 300_000},
    }
    assert json.loads(socket.connection.recv(5)) == {"type": "ka"}


def test_keep_alives_are_repeated(open_socket, monkeypatch):
    use_limits(monkeypatch, keep_alive_seconds=0.01)
    socket = open_socket()
    assert [json.loads(socket.connection.recv(5)) for _ in range(4)] == [{"type": "ka"}] * 4


@pytest.mark.parametrize("encode", [quote, str])
def test_token_is_accepted_in_the_url(local, authorization, encode):
    # The question mark becomes a plus sign in base64, which some clients do not quote.
    text = json.dumps(authorization("owner") | {"note": "?>?>?>"})
    header = encode(b64encode(text.encode()).decode())
    uri = f"{local.realtimeEndpoint}?header={header}&payload=e30="
    with connect(uri, subprotocols=["graphql-ws"]) as connection:
        assert connection.subprotocol == "graphql-ws"
        connection.send('{"type": "connection_init"}')
        assert json.loads(connection.recv(5))["type"] == "connection_ack"


def test_rejected_token_is_reported_and_the_connection_closed(open_socket):
    socket = open_socket("no such token", acknowledged=False)
    socket.send({"type": "connection_init"})
    message = socket.receive()
    assert message["type"] == "connection_error"
    assert message["payload"]["errors"] == [
        {
            "errorType": "UnauthorizedException",
            "message": "You are not authorized to make this call.",
            "errorCode": 401,
        }
    ]
    with pytest.raises(ConnectionClosed):
        socket.receive()


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "Valid authorization header not provided."),
        ("header-!!!", "Valid authorization header not provided."),
        ("header-bm90IGpzb24", "Valid authorization header not provided."),
        (
            "header-" + b64encode(b'{"Authorization": "x"}').decode().rstrip("="),
            "You are not authorized to make this call.",
        ),
    ],
)
def test_connection_without_a_readable_header_is_refused(local, header, message):
    protocols = ["graphql-ws", header] if header else ["graphql-ws"]
    with connect(local.realtimeEndpoint, subprotocols=protocols) as connection:
        connection.send('{"type": "connection_init"}')
        refusal = json.loads(connection.recv(5))
    assert refusal["type"] == "connection_error"
    error = {"errorType": "UnauthorizedException", "message": message, "errorCode": 401}
    assert refusal["payload"]["errors"] == [error]


def test_authorization_for_another_host_is_refused(local):
    header = b64encode(
        json.dumps({"host": "other.example", "Authorization": local.token}).encode()
    ).decode()
    uri = f"{local.realtimeEndpoint}?header={quote(header)}&payload=e30="
    with connect(uri, subprotocols=["graphql-ws"]) as connection:
        connection.send('{"type": "connection_init"}')
        assert json.loads(connection.recv(5))["type"] == "connection_error"


@pytest.mark.parametrize("protocols", [None, ["graphql-transport-ws"]])
def test_unknown_subprotocol_is_refused(local, protocols):
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(local.realtimeEndpoint, subprotocols=protocols),
    ):
        pass
    assert refused.value.response.status_code == 400


# Subscribing


def test_subscriber_receives_events_of_its_asset_until_it_stops(open_socket, start, publish):
    socket = open_socket()
    socket.send(start())
    assert socket.receive() == {"type": "start_ack", "id": "1"}
    publish("other", asset="another asset")
    publish("heard")
    assert socket.receive() == {
        "type": "data",
        "id": "1",
        "payload": {
            "data": {
                "onTimeSeriesDbPublish": [
                    {"assetId": "a", "attributes": [{"name": "m", "data": [{"value": "heard"}]}]}
                ]
            }
        },
    }
    socket.send({"type": "stop", "id": "1"})
    assert socket.receive() == {"type": "complete", "id": "1"}
    publish("unheard")
    assert socket.is_silent()


def test_event_contains_only_what_the_publisher_selected(graphql_client, local, open_socket, start):
    socket = open_socket()
    socket.send(start())
    assert socket.receive()["type"] == "start_ack"
    record = {
        "Time": str(next(TIMES)),
        "MeasureName": "m",
        "MeasureValue": "1",
        "MeasureValueType": "VARCHAR",
    }
    publish = PUBLISH.replace("attributes { name data { value } }", "attributes { name }")
    graphql_client.run(publish, id=local.timeSeriesDbId, asset="a", records=[record])
    attribute = {"name": "m", "data": None}
    assert socket.receive()["payload"] == {
        "data": {"onTimeSeriesDbPublish": [{"assetId": "a", "attributes": [attribute]}]}
    }


@pytest.mark.parametrize(
    "selection", ["attributes { name }", "id: assetId attributes { name }"], ids=["absent", "alias"]
)
def test_event_is_filtered_by_what_the_publisher_selected(
    graphql_client, local, open_socket, start, publish, selection
):
    socket = open_socket()
    socket.send(start())
    assert socket.receive()["type"] == "start_ack"
    record = {
        "Time": str(next(TIMES)),
        "MeasureName": "m",
        "MeasureValue": "unheard",
        "MeasureValueType": "VARCHAR",
    }
    mutation = PUBLISH.replace("assetId attributes { name data { value } }", selection)
    assert mutation != PUBLISH
    graphql_client.run(mutation, id=local.timeSeriesDbId, asset="a", records=[record])
    publish("heard")
    assert "unheard" not in json.dumps(socket.receive())


def test_event_without_a_required_field_is_null_with_an_error(
    graphql_client, local, open_socket, start
):
    query = ON_PUBLISH.replace("name data { value }", "name attributeType")
    socket = open_socket()
    socket.send(start(query=query))
    assert socket.receive()["type"] == "start_ack"
    record = {
        "Time": str(next(TIMES)),
        "MeasureName": "m",
        "MeasureValue": "1",
        "MeasureValueType": "VARCHAR",
    }
    publish = PUBLISH.replace("data { value }", "")
    graphql_client.run(publish, id=local.timeSeriesDbId, asset="a", records=[record])
    path = ["onTimeSeriesDbPublish", 0, "attributes", 0, "attributeType"]
    assert socket.receive()["payload"] == {
        "data": {"onTimeSeriesDbPublish": [{"assetId": "a", "attributes": [None]}]},
        "errors": [
            {
                "message": "Cannot return null for non-nullable type: 'MeasureValueType' within "
                "parent 'AssetAttribute' (/onTimeSeriesDbPublish/0/attributes/0/attributeType)",
                "path": path,
            }
        ],
    }


def test_mutations_of_one_document_fire_an_event_each(graphql_client, local, open_socket, start):
    socket = open_socket()
    socket.send(start())
    assert socket.receive()["type"] == "start_ack"
    field = """timeSeriesDb_publishToDatabase(timeSeriesDbId: $id, assetId: "a", data: {records: [
        {Time: "%d", MeasureName: "m", MeasureValue: "%s", MeasureValueType: VARCHAR}]})
        { assetId attributes { name data { value } } }"""
    fields = [f"{key}: " + field % (next(TIMES), key) for key in ("one", "two")]
    response = graphql_client.execute(
        f"mutation ($id: ID!) {{ {' '.join(fields)} }}", id=local.timeSeriesDbId
    )
    assert "errors" not in response
    for key in ("one", "two"):
        assert f'"value": "{key}"' in json.dumps(socket.receive())


def test_several_subscriptions_share_one_connection(open_socket, start, publish):
    socket = open_socket()
    for subscription_id in ("one", "two"):
        socket.send(start(subscription_id))
        assert socket.receive()["type"] == "start_ack"
    publish()
    assert {socket.receive()["id"], socket.receive()["id"]} == {"one", "two"}


def test_frames_are_handled_in_order_without_waiting_for_acknowledgements(open_socket, start):
    socket = open_socket(acknowledged=False)
    socket.send({"type": "connection_init"})
    socket.send(start())
    assert [socket.receive()["type"] for _ in range(2)] == ["connection_ack", "start_ack"]


@pytest.mark.parametrize("beside", [True, False])
def test_operation_name_is_accepted_beside_or_inside_the_data(open_socket, start, beside):
    message = start(
        query=ON_PUBLISH + " subscription Other { onNotifyUploadComplete(uploadId: 1) {uploadId} }"
    )
    data = json.loads(message["payload"]["data"])
    if beside:
        message["payload"]["operationName"] = "OnPublish"
    else:
        message["payload"]["data"] = json.dumps(data | {"operationName": "OnPublish"})
    socket = open_socket()
    socket.send(message)
    assert socket.receive()["type"] == "start_ack"


def test_export_event_reaches_a_late_subscriber_who_ran_the_query(
    graphql_client, local, open_socket, start
):
    query_id = graphql_client.run(QUERY, id=local.timeSeriesDbId)["queryId"]
    early, late = open_socket(), open_socket()
    early.send(start(query=ON_EXPORT, id=query_id))
    assert early.receive()["type"] == "start_ack"
    graphql_client.run(EXPORT, id=local.timeSeriesDbId, queryId=query_id)
    event = early.receive()["payload"]["data"]["onNotifyTimeSeriesQueryExportComplete"]
    assert event["queryId"] == query_id
    assert graphql_client.http.get(event["url"]).text.startswith("assetId,name,timestamp")

    late.send(start(query=ON_EXPORT, id=query_id))
    assert late.receive()["type"] == "start_ack"
    assert late.receive()["payload"]["data"]["onNotifyTimeSeriesQueryExportComplete"] == event


def test_export_event_reaches_nobody_else(graphql_client, local, open_socket, start):
    query_id = graphql_client.run(QUERY, "reader", id=local.timeSeriesDbId)["queryId"]
    for role in ("owner", "member", "outsider"):
        socket = open_socket(role)
        socket.send(start(query=ON_EXPORT, role=role, id=query_id))
        assert errors_of(socket.receive()) == ["Unauthorized"]
    socket = open_socket("reader")
    socket.send(start(query=ON_EXPORT, role="reader", id=query_id))
    assert socket.receive()["type"] == "start_ack"


# Authorization


@pytest.mark.parametrize("role", ["owner", "member", "reader"])
def test_subscription_requires_read_access(open_socket, start, role):
    socket = open_socket(role)
    socket.send(start(role=role))
    assert socket.receive()["type"] == "start_ack"


def test_subscription_of_an_outsider_is_refused(open_socket, start):
    socket = open_socket("outsider")
    socket.send(start(role="outsider"))
    assert errors_of(socket.receive()) == ["Unauthorized"]


def test_subscription_uses_its_own_token_instead_of_that_of_the_connection(open_socket, start):
    socket = open_socket("owner")
    socket.send(start(role="outsider"))
    assert errors_of(socket.receive()) == ["Unauthorized"]
    socket.send(start(role="no such token"))
    assert errors_of(socket.receive()) == ["UnauthorizedException"]


def test_subscriber_receives_nothing_after_the_database_is_no_longer_shared(
    graphql_client, open_socket, start, publish
):
    created = graphql_client.run(
        'mutation { timeSeriesDb_createDatabase(name: "x") { timeSeriesDbId } }'
    )
    database = created["timeSeriesDbId"]
    graphql_client.share(database, "TIME_SERIES_DB")
    socket = open_socket("reader")
    socket.send(start(role="reader", id=database))
    assert socket.receive()["type"] == "start_ack"
    graphql_client.unshare(database, "TIME_SERIES_DB")
    publish("secret", database=database)
    assert errors_of(socket.receive()) == ["Unauthorized"]
    publish("secret", database=database)
    assert socket.is_silent()


def test_subscriber_receives_nothing_after_its_token_is_deleted(
    graphql_client, open_socket, start, publish
):
    token = graphql_client.run(
        """mutation { user_createAuthenticationToken(name: "t", daysBeforeExpiration: 1) {
        tokenId tokenValue } }"""
    )
    socket = open_socket()
    socket.send(start(role=token["tokenValue"]))
    assert socket.receive()["type"] == "start_ack"
    delete = "mutation ($id: ID!) { user_deleteAuthenticationToken(tokenId: $id) { name } }"
    graphql_client.run(delete, id=token["tokenId"])
    publish()
    assert errors_of(socket.receive()) == ["UnauthorizedException"]


# Invalid messages get an error, and the connection is kept


@pytest.mark.parametrize("frame", ["not json", "[]", "1", '{"kind": "start"}', b"\x00\x01"])
def test_malformed_frame_gets_an_error(open_socket, frame):
    socket = open_socket()
    socket.connection.send(frame)
    assert errors_of(socket.receive(), None) == ["BadRequestException"]
    assert socket.is_silent()


def test_unknown_message_type_gets_an_error(open_socket):
    socket = open_socket()
    socket.send({"type": "subscribe", "id": "1"})
    assert errors_of(socket.receive()) == ["UnsupportedOperation"]
    assert socket.is_silent()


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        {"data": "{}"},
        {"data": {}, "extensions": {"authorization": {}}},
        {"data": "not json", "extensions": {"authorization": {}}},
        {"data": '{"query": 1}', "extensions": {"authorization": {}}},
    ],
)
def test_unreadable_start_message_gets_an_error(open_socket, payload):
    socket = open_socket()
    socket.send({"type": "start", "id": "1", "payload": payload})
    assert errors_of(socket.receive()) == ["BadRequestException"]
    assert socket.is_silent()


@pytest.mark.parametrize(
    "query",
    [
        "subscription {",
        "subscription { nothing }",
        "{ user_getUserSession { user { userId } } }",
        "subscription ($missing: ID!) { onNotifyUploadComplete(uploadId: $missing) { uploadId } }",
        "subscription { onNotifyUploadComplete(uploadId: 1) { uploadId } }",
    ],
)
def test_invalid_subscription_gets_an_error(open_socket, start, query):
    socket = open_socket()
    socket.send(start(query=query))
    assert len(errors_of_any(socket.receive())) == 1
    assert socket.is_silent()


def errors_of_any(message):
    """The messages of an error, which need not have a type."""
    assert (message["type"], message["id"]) == ("error", "1")
    return [error["message"] for error in message["payload"]["errors"]]


def test_duplicate_subscription_id_is_refused_and_the_subscription_kept(
    open_socket, start, publish
):
    socket = open_socket()
    socket.send(start())
    assert socket.receive()["type"] == "start_ack"
    socket.send(start())
    assert errors_of(socket.receive()) == ["DuplicateSubscriptionException"]
    publish()
    assert socket.receive()["type"] == "data"


def test_subscription_before_the_acknowledgement_is_refused(open_socket, start):
    socket = open_socket(acknowledged=False)
    socket.send(start())
    assert errors_of(socket.receive()) == ["BadRequestException"]


def test_event_over_240_kb_is_not_delivered(open_socket, start, publish):
    hundred_times = " ".join(
        f"a{number}: attributes {{ data {{ value }} }}" for number in range(130)
    )
    query = ON_PUBLISH.replace("attributes { name data { value } }", hundred_times)
    socket = open_socket()
    socket.send(start(query=query))
    assert socket.receive()["type"] == "start_ack"
    publish("x" * 2_000)
    publish("small")
    assert "small" in json.dumps(socket.receive())


def test_broken_connection_leaves_nothing_behind(local, open_socket, start):
    def subscribed_to(asset):
        topics = local.exchange.events._subscribers
        return [topic for topic in topics if ("assetId", asset) in topic[1]]

    socket = open_socket()
    socket.send(start(asset="only here"))
    assert socket.receive()["type"] == "start_ack"
    assert subscribed_to("only here")
    socket.connection.close()
    assert open_socket().is_silent()
    assert not subscribed_to("only here")
