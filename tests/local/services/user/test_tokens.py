"""Tokens: created, listed without their values, and deleted."""

import logging
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

WHO = "{ user_getUserSession { user { userId } } }"
CREATE = """mutation ($days: Int!) {
  user_createAuthenticationToken(name: "script", daysBeforeExpiration: $days) {
    tokenId tokenValue tokenType dateCreated dateExpires
} }"""
LIST = "{ user_listAuthenticationTokens { tokenId tokenValue name } }"
DELETE = "mutation ($id: ID!) { user_deleteAuthenticationToken(tokenId: $id) { name } }"


def status_with(local, token):
    headers = {"Authorization": token}
    return httpx.post(local.endpoint, json={"query": WHO}, headers=headers).status_code


def test_token_works_until_it_is_deleted(graphql_client, local):
    token = graphql_client.run(CREATE, days=1)
    assert token["tokenType"] == "USER_FULL_ACCESS"
    assert token["dateCreated"] < token["dateExpires"]
    assert status_with(local, token["tokenValue"]) == 200
    assert {
        "tokenId": token["tokenId"],
        "tokenValue": None,
        "name": "script",
    } in graphql_client.run(LIST)

    graphql_client.run(DELETE, id=token["tokenId"])
    assert status_with(local, token["tokenValue"]) == 401


def test_token_of_another_user_cannot_be_deleted(graphql_client, local):
    token = graphql_client.run(CREATE, days=1)
    assert graphql_client.error_type(DELETE, "member", id=token["tokenId"]) == "NotFound"
    assert status_with(local, token["tokenValue"]) == 200


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_token_with_an_invalid_lifetime_is_refused(graphql_client, days):
    assert graphql_client.error_type(CREATE, days=days) == "BadRequest"


def test_token_without_a_name_is_refused(graphql_client):
    assert graphql_client.error_type(CREATE.replace('"script"', '""'), days=1) == "BadRequest"


def test_token_expires_after_its_days(graphql_client):
    token = graphql_client.run(CREATE, days=30)
    created, expires = (
        datetime.fromisoformat(token[name]) for name in ("dateCreated", "dateExpires")
    )
    assert expires - created == timedelta(days=30)


def test_token_says_when_it_was_last_used(graphql_client, local):
    token = graphql_client.run(CREATE, days=1)
    query = "{ user_listAuthenticationTokens { tokenId lastActive scope userId } }"
    listed = {one["tokenId"]: one for one in graphql_client.run(query)}
    assert listed[token["tokenId"]]["lastActive"] is None
    assert listed[token["tokenId"]]["scope"] == []
    before = datetime.now(UTC) - timedelta(seconds=1)
    assert status_with(local, token["tokenValue"]) == 200
    listed = {one["tokenId"]: one for one in graphql_client.run(query)}
    assert datetime.fromisoformat(listed[token["tokenId"]]["lastActive"]) > before


def test_tokens_of_endpoints_and_captures_are_neither_listed_nor_deleted(graphql_client, local):
    get = "query ($id: ID!) { iot_getEndpointToken(iotEndpointId: $id) { tokenId } }"
    token_id = graphql_client.run(get, id=local.iotEndpointId)["tokenId"]
    query = "{ user_listAuthenticationTokens { tokenId tokenType } }"
    listed = graphql_client.run(query)
    assert token_id not in [one["tokenId"] for one in listed]
    assert {one["tokenType"] for one in listed} == {"USER_FULL_ACCESS"}
    assert graphql_client.error_type(DELETE, id=token_id) == "NotFound"


def test_deleted_token_hears_no_more_events(graphql_client, local, listen):
    token = graphql_client.run(CREATE, days=1)
    query = "subscription ($id: ID!) { onIotPublish(iotEndpointId: $id) { iotEndpointId } }"
    socket = listen(query, token["tokenValue"], id=local.iotEndpointId)
    publish = """mutation ($id: ID!, $time: String) { iot_publish(iotEndpointId: $id, data: [
        {timestamp: $time, timeUnit: NANOSECONDS, attributes: [{name: "Power", value: "1"}]}])
        { iotEndpointId } }"""
    graphql_client.run(publish, id=local.iotEndpointId, time=str(time.time_ns()))
    assert socket.receive()["type"] == "data"
    graphql_client.run(DELETE, id=token["tokenId"])
    graphql_client.run(publish, id=local.iotEndpointId, time=str(time.time_ns()))
    message = socket.receive()
    assert message["payload"]["errors"][0]["errorType"] == "UnauthorizedException"


def test_token_values_are_in_no_log(graphql_client, local, caplog):
    caplog.set_level(logging.DEBUG)
    endpoint = """mutation ($id: ID!) { iot_regenerateEndpointToken(iotEndpointId: $id)
        { tokenValue } }"""
    hub, model = local.iotHubId, local.modelId
    create = """mutation ($hub: ID!, $model: ID!) { iot_createEndpoint(iotHubId: $hub,
        modelId: $model, name: "e") { iotEndpointId } }"""
    endpoint_id = graphql_client.run(create, hub=hub, model=model)["iotEndpointId"]
    values = [
        graphql_client.run(CREATE, days=1)["tokenValue"],
        graphql_client.run(endpoint, id=endpoint_id)["tokenValue"],
    ]
    for value in values:
        graphql_client.post(WHO, value)
        graphql_client.post("{ nonsense", value)
    assert caplog.records
    ours = [record for record in caplog.records if record.name.startswith("avista")]
    text = "\n".join(record.getMessage() for record in ours)
    assert not [value for value in values if value in text]
    assert not [value for value in values if value in repr(local)]


def test_expired_token_is_refused(graphql_client, local, monkeypatch):
    token = graphql_client.run(CREATE, days=1)
    monkeypatch.setattr(
        "avista_digital_exchange_sdk.local.services.user.tokens.timestamp",
        lambda *_: "9999-01-01T00:00:00.000Z",
    )
    assert status_with(local, token["tokenValue"]) == 401
