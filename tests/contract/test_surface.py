"""The parts of the schema that the public calls and types of the SDK use."""

import json

import pydantic
from graphql import FieldNode, OperationDefinitionNode

from avista_digital_exchange_sdk import types
from avista_digital_exchange_sdk.contract import sdk_surface
from scripts.recording.__main__ import TABLE
from scripts.recording.public_calls import find_calls
from scripts.recording.recorder import record

# Mutations and a subscription that only the platform itself uses.
WITHOUT_A_CALL = {
    "dataCapture_handleCompletion",
    "dataCapture_notifyCaptureComplete",
    "iot_notifyQueryExportComplete",
    "notifications_notifyUploadComplete",
    "onNotifyUploadComplete",
    "timeSeriesDb_notifyTimeSeriesQueryExportComplete",
}


def recorded() -> dict[str, list[str]]:
    """The committed table of the operations that each call sends."""
    return json.loads(TABLE.read_text("utf-8"))


def test_operation_table_contains_what_calls_send_to_a_local_exchange() -> None:
    assert record() == recorded(), "the table is stale: run scripts/record"


def test_operation_table_contains_every_public_call() -> None:
    methods = {
        f"DataStore.{name}"
        for name in set(dir(types.DataStore)) - set(dir(pydantic.BaseModel))
        if not name.startswith("_")
    }
    assert recorded().keys() == find_calls().keys() | methods


def test_operations_all_belong_to_a_call() -> None:
    assert sdk_surface.operations().keys() == sdk_surface.calls_by_operation().keys()


def test_dataframe_calls_of_filter_queries_are_affected_by_changes_of_their_query() -> None:
    calls = sdk_surface.calls_by_operation()["timeSeriesDb_queryDatabase"]
    assert {f"queryTimeSeriesDatabaseTo{kind}" for kind in ("Arrow", "DataFrame", "Polars")} <= set(
        calls
    )


def test_public_types_are_all_traced_to_the_schema() -> None:
    files = {"FileColumn", "FilePublishReport", "FileReport", "MirrorReport"}
    streams = {"AsyncEventStream", "EventStream", "StreamGap"}
    made_by_the_sdk = {"PublishReport", "PublishResult", *files, *streams}
    assert sdk_surface.subsets_by_type().keys() == set(types.__all__) - made_by_the_sdk


def test_root_fields_are_all_reached_by_a_public_call() -> None:
    schema = sdk_surface.schema()
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    fields = {name for root in roots if root for name in root.fields}
    assert len(fields) == 132
    documents = sdk_surface.operations()
    reached = {
        selection.name.value
        for call in find_calls()
        for operation in recorded()[call]
        for definition in documents[operation].definitions
        if isinstance(definition, OperationDefinitionNode)
        for selection in definition.selection_set.selections
        if isinstance(selection, FieldNode)
    }
    assert fields - reached == WITHOUT_A_CALL
