"""Every kind of schema change gets its verdict and names the affected calls."""

from pathlib import Path
from typing import NamedTuple

import pytest
from graphql import build_schema

from avista_digital_exchange_sdk.contract.diff import find_changes

from .conftest import Command, Edit, in_one_piece

USER_CALLS = {
    "getCollaborative",
    "getUserInfo",
    "listCollaboratives",
    "listCollaborativesServiceSharedWith",
}
SERVICE_CALLS = {
    "addServiceToCollaborative",
    "listCollaborativeServices",
    "removeServiceFromCollaborative",
}
STORE_CALLS = SERVICE_CALLS | {
    "createDataStore",
    "deleteDataStore",
    "getDataStore",
    "listDataStores",
    "updateDataStore",
}
DIRECTORY_CALLS = {
    "createDataStoreDirectory",
    "deleteDataStoreDirectory",
    "getDataStoreDirectory",
    "moveDataStoreDirectory",
    "renameDataStoreDirectory",
}
FILE_CALLS = DIRECTORY_CALLS | {
    "deleteDataStoreFile",
    "downloadDataStoreFile",
    "getDataStoreFileMeta",
    "moveDataStoreFile",
    "renameDataStoreFile",
    "uploadFileToDataStore",
}
VALUE_CALLS = {
    "listTimeSeriesAssetsAndLatestValues",
    "publishToTimeSeriesDatabase",
    "queryTimeSeriesDatabaseWithFilters",
}
FILTER_QUERY = {"queryTimeSeriesDatabaseWithFilters"}
PUBLISH = {"publishToTimeSeriesDatabase"}
NO_CALLS: set[str] = set()
# The files that extend the root type of queries.
SERVICES = (
    "collaborative",
    "data_capture",
    "iot",
    "platform_admin",
    "storage",
    "time_series",
    "user",
)


class Case(NamedTuple):
    """A change: its edits, its kinds, whether it breaks anything in use, the affected calls."""

    edits: list[Edit]
    kinds: set[str]
    breaks: bool
    calls: set[str]


def case(
    *edits: tuple[str, str, str], kinds: str = "", breaks: bool = False, calls: set[str] = NO_CALLS
) -> Case:
    return Case([Edit(*edit) for edit in edits], set(kinds.split()), breaks, calls)


CASES = {
    "a type that is used is removed": case(
        (
            "time_series",
            '  """Values with their timestamps. Empty in lists of latest values."""\n'
            "  data: [AttributeDataEntry]\n",
            "",
        ),
        ("time_series", "type AttributeDataEntry {", "type SomethingElse {"),
        kinds="TYPE_REMOVED FIELD_REMOVED TYPE_ADDED",
        breaks=True,
        calls=VALUE_CALLS,
    ),
    "a type that nothing uses is removed": case(
        ("base", '"""An object in S3. No operation uses it."""\ntype S3Object {', "type S3Thing {"),
        kinds="TYPE_REMOVED TYPE_ADDED",
    ),
    "a type becomes another kind of type": case(
        (
            "time_series",
            "enum TimeUnit {\n  MICROSECONDS\n  MILLISECONDS\n  NANOSECONDS\n  SECONDS\n}",
            "scalar TimeUnit",
        ),
        kinds="TYPE_CHANGED_KIND",
        breaks=True,
        calls=PUBLISH,
    ),
    "a field that is used is removed": case(
        ("storage", "  homeDirectoryId: String\n", ""),
        kinds="FIELD_REMOVED",
        breaks=True,
        calls=STORE_CALLS,
    ),
    "a field that nothing uses is removed": case(
        (
            "storage",
            '  """Whether the bytes are confirmed to be in S3."""\n  s3ConfirmedUpload: Boolean\n',
            "",
        ),
        kinds="FIELD_REMOVED",
    ),
    "a field is renamed": case(
        ("storage", "  storageSizeBytes: Int", "  sizeBytes: Int"),
        kinds="FIELD_REMOVED FIELD_ADDED",
        breaks=True,
        calls=FILE_CALLS,
    ),
    "a field changes its type": case(
        ("storage", "  storageSizeBytes: Int", "  storageSizeBytes: Float"),
        kinds="FIELD_CHANGED_KIND",
        breaks=True,
        calls=FILE_CALLS,
    ),
    "a field becomes one of AppSync's scalars": case(
        ("storage", "  lastModified: String", "  lastModified: AWSDateTime"),
        kinds="FIELD_CHANGED_KIND TYPE_ADDED",
        breaks=True,
        calls=FILE_CALLS,
    ),
    "a field becomes non-null": case(
        ("time_series", "  tableName: String\n", "  tableName: String!\n"),
    ),
    "a field becomes nullable": case(
        ("time_series", "  lastValueTime: String!", "  lastValueTime: String"),
        kinds="FIELD_CHANGED_KIND",
        breaks=True,
        calls=VALUE_CALLS,
    ),
    "a list becomes a single value": case(
        (
            "collaborative",
            "  memberOrganizations: [CollaborativeMemberOrganization]",
            "  memberOrganizations: CollaborativeMemberOrganization",
        ),
        kinds="FIELD_CHANGED_KIND",
        breaks=True,
        calls=USER_CALLS - {"getUserInfo"},
    ),
    "a field that is used is deprecated": case(
        ("user", "  lastName: String\n", '  lastName: String @deprecated(reason: "Gone soon.")\n'),
        kinds="DEPRECATED",
        calls=USER_CALLS,
    ),
    "a field that nothing uses is deprecated": case(
        (
            "storage",
            "  s3ConfirmedUpload: Boolean\n",
            "  s3ConfirmedUpload: Boolean @deprecated\n",
        ),
        kinds="DEPRECATED",
    ),
    "an argument that is used is removed": case(
        ("storage", "    dataStoreId: ID!\n    description: String\n", "    dataStoreId: ID!\n"),
        kinds="ARG_REMOVED",
        breaks=True,
        calls={"uploadFileToDataStore"},
    ),
    "an argument that nothing uses is removed": case(
        ("storage", '    """Lists the data stores of this user."""\n    userId: ID\n', ""),
        kinds="ARG_REMOVED",
    ),
    "an argument is renamed": case(
        (
            "time_series",
            "timeSeriesDb_getDatabase(timeSeriesDbId: ID!)",
            "timeSeriesDb_getDatabase(databaseId: ID!)",
        ),
        kinds="ARG_REMOVED REQUIRED_ARG_ADDED",
        breaks=True,
        calls={"getTimeSeriesDatabase"},
    ),
    "an argument becomes non-null": case(
        (
            "storage",
            "    dataStoreId: ID!\n    description: String\n",
            "    dataStoreId: ID!\n    description: String!\n",
        ),
        kinds="ARG_CHANGED_KIND",
        breaks=True,
        calls={"uploadFileToDataStore"},
    ),
    "an argument becomes nullable": case(
        (
            "storage",
            "storage_getDataStore(dataStoreId: ID!)",
            "storage_getDataStore(dataStoreId: ID)",
        ),
    ),
    "an argument changes its type": case(
        (
            "time_series",
            "onNotifyTimeSeriesQueryExportComplete(queryId: String!)",
            "onNotifyTimeSeriesQueryExportComplete(queryId: ID!)",
        ),
        kinds="ARG_CHANGED_KIND",
        breaks=True,
        calls=FILTER_QUERY,
    ),
    "an argument gets a default value": case(
        (
            "storage",
            "storage_getDataStore(dataStoreId: ID!)",
            'storage_getDataStore(dataStoreId: ID = "mine")',
        ),
    ),
    "an optional argument is added": case(
        (
            "storage",
            "storage_getDataStore(dataStoreId: ID!)",
            "storage_getDataStore(dataStoreId: ID!, version: Int)",
        ),
        kinds="OPTIONAL_ARG_ADDED",
        calls={"getDataStore"},
    ),
    "a required argument is added": case(
        (
            "storage",
            "storage_getDataStore(dataStoreId: ID!)",
            "storage_getDataStore(dataStoreId: ID!, version: Int!)",
        ),
        kinds="REQUIRED_ARG_ADDED",
        breaks=True,
        calls={"getDataStore"},
    ),
    "a required argument is added to what nothing uses": case(
        (
            "data_capture",
            "dataCapture_handleCompletion(captureId: ID!)",
            "dataCapture_handleCompletion(captureId: ID!, sure: Boolean!)",
        ),
        kinds="REQUIRED_ARG_ADDED",
    ),
    "an enum value that is used is removed": case(
        ("collaborative", "  PENDING_APPROVAL\n", ""),
        kinds="VALUE_REMOVED_FROM_ENUM",
        breaks=True,
        calls=USER_CALLS - {"getUserInfo"},
    ),
    "an enum value that nothing uses is removed": case(
        ("data_capture", "  DATE_CREATED\n", ""),
        kinds="VALUE_REMOVED_FROM_ENUM",
    ),
    "an enum value is renamed": case(
        ("storage", "  DIRECTORY\n", "  FOLDER\n"),
        kinds="VALUE_REMOVED_FROM_ENUM VALUE_ADDED_TO_ENUM",
        breaks=True,
        calls=DIRECTORY_CALLS | {"downloadDataStoreZip"},
    ),
    "an enum value is added": case(
        ("storage", "  DIRECTORY\n", "  DIRECTORY\n  LINK\n"),
        kinds="VALUE_ADDED_TO_ENUM",
        calls=DIRECTORY_CALLS | {"downloadDataStoreZip"},
    ),
    "an input field is removed": case(
        (
            "time_series",
            "input TimeSeriesDbDimensionInput {\n  DimensionValueType: DimensionValueType\n",
            "input TimeSeriesDbDimensionInput {\n",
        ),
        kinds="FIELD_REMOVED",
        breaks=True,
        calls=PUBLISH,
    ),
    "an optional input field is added": case(
        (
            "time_series",
            "input MeasureValueInput {\n",
            "input MeasureValueInput {\n  Unit: String\n",
        ),
        kinds="OPTIONAL_INPUT_FIELD_ADDED",
        calls=PUBLISH,
    ),
    "a required input field is added": case(
        (
            "time_series",
            "input MeasureValueInput {\n",
            "input MeasureValueInput {\n  Unit: String!\n",
        ),
        kinds="REQUIRED_INPUT_FIELD_ADDED",
        breaks=True,
        calls=PUBLISH,
    ),
    "an input field becomes non-null": case(
        (
            "time_series",
            "  attributeNamesFilter: [String]\n",
            "  attributeNamesFilter: [String]!\n",
        ),
        kinds="FIELD_CHANGED_KIND",
        breaks=True,
        calls=FILTER_QUERY,
    ),
    "an input field becomes nullable": case(
        (
            "time_series",
            "input TimeSeriesQueryAssetInput {\n  assetId: String!",
            "input TimeSeriesQueryAssetInput {\n  assetId: String",
        ),
    ),
    "an input field changes its type": case(
        (
            "time_series",
            "input TimeSeriesQueryAssetInput {\n  assetId: String!",
            "input TimeSeriesQueryAssetInput {\n  assetId: ID!",
        ),
        kinds="FIELD_CHANGED_KIND",
        breaks=True,
        calls=FILTER_QUERY,
    ),
    "an operation is removed": case(
        (
            "user",
            '  """Returns the session of the caller."""\n  user_getUserSession: UserSession\n',
            "",
        ),
        kinds="FIELD_REMOVED",
        breaks=True,
        calls={"getUserInfo"},
    ),
    "an operation that nothing uses is removed": case(
        (
            "data_capture",
            '  """Handles the completion of a capture. For the platform itself."""\n'
            "  dataCapture_handleCompletion(captureId: ID!): DataCapture\n",
            "",
        ),
        kinds="FIELD_REMOVED",
    ),
    "an operation is moved to another root type": case(
        (
            "user",
            '  """Returns the session of the caller."""\n  user_getUserSession: UserSession\n',
            "",
        ),
        (
            "user",
            "extend type Mutation {\n",
            "extend type Mutation {\n  user_getUserSession: UserSession\n",
        ),
        kinds="FIELD_REMOVED FIELD_ADDED",
        breaks=True,
        calls={"getUserInfo"},
    ),
    "an operation returns something else": case(
        (
            "collaborative",
            "  collaborative_listCollaboratives: [Collaborative]",
            "  collaborative_listCollaboratives: Collaborative",
        ),
        kinds="FIELD_CHANGED_KIND",
        breaks=True,
        calls={"listCollaboratives"},
    ),
    "a subscription is removed": case(
        (
            "time_series",
            '  """Notifies when the export file of a query is ready."""\n'
            "  onNotifyTimeSeriesQueryExportComplete(queryId: String!): TimeSeriesQueryExport\n",
            "",
        ),
        kinds="FIELD_REMOVED",
        breaks=True,
        calls=FILTER_QUERY,
    ),
    "another type takes the place of a root type": case(
        (
            "base",
            "  subscription: Subscription\n}",
            "  subscription: Events\n}\n\ntype Events {\n  onNothing: ID\n}",
        ),
        kinds="OPERATION_INVALID TYPE_ADDED",
        breaks=True,
        calls=FILTER_QUERY,
    ),
    "an argument that is left out becomes required": case(
        (
            "storage",
            '    """Lists the data stores of this organization."""\n    organizationId: ID\n',
            "    organizationId: ID!\n",
        ),
        kinds="ARG_CHANGED_KIND",
        breaks=True,
        calls={"listDataStores"},
    ),
    "an optional argument is added to what nothing uses": case(
        (
            "data_capture",
            "dataCapture_handleCompletion(captureId: ID!)",
            "dataCapture_handleCompletion(captureId: ID!, force: Boolean)",
        ),
        kinds="OPTIONAL_ARG_ADDED",
    ),
    "an argument that is left out gets another type": case(
        (
            "storage",
            '    """Lists the data stores of this organization."""\n    organizationId: ID\n',
            "    organizationId: [ID]\n",
        ),
        kinds="ARG_CHANGED_KIND",
    ),
    "a field that is no operation gets an optional argument": case(
        ("user", "  lastName: String\n", "  lastName(upper: Boolean): String\n"),
        kinds="OPTIONAL_ARG_ADDED",
        calls=USER_CALLS,
    ),
    "a field that is no operation gets a required argument": case(
        ("user", "  lastName: String\n", "  lastName(upper: Boolean!): String\n"),
        kinds="REQUIRED_ARG_ADDED",
        breaks=True,
        calls=USER_CALLS,
    ),
    "a field that is no operation gets an argument with a default": case(
        ("user", "  lastName: String\n", "  lastName(upper: Boolean! = false): String\n"),
        kinds="OPTIONAL_ARG_ADDED",
        calls=USER_CALLS,
    ),
    "an argument is deprecated": case(
        (
            "storage",
            "storage_getDataStore(dataStoreId: ID!)",
            'storage_getDataStore(dataStoreId: ID! @deprecated(reason: "Gone soon."))',
        ),
        kinds="DEPRECATED",
        calls={"getDataStore"},
    ),
    "an enum value that is sent is removed": case(
        ("time_series", "  NANOSECONDS\n", ""),
        kinds="VALUE_REMOVED_FROM_ENUM",
        breaks=True,
        calls=PUBLISH,
    ),
    "an enum value that is sent is added": case(
        ("time_series", "  NANOSECONDS\n", "  MINUTES\n  NANOSECONDS\n"),
        kinds="VALUE_ADDED_TO_ENUM",
        calls=PUBLISH,
    ),
    "an enum value is deprecated": case(
        ("time_series", "  NANOSECONDS\n", '  NANOSECONDS @deprecated(reason: "Too fine.")\n'),
        kinds="DEPRECATED",
        calls=PUBLISH,
    ),
    "an input field is renamed": case(
        (
            "time_series",
            "input TimeSeriesQueryAssetInput {\n  assetId: String!",
            "input TimeSeriesQueryAssetInput {\n  id: String!",
        ),
        kinds="FIELD_REMOVED REQUIRED_INPUT_FIELD_ADDED",
        breaks=True,
        calls=FILTER_QUERY,
    ),
    "an input field with a default is added": case(
        (
            "time_series",
            "input TimeSeriesQueryAssetInput {\n",
            "input TimeSeriesQueryAssetInput {\n  deep: Boolean! = false\n",
        ),
        kinds="OPTIONAL_INPUT_FIELD_ADDED",
        calls=FILTER_QUERY,
    ),
    "an input field is deprecated": case(
        (
            "time_series",
            "  attributeNamesFilter: [String]\n",
            "  attributeNamesFilter: [String] @deprecated\n",
        ),
        kinds="DEPRECATED",
        calls=FILTER_QUERY,
    ),
    "the entries of an input's list become non-null": case(
        (
            "time_series",
            "  attributeNamesFilter: [String]\n",
            "  attributeNamesFilter: [String!]\n",
        ),
        kinds="FIELD_CHANGED_KIND",
        breaks=True,
        calls=FILTER_QUERY,
    ),
    "the entries of a list become non-null": case(
        (
            "collaborative",
            "  memberOrganizations: [CollaborativeMemberOrganization]",
            "  memberOrganizations: [CollaborativeMemberOrganization!]!",
        ),
    ),
    "a type that is used is renamed": case(
        ("user", "type UserSession {", "type Session {"),
        ("user", "  user_getUserSession: UserSession\n", "  user_getUserSession: Session\n"),
        kinds="TYPE_REMOVED TYPE_ADDED FIELD_CHANGED_KIND",
        breaks=True,
        calls={"getUserInfo"},
    ),
    "an input is renamed": case(
        ("storage", "input DataStoreObjectIdInput {", "input ObjectIdInput {"),
        ("storage", "[DataStoreObjectIdInput]!", "[ObjectIdInput]!"),
        kinds="TYPE_REMOVED TYPE_ADDED ARG_CHANGED_KIND",
        breaks=True,
        calls={"downloadDataStoreZip"},
    ),
    "an interface takes what types have in common": case(
        (
            "user",
            "type User {\n",
            "interface Named {\n  firstName: String\n}\n\ntype User implements Named {\n",
        ),
        kinds="TYPE_ADDED IMPLEMENTED_INTERFACE_ADDED",
        calls=USER_CALLS,
    ),
    "an interface takes the place of a type": case(
        (
            "user",
            "type UserSession {",
            "type Session implements UserSession {\n  user: User\n}\n\ninterface UserSession {",
        ),
        kinds="TYPE_ADDED TYPE_CHANGED_KIND",
        breaks=True,
        calls={"getUserInfo"},
    ),
    "a union takes the place of a type": case(
        ("user", "  user: User\n", "  user: Person\n"),
        ("user", "type UserSession {", "union Person = User | Organization\n\ntype UserSession {"),
        kinds="TYPE_ADDED FIELD_CHANGED_KIND",
        breaks=True,
        calls={"getUserInfo"},
    ),
    "a root type is renamed": case(
        ("base", "schema {\n  query: Query\n", "schema {\n  query: Reading\n"),
        (
            "base",
            "  mutation: Mutation\n  query: Query\n",
            "  mutation: Mutation\n  query: Reading\n",
        ),
        ("base", "type Query\n", "type Reading\n"),
        *[(service, "extend type Query {", "extend type Reading {") for service in SERVICES],
        kinds="ROOT_TYPE_RENAMED",
    ),
    "a root type is removed": case(
        ("base", "  subscription: Subscription\n}", "}"),
        kinds="OPERATION_INVALID",
        breaks=True,
        calls=FILTER_QUERY,
    ),
    "a directive is defined and used": case(
        ("user", "  lastName: String\n", "  lastName: String @cost(points: 2)\n"),
        (
            "user",
            "type UserSession {",
            "directive @cost(points: Int) on FIELD_DEFINITION\n\ntype UserSession {",
        ),
    ),
    "a directive is used that nothing defines": case(
        ("user", "  lastName: String\n", '  lastName: String @renamed(to: "surname") @key\n'),
    ),
    "a scalar gets a specification URL": case(
        ("storage", "  s3ConfirmedUpload: Boolean\n", "  s3ConfirmedUpload: Mail\n"),
        (
            "user",
            "type UserSession {",
            'scalar Mail @specifiedBy(url: "https://example.com")\n\ntype UserSession {',
        ),
        kinds="TYPE_ADDED FIELD_CHANGED_KIND",
    ),
    "several things change at once": case(
        ("user", "  lastName: String\n", "  lastName: Int\n"),
        ("storage", "  homeDirectoryId: String\n", ""),
        ("user", "  email: String\n", ""),
        kinds="FIELD_CHANGED_KIND FIELD_REMOVED",
        breaks=True,
        calls=USER_CALLS | STORE_CALLS,
    ),
    "a type is added": case(
        (
            "user",
            "enum UserAccountState {",
            "type Team {\n  name: String\n}\n\nenum UserAccountState {",
        ),
        kinds="TYPE_ADDED",
    ),
    "a field is added": case(
        ("user", "  email: String\n", "  email: String\n  title: String\n"),
        kinds="FIELD_ADDED",
    ),
    "an operation is added": case(
        ("user", "extend type Query {\n", "extend type Query {\n  user_listUsers: [User]\n"),
        kinds="FIELD_ADDED",
    ),
    "only a description changes": case(
        ("user", '"""A user of the Digital Exchange."""', '"""Somebody."""'),
    ),
    "only the order changes": case(
        (
            "user",
            "  email: String\n  firstName: String\n",
            "  firstName: String\n  email: String\n",
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_schema_change_gets_its_verdict(
    name: str, contract: dict[str, str], command: Command, tmp_path: Path
) -> None:
    change = CASES[name]
    for edit in change.edits:
        edit.apply(contract)
    schema = tmp_path / "schema.graphql"
    schema.write_text(in_one_piece(contract), "utf-8")

    outcome = command("contract", "--against", schema, "--format", "json")

    assert "findings" in outcome.json, outcome.stdout
    findings = outcome.json["findings"]
    assert {finding["kind"] for finding in findings} == change.kinds
    touched = {call for finding in findings for call in finding["calls"]}
    assert touched & set().union(*(case.calls for case in CASES.values())) == change.calls
    assert bool(touched) == bool(change.calls)
    assert outcome.exit_code == (1 if change.breaks else 0)
    assert outcome.json["verdict"] == ("breaks" if change.breaks else "holds")
    assert any(finding["breaks"] for finding in findings) == change.breaks


SMALL = """
type Query { read(how: Int! = 5, which: Which = {}): Unit }
input Which { id: ID, deep: Boolean! = false, unit: Unit = SECONDS }
enum Unit { SECONDS MINUTES }
"""


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (
            "how: Int! = 5",
            "how: Int!",
            (
                *("breaking", "ARG_BECAME_REQUIRED"),
                "Query.read(how) became required because its default 5 was removed.",
            ),
        ),
        (
            "how: Int! = 5",
            "how: Int! = 6",
            (
                *("dangerous", "ARG_DEFAULT_VALUE_CHANGE"),
                "Query.read(how) has another default: 6 instead of 5.",
            ),
        ),
        (
            "which: Which = {}",
            "which: Which",
            (
                *("dangerous", "ARG_DEFAULT_VALUE_CHANGE"),
                "Query.read(which) has another default: none instead of {}.",
            ),
        ),
        (
            "deep: Boolean! = false",
            "deep: Boolean!",
            (
                *("breaking", "INPUT_FIELD_BECAME_REQUIRED"),
                "Which.deep became required because its default false was removed.",
            ),
        ),
        (
            "unit: Unit = SECONDS",
            "unit: Unit = MINUTES",
            (
                *("dangerous", "INPUT_FIELD_DEFAULT_VALUE_CHANGE"),
                "Which.unit has another default: MINUTES instead of SECONDS.",
            ),
        ),
        ("id: ID,", "id: ID = 1,", None),
        (
            "input Which {",
            "input Which @oneOf {",
            (*("breaking", "INPUT_BECAME_ONE_OF"), "Which now accepts exactly one of its fields."),
        ),
    ],
)
def test_schema_change_without_an_example_in_this_schema_is_found(
    old: str, new: str, change: tuple[str, str, str] | None
) -> None:
    before, after = (
        build_schema(sdl, assume_valid=True) for sdl in (SMALL, SMALL.replace(old, new))
    )
    assert find_changes(before, after) == ([change] if change else [])
