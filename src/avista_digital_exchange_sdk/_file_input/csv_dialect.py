"""The dialect of delimited text: encoding, delimiter, quotes and header line."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from .blanks import to_one_line
from .column_levels import ColumnLevels, find_levels
from .csv_escapes import detect_escape, double_quotes
from .options import WHITESPACE, FileOptions
from .problems import fail, quote, suggest
from .sources import Source, decode_lines

# The names of columns of times, in lower case.
TIME_NAMES = ("timestamp", "time", "datetime", "date_time", "date time", "date/time", "date")
DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 300
UTF_8 = "utf-8-sig"

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}([-/.])\w{1,9}\1\d{2,4}|\d{8}T?\d{4}")
_NUMBER = re.compile(r"[-+\u2212]?[\d.,'\u00a0\u202f]*\d[\d.,]*([eE][-+]?\d+)?")
# Tables of Campbell Scientific: a line about the station, names, units, aggregations.
_TOA5 = "TOA5"
_TOA5_LINES_AFTER_NAMES = 2


@dataclass(frozen=True)
class CsvDialect:
    """The dialect of a file of delimited text.

    Attributes:
        encoding: Its encoding.
        delimiter: The separator of cells; `whitespace` for any number of blanks.
        quote: The quote character; empty for none.
        skip_blanks: Whether blanks after delimiters are ignored.
        header_line: The last header line; 0 if there is none.
        names: The names of the columns.
        units_rows: The number of rows after the header with units and similar.
        escape: The escape character of quotes within cells, unless they are doubled.
        comment: The prefix of lines to ignore.
        notices: Messages for the user.
        levels: The asset and attribute of each column, if the header contains both.
    """

    encoding: str
    delimiter: str
    quote: str
    skip_blanks: bool
    header_line: int
    names: tuple[str, ...]
    units_rows: int
    escape: str | None
    comment: str | None
    notices: tuple[str, ...]
    levels: ColumnLevels | None = None

    @property
    def reader_options(self) -> dict[str, object]:
        """The same for `csv.reader`, which must be strict about quotes."""
        quoting = csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE
        return {
            "delimiter": self.delimiter,
            "quotechar": self.quote or None,
            "quoting": quoting,
            "skipinitialspace": self.skip_blanks,
            "strict": True,
        }


class _Row(NamedTuple):
    """A row with its first and its last line."""

    line: int
    cells: list[str]
    last_line: int


class _Candidate(NamedTuple):
    """A sample of a file, split at one delimiter."""

    delimiter: str
    rows: Sequence[_Row]
    width: int
    header: int
    score: float


def detect_dialect(source: Source, options: FileOptions) -> CsvDialect:
    """Detect the dialect of a file, except for what is specified by options."""
    encoding = _detect_encoding(source, options)
    lines = _read_sample(source, encoding)
    first = options.skipLines or 0
    delimiter = options.delimiter
    if separator := _SEPARATOR_LINE.fullmatch(lines[first].strip() if len(lines) > first else ""):
        delimiter, first = delimiter or separator[1], first + 1
    quote_character = '"' if options.quote is None else options.quote
    sample = _Sample(source, lines, first, quote_character, options)
    chosen = sample.choose([delimiter] if delimiter else DELIMITERS)
    header = chosen.rows[chosen.header] if chosen.header >= 0 else None
    is_toa5 = chosen.rows[0].cells[0] == _TOA5
    cells = header.cells if header else []
    names = options.columnNames or tuple(map(to_one_line, cells))
    notices = []
    levels = _find_levels(source, chosen, options)
    if levels is not None:
        header, names = chosen.rows[levels.line_count - 1], levels.names
        notices.append("the header has two lines, the assets and the attributes")
    elif header and options.skipLines is None and chosen.header > 0:
        skipped = f"lines {first + 1} to {header.line - 1}" if header.line > 2 else "line 1"
        notices.append(f"{skipped} before the header: not published")
    units_rows = options.unitsRow or (_TOA5_LINES_AFTER_NAMES if is_toa5 else 0)
    return CsvDialect(
        encoding,
        chosen.delimiter,
        quote_character,
        any(f"{chosen.delimiter} {quote_character}" in line for line in lines[first:])
        if quote_character and chosen.delimiter not in (WHITESPACE, " ")
        else False,
        header.last_line if header else first,
        names,
        units_rows,
        sample.find_escape(chosen.delimiter),
        options.comment,
        tuple(notices),
        levels,
    )


def _find_levels(source: Source, chosen: _Candidate, options: FileOptions) -> ColumnLevels | None:
    given = (options.columnNames, options.assetId, options.attributeColumn, options.assetsInColumns)
    if options.unitsRow or any(one is not None for one in given):
        return None
    lines = [row.cells for row in chosen.rows[:3]]
    return find_levels(source.label, lines, TIME_NAMES, options.assetIdColumn)


def read_failure(source: Source, encoding: str, error: UnicodeError) -> Exception:
    """Build the error for bytes that are invalid in an encoding, with their line."""
    name = encoding.removesuffix("-sig").upper()
    advice = f"pass its encoding, such as {suggest(encoding='cp1252')}"
    line = _undecodable_line(source) if encoding == UTF_8 else None
    what = f"is not encoded in {name}"
    if isinstance(error, UnicodeDecodeError) and encoding == UTF_8:
        what += f" (byte 0x{error.object[error.start]:02x})"
    return fail(source.label, f"{what}; {advice}", line)


def _undecodable_line(source: Source) -> int | None:
    with source.open() as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return None


def _detect_encoding(source: Source, options: FileOptions) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if source.head.startswith(mark):
            return encoding
    if options.encoding is not None:
        is_utf_8 = codecs.lookup(options.encoding).name == "utf-8"
        return UTF_8 if is_utf_8 else options.encoding
    even, odd = source.head[::2].count(0), source.head[1::2].count(0)
    if max(even, odd) > len(source.head) // 5:
        encoding = "utf-16-le" if odd > even else "utf-16-be"
        raise fail(
            source.label,
            f"contains NUL bytes and looks like UTF-16 without a byte order mark; "
            f"pass {suggest(encoding=encoding)} if it is",
        )
    return UTF_8


def _read_sample(source: Source, encoding: str) -> list[str]:
    try:
        with source.open() as file, decode_lines(file, encoding) as text:
            lines = list(islice(text, SAMPLE_LINES))
    except UnicodeError as error:
        raise read_failure(source, encoding, error) from None
    # Some programs write the byte order mark twice.
    return [lines[0].lstrip("\ufeff"), *lines[1:]] if lines else []


class _Sample:
    """The first lines of a file, tried with several delimiters."""

    def __init__(
        self, source: Source, lines: list[str], first: int, quote: str, options: FileOptions
    ) -> None:
        self._source = source
        self._lines = lines
        self._first = first
        self._quote = quote
        self._options = options

    def choose(self, delimiters: Sequence[str]) -> _Candidate:
        """Find the delimiter that splits the lines into rows with equally many values."""
        tried = [self._try(delimiter) for delimiter in delimiters]
        if not any(candidate.rows for candidate in tried):
            raise fail(self._source.label, "has no rows")
        if len(delimiters) > 1:
            tried = [candidate for candidate in tried if candidate.width > 1]
        if not tried:
            line, shown = next((n, t) for n, t in enumerate(self._lines, 1) if t.strip())
            raise fail(
                self._source.label,
                f"has only one column, got {quote(shown.strip())}; pass its delimiter, such as "
                f"{suggest(delimiter=';')}, or {suggest(delimiter=WHITESPACE)} for any number of "
                "blanks",
                line,
            )
        tried.sort(key=lambda candidate: -candidate.score)
        if len(tried) > 1 and tried[0].score - tried[1].score < 0.1:
            one, other = (suggest(delimiter=candidate.delimiter) for candidate in tried[:2])
            raise fail(
                self._source.label,
                f"can be read with {one} as well as with {other}; pass one of them",
                self._first + 1,
            )
        best = tried[0]
        if best.header < 0 and self._options.columnNames is None:
            row = next((row for row in best.rows if len(row.cells) == best.width), best.rows[0])
            self._check_short_header(best, row)
            names = [f"name{number}" for number in range(1, best.width + 1)]
            raise fail(
                self._source.label,
                f"must have a header, got values {quote(best.delimiter.join(row.cells))}; name all "
                f"{best.width} columns with {suggest(columnNames=names)}",
                row.line,
            )
        return best

    def _check_short_header(self, best: _Candidate, row: _Row) -> None:
        """Refuse rows with more or fewer cells than the names in the line before them."""
        before = best.rows[: best.rows.index(row)]
        if not before or len(before[-1].cells) < 2 or not _is_header(before[-1].cells):
            return
        header = before[-1]
        raise fail(
            self._source.label,
            f"must have {len(header.cells)} cells like the header in line {header.line}, got "
            f"{len(row.cells)}: {quote(best.delimiter.join(row.cells))}; a {best.delimiter!r} in a "
            f"cell, such as a decimal comma, needs quotes around the cell; if the header is wrong, "
            f"pass {suggest(skipLines=header.last_line)} and name all columns with columnNames=",
            row.line,
        )

    def find_escape(self, delimiter: str) -> str | None:
        """Find the escape character of quotes within cells, unless they are doubled."""
        if not self._quote or delimiter == WHITESPACE:
            return None
        if (escape := self._options.escape) is not None:
            return None if escape == self._quote else escape
        return detect_escape(self._lines[self._first :], delimiter, self._quote)

    def _try(self, delimiter: str) -> _Candidate:
        rows = self._parse(delimiter)
        if not rows:
            return _Candidate(delimiter, rows, 0, -1, 0)
        # Many rows of equal width count more than a single long row of a total or preamble.
        # Among equally frequent widths, the smaller one is that of a preamble.
        widths = Counter(len(row.cells) for row in rows)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        if self._options.columnNames is not None:
            header = -1
        elif self._options.skipLines is not None:
            header = 0
        else:
            header = self._find_header(rows, width)
            if (named := self._find_named_row(rows)) is not None:
                header, width = named, len(rows[named].cells)
                count = widths[width]
        after = [row for row in rows[max(header, -1) + 1 :] if len(row.cells) >= width]
        cells = [cell for row in after for cell in row.cells]
        typed = sum(_is_value(cell) for cell in cells) / len(cells) if cells else 0.5
        named = 0 if header < 0 and self._options.columnNames is None else 1
        return _Candidate(delimiter, rows, width, header, named + count / len(rows) + typed)

    def _find_header(self, rows: list[_Row], width: int) -> int:
        """Find the first row of names; -1 if there is none."""
        first = 1 if rows[0].cells[0] == _TOA5 else 0
        named = self._named_columns()
        found = -1
        for index, row in enumerate(rows[first:], first):
            has_width = len(row.cells) == width or (
                # Each line of values ends with a delimiter.
                len(row.cells) == width - 1
                and all(not r.cells[-1] for r in rows[index + 1 :] if len(r.cells) == width)
            )
            if not has_width:
                continue
            if not _is_header(row.cells):
                break
            if any(cell.strip().lower() in named for cell in row.cells):
                return index
            # Lines before the header may have as many cells.
            found = index if found < 0 else found
        return found

    def _find_named_row(self, rows: list[_Row]) -> int | None:
        """Find the first row that has the names of the requested columns of times."""
        columns = set(self._options.timeColumn or ()) - {""}
        found = (
            index
            for index, row in enumerate(rows)
            if columns and columns <= set(map(to_one_line, row.cells))
        )
        return next(found, None)

    def _named_columns(self) -> set[str]:
        """The column names, in lower case, that identify the header line."""
        options = self._options
        columns = [*(options.timeColumn or ()), options.assetIdColumn, options.attributeColumn]
        return {*TIME_NAMES, *(name.lower() for name in columns if name)}

    def _parse(self, delimiter: str) -> list[_Row]:
        comment = self._options.comment
        lines = [
            "\n" if comment and line.startswith(comment) else line
            for line in self._lines[self._first :]
        ]
        if delimiter == WHITESPACE:
            rows = [(number, line.split(), number) for number, line in enumerate(lines, 1)]
        else:
            rows = self._csv_rows(delimiter, lines)
        return [
            _Row(self._first + first, cells, self._first + last)
            for first, cells, last in rows
            if any(cells)
        ]

    def _csv_rows(self, delimiter: str, lines: list[str]) -> list[tuple[int, list[str], int]]:
        if escape := self.find_escape(delimiter):
            lines = list(double_quotes(lines, delimiter, self._quote, escape))
        reader = csv.reader(
            lines,
            delimiter=delimiter,
            quotechar=self._quote or None,
            quoting=csv.QUOTE_MINIMAL if self._quote else csv.QUOTE_NONE,
            skipinitialspace=True,
        )
        rows, begin = [], 1
        try:
            for cells in reader:
                rows.append((begin, cells, reader.line_num))
                begin = reader.line_num + 1
        except csv.Error:
            # Reading the whole file reports the error and its line.
            pass
        return rows


def _is_header(cells: Sequence[str]) -> bool:
    """Whether cells are names: none is a date, and the first is not a number."""
    named = [cell.strip() for cell in cells if cell.strip()]
    return bool(named) and not _NUMBER.fullmatch(named[0]) and not any(map(_DATE.search, named))


def _is_value(cell: str) -> bool:
    text = cell.strip()
    return not text or bool(_NUMBER.fullmatch(text) or _DATE.match(text))
