"""The layouts of files: one column per attribute, one row per value, one column per asset."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from .blanks import trim_cells
from .column_roles import ColumnRoles
from .options import FileOptions
from .tables import STRING, Chunk, Column, name_key

_MIDNIGHT = r"[ T]00:00:00(\.0+)?$"


class Values(NamedTuple):
    """The cells of one attribute.

    Attributes:
        attribute: The name of the attribute.
        column: The name of their column in messages.
        position: The position of that column.
        cells: The cells; null if empty.
    """

    attribute: str
    column: str
    position: int
    cells: Any


class Observations(NamedTuple):
    """Rows with the same attributes.

    Attributes:
        lines: The line of each row.
        assets: The asset of each row; null where it is missing.
        times: The time of each row as written in the file.
        dimensions: Metadata of each row, by name.
        values: The attributes.
        series: What distinguishes the series of the rows, in addition to the asset.
        joined: Lines that were merged into the row of another line, by that line.
    """

    lines: Any
    assets: Any
    times: Any
    dimensions: Mapping[str, Any]
    values: Sequence[Values]
    series: str | None = None
    joined: Sequence[tuple[int, int]] = ()

    def take(self, rows: Any) -> "Observations":
        """Keep some rows."""
        return Observations(
            self.lines.take(rows),
            self.assets.take(rows),
            self.times.take(rows),
            {name: column.take(rows) for name, column in self.dimensions.items()},
            [entry._replace(cells=entry.cells.take(rows)) for entry in self.values],
            self.series,
        )


class ShapeReader:
    """Reads the rows of a file in its layout.

    Args:
        columns: The file's columns.
        roles: Their roles.
        options: The arguments that describe the file.
    """

    def __init__(self, columns: Sequence[Column], roles: ColumnRoles, options: FileOptions) -> None:
        self._columns = columns
        self._roles = roles
        self._options = options
        self._names = dict(options.attributeNames or {})

    def read(self, chunk: Chunk) -> Iterator[Observations]:
        """Split rows into observations, each with its own attributes."""
        rows = self._read_rows(chunk)
        if self._roles.attribute is not None:
            yield from self._split_long(chunk, rows)
        elif any(column.levels for column in self._columns):
            yield from self._split_levels(rows)
        elif self._options.assetsInColumns is not None:
            for entry in rows.values:
                assets = pa.repeat(pa.scalar(entry.column, STRING), len(rows.lines))
                attribute = self._options.assetsInColumns
                yield rows._replace(assets=assets, values=[entry._replace(attribute=attribute)])
        else:
            yield rows

    def _read_rows(self, chunk: Chunk) -> Observations:
        roles, columns = self._roles, chunk.columns
        size = len(chunk.lines)
        if roles.asset is None:
            assets = pa.repeat(pa.scalar(self._options.assetId, STRING), size)
        else:
            assets = _trim(columns[roles.asset])
        dimensions = {name: _trim(columns[index]) for name, index in roles.dimensions.items()}
        if roles.name is not None:
            dimensions["name"] = _trim(columns[roles.name])
        times = [_trim(columns[index]) for index in roles.times]
        if len(times) > 1:
            # Dates in workbooks have the time 00:00:00.
            times = [pc.replace_substring_regex(cells, _MIDNIGHT, "") for cells in times]
            # The hour may be a number in another column than the date.
            times = [pc.replace_substring_regex(cells, r"^(\d)$", r"0\1") for cells in times]
            times = [pc.binary_join_element_wise(*times, " ")]
        values = [
            Values(self._attribute(index), self._columns[index].name, index, columns[index])
            for index in roles.measures
        ]
        return Observations(pa.array(chunk.lines, pa.int64()), assets, times[0], dimensions, values)

    def _attribute(self, index: int) -> str:
        return name_key(self._names, self._columns[index].name)

    def _split_levels(self, rows: Observations) -> Iterator[Observations]:
        """Return observations per asset, for files with one column per asset."""
        by_asset: dict[str, list[Values]] = {}
        for entry in rows.values:
            asset, attribute = self._columns[entry.position].levels or ("", entry.attribute)
            named = entry._replace(attribute=name_key(self._names, attribute))
            by_asset.setdefault(asset, []).append(named)
        for asset, values in by_asset.items():
            assets = pa.repeat(pa.scalar(asset or None, STRING), len(rows.lines))
            yield rows._replace(assets=assets, values=values)

    def _split_long(self, chunk: Chunk, rows: Observations) -> Iterator[Observations]:
        """Return observations per attribute, for files with one row per value."""
        attributes = _trim(chunk.columns[self._roles.attribute or 0]).dictionary_encode()
        for number, name in enumerate(attributes.dictionary.to_pylist()):
            own = rows.take(pc.indices_nonzero(pc.equal(attributes.indices, number)))
            attribute = name_key(self._names, name)
            values = own.values[0]._replace(attribute=attribute, column=name)
            yield own._replace(values=[values], series=attribute)
        if attributes.null_count:
            missing = rows.take(pc.indices_nonzero(attributes.is_null()))
            values = missing.values[0]._replace(attribute="", column="")
            yield missing._replace(values=[values])


def remove_values(rows: Observations, removed: Collection[tuple[str, str, int]]) -> Observations:
    """Replace values, identified by asset, attribute and line, by null."""
    assets, lines = rows.assets.to_pylist(), rows.lines.to_pylist()
    values = []
    for entry in rows.values:
        places = ((asset, entry.attribute, line) for asset, line in zip(assets, lines, strict=True))
        is_removed = pa.array([place in removed for place in places], pa.bool_())
        cells = pc.if_else(is_removed, pa.scalar(None, STRING), entry.cells)
        values.append(entry._replace(cells=cells))
    return rows._replace(values=values)


def merge_rows(parts: Sequence[Observations]) -> Observations:
    """Merge observations with different attributes to one row per asset, time and metadata.

    The line of such a row is that of the first of its original rows.
    """
    keys: dict[tuple[Any, ...], int] = {}
    lines: list[int] = []
    joined: list[tuple[int, int]] = []
    columns: dict[str, dict[int, str]] = {}
    for part in parts:
        if not part.values:
            continue
        (entry,) = part.values
        cells = columns.setdefault(entry.attribute, {})
        dimensions = [column.to_pylist() for column in part.dimensions.values()]
        rows = zip(part.assets.to_pylist(), part.times.to_pylist(), *dimensions, strict=True)
        for line, key, cell in zip(
            part.lines.to_pylist(), rows, entry.cells.to_pylist(), strict=True
        ):
            if cell is None:
                continue
            row = keys.setdefault(key, len(keys))
            if row == len(lines):
                lines.append(line)
            else:
                joined.append((lines[row], line))
            cells[row] = cell
    names = list(parts[0].dimensions)
    assets, times, *dimensions = zip(*keys, strict=True) if keys else ((), (), *[()] * len(names))
    return Observations(
        pa.array(lines, pa.int64()),
        pa.array(assets, STRING),
        pa.array(times, pa.int64()),
        {name: pa.array(column, STRING) for name, column in zip(names, dimensions, strict=True)},
        [
            Values(name, name, 0, pa.array([cells.get(row) for row in range(len(keys))], STRING))
            for name, cells in columns.items()
        ],
        joined=joined,
    )


def _trim(column: Any) -> Any:
    """Remove blanks around strings; empty strings become null."""
    trimmed = trim_cells(column)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, STRING), trimmed)
