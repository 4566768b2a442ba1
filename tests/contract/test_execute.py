"""`execute`: custom operations."""

import json

import pytest

from avista_digital_exchange_sdk import (
    ApiError,
    AvistaDigitalExchange,
    InvalidParameterError,
    InvalidRequestError,
    InvalidResponseError,
    ServerError,
    UnauthorizedError,
)
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.fake_platform import ENDPOINT, TOKEN, FakePlatform, FakeResponse

STORE = "query ($id: ID!) { storage_getDataStore(dataStoreId: $id) { name } }"
SEVERAL = """
  # query commented { nothing }
  query one { user_getUserSession { user { firstName } } }
  query two { user_getUserSession { user { ...Name } } }
  fragment Name on User { lastName }
  subscription three {
    onNotifyUploadComplete(uploadId: "u") { uploadId }
  }
"""
PUBLISH = """
  mutation publish($db: ID!, $data: TimeSeriesDbDataInput!) {
    timeSeriesDb_publishToDatabase(timeSeriesDbId: $db, assetId: "roof", data: $data) { assetId }
  }
"""


class TestResponses:
    def test_execute_returns_the_data_as_a_dictionary(
        self, exchange: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        response = exchange.execute(STORE, {"id": local.dataStoreId})
        assert response == {"storage_getDataStore": {"name": "Solar site"}}

    def test_execute_accepts_no_variables(self, exchange: AvistaDigitalExchange) -> None:
        response = exchange.execute("{ user_getUserSession { user { firstName } } }")
        assert response == {"user_getUserSession": {"user": {"firstName": "Ada"}}}

    @pytest.mark.parametrize(
        ("fields", "key"),
        [
            ("tokenValue", "tokenValue"),
            ("secret: tokenValue", "secret"),
            ("secret,\n : # the alias\n tokenValue", "secret"),
            ('a: __typename @skip(if: false) # "\n tokenValue', "tokenValue"),
        ],
    )
    def test_values_of_tokens_are_returned_and_not_shown(
        self, fields: str, key: str, exchange: AvistaDigitalExchange, local: LocalExchange
    ) -> None:
        response = exchange.execute(
            f"query ($id: ID!) {{ iot_getEndpointToken(iotEndpointId: $id) {{ name {fields} }} }}",
            {"id": local.iotEndpointId},
        )
        token = response["iot_getEndpointToken"]
        assert token[key] == local.tokens["endpoint"]
        assert json.loads(json.dumps(response)) == response
        assert local.tokens["endpoint"] not in repr(response)

    def test_execute_sends_sdk_objects_under_the_names_of_the_schema(
        self, exchange: AvistaDigitalExchange, database: str
    ) -> None:
        record = exchange.createTimeSeriesInputRecord(1, "SECONDS", "power", "DOUBLE", 1.5)
        exchange.execute(PUBLISH, {"db": database, "data": {"records": [record]}})
        (asset,) = exchange.listTimeSeriesAssetsAndLatestValues(database)
        assert asset.attributes[0].lastValue == "1.5"

    @pytest.mark.parametrize(("name", "field"), [("one", "firstName"), ("two", "lastName")])
    def test_execute_selects_one_of_several_operations_by_name(
        self, name: str, field: str, exchange: AvistaDigitalExchange
    ) -> None:
        response = exchange.execute(SEVERAL, operationName=name)
        assert list(response["user_getUserSession"]["user"]) == [field]

    def test_execute_retries_queries_but_not_mutations(
        self, fake_platform: FakePlatform, connect: Connect
    ) -> None:
        exchange = connect(TOKEN, endpoint=ENDPOINT, maxRetries=1)
        fragment = "fragment A on B { c }"
        for kind in ("query", "mutation"):
            fake_platform.add_responses(kind, FakeResponse(503), {"data": {"a": 1}})
        assert exchange.execute(f"{fragment} query query {{ a }}") == {"a": 1}
        with pytest.raises(ServerError):
            exchange.execute(f"{fragment} mutation mutation {{ a }}")
        assert fake_platform.operations == ["query", "query", "mutation"]

    @pytest.mark.parametrize(
        "name", ["timeSeriesDb_publishToDatabase", "timeSeriesDb_generateQueryResultExportFile"]
    )
    def test_execute_does_not_retry_a_mutation_named_like_one_of_the_sdk(
        self, name: str, fake_platform: FakePlatform, connect: Connect
    ) -> None:
        exchange = connect(TOKEN, endpoint=ENDPOINT, maxRetries=1)
        fake_platform.add_responses(name, FakeResponse(503), {"data": {"a": 1}})
        with pytest.raises(ServerError):
            exchange.execute(f"mutation {name} {{ storage_createDataStore }}")
        assert fake_platform.operations == [name]

    @pytest.mark.parametrize(
        "document",
        [
            '"Who { I am" query q { user_getUserSession { user { userId } } }',
            '"""Who\n{ "I" am""" query q("x" $a: Boolean! = false) { __typename @skip(if: $a) }',
            "\ufeff# { query\r\nquery q { __typename }",
            "query query { __typename }",
            "fragment query on Query { __typename } query q { ...query }",
            '{ user_getUserSession { __typename } a: __type(name: "\\"}{") { name } }',
        ],
    )
    def test_execute_runs_documents_of_any_form(
        self, document: str, exchange: AvistaDigitalExchange
    ) -> None:
        assert exchange.execute(document)

    def test_execute_does_not_take_a_directive_for_the_operation_name(
        self, exchange: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidRequestError, match="'@skip' may not be used on query"):
            exchange.execute("query @skip(if: false) { __typename }")


class TestErrors:
    @pytest.mark.parametrize(
        ("document", "arguments", "message"),
        [
            ("", {}, "document must be .*got ''"),
            (None, {}, "document must be .*got None"),
            ("fragment A on User { userId }", {}, "must contain an operation"),
            (SEVERAL, {}, "operationName must name one of .*one, two, three"),
            (
                SEVERAL,
                {"operationName": "four"},
                r"must be an operation of the document \(one, two, three\), got 'four'",
            ),
            (SEVERAL, {"operationName": "three"}, "must be a query or mutation"),
            ('subscription s($a: T = {b: "}"}) { c }', {}, "must be a query or mutation"),
            (STORE, {"variables": ["id"]}, r"variables must be .*got \['id'\]"),
            (STORE, {"variables": {"id": {1}}}, r"variables\.id must be .*got \{1\}"),
            (STORE, {"variables": {"id": [float("nan")]}}, r"variables\.id\[0\] must be .*got nan"),
            (STORE, {"variables": {"id": "\ud800"}}, r"variables\.id must be .* UTF-8"),
            (STORE, {"variables": {"id": {1: 2}}}, r"variables\.id must be .*got \{1: 2\}"),
        ],
    )
    def test_execute_refuses_an_unusable_document_before_sending_it(
        self,
        document: str,
        arguments: dict[str, object],
        message: str,
        fake_platform_client: AvistaDigitalExchange,
    ) -> None:
        with pytest.raises(InvalidParameterError, match=message):
            fake_platform_client.execute(document, **arguments)

    def test_execute_of_a_document_that_does_not_match_the_schema_is_an_invalid_request(
        self, exchange: AvistaDigitalExchange
    ) -> None:
        with pytest.raises(InvalidRequestError, match="Cannot query field 'nothing'"):
            exchange.execute("query q { nothing }")

    def test_execute_with_a_rejected_token_raises_the_usual_error(
        self, connect: Connect, local: LocalExchange
    ) -> None:
        with pytest.raises(UnauthorizedError):
            connect("wrong", endpoint=local.endpoint).execute(
                "query q { user_getUserSession { user { userId } } }"
            )

    def test_execute_error_keeps_partial_data(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        errors = [{"message": "no", "errorType": "Odd"}]
        fake_platform.add_responses("q", {"data": {"a": 1, "b": None}, "errors": errors})
        with pytest.raises(ApiError) as failure:
            fake_platform_client.execute("query q { a b }")
        assert failure.value.data == {"a": 1, "b": None}
        assert failure.value.operationName == "q"

    def test_execute_without_data_in_the_response_is_an_error(
        self, fake_platform: FakePlatform, fake_platform_client: AvistaDigitalExchange
    ) -> None:
        fake_platform.add_responses("q", {"data": None})
        with pytest.raises(InvalidResponseError):
            fake_platform_client.execute("query q { a }")
