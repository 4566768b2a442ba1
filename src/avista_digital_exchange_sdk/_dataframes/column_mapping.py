"""What the columns of a DataFrame are: assets, names, times, dimensions, measures."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyarrow as pa

from .._generated.enums import MeasureValueType
from .._time_series.record_validation import validate_name
from .._time_series.row_publisher import NAME_DIMENSION
from .._utils import validation
from ..errors import InvalidParameterError
from .arrow_types import Values
from .input_frame import TIMESTAMP, VARCHAR, InputFrame
from .row_columns import Measure, RowColumns


class ColumnArguments(NamedTuple):
    """The names of arguments, for messages.

    Attributes:
        asset: The argument for the asset of all rows.
        asset_column: The argument for the column of assets.
        measures: The argument for the columns to publish.
        noun: What an asset is called.
        store: What has the types of attributes.
        has_names: Whether the names of assets are published.
    """

    asset: str = "assetId"
    asset_column: str = "assetIdColumn"
    measures: str = "measureColumns"
    noun: str = "asset"
    store: str = "database"
    has_names: bool = True


class ColumnMapping(NamedTuple):
    """The columns, as documented for `publishDataFrameToTimeSeriesDatabase`."""

    assetId: object
    assetIdColumn: object
    nameColumn: object
    timeColumn: object
    dimensionColumns: object
    measureColumns: object
    measureTypes: object
    arguments: ColumnArguments = ColumnArguments()

    def rows(self, frame: InputFrame, first_index: int = 0, source: str = "frame") -> RowColumns:
        """Return the rows of a DataFrame, each column in the type closest to its own.

        Args:
            frame: The DataFrame.
            first_index: The index of its first row among all rows to publish.
            source: What messages call it.
        """
        self._reshape(frame)
        return RowColumns(
            self._asset_ids(frame),
            frame.required_strings("timeColumn", self.timeColumn, TIMESTAMP),
            self._dimensions(frame),
            self._measures(frame),
            first_index=first_index,
            source=source,
        )

    def _reshape(self, frame: InputFrame) -> None:
        """Bring a DataFrame into the shape of a column per attribute."""
        if frame.has_levels:
            if self.assetId is not None:
                noun = self.arguments.noun
                valid = f"None for columns of two levels, the first of which is the {noun}"
                raise validation.invalid_argument(self.arguments.asset, self.assetId, valid)
            frame.stack_levels(str(self.assetIdColumn))
        elif self.measureColumns is None:
            keys = [self.timeColumn] if self.assetId else [self.timeColumn, self.assetIdColumn]
            frame.spread_values(map(str, keys))

    def with_stored_types(
        self, frame: InputFrame, rows: RowColumns, known: Mapping[str, str]
    ) -> RowColumns:
        """Change columns to the types that the database has, or gives to new attributes.

        Args:
            frame: The DataFrame.
            rows: Its rows.
            known: The types of the database's attributes, by their names.

        Raises:
            InvalidParameterError: A column can't be converted, or another type is requested.
        """
        requested = self._types(self._measure_names(frame))
        measures = [self._with_type(frame, measure, requested, known) for measure in rows.measures]
        return rows.with_measures(measures)

    def _with_type(
        self,
        frame: InputFrame,
        measure: Measure,
        requested: Mapping[str, MeasureValueType],
        known: Mapping[str, str],
    ) -> Measure:
        stored = known.get(measure.name)
        if measure.name in requested:
            if stored not in (None, measure.type):
                raise InvalidParameterError(
                    f"measureTypes: {measure.name!r} is a {stored} in the database, got "
                    f"{measure.type}; pass {stored}, or publish it under another name"
                )
            return measure
        if stored is None:
            kind = frame.default_type(measure.name, measure.type)
        else:
            kind = MeasureValueType(stored)
        if kind is measure.type:
            return measure
        try:
            strings = frame.to_strings(self.arguments.measures, measure.name, kind)
        except InvalidParameterError as error:
            advice = (
                f"pass measureTypes={{{measure.name!r}: 'BIGINT'}} or 'VARCHAR' to keep all digits"
                if stored is None
                else f"the {self.arguments.store} has {measure.name!r} as {stored}"
                + ("; publish it under another name" if self.arguments.has_names else "")
            )
            raise InvalidParameterError(f"{error}; {advice}") from None
        return Measure(measure.name, kind, strings)

    def _asset_ids(self, frame: InputFrame) -> Values:
        if self.assetId is not None:
            asset_id = validation.require_id(self.arguments.asset, self.assetId)
            self._check_one_asset(frame)
            return pa.repeat(asset_id, len(frame))
        asset_ids = frame.required_strings(self.arguments.asset_column, self.assetIdColumn, VARCHAR)
        for asset_id in asset_ids.unique().to_pylist():
            validation.require_id(f"frame: column {self.assetIdColumn!r}", asset_id)
        return asset_ids

    def _check_one_asset(self, frame: InputFrame) -> None:
        """Refuse to publish the rows of several assets as those of one."""
        column = self.assetIdColumn
        if column not in frame.names or column in (self.timeColumn, *self._measure_names(frame)):
            return
        values = frame.column(self.arguments.asset_column, column)
        assets = values.drop_null().unique()[:2].to_pylist()
        if len(assets) > 1:
            raise InvalidParameterError(
                f"frame: column {column!r} has {self.arguments.noun}s {assets[0]!r}, {assets[1]!r} "
                f"and so on, but {self.arguments.asset}={self.assetId!r} is passed; omit it, or "
                "drop the column if all rows belong to it"
            )

    def _dimensions(self, frame: InputFrame) -> dict[str, Values]:
        columns: dict[str, object] = {
            name: name for name in _parse_names("dimensionColumns", self.dimensionColumns)
        }
        if self.arguments.has_names and (name := self._name_column(frame)) is not None:
            columns[NAME_DIMENSION] = name
        return {
            validate_name("dimensionColumns", dimension): frame.to_strings(
                "nameColumn" if dimension == NAME_DIMENSION else "dimensionColumns", column, VARCHAR
            )
            for dimension, column in columns.items()
        }

    def _name_column(self, frame: InputFrame) -> object:
        if self.nameColumn is not None:
            return self.nameColumn
        is_measure = self.measureColumns is not None and NAME_DIMENSION in _parse_names(
            self.arguments.measures, self.measureColumns
        )
        return NAME_DIMENSION if NAME_DIMENSION in frame.names and not is_measure else None

    def _measures(self, frame: InputFrame) -> list[Measure]:
        names = self._measure_names(frame)
        types = self._types(names)
        measures = []
        for name in names:
            own = frame.get_type(self.arguments.measures, name)
            if own is not None:
                target = types.get(name, own)
                strings = frame.to_strings(self.arguments.measures, name, target)
                measures.append(Measure(self._check_name(name), target, strings))
        return measures

    def _check_name(self, name: str) -> str:
        # The names of telemetry attributes are checked against the model.
        if not self.arguments.has_names:
            return name
        return validate_name(self.arguments.measures, name)

    def _measure_names(self, frame: InputFrame) -> list[str]:
        if self.measureColumns is not None:
            return _parse_names(self.arguments.measures, self.measureColumns)
        taken = {
            self.assetIdColumn,
            self.timeColumn,
            self._name_column(frame),
            *_parse_names("dimensionColumns", self.dimensionColumns),
        }
        return [name for name in frame.names if name not in taken]

    def _types(self, names: list[str]) -> dict[str, MeasureValueType]:
        requested = {} if self.measureTypes is None else self.measureTypes
        if not isinstance(requested, Mapping) or not requested.keys() <= set(names):
            listed = ", ".join(map(repr, names))
            raise validation.invalid_argument(
                "measureTypes", requested, f"a dictionary of types by column, of these: {listed}"
            )
        types = {
            name: validation.parse_enum(f"measureTypes[{name!r}]", kind, MeasureValueType)
            for name, kind in requested.items()
        }
        for name, kind in types.items():
            if kind is MeasureValueType.MULTI:
                raise validation.invalid_argument(
                    f"measureTypes[{name!r}]", kind, "the type of one value"
                )
        return types


def _parse_names(argument: str, names: object) -> list[str]:
    """Parse names of columns, each once."""
    if isinstance(names, (str, bytes)) or not isinstance(names, Iterable):
        raise validation.invalid_argument(argument, names, "a list of column names")
    return list(dict.fromkeys(names))
