"""Collaboratives: their members, and the services shared in them."""

import pytest

SERVICES = """query ($id: ID!) { collaborative_listCollaborativeServices(collaborativeId: $id) {
  serviceType serviceId dataStore { dataStoreId } timeSeriesDb { timeSeriesDbId }
  iotEndpointGroup { __typename }
} }"""
REMOVE = """mutation ($collaborative: ID!, $id: ID!, $type: ServiceType!) {
  collaborative_removeServiceFromCollaborative(
    collaborativeId: $collaborative, serviceId: $id, serviceType: $type
  ) { serviceId }
}"""
ADD = REMOVE.replace("removeServiceFrom", "addServiceTo")
SHARED_WITH = """query ($id: ID!) { collaborative_listCollaborativesServiceSharedWith(
  serviceId: $id, serviceType: DATA_STORE) { collaborativeId } }"""


@pytest.fixture
def store_id(graphql_client):
    created = graphql_client.run('mutation { storage_createDataStore(name: "x") { dataStoreId } }')
    yield created["dataStoreId"]
    query = "mutation ($id: ID!) { storage_deleteDataStore(dataStoreId: $id) { name } }"
    graphql_client.run(query, id=created["dataStoreId"])


def test_collaborative_members_are_grouped_by_organization(graphql_client, local):
    collaborative = graphql_client.run(
        """query ($id: ID!) { collaborative_getCollaborative(collaborativeId: $id) {
          name description hostOrganizationId
          memberOrganizations {
            memberState collaborativeId organization { organizationId name }
            usersInCollaborative { permission user { firstName lastName organization { name } } }
          }
        } }""",
        id=local.collaborativeId,
    )
    host, guest = collaborative["memberOrganizations"]
    assert (host["memberState"], guest["memberState"]) == ("HOST_ORGANIZATION", "APPROVED")
    assert host["organization"]["organizationId"] == collaborative["hostOrganizationId"]
    assert host["collaborativeId"] == guest["collaborativeId"] == local.collaborativeId
    assert [
        (member["user"]["firstName"], member["permission"])
        for member in host["usersInCollaborative"] + guest["usersInCollaborative"]
    ] == [("Ada", "READ_WRITE"), ("Marcus", "READ_WRITE"), ("Priya", "READ_ONLY")]
    for member in guest["usersInCollaborative"]:
        assert member["user"]["organization"]["name"] == guest["organization"]["name"]


def test_shared_services_are_listed_for_members_with_their_properties(graphql_client, local):
    services = graphql_client.run(SERVICES, "reader", id=local.collaborativeId)
    assert {
        "serviceType": "DATA_STORE",
        "serviceId": local.dataStoreId,
        "dataStore": {"dataStoreId": local.dataStoreId},
        "timeSeriesDb": None,
        "iotEndpointGroup": None,
    } in services
    assert {
        "serviceType": "TIME_SERIES_DB",
        "serviceId": local.timeSeriesDbId,
        "dataStore": None,
        "timeSeriesDb": {"timeSeriesDbId": local.timeSeriesDbId},
        "iotEndpointGroup": None,
    } in services


def test_shared_service_is_listed_until_it_is_removed(graphql_client, local, store_id):
    assert graphql_client.run(SHARED_WITH, id=store_id) == []
    for _ in "again":
        graphql_client.share(store_id, "DATA_STORE")
    assert graphql_client.run(SHARED_WITH, id=store_id) == [
        {"collaborativeId": local.collaborativeId}
    ]

    graphql_client.unshare(store_id, "DATA_STORE")
    assert graphql_client.run(SHARED_WITH, id=store_id) == []
    variables = {"collaborative": local.collaborativeId, "id": store_id, "type": "DATA_STORE"}
    assert graphql_client.error_type(REMOVE, **variables) == "NotFound"


def test_deleted_service_is_no_longer_shared(graphql_client, local):
    created = graphql_client.run(
        'mutation { timeSeriesDb_createDatabase(name: "x") { timeSeriesDbId } }'
    )
    graphql_client.share(created["timeSeriesDbId"], "TIME_SERIES_DB")
    query = "mutation ($id: ID!) { timeSeriesDb_deleteDatabase(timeSeriesDbId: $id) { name } }"
    graphql_client.run(query, id=created["timeSeriesDbId"])
    services = graphql_client.run(SERVICES, id=local.collaborativeId)
    assert created["timeSeriesDbId"] not in [service["serviceId"] for service in services]


def test_id_of_another_type_is_refused(graphql_client, local):
    variables = {"collaborative": local.collaborativeId, "id": local.dataStoreId}
    assert graphql_client.error_type(ADD, **variables, type="TIME_SERIES_DB") == "BadRequest"


@pytest.mark.parametrize("service_type", ["OCS_ADAPTER"])
def test_unsupported_service_type_is_an_error(graphql_client, local, service_type):
    variables = {"collaborative": local.collaborativeId, "id": "x", "type": service_type}
    assert graphql_client.error_type(ADD, **variables) == "NotAvailable"
