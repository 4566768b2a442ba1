"""Random real-time messages: handled or refused, without events of others."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

from hypothesis import given
from hypothesis import strategies as st
from websockets.sync.client import ClientConnection, connect

from .any_json import JSON

KINDS = ["connection_init", "start", "stop", "connection_terminate", "data", "ka", "nonsense"]
FRAMES = st.binary() | st.text() | JSON.map(json.dumps)
LAST = {"type": "stop", "id": "the last message"}


def header(exposed: Any, role: str = "outsider") -> dict[str, str]:
    """A user's authorization."""
    host = urlsplit(exposed.local.endpoint).netloc
    return {"host": host, "Authorization": exposed.local.tokens[role]}


def encoded(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@contextmanager
def opened(exposed: Any) -> Iterator[ClientConnection]:
    """An acknowledged connection of the outsider."""
    protocols = ["graphql-ws", f"header-{encoded(header(exposed))}"]
    with connect(exposed.local.realtimeEndpoint, subprotocols=protocols) as connection:
        connection.send('{"type": "connection_init"}')
        assert json.loads(connection.recv(60))["type"] == "connection_ack"
        yield connection


def received(connection: ClientConnection) -> list[str]:
    """All messages until the connection has responded to everything."""
    connection.send(json.dumps(LAST))
    messages = []
    while not messages or json.loads(messages[-1]) != {"type": "complete", "id": LAST["id"]}:
        messages.append(str(connection.recv(60)))
    return messages


@given(frames=st.lists(FRAMES, min_size=1, max_size=5))
def test_random_frames_are_handled_safely(exposed: Any, frames: list[str | bytes]) -> None:
    with opened(exposed) as connection:
        for frame in frames:
            connection.send(frame)
        exposed.check(*received(connection))


@given(data=st.data())
def test_random_messages_are_handled_safely(exposed: Any, data: st.DataObject) -> None:
    identifiers = st.sampled_from(["1", "2"]) | JSON
    authorizations = st.sampled_from([header(exposed), {**header(exposed), "host": "x"}]) | JSON
    operation = st.fixed_dictionaries(
        {"query": operations(exposed) | JSON}, optional={"variables": JSON, "operationName": JSON}
    )
    payload = st.fixed_dictionaries(
        {
            "data": operation.map(json.dumps) | JSON,
            "extensions": st.fixed_dictionaries({"authorization": authorizations}) | JSON,
        }
    )
    message = st.fixed_dictionaries(
        {"type": st.sampled_from(KINDS) | JSON},
        optional={"id": identifiers, "payload": payload | JSON},
    )
    with opened(exposed) as connection:
        for one in data.draw(st.lists(message, min_size=1, max_size=4)):
            connection.send(json.dumps(one))
        exposed.check(*received(connection))


def operations(exposed: Any) -> st.SearchStrategy[str]:
    """Subscriptions to data of the owner, and invalid operations."""
    texts = st.sampled_from([*exposed.ids, *exposed.own_ids, "meter"]).map(json.dumps)
    return st.one_of(
        st.builds(
            "subscription {{ onTimeSeriesDbPublish(timeSeriesDbId: {}, assetId: {}) "
            "{{ timeSeriesDbId assetId }} }}".format,
            texts,
            texts,
        ),
        st.builds(
            "subscription {{ onNotifyTimeSeriesQueryExportComplete(queryId: {}) "
            "{{ queryId url }} }}".format,
            texts,
        ),
        st.sampled_from(
            ["", "{", "query { user_getUserSession { user { userId } } }", "subscription { x }"]
        ),
    )


def test_events_of_the_owner_reach_no_other_user(exposed: Any) -> None:
    database = exposed.ids[2]
    query = exposed.field(
        "query q($d: ID!) { timeSeriesDb_queryDatabase(timeSeriesDbId: $d, queryType: TIME_PERIOD, "
        'startTime: "1970-01-01T00:00:00Z", endTime: "1970-01-02T00:00:00Z", '
        'assets: [{assetId: "meter"}]) { queryId } }',
        "owner",
        d=database,
    )["queryId"]
    subscriptions = [
        f'onTimeSeriesDbPublish(timeSeriesDbId: "{database}", assetId: "meter") {{ assetId }}',
        f'onNotifyTimeSeriesQueryExportComplete(queryId: "{query}") {{ queryId url }}',
    ]
    with opened(exposed) as connection:
        for number, subscription in enumerate(subscriptions):
            operation = {"query": f"subscription {{ {subscription} }}"}
            payload = {
                "data": json.dumps(operation),
                "extensions": {"authorization": header(exposed)},
            }
            connection.send(json.dumps({"type": "start", "id": str(number), "payload": payload}))
        exposed.field(
            "mutation m($d: ID!, $q: String!) { timeSeriesDb_generateQueryResultExportFile("
            "timeSeriesDbId: $d, queryId: $q, fileFormat: CSV) { queryId } }",
            "owner",
            d=database,
            q=query,
        )
        kinds = [json.loads(message)["type"] for message in received(connection)]
    assert [kind for kind in kinds if kind != "ka"] == ["error", "error", "complete"]


@given(given_header=st.text() | JSON.map(encoded), in_address=st.booleans())
def test_random_handshakes_are_handled_safely(
    exposed: Any, given_header: str, in_address: bool
) -> None:
    address, protocols = exposed.local.realtimeEndpoint, ["graphql-ws"]
    if in_address:
        address += f"?header={quote(given_header)}&payload=e30="
    else:
        protocols.append(f"header-{encoded(given_header)}")
    with connect(address, subprotocols=protocols) as connection:
        connection.send('{"type": "connection_init"}')
        response = str(connection.recv(60))
        assert json.loads(response)["type"] == "connection_error"
        exposed.check(response)
