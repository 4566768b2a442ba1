"""Parsing of the times of rows, in any format, to UTC."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .._time_series.timestamps import format_timestamp
from .._time_series.zones import parse_time_zone
from .local_times import LocalTimeError, LocalTimes
from .observations import Observations
from .options import FileOptions
from .problems import Problems, quote, suggest
from .time_suggestions import suggest_compact_format, suggest_hour_format, suggest_unit
from .time_texts import (
    EPOCH_UNITS,
    FORMATS,
    ISO,
    LocalTime,
    Parse,
    TimeFormat,
    TimeFormatDetector,
    is_in_range,
    parse_with_format,
    parse_with_unit,
)

_TIMESTAMP = pa.timestamp("ns", "UTC")
# A time with its zone, which Arrow parses in bulk.
_PLAIN_ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$"
# The end of 1970, and the beginning of 2050, in nanoseconds.
_FIRST_YEAR, _LATE_YEAR = 365 * 86_400 * 10**9, 2_524_608_000 * 10**9
_NAIVE = "has no time zone"
_UNIT_NAMES = {"excel": "Excel day numbers", "matlab": "MATLAB day numbers"}


class TimeReader:
    """Reads the times of rows.

    Args:
        options: The arguments that describe them.
        detector: The detected format.
        is_utc: Whether times without a zone are in UTC, as in the platform's results.
        column: The name of the column of times in messages.
        problems: Receives invalid times.
    """

    def __init__(
        self,
        options: FileOptions,
        detector: TimeFormatDetector,
        *,
        is_utc: bool,
        column: str,
        problems: Problems,
    ) -> None:
        self._options = options
        self._column = column
        self._problems = problems
        self._bad = _BadTimes()
        self.format_name = "unknown"
        self._parse = self._choose_parser(detector)
        zone = options.timeZone or ("UTC" if is_utc else None)
        self._local = _create_local_times(zone, options, options.ambiguous)
        # Values of type TIMESTAMP are in no order, so nothing can be inferred.
        refused = "refuse" if options.ambiguous == "infer" else options.ambiguous
        self._local_values = _create_local_times(zone, options, refused)
        self.first: int | None = None
        self.last: int | None = None

    @property
    def shifted(self) -> int:
        """The number of nonexistent times that were shifted."""
        return self._local.shifted if self._local else 0

    def look_at_order(self, texts: Sequence[str | None]) -> None:
        """Detect from the first rows of an asset whether the newest come first."""
        if self._parse is None or self._local is None:
            return
        parsed = [self._parse(text) for text in texts if text is not None]
        self._local.look_at_order([time.nanoseconds for time in parsed if time is not None])

    def read(self, rows: Observations) -> Observations:
        """Parse the times of rows; invalid ones become null."""
        if self._parse is None:
            return rows._replace(times=pa.nulls(len(rows.times), pa.int64()))
        fast = self._read_plain(rows.times)
        times = self._read_each(rows) if fast is None else fast
        self._note_range(times)
        return rows._replace(times=times)

    def parse_value(self, text: str) -> str | None:
        """Convert a TIMESTAMP value to nanoseconds since 1970; return None if it is invalid."""
        for parse in (ISO.parse, self._parse):
            time = parse(text) if parse else None
            if time is None:
                continue
            if time.offset is not None:
                return str(time.nanoseconds - time.offset * 10**9)
            if self._local_values is None:
                return None
            try:
                return str(self._local_values.to_utc(time.nanoseconds, text, time.abbreviation))
            except LocalTimeError:
                return None
        return None

    def finish(self) -> None:
        """Add the problems of invalid times, and of those that can only be guessed."""
        for line in self._local.list_unclear()[:1] if self._local else ():
            self._problems.add(
                "begins within the repeated hour, which the file contains only once; pass "
                f"{suggest(ambiguous='earlier')} or {suggest(ambiguous='later')}",
                line=line,
                column=self._column,
            )
        bad = self._bad
        if not bad.count:
            return
        where = {"line": bad.line, "column": self._column}
        word = self._problems.line_word
        if bad.text is None:
            what = "has no timestamp"
        else:
            what = (
                f"{quote(bad.text)} is not a timestamp; timestamps are read as {self.format_name}"
            )
        if bad.count > 1:
            what += f" ({bad.count} such {word}s)"
        other = self._find_other_format(bad.text)
        if bad.last_good_line and other is not None:
            advice = f"it is written as {other}, unlike others; write all in the same format"
            if "sheet" in self._problems.options:
                advice += ", and check whether Excel has swapped day and month of the others"
        elif not bad.last_good_line:
            advice = (
                f"pass their format, such as {suggest(timeFormat='%d/%m/%Y %H:%M')} or "
                f"{suggest(timeUnit='ms')}"
            )
        elif "unitsRow" in self._problems.options and bad.last_line < bad.first_good_line:
            advice = f"if it has units, {suggest(unitsRow=bad.count)} ignores it"
        elif "skipFooter" in self._problems.options and bad.line > bad.last_good_line:
            advice = f"if it is not data, {suggest(skipFooter=bad.count)} ignores it"
        else:
            advice = f"correct or delete the {word}"
        self._problems.add(f"{what}; {advice}", **where)  # type: ignore[arg-type]  # of str and int

    def _find_other_format(self, text: str | None) -> str | None:
        if text is None or self._options.timeFormat or self._options.timeUnit:
            return None
        return next((form.name for form in FORMATS if form.parse(text)), None)

    def notices(self) -> list[str]:
        """What the user should know of times that are read, but may be meant otherwise."""
        if self.first is None or self.last is None:
            return []
        unit, form = self._options.timeUnit, self._options.timeFormat or self.format_name
        if unit in EPOCH_UNITS and 0 <= self.first < _FIRST_YEAR:
            return [
                f"the first timestamp is {format_timestamp(self.first)}, as "
                f"{suggest(timeUnit=unit)} reads it; check the unit"
            ]
        has_short_years = "%y" in form or "two digits" in form or "name" in form
        if has_short_years and self.last >= _LATE_YEAR:
            return [
                f"the last timestamp is {format_timestamp(self.last)}: years of two digits up to "
                "68 are read as 2000 to 2068"
            ]
        return []

    def _choose_parser(self, detector: TimeFormatDetector) -> Parse | None:
        options = self._options
        if options.timeFormat is not None:
            self.format_name = options.timeFormat
            return parse_with_format(options.timeFormat)
        if options.timeUnit is not None:
            self.format_name = _UNIT_NAMES.get(options.timeUnit, f"{options.timeUnit} since 1970")
            return parse_with_unit(options.timeUnit)
        found = detector.formats()
        if len(found) == 1:
            self.format_name = found[0].name
            return found[0].parse
        if not detector.seen:
            return ISO.parse
        example = str(detector.example)
        if found:
            ways = " or ".join(
                f"{form.name} with {_suggest_format(form, example)}" for form in found
            )
            self._problems.add(
                f"{quote(example)} can be read as {ways}; pass one of them",
                column=self._column,
            )
            time = found[0].parse(example)
            if time is not None and not time.is_zoned and options.timeZone is None:
                self._problems.add(self._zone_advice(time, example), column=self._column, key=0)
            return None
        self._problems.add(self._unknown_format(example), column=self._column)
        return None

    def _unknown_format(self, example: str) -> str:
        ways = []
        if (form := suggest_compact_format(example)) is not None:
            ways.append(suggest(timeFormat=form))
        if (unit := suggest_unit(example)) is not None:
            ways.append(suggest(timeUnit=unit))
        if (form := suggest_hour_format(example)) is not None:
            return (
                f"{quote(example)} ends with an hour without minutes; read it with "
                f"{suggest(timeFormat=form)}"
            )
        if ways:
            return f"{quote(example)} is a number; read it as a timestamp with {' or '.join(ways)}"
        return (
            f"{quote(example)} is not a timestamp of a known format; pass its format, such as "
            f"{suggest(timeFormat='%d/%m/%Y %H:%M')}, or another column with timeColumn="
        )

    def _read_plain(self, texts: Any) -> Any | None:
        """Parse times in ISO 8601 with a zone in bulk; return None if some have another format."""
        if self._parse is not ISO.parse or texts.null_count:
            return None
        if not pc.all(pc.match_substring_regex(texts, _PLAIN_ISO)).as_py():
            return None
        try:
            return texts.cast(_TIMESTAMP).cast(pa.int64())
        except pa.ArrowInvalid:
            return None

    def _read_each(self, rows: Observations) -> Any:
        texts, lines = rows.times.to_pylist(), rows.lines.to_pylist()
        assets = rows.assets.to_pylist()
        times = [
            self._read_one(text, line, (asset, rows.series))
            for text, line, asset in zip(texts, lines, assets, strict=True)
        ]
        return pa.array(times, pa.int64())

    def _read_one(self, text: str | None, line: int, series: object) -> int | None:
        assert self._parse is not None  # read() has looked
        time = None if text is None else self._parse(text)
        if time is None:
            self._bad.add(line, text)
            return None
        self._bad.add_good(line)
        nanoseconds = self._to_utc(time, str(text), line, series)
        if nanoseconds is not None and not is_in_range(nanoseconds):
            unit = suggest_unit(str(text)) if self._options.timeUnit else None
            advice = f"; {suggest(timeUnit=unit)} may be meant" if unit else ""
            self._problems.add(
                f"{quote(text)} is not between the years 1677 and 2262{advice}",
                line=line,
                column=self._column,
                key="range",
            )
            return None
        return nanoseconds

    def _to_utc(self, time: LocalTime, text: str, line: int, series: object) -> int | None:
        if time.offset is not None:
            return time.nanoseconds - time.offset * 10**9
        if self._local is None:
            self._problems.add(self._zone_advice(time, text), line=line, column=self._column, key=0)
            return None
        try:
            return self._local.to_utc(time.nanoseconds, series, time.abbreviation, line)
        except LocalTimeError as error:
            self._problems.add(
                f"{quote(text)} {error}{self._local_advice(error)}",
                line=line,
                column=self._column,
                key=error.kind,
            )
            return None

    def _zone_advice(self, time: LocalTime, text: str) -> str:
        what = (
            f"is in {time.abbreviation}, the abbreviation of several time zones"
            if time.abbreviation
            else _NAIVE
        )
        return (
            f"{quote(text)} {what}; pass its time zone, such as "
            f"{suggest(timeZone='America/Los_Angeles')}, {suggest(timeZone='-08:00')} or "
            f"{suggest(timeZone='UTC')}"
        )

    @staticmethod
    def _local_advice(error: LocalTimeError) -> str:
        if error.kind == "ambiguous":
            return (
                f"; {suggest(ambiguous='infer')} uses the order of the rows, "
                f"{suggest(ambiguous='earlier')} or {suggest(ambiguous='later')} takes one of two"
            )
        if error.kind == "inferred":
            return f"; pass {suggest(ambiguous='earlier')} or {suggest(ambiguous='later')}"
        if error.kind == "nonexistent":
            return (
                f"; {suggest(nonexistent='shift')} shifts it by as much; if the file has no "
                f"daylight saving time, pass its offset, such as {suggest(timeZone='-08:00')}"
            )
        return ""

    def _note_range(self, times: Any) -> None:
        bounds = pc.min_max(times).as_py()
        if bounds["min"] is not None:
            self.first = bounds["min"] if self.first is None else min(self.first, bounds["min"])
            self.last = bounds["max"] if self.last is None else max(self.last, bounds["max"])


def _create_local_times(
    zone: str | None, options: FileOptions, ambiguous: str
) -> LocalTimes | None:
    if zone is None:
        return None
    return LocalTimes(parse_time_zone("timeZone", zone), ambiguous, options.nonexistent)


class _BadTimes:
    """The invalid times, and the positions of the valid ones."""

    def __init__(self) -> None:
        self.count = 0
        self.line = 0
        self.last_line = 0
        self.text: str | None = None
        self.first_good_line = 1 << 62
        self.last_good_line = 0

    def add(self, line: int, text: str | None) -> None:
        """Add a row with an invalid time."""
        if not self.count:
            self.line, self.text = line, text
        self.count += 1
        self.last_line = line

    def add_good(self, line: int) -> None:
        """Add a row with a valid time."""
        self.first_good_line = min(self.first_good_line, line)
        self.last_good_line = line


def _suggest_format(form: TimeFormat, example: str) -> str:
    """Suggest the argument that parses cells like an example: a format, or its name."""
    fitting = _fit_format(form.strptime, example)
    reads = parse_with_format(fitting)(example) is not None
    return suggest(timeFormat=fitting if reads else form.name)


def _fit_format(form: str, example: str) -> str:
    """Build a format with the separators and the parts of an example."""
    separator = next((one for one in example if one in "-/."), "/")
    day, _, clock = form.partition(" ")
    day = day.replace("/", separator)
    parts = example.partition(" ")[2] or example.partition("T")[2]
    if not parts:
        return day
    if parts[-1:] in "mM" and parts[-2:-1] in "aApP":
        clock = "%I:%M:%S %p" if parts.count(":") > 1 else "%I:%M %p"
        if not parts[:-2].endswith(" "):
            clock = clock.replace(" %p", "%p")
    elif parts.count(":") < 2:
        clock = "%H:%M"
    elif "." in parts:
        clock = "%H:%M:%S.%f"
    return f"{day} {clock}"
