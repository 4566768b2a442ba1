"""Published values come back equal from every kind of query."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from avista_digital_exchange_sdk import AvistaDigitalExchange, TimeSeriesInputRecord
from avista_digital_exchange_sdk.local import LocalExchange

from ..support.admin_client import AdminClient
from ..support.clients import CLIENT_FACTORIES, RUNNER

pytestmark = pytest.mark.filterwarnings("ignore::avista_digital_exchange_sdk.MissingDataWarning")

# The same examples in every run, so failures come from changes; nothing is stored on disk. Each
# example is a publish and a query, so there is no time to shrink failures.
ROUND_TRIPS = settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)

EARLIEST, LATEST = -(2**63) + 10**14, 2**63 - 10**14
"""Nanoseconds since 1970 that Timestream supports, less a day at both ends."""

UNITS = {"SECONDS": 10**9, "MILLISECONDS": 10**6, "MICROSECONDS": 1000, "NANOSECONDS": 1}
DELETE = "mutation ($id: ID!) { timeSeriesDb_deleteDatabase(timeSeriesDbId: $id) { name } }"
TAKEN = {"time", "measure_name", "measure_value", "assetid", "name"}

characters = st.characters(exclude_categories=["Cs"])
texts = st.text(characters, min_size=1, max_size=30)
asset_ids = texts.filter(lambda text: text.isprintable() and text == text.strip())
attribute_names = texts.filter(
    lambda text: (
        text.strip() and text.casefold() not in TAKEN and not text.casefold().startswith("ts_")
    )
)
# A string of at most 15 digits is exactly representable as a double.
numerals = st.from_regex(r"-?(0|[1-9][0-9]{0,7})(\.[0-9]{1,7})?(e-?[0-9]{1,2})?", fullmatch=True)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "DOUBLE": st.one_of(st.floats(allow_nan=False, allow_infinity=False), numerals),
    "BIGINT": st.integers(-(2**63), 2**63 - 1),
    "BOOLEAN": st.booleans(),
    "VARCHAR": texts,
    "TIMESTAMP": st.integers(EARLIEST, LATEST),
}


class Data(NamedTuple):
    """Published data: names of assets, types of attributes, values by asset, time and attribute."""

    names: dict[str, str | None]
    types: dict[str, str]
    unit: str
    multi: bool
    values: dict[str, dict[int, dict[str, Any]]]

    def rows(self) -> list[tuple[str, int, dict[str, Any]]]:
        """Every asset and time with its measurements, in order."""
        return [
            (asset, time, measured)
            for asset, times in self.values.items()
            for time, measured in sorted(times.items())
        ]

    def text(self, attribute: str, value: Any) -> str:
        """The value as files contain it."""
        kind = self.types[attribute]
        if kind == "BOOLEAN":
            return str(value).lower()
        return _timestream_time(value) if kind == "TIMESTAMP" else str(value)

    def value(self, attribute: str, value: Any) -> Any:
        """The value as SQL returns it."""
        kind = self.types[attribute]
        if kind == "TIMESTAMP":
            return _iso_time(value)
        return float(value) if kind == "DOUBLE" else value


def _timestream_time(nanoseconds: int) -> str:
    seconds, fraction = divmod(nanoseconds, 10**9)
    return f"{datetime(1970, 1, 1) + timedelta(seconds=seconds)}.{fraction:09}"


def _iso_time(nanoseconds: int) -> str:
    text = _timestream_time(nanoseconds).replace(" ", "T")
    return f"{text.removesuffix('000000')}Z"


@st.composite
def data(draw: st.DrawFn) -> Data:
    names = draw(st.dictionaries(asset_ids, st.none() | texts, min_size=1, max_size=3))
    attributes = draw(
        st.lists(attribute_names, min_size=1, max_size=4, unique_by=lambda name: name.casefold())
    )
    types = {name: draw(st.sampled_from(sorted(VALUES))) for name in attributes}
    unit = draw(st.sampled_from(sorted(UNITS)))
    step = UNITS[unit]
    times = st.integers(EARLIEST // step, LATEST // step).map(lambda count: count * step)
    measured = st.dictionaries(st.sampled_from(attributes), st.none(), min_size=1).flatmap(
        lambda chosen: st.fixed_dictionaries({name: _values(types[name], step) for name in chosen})
    )
    values = {
        asset: draw(st.dictionaries(times, measured, min_size=1, max_size=5)) for asset in names
    }
    return Data(names, types, unit, draw(st.booleans()), values)


def _values(kind: str, step: int) -> st.SearchStrategy[Any]:
    if kind != "TIMESTAMP":
        return VALUES[kind]
    # They count the record's unit.
    return st.integers(EARLIEST // step, LATEST // step).map(lambda count: count * step)


class SampleDatabase:
    """A new database for each example, used with both clients."""

    def __init__(
        self, exchanges: list[AvistaDigitalExchange], admin_client: AdminClient, folder: Path
    ) -> None:
        self._exchanges = exchanges
        self._platform = admin_client
        self._target = folder / "result"
        self.database = ""

    def delete(self) -> None:
        if self.database:
            self._platform.run(DELETE, id=self.database)

    def publish(self, data: Data) -> None:
        self._exchanges.reverse()
        self.exchange = self._exchanges[0]
        self.delete()
        self.database = self._platform.create_database()
        for asset, times in data.values.items():
            records = [
                record
                for time, measured in times.items()
                for record in self._records(data, data.names[asset], time, measured)
            ]
            self.exchange.publishToTimeSeriesDatabase(self.database, asset, records)

    def _records(
        self, data: Data, name: str | None, time: int, measured: dict[str, Any]
    ) -> list[TimeSeriesInputRecord]:
        exchange, step = self.exchange, UNITS[data.unit]
        dimensions = [exchange.createTimeSeriesDimension("VARCHAR", "name", name)] if name else []
        counted = {
            attribute: value // step if data.types[attribute] == "TIMESTAMP" else value
            for attribute, value in measured.items()
        }
        if data.multi:
            measures = [
                exchange.createTimeSeriesMeasureValue(data.types[attribute], attribute, value)
                for attribute, value in counted.items()
            ]
            return [
                exchange.createTimeSeriesInputRecord(
                    time // step, data.unit, "all", "MULTI", None, measures, dimensions
                )
            ]
        return [
            exchange.createTimeSeriesInputRecord(
                time // step,
                data.unit,
                attribute,
                data.types[attribute],
                value,
                dimensions=dimensions,
            )
            for attribute, value in counted.items()
        ]

    def query(self, data: Data, exportFileFormat: str, aggregate: str, maxRows: int) -> str:
        """The result file of a query of all data."""
        times = [time for _, time, _ in data.rows()]
        self.exchange.queryTimeSeriesDatabaseWithFilters(
            self.database,
            [{"assetId": asset, "attributeNamesFilter": list(data.types)} for asset in data.values],
            _iso_time(min(times)),
            _iso_time(max(times) + 1),
            self._target,
            exportFileFormat,
            maxRows,
            aggregate=aggregate,
        )
        return self._target.read_bytes().decode()

    def select(self, columns: str) -> list[dict[str, Any]]:
        """All rows of a query in SQL."""
        found = self.exchange.getTimeSeriesDatabase(self.database)
        table = f'"{found.databaseName}"."{found.tableName}"'
        rows = self.exchange.iterTimeSeriesDatabase_TimestreamFormat(
            self.database, f"SELECT {columns} FROM {table}", 3
        )
        return list(rows) if isinstance(rows, Iterator) else RUNNER.run(_collect(rows))


async def _collect(rows: Any) -> list[dict[str, Any]]:
    return [row async for row in rows]


@pytest.fixture(scope="module")
def sample_database(
    local: LocalExchange, admin_client: AdminClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SampleDatabase]:
    with ExitStack() as stack:
        exchanges = [
            stack.enter_context(create_client(local.token, endpoint=local.endpoint))
            for create_client in CLIENT_FACTORIES.values()
        ]
        sample_database = SampleDatabase(
            exchanges, admin_client, tmp_path_factory.mktemp("round-trips")
        )
        yield sample_database
        sample_database.delete()


ways = pytest.mark.parametrize("aggregate", ["server", "client"])
page_sizes = st.integers(1, 4)


@ways
@ROUND_TRIPS
@given(data=data(), maxRows=page_sizes)
def test_published_values_come_back_in_a_csv_file(
    sample_database: SampleDatabase, aggregate: str, data: Data, maxRows: int
) -> None:
    sample_database.publish(data)
    file = sample_database.query(data, "CSV", aggregate, maxRows)
    header, *rows = csv.reader(io.StringIO(file, newline=""))
    assert header == ["assetId", "name", "timestamp", *data.types]
    assert rows == [
        [
            asset,
            data.names[asset] or "",
            _timestream_time(time),
            *(data.text(name, measured[name]) if name in measured else "" for name in data.types),
        ]
        for asset, time, measured in data.rows()
    ]


@ways
@ROUND_TRIPS
@given(data=data(), maxRows=page_sizes)
def test_published_values_come_back_in_a_json_file(
    sample_database: SampleDatabase, aggregate: str, data: Data, maxRows: int
) -> None:
    sample_database.publish(data)
    assets = json.loads(sample_database.query(data, "JSON", aggregate, maxRows))
    found = [
        (asset["assetId"], asset["name"], attribute["name"], attribute["attributeType"], point)
        for asset in assets
        for attribute in asset["attributes"]
        for point in ((point["timestamp"], point["value"]) for point in attribute["data"])
    ]
    assert found == [
        (asset, data.names[asset], name, kind, (_iso_time(time), data.text(name, measured[name])))
        for asset, times in data.values.items()
        for name, kind in data.types.items()
        for time, measured in sorted(times.items())
        if name in measured
    ]


@ROUND_TRIPS
@given(data=data())
def test_published_values_come_back_as_latest_values(
    sample_database: SampleDatabase, data: Data
) -> None:
    sample_database.publish(data)
    found = {
        (asset.assetId, asset.name, attribute.name): (
            attribute.attributeType,
            attribute.lastValueTime,
            attribute.lastValue,
        )
        for asset in sample_database.exchange.listTimeSeriesAssetsAndLatestValues(
            sample_database.database
        )
        for attribute in asset.attributes
    }
    # The last of several times is kept.
    assert found == {
        (asset, data.names[asset], name): (
            data.types[name],
            _iso_time(time),
            data.text(name, value),
        )
        for asset, time, measured in data.rows()
        for name, value in measured.items()
    }


@ROUND_TRIPS
@given(data=data())
def test_published_values_come_back_from_sql(sample_database: SampleDatabase, data: Data) -> None:
    sample_database.publish(data)
    # Attributes without values have no column.
    known = sorted({name for _, _, measured in data.rows() for name in measured})
    if data.multi:
        quoted = ['"' + name.replace('"', '""') + '"' for name in known]
        columns = [f"{name} AS v{index}" for index, name in enumerate(quoted)]
        rows = sample_database.select(", ".join(["time", "assetId", *columns]))
        found = [
            (row["assetId"], row["time"], name, row[f"v{index}"])
            for row in rows
            for index, name in enumerate(known)
            if row[f"v{index}"] is not None
        ]
    else:
        kinds = sorted({data.types[name].lower() for name in known})
        columns = [f"measure_value::{kind} AS {kind}_value" for kind in kinds]
        rows = sample_database.select(", ".join(["time", "assetId", "measure_name", *columns]))
        found = [
            (
                row["assetId"],
                row["time"],
                row["measure_name"],
                row[f"{data.types[row['measure_name']].lower()}_value"],
            )
            for row in rows
        ]
    expected = [
        (asset, _iso_time(time), name, data.value(name, value))
        for asset, time, measured in data.rows()
        for name, value in measured.items()
    ]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
