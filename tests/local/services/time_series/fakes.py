"""The time series part of the Local Exchange, with fakes for the other parts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from avista_digital_exchange_sdk.local.errors import PlatformError, not_found, unauthorized
from avista_digital_exchange_sdk.local.query_engine.engine import QueryEngine
from avista_digital_exchange_sdk.local.query_engine.queries import Queries
from avista_digital_exchange_sdk.local.query_engine.result_files import ResultFiles
from avista_digital_exchange_sdk.local.services.time_series import TimeSeriesStore
from avista_digital_exchange_sdk.local.services.time_series.resolvers import MUTATIONS, QUERIES
from avista_digital_exchange_sdk.local.state import Caller, Context

DATABASE = "timeSeriesDbId.1"
OTHER_DATABASE = "timeSeriesDbId.2"
ASSET = "asset 1"
ALWAYS = {"startTime": "1677-09-21T00:12:44Z", "endTime": "2262-04-11T23:47:16Z"}


class Accounts:
    """Two databases of `owner`; `reader` may read and `writer` may write the first."""

    def __init__(self) -> None:
        self.databases = {
            DATABASE: self._database(DATABASE),
            OTHER_DATABASE: self._database(OTHER_DATABASE),
        }

    @staticmethod
    def _database(time_series_db_id: str) -> dict[str, Any]:
        return {
            "timeSeriesDbId": time_series_db_id,
            "name": "a name",
            "description": None,
            "ownerUserId": "owner",
            "databaseName": "Digital Exchange",
            "tableName": f"Table_{time_series_db_id[-1]}",
        }

    def _check(self, caller: Caller, time_series_db_id: str, users: set[str]) -> dict[str, Any]:
        if time_series_db_id not in self.databases:
            raise not_found(time_series_db_id)
        if caller.user_id not in users:
            raise unauthorized(time_series_db_id)
        return self.databases[time_series_db_id]

    def read_database(self, caller: Caller, time_series_db_id: str) -> dict[str, Any]:
        shared = {"reader", "writer"} if time_series_db_id == DATABASE else set()
        return self._check(caller, time_series_db_id, {"owner"} | shared)

    def write_database(self, caller: Caller, time_series_db_id: str) -> dict[str, Any]:
        shared = {"writer"} if time_series_db_id == DATABASE else set()
        return self._check(caller, time_series_db_id, {"owner"} | shared)

    def list_databases(self, caller: Caller) -> list[dict[str, Any]]:
        return [d for d in self.databases.values() if d["ownerUserId"] == caller.user_id]

    def delete_database(self, caller: Caller, time_series_db_id: str) -> dict[str, Any]:
        self._check(caller, time_series_db_id, {"owner"})
        return self.databases.pop(time_series_db_id)


class Objects:
    """Files in a directory; a presigned URL is the file's key."""

    def __init__(self, folder: Path, runner: asyncio.Runner) -> None:
        self._folder = folder
        self._runner = runner
        self._to_make: dict[str, Any] = {}
        self._count = 0

    def create(self, _owner: str, make: Any = None) -> Any:
        self._count += 1
        key = str(self._count)
        if make is not None:
            self._to_make[key] = make
        return SimpleNamespace(key=key, path=self._folder / key)

    def complete(self, stored: Any) -> int:
        return int(stored.path.stat().st_size)

    def download_url(self, key: str, *, content_type: str = "application/octet-stream") -> str:
        return f"{key}?{content_type}"

    def delete(self, key: str) -> None:
        (self._folder / key).unlink(missing_ok=True)

    def read(self, url: str) -> bytes:
        key = url.partition("?")[0]
        if make := self._to_make.pop(key, None):
            self._runner.run(make(self._folder / key))
        return (self._folder / key).read_bytes()


class Events:
    """Records sent events."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[tuple[str, dict[str, str], Any]] = asyncio.Queue()

    async def publish(
        self, subscription_field: str, arguments: dict[str, str], payload: Any
    ) -> None:
        self.sent.put_nowait((subscription_field, arguments, payload))


@dataclass
class Exchange:
    """Calls the operations like a user, synchronously."""

    runner: asyncio.Runner
    engine: QueryEngine
    time_series: TimeSeriesStore
    objects: Objects
    accounts: Accounts = field(default_factory=Accounts)
    events: Events = field(default_factory=Events)

    @property
    def queries(self) -> Queries:
        """The queries of all users."""
        return self.engine.queries

    @property
    def result_files(self) -> ResultFiles:
        """Writes results to files."""
        return ResultFiles(self.engine, cast(Any, self.objects))

    def call(self, operation: str, user: str = "owner", **arguments: Any) -> Any:
        """Call an operation; the database is the first one unless another is named."""
        if operation != "listDatabases":
            arguments = {"timeSeriesDbId": DATABASE} | arguments
        context = Context(cast(Any, self), Caller(user, f"{user}'s token"))
        resolver = (QUERIES | MUTATIONS)[f"timeSeriesDb_{operation}"]
        return self.runner.run(resolver(context, **arguments))

    def publish(self, *records: dict[str, Any], asset: str = ASSET, **arguments: Any) -> Any:
        """Publish records."""
        arguments = {"assetId": asset, "data": {"records": list(records)}} | arguments
        return self.call("publishToDatabase", **arguments)

    def query(self, *assets: Any, **arguments: Any) -> Any:
        """Request a filter query's first page: asset IDs, or (asset ID, attribute names)."""
        filters = [
            {"assetId": asset, "attributeNamesFilter": None}
            if isinstance(asset, str)
            else {"assetId": asset[0], "attributeNamesFilter": list(asset[1])}
            for asset in assets or (ASSET,)
        ]
        arguments = {"assets": filters, "queryType": "TIME_PERIOD"} | ALWAYS | arguments
        return self.call("queryDatabase", **arguments)

    def next_page(self, page: dict[str, Any], **arguments: Any) -> Any:
        """Request the next page."""
        known = {name: page[name] for name in ("nextToken", "clientToken", "queryString")}
        return self.call(
            "queryDatabase", **{"assets": [], "queryType": "NEXT_TOKEN"} | known | arguments
        )

    def pages(self, page: dict[str, Any], **arguments: Any) -> Iterator[Any]:
        """Yield a page and all that follow."""
        yield page
        while page["nextToken"]:
            page = self.next_page(page, **arguments)
            yield page

    def chunk(self, page: dict[str, Any]) -> Any:
        """Read the chunk at a page's presigned URL."""
        return json.loads(self.objects.read(page["presignedUrl"]))

    def export(self, page: dict[str, Any], file_format: str = "CSV") -> str:
        """Export the result a page belongs to, and read the file once it is announced."""
        self.call("generateQueryResultExportFile", queryId=page["queryId"], fileFormat=file_format)
        return self.objects.read(self.export_event()["url"]).decode()

    def export_event(self) -> Any:
        """Wait for an export to be announced."""

        async def wait() -> Any:
            while True:
                subscription, _, payload = await asyncio.wait_for(self.events.sent.get(), 60)
                if subscription == "onNotifyTimeSeriesQueryExportComplete":
                    return payload

        return self.runner.run(wait())

    def csv(self, *assets: Any, **arguments: Any) -> str:
        """Query and export as CSV."""
        return self.export(self.query(*assets, **arguments))

    def timestream(self, sql: str, **arguments: Any) -> Any:
        """Request a page of a Timestream query and parse the response."""
        response = self.call("queryDatabaseWithTimestreamQuery", queryString=sql, **arguments)
        return json.loads(response["resultJSONString"]) | {"ClientToken": response["clientToken"]}

    def rows(self, sql: str) -> list[list[Any]]:
        """Read all rows of a Timestream query, as plain values."""
        page = self.timestream(sql)
        rows = page["Rows"]
        while token := page.get("NextToken"):
            page = self.timestream(sql, nextToken=token)
            rows += page["Rows"]
        return [[datum(value) for value in row["Data"]] for row in rows]

    def latest(self, **arguments: Any) -> Any:
        """Request the first page of latest values."""
        return self.call("listAllAssetLastValues", **arguments)


def datum(value: dict[str, Any]) -> Any:
    """Convert a value of a Timestream response to strings, lists, tuples or (time, value) pairs."""
    if "ArrayValue" in value:
        return [datum(item) for item in value["ArrayValue"]]
    if "RowValue" in value:
        return tuple(datum(item) for item in value["RowValue"]["Data"])
    if "TimeSeriesValue" in value:
        return [(point["Time"], datum(point["Value"])) for point in value["TimeSeriesValue"]]
    assert value == {"NullValue": True} or set(value) == {"ScalarValue"}
    return value.get("ScalarValue")


def record(
    time: int | str, value: str = "1.5", name: str = "A kW", **fields: Any
) -> dict[str, Any]:
    """Create a record, by default a DOUBLE with its time in seconds."""
    fields = {"MeasureValueType": "DOUBLE", "TimeUnit": "SECONDS"} | fields
    return {"Time": str(time), "MeasureName": name, "MeasureValue": value} | fields


def multi(time: int | str, *measures: tuple[str, str, str], **fields: Any) -> dict[str, Any]:
    """Create a MULTI record of measures with name, type and value."""
    values = [dict(zip(("Name", "Type", "Value"), measure, strict=True)) for measure in measures]
    return {
        "Time": str(time),
        "TimeUnit": "SECONDS",
        "MeasureName": "readings",
        "MeasureValueType": "MULTI",
        "MeasureValues": values,
    } | fields


def dimensions(**pairs: str) -> list[dict[str, str]]:
    """Create dimensions from names and values."""
    return [{"Name": name, "Value": value} for name, value in pairs.items()]


def refusal(error: pytest.ExceptionInfo[PlatformError]) -> tuple[str, str]:
    """Return the type and message of an error."""
    return error.value.error_type, error.value.message
