"""A new database, and publishing of files to it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from avista_digital_exchange_sdk import AvistaDigitalExchange, FilePublishReport
from avista_digital_exchange_sdk.local import LocalExchange

WHOLE = ("1900-01-01T00:00:00Z", "2200-01-01T00:00:00Z")


class FilePublisher:
    """Publishes files to one database and reads its content."""

    def __init__(self, client: AvistaDigitalExchange, database: str, folder: Path) -> None:
        self.client = client
        self.database = database
        self.folder = folder

    def write(self, content: str | bytes | list[str], name: str = "input.csv") -> Path:
        """Write a file."""
        path = self.folder / name
        if isinstance(content, list):
            content = "\n".join(content) + "\n"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def publish(self, path: Any, **arguments: Any) -> FilePublishReport:
        """Publish a file, by default of the asset `a`."""
        has_asset = arguments.keys() & {"assetId", "assetIdColumn", "assetsInColumns", "mapping"}
        return self.client.publishFileToTimeSeriesDatabase(
            self.database, path, **(arguments if has_asset else {"assetId": "a"} | arguments)
        )

    def data(self) -> list[Any]:
        """The assets with their attributes and values."""
        assets = self.client.listTimeSeriesAssetsAndLatestValues(self.database)
        if not assets:
            return []
        result = self.folder / "stored.json"
        filters: Any = [{"assetId": asset.assetId} for asset in assets]
        self.client.queryTimeSeriesDatabaseWithFilters(
            self.database, filters, *WHOLE, result, "JSON"
        )
        found: list[Any] = json.loads(result.read_text("utf-8"))
        result.unlink()
        return found

    def stored(self) -> dict[str, list[str]]:
        """Stored values as `time value` by `asset/attribute`, without trailing zeros."""
        return {
            f"{asset['assetId']}/{attribute['name']}": [
                f"{_shorten(point['timestamp'])} {point['value']}" for point in attribute["data"]
            ]
            for asset in self.data()
            for attribute in asset["attributes"]
        }

    def types(self) -> dict[str, str]:
        """The types of attributes."""
        return {
            attribute["name"]: attribute["attributeType"]
            for asset in self.data()
            for attribute in asset["attributes"]
        }


def _shorten(timestamp: str) -> str:
    """A time as day and time of day, without trailing zeros."""
    text = timestamp.replace("T", " ").removesuffix("Z")
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return text.removesuffix(":00")


@pytest.fixture
def files(local: LocalExchange, database: str, tmp_path: Path) -> Iterator[FilePublisher]:
    """Publishes files to a new database."""
    with AvistaDigitalExchange(local.token, endpoint=local.endpoint) as client:
        yield FilePublisher(client, database, tmp_path)
