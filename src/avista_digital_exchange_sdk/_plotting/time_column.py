"""Finds and parses the time column of a table."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from .._dataframes.arrow_types import STRING, TIMESTAMP_NS, Values, parse_timestamps
from .._dataframes.input_frame import UNNAMED_INDEX
from .._utils import validation
from ..errors import InvalidParameterError

# The default names of the time column, in lower case.
KEY_NAMES = ("timestamp", "time")
TIME_NAMES = (*KEY_NAMES, "datetime", "date_time", "date")
# The number of strings that are checked to detect times.
SAMPLE_SIZE = 1000

_INDEX_PREFIX = UNNAMED_INDEX.rstrip("0_") + "_"
_UNZONED = pa.timestamp("ns")
# The platform's format of UTC timestamps, which has no UTC offset.
_PLATFORM_TIME = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}$"
# The maximum numbers of seconds, milliseconds and microseconds since 1970.
_EPOCH_UNITS = ((1e11, "s"), (1e14, "ms"), (1e17, "us"))


class TimeColumn:
    """The time column.

    Args:
        argument: The argument with the table.
        name: The name of the column.
        values: The values.
        path: The file of the table, if any.
    """

    def __init__(self, argument: str, name: str, values: Values, path: Path | None) -> None:
        self._argument = argument
        self.name = name
        self._values = values
        self._path = path

    @classmethod
    def find(
        cls, argument: str, table: pa.Table, requested: str | None, path: Path | None
    ) -> "TimeColumn":
        """Find the time column: the requested one, one with a default name, or the only one."""
        name = _find_name(argument, table, requested)
        return cls(argument, name, table[name], path)

    @property
    def expression(self) -> str:
        """The pandas expression for the column."""
        return "frame.index" if self.name == UNNAMED_INDEX else f"frame[{self.name!r}].dt"

    def parse(self) -> tuple[Values, tzinfo | None]:
        """Parse the times to UTC; return them and their time zone, None if they are naive."""
        kind = self._values.type
        if kinds.is_null(kind) or len(self._values) == 0:
            return pa.nulls(len(self._values), TIMESTAMP_NS), UTC
        try:
            if is_temporal(kind):
                zone = _parse_zone(getattr(kind, "tz", None))
                return (self._values if zone else self._values.cast(_UNZONED)).cast(
                    TIMESTAMP_NS
                ), zone
            if kinds.is_string(kind):
                return _parse_texts(self._values)
        except pa.ArrowException:
            raise self._bad_time() from None
        raise self._error(str(kind), self._epoch_unit(self._values))

    def _bad_time(self) -> InvalidParameterError:
        """Build the error for a column with an invalid time."""
        if not kinds.is_string(self._values.type):
            return self._error("others", None)
        row, text = _first_bad_time(self._values)
        # The first line of a file is the header.
        where = f"row {row}" if self._path is None else f"row {row + 1} of {self._path.name}"
        return self._error(f"{text!r} in {where}", self._epoch_unit([text]))

    def _error(self, got: str, unit: str | None) -> InvalidParameterError:
        options = "utc=True" if unit is None else f"unit={unit!r}, utc=True"
        advice = f"pandas.to_datetime(frame[{self.name!r}], {options})"
        if self._path is not None:
            advice = f"pandas.read_csv and {advice}, and pass the DataFrame"
        return InvalidParameterError(
            f"{self._argument} must have ISO 8601 times (1678 to 2261, all with a UTC offset or "
            f"all without) in column {self.name!r}, got {got}; convert them first, for example "
            f"with {advice}"
        )

    @staticmethod
    def _epoch_unit(values: Values | Sequence[str]) -> str | None:
        """Guess the unit of numbers since 1970."""
        try:
            largest = max(abs(float(str(value))) for value in list(values)[:SAMPLE_SIZE])
        except ValueError:
            return None
        return next((unit for limit, unit in _EPOCH_UNITS if largest < limit), "ns")


def find_column(
    argument: str, names: Sequence[str], requested: object, usual: Sequence[str]
) -> str | None:
    """Find the requested column. Defaults to one with a default name, if any."""
    if requested is not None:
        if requested not in names:
            listed = ", ".join(map(repr, without_index(names)))
            raise validation.invalid_argument(argument, requested, f"one of the columns {listed}")
        return str(requested)
    by_key = {name.strip().lower(): name for name in reversed(names)}
    return next((by_key[key] for key in usual if key in by_key), None)


def without_index(names: Sequence[str]) -> list[str]:
    """Return the names without those of an unnamed index."""
    return [name for name in names if not name.startswith(_INDEX_PREFIX)]


def is_temporal(kind: pa.DataType) -> bool:
    """Whether a type is a timestamp or date."""
    return bool(kinds.is_timestamp(kind) or kinds.is_date(kind))


def holds_times(strings: Values) -> bool:
    """Whether strings are times."""
    try:
        parse_timestamps(strings)
    except pa.ArrowException:
        return False
    return True


def _find_name(argument: str, table: pa.Table, requested: str | None) -> str:
    names = table.column_names
    if requested is not None:
        return str(find_column("timeColumn", names, requested, ()))
    temporal = [field.name for field in table.schema if is_temporal(field.type)]
    strings = [field.name for field in table.schema if kinds.is_string(field.type)]
    readable = [name for name in names if name in {*temporal, *strings}]
    if (found := find_column(argument, readable, None, KEY_NAMES)) is not None:
        return found
    if len(temporal) > 1:
        if (found := find_column(argument, temporal, None, TIME_NAMES)) is not None:
            return found
        listed = ", ".join(map(repr, temporal))
        raise InvalidParameterError(
            f"{argument} must have one column of times, got {listed}; "
            "name the one to plot with timeColumn="
        )
    if temporal:
        return str(temporal[0])
    if (found := find_column(argument, names, None, TIME_NAMES)) is not None:
        return found
    for name in strings:
        some = table[name].drop_null()[:SAMPLE_SIZE]
        if len(some) and holds_times(pc.utf8_trim_whitespace(some)):
            return str(name)
    listed = ", ".join(map(repr, without_index(names))) or "none"
    raise InvalidParameterError(
        f"{argument} must have a column or an index of times, called `timestamp` or `time` or "
        f"named with timeColumn=, got the columns {listed}; convert strings to times with "
        "pandas.to_datetime(frame[column], utc=True)"
    )


def _parse_texts(strings: Values) -> tuple[Values, tzinfo | None]:
    strings = pc.utf8_trim_whitespace(strings)
    strings = pc.if_else(pc.equal(strings, ""), pa.scalar(None, STRING), strings)
    try:
        return strings.cast(TIMESTAMP_NS), UTC
    except pa.ArrowInvalid:
        times = strings.cast(_UNZONED).cast(TIMESTAMP_NS)
    of_platform = pc.match_substring_regex(strings, _PLATFORM_TIME)
    return times, UTC if pc.all(of_platform).as_py() else None


def _parse_zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        # An offset, such as +05:30.
        offset = datetime.strptime(name, "%z").utcoffset() or timedelta()
        return timezone(offset, f"UTC{name}")


def _first_bad_time(strings: Values) -> tuple[int, str]:
    """Return the first string that is not a time, or has no offset unlike the others."""
    has_offset: bool | None = None
    for row, text in enumerate(strings.to_pylist()):
        if not (text or "").strip():
            continue
        try:
            _, zone = _parse_texts(pa.array([text]))
        except pa.ArrowException:
            return row, text
        if has_offset not in (None, zone is not None):
            return row, text
        has_offset = zone is not None
    return 0, ""
