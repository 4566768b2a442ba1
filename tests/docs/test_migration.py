"""The page about the official SDK names existing calls, arguments and errors."""

import inspect
import re
from typing import Any

import pytest

import avista_digital_exchange_sdk as package
from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    DataStore,
    DigitalExchangeError,
    InvalidParameterError,
)
from scripts.recording.public_calls import find_calls, find_groups, get_call

from ..support.documents import ROOT

PAGE = (ROOT / "docs/guides/migration.md").read_text("utf-8")
# Calls and groups of the official SDK that this one does not have.
MISSING = {"getTimeSeriesAssetAttributeData", "generateQueryResultFile", "iot.endpoint"}
CALLS = find_calls()
# The calls that the documentation of the official SDK 1.x describes.
DOCUMENTED = [
    *("iot.getEndpoint", "iot.getGroup", "iot.createEndpoint", "iot.addEndpointsToGroup"),
    *("iot.createModel", "iot.listEndpointLastValues", "iot.queryByTimeRange"),
    *("iot.queryDataByTimeRange", "iot.publish", "iot.updateEndpointProperties"),
    *("iot.subscribeToEndpoint", "dataCapture.startCapture", "dataCapture.stopCapture"),
    *("dataCapture.publishData", "dataCapture.subscribeToData"),
]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


RELEASES = re.findall(r"^## (From .+)$", PAGE, re.M)


def names_in(cell: str) -> list[str]:
    return [name.partition("(")[0] for name in re.findall(r"`([^`]+)`", cell)]


def find(name: str) -> Any:
    """Find a call or a group by the name in a table."""
    if name.startswith("DataStore."):
        return getattr(DataStore, name.partition(".")[2])
    if name in ("AvistaDigitalExchange", "DataStore"):
        return getattr(package, name)
    return CALLS.get(name) or find_groups().get(name)


@pytest.mark.parametrize("release", RELEASES)
def test_migration_page_names_existing_calls(release: str) -> None:
    table = rows(release)
    assert len(table) > 8
    named = {name for cell, _ in table for name in names_in(cell)}
    assert {name for name in named if find(name) is None} <= MISSING


def test_migration_page_has_a_table_of_every_official_release() -> None:
    assert RELEASES == [
        "From 0.0.18 to 0.0.23",
        "From 0.0.24 to 0.3.8",
        "From 1.0.0, 1.1.0 and 1.2",
    ]


def test_migration_page_lists_every_documented_call_of_the_official_releases() -> None:
    named = {name for release in RELEASES for cell, _ in rows(release) for name in names_in(cell)}
    assert named >= set(DOCUMENTED)


def test_migration_page_names_arguments_that_are_accepted() -> None:
    # Nothing is sent.
    with AvistaDigitalExchange("token", endpoint="http://127.0.0.1:9/graphql") as client:
        for calls, documented, also in rows("Names of arguments"):
            (name,), (alias,) = names_in(documented), names_in(also)
            for call in names_in(calls):
                method = call.removeprefix("DataStore.")
                owner = client if method == call else DataStore(dataStoreId="a", name="b")
                function = get_call(owner, method)
                assert name in inspect.signature(function).parameters
                required = [
                    parameter
                    for parameter, how in inspect.signature(function).parameters.items()
                    if how.default is how.empty and parameter != name
                ]
                arguments = dict.fromkeys([*required, name, alias], "x")
                with pytest.raises(InvalidParameterError, match=alias):
                    function(**arguments)


def test_migration_page_names_existing_errors() -> None:
    table = rows("Exceptions")
    assert len(table) == 15
    named = [name for _, cell in table for name in names_in(cell)]
    assert all(issubclass(getattr(package, name), DigitalExchangeError) for name in named)
