"""Authorization: owners may do everything, members what is permitted, outsiders nothing."""

import pytest

FIELDS = {
    "get a data store": """query ($store: ID!) {
        storage_getDataStore(dataStoreId: $store) { name } }""",
    "get a directory": """query ($home: ID!) {
        storage_getDataStoreDirectory(dataStoreDirectoryId: $home) { name } }""",
    "get a file": """query ($file: ID!) {
        storage_getDataStoreFile(dataStoreFileId: $file) { name } }""",
    "get a download address": """query ($file: ID!) {
        storage_getDataStoreFileDownloadUrl(dataStoreFileId: $file) { url } }""",
    "get a database": """query ($database: ID!) {
        timeSeriesDb_getDatabase(timeSeriesDbId: $database) { name } }""",
    "list latest values": """query ($database: ID!) {
        timeSeriesDb_listAllAssetLastValues(timeSeriesDbId: $database) { queryId } }""",
    "query a database": """query ($database: ID!) {
        timeSeriesDb_queryDatabase(
            timeSeriesDbId: $database, queryType: TIME_PERIOD, assets: [{assetId: "a"}]
            startTime: "2024-01-01T00:00:00Z", endTime: "2024-01-02T00:00:00Z"
        ) { queryId } }""",
    "get a collaborative": """query ($collaborative: ID!) {
        collaborative_getCollaborative(collaborativeId: $collaborative) { name } }""",
    "list a collaborative's services": """query ($collaborative: ID!) {
        collaborative_listCollaborativeServices(collaborativeId: $collaborative) { serviceId } }""",
    "create a file": """mutation ($store: ID!, $home: ID!) {
        storage_createDataStoreFile(dataStoreId: $store, dataStoreDirectoryId: $home,
            name: "a", fileExtension: "txt") { itemId } }""",
    "update a file": """mutation ($file: ID!) {
        storage_updateDataStoreFile(dataStoreFileId: $file, name: "b") { name } }""",
    "delete a file": """mutation ($spareFile: ID!) {
        storage_deleteDataStoreFile(dataStoreFileId: $spareFile) { name } }""",
    "create a directory": """mutation ($store: ID!, $home: ID!) {
        storage_createDataStoreDirectory(dataStoreId: $store, parentDirectoryId: $home, name: "d")
        { name } }""",
    "update a directory": """mutation ($directory: ID!) {
        storage_updateDataStoreDirectory(dataStoreDirectoryId: $directory, name: "e") { name } }""",
    "delete a directory": """mutation ($directory: ID!) {
        storage_deleteDataStoreDirectory(dataStoreDirectoryId: $directory) { name } }""",
    "publish": """mutation ($database: ID!) {
        timeSeriesDb_publishToDatabase(timeSeriesDbId: $database, assetId: "a", data: {records: [
            {Time: "1", MeasureName: "m", MeasureValue: "1", MeasureValueType: DOUBLE}
        ]}) { assetId } }""",
    "update a data store": """mutation ($store: ID!) {
        storage_updateDataStore(dataStoreId: $store, description: "d") { name } }""",
    "update a database": """mutation ($database: ID!) {
        timeSeriesDb_updateDatabase(timeSeriesDbId: $database, description: "d") { name } }""",
    "list who a service is shared with": """query ($store: ID!) {
        collaborative_listCollaborativesServiceSharedWith(
            serviceType: DATA_STORE, serviceId: $store) { name } }""",
    "share a service": """mutation ($collaborative: ID!, $database: ID!) {
        collaborative_addServiceToCollaborative(collaborativeId: $collaborative,
            serviceType: TIME_SERIES_DB, serviceId: $database) { serviceId } }""",
    "stop sharing a service": """mutation ($collaborative: ID!, $database: ID!) {
        collaborative_removeServiceFromCollaborative(collaborativeId: $collaborative,
            serviceType: TIME_SERIES_DB, serviceId: $database) { serviceId } }""",
    "delete a data store": """mutation ($store: ID!) {
        storage_deleteDataStore(dataStoreId: $store) { name } }""",
    "delete a database": """mutation ($database: ID!) {
        timeSeriesDb_deleteDatabase(timeSeriesDbId: $database) { name } }""",
}
READING = list(FIELDS)[:9]
WRITING = list(FIELDS)[9:16]
OWNING = list(FIELDS)[16:]
MAY = {
    "owner": {*READING, *WRITING, *OWNING},
    "member": {*READING, *WRITING},
    "reader": {*READING},
    "outsider": set(),
}


@pytest.fixture
def things(graphql_client, local):
    """A data store and a database of the owner's, shared in the collaborative."""
    store = graphql_client.run(
        'mutation { storage_createDataStore(name: "s") { dataStoreId homeDirectoryId } }'
    )
    database = graphql_client.run(
        'mutation { timeSeriesDb_createDatabase(name: "d") { timeSeriesDbId } }'
    )
    things = {
        "store": store["dataStoreId"],
        "home": store["homeDirectoryId"],
        "database": database["timeSeriesDbId"],
        "collaborative": local.collaborativeId,
    }
    things["file"] = graphql_client.run(FIELDS["create a file"], **things)["itemId"]
    things["spareFile"] = graphql_client.run(FIELDS["create a file"], **things)["itemId"]
    things["directory"] = graphql_client.run(
        """mutation ($store: ID!, $home: ID!) {
        storage_createDataStoreDirectory(dataStoreId: $store, parentDirectoryId: $home, name: "d")
        { dataStoreDirectoryId } }""",
        **things,
    )["dataStoreDirectoryId"]
    graphql_client.share(things["store"], "DATA_STORE")
    graphql_client.share(things["database"], "TIME_SERIES_DB")
    return things


@pytest.mark.parametrize("role", MAY)
def test_role_has_exactly_its_permissions(graphql_client, things, role):
    allowed = set()
    for what, query in FIELDS.items():
        response = graphql_client.execute(query, role, **things)
        if "errors" in response:
            assert [error["errorType"] for error in response["errors"]] == ["Unauthorized"], what
            assert list(response["data"].values()) == [None], what
        else:
            allowed.add(what)
    assert allowed == MAY[role]


@pytest.mark.parametrize("role", ["member", "reader"])
def test_access_ends_at_once_when_a_service_is_no_longer_shared(graphql_client, things, role):
    graphql_client.unshare(things["store"], "DATA_STORE")
    graphql_client.unshare(things["database"], "TIME_SERIES_DB")
    for what in READING[:7]:
        assert graphql_client.error_type(FIELDS[what], role, **things) == "Unauthorized", what


@pytest.mark.parametrize("what", FIELDS)
def test_unknown_id_is_not_found(graphql_client, things, what):
    nothing = {name: f"{value}0" for name, value in things.items()}
    assert graphql_client.error_type(FIELDS[what], **nothing) == "NotFound"


def test_lists_contain_only_what_the_caller_owns_or_is_a_member_of(graphql_client, things):
    stores = "{ storage_listDataStores { dataStoreId } }"
    databases = "{ timeSeriesDb_listDatabases { timeSeriesDbId } }"
    collaboratives = "{ collaborative_listCollaboratives { collaborativeId } }"
    assert {"dataStoreId": things["store"]} in graphql_client.run(stores)
    assert {"timeSeriesDbId": things["database"]} in graphql_client.run(databases)
    for role in ("member", "reader", "outsider"):
        assert graphql_client.run(stores, role) == graphql_client.run(databases, role) == []
    member_of = [{"collaborativeId": things["collaborative"]}]
    for role in ("owner", "member", "reader"):
        assert graphql_client.run(collaboratives, role) == member_of
    assert graphql_client.run(collaboratives, "outsider") == []


def test_data_stores_of_another_user_are_listed_if_shared(graphql_client, local):
    store = graphql_client.run('mutation { storage_createDataStore(name: "x") { dataStoreId } }')
    query = "query ($user: ID) { storage_listDataStores(userId: $user) { dataStoreId } }"
    owner = graphql_client.run("{ user_getUserSession { user { userId } } }")["user"]["userId"]
    shared = {"dataStoreId": local.dataStoreId}
    assert store in graphql_client.run(query, user=owner)
    seen_by_member = graphql_client.run(query, "member", user=owner)
    assert shared in seen_by_member
    assert store not in seen_by_member
    assert graphql_client.run(query, "outsider", user=owner) == []


def test_data_stores_of_an_organization_are_listed_if_shared(graphql_client, local):
    query = "query ($id: ID) { storage_listDataStores(organizationId: $id) { dataStoreId } }"
    session = "{ user_getUserSession { user { organization { organizationId } } } }"
    organization = graphql_client.run(session)["user"]["organization"]["organizationId"]
    assert {"dataStoreId": local.dataStoreId} in graphql_client.run(
        query, "reader", id=organization
    )
    assert graphql_client.run(query, "outsider", id=organization) == []


def test_reader_cannot_share_its_own_service(graphql_client, local):
    store = graphql_client.run(
        'mutation { storage_createDataStore(name: "x") { dataStoreId } }', "reader"
    )
    query = """mutation ($c: ID!, $s: ID!) { collaborative_addServiceToCollaborative(
      collaborativeId: $c, serviceId: $s, serviceType: DATA_STORE) { serviceId } }"""
    variables = {"c": local.collaborativeId, "s": store["dataStoreId"]}
    assert graphql_client.error_type(query, "reader", **variables) == "Unauthorized"
