"""Results of any kind as series: one attribute of one asset each."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as kinds

from .. import _checks
from .._frames.asset_data import AssetData
from .._frames.columns import INSTANT, TEXT, Keys, Values
from .._frames.csv_result import CsvResult
from .._frames.given import table_of
from ..errors import InvalidParameterError, InvalidResponseError
from .thinning import Numbers, Times

VALID = (
    "a frame or table as queries return it, a list of TimeSeriesAssetData, or the path of a "
    "result file (.csv, .json, .parquet)"
)
MOST_STATES = 20
"""The most different texts of an attribute that can be told apart in a picture."""


class Series(NamedTuple):
    """One attribute of one asset.

    Attributes:
        asset: The asset's name, or its id where it has none.
        times: Nanoseconds since 1970, growing.
        values: A number at each time.
        states: What the numbers stand for, where they are places in this list.
    """

    asset: str
    attribute: str
    times: Times
    values: Numbers
    states: Sequence[str] | None = None
