"""Delimited text as a table, read by Python's `csv`, which is strict and counts lines."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from .blanks import strip_blanks
from .csv_dialect import CsvDialect, detect_dialect, read_failure
from .csv_escapes import BACKSLASH, double_quotes
from .options import WHITESPACE, FileOptions
from .problems import Problems, fail, quote, suggest
from .sources import Source, decode_lines
from .tables import ROWS_PER_CHUNK, Chunk, Column, Understanding, to_chunk

# The names of the first columns of the platform's results.
RESULT_COLUMNS = [(name, "name", "timestamp") for name in ("assetId", "iotEndpointId")]

_Row = tuple[int, list[str]]


class CsvTable:
    """A file of delimited text.

    Args:
        source: The file.
        options: The arguments that describe it.
    """

    line_word = "line"

    def __init__(self, source: Source, options: FileOptions) -> None:
        self._source = source
        self._options = options
        self._has_backslashes = False
        self.dialect = detect_dialect(source, options)
        self._width = len(self.dialect.names)
        units = self._read_units()
        names = list(self.dialect.names)
        while names and not names[-1] and self._options.columnNames is None:
            # Each line ends with a delimiter; values below it are reported as too many cells.
            names.pop()
        self._width = len(names)
        levels = self.dialect.levels
        pairs = [None, *zip(levels.assets, levels.attributes, strict=True)] if levels else []
        self.columns: Sequence[Column] = [
            Column(
                name,
                unit=units[index] if index < len(units) else None,
                levels=pairs[index] if pairs else None,
            )
            for index, name in enumerate(names)
        ]
        self.understanding = self._describe()

    def chunks(self, problems: Problems) -> Iterator[Chunk]:
        """Read all rows."""
        lines: list[int] = []
        rows: list[list[str]] = []
        for line, cells in self._data_rows(problems):
            fitted = self._fit(line, cells, problems)
            if fitted is not None:
                lines.append(line)
                rows.append(fitted)
            if len(rows) == ROWS_PER_CHUNK:
                yield to_chunk(lines, rows, self._width)
                lines, rows = [], []
        yield to_chunk(lines, rows, self._width)

    def _data_rows(self, problems: Problems) -> Iterator[_Row]:
        """The rows of values, without rows of units and without the footer."""
        rows = self._rows(problems)
        skipped = self.understanding.skipped
        skipped.clear()
        skipped += islice(rows, self.dialect.units_rows)
        footer = self._options.skipFooter
        if not footer:
            yield from rows
            return
        held: deque[_Row] = deque()
        for row in rows:
            held.append(row)
            if len(held) > footer:
                yield held.popleft()
        skipped += held

    def _rows(self, problems: Problems) -> Iterator[_Row]:
        """The rows after the header, without empty ones."""
        dialect = self.dialect
        with self._open() as file:
            offset = dialect.header_line
            for _ in range(offset):
                next(file, None)
            if dialect.delimiter == WHITESPACE:
                for number, line in enumerate(self._lines(file, offset), offset + 1):
                    if cells := line.split():
                        yield number, cells
                return
            lines = self._lines(file, offset)
            if dialect.escape:
                lines = double_quotes(lines, dialect.delimiter, dialect.quote, dialect.escape)
            reader = csv.reader(lines, **dialect.reader_options)  # type: ignore[arg-type]  # the options are of several types
            begin = offset + 1
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    raise self._quoting_error(begin, error) from None
                end = offset + reader.line_num
                if end > begin:
                    self._check_long_row(begin, end, cells, problems)
                if any(cells):
                    yield begin, cells
                begin = end + 1

    @contextmanager
    def _open(self) -> Iterator[Iterator[str]]:
        encoding = self.dialect.encoding
        try:
            with self._source.open() as file, decode_lines(file, encoding) as text:
                yield iter(text)
        except UnicodeError as error:
            raise read_failure(self._source, encoding, error) from None

    def _lines(self, file: Iterable[str], offset: int) -> Iterator[str]:
        comment = self.dialect.comment
        backslash = BACKSLASH + (self.dialect.quote or "\0")
        for number, line in enumerate(file, offset + 1):
            if "\0" in line:
                raise fail(
                    self._source.label,
                    "contains a NUL character: the file is truncated or not a text file; "
                    "correct or delete the line",
                    number,
                )
            if backslash in line:
                self._has_backslashes = True
            yield "\n" if comment and line.startswith(comment) else line

    def _fit(self, line: int, cells: list[str], problems: Problems) -> list[str] | None:
        """Return a row with one cell per column; None if it has another number of cells."""
        if len(cells) == self._width:
            return cells
        if len(cells) > self._width and not any(cells[self._width :]):
            return cells[: self._width]
        if self._width < len(cells) <= len(self.dialect.names):
            extra = next(index for index in range(self._width, len(cells)) if cells[index])
            problems.add(
                f"column {extra + 1} has no name, but the value {quote(cells[extra])}; name all "
                f"{len(self.dialect.names)} columns with columnNames=",
                line=line,
                key="width",
            )
            return None
        advice = f"if the last lines are not data, {suggest(skipFooter=1)} ignores one"
        if "," in "".join(cells) or self.dialect.delimiter == ",":
            advice += "; a comma in a cell needs quotes around the cell"
        problems.add(
            f"must have {self._width} cells like the header, got {len(cells)}: "
            f"{quote(_join(cells, self.dialect))}; {advice}",
            line=line,
            key="width",
        )
        return None

    def _quoting_error(self, line: int, error: csv.Error) -> Exception:
        reason = str(error)
        mark = self.dialect.quote
        if "end of data" in reason or "field larger" in reason:
            what = f"a quoted cell begins in this line and is not closed by another {mark}"
        else:
            what = f"a quoted cell is followed by more text than {self.dialect.delimiter!r}"
        advice = f"close it, or pass {suggest(quote='none')} if quotes are text"
        if self._has_backslashes and not self.dialect.escape:
            advice += f"; {suggest(escape=BACKSLASH)} reads quotes after a backslash as text"
        return fail(
            self._source.label,
            f"{what}; {advice}",
            line,
        )

    def _check_long_row(
        self, begin: int, end: int, cells: Sequence[str], problems: Problems
    ) -> None:
        """Reject a cell that contains whole rows, because its quote was not closed."""
        delimiter = self.dialect.delimiter
        for cell in cells:
            inner = cell.splitlines()[1:]
            if self._options.quote is None and any(
                line.count(delimiter) >= max(self._width - 1, 1) for line in inner
            ):
                problems.add(
                    f"a quoted cell begins in this line, ends in line {end} and contains what "
                    f"looks like rows; close it where it ends, or pass {suggest(quote='none')} if "
                    f"quotes are text, or {suggest(quote=self.dialect.quote)} if it is one cell",
                    line=begin,
                    key="quote",
                )

    def _read_units(self) -> list[str]:
        if not self.dialect.units_rows:
            return []
        _, cells = next(self._rows(Problems(self._source.label)), (0, []))
        return [strip_blanks(cell) for cell in cells]

    def _describe(self) -> Understanding:
        dialect = self.dialect
        facts: dict[str, object] = {
            "encoding": dialect.encoding.removesuffix("-sig"),
            "delimiter": dialect.delimiter,
            "quote": dialect.quote,
            "header line": dialect.header_line if self._options.columnNames is None else None,
            "units rows": dialect.units_rows,
        }
        if dialect.escape:
            facts["escape"] = dialect.escape
        is_result = tuple(dialect.names[:3]) in RESULT_COLUMNS
        return Understanding(facts, list(dialect.notices), is_own_result=is_result)


def _join(cells: Sequence[str], dialect: CsvDialect) -> str:
    delimiter = " " if dialect.delimiter == WHITESPACE else dialect.delimiter
    return delimiter.join(cells)
