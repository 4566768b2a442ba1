"""Which columns of a file contain the times, the assets, the attributes and the values."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .._utils.validation import invalid_argument
from ..errors import InvalidParameterError
from .blanks import strip_blanks
from .csv_dialect import TIME_NAMES
from .options import FileOptions
from .problems import Problems, suggest
from .tables import REASON_COLUMN, Chunk, Column, Kind, name_key
from .time_texts import CLOCK_ONLY, FORMATS

DEFAULT_ASSET = "assetId"
DEFAULT_NAME = "name"
DEFAULT_TIME = "timestamp"
# The columns of a long DataFrame of the SDK.
LONG_COLUMNS = ("assetId", "timestamp", "attribute", "value")
_SAMPLE_ROWS = 200
# How columns of times of day are called in some languages.
_CLOCK_NAME = re.compile(
    r"(?<!up)(?<!run)time|hour|uhr|zeit|heure|hora|tid\b|klok|\u6642", re.IGNORECASE
)
# Offsets from UTC, names of time zones, and some of their abbreviations.
_ZONE = re.compile(
    r"(?:UTC|GMT)?[+-]\d\d:?\d\d|(?:UTC|GMT)(?:[+-]\d{1,2})?|[ECMP][SD]T|CES?T|EES?T|WES?T|BST"
    r"|(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific|US)/\w+(?:/\w+)?"
)
# The time of day that workbooks have beside each date.
_MIDNIGHT = re.compile(r"[ T]00:00:00(\.0+)?$")
# The name that pandas assigns to a column without a name.
_UNNAMED = re.compile(r"Unnamed: \d+")


@dataclass
class ColumnRoles:
    """The roles of the columns of a file, as indexes of columns.

    Attributes:
        times: The columns that contain a row's time: one, or date and time of day.
        asset: The column of the asset IDs. None if all rows belong to one asset.
        name: The column of the assets' names.
        dimensions: Columns of metadata, by the dimension's name.
        attribute: In a long file, the column of the attributes' names.
        measures: The columns of values.
        unnamed: Ignored columns without a name: whether they number the rows.
        clock: The name of a column that contains times of day without a date.
        notices: Messages for the user.
    """

    times: list[int]
    asset: int | None = None
    name: int | None = None
    dimensions: dict[str, int] = field(default_factory=dict)
    attribute: int | None = None
    measures: list[int] = field(default_factory=list)
    unnamed: dict[int, bool] = field(default_factory=dict)
    clock: str | None = None
    notices: list[str] = field(default_factory=list)


class RoleFinder:
    """Finds the roles of columns from options, names, and the first rows.

    Args:
        columns: The file's columns.
        options: The arguments that describe it.
        first: Its first rows.
        problems: Receives ambiguous contents.
    """

    def __init__(
        self, columns: Sequence[Column], options: FileOptions, first: Chunk, problems: Problems
    ) -> None:
        self._columns = columns
        self._names = [column.name for column in columns]
        self._options = options
        self._first = first
        self._problems = problems
        self._notices: list[str] = []
        self._unnamed: dict[int, bool] = {}

    def find(self) -> ColumnRoles:
        """Find all roles."""
        options = self._options
        roles = ColumnRoles(self._find_times(), notices=self._notices, unnamed=self._unnamed)
        is_long = options.attributeColumn is None and set(LONG_COLUMNS) <= set(self._names)
        if is_long and options.measureColumns is None and options.assetsInColumns is None:
            self._check_own_long()
            roles.attribute, value = self._index("", "attribute"), "value"
        else:
            roles.attribute = self._optional("attributeColumn", options.attributeColumn)
            value = options.valueColumn or ""
        has_levels = any(column.levels for column in self._columns)
        if options.assetsInColumns is None and not has_levels:
            roles.asset = self._find_asset()
            roles.name = self._find_name()
        roles.dimensions = {
            name: self._index("dimensionColumns", name) for name in options.dimensionColumns
        }
        taken = {*roles.times, roles.asset, roles.name, roles.attribute}
        taken |= set(roles.dimensions.values())
        if roles.attribute is not None:
            roles.measures = [self._index("valueColumn", value)]
            self._notice_unused({*taken, *roles.measures})
        else:
            for name in options.ignoreColumns:
                self._index("ignoreColumns", name)
            ignored = {i for i, name in enumerate(self._names) if name in options.ignoreColumns}
            roles.measures = [i for i in self._find_measures(taken | ignored) if i not in ignored]
        roles.clock = self._find_clock()
        self._check_clock(roles)
        self._check_clock_names(roles)
        self._notice_zones(roles)
        self._check_distinct([*roles.measures, *(index for index in taken if index is not None)])
        self._check_keys(roles)
        return roles

    def _check_own_long(self) -> None:
        """Reject columns other than those of a long result of the SDK."""
        known = {"", DEFAULT_NAME, REASON_COLUMN, *LONG_COLUMNS, *self._options.dimensionColumns}
        others = [
            name for name in self._names if name not in known | set(self._options.ignoreColumns)
        ]
        if others:
            self._problems.add(
                f"each row has one value, of the attribute in column 'attribute', so column "
                f"{others[0]!r} can't be published; {suggest(ignoreColumns=others)} ignores it, "
                f"{suggest(dimensionColumns=others)} publishes it as metadata"
            )

    def _index(self, argument: str, name: str) -> int:
        if name not in self._names:
            listed = ", ".join(map(repr, self._names))
            raise invalid_argument(argument, name, f"one of the columns {listed}")
        return self._names.index(name)

    def _optional(self, argument: str, name: str | None) -> int | None:
        return None if name is None else self._index(argument, name)

    def _find_asset(self) -> int | None:
        options = self._options
        if options.assetIdColumn is not None and options.assetId is None:
            return self._index("assetIdColumn", options.assetIdColumn)
        if options.assetId is not None:
            name = options.assetIdColumn or DEFAULT_ASSET
            if name in self._names and name not in options.ignoreColumns:
                self._check_one_asset(name)
                self._notices.append(
                    f"column {name!r} is ignored, as {suggest(assetId=options.assetId)} is passed"
                )
            return None
        if DEFAULT_ASSET in self._names:
            return self._names.index(DEFAULT_ASSET)
        listed = ", ".join(map(repr, self._names))
        raise InvalidParameterError(
            f"{self._problems.source}: has no asset IDs; pass the asset of all rows with "
            f"{suggest(assetId='ID')}, or the column of asset IDs with "
            f"{suggest(assetIdColumn='COLUMN')}, one of {listed}"
        )

    def _check_one_asset(self, name: str) -> None:
        """Reject rows of several assets if one asset is specified for all."""
        assets = self._first.columns[self._names.index(name)].drop_null().unique().to_pylist()
        if len(assets) > 1:
            self._problems.add(
                f"has the assets {assets[0]!r}, {assets[1]!r} and so on, but "
                f"{suggest(assetId=self._options.assetId)} is passed; omit it, or pass "
                f"{suggest(ignoreColumns=[name])} if all rows belong to one asset",
                column=name,
            )

    def _find_name(self) -> int | None:
        options = self._options
        if options.nameColumn is not None:
            return self._index("nameColumn", options.nameColumn)
        is_key = DEFAULT_NAME in (options.timeColumn or ()) + (options.measureColumns or ())
        is_key = is_key or DEFAULT_NAME in (
            options.assetIdColumn,
            options.attributeColumn,
            options.valueColumn,
        )
        if is_key or DEFAULT_NAME not in self._names:
            return None
        return self._names.index(DEFAULT_NAME)

    def _find_times(self) -> list[int]:
        if self._options.timeColumn is not None:
            given = [self._index("timeColumn", name) for name in self._options.timeColumn]
            # The date comes before the time of day, unless a format is specified.
            return given if self._options.timeFormat else sorted(given, key=self._holds_clocks)
        if DEFAULT_TIME in self._names:
            return [self._names.index(DEFAULT_TIME)]
        is_index = self._names[:1] == [""] or any(column.levels for column in self._columns)
        if is_index and self._holds_times(0):
            return [0]
        named = [
            index for index, name in enumerate(self._names) if name.strip().lower() in TIME_NAMES
        ]
        temporal = [index for index in range(len(self._names)) if self._holds_times(index)]
        both = [index for index in named if index in temporal]
        if len(temporal) == 1 and (both or not named):
            self._notices.append(f"the timestamps are those of column {self._names[temporal[0]]!r}")
            return temporal
        if not temporal and len(named) == 1:
            return named
        found = [self._names[index] for index in temporal or named]
        candidates = found or self._names
        advice = suggest(timeColumn=candidates[0])
        if len(named) > 1 and both != named:
            names = [self._names[index] for index in named[:2]]
            advice += f", or {suggest(timeColumn=names)} if date and time are in two columns"
        which = ", ".join(map(repr, candidates))
        raise InvalidParameterError(
            f"{self._problems.source}: has no column {DEFAULT_TIME!r}; pass the column of "
            f"timestamps with timeColumn=, such as {advice}; "
            f"{'columns of timestamps are' if found else 'there are'} {which}"
        )

    def _holds_times(self, index: int) -> bool:
        if self._columns[index].kind is Kind.TIME:
            return True
        cells = self._first.columns[index].drop_null()[:_SAMPLE_ROWS].to_pylist()
        found = [any(form.parse(strip_blanks(cell)) for form in FORMATS) for cell in cells]
        return bool(found) and sum(found) * 2 > len(found)

    def _find_clock(self) -> str | None:
        clocks = (name for index, name in enumerate(self._names) if self._holds_clocks(index))
        return next(clocks, None)

    def _check_clock(self, roles: ColumnRoles) -> None:
        """Refuse dates as timestamps if a column that is called a time has times of day."""
        clock = roles.clock
        is_chosen = self._options.timeColumn is not None
        if clock is None or is_chosen or not _CLOCK_NAME.search(clock):
            return
        dates = self._names[roles.times[0]]
        is_measure = self._names.index(clock) in roles.measures
        if is_measure and self._holds_dates(roles.times[0]):
            self._problems.add(
                f"has no times of day, which column {clock!r} has; "
                f"{suggest(timeColumn=[dates, clock])} reads both, {suggest(timeColumn=[dates])} "
                "publishes all values at midnight",
                column=dates,
            )

    def _holds_dates(self, index: int) -> bool:
        """Whether a column has days without a time of day."""
        cells = self._first.columns[index].drop_null()[:_SAMPLE_ROWS].to_pylist()
        return not any(":" in cell and not _MIDNIGHT.search(cell) for cell in cells)

    def _notice_zones(self, roles: ColumnRoles) -> None:
        """Report columns that may contain the zone of times for which another one is passed."""
        if self._options.timeZone is None:
            return
        times = [self._names[index] for index in roles.times]
        for index in roles.measures:
            cells = self._first.columns[index].drop_null()[:_SAMPLE_ROWS].to_pylist()
            if cells and all(_ZONE.fullmatch(strip_blanks(cell)) for cell in cells):
                name = self._names[index]
                self._notices.append(
                    f"column {name!r} has time zones such as {cells[0]!r}, published as strings; "
                    f"timestamps without one are read in {suggest(timeZone=self._options.timeZone)}"
                    f", {suggest(timeColumn=[*times, name])} reads offsets beside them"
                )

    def _check_clock_names(self, roles: ColumnRoles) -> None:
        """Refuse columns that are called like times of day, unless they are chosen."""
        names = [self._names[index] for index in roles.measures]
        clocks = [name for name in names if CLOCK_ONLY.fullmatch(name)]
        is_chosen = self._options.measureColumns is not None or self._options.assetsInColumns
        if len(clocks) > 1 and not is_chosen and roles.attribute is None:
            self._problems.add(
                f"columns {clocks[0]!r}, {clocks[1]!r} and so on are called like times of day, but "
                "each row has one timestamp; publish a file with one row per timestamp, or pass "
                "measureColumns= to publish columns as attributes of such names"
            )

    def _holds_clocks(self, index: int) -> bool:
        some = self._first.columns[index].drop_null()[:_SAMPLE_ROWS].to_pylist()
        return bool(some) and all(CLOCK_ONLY.fullmatch(strip_blanks(cell)) for cell in some)

    def _find_measures(self, taken: set[int | None]) -> list[int]:
        if self._options.measureColumns is not None:
            return [self._index("measureColumns", name) for name in self._options.measureColumns]
        unused = [
            index
            for index, column in enumerate(self._columns)
            if index not in taken
            and column.name != REASON_COLUMN
            and not (self._options.assetId is not None and column.name == self._asset_name())
        ]
        return [
            index
            for index in unused
            if (self._names[index] and not _UNNAMED.fullmatch(self._names[index]))
            or self._keep_unnamed(index)
        ]

    def _asset_name(self) -> str:
        return self._options.assetIdColumn or DEFAULT_ASSET

    def _keep_unnamed(self, index: int) -> bool:
        """Ignore a column without a name that numbers the rows or is empty."""
        cells = self._first.columns[index].to_pylist()
        if not any(cell is not None and strip_blanks(cell) for cell in cells):
            self._unnamed[index] = False
            return False
        if index == 0 and _counts_rows(cells):
            self._unnamed[index] = True
            self._notices.append("the first column has no name and numbers the rows; it is ignored")
            return False
        if self._names[index]:
            return True
        self._problems.add(
            f"column {index + 1} has no name; {self._problems.advise_names(len(self._names))}, or "
            "those to publish with measureColumns=",
            key=("unnamed", index),
        )
        return False

    def _notice_unused(self, used: Iterable[int | None]) -> None:
        unused = [
            repr(name)
            for index, name in enumerate(self._names)
            if index not in set(used)
            and name
            and name not in (REASON_COLUMN, *self._options.ignoreColumns)
        ]
        if unused:
            self._notices.append(f"not published: the columns {', '.join(unused)}")

    def _check_distinct(self, used: Sequence[int]) -> None:
        for index in used:
            name = self._names[index]
            if name and (count := self._names.count(name)) > 1:
                self._problems.add(
                    f"{count} columns are called {name!r}; "
                    f"{self._problems.advise_names(len(self._names))}",
                    key=("twice", name),
                )

    def _check_keys(self, roles: ColumnRoles) -> None:
        """Reject options for columns that are not published."""
        if roles.attribute is not None:
            return
        names = [self._names[index] for index in roles.measures]
        levels = [self._columns[index].levels for index in roles.measures]
        attributes = {level[1] for level in levels if level}
        if not attributes:
            self._check_attributes(names)
        for argument in ("measureTypes", "attributeNames"):
            for name in getattr(self._options, argument) or ():
                if name not in names and name not in attributes:
                    listed = ", ".join(map(repr, names))
                    raise InvalidParameterError(
                        f"{argument} must name one of the columns {listed}, got {name!r}"
                    )

    def _check_attributes(self, names: Sequence[str]) -> None:
        """Reject two columns that would be published as the same attribute."""
        columns: dict[str, str] = {}
        for name in names:
            attribute = name_key(self._options.attributeNames, name)
            other = columns.setdefault(attribute, name)
            if other != name:
                self._problems.add(
                    f"columns {other!r} and {name!r} would both be published as {attribute!r}; "
                    f"name one differently with {suggest(attributeNames={name: 'NAME'})}"
                )


def is_header_row(
    cells: Sequence[str | None], following: Sequence[tuple[int, Sequence[str | None]]]
) -> bool:
    """Whether the cells of a row are names: as many as values below, and none of them a time."""
    named = [cell.strip() for cell in cells if cell and cell.strip()]
    width = max((sum(map(bool, row)) for _, row in following), default=0)
    is_time = any(form.parse(name) for name in named for form in FORMATS)
    return len(named) >= max(min(width, 2), width - 1) > 0 and not is_time


def _counts_rows(cells: Sequence[str | None]) -> bool:
    """Whether cells count up by one from 0 or 1."""
    first = cells[0]
    if first not in ("0", "1"):
        return False
    return all(cell == str(number) for number, cell in enumerate(cells, int(first)))
