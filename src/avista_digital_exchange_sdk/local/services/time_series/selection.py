"""SQL that selects the points of a query and extracts their attributes.

An attribute is a measure, published as a plain record or in a MULTI record.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ...query_engine.filter_results import AssetFilter, Attribute, list_requested_names
from .catalog import Catalog, plain_column
from .duckdb_sql import value_text


class Selection:
    """The requested assets and attributes of a query."""

    def __init__(self, catalog: Catalog, filters: Sequence[AssetFilter]) -> None:
        self._catalog = catalog
        self.filters = filters
        self.attributes: list[Attribute] = self._find_attributes()
        self._index = {attribute.name: i for i, attribute in enumerate(self.attributes)}
        # Assets with the same requested attributes share a set. There are few sets.
        shapes = dict.fromkeys(asset.names for asset in filters)
        self._attribute_sets = {names: i for i, names in enumerate(shapes)}
        self._attribute_sets_with: dict[str, dict[int, None]] = {}
        for names, shape in self._attribute_sets.items():
            for name in names or ():
                self._attribute_sets_with.setdefault(name, {})[shape] = None

    def points(self) -> str:
        """Return the FROM clause of the requested points. Its parameter is `parameter`.

        It provides `asset_index`, the position of the asset in the filters, and the columns
        for `cells`.
        """
        return f"""
            {self._catalog.table("points")} JOIN (
                SELECT series[1] AS series_id, series[2] AS asset_index,
                       series[3] AS shape, series[4] AS plain
                FROM (SELECT unnest(?::JSON::INTEGER[][]) AS series)
            ) USING (series_id)
        """

    def parameter(self) -> str:
        """Return the requested series as JSON: number, asset, attribute set, plain attribute."""
        assets = {asset.asset_id: (i, asset) for i, asset in enumerate(self.filters)}
        rows = []
        for series, series_id in list(self._catalog.series.items()):
            if series.asset_id not in assets:
                continue
            asset_index, asset = assets[series.asset_id]
            name = series.measure_name
            plain = self._catalog.measure_names[name] != "MULTI"
            shape = self._attribute_sets[asset.names]
            requested = asset.names is None or shape in self._attribute_sets_with.get(name, ())
            attribute = self._index.get(name) if plain and requested else None
            rows.append([series_id, asset_index, shape, attribute])
        return json.dumps(rows)

    def cells(self) -> list[str]:
        """Return the SQL of each attribute: the string of its value at a point, or NULL."""
        return [self._cell(i, attribute) for i, attribute in enumerate(self.attributes)]

    def _find_attributes(self) -> list[Attribute]:
        """List the existing attributes: first those requested by name, then all if requested."""
        everything = {asset.asset_id for asset in self.filters if asset.names is None}
        names = list_requested_names(self.filters)
        if everything:
            names = list(dict.fromkeys([*names, *sorted(self._list_attributes(everything))]))
        typed = ((name, self._catalog.attribute_type(name)) for name in names)
        return [Attribute(name, kind) for name, kind in typed if kind is not None]

    def _list_attributes(self, assets: set[str]) -> set[str]:
        """List the attributes that assets may have."""
        series = [known for known in list(self._catalog.series) if known.asset_id in assets]
        names = {known.measure_name for known in series}
        multi = {name for name in names if self._catalog.measure_names[name] == "MULTI"}
        return (names - multi) | (set(self._catalog.measures) if multi else set())

    def _cell(self, index: int, attribute: Attribute) -> str:
        """Build the CASE that selects the string of an attribute in a plain or MULTI record."""
        branches = []
        if self._catalog.measure_names.get(attribute.name) == attribute.type:
            text = value_text(plain_column(attribute.type), attribute.type)
            branches.append(f"WHEN plain = {index} THEN {text}")
        if column := self._catalog.measures.get(attribute.name):
            shapes = [*self._attribute_sets_with.get(attribute.name, ())]
            if None in self._attribute_sets:
                shapes.append(self._attribute_sets[None])
            text = value_text(column.physical, attribute.type)
            if len(shapes) == len(self._attribute_sets) and not branches:
                return text
            branches.append(f"WHEN shape IN ({', '.join(map(str, shapes))}) THEN {text}")
        return f"CASE {' '.join(branches)} END"
