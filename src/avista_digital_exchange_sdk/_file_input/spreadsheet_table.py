"""Excel workbooks as tables: cells are read as displayed, with all stored digits."""

import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from .blanks import to_one_line
from .column_roles import is_header_row
from .options import FileOptions
from .problems import Problems, fail, quote, suggest
from .sources import BLOCK_BYTES, Source
from .tables import ROWS_PER_CHUNK, Chunk, Column, Understanding, to_chunk

_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]+)(\d+):[A-Z]+(\d+)["']""")
# Longer than the XML element of a merged range.
_MERGED_BYTES = 1000
_HEADER_ROWS = 50
# Larger numbers are written with an exponent.
_MAX_INTEGER = 1e22


class SpreadsheetTable:
    """A sheet of a workbook.

    Args:
        source: The workbook.
        options: The arguments that describe it.
    """

    line_word = "row"

    def __init__(self, source: Source, options: FileOptions) -> None:
        self._source = source
        self._options = options
        self._sheet = self._choose_sheet()
        self._merged = self._read_merged_cells()
        self._header = 0
        names, units = self._read_names()
        while names and not names[-1]:
            names.pop()
        self._width = len(names)
        self.columns: Sequence[Column] = [
            Column(name, unit=units[index] if index < len(units) else None)
            for index, name in enumerate(names)
        ]
        facts: dict[str, object] = {"sheet": self._sheet, "header row": self._header or None}
        notices = []
        if self._header > 1 and options.skipLines is None:
            rows = f"rows 1 to {self._header - 1}" if self._header > 2 else "row 1"
            notices.append(f"{rows} before the header: not published")
        self.understanding = Understanding(facts, notices)

    def chunks(self, problems: Problems) -> Iterator[Chunk]:
        """Read all rows."""
        numbers: list[int] = []
        rows: list[list[str | None]] = []
        first = self._header + self._options.unitsRow
        held: list[tuple[int, list[str | None]]] = []
        skipped = self.understanding.skipped
        skipped.clear()
        for number, cells in self._rows(problems):
            if number <= first:
                if number > self._header:
                    skipped.append((number, cells))
                continue
            held.append((number, cells))
            if len(held) <= self._options.skipFooter:
                continue
            number, cells = held.pop(0)
            fitted = self._fit(number, cells, problems)
            if fitted is not None:
                numbers.append(number)
                rows.append(fitted)
            if len(rows) == ROWS_PER_CHUNK:
                yield to_chunk(numbers, rows, self._width)
                numbers, rows = [], []
        skipped += held
        yield to_chunk(numbers, rows, self._width)

    def _fit(
        self, number: int, cells: list[str | None], problems: Problems
    ) -> list[str | None] | None:
        extra = [cell for cell in cells[self._width :] if cell]
        if extra:
            problems.add(
                f"has a value {quote(extra[0])} in a column without a name; name all columns with "
                "columnNames=",
                line=number,
                key="width",
            )
            return None
        return (cells + [None] * (self._width - len(cells)))[: self._width]

    def _choose_sheet(self) -> str:
        with self._workbook(values=True) as book:
            filled = [
                sheet.title
                for sheet in book.worksheets
                if sheet.sheet_state == "visible"
                and any(
                    cell is not None
                    for row in sheet.iter_rows(max_row=_HEADER_ROWS, values_only=True)
                    for cell in row
                )
            ]
            names = [sheet.title for sheet in book.worksheets]
        wanted = self._options.sheet
        if wanted is not None:
            if wanted not in names:
                raise fail(
                    self._source.label,
                    f"has no sheet {wanted!r}; it has {', '.join(map(repr, names))}",
                )
            return wanted
        if len(filled) != 1:
            if not filled:
                raise fail(self._source.label, "has no rows")
            raise fail(
                self._source.label,
                f"has several sheets, {', '.join(map(repr, filled))}; pass the one to publish "
                f"with {suggest(sheet=filled[0])}",
            )
        return str(filled[0])

    def _workbook(self, *, values: bool) -> "_Workbook":
        return _Workbook(self._source, values)

    def _read_names(self) -> tuple[list[str], list[str]]:
        rows = []
        for number, cells in self._rows(Problems(self._source.label, self.line_word)):
            rows.append((number, cells))
            if number >= _HEADER_ROWS + (self._options.skipLines or 0):
                break
        if self._options.columnNames is not None:
            self._header = self._options.skipLines or 0
            return list(self._options.columnNames), []
        first = self._options.skipLines
        for index, (number, cells) in enumerate(rows):
            is_header = (
                number > first if first is not None else is_header_row(cells, rows[index + 1 :])
            )
            if is_header:
                self._header = number
                units = rows[index + 1][1] if self._options.unitsRow and rows[index + 1 :] else []
                return (
                    [to_one_line(str(cell or "")) for cell in cells],
                    [to_one_line(str(cell or "")) for cell in units],
                )
        if len(rows) == 1:
            raise fail(self._source.label, "has no rows of values")
        raise fail(
            self._source.label,
            f"sheet {self._sheet!r} must have a header; pass the number of rows before it, such as "
            f"{suggest(skipLines=1)}, or name all columns with columnNames=",
        )

    def _rows(self, problems: Problems) -> Iterator[tuple[int, list[str | None]]]:
        """The non-empty rows, with their numbers."""
        first = self._header + self._options.unitsRow
        with self._workbook(values=True) as values, self._workbook(values=False) as formulas:
            pairs = zip(
                values[self._sheet].iter_rows(), formulas[self._sheet].iter_rows(), strict=True
            )
            for number, (row, sources) in enumerate(pairs, 1):
                cells = [_to_string(cell) for cell in row]
                for index, (cell, formula) in enumerate(zip(cells, sources, strict=True)):
                    if cell is None and formula.value is not None:
                        problems.add(
                            f"cell {formula.coordinate} contains a formula whose result is not "
                            "saved; open and save the workbook in Excel, or save it as CSV",
                            line=number,
                            key="formula",
                        )
                    if self._merged.get((index, number), 0) > first:
                        problems.add(
                            f"cell {formula.coordinate} is merged with others, which have one "
                            "value in the file; unmerge them, and fill in each",
                            line=number,
                            key="merged",
                        )
                if any(cells):
                    yield number, cells

    def _read_merged_cells(self) -> dict[tuple[int, int], int]:
        """Find the last row of each merged range by its first cell, as column and row."""
        with self._workbook(values=True) as book:
            path = book[self._sheet]._worksheet_path
        with self._source.open_seekable() as file, zipfile.ZipFile(file) as archive:
            merged: dict[tuple[int, int], int] = {}
            with archive.open(path.lstrip("/")) as sheet:
                text = b""
                while block := sheet.read(BLOCK_BYTES):
                    text = text[-_MERGED_BYTES:] + block
                    for left, top, bottom in _MERGED.findall(text):
                        merged[_column_number(left), int(top)] = int(bottom)
        return merged


class _Workbook:
    """An open workbook of openpyxl, read row by row."""

    def __init__(self, source: Source, values: bool) -> None:
        self._source = source
        self._values = values

    def __enter__(self) -> Any:
        import openpyxl

        # Given a path, openpyxl decides by its extension, whatever the file contains.
        self._file = self._source.open_seekable()
        try:
            with warnings.catch_warnings():
                # Ignore warnings about styles and extensions that only Excel uses.
                warnings.simplefilter("ignore")
                self._book = openpyxl.load_workbook(
                    self._file, read_only=True, data_only=self._values
                )
        except Exception as error:
            self._file.close()
            kind = type(error).__name__
            raise fail(
                self._source.label,
                f"is not an Excel workbook ({kind}); if it is one of another format, or an "
                "archive, save it as .xlsx or extract it",
            ) from None
        return self._book

    def __exit__(self, *error: object) -> None:
        self._book.close()
        self._file.close()


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _to_string(cell: Any) -> str | None:
    """Format the value of a cell as displayed: percentages with %, dates in ISO 8601."""
    value = cell.value
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _format_duration(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _MAX_INTEGER:
        # Long numbers keep all digits, so that codes are detected.
        value = int(value)
    if isinstance(value, (int, float)):
        text = repr(value)
        if "%" in str(cell.number_format):
            text = f"{(Decimal(text) * 100).normalize():f}%"
        return text.removesuffix(".0")
    return str(value)


def _format_duration(value: timedelta) -> str:
    """Hours, minutes and seconds, as Excel shows more than a day with the format [h]:mm:ss."""
    seconds, microseconds = divmod(abs(value) // timedelta(microseconds=1), 10**6)
    sign = "-" if value < timedelta() else ""
    fraction = f".{microseconds:06}".rstrip("0") if microseconds else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"
