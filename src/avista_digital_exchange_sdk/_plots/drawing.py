"""A figure of panels, one a unit or attribute, on one axis of time."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from matplotlib import dates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator

from ..errors import InvalidParameterError
from .series import Drawable, Series
from .thinning import Line, Numbers, Times, line_of

MOST_PANELS = 40
MOST_LABELS = 12
"""The most lines of a panel that its legend lists; more say nothing."""

LONGEST_LABEL = 36

WIDTH = 11.0
"""Inches."""

HEIGHT = 2.4
HEIGHT_OF_STATES = 1.1
HEIGHT_BESIDE = 0.9

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#4D4D4D")
"""The palette of Okabe and Ito, which people who see colours differently can tell apart."""

STYLES = ("-", "--", ":", "-.")
GREY = "#666666"
FAINT = "#E5E5E5"

_UNIT = re.compile(r"(.*?)\s*[(\[]([^()\[\]]+)[)\]]\s*", re.DOTALL)
_POWERS = str.maketrans({"2": "²", "3": "³"})
