"""What publishing a frame would write, found without writing it."""

from typing import Any

from .._dataframes.column_mapping import ColumnMapping
from .._dataframes.input_frame import InputFrame
from .._time_series.timestamps import format_timestamp
from .csv_frame import Frame


def summarize(frame: Frame) -> dict[str, Any]:
    """Make every record of a frame, and tell what they are.

    Args:
        frame: The frame.

    Returns:
        How many `rows` and `records` there are, the `assets`, the `attributes` with their types,
        and the times that the rows are `from` and `to`.
    """
    time_column = frame.layout["timeColumn"]
    rows = ColumnMapping(**frame.layout).rows(InputFrame(frame.table, time_column, frame.time_zone))
    assets: dict[str, None] = {}
    attributes: dict[str, str] = {}
    times: set[int] = set()
    records = 0
    for batch in rows.batches():
        assets[batch.assetId] = None
        records += len(batch.records)
        for record in batch.records:
            times.add(int(record.time or 0))
            attributes |= {value.name: value.type for value in record.measureValues or ()}
    return {
        "rows": len(rows.indexes),
        "records": records,
        "assets": list(assets),
        "attributes": attributes,
        "from": format_timestamp(min(times)) if times else None,
        "to": format_timestamp(max(times)) if times else None,
    }
