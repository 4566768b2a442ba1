"""The rows of a frame as records to publish, batch by batch.

A row is one record of type MULTI; several, if its columns are more than one record holds.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from .._generated.enums import MeasureValueType, TimeUnit
from .._generated.input_types import (
    TimeSeriesDimension,
    TimeSeriesInputRecord,
    TimeSeriesMeasureValue,
)
from .._time_series.batch_publisher import BATCH_SIZE, Batch
from .._time_series.record_validation import build_dimension
from .arrow_types import Values

ROWS_PER_SLICE = 1000
"""Rows that are taken out of the columns at a time."""

MAX_MEASURE_BYTES = 1536
"""Bytes of a record that its measures may take; 2048 in all is what AWS Timestream allows."""

MAX_NUMBER_LENGTH = 24
"""Bytes of the longest number, which stands for every value here.

Which record a measure is in must not depend on its value: another version would not replace it.
"""


class Measure(NamedTuple):
    """A column of values of one type, as texts."""

    name: str
    type: MeasureValueType
    texts: Values


class RecordBatches:
    """The rows of a frame that hold a value.

    Args:
        assetIds: Each row's asset.
        times: Each row's time: the count of nanoseconds since 1970, as text.
        dimensions: Columns of metadata, by name.
        measures: The columns to publish.
        measureName: The name of the records.
        version: Their version.
    """

    def __init__(
        self,
        assetIds: Values,
        times: Values,
        dimensions: dict[str, Values],
        measures: Sequence[Measure],
        measureName: str,
        version: int,
    ) -> None:
        self._assetIds = assetIds
        self._times = times
        self._dimensions = dimensions
        self._kinds = _split_measures(measures, measureName)
        self._version = version
        self._known: dict[tuple[str, str], TimeSeriesDimension] = {}
        held = pa.array([False] * len(times), pa.bool_())
        for measure in measures:
            held = pc.or_(held, measure.texts.is_valid())
        self._rows = pc.indices_nonzero(held)

    @property
    def indexes(self) -> list[int]:
        """Where they are in the frame."""
        indexes: list[int] = self._rows.to_pylist()
        return indexes

    def batches(self) -> Iterator[Batch]:
        """Their records, asset by asset; no row is split over two batches."""
        for assetId, rows in self._by_asset():
            indexes: list[int] = []
            records: list[TimeSeriesInputRecord] = []
            for row, made in self._records(rows):
                if len(records) + len(made) > BATCH_SIZE:
                    yield Batch(assetId, indexes, records)
                    indexes, records = [], []
                indexes += [row] * len(made)
                records += made
            yield Batch(assetId, indexes, records)

    def _by_asset(self) -> Iterator[tuple[str, Values]]:
        assets = self._assetIds.take(self._rows).dictionary_encode()
        order = pc.sort_indices(assets.indices)
        counts = assets.indices.value_counts().field("counts")
        begin = 0
        for assetId, count in zip(assets.dictionary.to_pylist(), counts.to_pylist(), strict=True):
            yield assetId, self._rows.take(order.slice(begin, count))
            begin += count

    def _records(self, rows: Values) -> Iterator[tuple[int, list[TimeSeriesInputRecord]]]:
        """The records of each row."""
        for begin in range(0, len(rows), ROWS_PER_SLICE):
            some = rows.slice(begin, ROWS_PER_SLICE)
            times = self._times.take(some).to_pylist()
            dimensions = self._taken_dimension_names(some)
            kinds = [
                (name, [(m.name, m.type, m.texts.take(some).to_pylist()) for m in measures])
                for name, measures in self._kinds
            ]
            for place, row in enumerate(some.to_pylist()):
                made = [
                    TimeSeriesInputRecord.model_construct(
                        time=times[place],
                        timeUnit=TimeUnit.NANOSECONDS,
                        measureName=name,
                        measureValueType=MeasureValueType.MULTI,
                        measureValues=values,
                        dimensions=dimensions[place],
                        version=self._version,
                    )
                    for name, columns in kinds
                    if (values := _values(columns, place))
                ]
                yield row, made

    def _taken_dimension_names(self, rows: Values) -> list[list[TimeSeriesDimension]]:
        """The dimensions of each row."""
        taken: list[list[TimeSeriesDimension]] = [[] for _ in range(len(rows))]
        for name, texts in self._dimensions.items():
            for dimensions, value in zip(taken, texts.take(rows).to_pylist(), strict=True):
                if value is not None:
                    dimensions.append(self._dimension(name, value))
        return taken

    def _dimension(self, name: str, value: str) -> TimeSeriesDimension:
        if (name, value) not in self._known:
            self._known[name, value] = build_dimension("VARCHAR", name, value)
        return self._known[name, value]


def _values(
    columns: Sequence[tuple[str, MeasureValueType, list[str | None]]], place: int
) -> list[TimeSeriesMeasureValue]:
    return [
        TimeSeriesMeasureValue.model_construct(type=kind, name=name, value=text)
        for name, kind, texts in columns
        if (text := texts[place]) is not None
    ]


def _split_measures(
    measures: Sequence[Measure], measureName: str
) -> list[tuple[str, list[Measure]]]:
    """Which measures go into one record: the name of each kind of record, and its measures."""
    kinds: list[tuple[str, list[Measure]]] = []
    room = 0
    for measure in measures:
        needed = len(measure.name.encode()) + MAX_NUMBER_LENGTH
        if not kinds or needed > room:
            name = f"{measureName}-{len(kinds) + 1}" if kinds else measureName
            kinds.append((name, []))
            room = MAX_MEASURE_BYTES
        kinds[-1][1].append(measure)
        room -= needed
    return kinds
