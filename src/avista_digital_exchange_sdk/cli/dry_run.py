"""What publishing a frame would write, found without writing it."""

from typing import Any

from .._dataframes.column_mapping import ColumnMapping
from .._dataframes.input_frame import InputFrame
from .._time_series.record_planner import PlanOptions, RecordPlanner
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
    columns = InputFrame(frame.table, time_column, frame.time_zone)
    layout = {name: frame.layout[name] for name in ColumnMapping._fields}
    rows = ColumnMapping(**layout).rows(columns)
    rows.check_duplicates()
    assets: dict[str, None] = {}
    attributes: dict[str, str] = {}
    times: set[int] = set()
    records = 0
    for asset_id, part in rows.iter_slices():
        assets[asset_id] = None
        plan = RecordPlanner(asset_id, PlanOptions(frame.layout["measureName"])).plan(part, [])
        records += len(plan.records)
        for planned in plan.records:
            times.add(planned.key.time)
            attributes |= {value.name: value.type for value in planned.values.values()}
    return {
        "rows": len(rows.indexes),
        "records": records,
        "assets": list(assets),
        "attributes": attributes,
        "from": format_timestamp(min(times)) if times else None,
        "to": format_timestamp(max(times)) if times else None,
    }
