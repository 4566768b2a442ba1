"""Authorization in IoT: owners, members of a shared group, and tokens of endpoints."""

import httpx
import pytest

from avista_digital_exchange_sdk.local.graphql.schema import SERVICES
from avista_digital_exchange_sdk.local.services import notifications
from avista_digital_exchange_sdk.local.token_scopes import OPERATIONS

from .conftest import record

FILTERS = '[{iotEndpointId: "%(endpoint)s", attributeNames: ["Speed"]}]'
DATA = '[{timestamp: "%(time)s", timeUnit: SECONDS, attributes: [{name: "Speed", value: "1"}]}]'
PROPERTY = '[{name: "Height", value: "1", timestamp: "1"}]'
READING = {
    "iot_getEndpoint": '(iotEndpointId: "%(endpoint)s") { name }',
    "iot_getGroup": '(iotGroupId: "%(group)s") { name }',
    "iot_listEndpointLastValues": '(iotEndpointId: "%(endpoint)s") { queryId }',
    "iot_listGroupsEndpointsLastValues": '(iotGroupId: "%(group)s") { queryId }',
    "iot_queryByTimeRange": '(startTime: "0", endTime: "1", endpointQueryFilters: '
    + FILTERS
    + ") { queryId }",
}
WRITING = {
    "iot_publish": '(iotEndpointId: "%(endpoint)s", data: ' + DATA + ") { iotEndpointId }",
    "iot_updateEndpointProperties": '(iotEndpointId: "%(endpoint)s", properties: '
    + PROPERTY
    + ") { name }",
}
OWNING = {
    "iot_getHub": '(iotHubId: "%(hub)s") { name }',
    "iot_getModel": '(modelId: "%(model)s") { dtmi }',
    "iot_getModelInDTDLFormat": '(modelId: "%(model)s")',
    "iot_getEndpointToken": '(iotEndpointId: "%(endpoint)s") { tokenValue }',
    "iot_listEndpointsInHub": '(iotHubId: "%(hub)s") { name }',
    "iot_listGroups": '(iotHubId: "%(hub)s") { name }',
    "iot_listHubsEndpointsLastValues": '(iotHubId: "%(hub)s") { queryId }',
    "iot_updateHub": '(iotHubId: "%(hub)s", name: "n") { name }',
    "iot_updateModel": '(modelId: "%(model)s", displayName: "n") { dtmi }',
    "iot_createNewModelVersion": '(modelId: "%(model)s") { dtmi }',
    "iot_createEndpoint": '(iotHubId: "%(hub)s", modelId: "%(model)s", name: "n") { name }',
    "iot_createGroup": '(iotHubId: "%(hub)s", name: "n") { name }',
    "iot_updateGroup": '(iotGroupId: "%(group)s", name: "n") { name }',
    "iot_addEndpointsToGroup": '(iotGroupId: "%(group)s", iotEndpointIds: ["%(endpoint)s"])'
    " { name }",
    "iot_updateEndpoint": '(iotEndpointId: "%(endpoint)s", name: "n") { name }',
    "iot_updateModelUsedByEndpoint": '(iotEndpointId: "%(endpoint)s", modelId: "%(model)s")'
    " { name }",
    "iot_regenerateEndpointToken": '(iotEndpointId: "%(endpoint)s") { tokenId }',
    "iot_removeEndpointsFromGroup": '(iotGroupId: "%(group)s", iotEndpointIds: [])  { name }',
    "iot_deleteGroup": '(iotGroupId: "%(group)s") { name }',
    "iot_deleteEndpoint": '(iotEndpointId: "%(endpoint)s") { name }',
    "iot_deleteModel": '(modelId: "%(model)s") { dtmi }',
    "iot_deleteHub": '(iotHubId: "%(hub)s") { name }',
}
CALLS = READING | WRITING | OWNING
QUERIES = {name for service in SERVICES for name in service.QUERIES}
TIMES = iter(range(10**9))
TOKEN = "query ($id: ID!) { iot_getEndpointToken(iotEndpointId: $id) { %s } }"


def document(name, devices):
    """The document of an operation on the test's devices."""
    values = {"time": next(TIMES)} | vars(devices)
    root = "query" if name in QUERIES else "mutation"
    return f"{root} {{ {name}{CALLS[name] % values} }}"


def outcome(graphql_client, token, query):
    """The type of an operation's error, or None; the token is any."""
    body, headers = {"query": query}, {"Authorization": token}
    response = graphql_client.http.post(
        graphql_client.local.endpoint, json=body, headers=headers
    ).json()
    return response["errors"][0]["errorType"] if "errors" in response else None


def test_authorization_table_contains_all_iot_operations():
    served = {name for name in QUERIES | notifications.MUTATIONS.keys() if name.startswith("iot_")}
    served |= {name for s in SERVICES for name in s.MUTATIONS if name.startswith("iot_")}
    assert served - CALLS.keys() == {
        "iot_listHubs",
        "iot_listModels",
        "iot_createHub",
        "iot_createModel",
        "iot_generateQueryResultExport",
        "iot_cancelQuery",
        "iot_notifyQueryExportComplete",
    }


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("role", ["member", "reader", "outsider"])
def test_shared_group_is_read_and_written_as_permitted(graphql_client, devices, role, name):
    tokens = graphql_client.local.tokens
    assert outcome(graphql_client, tokens[role], document(name, devices)) == "Unauthorized"
    graphql_client.share(devices.group, "IOT_GROUP")
    may = {"member": READING | WRITING, "reader": READING, "outsider": {}}[role]
    expected = None if name in may else "Unauthorized"
    assert outcome(graphql_client, tokens[role], document(name, devices)) == expected


def test_shared_group_is_a_service_of_its_collaborative(graphql_client, local, devices):
    graphql_client.share(devices.group, "IOT_GROUP")
    query = """query ($id: ID!) { collaborative_listCollaborativeServices(collaborativeId: $id)
        { serviceType serviceId iotEndpointGroup { name endpoints { name } } } }"""
    assert {
        "serviceType": "IOT_GROUP",
        "serviceId": devices.group,
        "iotEndpointGroup": {"name": "All", "endpoints": [{"name": "Roof"}]},
    } in graphql_client.run(query, "reader", id=local.collaborativeId)
    graphql_client.run(
        "mutation ($id: ID!) { iot_deleteGroup(iotGroupId: $id) { name } }", id=devices.group
    )
    services = graphql_client.run(query, "reader", id=local.collaborativeId)
    assert devices.group not in [service["serviceId"] for service in services]


@pytest.mark.parametrize("what", ["iot_generateQueryResultExport", "iot_cancelQuery"])
def test_query_continues_only_for_its_user(graphql_client, devices, what):
    graphql_client.share(devices.group, "IOT_GROUP")
    name = "iot_queryByTimeRange"
    query_id = graphql_client.run(document(name, devices))["queryId"]
    selection = "{ queryId }" if "Export" in what else "{ httpStatusCode }"
    query = f"mutation ($id: ID!) {{ {what}(queryId: $id) {selection} }}"
    assert graphql_client.error_type(query, "member", id=query_id) == "Unauthorized"
    assert graphql_client.run(query, id=query_id)


def test_query_cannot_be_exported_once_its_endpoint_is_no_longer_shared(graphql_client, devices):
    graphql_client.share(devices.group, "IOT_GROUP")
    query_id = graphql_client.run(document("iot_queryByTimeRange", devices), "reader")["queryId"]
    graphql_client.unshare(devices.group, "IOT_GROUP")
    query = "mutation ($id: ID!) { iot_generateQueryResultExport(queryId: $id) { queryId } }"
    assert graphql_client.error_type(query, "reader", id=query_id) == "Unauthorized"


@pytest.mark.parametrize("name", notifications.MUTATIONS)
def test_events_of_the_platform_cannot_be_sent_by_users(graphql_client, name):
    argument = {"iot": "queryId", "tim": "queryId", "not": "uploadId"}.get(name[:3], "captureId")
    query = f'mutation {{ {name}({argument}: "x") {{ __typename }} }}'
    assert graphql_client.error_type(query) == "Unauthorized"


# Tokens of endpoints


@pytest.fixture
def token(graphql_client, devices):
    """The token of the test's endpoint."""
    return graphql_client.run(TOKEN % "tokenValue", id=devices.endpoint)["tokenValue"]


def test_endpoint_token_names_its_endpoint_and_is_valid_for_ten_years(graphql_client, devices):
    selection = "tokenId name userId tokenType scope dateCreated dateExpires lastActive"
    token = graphql_client.run(TOKEN % selection, id=devices.endpoint)
    assert (token["tokenType"], token["scope"]) == ("IOT_ENDPOINT_READ_WRITE", [devices.endpoint])
    assert (token["name"], token["lastActive"]) == ("Roof", None)
    assert int(token["dateExpires"][:4]) - int(token["dateCreated"][:4]) in (9, 10)


@pytest.mark.parametrize("name", CALLS)
def test_endpoint_token_permits_only_its_operations(graphql_client, devices, token, name):
    expected = None if name in OPERATIONS["IOT_ENDPOINT_READ_WRITE"] else "Unauthorized"
    assert outcome(graphql_client, token, document(name, devices)) == expected


@pytest.mark.parametrize("name", sorted(OPERATIONS["IOT_ENDPOINT_READ_WRITE"] & CALLS.keys()))
def test_endpoint_token_is_refused_for_other_endpoints(graphql_client, devices, token, name):
    devices.endpoint = devices.create_endpoint()
    assert outcome(graphql_client, token, document(name, devices)) == "Unauthorized"


@pytest.mark.parametrize(
    "query",
    [
        "{ user_getUserSession { user { userId } } }",
        "{ user_listAuthenticationTokens { tokenId } }",
        "{ iot_listHubs { name } }",
        "{ storage_listDataStores { name } }",
        "{ dataCapture_listCaptures { nextToken } }",
        'mutation { user_createAuthenticationToken(name: "x", daysBeforeExpiration: 1) {name} }',
        'mutation { iot_createHub(name: "x") { name } }',
    ],
)
def test_endpoint_token_is_refused_for_other_services(graphql_client, token, query):
    assert outcome(graphql_client, token, query) == "Unauthorized"


def test_endpoint_token_continues_only_its_own_queries(graphql_client, devices, token):
    headers = {"Authorization": token}
    body = {"query": document("iot_queryByTimeRange", devices)}
    response = graphql_client.http.post(
        graphql_client.local.endpoint, json=body, headers=headers
    ).json()
    query_id = response["data"]["iot_queryByTimeRange"]["queryId"]
    owners = graphql_client.run(document("iot_queryByTimeRange", devices))["queryId"]
    cancel = 'mutation { iot_cancelQuery(queryId: "%s") { httpStatusCode } }'
    assert graphql_client.error_type(cancel % query_id) == "Unauthorized"
    assert outcome(graphql_client, token, cancel % owners) == "Unauthorized"
    assert outcome(graphql_client, token, cancel % query_id) is None


def test_endpoint_token_permits_subscriptions_to_its_endpoint(
    graphql_client, devices, token, listen
):
    query = "subscription ($id: ID!) { onIotPublish(iotEndpointId: $id) { iotEndpointId } }"
    socket = listen(query, token, id=devices.endpoint)
    devices.publish(record(1, Speed="1"))
    assert socket.receive()["payload"]["data"]["onIotPublish"]["iotEndpointId"]
    with pytest.raises(AssertionError, match="Unauthorized"):
        listen(query, token, id=devices.create_endpoint())


def test_regenerated_token_invalidates_the_old_one_at_once(graphql_client, devices, token, listen):
    query = "subscription ($id: ID!) { onIotPublish(iotEndpointId: $id) { iotEndpointId } }"
    socket = listen(query, token, id=devices.endpoint)
    new = graphql_client.run(
        """mutation ($id: ID!) { iot_regenerateEndpointToken(iotEndpointId: $id)
        { tokenValue tokenType scope } }""",
        id=devices.endpoint,
    )
    assert new["tokenValue"] != token
    get = document("iot_getEndpoint", devices)
    assert outcome(graphql_client, token, get) == "UnauthorizedException"
    assert outcome(graphql_client, new["tokenValue"], get) is None
    devices.publish(record(1, Speed="1"))
    message = socket.receive()
    assert message["payload"]["errors"][0]["errorType"] == "UnauthorizedException"


def test_endpoint_token_is_invalid_after_deleting_its_endpoint(graphql_client, devices, token):
    graphql_client.run(document("iot_deleteEndpoint", devices))
    body = {"query": document("iot_getEndpoint", devices)}
    headers = {"Authorization": token}
    assert httpx.post(graphql_client.local.endpoint, json=body, headers=headers).status_code == 401
