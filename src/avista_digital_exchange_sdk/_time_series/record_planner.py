"""Plans the records that store the values of rows, based on the stored ones.

AWS Timestream identifies a record by its dimensions, measure name and time. A second record with
the same three is rejected unless its version is higher, and it is not documented what happens to
measures that it omits. Therefore new values at a time are written to a separate record, with a
measure name that is unused at that time, and a corrected record is written with all its values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from .._generated.enums import DimensionValueType, MeasureValueType, TimeUnit
from .timestamps import format_timestamp

if TYPE_CHECKING:
    from .._generated.input_types import TimeSeriesDimension, TimeSeriesInputRecord

MAX_RECORD_BYTES = 2048
MAX_RECORD_MEASURES = 256
# The size of the name of the asset dimension, and of the number that is appended to a measure
# name.
ASSET_NAME_BYTES = len("assetId")
MEASURE_NUMBER_BYTES = 6
# The size of a number as the platform counts it, regardless of its digits.
MIN_VALUE_BYTES = 8

Dimensions = tuple[tuple[str, str], ...]


class Value(NamedTuple):
    """A value of an attribute, as the string in which it is published.

    That of a TIMESTAMP is the number of nanoseconds since 1970.
    """

    name: str
    type: MeasureValueType
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """The values of an asset at one time.

    Attributes:
        index: The index among the rows to publish.
        time: Nanoseconds since 1970.
        dimensions: The dimensions, ordered by name.
        values: The values.
    """

    index: int
    time: int
    dimensions: Dimensions
    values: Sequence[Value]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A stored record.

    Attributes:
        key: The identity of the record.
        type: MULTI, or the type of its only measure.
        values: The values of the measures, by name.
    """

    key: RecordKey
    type: MeasureValueType
    values: dict[str, Value]


class RecordKey(NamedTuple):
    """The identity of a record among those of its asset."""

    time: int
    dimensions: Dimensions
    measure_name: str


@dataclass(slots=True)
class PlannedRecord:
    """A record to write.

    Attributes:
        key: The identity of the record.
        type: MULTI, or the type of its only measure.
        values: The values of the measures, by name.
        version: The version.
        sources: The rows whose values it stores, with those values.
        is_correction: Whether it replaces a stored record.
    """

    key: RecordKey
    type: MeasureValueType
    values: dict[str, Value]
    version: int
    sources: list[Row]
    is_correction: bool = False

    @property
    def value_count(self) -> int:
        """The number of values of the rows."""
        return sum(len(row.values) for row in self.sources)


@dataclass(slots=True)
class Plan:
    """A plan for some rows.

    Attributes:
        records: The records to write; those of a row are next to each other.
        unchanged: The number of values that are stored already, by row index.
        rejected: The reasons why values can't be stored, by row index.
    """

    records: list[PlannedRecord] = field(default_factory=list)
    unchanged: dict[int, int] = field(default_factory=dict)
    rejected: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How to store rows.

    Attributes:
        measure_name: The name of new records; further ones of the same time are numbered.
        version: The version of new records, and the minimum version of corrected ones.
        any_version: Whether stored values are replaced regardless of their versions.
    """

    measure_name: str
    version: int = 1
    any_version: bool = False

    @property
    def replaces(self) -> bool:
        """Whether stored values are replaced by other ones."""
        return self.any_version or self.version > 1


class RecordPlanner:
    """Plans the records of one asset's rows.

    Args:
        asset_id: The asset.
        options: How to store the rows.
    """

    def __init__(self, asset_id: str, options: PlanOptions) -> None:
        self._options = options
        self._room = (
            MAX_RECORD_BYTES
            - ASSET_NAME_BYTES
            - _length(asset_id)
            - _length(options.measure_name)
            - MEASURE_NUMBER_BYTES
        )
        self._versions: dict[RecordKey, int] = {}
        self._taken: set[RecordKey] = set()

    def mark_taken(self, key: RecordKey) -> None:
        """Mark a key as used by a stored record that may not have been read."""
        self._taken.add(key)

    def require_version(self, key: RecordKey, version: int) -> None:
        """Set the version that the correction of a record needs."""
        self._versions[key] = version

    def plan(self, rows: Iterable[Row], stored: Iterable[StoredRecord]) -> Plan:
        """Plan the records that store the values of rows.

        Args:
            rows: The rows.
            stored: All records in the database at their times.
        """
        return _Planning(self._options, self._room, self._versions, self._taken, stored).plan(rows)


class _Planning:
    """One round of planning."""

    def __init__(
        self,
        options: PlanOptions,
        room: int,
        versions: Mapping[RecordKey, int],
        taken: Iterable[RecordKey],
        stored: Iterable[StoredRecord],
    ) -> None:
        self._options = options
        self._room = room
        self._versions = versions
        self._taken = set(taken)
        self._holders: dict[tuple[int, str], list[StoredRecord]] = {}
        for record in stored:
            self._taken.add(record.key)
            for name in record.values:
                self._holders.setdefault((record.key.time, name), []).append(record)
        self._given: dict[tuple[int, str], Value] = {}
        self._corrections: dict[RecordKey, PlannedRecord] = {}
        self._plan = Plan()

    def plan(self, rows: Iterable[Row]) -> Plan:
        """Plan the records of rows."""
        for row in rows:
            self._add(row)
        return self._plan

    def _add(self, row: Row) -> None:
        new = []
        for value in row.values:
            place = (row.time, value.name)
            earlier = self._given.setdefault(place, value)
            if earlier is not value:
                self._compare_rows(row, value, earlier)
            elif place in self._holders:
                self._compare(row, value, self._holders[place])
            else:
                new.append(value)
        if new:
            self._plan_new(row, new)

    def _compare_rows(self, row: Row, value: Value, earlier: Value) -> None:
        """Keep or reject a value that an earlier row contains already."""
        if same_value(earlier, value):
            self._note_unchanged(row)
        else:
            reason = f"has two values, {_format_value(earlier)} and {_format_value(value)}"
            self._reject(row, value, reason)

    def _compare(self, row: Row, value: Value, holders: list[StoredRecord]) -> None:
        """Keep, reject or correct a value that is stored already."""
        different = [
            record for record in holders if not same_value(record.values[value.name], value)
        ]
        is_stored = len(different) < len(holders)
        if not different or (is_stored and not self._options.replaces):
            self._note_unchanged(row)
            return
        existing = different[0].values[value.name]
        if existing.type != value.type:
            reason = f"is a {existing.type} in the database, got a {value.type}"
            self._reject(row, value, reason)
            return
        if not self._options.replaces:
            reason = (
                f"is stored as {_format_value(existing)}, got {_format_value(value)}; "
                "to replace stored values, pass correct=True"
            )
            self._reject(row, value, reason)
            return
        # A value in several records is replaced in all of them and counted once.
        for position, record in enumerate(different):
            correction = self._correction(record)
            correction.values[value.name] = value
            correction.sources.append(
                Row(row.index, row.time, row.dimensions, [value] if position == 0 else [])
            )

    def _correction(self, record: StoredRecord) -> PlannedRecord:
        """Plan to rewrite a whole stored record."""
        planned = self._corrections.get(record.key)
        if planned is None:
            version = self._versions.get(record.key, max(2, self._options.version))
            planned = PlannedRecord(
                record.key, record.type, dict(record.values), version, [], is_correction=True
            )
            self._corrections[record.key] = planned
            self._plan.records.append(planned)
        return planned

    def _plan_new(self, row: Row, values: Sequence[Value]) -> None:
        """Plan the minimum number of records for values that are not stored."""
        room = self._room - sum(_length(name) + _length(text) for name, text in row.dimensions)
        for part in _split(values, room):
            key = self._free_key(row)
            self._plan.records.append(
                PlannedRecord(
                    key,
                    MeasureValueType.MULTI,
                    {value.name: value for value in part},
                    self._options.version,
                    [Row(row.index, row.time, row.dimensions, part)],
                )
            )

    def _free_key(self, row: Row) -> RecordKey:
        base = self._options.measure_name
        for number in count(1):
            name = base if number == 1 else f"{base}-{number}"
            key = RecordKey(row.time, row.dimensions, name)
            if key not in self._taken:
                break
        self._taken.add(key)
        return key

    def _note_unchanged(self, row: Row) -> None:
        self._plan.unchanged[row.index] = self._plan.unchanged.get(row.index, 0) + 1

    def _reject(self, row: Row, value: Value, reason: str) -> None:
        time = format_timestamp(row.time)
        self._plan.rejected.setdefault(row.index, f"{value.name!r} at {time} {reason}")


def same_value(first: Value, second: Value) -> bool:
    """Whether two values of an attribute are equal regardless of their format."""
    return first.type == second.type and (
        first.text == second.text
        or _COMPARABLE[first.type](first.text) == _COMPARABLE[first.type](second.text)
    )


_COMPARABLE: dict[str, Callable[[str], object]] = {
    MeasureValueType.DOUBLE: float,
    MeasureValueType.BIGINT: int,
    MeasureValueType.TIMESTAMP: int,
    MeasureValueType.BOOLEAN: str.lower,
    MeasureValueType.VARCHAR: str,
}


def build_record(planned: PlannedRecord) -> TimeSeriesInputRecord:
    """Build the record that is sent."""
    # Objects are validated again, which pydantic does faster than not to (`model_construct`).
    from .._generated.input_types import TimeSeriesInputRecord, TimeSeriesMeasureValue

    is_multi = planned.type == MeasureValueType.MULTI
    values = planned.values.values()
    return TimeSeriesInputRecord(
        time=str(planned.key.time),
        timeUnit=TimeUnit.NANOSECONDS,
        measureName=planned.key.measure_name,
        measureValueType=planned.type,
        measureValue=None if is_multi else next(iter(values)).text,
        measureValues=[
            TimeSeriesMeasureValue(type=value.type, name=value.name, value=value.text)
            for value in values
        ]
        if is_multi
        else None,
        dimensions=_build_dimensions(planned.key.dimensions),
        version=planned.version,
    )


def _build_dimensions(dimensions: Dimensions) -> list[TimeSeriesDimension]:
    from .._generated.input_types import TimeSeriesDimension

    return [
        TimeSeriesDimension(dimensionValueType=DimensionValueType.VARCHAR, name=name, value=value)
        for name, value in dimensions
    ]


def _split(values: Sequence[Value], room: int) -> Iterable[Sequence[Value]]:
    """Split values into parts that fit a record; an oversized value is a separate part."""
    part: list[Value] = []
    left = room
    for value in values:
        needed = _length(value.name) + max(MIN_VALUE_BYTES, _length(value.text))
        if part and (needed > left or len(part) == MAX_RECORD_MEASURES):
            yield part
            part, left = [], room
        part.append(value)
        left -= needed
    if part:
        yield part


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _format_value(value: Value) -> str:
    if value.type == MeasureValueType.TIMESTAMP:
        return format_timestamp(int(value.text))
    text = value.text if len(value.text) <= 60 else f"{value.text[:60]}…"
    return repr(text) if value.type == MeasureValueType.VARCHAR else text
