"""Authorization of captures: owners, members they are shared with, and tokens of captures."""

import pytest

from avista_digital_exchange_sdk.local.graphql.schema import SERVICES
from avista_digital_exchange_sdk.local.token_scopes import OPERATIONS

from .conftest import CREATE, UPDATABLE

FLAGS = ", ".join(f"update{name[0].upper()}{name[1:]}: false" for name in UPDATABLE)
RECORD = '[{timestamp: "1", attributeValues: [{userDefinedId: "power", value: "1"}]}]'
MODEL = "{assets: []}"
READING = {
    "dataCapture_getCapture": "{ displayName }",
    "dataCapture_getDataModel": "{ version }",
    "dataCapture_getDataModelExport": "{ contents }",
    "dataCapture_getPythonSDKSample": "",
    "dataCapture_getDataExportDownloadUrl": "{ url }",
    "dataCapture_getActiveCaptureDataExportDownloadUrl": "{ url }",
    "dataCapture_listAttachments": "{ name }",
    "dataCapture_getFileAttachmentDownloadUrl": (', attachmentId: "x"', "{ url }"),
}
WRITING = {
    "dataCapture_startCapture": "{ state }",
    "dataCapture_stopCapture": "{ state }",
    "dataCapture_publishData": (f", data: {RECORD}", "{ captureId }"),
    "dataCapture_attachFile": (', fileName: "n"', "{ itemId }"),
    "dataCapture_deleteAttachment": (', attachmentId: "x"', "{ name }"),
}
OWNING = {
    "dataCapture_getCaptureAuthenticationToken": "{ tokenValue }",
    "dataCapture_regenerateAuthenticationToken": "{ tokenValue }",
    "dataCapture_updateCapture": (f", {FLAGS}", "{ state }"),
    "dataCapture_updateDataModel": (f", dataModel: {MODEL}", "{ version }"),
    "dataCapture_deleteCapture": "{ state }",
}
CALLS = READING | WRITING | OWNING
QUERIES = {name for service in SERVICES for name in service.QUERIES}
TOKEN = """query ($id: ID!) { dataCapture_getCaptureAuthenticationToken(captureId: $id) {
    tokenValue tokenType scope name dateCreated dateExpires } }"""
EVENTS = ("onCapturePublishData", "onStartCapture", "onStopCapture", "onNotifyCaptureComplete")


def document(name, capture_id):
    """The document of an operation on a capture."""
    call = CALLS[name]
    arguments, selection = ("", call) if isinstance(call, str) else call
    root = "query" if name in QUERIES else "mutation"
    return f'{root} {{ {name}(captureId: "{capture_id}"{arguments}) {selection} }}'


def outcome(graphql_client, token, query):
    """The type of an operation's error, or None; the token is any."""
    headers = {"Authorization": graphql_client.local.tokens.get(token, token)}
    body, endpoint = {"query": query}, graphql_client.local.endpoint
    response = graphql_client.http.post(endpoint, json=body, headers=headers).json()
    return response["errors"][0]["errorType"] if "errors" in response else None


def test_authorization_table_contains_all_operations_on_captures():
    served = {
        name
        for service in SERVICES
        for name in (*service.QUERIES, *service.MUTATIONS)
        if name.startswith("dataCapture_")
    }
    assert served - CALLS.keys() == {"dataCapture_listCaptures", "dataCapture_createCapture"}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("role", ["member", "reader", "outsider"])
def test_shared_capture_is_read_and_written_as_permitted(graphql_client, capture, role, name):
    query = document(name, capture.id)
    assert outcome(graphql_client, role, query) == "Unauthorized"
    graphql_client.share(capture.id, "DATA_CAPTURE")
    may = {"member": READING | WRITING, "reader": READING, "outsider": {}}[role]
    refused = outcome(graphql_client, role, query) == "Unauthorized"
    assert refused == (name not in may)


@pytest.mark.parametrize("event", EVENTS)
def test_shared_capture_sends_events_to_readers(graphql_client, capture, listen, event):
    query = f"subscription ($id: ID!) {{ {event}(captureId: $id) {{ captureId }} }}"
    with pytest.raises(AssertionError, match="Unauthorized"):
        listen(query, "reader", id=capture.id)
    graphql_client.share(capture.id, "DATA_CAPTURE")
    assert listen(query, "reader", id=capture.id).is_silent()


def test_shared_capture_is_a_service_of_its_collaborative(graphql_client, local, capture):
    graphql_client.share(capture.id, "DATA_CAPTURE")
    query = """query ($id: ID!) { collaborative_listCollaborativeServices(collaborativeId: $id)
        { serviceType serviceId dataCapture { displayName state } } }"""
    services = graphql_client.run(query, "reader", id=local.collaborativeId)
    assert {
        "serviceType": "DATA_CAPTURE",
        "serviceId": capture.id,
        "dataCapture": {"displayName": "Load test", "state": "READY"},
    } in services
    graphql_client.run(document("dataCapture_deleteCapture", capture.id))
    services = graphql_client.run(query, "reader", id=local.collaborativeId)
    assert capture.id not in [service["serviceId"] for service in services]


# Tokens of captures


@pytest.fixture
def token(capture):
    """The token of the test's capture."""
    return capture.run(TOKEN)["tokenValue"]


def test_capture_token_names_its_capture_and_is_valid_for_ten_years(capture):
    token = capture.run(TOKEN)
    assert (token["tokenType"], token["scope"]) == ("DATA_CAPTURE_READ_WRITE", [capture.id])
    assert int(token["dateExpires"][:4]) - int(token["dateCreated"][:4]) in (9, 10)
    assert capture.run(TOKEN)["tokenValue"] == token["tokenValue"]


@pytest.mark.parametrize("name", CALLS)
def test_capture_token_permits_only_its_operations(graphql_client, capture, token, name):
    query = document(name, capture.id)
    refused = outcome(graphql_client, token, query) == "Unauthorized"
    assert refused == (name not in OPERATIONS["DATA_CAPTURE_READ_WRITE"])


@pytest.mark.parametrize("name", sorted(OPERATIONS["DATA_CAPTURE_READ_WRITE"] & CALLS.keys()))
def test_capture_token_is_refused_for_other_captures(graphql_client, local, token, name):
    assert outcome(graphql_client, token, document(name, local.captureId)) == "Unauthorized"


@pytest.mark.parametrize(
    "query",
    [
        "{ user_getUserSession { user { userId } } }",
        "{ dataCapture_listCaptures { nextToken } }",
        "{ iot_listHubs { name } }",
        'mutation { dataCapture_createCapture(captureType: STANDARD, displayName: "x") {state} }',
        'mutation { user_createAuthenticationToken(name: "x", daysBeforeExpiration: 1) {name} }',
    ],
)
def test_capture_token_is_refused_for_other_services(graphql_client, token, query):
    assert outcome(graphql_client, token, query) == "Unauthorized"


@pytest.mark.parametrize("event", EVENTS)
def test_capture_token_permits_subscriptions_to_its_capture(local, capture, token, listen, event):
    query = f"subscription ($id: ID!) {{ {event}(captureId: $id) {{ captureId }} }}"
    assert listen(query, token, id=capture.id).is_silent()
    with pytest.raises(AssertionError, match="Unauthorized"):
        listen(query, token, id=local.captureId)


def test_capture_tokens_and_endpoint_tokens_are_not_interchangeable(graphql_client, local):
    endpoint = f'{{ iot_getEndpoint(iotEndpointId: "{local.iotEndpointId}") {{ name }} }}'
    capture = f'{{ dataCapture_getCapture(captureId: "{local.captureId}") {{ state }} }}'
    assert outcome(graphql_client, "endpoint", endpoint) is None
    assert outcome(graphql_client, "capture", capture) is None
    assert outcome(graphql_client, "endpoint", capture) == "Unauthorized"
    assert outcome(graphql_client, "capture", endpoint) == "Unauthorized"


def test_regenerated_token_invalidates_the_old_one_at_once(graphql_client, capture, token):
    new = capture.run(
        "mutation ($id: ID!) { dataCapture_regenerateAuthenticationToken(captureId: $id)"
        " { tokenValue } }"
    )["tokenValue"]
    query = document("dataCapture_getCapture", capture.id)
    assert outcome(graphql_client, token, query) == "UnauthorizedException"
    assert outcome(graphql_client, new, query) is None


def test_capture_token_permits_starting_its_capture(graphql_client, capture, token):
    assert outcome(graphql_client, token, document("dataCapture_startCapture", capture.id)) is None
    assert capture.get()["state"] == "CAPTURING"


def test_new_capture_belongs_to_its_creator(graphql_client):
    created = graphql_client.run(CREATE, "outsider", name="c")
    query = document("dataCapture_getCapture", created["captureId"])
    assert outcome(graphql_client, "owner", query) == "Unauthorized"
    graphql_client.run(document("dataCapture_deleteCapture", created["captureId"]), "outsider")
