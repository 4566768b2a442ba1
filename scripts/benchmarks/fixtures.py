"""What workloads find on the server, laid down before they begin.

    python -m scripts.benchmarks.fixtures FOLDER NAME...

It prints what a job must know of it, as JSON. It runs as a process of its own, because a process
that measures others must be small.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from avista_digital_exchange_sdk import AvistaDigitalExchange
from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.local.services.time_series.worker_pools import Workload

from . import dataset

BLOCK = 1 << 20
RECORDS_AT_ONCE = 100
ENTRIES_AT_ONCE = 100


class Site:
    """An exchange under construction."""

    def __init__(self, folder: Path, local: LocalExchange) -> None:
        self.folder = folder
        self.local = local
        self.exchange = AvistaDigitalExchange(local.token, endpoint=local.endpoint)

    def file(self, name: str, size: int) -> dict[str, Any]:
        """A file of random bytes, on the disk and in the data store."""
        path = self.folder / name
        with path.open("wb") as file:
            for _ in range(size // BLOCK // dataset.FRACTION):
                file.write(os.urandom(BLOCK))
        home = self.local.homeDirectoryId
        uploaded = self.exchange.uploadFileToDataStore(self.local.dataStoreId, home, path)
        return {name: uploaded.dataStoreFileId}

    def directory(self) -> dict[str, Any]:
        """A directory of as many directories as files."""
        parent = self._made("parentDirectoryId", self.local.homeDirectoryId, ["entries"], [])[0]
        names = [f"entry-{number:03}" for number in range(dataset.ENTRIES // 2)]
        for first in range(0, len(names), ENTRIES_AT_ONCE):
            some = names[first : first + ENTRIES_AT_ONCE]
            self._made("parentDirectoryId", parent, some, some)
        return {"directoryId": parent}

    def _made(
        self, argument: str, directoryId: str, directories: list[str], files: list[str]
    ) -> list[str]:
        """Make directories and files without bytes, in one request."""
        store = json.dumps(self.local.dataStoreId)
        place = f"dataStoreId: {store}, {argument}: {json.dumps(directoryId)}"
        fields = [
            f"storage_createDataStoreDirectory({place}, name: {json.dumps(name)}) "
            "{ id: dataStoreDirectoryId }"
            for name in directories
        ]
        place = f"dataStoreId: {store}, dataStoreDirectoryId: {json.dumps(directoryId)}"
        fields += [
            f"storage_createDataStoreFile({place}, name: {json.dumps(name)}, "
            'fileExtension: "csv") { id: itemId }'
            for name in files
        ]
        numbered = "\n".join(f"e{number}: {field}" for number, field in enumerate(fields))
        made = self.exchange.execute(f"mutation {{ {numbered} }}")
        return [entry["id"] for entry in made.values()]

    def points(self) -> dict[str, Any]:
        """Ten million points: some published, then repeated later in time by DuckDB."""
        asyncio.run(self._publish_points())
        return {}

    async def _publish_points(self) -> None:
        store, database = self.local.exchange.time_series, self.local.timeSeriesDbId
        for index, asset in enumerate(dataset.ASSETS):
            records = [
                dataset.wire_record(second, index * 1000 + second * 10)
                for second in range(RECORDS_AT_ONCE)
            ]
            await store.publish(database, asset, records)
        copies = dataset.TIMES // RECORDS_AT_ONCE

        def repeat(cursor: duckdb.DuckDBPyConnection) -> None:
            points = store.catalogue(cursor, database).table("points")
            cursor.execute(
                f"""
                INSERT INTO {points}
                SELECT points.* REPLACE (
                    sequence + copy * {RECORDS_AT_ONCE * len(dataset.ASSETS)} AS sequence,
                    make_timestamp_ns(
                        epoch_ns(time) + copy * {RECORDS_AT_ONCE}::BIGINT * 1000000000
                    ) AS time
                )
                FROM range(1, {copies}) AS copies(copy), {points} AS points
                """
            )

        await store.start_job(repeat, "provisions", Workload.QUERY).result()

    def latest(self) -> dict[str, Any]:
        """A database of its own, in which every asset has one value of each attribute."""
        made = self.exchange.execute(
            'mutation { timeSeriesDb_createDatabase(name: "Latest") { timeSeriesDbId } }'
        )
        database = made["timeSeriesDb_createDatabase"]["timeSeriesDbId"]
        asyncio.run(self._publish_latest(database))
        return {"latestDbId": database}

    async def _publish_latest(self, database: str) -> None:
        for index, asset in enumerate(dataset.LATEST_ASSETS):
            record = dataset.wire_record(index % 60, index * 10)
            await self.local.exchange.time_series.publish(database, asset, [record])


PROVISIONS: dict[str, Callable[[Site], dict[str, Any]]] = {
    "directory": Site.directory,
    "1GiB": lambda site: site.file("1GiB", 1 << 30),
    "512MiB": lambda site: site.file("512MiB", 512 << 20),
    "points": Site.points,
    "latest": Site.latest,
}


def main(folder: Path, names: list[str]) -> None:
    """Lay down what is named."""
    provided: dict[str, Any] = {}
    with LocalExchange(data=folder / "data") as local:
        site = Site(folder, local)
        for name in names:
            provided |= PROVISIONS[name](site)
    print(json.dumps(provided))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
