"""Tokens: created, listed without their values, and deleted."""

import httpx

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


def test_token_with_an_invalid_lifetime_is_refused(graphql_client):
    assert graphql_client.error_type(CREATE, days=0) == "BadRequest"


def test_expired_token_is_refused(graphql_client, local, monkeypatch):
    token = graphql_client.run(CREATE, days=1)
    monkeypatch.setattr(
        "avista_digital_exchange_sdk.local.services.user.tokens.timestamp",
        lambda *_: "9999-01-01T00:00:00.000Z",
    )
    assert status_with(local, token["tokenValue"]) == 401
