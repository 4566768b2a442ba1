"""Local times as UTC, with the repeated and the skipped hour of clock changes."""

from collections.abc import Hashable
from datetime import datetime, timedelta
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
    """The state of a series: its last time, and whether the repeated hour has begun again."""

    __slots__ = ("last", "second", "was_ambiguous")

    def __init__(self) -> None:
        self.last: int | None = None
        self.second = False
        self.was_ambiguous = False


class LocalTimes:
    """Converts local times to UTC.

    Args:
        zone: The time zone.
        ambiguous: How to resolve ambiguous times: `refuse`, `infer` (from the order of the
            rows), `earlier` or `later`.
        nonexistent: How to resolve skipped times: `refuse`, or `shift` by the time by which
            clocks are set forward.

    Attributes:
        is_descending: Whether the newest rows come first.
        shifted: The number of shifted times.
    """

    def __init__(self, zone: ZoneInfo | FixedOffset, ambiguous: str, nonexistent: str) -> None:
        self._zone = zone
        self._ambiguous = ambiguous
        self._nonexistent = nonexistent
        self.is_descending = False
        self._cache: dict[int, _Offsets] = {}
        self._series: dict[Hashable, _Series] = {}
        self.shifted = 0

    def to_utc(self, local: int, series: Hashable, abbreviation: str | None = None) -> int:
        """Convert nanoseconds since 1970 in local time to nanoseconds since 1970 in UTC.

        Args:
            local: The local time.
            series: The series for the order of rows: the asset and attribute.
            abbreviation: Its abbreviation of the time zone, such as `PDT`.

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
        second = self._is_second(local, offsets, series)
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

    def _is_second(self, local: int, offsets: _Offsets, series: Hashable) -> bool:
        """Whether a time is the later one of two."""
        if self._ambiguous == "infer":
            return self._infer(local, offsets, self._series.setdefault(series, _Series()))
        if not offsets.is_ambiguous:
            return False
        if self._ambiguous == "refuse":
            raise LocalTimeError("ambiguous", "is ambiguous: clocks are set back then")
        return self._ambiguous == "later"

    def _infer(self, local: int, offsets: _Offsets, state: _Series) -> bool:
        last, state.last = state.last, local
        if not offsets.is_ambiguous:
            if state.was_ambiguous and state.second == self.is_descending:
                state.was_ambiguous = False
                raise LocalTimeError(
                    "inferred",
                    "follows the repeated hour, which the file contains only once",
                )
            state.was_ambiguous = False
            return False
        if not state.was_ambiguous:
            state.was_ambiguous = True
            state.second = self.is_descending
        elif last is not None and (local >= last if self.is_descending else local <= last):
            if state.second != self.is_descending:
                raise LocalTimeError("inferred", "occurs more than twice, or out of order")
            state.second = not state.second
        return state.second
