"""Partitions by time: every value is in one of them, whichever ends of a range a query includes."""

import pandas as pd
import pytest

from avista_digital_exchange_sdk._dataframes.partitions import (
    create_schema,
    split_by_time,
    to_partition,
)

TIMES = pd.date_range("2024-05-01", "2024-05-03", freq="12h", tz="UTC")
RANGE = ("2024-05-01T00:00:00Z", "2024-05-03T00:00:00Z")


@pytest.mark.parametrize("includes_start", [True, False])
@pytest.mark.parametrize("includes_end", [True, False])
def test_value_at_a_boundary_is_in_the_partition_that_begins_there(
    includes_start: bool, includes_end: bool
) -> None:
    schema = create_schema({"kW": "DOUBLE"}, None)
    parts = split_by_time(["a"], RANGE, "1D", None)
    found = []
    for window in parts.windows:
        start, end = pd.Timestamp(window.query_start), pd.Timestamp(window.end)
        is_after = start <= TIMES if includes_start else start < TIMES
        is_before = end >= TIMES if includes_end else end > TIMES
        times = TIMES[is_after & is_before]
        frame = pd.DataFrame({"assetId": "a", "name": None, "timestamp": times, "kW": 1.0})
        table = schema.empty_table().from_pandas(frame, schema=schema)
        found += [list(to_partition(table, schema, window, "timestamp").index)]
    first = TIMES[:2] if includes_start else TIMES[1:2]
    last = TIMES[2:] if includes_end else TIMES[2:4]
    assert found == [list(first), list(last)]
