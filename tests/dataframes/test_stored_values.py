"""Publishing a part of the attributes: values of other attributes are kept.

Everything is tested with both behaviors a platform may have for measures that a record of a higher
version omits: removing or keeping them.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avista_digital_exchange_sdk import (
    AvistaDigitalExchange,
    InvalidParameterError,
    PublishIncompleteError,
)
from avista_digital_exchange_sdk._time_series import row_job
from avista_digital_exchange_sdk._time_series.stored_records import StoredRecordReader
from avista_digital_exchange_sdk.local import LocalExchange

from ..conftest import Connect
from ..support.admin_client import AdminClient

DAY = pd.Timestamp("2024-05-01T00:00:00Z")
WHOLE = ("2024-05-01T00:00:00Z", "2024-05-02T00:00:00Z")
TYPES = {"kW": "DOUBLE", "count": "BIGINT", "state": "VARCHAR", "open": "BOOLEAN"}


@pytest.fixture(scope="module", params=[False, True], ids=["omitted removed", "omitted kept"])
def other_local(request: pytest.FixtureRequest) -> Iterator[LocalExchange]:
    """A Local Exchange with either behavior."""
    with LocalExchange(keepOmittedMeasures=request.param) as local:
        yield local


class Place(NamedTuple):
    """A new database, and a client to use it with."""

    client: AvistaDigitalExchange
    database: str

    def publish(self, columns: dict[str, list[Any]], **options: Any) -> Any:
        """Publish hourly rows of the asset `feeder-7`."""
        count = max(map(len, columns.values()))
        times = pd.date_range(DAY, periods=count, freq="h")
        frame = pd.DataFrame({"timestamp": times, **columns})
        return self.client.publishDataFrameToTimeSeriesDatabase(
            self.database, frame, **{"assetId": "feeder-7"} | options
        )

    def publish_records(self, *records: Any, assetId: str = "feeder-7") -> None:
        """Publish records like other programs."""
        self.client.publishToTimeSeriesDatabase(self.database, assetId, records)

    def record(
        self, hour: int, name: str, values: dict[str, Any], version: int = 1, asset: str = ""
    ) -> Any:
        """Create a record with several measures, or with one if its name is that of the value."""
        time = int((DAY + pd.Timedelta(hours=hour)).timestamp())
        names = [self.client.createTimeSeriesDimension("VARCHAR", "name", asset)] if asset else []
        if values.keys() == {name}:
            return self.client.createTimeSeriesInputRecord(
                time, "SECONDS", name, TYPES[name], values[name], dimensions=names, version=version
            )
        measures = [
            self.client.createTimeSeriesMeasureValue(TYPES[name], name, value)
            for name, value in values.items()
        ]
        return self.client.createTimeSeriesInputRecord(
            time, "SECONDS", name, "MULTI", None, measures, names, version
        )

    def stored(self, assetId: str = "feeder-7") -> dict[str, list[Any]]:
        """The columns of a query for an asset."""
        filters: Any = [{"assetId": assetId}]
        table = self.client.queryTimeSeriesDatabaseToArrow(
            self.database, filters, *WHOLE, errors="ignore"
        )
        return table.drop_columns(["assetId", "name", "timestamp"]).to_pydict()

    def count_values(self) -> dict[str, int]:
        """The number of stored values of each attribute, over all records."""
        database = self.client.getTimeSeriesDatabase(self.database)
        table = f'"{database.databaseName}"."{database.tableName}"'
        query = self.client.queryTimeSeriesDatabase_TimestreamFormatToArrow
        described = query(self.database, f"DESCRIBE {table}").to_pylist()
        counts = {
            row["Column"]: query(
                self.database, f'SELECT count("{row["Column"]}") AS n FROM {table}'
            )["n"][0].as_py()
            for row in described
            if row["Timestream attribute type"] == "MULTI"
        }
        for row in described:
            if row["Column"].startswith("measure_value::"):
                sql = f"SELECT measure_name, count({row['Column']}) AS n FROM {table} GROUP BY 1"
                for single in query(self.database, sql).to_pylist():
                    if single["n"]:
                        name = single["measure_name"]
                        counts[name] = counts.get(name, 0) + single["n"]
        return counts


@pytest.fixture
def path(connect: Connect, other_local: LocalExchange) -> Place:
    client = connect(other_local.token, endpoint=other_local.endpoint)
    return Place(client, AdminClient(other_local.endpoint, other_local.token).create_database())


class TestSubsets:
    def test_attributes_published_separately_are_merged_by_time(self, path: Place) -> None:
        path.publish({"kW": [1.5, 2.5]})
        path.publish({"kVAR": [0.5, 0.25]})
        path.publish({"state": ["on", "off"]})
        assert path.stored() == {"kVAR": [0.5, 0.25], "kW": [1.5, 2.5], "state": ["on", "off"]}
        assert path.count_values() == {"kVAR": 2, "kW": 2, "state": 2}

    def test_late_values_are_merged_with_earlier_ones(self, path: Place) -> None:
        path.publish({"kW": [1.5, None, 3.5], "kVAR": [None, 0.25, 0.5]})
        report = path.publish({"kW": [1.5, 2.5, 3.5], "kVAR": [0.75, 0.25, 0.5]}).report
        assert (report.valuesStored, report.valuesUnchanged, report.valuesCorrected) == (2, 4, 0)
        assert path.stored() == {"kVAR": [0.75, 0.25, 0.5], "kW": [1.5, 2.5, 3.5]}
        assert path.count_values() == {"kVAR": 3, "kW": 3}

    def test_publishing_the_same_values_again_stores_nothing(self, path: Place) -> None:
        rows = {"kW": [1.5, 2.5], "state": ["on", None]}
        assert path.publish(rows).report.valuesStored == 3
        again = path.publish(rows)
        assert again == []
        assert (again.report.valuesStored, again.report.valuesUnchanged) == (0, 3)
        assert path.count_values() == {"kW": 2, "state": 1}

    def test_records_of_other_programs_are_not_stored_twice(self, path: Place) -> None:
        path.publish_records(
            path.record(0, "kW", {"kW": 1.5}, version=3),
            path.record(1, "readings", {"kW": 2.5, "state": "on"}, asset="Feeder 7"),
        )
        report = path.publish({"kW": [1.5, 2.5], "state": ["off", "on"]}).report
        assert (report.valuesStored, report.valuesUnchanged) == (1, 3)
        assert path.stored() == {"kW": [1.5, 2.5], "state": ["off", "on"]}
        assert path.count_values() == {"kW": 2, "state": 2}

    def test_value_that_differs_from_the_stored_one_is_rejected_and_others_are_stored(
        self, path: Place
    ) -> None:
        path.publish({"kW": [1.5, 2.5]})
        with pytest.raises(PublishIncompleteError) as caught:
            path.publish({"kW": [1.5, 9999.0, 3.5], "kVAR": [0.5, 0.25, 0.75]})
        incomplete = caught.value
        assert incomplete.rejected == {
            1: "'kW' at 2024-05-01T01:00:00.000Z is stored as 2.5, got 9999; "
            "to replace stored values, pass correct=True"
        }
        assert (incomplete.written, incomplete.unchanged) == ([0, 2], [])
        assert "values stored: 4 (rows: 3), already in the database: 1" in str(incomplete)
        assert path.stored() == {"kVAR": [0.5, 0.25, 0.75], "kW": [1.5, 2.5, 3.5]}
        assert path.count_values() == {"kVAR": 3, "kW": 3}


class TestCorrections:
    def test_correction_replaces_its_values_and_keeps_all_others(self, path: Place) -> None:
        path.publish(
            {"kW": [1.5, 9999.0, 3.5], "kVAR": [0.5, 0.25, 0.75], "state": ["a", "b", "c"]}
        )
        report = path.publish({"kW": [1.5, 2.5, None]}, correct=True).report
        assert (report.valuesStored, report.valuesCorrected, report.valuesUnchanged) == (1, 1, 1)
        assert path.stored() == {
            "kVAR": [0.5, 0.25, 0.75],
            "kW": [1.5, 2.5, 3.5],
            "state": ["a", "b", "c"],
        }
        assert path.count_values() == {"kVAR": 3, "kW": 3, "state": 3}

    def test_values_can_be_corrected_repeatedly(self, path: Place) -> None:
        for kw in (1.0, 2.0, 3.0, 1.0):
            path.publish({"kW": [kw, 7.0], "state": ["on", "on"]}, correct=True)
        assert path.stored() == {"kW": [1.0, 7.0], "state": ["on", "on"]}
        assert path.count_values() == {"kW": 2, "state": 2}

    def test_correction_may_add_values(self, path: Place) -> None:
        path.publish({"kW": [1.5], "kVAR": [0.5]})
        report = path.publish({"kW": [2.5, 3.5], "state": ["on", "off"]}, correct=True).report
        assert (report.valuesStored, report.valuesCorrected) == (4, 1)
        assert path.stored() == {"kVAR": [0.5, None], "kW": [2.5, 3.5], "state": ["on", "off"]}

    @pytest.mark.parametrize("version", [1, 2, 7, 2**31 - 2])
    def test_records_of_other_programs_are_corrected_whatever_their_version(
        self, version: int, path: Place
    ) -> None:
        values = {"kW": 2.5, "state": "on", "count": 2**60 + 1, "open": True}
        path.publish_records(
            path.record(0, "kW", {"kW": 1.5}, version),
            path.record(0, "state", {"state": 'a, "b"\''}, version),
            path.record(1, "readings", values, version, asset="Feeder 7"),
        )
        path.publish({"kW": [11.5, 12.5]}, correct=True)
        assert path.stored() == {
            "count": [None, 2**60 + 1],
            "kW": [11.5, 12.5],
            "open": [None, True],
            "state": ['a, "b"\'', "on"],
        }
        assert path.count_values() == {"count": 1, "kW": 2, "open": 1, "state": 2}

    def test_correction_of_the_highest_version_is_an_error(self, path: Place) -> None:
        path.publish_records(path.record(0, "kW", {"kW": 1.5}, version=2**31 - 1))
        with pytest.raises(PublishIncompleteError) as caught:
            path.publish({"kW": [2.5]}, correct=True)
        assert "version" in caught.value.rejected[0]
        assert path.stored() == {"kW": [1.5]}

    def test_correction_whose_record_can_not_be_read_as_a_whole_is_an_error(
        self, path: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read = StoredRecordReader.read

        async def read_named_only(reader: Any, asset: Any, times: Any, names: Any = None) -> Any:
            return [] if names is None else await read(reader, asset, times, names)

        path.publish({"kW": [1.5, 2.5], "state": ["on", "off"]})
        monkeypatch.setattr(row_job, "FIRST_DELAY_SECONDS", 0)
        monkeypatch.setattr(StoredRecordReader, "read", read_named_only)
        with pytest.raises(PublishIncompleteError) as caught:
            path.publish({"kW": [1.5, 9.5]}, correct=True)
        assert caught.value.rejected.keys() == {1}
        assert caught.value.unchanged == [0]
        assert path.stored() == {"kW": [1.5, 2.5], "state": ["on", "off"]}

    def test_correction_of_a_value_stored_twice_changes_both_records(self, path: Place) -> None:
        path.publish_records(
            path.record(0, "kW", {"kW": 1.5}),
            path.record(0, "readings", {"kW": 2.5, "state": "on"}),
        )
        report = path.publish({"kW": [3.5]}, correct=True).report
        assert report.valuesCorrected == 1
        table = path.client.getTimeSeriesDatabase(path.database)
        rows = path.client.queryTimeSeriesDatabase_TimestreamFormatToArrow(
            path.database,
            f'SELECT coalesce("kW", measure_value::double) AS kw FROM "{table.databaseName}".'
            f'"{table.tableName}"',
        )
        assert rows["kw"].to_pylist() == [3.5, 3.5]

    def test_version_argument_replaces_only_lower_versions(self, path: Place) -> None:
        path.publish_records(
            path.record(0, "kW", {"kW": 1.5}, version=2),
            path.record(1, "kW", {"kW": 2.5}, version=3),
        )
        with pytest.raises(PublishIncompleteError) as caught:
            path.publish({"kW": [11.5, 12.5]}, version=3)
        assert list(caught.value.rejected) == [1]
        assert path.stored() == {"kW": [11.5, 2.5]}

    def test_two_rows_with_one_time_correct_the_same_record(self, path: Place) -> None:
        path.publish({"kW": [1.5], "kVAR": [0.5], "state": ["on"]})
        frame = pd.DataFrame(
            {"timestamp": [DAY] * 2, "kW": [2.5, None], "kVAR": [None, 0.75], "assetId": "feeder-7"}
        )
        path.client.publishDataFrameToTimeSeriesDatabase(path.database, frame, correct=True)
        assert path.stored() == {"kVAR": [0.75], "kW": [2.5], "state": ["on"]}


class TestNames:
    def test_asset_named_later_keeps_one_history(self, path: Place) -> None:
        path.publish({"kW": [1.5, 2.5]})
        rows = {"kW": [1.5, 2.5, 3.5], "kVAR": [0.5, 0.25, 0.75], "name": ["Feeder 7"] * 3}
        path.publish(rows)
        path.publish({"state": ["on", "off", "on"]})
        assert path.stored() == {
            "kVAR": [0.5, 0.25, 0.75],
            "kW": [1.5, 2.5, 3.5],
            "state": ["on", "off", "on"],
        }
        assert path.count_values() == {"kVAR": 3, "kW": 3, "state": 3}
        (asset,) = path.client.listTimeSeriesAssetsAndLatestValues(path.database)
        assert asset.name == "Feeder 7"

    def test_another_asset_name_is_refused_unless_requested(self, path: Place) -> None:
        path.publish({"kW": [1.5], "name": ["Feeder 7"]})
        rows = {"kW": [1.5, 2.5], "name": ["Feeder Seven"] * 2}
        with pytest.raises(InvalidParameterError, match="'feeder-7' has the name 'Feeder 7', got "):
            path.publish(rows)
        assert path.stored() == {"kW": [1.5]}
        path.publish(rows, renameAssets=True)
        (asset,) = path.client.listTimeSeriesAssetsAndLatestValues(path.database)
        assert asset.name == "Feeder Seven"
        assert path.stored() == {"kW": [1.5, 2.5]}
        assert path.count_values() == {"kW": 2}

    def test_frame_with_names_in_some_rows_names_the_asset(self, path: Place) -> None:
        path.publish({"kW": [1.5, 2.5], "name": [None, "Feeder 7"]})
        path.publish({"kW": [1.5, 2.5], "name": ["Feeder 7", None]})
        assert path.count_values() == {"kW": 2}
        with pytest.raises(InvalidParameterError, match=r"'x' has the name 'a', got 'b'"):
            path.publish({"kW": [1.5, 2.5], "name": ["a", "b"]}, assetId="x")


class TestTypes:
    @pytest.mark.parametrize("order", [[0, 1], [1, 0]], ids=["night first", "day first"])
    def test_integers_and_fractions_may_be_in_any_order(
        self, order: list[int], path: Place
    ) -> None:
        parts = [{"kW": [0, 0]}, {"kW": [None, None, 41.5, 43.25]}]
        for index in order:
            path.publish(parts[index])
        assert path.stored() == {"kW": [0.0, 0.0, 41.5, 43.25]}
        assert path.client.listTimeSeriesAssetsAndLatestValues(path.database)[0].attributes[
            0
        ].attributeType == ("DOUBLE")

    def test_attribute_keeps_its_type_in_the_database(self, path: Place) -> None:
        path.publish_records(path.record(0, "r", {"count": 1, "state": "007", "open": True}))
        path.publish({"count": [1.0, 2.0], "state": ["007", "8"], "open": ["true", "False"]})
        assert path.stored() == {
            "count": [1, 2],
            "open": [True, False],
            "state": ["007", "8"],
        }

    def test_value_that_does_not_fit_the_stored_type_is_refused_before_anything_is_sent(
        self, path: Place
    ) -> None:
        path.publish({"n": [1]}, measureTypes={"n": "BIGINT"})
        for columns, options, message in (
            ({"n": [1, 2.5]}, {}, "the database has 'n' as BIGINT"),
            ({"n": ["1", "Bad Input"]}, {}, "Bad Input.*the database has 'n' as BIGINT"),
            ({"n": [1, 2]}, {"measureTypes": {"n": "DOUBLE"}}, "'n' is a BIGINT in the database"),
            ({"id": [2**53 + 1]}, {}, "measureTypes={'id': 'BIGINT'} or 'VARCHAR'"),
        ):
            with pytest.raises(InvalidParameterError, match=message):
                path.publish(columns, **options)
        assert path.stored() == {"n": [1]}


class TestDuplicates:
    @pytest.mark.parametrize("correct", [False, True])
    def test_rows_that_contradict_each_other_are_refused(self, correct: bool, path: Place) -> None:
        frame = pd.DataFrame(
            {"timestamp": [DAY, DAY, DAY], "kW": [1.5, None, 2.5], "kVAR": [None, 0.5, None]}
        )
        publish = path.client.publishDataFrameToTimeSeriesDatabase
        with pytest.raises(
            InvalidParameterError, match=r"rows 0 and 2 both have a value of 'kW'.*'1.5' and"
        ):
            publish(path.database, frame, assetId="a", correct=correct)
        assert path.stored("a") == {}

    def test_rows_that_repeat_or_complete_each_other_are_published(self, path: Place) -> None:
        frame = pd.DataFrame(
            {"timestamp": [DAY, DAY, DAY], "kW": [1.5, None, 1.5], "kVAR": [None, 0.5, None]}
        )
        result = path.client.publishDataFrameToTimeSeriesDatabase(
            path.database, frame, assetId="feeder-7"
        )
        assert (result.report.valuesStored, result.report.valuesUnchanged) == (2, 1)
        assert path.stored() == {"kVAR": [0.5], "kW": [1.5]}
        assert path.count_values() == {"kVAR": 1, "kW": 1}

    def test_values_that_differ_only_in_dimensions_are_refused(self, path: Place) -> None:
        frame = pd.DataFrame({"timestamp": [DAY, DAY], "tag": ["kW", "kVAR"], "value": [1.5, 1.5]})
        with pytest.raises(InvalidParameterError, match="dimensions do not distinguish values"):
            path.client.publishDataFrameToTimeSeriesDatabase(
                path.database, frame, assetId="feeder-7", dimensionColumns=["tag"]
            )
        path.publish({"value": [1.5], "tag": ["kW"]}, dimensionColumns=["tag"])
        with pytest.raises(PublishIncompleteError, match=r"is stored as 1.5, got 2.5"):
            path.publish({"value": [2.5], "tag": ["kVAR"]}, dimensionColumns=["tag"])


NAMES = ["kW", "count", "state", "open"]
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "kW": st.sampled_from([0.0, -1.5, 2.0, 1e-7]),
    "count": st.sampled_from([0, 2**60 + 1, -3]),
    "state": st.sampled_from(["007", "on", 'a "b", c']),
    "open": st.booleans(),
}
HOURS = 3
Cell = tuple[int, str]


@st.composite
def cells(draw: st.DrawFn) -> dict[Cell, Any]:
    """Values of some attributes at some times."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    hours = draw(st.lists(st.integers(0, HOURS - 1), min_size=1, unique=True))
    places = draw(
        st.lists(st.sampled_from([(h, n) for h in hours for n in names]), min_size=1, unique=True)
    )
    return {(hour, name): draw(VALUES[name]) for hour, name in places}


class Publish(NamedTuple):
    """A DataFrame to publish."""

    cells: dict[Cell, Any]
    correct: bool
    name: str | None
    measure_name: str


class Write(NamedTuple):
    """A record of another program, with its own kind and version."""

    hour: int
    cells: dict[Cell, Any]
    single: bool
    name: str | None
    version: int


PUBLISHES = st.builds(
    Publish,
    cells(),
    st.booleans(),
    st.sampled_from([None, "Feeder 7"]),
    st.sampled_from(["measurements", "other"]),
)
WRITES = st.builds(
    Write,
    st.integers(0, HOURS - 1),
    cells(),
    st.booleans(),
    st.sampled_from([None, "Feeder 7"]),
    st.sampled_from([1, 2, 5]),
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(PUBLISHES | WRITES, min_size=1, max_size=6))
def test_random_sequence_of_publishes_stores_exactly_the_published_values(
    steps: list[Publish | Write], other_local: LocalExchange
) -> None:
    database = AdminClient(other_local.endpoint, other_local.token).create_database()
    with AvistaDigitalExchange(other_local.token, endpoint=other_local.endpoint) as client:
        path = Place(client, database)
        stored: dict[Cell, Any] = {}
        for number, step in enumerate(steps):
            if isinstance(step, Publish):
                _publish(path, step, stored)
            else:
                _write(path, step, stored, number)
        names = sorted({name for _, name in stored})
        hours = sorted({hour for hour, _ in stored})
        expected = {name: [stored.get((hour, name)) for hour in hours] for name in names}
        assert path.stored() == expected
        counts = {name: sum(1 for _, known in stored if known == name) for name in names}
        assert path.count_values() == counts


def _publish(path: Place, step: Publish, stored: dict[Cell, Any]) -> None:
    hours = sorted({hour for hour, _ in step.cells})
    names = sorted({name for _, name in step.cells})
    frame = pd.DataFrame({"timestamp": [DAY + pd.Timedelta(hours=hour) for hour in hours]})
    for name in names:
        column = [step.cells.get((hour, name)) for hour in hours]
        frame[name] = pd.array(column, "Int64") if name == "count" else column
    if step.name:
        frame["name"] = step.name
    new = step.cells.keys() - stored.keys()
    same = {cell for cell in step.cells.keys() & stored.keys() if stored[cell] == step.cells[cell]}
    other = step.cells.keys() - new - same
    report = None
    rejected: set[int] = set()
    try:
        report = path.client.publishDataFrameToTimeSeriesDatabase(
            path.database,
            frame,
            assetId="feeder-7",
            correct=step.correct,
            measureName=step.measure_name,
            measureTypes={"count": "BIGINT"} if "count" in names else None,
        ).report
    except PublishIncompleteError as error:
        rejected = {hours[row] for row in error.rejected}
    if step.correct or not other:
        assert report == (len(hours), len(new | other), len(other), len(same))
        stored |= step.cells
    else:
        assert rejected == {hour for hour, _ in other}
        stored |= {cell: step.cells[cell] for cell in new}


def _write(path: Place, step: Write, stored: dict[Cell, Any], number: int) -> None:
    """Write missing values, like another program that only adds values."""
    values = {
        name: value for (_, name), value in step.cells.items() if (step.hour, name) not in stored
    }
    if not values:
        return
    stored |= {(step.hour, name): value for name, value in values.items()}
    parts = [{name: value} for name, value in values.items()] if step.single else [values]
    for part in parts:
        record_name = next(iter(part)) if step.single else f"record {number}"
        record = path.record(step.hour, record_name, part, step.version, step.name or "")
        path.publish_records(record)
