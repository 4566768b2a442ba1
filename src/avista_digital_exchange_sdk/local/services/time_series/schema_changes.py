"""The changes of a batch of records to the catalog, which apply once it is written."""

from __future__ import annotations

from collections import ChainMap

from .catalog import Catalog, Column, Series
from .records import Record, RejectedError

MAX_DIMENSIONS = 128
MAX_MULTI_MEASURES = 1024
MAX_MEASURE_NAMES = 8192


class SchemaChanges:
    """The names of a catalog together with the new names of one batch.

    The first map of each ChainMap holds the new names, the second is that of the catalog.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.dimensions: ChainMap[str, Column] = ChainMap({}, catalog.dimensions)
        self.measures: ChainMap[str, Column] = ChainMap({}, catalog.measures)
        self.measure_names: ChainMap[str, str] = ChainMap({}, catalog.measure_names)
        self.assets: ChainMap[str, str | None] = ChainMap({}, catalog.assets)
        self.series: ChainMap[Series, int] = ChainMap({}, catalog.series)
        self._catalog = catalog
        self._seen: set[tuple[object, ...]] = set()
        self._previous: Series | None = None

    def add(self, series: Series, record: Record) -> None:
        """Add the names of a record.

        Raises:
            RejectedError: If it conflicts with the catalog.
        """
        shape = (series, record.multi, *[(m.name, m.type) for m in record.measures])
        if shape not in self._seen:
            self._add_names(series, record)
            self._seen.add(shape)
        if series != self._previous:
            self._name_asset(series)
            self._previous = series

    def commit(self) -> None:
        """Add the new names to the catalog, after they are written.

        Readers use its dictionaries at the same time, so they are replaced rather than changed.
        """
        for field in ("dimensions", "measures", "measure_names", "assets", "series"):
            new, known = getattr(self, field).maps
            if new:
                setattr(self._catalog, field, known | new)

    def _name_asset(self, series: Series) -> None:
        """Add an asset, or its new name."""
        name = dict(series.dimensions).get("name", self.assets.get(series.asset_id))
        if series.asset_id not in self.assets or self.assets[series.asset_id] != name:
            self.assets[series.asset_id] = name

    def _add_names(self, series: Series, record: Record) -> None:
        """Add the dimensions, measures, measure name and series of a record."""
        self._check_types(record)
        dimensions = self._new_dimensions(record)
        measures = self._new_measures(record) if record.multi else {}
        self.dimensions.update(dimensions)
        self.measures.update(measures)
        self.measure_names.setdefault(record.measure_name, record.type)
        self.series.setdefault(series, _count_names(self.series) + 1)

    def _new_dimensions(self, record: Record) -> dict[str, Column]:
        """Plan a column for each dimension that has none yet."""
        names = [name for name, _ in record.dimensions]
        if other := next((name for name in names if name in self.measures), None):
            raise RejectedError(f"The dimension {other!r} already exists as a measure.")
        new = [name for name in names if name not in self.dimensions]
        first = _count_names(self.dimensions) + 1
        if first + len(new) - 1 > MAX_DIMENSIONS:
            raise RejectedError(f"A database can have at most {MAX_DIMENSIONS} dimensions.")
        return {name: Column(name, "VARCHAR", f"d{i}") for i, name in enumerate(new, first)}

    def _new_measures(self, record: Record) -> dict[str, Column]:
        """Plan a column for each measure of a MULTI record that has none yet."""
        names = [measure.name for measure in record.measures]
        if other := next((name for name in names if name in self.dimensions), None):
            raise RejectedError(f"The measure {other!r} already exists as a dimension.")
        new = [measure for measure in record.measures if measure.name not in self.measures]
        first = _count_names(self.measures) + 1
        if first + len(new) - 1 > MAX_MULTI_MEASURES:
            raise RejectedError(
                f"A database can have at most {MAX_MULTI_MEASURES} measures of MULTI records."
            )
        return {m.name: Column(m.name, m.type, f"m{i}") for i, m in enumerate(new, first)}

    def _check_types(self, record: Record) -> None:
        """Raise if a record uses a name with a different type."""
        known = self.measure_names.get(record.measure_name)
        if known is None and _count_names(self.measure_names) >= MAX_MEASURE_NAMES:
            raise RejectedError(f"A database can have at most {MAX_MEASURE_NAMES} measure names.")
        _check_type(record.measure_name, known, record.type)
        for measure in record.measures:
            column = self.measures.get(measure.name)
            _check_type(measure.name, column.type if column else None, measure.type)
            plain = self.measure_names.get(measure.name)
            _check_type(measure.name, None if plain == "MULTI" else plain, measure.type)


def _check_type(name: str, known: str | None, requested: str) -> None:
    """Raise if a measure has a different type than its name."""
    if known not in (None, requested):
        raise RejectedError(
            f"The measure {name!r} already exists with the type {known}, not {requested}."
        )


def _count_names(names: ChainMap[str, Column] | ChainMap[str, str] | ChainMap[Series, int]) -> int:
    """Count the names in both maps, which do not overlap."""
    return sum(len(layer) for layer in names.maps)
