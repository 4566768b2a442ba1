"""Merges the exported files of adjacent time ranges to the file of the whole range.

Rows are ordered by asset, then time. They are copied as they are, so the file has the bytes that
the platform exports for the whole range. Memory use does not depend on the number of rows.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import IO, NamedTuple

from .._backends import PositionalFile
from .._backends.long_fields import long_fields
from .._utils.temporary_files import reopen
from .result_presence import KEY_COLUMNS

COPY_BYTES = 1 << 20
# The number of characters of a timestamp, in all and up to its milliseconds.
TIME_LENGTH = len("2024-05-01 00:00:00.000000000")
MILLISECOND_LENGTH = TIME_LENGTH - 6


class UnexpectedExportError(Exception):
    """Exported files do not have the order that is needed to merge them."""


class _Block(NamedTuple):
    """The rows of one asset in a file.

    Attributes:
        start: The position of the first row.
        end: The position after the last row.
        first_rows: The times of the rows in the millisecond of the first one, each with the
            position after the row. The file of the time range before may have the same rows.
        last_time: The time of the last row.
    """

    start: int
    end: int
    first_rows: list[tuple[str, int]]
    last_time: str

    def find_start(self, last_time: str) -> int:
        """Return the position of the first row after a time."""
        first_time = self.first_rows[0][0]
        if first_time[:MILLISECOND_LENGTH] < last_time[:MILLISECOND_LENGTH]:
            raise UnexpectedExportError("exported files overlap")
        position = self.start
        for time, end in self.first_rows:
            if time > last_time:
                break
            position = end
        return position


class ExportedFile:
    """An exported CSV file, whose rows are found by asset.

    Args:
        file: The file. It must stay open.

    Attributes:
        header: The names of the columns.
        blocks: The rows of each asset.

    Raises:
        UnexpectedExportError: The rows are not ordered by asset and time.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.blocks: dict[str, _Block] = {}
        self._source = PositionalFile(file.fileno())
        try:
            with reopen(file) as copy, long_fields():
                rows = _iter_rows(copy)
                self._header_end, self.header = next(rows)
                self._find_blocks(rows)
        except (csv.Error, ValueError, IndexError, StopIteration) as error:
            # The cause would expose a data value.
            message = f"an exported file is not as expected ({type(error).__name__})"
            raise UnexpectedExportError(message) from None

    def _find_blocks(self, rows: Iterator[tuple[int, list[str]]]) -> None:
        start = self._header_end
        for asset_id, own in groupby(rows, key=lambda entry: entry[1][0]):
            if asset_id in self.blocks:
                raise UnexpectedExportError("an exported file is not ordered by asset")
            block = self.blocks[asset_id] = _read_block(start, own)
            start = block.end

    def copy_header(self, target: IO[bytes]) -> None:
        """Copy the first row."""
        self.copy(0, self._header_end, target)

    def copy(self, start: int, end: int, target: IO[bytes]) -> None:
        """Copy the bytes between two positions."""
        while start < end:
            block = self._source.read(min(end - start, COPY_BYTES), start)
            target.write(block)
            start += len(block)

    def close(self) -> None:
        """Copy nothing more."""
        self._source.close()


def _iter_rows(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Iterate over the rows, each with the position after it."""
    position = 0

    def read_lines() -> Iterator[str]:
        nonlocal position
        for line in file:
            position += len(line)
            yield line.decode()

    for row in csv.reader(read_lines()):
        yield position, row


def _read_block(start: int, rows: Iterable[tuple[int, list[str]]]) -> _Block:
    first_rows: list[tuple[str, int]] = []
    end, last_time = start, ""
    for end, row in rows:
        time = row[KEY_COLUMNS - 1]
        if time < last_time or len(time) != TIME_LENGTH:
            raise UnexpectedExportError("an exported file is not ordered by time")
        if not first_rows or time.startswith(first_rows[0][0][:MILLISECOND_LENGTH]):
            first_rows.append((time, end))
        last_time = time
    return _Block(start, end, first_rows, last_time)


def merge_exports(
    exports: Sequence[ExportedFile], asset_ids: Iterable[str], target: IO[bytes]
) -> None:
    """Write the rows of files whose time ranges follow each other.

    Args:
        exports: The files. Adjacent ones may both have rows at their common boundary.
        asset_ids: The assets in the order of the rows.
        target: The file to write to.

    Raises:
        UnexpectedExportError: The files have other columns, assets or times than expected.
    """
    order = list(asset_ids)
    for export in exports:
        if export.header != exports[0].header:
            raise UnexpectedExportError("exported files have different columns")
        if list(export.blocks) != [asset_id for asset_id in order if asset_id in export.blocks]:
            raise UnexpectedExportError("an exported file has another order of assets")
    exports[0].copy_header(target)
    for asset_id in order:
        last_time = ""
        for export in exports:
            block = export.blocks.get(asset_id)
            if block is not None:
                export.copy(block.find_start(last_time), block.end, target)
                last_time = block.last_time
