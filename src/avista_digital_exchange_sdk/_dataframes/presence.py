"""Which requested series have a value in a table."""

import pyarrow as pa

from .._time_series.missing_data import MissingSeries
from .._time_series.result_presence import RequestedPresence
from .._time_series.result_writers import RequestedSeries
from .arrow_types import KeyColumns, wide_column_names


def find_missing_in_table(table: pa.Table, shape: str, request: RequestedSeries) -> MissingSeries:
    """Find what a table lacks.

    Args:
        table: The table.
        shape: Its shape.
        request: The requested assets and attributes.
    """
    presence = RequestedPresence(request)
    if shape == "long":
        for row in table.group_by(["assetId", "attribute"]).aggregate([]).to_pylist():
            presence.add(row["assetId"], [row["attribute"]])
        return presence.find_missing()
    # An attribute may be called as a key column is, and has a column of another name then.
    requested = {
        wide_column_names([name])[-1]: name
        for names in request.attributes.values()
        for name in names
    }
    columns = table.column_names[len(KeyColumns._fields) :]
    counts = table.group_by("assetId").aggregate([(column, "count") for column in columns])
    for asset_id, *cells in zip(*(column.to_pylist() for column in counts.columns), strict=True):
        present = [column for column, count in zip(columns, cells, strict=True) if count]
        presence.add(asset_id, [requested.get(column, column) for column in present])
    return presence.find_missing()
