"""Validated rows in the format of the publisher."""

from collections.abc import Iterator, Mapping

from .._generated.enums import MeasureValueType
from .._time_series.record_planner import Dimensions, Row, Value
from .._time_series.row_publisher import RowSlice
from .observations import Observations


def to_slices(rows: Observations, types: Mapping[str, str]) -> Iterator[RowSlice]:
    """Split rows by their assets.

    Args:
        rows: The rows.
        types: The types of the attributes.
    """
    if not len(rows.lines):
        return
    lines, times = rows.lines.to_pylist(), rows.times.to_pylist()
    dimensions = _dimensions(rows)
    columns = [
        (entry.attribute, MeasureValueType(types[entry.attribute]), entry.cells.to_pylist())
        for entry in rows.values
    ]
    by_asset: dict[str, list[Row]] = {}
    for position, asset in enumerate(rows.assets.to_pylist()):
        values = [
            Value(name, kind, cells[position])
            for name, kind, cells in columns
            if cells[position] is not None
        ]
        if values:
            row = Row(lines[position], times[position], dimensions[position], values)
            by_asset.setdefault(asset, []).append(row)
    for asset, own in by_asset.items():
        yield RowSlice(asset, own)


def iter_values(rows: Observations) -> Iterator[tuple[str, str, int, int, str]]:
    """Iterate over values as asset, attribute, time, line and string."""
    lines, times = rows.lines.to_pylist(), rows.times.to_pylist()
    assets = rows.assets.to_pylist()
    for entry in rows.values:
        for line, asset, time, cell in zip(
            lines, assets, times, entry.cells.to_pylist(), strict=True
        ):
            if cell is not None:
                yield asset, entry.attribute, time, line, cell


def _dimensions(rows: Observations) -> list[Dimensions]:
    names = sorted(rows.dimensions)
    columns = [rows.dimensions[name].to_pylist() for name in names]
    if not names:
        return [()] * len(rows.lines)
    return [
        tuple((name, value) for name, value in zip(names, values, strict=True) if value)
        for values in zip(*columns, strict=True)
    ]
