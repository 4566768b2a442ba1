"""What the columns of a given frame are: assets, names, times, dimensions, measures."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyarrow as pa

from .._generated.enums import MeasureValueType
from .._time_series.record_validation import HIGHEST_VERSION, checked_name
from .._utils import validation as _checks
from .arrow_types import Values
from .input_frame import TIMESTAMP, VARCHAR, GivenFrame
from .record_batches import Measure, Rows

NAME = "name"
"""The dimension that holds an asset's name, and the column that does unless another is named."""


class Layout(NamedTuple):
    """What is said of the columns, as `publishDataFrameToTimeSeriesDatabase` describes it."""

    assetId: object
    assetIdColumn: object
    nameColumn: object
    timeColumn: object
    dimensionColumns: object
    measureColumns: object
    measureTypes: object
    measureName: object
    version: object

    def rows(self, frame: GivenFrame) -> Rows:
        """Lay out a frame's rows as it says."""
        return Rows(
            self._asset_ids(frame),
            frame.complete("timeColumn", self.timeColumn, TIMESTAMP),
            self._dimensions(frame),
            self._measures(frame),
            checked_name("measureName", self.measureName),
            _checks.whole_number("version", self.version, 1, HIGHEST_VERSION),
        )

    def _asset_ids(self, frame: GivenFrame) -> Values:
        if self.assetId is not None:
            return pa.repeat(_checks.identifier("assetId", self.assetId), len(frame))
        assetIds = frame.complete("assetIdColumn", self.assetIdColumn, VARCHAR)
        for assetId in assetIds.unique().to_pylist():
            _checks.identifier(f"frame: column {self.assetIdColumn!r}", assetId)
        return assetIds

    def _dimensions(self, frame: GivenFrame) -> dict[str, Values]:
        columns: dict[str, object] = {
            name: name for name in _names("dimensionColumns", self.dimensionColumns)
        }
        if (name := self._name_column(frame)) is not None:
            columns[NAME] = name
        return {
            checked_name("dimensionColumns", dimension): frame.texts(
                "nameColumn" if dimension == NAME else "dimensionColumns", column, VARCHAR
            )
            for dimension, column in columns.items()
        }

    def _name_column(self, frame: GivenFrame) -> object:
        if self.nameColumn is not None:
            return self.nameColumn
        is_measure = self.measureColumns is not None and NAME in _names(
            "measureColumns", self.measureColumns
        )
        return NAME if NAME in frame.names and not is_measure else None

    def _measures(self, frame: GivenFrame) -> list[Measure]:
        names = self._measure_names(frame)
        types = self._types(names)
        measures = []
        for name in names:
            own = frame.type_of("measureColumns", name)
            if own is not None:
                wanted = types.get(name, own)
                texts = frame.texts("measureColumns", name, wanted)
                measures.append(Measure(checked_name("measureColumns", name), wanted, texts))
        return measures

    def _measure_names(self, frame: GivenFrame) -> list[str]:
        if self.measureColumns is not None:
            return _names("measureColumns", self.measureColumns)
        taken = {
            self.assetIdColumn,
            self.timeColumn,
            self._name_column(frame),
            *_names("dimensionColumns", self.dimensionColumns),
        }
        return [name for name in frame.names if name not in taken]

    def _types(self, names: list[str]) -> dict[str, MeasureValueType]:
        given = {} if self.measureTypes is None else self.measureTypes
        if not isinstance(given, Mapping) or not given.keys() <= set(names):
            listed = ", ".join(map(repr, names))
            raise _checks.invalid(
                "measureTypes", given, f"a dictionary of types by column, of these: {listed}"
            )
        types = {
            name: _checks.choice(f"measureTypes[{name!r}]", kind, MeasureValueType)
            for name, kind in given.items()
        }
        for name, kind in types.items():
            if kind is MeasureValueType.MULTI:
                raise _checks.invalid(f"measureTypes[{name!r}]", kind, "the type of one value")
        return types


def _names(argument: str, given: object) -> list[str]:
    """Names of columns, each once."""
    if isinstance(given, (str, bytes)) or not isinstance(given, Iterable):
        raise _checks.invalid(argument, given, "a list of names of columns")
    return list(dict.fromkeys(given))
