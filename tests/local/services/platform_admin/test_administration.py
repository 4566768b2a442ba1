"""Platform administration: organizations, users, collaboratives and ownership."""

from itertools import count

import httpx
import pytest

from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.local.services.platform_admin.resolvers import MUTATIONS, QUERIES

NUMBERS = count(1)
USER = "userId firstName lastName email mobile userAccountState userRoles organization { name }"
COLLABORATIVE = """collaborativeId name description hostOrganizationId memberOrganizations {
    memberState submittedTimestamp submittedByUser { firstName } accessApprovedByUserId
    organization { organizationId name } usersInCollaborative { permission user { userId } } }"""
CREATE_USER = f"""mutation ($email: String!, $organization: ID!, $roles: [UserRole!]) {{
    platformAdmin_createUser(email: $email, firstName: "Ida", lastName: "Berg", mobile: "+1",
        organizationId: $organization, userRoles: $roles) {{ {USER} }} }}"""
UPDATE_USER = f"""mutation ($id: ID!, $first: String, $state: UserAccountState,
    $roles: [UserRole]) {{ platformAdmin_updateUser(userId: $id, firstName: $first,
        userAccountState: $state, userRoles: $roles) {{ {USER} }} }}"""
DELETE_USER = "mutation ($id: ID!) { platformAdmin_deleteUser(userId: $id) { firstName } }"
GET_USER = f"query ($id: ID!) {{ platformAdmin_getUser(userId: $id) {{ {USER} }} }}"
CREATE_ORGANIZATION = """mutation ($name: String!) { platformAdmin_createOrganization(name: $name)
    { organizationId name hostOrganization } }"""
DELETE_ORGANIZATION = """mutation ($id: ID!) {
    platformAdmin_deleteOrganization(organizationId: $id) { name } }"""
CREATE_COLLABORATIVE = f"""mutation ($name: String!) {{
    platformAdmin_createCollaborative(name: $name) {{ {COLLABORATIVE} }} }}"""
DELETE_COLLABORATIVE = """mutation ($id: ID!) {
    platformAdmin_deleteCollaborative(collaborativeId: $id) { name } }"""
ADD_MEMBER = f"""mutation ($id: ID!, $user: ID!, $permission: CollaborativeMemberPermission) {{
    platformAdmin_addCollaborativeMember(collaborativeId: $id, userId: $user,
        permission: $permission) {{ {COLLABORATIVE} }} }}"""
REQUESTS = f"""query ($id: ID, $approved: Boolean) {{
    collaborative_listCollaborativeMemberOrganizationRequests(collaborativeId: $id,
        includeApprovedRequests: $approved) {{ {COLLABORATIVE} }} }}"""
DECIDE = """mutation ($id: ID!, $organization: ID!,
    $state: CollaborativeMemberOrganizationState!) {
    collaborative_updateCollaborativeMemberOrganization(collaborativeId: $id,
        organizationId: $organization, memberState: $state)
    { memberState accessApprovedByUserId } }"""
MINE = "{ collaborative_listCollaboratives { collaborativeId } }"
WHO = "{ user_getUserSession { user { userId organization { organizationId } } } }"


@pytest.fixture
def users(graphql_client):
    """The ids of the users, by their roles, and those of their organizations."""
    roles = ("owner", "member", "reader", "outsider")
    return {role: graphql_client.run(WHO, role)["user"] for role in roles}


@pytest.fixture
def organization(graphql_client):
    """The id of an organization without users."""
    return graphql_client.run(CREATE_ORGANIZATION, name="Lab")["organizationId"]


@pytest.fixture
def user(graphql_client, organization):
    """A user who was invited."""
    variables = {"email": f"ida{next(NUMBERS)}@lab.example", "organization": organization}
    return graphql_client.run(CREATE_USER, **variables, roles=["DATA_CONSUMER"])


@pytest.fixture
def collaborative(graphql_client):
    """The id of a collaborative of the owner's, without members."""
    collaborative_id = graphql_client.run(CREATE_COLLABORATIVE, name="New")["collaborativeId"]
    yield collaborative_id
    graphql_client.execute(DELETE_COLLABORATIVE, id=collaborative_id)


@pytest.fixture
def own(connect_graphql):
    """A separate Local Exchange for irreversible operations."""
    with LocalExchange() as local:
        yield connect_graphql(local)


ARGUMENTS = {
    "collaborativeId": '"x"',
    "currentOwnerUserId": '"x"',
    "email": '"x@y"',
    "firstName": '"x"',
    "lastName": '"x"',
    "name": '"x"',
    "organizationId": '"x"',
    "permission": "READ_ONLY",
    "transferToUserId": '"x"',
    "userId": '"x"',
}


@pytest.mark.parametrize("name", QUERIES | MUTATIONS)
@pytest.mark.parametrize("role", ["member", "reader", "outsider", "endpoint", "capture"])
def test_administration_requires_an_administrator(graphql_client, role, name):
    from avista_digital_exchange_sdk.local.graphql.schema import build_executable_schema

    schema = build_executable_schema()
    root = schema.query_type if name in QUERIES else schema.mutation_type
    arguments = ", ".join(
        f"{argument}: {ARGUMENTS[argument]}"
        for argument, kind in root.fields[name].args.items()
        if str(kind.type).endswith("!")
    )
    call = f"{name}({arguments})" if arguments else name
    operation = "query" if name in QUERIES else "mutation"
    query = f"{operation} {{ {call} {{ __typename }} }}"
    assert graphql_client.error_type(query, role) == "Unauthorized"


# Organizations and users


def test_organization_is_deleted_once_it_has_no_users(graphql_client, organization, user):
    update = """mutation ($id: ID!, $name: String) {
        platformAdmin_updateOrganization(organizationId: $id, name: $name) { name } }"""
    assert graphql_client.run(update, id=organization, name="Labs") == {"name": "Labs"}
    assert graphql_client.error_type(update, id=organization, name="") == "BadRequest"
    listed = graphql_client.run("{ platformAdmin_listOrganizations { organizationId name } }")
    assert {"organizationId": organization, "name": "Labs"} in listed
    assert graphql_client.error_type(DELETE_ORGANIZATION, id=organization) == "BadRequest"
    graphql_client.run(DELETE_USER, id=user["userId"])
    assert graphql_client.run(DELETE_ORGANIZATION, id=organization) == {"name": "Labs"}
    assert graphql_client.error_type(DELETE_ORGANIZATION, id=organization) == "NotFound"


def test_invited_user_is_pending(graphql_client, organization, user):
    assert user | {"userId": ""} == {
        "userId": "",
        "firstName": "Ida",
        "lastName": "Berg",
        "email": user["email"],
        "mobile": "+1",
        "userAccountState": "PENDING",
        "userRoles": ["DATA_CONSUMER"],
        "organization": {"name": "Lab"},
    }
    list_users = """query ($id: ID) { platformAdmin_listUsers(organizationId: $id) { userId } }"""
    assert graphql_client.run(list_users, id=organization) == [{"userId": user["userId"]}]
    assert {"userId": user["userId"]} in graphql_client.run(list_users)
    invite = "mutation ($id: ID!) { platformAdmin_resendUserInvitation(userId: $id) { userId } }"
    assert graphql_client.run(invite, id=user["userId"])
    assert graphql_client.run(UPDATE_USER, id=user["userId"], state="ACTIVE")
    assert graphql_client.error_type(invite, id=user["userId"]) == "BadRequest"


@pytest.mark.parametrize("email", ["", "ida", "@", "ida@", "same"])
def test_user_with_an_invalid_or_duplicate_email_is_refused(
    graphql_client, organization, user, email
):
    email = user["email"] if email == "same" else email
    variables = {"email": email, "organization": organization}
    assert graphql_client.error_type(CREATE_USER, **variables) == "BadRequest"


def test_user_update_keeps_omitted_fields(graphql_client, user):
    changed = graphql_client.run(UPDATE_USER, id=user["userId"], first="Eva", roles=[])
    assert changed == user | {"firstName": "Eva", "userRoles": []}
    assert graphql_client.run(GET_USER, id=user["userId"]) == changed
    for bad in ({"first": ""}, {"roles": [None]}):
        assert graphql_client.error_type(UPDATE_USER, id=user["userId"], **bad) == "BadRequest"
    assert graphql_client.error_type(UPDATE_USER, id="userId.none") == "NotFound"


def test_disabled_user_has_no_valid_token_until_it_is_active(graphql_client, local, users):
    member = users["member"]["userId"]
    headers = {"Authorization": local.tokens["member"]}
    graphql_client.run(UPDATE_USER, id=member, state="DISABLED")
    try:
        response = httpx.post(local.endpoint, json={"query": WHO}, headers=headers)
        assert response.status_code == 401
    finally:
        graphql_client.run(UPDATE_USER, id=member, state="ACTIVE")
    assert graphql_client.run(WHO, "member")["user"]["userId"] == member


def test_administrator_is_not_deleted_by_itself(graphql_client, users):
    assert graphql_client.error_type(DELETE_USER, id=users["owner"]["userId"]) == "BadRequest"


# Collaboratives


def test_new_organization_has_access_once_it_is_approved(graphql_client, users, collaborative):
    outsider = users["outsider"]
    organization = outsider["organization"]["organizationId"]
    graphql_client.run(ADD_MEMBER, id=collaborative, user=users["owner"]["userId"])
    added = graphql_client.run(
        ADD_MEMBER, id=collaborative, user=outsider["userId"], permission="READ_WRITE"
    )
    host, other = added["memberOrganizations"]
    assert host["memberState"] == "HOST_ORGANIZATION"
    assert host["usersInCollaborative"][0]["permission"] == "READ_ONLY"
    assert (other["memberState"], other["submittedByUser"]) == (
        "PENDING_APPROVAL",
        {"firstName": "Ada"},
    )
    assert {"collaborativeId": collaborative} not in graphql_client.run(MINE, "outsider")

    (request,) = graphql_client.run(REQUESTS, id=collaborative)
    (waiting,) = request["memberOrganizations"]
    assert waiting["organization"]["organizationId"] == organization
    assert graphql_client.error_type(REQUESTS, "outsider", id=collaborative) == "Unauthorized"
    variables = {"id": collaborative, "organization": organization, "state": "APPROVED"}
    assert graphql_client.error_type(DECIDE, "outsider", **variables) == "Unauthorized"
    decided = graphql_client.run(DECIDE, **variables)
    assert decided == {
        "memberState": "APPROVED",
        "accessApprovedByUserId": users["owner"]["userId"],
    }
    assert {"collaborativeId": collaborative} in graphql_client.run(MINE, "outsider")
    assert graphql_client.run(REQUESTS, id=collaborative) == []
    assert len(graphql_client.run(REQUESTS, id=collaborative, approved=True)) == 1
    graphql_client.run(DECIDE, **(variables | {"state": "DENIED_ACCESS"}))
    assert {"collaborativeId": collaborative} not in graphql_client.run(MINE, "outsider")
    for bad in (
        {"state": "HOST_ORGANIZATION"},
        {"organization": users["owner"]["organization"]["organizationId"]},
    ):
        assert graphql_client.error_type(DECIDE, **(variables | bad)) == "BadRequest"
    unknown = variables | {"organization": "organizationId.none"}
    assert graphql_client.error_type(DECIDE, **unknown) == "NotFound"


def test_members_do_not_see_phone_numbers_of_others(graphql_client, collaborative, user):
    graphql_client.run(ADD_MEMBER, id=collaborative, user=user["userId"])
    query = """query ($id: ID!) { collaborative_getCollaborative(collaborativeId: $id) {
        memberOrganizations { usersInCollaborative { user { mobile email } } } } }"""
    found = graphql_client.run(query, id=collaborative)["memberOrganizations"]
    (member,) = [one for each in found for one in each["usersInCollaborative"]]
    assert member == {"user": {"mobile": None, "email": user["email"]}}
    assert graphql_client.run(GET_USER, id=user["userId"])["mobile"] == "+1"
    remove = """mutation ($id: ID!, $user: ID!) { platformAdmin_removeCollaborativeMember(
        collaborativeId: $id, userId: $user) { name } }"""
    graphql_client.run(remove, id=collaborative, user=user["userId"])


def test_members_are_updated_and_removed(graphql_client, users, collaborative):
    variables = {"id": collaborative, "user": users["owner"]["userId"]}
    change = f"""mutation ($id: ID!, $user: ID!) {{ platformAdmin_updateCollaborativeMember(
        collaborativeId: $id, userId: $user, permission: READ_WRITE) {{ {COLLABORATIVE} }} }}"""
    remove = f"""mutation ($id: ID!, $user: ID!) {{ platformAdmin_removeCollaborativeMember(
        collaborativeId: $id, userId: $user) {{ {COLLABORATIVE} }} }}"""
    assert graphql_client.error_type(change, **variables) == "NotFound"
    graphql_client.run(ADD_MEMBER, **variables)
    assert graphql_client.error_type(ADD_MEMBER, **variables) == "BadRequest"
    (host,) = graphql_client.run(change, **variables)["memberOrganizations"]
    assert [member["permission"] for member in host["usersInCollaborative"]] == ["READ_WRITE"]
    (host,) = graphql_client.run(remove, **variables)["memberOrganizations"]
    assert host["usersInCollaborative"] == []
    assert graphql_client.error_type(remove, **variables) == "NotFound"


def test_collaborative_owner_needs_no_membership(graphql_client, collaborative):
    assert {"collaborativeId": collaborative} in graphql_client.run(MINE)
    get = """query ($id: ID!, $members: Boolean) { platformAdmin_getCollaborative(
        collaborativeId: $id, includeMemberOrganizations: $members)
        { name memberOrganizations { memberState } } }"""
    assert graphql_client.run(get, id=collaborative)["memberOrganizations"] == []
    assert len(graphql_client.run(get, id=collaborative, members=True)["memberOrganizations"]) == 1
    update = """mutation ($id: ID!) { platformAdmin_updateCollaborative(collaborativeId: $id,
        description: "d") { name description } }"""
    assert graphql_client.run(update, id=collaborative) == {"name": "New", "description": "d"}
    assert graphql_client.run(DELETE_COLLABORATIVE, id=collaborative) == {"name": "New"}
    assert graphql_client.error_type(get, id=collaborative) == "NotFound"


# Ownership

MIGRATE = """mutation ($old: ID!, $new: ID!) { platformAdmin_migrateUsersServicesOwnership(
    currentOwnerUserId: $old, transferToUserId: $new) { serviceType serviceId
    iotEndpointGroup { ownerUserId endpoints { ownerUserId } } } }"""
DELETE_SERVICES = """mutation ($id: ID!) {
    platformAdmin_deleteUsersServices(userId: $id) { serviceType } }"""
ALL = ["DATA_STORE", "TIME_SERIES_DB", "IOT_GROUP", "DATA_CAPTURE"]


def test_transferred_services_keep_their_tokens(own):
    local = own.local
    ids = {role: own.run(WHO, role)["user"]["userId"] for role in ("owner", "member")}
    variables = {"old": ids["owner"], "new": ids["member"]}
    services = own.run(MIGRATE, **variables)
    assert [service["serviceType"] for service in services] == ALL
    assert services[2]["iotEndpointGroup"] == {
        "ownerUserId": ids["member"],
        "endpoints": [{"ownerUserId": ids["member"]}],
    }
    get = "query ($id: ID!) { iot_getEndpoint(iotEndpointId: $id) { ownerUserId } }"
    assert own.run(get, "endpoint", id=local.iotEndpointId) == {"ownerUserId": ids["member"]}
    assert own.error_type(get, id=local.iotEndpointId) == "Unauthorized"
    token = "query ($id: ID!) { iot_getEndpointToken(iotEndpointId: $id) { userId } }"
    assert own.run(token, "member", id=local.iotEndpointId) == {"userId": ids["member"]}
    assert own.error_type(MIGRATE, old=ids["owner"], new=ids["owner"]) == "BadRequest"
    assert own.error_type(MIGRATE, old=ids["owner"], new="userId.none") == "NotFound"


def test_user_is_deleted_once_nothing_is_owned(own):
    local = own.local
    ids = {role: own.run(WHO, role)["user"]["userId"] for role in ("owner", "member", "reader")}
    own.run(UPDATE_USER, id=ids["member"], roles=["PLATFORM_ADMIN"])
    created = own.create_file(role="member")
    assert own.error_type(DELETE_USER, "member", id=ids["owner"]) == "BadRequest"
    services = own.run(DELETE_SERVICES, "member", id=ids["owner"])
    assert [service["serviceType"] for service in services] == ALL
    for query, id_ in (
        ("query ($id: ID!) { iot_getEndpoint(iotEndpointId: $id) {name} }", local.iotEndpointId),
        ("query ($id: ID!) { iot_getHub(iotHubId: $id) {name} }", local.iotHubId),
        ("query ($id: ID!) { iot_getModel(modelId: $id) {dtmi} }", local.modelId),
        ("query ($id: ID!) { dataCapture_getCapture(captureId: $id) {state} }", local.captureId),
        (
            "query ($id: ID!) { storage_getDataStoreFile(dataStoreFileId: $id) {name} }",
            created["itemId"],
        ),
    ):
        assert own.error_type(query, id=id_) == "NotFound"
    assert own.error_type(DELETE_USER, "member", id=ids["owner"]) == "BadRequest"
    collaboratives = """mutation ($old: ID!, $new: ID!) {
        platformAdmin_migrateUsersCollaborativesOwnership(currentOwnerUserId: $old,
        transferToUserId: $new) { collaborativeId } }"""
    migrated = own.run(collaboratives, "member", old=ids["owner"], new=ids["reader"])
    assert migrated == [{"collaborativeId": local.collaborativeId}]
    assert own.run(DELETE_USER, "member", id=ids["owner"]) == {"firstName": "Ada"}
    assert own.post(WHO).status_code == 401
    delete = """mutation ($id: ID!) {
        platformAdmin_deleteUsersCollaboratives(userId: $id) { collaborativeId } }"""
    assert own.run(delete, "member", id=ids["reader"]) == migrated
    assert own.run(MINE, "member") == []


def test_files_of_a_deleted_user_are_transferred_to_the_owner_of_the_data_store(own):
    ids = {role: own.run(WHO, role)["user"]["userId"] for role in ("owner", "member")}
    created = own.create_file(role="member")
    assert own.run(DELETE_USER, id=ids["member"]) == {"firstName": "Marcus"}
    query = "query ($id: ID!) { storage_getDataStoreFile(dataStoreFileId: $id) { ownerUserId } }"
    assert own.run(query, id=created["itemId"]) == {"ownerUserId": ids["owner"]}
