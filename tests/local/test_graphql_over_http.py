"""GraphQL over HTTP: AppSync's statuses, headers and shapes."""

import json
import logging

import httpx
import pytest
from graphql import build_client_schema, get_introspection_query
from graphql.utilities import lexicographic_sort_schema, print_schema

from avista_digital_exchange_sdk.local.graphql.schema import build_executable_schema

WHO = "{ user_getUserSession { user { firstName } } }"


def test_response_without_errors_has_no_errors_member(graphql_client):
    assert graphql_client.execute(WHO) == {
        "data": {"user_getUserSession": {"user": {"firstName": "Ada"}}}
    }


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Valid authorization header not provided."),
        ({"Authorization": ""}, "Valid authorization header not provided."),
        ({"Authorization": "wrong"}, "You are not authorized to make this call."),
    ],
)
def test_rejected_token_returns_401(local, headers, message):
    response = httpx.post(local.endpoint, json={"query": WHO}, headers=headers)
    assert response.status_code == 401
    assert response.json() == {
        "errors": [{"errorType": "UnauthorizedException", "message": message}]
    }


def test_token_is_sent_without_bearer(local):
    headers = {"Authorization": f"Bearer {local.token}"}
    assert httpx.post(local.endpoint, json={"query": WHO}, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("{ nothing }", "Cannot query field 'nothing'"),
        ("{ storage_getDataStore { name } }", "dataStoreId"),
        ("query ($id: ID!) { storage_getDataStore(dataStoreId: $id) { name } }", "$id"),
        (
            'subscription { onNotifyTimeSeriesQueryExportComplete(queryId: "1") { url } }',
            "WebSocket",
        ),
    ],
)
def test_invalid_operation_returns_200_with_null_data(graphql_client, query, says):
    result = graphql_client.execute(query)
    assert result["data"] is None
    (error,) = result["errors"]
    assert error["path"] is None
    assert says in error["message"]
    assert all(location["sourceName"] is None for location in error["locations"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"query": 1}',
        b'{"query": "{"}',
        b'{"query": "{ a }", "variables": []}',
        b'{"query": "{ a }", "operationName": 1}',
        b'{"query": "\\ud800"}',
        json.dumps({"query": "{a" * 5_000}).encode(),
    ],
)
def test_unparseable_body_returns_400(local, body):
    response = httpx.post(local.endpoint, content=body, headers={"Authorization": local.token})
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["errorType"] == "MalformedHttpRequestException"


def test_field_error_has_its_type_at_the_top_level(graphql_client):
    result = graphql_client.execute(
        '{ storage_getDataStore(dataStoreId: "dataStoreId.none") { name } }'
    )
    assert result == {
        "data": {"storage_getDataStore": None},
        "errors": [
            {
                "path": ["storage_getDataStore"],
                "data": None,
                "errorType": "NotFound",
                "errorInfo": None,
                "locations": [{"line": 1, "column": 3, "sourceName": None}],
                "message": "dataStoreId.none does not exist.",
            }
        ],
    }


def test_field_error_keeps_the_results_of_other_fields(graphql_client):
    result = graphql_client.execute(
        """{ storage_getDataStore(dataStoreId: "none") { name }
        user_getUserSession { user { userId } } }"""
    )
    assert result["data"]["user_getUserSession"]["user"]["userId"]
    assert len(result["errors"]) == 1


def test_response_has_a_request_id(graphql_client, local):
    responses = [graphql_client.post(WHO), graphql_client.post(WHO), httpx.post(local.endpoint)]
    ids = [response.headers["x-amzn-requestid"] for response in responses]
    assert len(set(ids)) == 3


def test_operation_name_selects_one_of_several_operations(graphql_client, local):
    body = {
        "query": f"query One {WHO} query Two {{ __typename }}",
        "operationName": "Two",
    }
    headers = {"Authorization": local.token}
    result = httpx.post(local.endpoint, json=body, headers=headers).json()
    assert result == {"data": {"__typename": "Query"}}


def test_introspection_returns_the_whole_schema(graphql_client):
    introspection = graphql_client.execute(get_introspection_query())["data"]
    served = lexicographic_sort_schema(build_client_schema(introspection))
    assert print_schema(served) == print_schema(
        lexicographic_sort_schema(build_executable_schema())
    )


def test_enum_value_is_accepted_in_a_variable(graphql_client, local):
    query = """query ($type: ServiceType!, $id: ID!) {
      collaborative_listCollaborativesServiceSharedWith(serviceType: $type, serviceId: $id) { name }
    }"""
    shared_with = graphql_client.run(query, type="DATA_STORE", id=local.dataStoreId)
    assert shared_with == [{"name": "Solar Research"}]


def test_internal_error_is_logged_and_reported(graphql_client, monkeypatch, caplog):
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr(graphql_client.local.exchange.accounts, "user", fail, raising=False)
    assert graphql_client.error_type(WHO) == "InternalFailure"
    assert "by accident" in caplog.text

    with monkeypatch.context() as patch:
        patch.setattr(graphql_client.local.exchange.tokens, "authenticate", fail, raising=False)
        response = graphql_client.post(WHO)
    assert response.status_code == 500
    assert response.json()["errors"][0]["errorType"] == "InternalFailure"
    assert response.headers["x-amzn-requestid"] in caplog.text
    assert caplog.records[0].levelno == logging.ERROR
