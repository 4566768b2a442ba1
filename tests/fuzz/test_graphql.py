"""Random GraphQL: handled or refused, without access to data of others."""

import json
from typing import Any

import pytest
from graphql import DocumentNode, StringValueNode, Visitor, print_ast, visit
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_graphql import Mode, from_schema

from avista_digital_exchange_sdk.local.graphql.schema import SERVICES, build_executable_schema

from .any_json import JSON

FIELDS = [name for service in SERVICES for name in (*service.QUERIES, *service.MUTATIONS)]
DOCUMENTS = {
    mode: from_schema(
        build_executable_schema(), fields=FIELDS, print_ast=lambda document: document, mode=mode
    )
    for mode in (Mode.POSITIVE, Mode.NEGATIVE)
}


class TargetedDocument(Visitor):
    """Replaces most random IDs with IDs of existing objects."""

    def __init__(self, data: st.DataObject, ids: list[str]) -> None:
        super().__init__()
        self._data = data
        self._ids = st.sampled_from(ids) | st.none()

    def enter_argument(self, node: Any, *_: Any) -> Any:
        return self._aimed(node)

    def enter_object_field(self, node: Any, *_: Any) -> Any:
        return self._aimed(node)

    def _aimed(self, node: Any) -> Any:
        if not node.name.value.endswith("Id") or not isinstance(node.value, StringValueNode):
            return None
        known = self._data.draw(self._ids)
        if known is None:
            return None
        return type(node)(name=node.name, value=StringValueNode(value=known))


@pytest.mark.parametrize("mode", [Mode.POSITIVE, Mode.NEGATIVE])
@given(data=st.data())
def test_random_operations_of_the_schema_are_handled_safely(
    mode: Mode, exposed: Any, data: st.DataObject
) -> None:
    document = data.draw(DOCUMENTS[mode])
    assert isinstance(document, DocumentNode)
    exposed.settle()
    targeted = visit(document, TargetedDocument(data, exposed.ids + exposed.own_ids))
    response = exposed.ask({"query": print_ast(targeted)})
    assert response.status_code in (200, 400), response.text
    exposed.check(response.text)


@given(variables=JSON, name=JSON)
def test_random_variables_are_handled_safely(exposed: Any, variables: Any, name: Any) -> None:
    query = """
        query q($d: ID!, $rows: Int, $assets: [TimeSeriesQueryAssetInput]!) {
          timeSeriesDb_queryDatabase(timeSeriesDbId: $d, maxRows: $rows, queryType: TIME_PERIOD,
            assets: $assets) { queryId } }
    """
    exposed.settle()
    given_variables = [variables, {"d": exposed.own_ids[1], "rows": variables, "assets": variables}]
    for given_ in given_variables:
        body = {"query": query, "variables": given_, "operationName": name}
        response = exposed.ask(body_of(body))
        assert response.status_code in (200, 400), response.text
        exposed.check(response.text)


TEXT = st.text() | st.sampled_from(["note", "1", "\x00", "\ud800", "1e400", "9" * 400, "Z"])
VALUES = st.lists(st.tuples(TEXT, TEXT), max_size=3)
PUBLISH = """mutation m($e: ID!, $c: ID!, $r: [IotDataRecordInput]!, $d:
    [DataCaptureDataRecordInput]!) {
  iot_publish(iotEndpointId: $e, data: $r) { recordsWritten { timestamp attributes { value } }
    failedRecords { errors { errorType errorMessage } record { timestamp } } }
  dataCapture_publishData(captureId: $c, data: $d) { dataWritten { timestamp value }
    failedRecords { errorType message } } }"""
QUERY = """query q($e: ID!, $n: [String]!, $s: String!) {
  iot_queryByTimeRange(startTime: $s, endTime: "9999999999999", endpointQueryFilters:
    [{iotEndpointId: $e, attributeNames: $n}]) { presignedUrl queryString }
  iot_listEndpointLastValues(iotEndpointId: $e) { data { telemetryValues { value } } } }"""


@given(time=TEXT, values=VALUES, names=st.lists(TEXT | st.none(), max_size=3))
def test_random_records_are_handled_safely(
    exposed: Any, time: str, values: list[tuple[str, str]], names: list[str | None]
) -> None:
    endpoint, capture = exposed.own_device("iotEndpointId"), exposed.own_device("dataCapture")
    attributes = [{"name": name, "value": value} for name, value in values]
    captured = [{"userDefinedId": name, "value": value} for name, value in values]
    records = [{"timestamp": time, "timeUnit": "NANOSECONDS", "attributes": attributes}]
    data = [{"timestamp": time, "attributeValues": captured}]
    publish = {"e": endpoint, "c": capture, "r": records, "d": data}
    query = {"e": endpoint, "n": names, "s": time}
    for document, variables in ((PUBLISH, publish), (QUERY, query)):
        response = exposed.ask(body_of({"query": document, "variables": variables}))
        assert response.status_code in (200, 400), response.text
        exposed.check(response.text)


@given(body=JSON.map(lambda value: body_of(value)) | st.binary() | st.text().map(str.encode))
def test_random_bodies_are_handled_safely(exposed: Any, body: bytes) -> None:
    response = exposed.ask(body)
    assert response.status_code == 400, response.text
    exposed.check(response.text)


@given(source=st.text() | st.text(alphabet='{}()[]:!$@|&=."#, \nabquery0-9\\u'))
def test_random_documents_are_handled_safely(exposed: Any, source: str) -> None:
    response = exposed.ask(body_of({"query": source}))
    assert response.status_code in (200, 400), response.text
    exposed.check(response.text)


def body_of(value: Any) -> bytes:
    """JSON including infinities and lone surrogates, as careless clients send it."""
    return json.dumps(value).encode()
