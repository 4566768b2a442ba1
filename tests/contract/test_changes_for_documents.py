"""The impact of schema changes on custom operations."""

from pathlib import Path
from typing import NamedTuple

import pytest

from .conftest import Command, Edit, in_one_piece

ORGANIZATION = '    """Lists the data stores of this organization."""\n    organizationId: ID\n'
DOCUMENTS = {
    # Arguments: omitted, from variables, as literals.
    "stores": "query stores { storage_listDataStores { name } }",
    "storesOf": """query storesOf($id: ID) {
      storage_listDataStores(organizationId: $id) { name }
    }""",
    "storesOfOne": """query storesOfOne($id: ID!) {
      storage_listDataStores(organizationId: $id) { name }
    }""",
    "storesOfMine": """query storesOfMine {
      storage_listDataStores(organizationId: "mine") { name }
    }""",
    # An enum and an input: as literals and from variables.
    "shared": """query shared($id: ID!) {
      collaborative_listCollaborativesServiceSharedWith(serviceId: $id, serviceType: DATA_STORE) {
        name
      }
    }""",
    "sharedAs": """query sharedAs($id: ID!, $type: ServiceType!) {
      collaborative_listCollaborativesServiceSharedWith(serviceId: $id, serviceType: $type) {
        name
      }
    }""",
    "services": """query services($id: ID!) {
      collaborative_listCollaborativeServices(collaborativeId: $id) { serviceType }
    }""",
    "zip": """query zip($file: ID!) {
      storage_getDataStoreZipDownloadUrl(
        dataStoreObjectIds: [{ objectType: FILE, dataStoreFileId: $file }]
      ) { url }
    }""",
    "zipOf": """query zipOf($ids: [DataStoreObjectIdInput]!) {
      storage_getDataStoreZipDownloadUrl(dataStoreObjectIds: $ids) { url }
    }""",
    # Fields, selected through fragments of other files and in other ways.
    "me": "query me { user_getUserSession { user { ...Person } } }",
    "alsoMe": "query alsoMe { user_getUserSession { user { ... on User { ...Person } } } }",
    "myRoles": "query myRoles { me: user_getUserSession { user { roles: userRoles } } }",
    "kind": "query kind { __typename user_getUserSession { user { __typename } } }",
    "health": """query health {
      __type(name: "User") { name fields { name } } __schema { __typename }
    }""",
    "rooted": """query rooted { ...Root }
    fragment Root on Query { user_getUserSession { __typename } }""",
    "events": """subscription events($id: ID!) {
      onTimeSeriesDbPublish(timeSeriesDbId: $id, assetId: "roof") { assetId }
    }""",
    "newHub": 'mutation newHub { iot_createHub(name: "hub") { iotHubId } }',
}
FRAGMENTS = """
    fragment Person on User { userId email organization { ...Organization } }
    fragment Organization on Organization { name }
"""
QUERIES = set(DOCUMENTS) - {"events", "newHub"}


class Case(NamedTuple):
    """A change, the operations it affects, and those that it breaks."""

    edits: list[Edit]
    touched: set[str]
    breaks: set[str]


def case(*edits: tuple[str, str, str], touched: str = "", breaks: str = "") -> Case:
    broken = set(breaks.split())
    return Case([Edit(*edit) for edit in edits], set(touched.split()) | broken, broken)


CASES = {
    "a field is removed": case(("user", "  email: String\n", ""), breaks="me alsoMe"),
    "a field is renamed": case(
        ("user", "  userRoles: [UserRole]\n}", "  roles: [UserRole]\n}"), breaks="myRoles"
    ),
    "a field that is not selected is removed": case(("user", "  lastName: String\n", "")),
    "a field gets another type": case(
        ("user", "  email: String\n", "  email: Int\n"), breaks="me alsoMe"
    ),
    "a field becomes non-null": case(("user", "  email: String\n", "  email: String!\n")),
    "a field becomes nullable": case(
        ("user", "  name: String!\n  organizationId", "  name: String\n  organizationId"),
        breaks="me alsoMe",
    ),
    "a field becomes a list": case(
        ("user", "  organization: Organization\n", "  organization: [Organization]\n"),
        breaks="me alsoMe",
    ),
    "a field is deprecated": case(
        ("user", "  email: String\n", "  email: String @deprecated\n"), touched="me alsoMe"
    ),
    "a field gets a required argument": case(
        ("user", "  email: String\n", "  email(of: ID!): String\n"), breaks="me alsoMe"
    ),
    "a field gets an optional argument": case(
        ("user", "  email: String\n", "  email(of: ID): String\n"), touched="me alsoMe"
    ),
    "a type is renamed": case(
        ("user", "type UserSession {", "type Session {"),
        ("user", "  user_getUserSession: UserSession\n", "  user_getUserSession: Session\n"),
        breaks="me alsoMe myRoles kind rooted",
    ),
    "an argument becomes required": case(
        ("storage", ORGANIZATION, "    organizationId: ID!\n"),
        breaks="stores storesOf",
    ),
    "an argument gets another type": case(
        ("storage", ORGANIZATION, "    organizationId: String\n"),
        breaks="storesOf storesOfOne",
    ),
    "an argument takes several": case(
        ("storage", ORGANIZATION, "    organizationId: [ID]\n"),
        breaks="storesOf storesOfOne",
    ),
    "an argument is removed": case(
        ("storage", ORGANIZATION, ""), breaks="storesOf storesOfOne storesOfMine"
    ),
    "an argument is renamed": case(
        ("storage", ORGANIZATION, "    organization: ID\n"),
        touched="stores",
        breaks="storesOf storesOfOne storesOfMine",
    ),
    "an argument that none gives is removed": case(
        ("storage", '    """Lists the data stores of this user."""\n    userId: ID\n', "")
    ),
    "a required argument is added": case(
        ("storage", ORGANIZATION, f"{ORGANIZATION}    all: Boolean!\n"),
        breaks="stores storesOf storesOfOne storesOfMine",
    ),
    "an argument with a default is added": case(
        ("storage", ORGANIZATION, f"{ORGANIZATION}    all: Boolean! = false\n"),
        touched="stores storesOf storesOfOne storesOfMine",
    ),
    "an enum value that none names is removed": case(
        ("collaborative", "  OCS_ADAPTER\n", ""), breaks="sharedAs services"
    ),
    "an enum value that one names is removed": case(
        ("collaborative", "  DATA_STORE\n", ""), breaks="shared sharedAs services"
    ),
    "an enum value is added": case(
        ("collaborative", "  DATA_STORE\n", "  DATA_STORE\n  LAKE\n"),
        touched="shared sharedAs services",
    ),
    "an enum becomes a scalar": case(
        (
            "collaborative",
            "enum ServiceType {\n  DATA_CAPTURE\n  DATA_STORE\n"
            '  """A group of IoT endpoints."""\n'
            "  IOT_GROUP\n  OCS_ADAPTER\n  TIME_SERIES_DB\n}",
            "scalar ServiceType",
        ),
        breaks="sharedAs services",
    ),
    "an input field becomes required": case(
        (
            "storage",
            "  dataStoreFileId: ID\n  objectType: DataStoreObjectType!",
            "  dataStoreFileId: ID!\n  objectType: DataStoreObjectType!",
        ),
        # `$file` is never null, so the literal stays valid.
        breaks="zipOf",
    ),
    "a required input field is added": case(
        (
            "storage",
            "input DataStoreObjectIdInput {\n",
            "input DataStoreObjectIdInput {\n  x: ID!\n",
        ),
        breaks="zip zipOf",
    ),
    "an optional input field is added": case(
        (
            "storage",
            "input DataStoreObjectIdInput {\n",
            "input DataStoreObjectIdInput {\n  x: ID\n",
        ),
        touched="zip zipOf",
    ),
    "an input field that is not written out is removed": case(
        (
            "storage",
            'input DataStoreObjectIdInput {\n  """Set if `objectType` is DIRECTORY."""\n'
            "  dataStoreDirectoryId: ID\n",
            "input DataStoreObjectIdInput {\n",
        ),
        breaks="zipOf",
    ),
    "an input field that is written out is removed": case(
        (
            "storage",
            '  """Set if `objectType` is FILE."""\n  dataStoreFileId: ID\n'
            "  objectType: DataStoreObjectType!",
            "  objectType: DataStoreObjectType!",
        ),
        breaks="zip zipOf",
    ),
    "an operation is removed": case(
        (
            "user",
            '  """Returns the session of the caller."""\n  user_getUserSession: UserSession\n',
            "",
        ),
        breaks="me alsoMe myRoles kind rooted",
    ),
    "a subscription is removed": case(
        ("base", "  subscription: Subscription\n}", "}"), breaks="events"
    ),
    "a mutation gets a required argument": case(
        (
            "iot",
            "iot_createHub(description: String,",
            "iot_createHub(site: ID!, description: String,",
        ),
        breaks="newHub",
    ),
    "the root of queries is renamed": case(
        ("base", "schema {\n  query: Query\n", "schema {\n  query: Reading\n"),
        ("base", "  mutation: Mutation\n  query: Query\n", "  mutation: Mutation\n"),
        ("base", "type Query\n", "type Reading\n"),
        *[
            (service, "extend type Query {", "extend type Reading {")
            for service in (
                *("collaborative", "data_capture", "iot", "platform_admin"),
                *("storage", "time_series", "user"),
            )
        ],
        breaks="rooted",
    ),
    "an interface is introduced": case(
        (
            "user",
            "type Organization {\n",
            "interface Named {\n  name: String!\n}\n\ntype Organization implements Named {\n",
        ),
        touched="me alsoMe",
    ),
    "an unknown directive is used": case(
        ("user", "  email: String\n", "  email: String @hidden @shareable\n")
    ),
    "a description changes": case(
        ("user", '"""A user of the Digital Exchange."""', '"""Somebody."""')
    ),
    "the order changes": case(
        ("user", "  email: String\n  firstName: String\n", "  firstName: String\n  email: String\n")
    ),
    "a type is added": case(
        ("user", "enum UserAccountState {", "type Team {\n  id: ID\n}\n\nenum UserAccountState {")
    ),
    "a field is added": case(("user", "  email: String\n", "  email: String\n  title: String\n")),
}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for name, text in DOCUMENTS.items():
        (folder / f"{name}.graphql").write_text(text)
    (folder / "fragments.gql").write_text(FRAGMENTS)
    return folder


@pytest.mark.parametrize("name", CASES)
def test_schema_change_affects_and_breaks_the_operations_that_use_it(
    name: str, contract: dict[str, str], documents: Path, command: Command, tmp_path: Path
) -> None:
    change = CASES[name]
    for edit in change.edits:
        edit.apply(contract)
    schema = tmp_path / "schema.graphql"
    schema.write_text(in_one_piece(contract), "utf-8")
    report = command(
        "contract", "--against", schema, "--documents", documents, "--format", "json"
    ).json
    findings = report["findings"]

    def operations(breaking: bool) -> set[str]:
        return {
            document.rpartition(": ")[2]
            for finding in findings
            for document in finding["documents"]
            if finding["severity"] == "breaking" or not breaking
        }

    invalid = {Path(problem["file"]).stem for problem in report["problems"]}
    # Errors of a fragment name its file and the broken operations.
    invalid.discard("fragments")
    assert operations(breaking=True) | invalid == change.breaks
    assert operations(breaking=False) | invalid == change.touched
    own_breaks = bool(change.breaks)
    sdk_breaks = any(finding["breaks"] and finding["calls"] for finding in findings)
    assert report["verdict"] == ("breaks" if own_breaks or sdk_breaks else "holds")
