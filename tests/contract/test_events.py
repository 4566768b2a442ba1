"""Mutations that fire events: subscribers get only what the publisher's document selects."""

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
)

from avista_digital_exchange_sdk.contract import sdk_surface

# The mutation whose response is the payload of each subscription, if users may run it.
PUBLISHERS = {
    "onIotPublish": "iot_publish",
    "onCapturePublishData": "dataCapture_publishData",
    "onStartCapture": "dataCapture_startCapture",
    "onStopCapture": "dataCapture_stopCapture",
    "onTimeSeriesDbPublish": "timeSeriesDb_publishToDatabase",
}
OF_THE_PLATFORM = {
    "onNotifyCaptureComplete",
    "onNotifyIotQueryExportComplete",
    "onNotifyTimeSeriesQueryExportComplete",
    "onNotifyUploadComplete",
}


def test_every_subscription_is_fired_by_a_known_mutation() -> None:
    subscriptions = sdk_surface.schema().subscription_type
    assert subscriptions is not None
    assert subscriptions.fields.keys() == PUBLISHERS.keys() | OF_THE_PLATFORM


@pytest.mark.parametrize("subscription", sorted(PUBLISHERS))
def test_mutation_that_fires_an_event_selects_all_of_its_response(subscription: str) -> None:
    document = sdk_surface.operations()[PUBLISHERS[subscription]]
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    (operation,) = (
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    )
    (root,) = operation.selection_set.selections
    assert isinstance(root, FieldNode)
    mutations = sdk_surface.schema().mutation_type
    assert mutations is not None
    kind = get_named_type(mutations.fields[root.name.value].type)
    assert list(find_unselected(kind, root.selection_set, fragments, "")) == []


def find_unselected(
    kind: object,
    selections: SelectionSetNode | None,
    fragments: dict[str, FragmentDefinitionNode],
    path: str,
) -> list[str]:
    """List the paths of fields that a selection leaves out."""
    if not isinstance(kind, GraphQLObjectType):
        return []
    selected = selected_fields(selections, fragments)
    missing = [f"{path}.{name}" for name in kind.fields.keys() - selected.keys()]
    for name, nested in selected.items():
        field = get_named_type(kind.fields[name].type)
        missing += find_unselected(field, nested, fragments, f"{path}.{name}")
    return missing


def selected_fields(
    selections: SelectionSetNode | None, fragments: dict[str, FragmentDefinitionNode]
) -> dict[str, SelectionSetNode | None]:
    fields: dict[str, SelectionSetNode | None] = {}
    for node in selections.selections if selections else ():
        if isinstance(node, FieldNode):
            fields[node.name.value] = node.selection_set
        elif isinstance(node, FragmentSpreadNode):
            fields |= selected_fields(fragments[node.name.value].selection_set, fragments)
    return fields
