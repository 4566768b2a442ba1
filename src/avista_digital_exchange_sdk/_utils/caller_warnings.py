"""Warnings that name the line of the caller's code."""

import contextlib
import inspect
import os
import warnings
from pathlib import Path

# Context managers of the package are on the stack with frames of contextlib between its own.
_SKIPPED = (f"{Path(__file__).parents[1]}{os.sep}", contextlib.__file__)


def warn(message: str, category: type[Warning]) -> None:
    """Issue a warning about what the caller of this package did."""
    level, frame = 1, inspect.currentframe()
    while frame and frame.f_code.co_filename.startswith(_SKIPPED):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
