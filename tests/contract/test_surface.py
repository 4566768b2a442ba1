"""What of the contract stands behind the public calls and types of the SDK."""

import json

import pydantic

from avista_digital_exchange_sdk import AvistaDigitalExchange, types
from avista_digital_exchange_sdk.contract import sdk_surface
from scripts.recording.__main__ import TABLE
from scripts.recording.recorder import record


def recorded() -> dict[str, list[str]]:
    """The committed table of the operations that each call sends."""
    return json.loads(TABLE.read_text("utf-8"))


def test_table_holds_what_calls_send_to_a_local_exchange() -> None:
    assert record() == recorded(), "the table is stale: run scripts/record"


def test_table_holds_every_public_call() -> None:
    calls = {name for name in dir(AvistaDigitalExchange) if not name.startswith("_")}
    methods = {
        f"DataStore.{name}"
        for name in set(dir(types.DataStore)) - set(dir(pydantic.BaseModel))
        if not name.startswith("_")
    }
    assert recorded().keys() == (calls - {"close", "dataStores"}) | methods


def test_every_operation_stands_behind_a_call() -> None:
    assert sdk_surface.operations().keys() == sdk_surface.calls_by_operation().keys()


def test_frames_of_filter_queries_are_concerned_by_what_they_query() -> None:
    calls = sdk_surface.calls_by_operation()["timeSeriesDb_queryDatabase"]
    assert {f"queryTimeSeriesDatabaseTo{kind}" for kind in ("Arrow", "DataFrame", "Polars")} <= set(
        calls
    )


def test_every_public_type_is_traced_to_the_contract() -> None:
    made_by_the_sdk = {"PublishReport", "PublishResult"}
    assert sdk_surface.parts_of_types().keys() == set(types.__all__) - made_by_the_sdk
