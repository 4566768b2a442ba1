"""Who may do what: an owner all, members what their permission says, an outsider nothing."""

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
def things(platform, local):
    """A data store and a database of the owner's, shared in the collaborative."""
    store = platform.ask(
        'mutation { storage_createDataStore(name: "s") { dataStoreId homeDirectoryId } }'
    )
    database = platform.ask(
        'mutation { timeSeriesDb_createDatabase(name: "d") { timeSeriesDbId } }'
    )
    things = {
        "store": store["dataStoreId"],
        "home": store["homeDirectoryId"],
        "database": database["timeSeriesDbId"],
        "collaborative": local.collaborativeId,
    }
    things["file"] = platform.ask(FIELDS["create a file"], **things)["itemId"]
    things["spareFile"] = platform.ask(FIELDS["create a file"], **things)["itemId"]
    things["directory"] = platform.ask(
        """mutation ($store: ID!, $home: ID!) {
        storage_createDataStoreDirectory(dataStoreId: $store, parentDirectoryId: $home, name: "d")
        { dataStoreDirectoryId } }""",
        **things,
    )["dataStoreDirectoryId"]
    platform.share(things["store"], "DATA_STORE")
    platform.share(things["database"], "TIME_SERIES_DB")
    return things


@pytest.mark.parametrize("role", MAY)
def test_each_role_may_do_what_it_may_and_nothing_else(platform, things, role):
    allowed = set()
    for what, query in FIELDS.items():
        answer = platform.answer(query, role, **things)
        if "errors" in answer:
            assert [error["errorType"] for error in answer["errors"]] == ["Unauthorized"], what
            assert list(answer["data"].values()) == [None], what
        else:
            allowed.add(what)
    assert allowed == MAY[role]


@pytest.mark.parametrize("role", ["member", "reader"])
def test_access_ends_at_once_when_a_service_is_no_longer_shared(platform, things, role):
    platform.unshare(things["store"], "DATA_STORE")
    platform.unshare(things["database"], "TIME_SERIES_DB")
    for what in READING[:7]:
        assert platform.refusal(FIELDS[what], role, **things) == "Unauthorized", what


@pytest.mark.parametrize("what", FIELDS)
def test_an_id_that_names_nothing_is_not_found(platform, things, what):
    nothing = {name: f"{value}0" for name, value in things.items()}
    assert platform.refusal(FIELDS[what], **nothing) == "NotFound"


def test_lists_hold_only_what_the_caller_owns_or_is_a_member_of(platform, things):
    stores = "{ storage_listDataStores { dataStoreId } }"
    databases = "{ timeSeriesDb_listDatabases { timeSeriesDbId } }"
    collaboratives = "{ collaborative_listCollaboratives { collaborativeId } }"
    assert {"dataStoreId": things["store"]} in platform.ask(stores)
    assert {"timeSeriesDbId": things["database"]} in platform.ask(databases)
    for role in ("member", "reader", "outsider"):
        assert platform.ask(stores, role) == platform.ask(databases, role) == []
    member_of = [{"collaborativeId": things["collaborative"]}]
    for role in ("owner", "member", "reader"):
        assert platform.ask(collaboratives, role) == member_of
    assert platform.ask(collaboratives, "outsider") == []


def test_another_user_s_data_stores_are_listed_as_far_as_they_are_shared(platform, local):
    store = platform.ask('mutation { storage_createDataStore(name: "x") { dataStoreId } }')
    query = "query ($user: ID) { storage_listDataStores(userId: $user) { dataStoreId } }"
    owner = platform.ask("{ user_getUserSession { user { userId } } }")["user"]["userId"]
    shared = {"dataStoreId": local.dataStoreId}
    assert store in platform.ask(query, user=owner)
    seen_by_member = platform.ask(query, "member", user=owner)
    assert shared in seen_by_member
    assert store not in seen_by_member
    assert platform.ask(query, "outsider", user=owner) == []


def test_an_organization_s_data_stores_are_listed_as_far_as_they_are_shared(platform, local):
    query = "query ($id: ID) { storage_listDataStores(organizationId: $id) { dataStoreId } }"
    session = "{ user_getUserSession { user { organization { organizationId } } } }"
    organization = platform.ask(session)["user"]["organization"]["organizationId"]
    assert {"dataStoreId": local.dataStoreId} in platform.ask(query, "reader", id=organization)
    assert platform.ask(query, "outsider", id=organization) == []


def test_a_reader_may_not_share_a_service_of_its_own(platform, local):
    store = platform.ask(
        'mutation { storage_createDataStore(name: "x") { dataStoreId } }', "reader"
    )
    query = """mutation ($c: ID!, $s: ID!) { collaborative_addServiceToCollaborative(
      collaborativeId: $c, serviceId: $s, serviceType: DATA_STORE) { serviceId } }"""
    variables = {"c": local.collaborativeId, "s": store["dataStoreId"]}
    assert platform.refusal(query, "reader", **variables) == "Unauthorized"
