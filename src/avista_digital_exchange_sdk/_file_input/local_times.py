"""Local times as UTC, with the repeated and the skipped hour of clock changes."""

from collections.abc import Hashable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .._time_series.zones import FixedOffset

NANOSECONDS = 10**9
_EPOCH = datetime(1970, 1, 1)
# Offsets change at full quarters of an hour.
_BLOCK_SECONDS = 900
_MAX_CACHED = 20_000


class LocalTimeError(ValueError):
    """A local time that does not exist or is ambiguous."""

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(what)
        self.kind = kind


class _Offsets(NamedTuple):
    """The offsets of a local time from UTC, in seconds: one, or those before and after a change."""

    first: int
    second: int

    @property
    def is_ambiguous(self) -> bool:
        return self.first > self.second

    @property
    def is_missing(self) -> bool:
        return self.first < self.second


class _Series:
    """The state of a series: its last time, and its pass of the repeated hour.

    Attributes:
        last: Its last time; None before the first one.
        was_ambiguous: Whether that time is in the repeated hour.
        is_descending: Whether the newest rows come first; None as long as that can't be seen.
        passes: How many passes of the repeated hour have begun.
        begin: The line of the row that began the series, if that is in the repeated hour.
    """

    __slots__ = ("begin", "is_descending", "last", "passes", "was_ambiguous")

    def __init__(self) -> None:
        self.last: int | None = None
        self.was_ambiguous = False
        self.is_descending: bool | None = None
        self.passes = 0
        self.begin: int | None = None

    @property
    def is_second(self) -> bool:
        """Whether the last time is in the later one of the two hours."""
        return (self.passes == 2) != self.is_descending


class LocalTimes:
    """Converts local times to UTC.

    Args:
        zone: The time zone.
        ambiguous: How to resolve ambiguous times: `refuse`, `infer` (from the order of the
            rows), `earlier` or `later`.
        nonexistent: How to resolve skipped times: `refuse`, or `shift` by the time by which
            clocks are set forward.

    Attributes:
        is_descending: Whether the newest rows come first; None if that can't be seen.
        shifted: The number of shifted times.
    """

    def __init__(self, zone: ZoneInfo | FixedOffset, ambiguous: str, nonexistent: str) -> None:
        self._zone = zone
        self._ambiguous = ambiguous
        self._nonexistent = nonexistent
        self.is_descending: bool | None = None
        self._cache: dict[int, _Offsets] = {}
        self._series: dict[Hashable, _Series] = {}
        self.shifted = 0

    def look_at_order(self, times: Sequence[int]) -> None:
        """See from the first rows of a series whether the newest come first.

        Args:
            times: Their local times.
        """
        are_ambiguous = [self._offsets(time // NANOSECONDS).is_ambiguous for time in times]
        steps = [
            (one, other, are_ambiguous[index] and are_ambiguous[index + 1])
            for index, (one, other) in enumerate(pairwise(times))
        ]
        certain = {one > other for one, other, is_within in steps if one != other and not is_within}
        if not certain:
            # In the repeated hour the order is that with one step back at most.
            back = {True: 0, False: 0}
            for one, other, _ in steps:
                back[True] += one <= other
                back[False] += one >= other
            certain = {is_descending for is_descending, count in back.items() if count <= 1}
        if len(set(times)) == 1:
            # Files list times from the first to the last one, unless they show otherwise.
            certain = {False}
        self.is_descending = certain.pop() if len(certain) == 1 else None

    def list_unclear(self) -> list[int]:
        """The first lines of series that have nothing but one pass of the repeated hour."""
        return [
            state.begin
            for state in self._series.values()
            if state.begin is not None and state.passes == 1 and state.was_ambiguous
        ]

    def to_utc(
        self, local: int, series: Hashable, abbreviation: str | None = None, line: int = 0
    ) -> int:
        """Convert nanoseconds since 1970 in local time to nanoseconds since 1970 in UTC.

        Args:
            local: The local time.
            series: The series for the order of rows: the asset and attribute.
            abbreviation: Its abbreviation of the time zone, such as `PDT`.
            line: The line of the row.

        Raises:
            LocalTimeError: The time is ambiguous or does not exist.
        """
        seconds = local // NANOSECONDS
        offsets = self._offsets(seconds)
        if abbreviation is not None:
            return local - self._find_offset(seconds, offsets, abbreviation) * NANOSECONDS
        if offsets.is_missing:
            if self._nonexistent == "refuse":
                raise LocalTimeError("nonexistent", "does not exist: clocks are set forward then")
            self.shifted += 1
            return local - offsets.first * NANOSECONDS
        second = self._is_second(local, offsets, series, line)
        return local - (offsets.second if second else offsets.first) * NANOSECONDS

    def _offsets(self, seconds: int) -> _Offsets:
        block = seconds // _BLOCK_SECONDS
        found = self._cache.get(block)
        if found is None:
            if len(self._cache) > _MAX_CACHED:
                self._cache.clear()
            found = self._cache[block] = self._look_up(block * _BLOCK_SECONDS)
        return found

    def _look_up(self, seconds: int) -> _Offsets:
        when = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=self._zone)
        both = [when.replace(fold=fold).utcoffset() or timedelta() for fold in (0, 1)]
        return _Offsets(*(int(offset.total_seconds()) for offset in both))

    def _find_offset(self, seconds: int, offsets: _Offsets, abbreviation: str) -> int:
        when = (_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=self._zone)
        for fold, offset in enumerate(offsets):
            if when.replace(fold=fold).tzname() == abbreviation:
                return offset
        valid = " or ".join(dict.fromkeys(str(when.replace(fold=fold).tzname()) for fold in (0, 1)))
        raise LocalTimeError("abbreviation", f"must be in {valid} in this time zone")

    def _is_second(self, local: int, offsets: _Offsets, series: Hashable, line: int) -> bool:
        """Whether a time is the later one of two."""
        if self._ambiguous == "infer":
            return self._infer(local, offsets, self._series.setdefault(series, _Series()), line)
        if not offsets.is_ambiguous:
            return False
        if self._ambiguous == "refuse":
            raise LocalTimeError("ambiguous", "is ambiguous: clocks are set back then")
        return self._ambiguous == "later"

    def _infer(self, local: int, offsets: _Offsets, state: _Series, line: int) -> bool:
        last, state.last = state.last, local
        was_ambiguous, state.was_ambiguous = state.was_ambiguous, offsets.is_ambiguous
        if not (was_ambiguous or offsets.is_ambiguous):
            if last is not None and last != local:
                state.is_descending = last > local
            return False
        if not was_ambiguous:
            self._begin_hour(local, last, state, line)
            return state.is_second
        is_step = last is not None and (local < last if state.is_descending else local > last)
        if not offsets.is_ambiguous:
            if not is_step:
                raise LocalTimeError("inferred", "is out of order, after the repeated hour")
            if state.passes == 1:
                raise LocalTimeError(
                    "inferred", "follows the repeated hour, which the file contains only once"
                )
            return False
        if not is_step:
            state.passes += 1
            if state.passes > 2:
                raise LocalTimeError("inferred", "occurs more than twice, or out of order")
        return state.is_second

    def _begin_hour(self, local: int, last: int | None, state: _Series, line: int) -> None:
        """Begin the repeated hour, in the direction of the step to it."""
        state.passes = 1
        if last is not None:
            if state.is_descending not in (None, last > local):
                raise LocalTimeError("inferred", "is ambiguous, and out of order")
            state.is_descending, state.begin = last > local, None
            return
        if self.is_descending is None:
            raise LocalTimeError(
                "inferred", "is ambiguous, and the rows around it are in no order that tells it"
            )
        state.is_descending, state.begin = self.is_descending, line
