"""The shapes a DataFrame of time series can have."""

from typing import Literal

from .._utils import validation

Shape = Literal["wide", "long"]
SHAPES = ("wide", "long")


def check_shape(shape: object) -> None:
    """Raise InvalidParameterError for an unknown shape."""
    if shape not in SHAPES:
        raise validation.invalid_argument("shape", shape, "one of " + ", ".join(SHAPES))
