"""Parsing of times: ISO 8601, other date orders, epochs, serial numbers of spreadsheets."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from .local_times import NANOSECONDS
from .number_syntax import PLAIN_NUMBER

# The range of nanoseconds since 1970 in 64 bits; the extreme values are reserved.
MIN_TIME, MAX_TIME = -(2**63) + 2, 2**63 - 2
_DAY_SECONDS = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_FULL_MONTHS = {
    *("january", "february", "march", "april", "june", "july", "august", "sept", "september"),
    *("october", "november", "december"),
}
# The zones that are recognized in cells without the argument timeZone.
_UTC_NAMES = {"Z", "z", "UTC", "GMT", "utc", "gmt", "Etc/UTC"}

_TIME = (
    r"(?:(?:[T_]|,?\s+|:|\s+-\s+)(?P<H>\d{1,2})(?::(?P<M>\d\d)(?::(?P<S>\d\d)(?:[.,:](?P<f>\d+))?)?)?"
    r"(?:\s*(?P<p>[AaPp])\.?\s?[Mm]\.?)?)?"
)
_ZONE = (
    r"(?:\s*(?P<z>Z|z|[+-]\d\d(?::?\d\d)?(?::\d\d)?|(?:UTC|GMT)[+-]\d{1,2}(?::?\d\d)?"
    r"|[A-Za-z]{3,5})(?:\[[A-Za-z0-9_/+-]+\])?)?"
)
_YEAR = r"(?P<y>\d{4})"
_SHORT_YEAR = r"(?P<y>\d\d)"
_NAME = r"(?P<b>[A-Za-z]{3,9})\.?"


class LocalTime(NamedTuple):
    """A time as written in a cell.

    Attributes:
        nanoseconds: Since 1970, in the cell's zone if it has one.
        offset: The offset from UTC in the cell, in seconds.
        abbreviation: The abbreviation of the zone in the cell, such as `PDT`.
    """

    nanoseconds: int
    offset: int | None = None
    abbreviation: str | None = None

    @property
    def is_zoned(self) -> bool:
        """Whether the cell contains its zone."""
        return self.offset is not None


Parse = Callable[[str], LocalTime | None]
# The separator of the two times of an interval.
_INTERVAL = re.compile(r"(?<=\d)\s+(?:-|\u2013|to)\s+(?=\d)|(?<=[\dZ])/(?=\d{4}-\d\d-\d\dT)")


class TimeFormat(NamedTuple):
    """A format of times.

    Attributes:
        name: Its name in messages.
        strptime: The closest `strptime` format, to pass as `timeFormat`.
        parse: Parses a cell; returns None if it has another format.
    """

    name: str
    strptime: str
    parse: Parse


@lru_cache(maxsize=4096)
def _days(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:
        return None


def _parser(pattern: str) -> Parse:
    match = re.compile(rf"(?:[A-Z][a-z]{{2,8}},? )?{pattern}{_TIME}{_ZONE}", re.ASCII).fullmatch

    def parse(text: str) -> LocalTime | None:
        found = match(text)
        if found is None and (interval := _INTERVAL.search(text)):
            # The time of an interval is its start.
            begin, end = text[: interval.start()], text[interval.end() :]
            found = match(begin) if match(end) else None
        if found is None:
            return None
        part = found.groupdict()
        month = _month(part)
        year = int(part["y"])
        if len(part["y"]) == 2:
            year += 2000 if year < 69 else 1900
        days = None if month is None else _days(year, month, int(part["d"]))
        clock = _parse_clock(part)
        if days is None or clock is None:
            return None
        nanoseconds = days * _DAY_SECONDS * NANOSECONDS + clock
        return _with_zone(nanoseconds, part["z"], part["H"] is not None)

    return parse


def _month(part: dict[str, str | None]) -> int | None:
    if (number := part.get("m")) is not None:
        return int(number)
    name = str(part["b"]).lower()
    return _MONTHS.get(name[:3]) if len(name) == 3 or name in _FULL_MONTHS else None


def _parse_clock(part: dict[str, str | None]) -> int | None:
    """Convert to nanoseconds since midnight; 24:00 is midnight of the next day."""
    if part["H"] is None:
        return 0
    hour, minute, second = int(part["H"]), int(part["M"] or 0), int(part["S"] or 0)
    if part["M"] is None and part["p"] is None and len(part["H"]) < 2:
        return None
    if part["p"] is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if part["p"] in "pP" else 0)
    fraction = (part["f"] or "").rstrip("0")
    is_next_day = hour == 24 and not (minute or second or fraction)
    if (hour > 23 and not is_next_day) or minute > 59 or second > 59 or len(fraction) > 9:
        return None
    return (hour * 3600 + minute * 60 + second) * NANOSECONDS + int(fraction.ljust(9, "0"))


def _with_zone(nanoseconds: int, zone: str | None, has_clock: bool) -> LocalTime | None:
    if zone is None:
        return LocalTime(nanoseconds)
    if not has_clock:
        return None
    if zone in _UTC_NAMES:
        return LocalTime(nanoseconds, 0)
    if zone[-1].isalpha():
        return LocalTime(nanoseconds, None, zone.upper())
    digits = re.sub(r"\D", "", zone)
    hours, minutes = int(digits[:2] if len(digits) != 1 else digits), int(digits[2:4] or 0)
    if hours > 18 or minutes > 59:
        return None
    offset = hours * 3600 + minutes * 60 + int(digits[4:6] or 0)
    return LocalTime(nanoseconds, -offset if "-" in zone else offset)


ISO = TimeFormat(
    "ISO 8601",
    "%Y-%m-%dT%H:%M:%S%z",
    _parser(rf"{_YEAR}-(?P<m>\d\d)-(?P<d>\d\d)"),
)
_ISO_WEEK = re.compile(r"(\d{4})-?W(\d\d)-?([1-7])(.*)", re.ASCII)
_ISO_ORDINAL = re.compile(r"(\d{4})-(\d{3})(T.+)", re.ASCII)
_ISO_BASIC = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)?(\d\d)?(.*)", re.ASCII)


def _parse_iso_basic(text: str) -> LocalTime | None:
    found = _ISO_BASIC.fullmatch(text)
    if found is None:
        return None
    year, month, day, *clock, rest = found.groups()
    return ISO.parse(f"{year}-{month}-{day}T{':'.join(filter(None, clock))}{rest}")


def _parse_iso_week(text: str) -> LocalTime | None:
    """Parse dates by week, or by day of the year if a time of day follows."""
    week, ordinal = _ISO_WEEK.fullmatch(text), _ISO_ORDINAL.fullmatch(text)
    try:
        if week is not None:
            day = date.fromisocalendar(int(week[1]), int(week[2]), int(week[3]))
            return ISO.parse(f"{day.isoformat()}{week[4]}")
        if ordinal is not None and 1 <= int(ordinal[2]) <= 366:
            day = date(int(ordinal[1]), 1, 1) + timedelta(days=int(ordinal[2]) - 1)
            if day.year == int(ordinal[1]):
                return ISO.parse(f"{day.isoformat()}{ordinal[3]}")
    except (ValueError, OverflowError):
        return None
    return None


# Day first, then month first: if both are possible, neither is chosen.
FORMATS: Sequence[TimeFormat] = (
    ISO,
    TimeFormat("ISO 8601, basic", "%Y%m%dT%H%M%S%z", _parse_iso_basic),
    TimeFormat("ISO 8601, week or day of the year", "%G-W%V-%uT%H:%M:%S%z", _parse_iso_week),
    TimeFormat(
        "year/month/day",
        "%Y/%m/%d %H:%M:%S",
        _parser(rf"{_YEAR}(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})"),
    ),
    TimeFormat(
        "day/month/year",
        "%d/%m/%Y %H:%M:%S",
        _parser(rf"(?P<d>\d{{1,2}})(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s){_YEAR}"),
    ),
    TimeFormat(
        "month/day/year",
        "%m/%d/%Y %H:%M:%S",
        _parser(rf"(?P<m>\d{{1,2}})(?P<s>[-/.])(?P<d>\d{{1,2}})(?P=s){_YEAR}"),
    ),
    TimeFormat(
        "day/month/year of two digits",
        "%d/%m/%y %H:%M:%S",
        _parser(rf"(?P<d>\d{{1,2}})(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s){_SHORT_YEAR}"),
    ),
    TimeFormat(
        "month/day/year of two digits",
        "%m/%d/%y %H:%M:%S",
        _parser(rf"(?P<m>\d{{1,2}})(?P<s>[-/.])(?P<d>\d{{1,2}})(?P=s){_SHORT_YEAR}"),
    ),
    TimeFormat(
        "year of two digits/month/day",
        "%y/%m/%d %H:%M:%S",
        _parser(rf"{_SHORT_YEAR}(?P<s>[-/.])(?P<m>\d{{1,2}})(?P=s)(?P<d>\d{{1,2}})"),
    ),
    TimeFormat(
        "day-month's name-year",
        "%d-%b-%Y %H:%M:%S",
        _parser(rf"(?P<d>\d{{1,2}})[- /.]?{_NAME}[- /.,]*(?P<y>\d{{4}}|\d\d)"),
    ),
    TimeFormat(
        "month's name day, year",
        "%b %d, %Y %H:%M:%S",
        _parser(rf"{_NAME} (?P<d>\d{{1,2}}),? {_YEAR}"),
    ),
    TimeFormat(
        "year-month's name-day",
        "%Y-%b-%d %H:%M:%S",
        _parser(rf"{_YEAR}[- /.]{_NAME}[- /.](?P<d>\d{{1,2}})"),
    ),
)
FORMAT_NAMES: Mapping[str, Parse] = {form.name: form.parse for form in FORMATS}
# A time of day, or a duration.
CLOCK_ONLY = re.compile(r"\d{1,4}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?", re.ASCII)


def is_interval(text: str) -> bool:
    """Whether a cell contains the start and the end of an interval."""
    return _INTERVAL.search(text) is not None and any(form.parse(text) for form in FORMATS)


class TimeFormatDetector:
    """Finds the formats that parse the most cells."""

    def __init__(self) -> None:
        self.failures = dict.fromkeys(range(len(FORMATS)), 0)
        self.seen = 0
        self.example: str | None = None

    def add(self, cells: Iterable[str]) -> None:
        """Add non-empty cells."""
        failures = self.failures
        alive = list(failures)
        for cell in cells:
            self.seen += 1
            if self.example is None:
                self.example = cell
            for index in alive:
                if FORMATS[index].parse(cell) is None:
                    failures[index] += 1
        if self.seen > 1000:
            # Formats that fail for most cells need not be tried again.
            for index in [i for i, count in failures.items() if count * 2 > self.seen]:
                if len(failures) > 1:
                    del failures[index]

    def formats(self) -> list[TimeFormat]:
        """The best formats: none, one, or several that are equally good."""
        best = min(self.failures.values())
        if best * 2 > self.seen or not self.seen:
            return []
        found = [FORMATS[index] for index, count in self.failures.items() if count == best]
        return found[:1] if ISO in found else found


_WIDTHS = {"Y": 4, "G": 4, "j": 3} | dict.fromkeys("mdHIMSyVUW", 2)
_DIGITS_OF_FORMAT = re.compile(r"(?:%[YGjmdHIMSyVUWuwf])+|%z")


def parse_with_format(form: str) -> Parse:
    """Return the parser of a format by name, or of `strptime` with nanoseconds and 24:00."""
    if form in FORMAT_NAMES:
        return FORMAT_NAMES[form]
    fraction = re.compile(r"([.,:]\d{6})(\d{1,3})(?!\d)")
    has_24_hours = "%H" in form or "%T" in form or "%R" in form
    form = form.replace("%T", "%H:%M:%S").replace("%R", "%H:%M")
    widths = _find_widths(form)

    def parse(text: str) -> LocalTime | None:
        beyond, extra = 0, timedelta()
        if "%f" in form and (found := fraction.search(text)):
            beyond = int(found[2].ljust(3, "0"))
            text = text[: found.start(2)] + text[found.end(2) :]
        text = _pad_digits(text, widths)
        when = _strptime(text, form)
        if when is None and has_24_hours:
            when, extra = _parse_midnight(text, form), timedelta(days=1)
        if when is None:
            return None
        since = when.replace(tzinfo=None) + extra - datetime(1970, 1, 1)
        nanoseconds = (since.days * _DAY_SECONDS + since.seconds) * NANOSECONDS
        offset = when.utcoffset()
        return LocalTime(
            nanoseconds + since.microseconds * 1000 + beyond,
            None if offset is None else int(offset.total_seconds()),
        )

    return parse


def _strptime(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


_MIDNIGHT = re.compile(r"(?<!\d)24(?=:?00(?::?00(?:[.,]0+)?)?(?!\d)|$)|(?<=\d{4})24(?=00|$)")


def _parse_midnight(text: str, form: str) -> datetime | None:
    """Parse a time at 24:00 as midnight of its own day."""
    for found in _MIDNIGHT.finditer(text):
        # What is an hour later with 01 in its place is the hour, and no day or year.
        midnight, later = (
            _strptime(text[: found.start()] + hour + text[found.end() :], form)
            for hour in ("00", "01")
        )
        if midnight and later and later - midnight == timedelta(hours=1):
            return midnight
    return None


def _find_widths(form: str) -> list[int]:
    """How many digits each run of directives without separators has; 0 for any number."""
    if re.search(r"(?:^|[^%\d])\d|%%", form):
        return []
    runs = [run[0].split("%")[1:] for run in _DIGITS_OF_FORMAT.finditer(form)]
    return [
        sum(_WIDTHS[one] for one in run) if len(run) > 1 and set(run) <= set(_WIDTHS) else 0
        for run in runs
    ]


def _pad_digits(text: str, widths: Sequence[int]) -> str:
    """Restore the leading zeros of numbers such as 130, an hour and minutes.

    Otherwise `strptime` takes the digits from the left: 13:00.
    """
    if not any(widths):
        return text
    remaining = iter(widths)
    return re.sub(r"\d+", lambda found: found[0].zfill(next(remaining, 0)), text)


EPOCH_UNITS = {"s": 9, "ms": 6, "us": 3, "ns": 0}
# Days from the epoch of serial numbers to 1970.
_SERIAL_ORIGINS = {"excel": 25569, "matlab": 719529}
# Excel counts a 29 February 1900; earlier days are off by one, and most are times of day.
_FIRST_SERIALS = {"excel": 61, "matlab": 0}


def parse_with_unit(unit: str) -> Parse:
    """Return the parser of numbers since 1970 in UTC, or of serial days in local time."""
    if unit in _SERIAL_ORIGINS:
        return _serial_parser(_SERIAL_ORIGINS[unit], _FIRST_SERIALS[unit])
    scale = EPOCH_UNITS[unit]

    def parse(text: str) -> LocalTime | None:
        # Numbers with an exponent were saved by spreadsheets with too few digits.
        if not PLAIN_NUMBER.fullmatch(text) or "e" in text.lower():
            return None
        nanoseconds = Decimal(text).scaleb(scale)
        if nanoseconds != int(nanoseconds):
            return None
        return LocalTime(int(nanoseconds), 0)

    return parse


def _serial_parser(origin: int, first: int) -> Parse:
    def parse(text: str) -> LocalTime | None:
        try:
            days = Decimal(text.replace(",", "."))
        except InvalidOperation:
            return None
        if not days.is_finite() or not first <= days < 4_000_000:
            return None
        seconds = (days - origin) * _DAY_SECONDS
        # Round to a second if the digits allow it, otherwise to milliseconds.
        exponent = days.as_tuple().exponent
        precision = Decimal(1).scaleb(int(exponent)) * _DAY_SECONDS
        whole = seconds.to_integral_value()
        if abs(seconds - whole) <= max(precision / 2, Decimal("0.0005")):
            return LocalTime(int(whole) * NANOSECONDS)
        return LocalTime(int((seconds * 1000).to_integral_value()) * 10**6)

    return parse


def is_in_range(nanoseconds: int) -> bool:
    """Whether the platform can store a time."""
    return MIN_TIME <= nanoseconds <= MAX_TIME
