"""A file as rows to publish: detected, validated as a whole, then read again to be sent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from .._time_series.publish_outcomes import PublishOutcomes
from .._time_series.record_validation import validate_name
from .._time_series.row_publisher import RowSlice
from .._time_series.timestamps import format_timestamp
from ..errors import InvalidParameterError
from .blanks import strip_blanks
from .column_profile import ColumnProfile
from .column_roles import ColumnRoles, RoleFinder
from .column_type import Decision, TypeFinder
from .csv_dialect import CsvDialect
from .csv_table import CsvTable
from .duplicates import OrderCheck, ValueIndex
from .file_report import FileColumn, FileReport
from .numbers import is_missing_marker
from .observations import Observations, ShapeReader, Values, merge_rows, remove_values
from .options import FORMAT_OPTIONS, FileOptions
from .problems import Problems, quote, suggest
from .row_checker import RowChecker
from .row_slices import iter_values, to_slices
from .sources import Source
from .table_files import open_table
from .tables import Chunk, Column, Kind
from .time_reader import TimeReader
from .time_texts import TimeFormatDetector, is_interval
from .unnamed_columns import UnnamedColumns
from .value_reader import NullValues, convert

# The number of rows in the report of a file.
SHOWN_ROWS = 5


class PublishPlan:
    """The rows to publish of one file.

    Args:
        source: The file.
        options: The arguments that describe it.
        known_types: The types of the attributes in the database.
        number: Its number among the files.
    """

    def __init__(
        self, source: Source, options: FileOptions, known_types: Mapping[str, str], number: int = 0
    ) -> None:
        self.number = number
        self.outcomes = PublishOutcomes()
        self.is_cancelled = False
        self.source = source
        self._options = options
        self._known_types = known_types
        self._table = open_table(source, options)
        self.problems = Problems(source.label, self._table.line_word, FORMAT_OPTIONS[source.format])
        self.notices: list[str] = [*self._table.understanding.notices]
        self._nulls = NullValues(options.nullValues, options.numbers)
        self._profiles: dict[str, ColumnProfile] = {}
        self._decisions: dict[str, Decision] = {}
        self._detector = TimeFormatDetector()
        self._dropped: ValueIndex | None = None
        self.rows = 0
        self.values = 0
        self._checker = RowChecker(self.problems)
        self._first_rows: list[list[str | None]] = []
        self._first_of_asset: list[str | None] = []
        self._roles = self._find_roles()
        self._shape = ShapeReader(self._table.columns, self._roles, options)
        self._times: TimeReader
        self._profile()

    @property
    def line_word(self) -> str:
        """The unit of the numbers of rows."""
        return self._table.line_word

    def read_rows(self) -> Iterator[tuple[int, list[str | None]]]:
        """Read the rows as written in the file, with their numbers."""
        for chunk in self._chunks():
            rows = zip(*(column.to_pylist() for column in chunk.columns), strict=True)
            for line, cells in zip(chunk.lines, rows, strict=True):
                yield line, list(cells)

    @property
    def columns(self) -> Sequence[Column]:
        """The columns."""
        return self._table.columns

    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self._table.columns]

    @property
    def csv_dialect(self) -> CsvDialect | None:
        """The dialect of the file, if it is delimited text."""
        return self._table.dialect if isinstance(self._table, CsvTable) else None

    @property
    def decimal(self) -> str:
        """The decimal separator of numbers in text files."""
        return self._options.numbers.decimal

    @property
    def assets(self) -> list[str]:
        """The assets of the rows that were checked."""
        return list(self._checker.assets)

    @property
    def asset_names(self) -> dict[str, str]:
        """The names of the assets in the file."""
        return self._checker.asset_names

    @property
    def types(self) -> dict[str, str]:
        """The types of the attributes that are published."""
        return {
            name: decision.type
            for name, decision in self._decisions.items()
            if decision.type is not None
        }

    @property
    def duplicate_advice(self) -> str:
        """Advice on other causes of repeated times."""
        if self._options.dimensionColumns and self._roles.attribute is None:
            name = self._options.dimensionColumns[-1]
            value = self._table.columns[self._roles.measures[0]].name
            return (
                f"; if column {name!r} distinguishes them, use it as the attribute with "
                f"{suggest(attributeColumn=name, valueColumn=value)}"
            )
        times = [self._table.columns[index].name for index in self._roles.times]
        clock = self._roles.clock
        if clock is not None and len(times) == 1 and clock not in times:
            return (
                f"; if date and time are in two columns, "
                f"{suggest(timeColumn=[*times, clock])} reads both"
            )
        return ""

    def check(self, order: OrderCheck) -> None:
        """Validate all rows like publishing does, and register their lines in the outcomes."""
        for rows in self._read_typed():
            self._checker.check(rows)
            self._note_rows(rows, order)
            self.outcomes.expect(rows.lines.to_pylist())
        self._times.finish()
        self.notices += self._times.notices()
        if self._times.shifted:
            self.notices.append(
                f"{self._times.shifted} nonexistent timestamps are shifted by as much as clocks "
                "are set forward"
            )

    def add_values(self, index: ValueIndex) -> None:
        """Add all values to an index."""
        self._times = self._create_time_reader()
        for rows in self._read_typed():
            index.add(iter_values(rows), self.number)

    def drop(self, index: ValueIndex) -> None:
        """Omit the values that an index has not chosen."""
        if count := index.count_dropped(self.number):
            self._dropped = index
            self.values -= count
            self.outcomes.discard(index.list_dropped_lines(self.number))
            self.notices.append(f"{count} values are omitted, as their timestamps are repeated")

    def slices(self) -> Iterator[RowSlice]:
        """Iterate over the rows to publish, in slices of one asset."""
        self.source.check_unchanged()
        self._times = self._create_time_reader()
        for rows in self._read_chunks():
            for line, other in rows.joined:
                self.outcomes.join(line, other)
            yield from to_slices(rows, self.types)

    def report(self) -> FileReport:
        """Report what was detected in the file and what is published."""
        columns = [
            FileColumn(profile.name, profile.column, self._decisions[name].type)
            for name, profile in self._profiles.items()
            if name in self._decisions
        ]
        time_columns = [self._table.columns[index].name for index in self._roles.times]
        facts = {
            "format": self.source.format,
            **self._table.understanding.facts,
            "time columns": time_columns,
            "time format": self._times.format_name,
            "time zone": self._options.timeZone,
            "columns": [column.name for column in self._table.columns],
        }
        units = {c.name: c.unit for c in self._table.columns if c.unit}
        if units:
            facts["units"] = units
        first, last = self._times.first, self._times.last
        return FileReport(
            file=self.source.label,
            facts=facts,
            columns=columns,
            firstRows=self._first_rows,
            problems=self.problems.messages,
            notices=self.notices,
            rows=self.rows,
            values=self.values,
            assets=self.assets,
            startTime=None if first is None else format_timestamp(first),
            endTime=None if last is None else format_timestamp(last),
        )

    def _find_roles(self) -> ColumnRoles:
        first = next(iter(self._chunks()), None)
        if first is None or not first.lines:
            self.problems.raise_any()
            raise InvalidParameterError(f"{self.source.label}: has no rows of values")
        columns = first.columns
        self._first_rows = [
            [column[index].as_py() for column in columns]
            for index in range(min(SHOWN_ROWS, len(first.lines)))
        ]
        roles = RoleFinder(self._table.columns, self._options, first, self.problems).find()
        self.notices += roles.notices
        return roles

    def _chunks(self) -> Iterator[Chunk]:
        for chunk in self._table.chunks(self.problems):
            if self.is_cancelled:
                return
            yield chunk

    def _profile(self) -> None:
        """Read all cells, and determine the types of columns and the format of times."""
        first: Observations | None = None
        unnamed = UnnamedColumns(self._roles.unnamed)
        for chunk in self._chunks():
            unnamed.check(chunk, self.problems)
            for rows in self._shape.read(chunk):
                first = first or rows
                has_time = _has_digit(rows.times)
                if self._reads_times:
                    self._detector.add(rows.times.filter(has_time).to_pylist())
                for entry in rows.values:
                    cells = self._remove_missing(entry)
                    present = pc.and_(has_time, cells.is_valid())
                    self._get_profile(entry).add(cells.filter(present), rows.lines.filter(present))
        self._first_of_asset = [] if first is None else _times_of_first_asset(first)
        if first is not None and not self._detector.seen:
            # If none of them contains a digit, the first one is reported as not a timestamp.
            self._detector.add(first.times.drop_null().to_pylist()[:1])
        self._times = self._create_time_reader()
        self._check_skipped()
        if self._detector.example is not None and is_interval(self._detector.example):
            self.notices.append("the timestamps are intervals; their starts are published")
        for name, profile in self._profiles.items():
            self._decisions[name] = self._decide(profile)

    def _check_skipped(self) -> None:
        """Refuse to ignore rows of units or of a footer that have a timestamp and values."""
        for line, cells in self._table.understanding.skipped:
            indexes = [*self._roles.times, *self._roles.measures]
            found = [strip_blanks(cells[i] or "") if i < len(cells) else "" for i in indexes]
            count = len(self._roles.times)
            time = " ".join(found[:count])
            if any(found[count:]) and self._times.parse_value(time) is not None:
                self.problems.add(
                    f"has the timestamp {quote(time)}, but is ignored as a row of units or of a "
                    f"footer; pass unitsRow= and skipFooter= as the file has them, or delete the "
                    f"{self.line_word}",
                    line=line,
                    key="skipped",
                )

    @property
    def _reads_times(self) -> bool:
        return self._options.timeFormat is None and self._options.timeUnit is None

    def _create_time_reader(self) -> TimeReader:
        names = [self._table.columns[index].name for index in self._roles.times]
        reader = TimeReader(
            self._options,
            self._detector,
            is_utc=self._table.understanding.is_own_result,
            column=" ".join(names),
            problems=self.problems,
        )
        reader.look_at_order(self._first_of_asset)
        return reader

    def _get_profile(self, entry: Values) -> ColumnProfile:
        profile = self._profiles.get(entry.attribute)
        if profile is None:
            is_untyped = self._roles.attribute is not None or self._options.assetsInColumns
            kind = Kind.UNKNOWN if is_untyped else self._table.columns[entry.position].kind
            levels = self._table.columns[entry.position].levels
            column = self._options.assetsInColumns or (levels[1] if levels else entry.column)
            profile = ColumnProfile(entry.attribute, column, kind, self._options.numbers)
            dialect = self.csv_dialect
            profile.may_have_decimal_commas = (
                dialect is not None and dialect.delimiter == ";" and self._options.decimal is None
            )
            profile.is_one_column = not (is_untyped or levels)
            profile.naive_is_utc = self._table.understanding.is_own_result
            self._profiles[entry.attribute] = profile
        return profile

    def _decide(self, profile: ColumnProfile) -> Decision:
        types = self._options.measureTypes or {}
        requested = types.get(profile.column) or types.get(profile.name)
        stated = self._table.understanding.attribute_types.get(profile.name)
        known = self._known_types.get(profile.name)
        asked = requested or (stated if known is None else None)
        finder = TypeFinder(profile, self.problems, self._times.parse_value)
        decision = finder.decide(asked, known)
        if decision.type is not None:
            self._check_name(profile)
        if not self.problems.messages:
            self.notices += finder.notices(decision)
        return decision

    def _check_name(self, profile: ColumnProfile) -> None:
        try:
            validate_name("", profile.name)
        except InvalidParameterError as error:
            self.problems.add(
                f"can't be the name of an attribute, which{error}; rename it with "
                f"{suggest(attributeNames={profile.column: 'NAME'})}",
                column=profile.column,
            )

    def _remove_missing(self, entry: Values) -> Any:
        is_text = self._table.columns[entry.position].kind is Kind.TEXT
        keeps = is_text or self._table.understanding.is_own_result
        return self._nulls.remove(entry.cells, keeps_blanks=keeps)

    def _read_typed(self) -> Iterator[Observations]:
        for chunk in self._chunks():
            for rows in self._shape.read(chunk):
                yield self._to_typed(rows)

    def _read_chunks(self) -> Iterator[Observations]:
        """Convert observations to typed rows; rows of a long file are merged by time."""
        for chunk in self._chunks():
            parts = [self._to_typed(rows) for rows in self._shape.read(chunk)]
            if self._dropped is not None and parts:
                dropped = self._dropped.list_dropped(self.number, chunk.lines[0], chunk.lines[-1])
                parts = [remove_values(rows, dropped) for rows in parts]
            if self._roles.attribute is not None and parts:
                yield merge_rows(parts)
            else:
                yield from parts

    def _to_typed(self, rows: Observations) -> Observations:
        """Convert rows to times in UTC and the values to publish."""
        values = []
        has_no_time = pc.invert(_has_digit(rows.times))
        # Rows with values but without a time are kept, so that they are reported.
        held = pa.repeat(pa.scalar(False), len(rows.lines))
        for entry in rows.values:
            decision = self._decisions[entry.attribute]
            cells = self._remove_missing(entry)
            held = pc.or_(held, pc.and_(cells.is_valid(), has_no_time))
            if decision.type is None:
                continue
            typed = convert(cells, decision.type, self._options.numbers, self._times)
            checked = pc.if_else(has_no_time, typed, cells)
            self._check_converted(entry, checked, typed, rows.lines, decision)
            values.append(entry._replace(cells=typed))
            held = pc.or_(held, typed.is_valid())
        kept = rows._replace(values=values)
        if not pc.all(held).as_py():
            kept = kept.take(pc.indices_nonzero(held))
        return self._times.read(kept)

    def _check_converted(
        self, entry: Values, cells: Any, typed: Any, lines: Any, decision: Decision
    ) -> None:
        """Reject a cell that could not be converted, unless it is a missing value."""
        if typed.null_count == cells.null_count or entry.column in self.problems.columns:
            return
        lost = pc.and_(cells.is_valid(), typed.is_null())
        for line, cell in zip(
            lines.filter(lost).to_pylist(), cells.filter(lost).to_pylist(), strict=True
        ):
            if not (decision.skips_markers and is_missing_marker(strip_blanks(cell))):
                self.problems.add(
                    f"{quote(cell)} can't be published as {decision.type}; "
                    f"{suggest(measureTypes={entry.column: 'VARCHAR'})} publishes the column as "
                    "strings",
                    line=line,
                    column=entry.column,
                    key=("convert", entry.attribute),
                )
                return

    def _note_rows(self, rows: Observations, order: OrderCheck) -> None:
        self.rows += len(rows.lines)
        self.values += sum(len(e.cells) - e.cells.null_count for e in rows.values)
        assets, times = rows.assets.to_pylist(), rows.times.to_pylist()
        series = rows.series
        for asset, time in zip(assets, times, strict=True):
            if time is not None and asset is not None:
                order.add(asset, series, time)


def _has_digit(times: Any) -> Any:
    """Whether the cells of times can be times, unlike those of a row of units."""
    return pc.match_substring_regex(times, r"\d").fill_null(False)


def _times_of_first_asset(rows: Observations) -> list[str | None]:
    own = pc.equal(rows.assets, rows.assets[0]).fill_null(False)
    times: list[str | None] = rows.times.filter(own).to_pylist()
    return times
