"""Tables as frames of pandas and polars."""

from typing import TYPE_CHECKING, cast

import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


def to_pandas(table: pa.Table) -> "pd.DataFrame":
    """A table as a frame of pandas: whole numbers and truths may be missing there too."""
    import pandas as pd

    nullable = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    frame: pd.DataFrame = table.to_pandas(types_mapper=nullable.get)
    return frame


def to_polars(table: pa.Table) -> "pl.DataFrame":
    """A table as a frame of polars."""
    import polars as pl

    return cast("pl.DataFrame", pl.from_arrow(table))
