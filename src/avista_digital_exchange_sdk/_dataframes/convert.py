"""Conversion of tables to pandas and polars DataFrames."""

from typing import TYPE_CHECKING, cast

import pyarrow as pa

from .._utils import validation
from .arrow_types import marked_bigint_names

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


# The key in `DataFrame.attrs` of the names of columns that are marked as BIGINT.
BIGINT_ATTRIBUTE = "avista_digital_exchange_sdk.bigint"


def to_pandas(table: pa.Table) -> "pd.DataFrame":
    """Convert a table to a pandas DataFrame with nullable integers and booleans."""
    import pandas as pd

    nullable = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    frame: pd.DataFrame = table.to_pandas(types_mapper=nullable.get)
    if names := marked_bigint_names(table.schema):
        frame.attrs[BIGINT_ATTRIBUTE] = sorted(names)
    return frame


def to_polars(table: pa.Table) -> "pl.DataFrame":
    """Convert a table to a polars DataFrame."""
    import polars as pl

    return cast("pl.DataFrame", pl.from_arrow(table))


def parse_index(index: object) -> list[str]:
    """Parse the names of the columns that become a frame's index."""
    if index is None:
        return []
    names = [index] if isinstance(index, str) else validation.require_items("index", index, "names")
    return [validation.require_str("index", name) for name in names]


def set_index(frame: "pd.DataFrame", names: list[str]) -> "pd.DataFrame":
    """Use columns of a frame as its index.

    Raises:
        InvalidParameterError: The frame has no such column.
    """
    for name in names:
        if name not in frame.columns:
            valid = "columns of the result: " + ", ".join(map(repr, frame.columns))
            raise validation.invalid_argument("index", name, valid)
    return frame.set_index(names[0] if len(names) == 1 else names) if names else frame
