"""Conversion of tables to pandas and polars DataFrames."""

from typing import TYPE_CHECKING, cast

import pyarrow as pa

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
