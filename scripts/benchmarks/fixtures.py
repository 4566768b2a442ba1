"""Creates what workloads need on the server.

    python -m scripts.benchmarks.fixtures FOLDER NAME...

Prints the IDs that jobs need as JSON. Runs in a process of its own, because the process that
measures others must be small.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.file_system import DataStoreFileSystem
from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.local.query_engine.worker_pools import Workload

from . import dataset

BLOCK = 1 << 20
ENTRIES_PER_REQUEST = 100


class FixtureBuilder:
    """Adds fixtures to a Local Exchange."""

    def __init__(self, folder: Path, local: LocalExchange) -> None:
        self.folder = folder
        self.local = local
        self.exchange = AvistaDigitalExchange(local.token, endpoint=local.endpoint)

    def file(self, name: str, size: int) -> dict[str, Any]:
        """Create a file of random bytes, on disk and in the data store."""
        path = self.folder / name
        with path.open("wb") as file:
            for _ in range(size // BLOCK // dataset.SCALE_DIVISOR):
                file.write(os.urandom(BLOCK))
        home = self.local.homeDirectoryId
        uploaded = self.exchange.uploadFileToDataStore(self.local.dataStoreId, home, path)
        return {name: uploaded.dataStoreFileId}

    def directory(self) -> dict[str, Any]:
        """Create a directory with as many subdirectories as files."""
        parent = self._create_entries(
            "parentDirectoryId", self.local.homeDirectoryId, ["entries"], []
        )[0]
        names = [f"entry-{number:03}" for number in range(dataset.ENTRIES // 2)]
        for first in range(0, len(names), ENTRIES_PER_REQUEST):
            batch = names[first : first + ENTRIES_PER_REQUEST]
            self._create_entries("parentDirectoryId", parent, batch, batch)
        return {"directory_id": parent}

    def _create_entries(
        self, argument: str, directory_id: str, directories: list[str], files: list[str]
    ) -> list[str]:
        """Create directories and empty file records in one request."""
        store = json.dumps(self.local.dataStoreId)
        arguments = f"dataStoreId: {store}, {argument}: {json.dumps(directory_id)}"
        fields = [
            f"storage_createDataStoreDirectory({arguments}, name: {json.dumps(name)}) "
            "{ id: dataStoreDirectoryId }"
            for name in directories
        ]
        arguments = f"dataStoreId: {store}, dataStoreDirectoryId: {json.dumps(directory_id)}"
        fields += [
            f"storage_createDataStoreFile({arguments}, name: {json.dumps(name)}, "
            'fileExtension: "csv") { id: itemId }'
            for name in files
        ]
        numbered = "\n".join(f"e{number}: {field}" for number, field in enumerate(fields))
        created = self.exchange.execute(f"mutation {{ {numbered} }}")
        return [entry["id"] for entry in created.values()]

    def tree(self) -> dict[str, Any]:
        """Create directories with subdirectories, without files."""
        (top,) = self._create_entries("parentDirectoryId", self.local.homeDirectoryId, ["tree"], [])
        names = [f"directory-{number:02}" for number in range(dataset.TOP_DIRECTORIES)]
        inner = [f"inner-{number:02}" for number in range(dataset.INNER_DIRECTORIES)]
        for parent in self._create_entries("parentDirectoryId", top, names, []):
            self._create_entries("parentDirectoryId", parent, inner, [])
        return {}

    def small(self) -> dict[str, Any]:
        """Create a folder of small files, on disk and in the data store."""
        folder = self.folder / "small"
        folder.mkdir()
        for number in range(dataset.SMALL_FILES):
            folder.joinpath(f"{number:03}.csv").write_bytes(os.urandom(dataset.SMALL_FILE_BYTES))
        fs = DataStoreFileSystem(token=self.local.token, endpoint=self.local.endpoint)
        fs.put(str(folder), f"{self.local.dataStoreId}/small", recursive=True)
        return {}

    def rows(self) -> dict[str, Any]:
        """Create a CSV file with a timestamp and three columns."""
        with (self.folder / "rows.csv").open("w") as file:
            file.write("time,kW,kVAR,V\n")
            for number in range(dataset.FILE_ROWS):
                values = ",".join(dataset.value(number + column) for column in range(3))
                time = dataset.START + timedelta(seconds=number)
                file.write(f"{time:%Y-%m-%dT%H:%M:%SZ},{values}\n")
        return {}

    def points(self) -> dict[str, Any]:
        """Create ten million points: publish some, then let DuckDB repeat them at later times."""
        asyncio.run(self._publish_points())
        return {}

    async def _publish_points(self) -> None:
        store, database = self.local.exchange.time_series, self.local.timeSeriesDbId
        for index, asset in enumerate(dataset.ASSETS):
            records = [
                dataset.wire_record(second, index * 1000 + second * 10)
                for second in range(dataset.BATCH_RECORDS)
            ]
            await store.publish(database, asset, records)
        copies = dataset.TIMESTAMPS // dataset.BATCH_RECORDS

        def repeat(cursor: duckdb.DuckDBPyConnection) -> None:
            points = store.catalog(cursor, database).table("points")
            cursor.execute(
                f"""
                INSERT INTO {points}
                SELECT points.* REPLACE (
                    sequence + copy * {dataset.BATCH_RECORDS * len(dataset.ASSETS)} AS sequence,
                    make_timestamp_ns(
                        epoch_ns(time) + copy * {dataset.BATCH_RECORDS}::BIGINT * 1000000000
                    ) AS time
                )
                FROM range(1, {copies}) AS copies(copy), {points} AS points
                """
            )

        await self.local.exchange.engine.start_job(repeat, "fixtures", Workload.QUERY).result()

    def telemetry(self) -> dict[str, Any]:
        """Create an endpoint with records."""
        iot = self.exchange.iot
        hub_id, model_id = self.local.iotHubId, self.local.modelId
        endpoint_id = iot.createEndpoint(hub_id, model_id, "Feeder").iotEndpointId
        iot.publish(endpoint_id, dataset.iot_records())
        return {"iot_hub_id": hub_id, "model_id": model_id, "iot_endpoint_id": endpoint_id}

    def latest(self) -> dict[str, Any]:
        """Create databases with one value per asset and attribute: of several pages, and of one."""
        return {
            "latest_database_id": self._create_latest("Latest", dataset.LATEST_ASSETS),
            "latest_page_database_id": self._create_latest("Page", dataset.LATEST_PAGE_ASSETS),
        }

    def _create_latest(self, name: str, assets: Sequence[str]) -> str:
        created = self.exchange.execute(
            "mutation ($name: String!)"
            " { timeSeriesDb_createDatabase(name: $name) { timeSeriesDbId } }",
            {"name": name},
        )
        database: str = created["timeSeriesDb_createDatabase"]["timeSeriesDbId"]
        asyncio.run(self._publish_latest(database, assets))
        return database

    async def _publish_latest(self, database: str, assets: Sequence[str]) -> None:
        for index, asset in enumerate(assets):
            record = dataset.wire_record(index % 60, index * 10)
            await self.local.exchange.time_series.publish(database, asset, [record])


FIXTURES: dict[str, Callable[[FixtureBuilder], dict[str, Any]]] = {
    "directory": FixtureBuilder.directory,
    "1GiB": lambda builder: builder.file("1GiB", 1 << 30),
    "tree": FixtureBuilder.tree,
    "small": FixtureBuilder.small,
    "rows": FixtureBuilder.rows,
    "512MiB": lambda builder: builder.file("512MiB", 512 << 20),
    "points": FixtureBuilder.points,
    "telemetry": FixtureBuilder.telemetry,
    "latest": FixtureBuilder.latest,
}


def main(folder: Path, names: list[str]) -> None:
    """Create the named fixtures."""
    fixtures: dict[str, Any] = {}
    with LocalExchange(data=folder / "data") as local:
        builder = FixtureBuilder(folder, local)
        for name in names:
            fixtures |= FIXTURES[name](builder)
    print(json.dumps(fixtures))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
