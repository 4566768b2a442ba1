"""The shapes a DataFrame of time series can have."""

from typing import Literal

Shape = Literal["wide", "long"]
SHAPES = ("wide", "long")
