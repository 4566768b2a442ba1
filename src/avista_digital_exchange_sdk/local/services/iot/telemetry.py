"""The telemetry of endpoints: publishing, latest values, and time range queries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
from pydantic_core import to_json

from ...database import Row
from ...query_engine.engine import QueryEngine
from ...query_engine.filter_results import FilterResult
from ...query_engine.item_results import ItemsResult
from ...query_engine.result_files import Writer
from ...query_engine.results import Result, fetch_batches
from ...query_engine.samples import Sample, Samples
from ...query_engine.sql import quote
from .records import read_records, to_milliseconds

TABLE = "iot_telemetry"


class Telemetry:
    """The telemetry of one exchange. Callers check access."""

    def __init__(self, engine: QueryEngine) -> None:
        self.samples: Samples = Samples(engine, TABLE, one_at_a_time=True)

    async def publish(self, endpoint: Row, inputs: Sequence[Mapping[str, Any] | None]) -> Row:
        """Publish records of an endpoint; return a PublishIotDataResult."""
        endpoint_id, telemetry = endpoint["iotEndpointId"], endpoint["telemetry"]
        types = {attribute["name"]: attribute["schemaType"] for attribute in telemetry}
        records = read_records(inputs, telemetry)
        valid = [record.sample for record in records if record.sample is not None]
        outcomes = iter(await self.samples.write(endpoint_id, valid) if valid else ())
        written, failed = [], []
        for record in records:
            if record.sample is not None and next(outcomes):
                written.append(_to_record(endpoint_id, record.sample, types))
                continue
            if record.sample is not None:
                record.fail("DUPLICATE_ENTRY", "The endpoint has a record at this time already.")
            echo = {
                "iotEndpointId": endpoint_id,
                "timestamp": record.timestamp,
                "attributes": None,
            }
            failed.append({"record": echo, "errors": record.errors})
        return {
            "iotEndpointId": endpoint_id,
            "recordsWritten": written,
            "failedRecords": failed,
        }

    def read_latest(
        self, cursor: duckdb.DuckDBPyConnection, endpoints: Sequence[Row]
    ) -> ItemsResult:
        """Read the latest values of endpoints, one EndpointLastValues for each attribute."""
        latest = self.samples.read_latest(cursor, [row["iotEndpointId"] for row in endpoints])
        return ItemsResult(
            [
                to_json(_to_latest_value(row["iotEndpointId"], attribute, latest))
                for row in endpoints
                for attribute in row["telemetry"]
            ]
        )


def merge_latest(items: Sequence[Row]) -> list[Row]:
    """Merge the attributes of a page into one EndpointLastValues for each endpoint."""
    merged: dict[str, Row] = {}
    for item in items:
        endpoint = merged.setdefault(
            item["iotEndpointId"], {"iotEndpointId": item["iotEndpointId"], "telemetryValues": []}
        )
        endpoint["telemetryValues"].append(item["value"])
    return list(merged.values())


def write_chunk(
    cursor: duckdb.DuckDBPyConnection, result: Result, file: Writer, rows: range
) -> None:
    """Write rows of a result as JSON, an array of IotEndpointData."""
    assert isinstance(result, FilterResult)
    values = []
    for i, attribute in enumerate(result.attributes):
        before = quote(f'{{"name":{_json(attribute.name)},"value":')
        value = f"{before} || results.json_string(c{i}) || '}}'"
        values.append(f"CASE WHEN c{i} IS NOT NULL THEN {value} END")
    milliseconds = "(epoch_ns(time) - ((epoch_ns(time) % 1000000) + 1000000) % 1000000) // 1000000"
    cursor.execute(
        f"""
        SELECT asset_index, '{{"timestamp":"' || {milliseconds} || '","attributes":[' ||
            concat_ws(',', {", ".join(values)}) || ']}}'
        FROM {result.table} WHERE rowid >= {rows.start} AND rowid < {rows.stop} ORDER BY rowid
        """
    )
    file.write("[")
    current = None
    for batch in fetch_batches(cursor):
        for asset_index, record in batch:
            if asset_index == current:
                file.write(",")
            else:
                file.write("" if current is None else "]},\n")
                file.write(_open_endpoint(result, asset_index))
                current = asset_index
            file.write(record)
    file.write("]\n" if current is None else "]}]\n")


def _open_endpoint(result: FilterResult, index: int) -> str:
    """Return the start of the JSON of an IotEndpointData."""
    endpoint = result.filters[index]
    return (
        f'{{"iotEndpointId":{_json(endpoint.asset_id)},'
        f'"includedAttributeNames":{json.dumps(endpoint.names, ensure_ascii=False)},"records":['
    )


def _to_record(endpoint_id: str, sample: Sample, types: Mapping[str, str]) -> Row:
    """Convert a sample to an IotDataRecord."""
    return {
        "iotEndpointId": endpoint_id,
        "timestamp": to_milliseconds(sample.time),
        "attributes": [
            {"name": name, "value": value, "schemaType": types[name]}
            for name, value in sample.values
        ],
    }


def _to_latest_value(
    endpoint_id: str, attribute: Row, latest: Mapping[tuple[str, str], tuple[str, int]]
) -> Row:
    """Convert the latest value of one attribute."""
    value, time = latest.get((endpoint_id, attribute["name"]), (None, None))
    return {
        "iotEndpointId": endpoint_id,
        "value": {
            "telemetryModel": attribute,
            "value": value,
            "timestamp": None if time is None else to_milliseconds(time),
        },
    }


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
