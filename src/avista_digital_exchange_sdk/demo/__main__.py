"""Runs the demo against a Local Exchange: `python -m avista_digital_exchange_sdk.demo`."""

import csv
import filecmp
import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path

from avista_digital_exchange_sdk import (
    AssetFilter,
    AvistaDigitalExchange,
    MissingExtraError,
    TimeSeriesInputRecord,
)
from avista_digital_exchange_sdk.local import LocalExchange
from avista_digital_exchange_sdk.plotting import plotTimeSeries

ASSETS = {
    "pyranometer-1": ("Roof pyranometer", ["GHI (W/m^2)", "DNI (W/m^2)", "DHI (W/m^2)"]),
    "weather-mast-1": ("Weather mast", ["Dry-bulb (C)", "Wspd (m/s)"]),
}
PLOT = Path("solar-site.png")
PREVIEW_LINES = 6
MAX_LINE_WIDTH = 100

_steps = itertools.count(1)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print the title of a step above its output."""
    heading = f"{next(_steps)}. {title}"
    print(f"\n{heading}\n{'─' * len(heading)}")
    yield


def print_truncated(value: object) -> None:
    """Print a value, with lines truncated to the width of a terminal."""
    for line in str(value).splitlines():
        print(line if len(line) <= MAX_LINE_WIDTH else line[: MAX_LINE_WIDTH - 1] + "…")


def run(exchange: AvistaDigitalExchange, local: LocalExchange, source: Path, folder: Path) -> None:
    """Run the steps of the demo."""
    with step("Who am I?"):
        user = exchange.getUserInfo()
        organization = user.organization.name if user.organization else "no organization"
        print_truncated(f"{user.firstName} {user.lastName}, {organization}")

    transfer_file(exchange, local, source, folder)
    publish_measurements(exchange, local.timeSeriesDbId, source)
    query_week(exchange, local.timeSeriesDbId, folder)
    plot_week(folder)


def transfer_file(
    exchange: AvistaDigitalExchange, local: LocalExchange, source: Path, folder: Path
) -> None:
    """Upload a file, and download it again."""
    with step("Upload a file of measurements"):
        uploaded = exchange.uploadFileToDataStore(
            local.dataStoreId, local.homeDirectoryId, source, description="July 1981, hourly"
        )
        print_truncated(
            f"{source.name} → {uploaded.storageSizeBytes:,} bytes, {uploaded.contentType}"
        )

    with step("Print the directory"):
        exchange.getDataStoreDirectory(local.homeDirectoryId).printContents()

    with step("Download it again and compare"):
        exchange.downloadDataStoreFile(uploaded.dataStoreFileId, folder)
        same = filecmp.cmp(source, folder / source.name, shallow=False)
        print_truncated(f"{source.name}: {'the same bytes' if same else 'DIFFERENT BYTES'}")


def publish_measurements(exchange: AvistaDigitalExchange, database_id: str, source: Path) -> None:
    """Publish the rows of a file, and list the latest values."""
    with step("Publish the measurements of two assets"):
        with source.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        for asset_id, (name, attributes) in ASSETS.items():
            records = [make_record(exchange, row, name, attributes) for row in rows]
            exchange.publishToTimeSeriesDatabase(database_id, asset_id, records)
            print_truncated(f"{asset_id}: {len(records)} records of {len(attributes)} attributes")

    with step("Latest values"):
        for asset in exchange.listTimeSeriesAssetsAndLatestValues(database_id):
            print_truncated(asset.name)
            for attribute in asset.attributes:
                print_truncated(
                    f"  {attribute.name:<14}{attribute.lastValue:>8}  {attribute.lastValueTime}"
                )


def query_week(exchange: AvistaDigitalExchange, database_id: str, folder: Path) -> None:
    """Query a week of the measurements into files."""
    filters: list[AssetFilter] = [
        {"assetId": asset_id, "attributeNamesFilter": attributes}
        for asset_id, (_, attributes) in ASSETS.items()
    ]
    for file_format in ("CSV", "JSON"):
        with step(f"Query a week of July into a {file_format} file"):
            exchange.queryTimeSeriesDatabaseWithFilters(
                database_id,
                filters,
                "1981-07-01T12:00:00.000Z",
                "1981-07-08T12:00:00.000Z",
                folder,
                file_format,
            )
            result = folder / f"result.{file_format.lower()}"
            print_truncated(f"{result.name}: {result.stat().st_size:,} bytes. First lines:")
            with result.open(encoding="utf-8") as lines:
                for line in itertools.islice(lines, PREVIEW_LINES):
                    print_truncated(line.rstrip())


def plot_week(folder: Path) -> None:
    """Plot the queried week."""
    with step("Plot the week"):
        try:
            figure = plotTimeSeries(folder / "result.csv", title="Solar site, July 1981")
        except MissingExtraError as error:
            print_truncated(error)
        else:
            figure.savefig(PLOT)
            print(f"saved: {PLOT.absolute()}")


def make_record(
    exchange: AvistaDigitalExchange, row: dict[str, str], name: str, attributes: list[str]
) -> TimeSeriesInputRecord:
    """Create a record from a row of the file."""
    return exchange.createTimeSeriesInputRecord(
        datetime.fromisoformat(row["time"]),
        "MILLISECONDS",
        "measurements",
        "MULTI",
        measureValues=[
            exchange.createTimeSeriesMeasureValue("DOUBLE", attribute, row[attribute])
            for attribute in attributes
        ],
        dimensions=[exchange.createTimeSeriesDimension("VARCHAR", "name", name)],
    )


def main() -> None:
    """Run the demo in a temporary directory."""
    sample = files(__package__) / "solar_site.csv"
    with (
        tempfile.TemporaryDirectory() as folder,
        as_file(sample) as source,
        LocalExchange() as local,
        AvistaDigitalExchange(local.token, endpoint=local.endpoint) as exchange,
    ):
        print(f"A Local Exchange runs at {local.endpoint}. Nothing leaves this machine.")
        run(exchange, local, source, Path(folder))
    print("\nDone. docs/tutorial.md explains how to do the same with your own token.")


if __name__ == "__main__":
    main()
