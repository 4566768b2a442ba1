"""Merges the result chunks of a query to the CSV file that the platform would export."""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat, zip_longest
from types import SimpleNamespace
from typing import IO, TYPE_CHECKING, NamedTuple

from pydantic_core import from_json, to_json

from .._utils.temporary_files import explain_full_disk
from ..errors import InvalidResponseError
from .result_writers import ChunkAsset, RequestedSeries

if TYPE_CHECKING:
    from _csv import Writer


class CsvFile:
    """Writes rows that end in LF. The csv module ends them in CR LF, so that it quotes both."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lines: list[str] = []
        # Appending to a list is faster than writing to a file.
        self._writer = csv.writer(SimpleNamespace(write=self._lines.append), lineterminator="\r\n")

    def writerow(self, row: Iterable[str | None]) -> None:
        self.writerows([row])

    def writerows(self, rows: Iterable[Iterable[str | None]]) -> None:
        self._writer.writerows(rows)
        self._file.write("".join([f"{line[:-2]}\n" for line in self._lines]).encode())
        self._lines.clear()


_Row = Sequence[str | None]


def _merge_rows(row: _Row, more: _Row) -> _Row:
    return tuple(old if new is None else new for old, new in zip_longest(row, more, fillvalue=None))


class _WrittenRows(NamedTuple):
    """Adjacent rows of one asset, all but the first and the last of which are written as CSV.

    Attributes:
        position: The position of the asset in the request.
        times: The times of the first row and of the last.
        ends: The first row and the last; one row if there is only one.
        size: The number of bytes of the rows between them.
    """

    position: int
    times: tuple[str, str]
    ends: list[_Row]
    size: int


class CsvResultWriter:
    """Writes CSV: one row per asset and timestamp, one column per attribute."""

    def __init__(self, request: RequestedSeries, file: IO[bytes], spool_bytes: int) -> None:
        self._request = request
        self._file = file
        self._columns: dict[str, int] = {}
        for names in request.attributes.values():
            for name in names:
                self._columns.setdefault(name, len(self._columns))
        self._requested_count = len(self._columns)
        self._last = (-1, "")
        self._row: _Row = ()
        self._rows: CsvFile | Writer
        self._header_known = all(request.attributes.values())
        self._spool: IO[str] | None = None
        if self._header_known:
            self._rows = CsvFile(self._file)
            self._rows.writerow(self._header(list(self._columns)))
        else:
            self._spool = tempfile.SpooledTemporaryFile(  # noqa: SIM115  # close() closes it
                spool_bytes, "w+", encoding="utf-8", newline=""
            )
            self._rows = csv.writer(self._spool)

    def prepare(self, chunk: bytes) -> bytes:
        """Write the rows of a chunk as CSV if all columns are known.

        The result is a line of JSON with the first and last row of each asset, which may continue
        in adjacent chunks, then the rows between them.
        """
        if not self._header_known:
            return chunk
        text = io.BytesIO()
        written = []
        for asset, times in self._assets_with_times(chunk):
            rows = list(self._build_rows(asset, times))
            start = text.tell()
            CsvFile(text).writerows(rows[1:-1])
            ends = rows[:1] + rows[1:][-1:]
            size = text.tell() - start
            written.append(_WrittenRows(asset.position, (times[0], times[-1]), ends, size))
        return b"%b\n%b" % (to_json(written), text.getvalue())

    def add(self, prepared: bytes) -> None:
        if self._header_known:
            self._add_written(prepared)
            return
        for asset, times in self._assets_with_times(prepared):
            first, *rows = self._build_rows(asset, times)
            with explain_full_disk():
                self._take((asset.position, times[0]), first)
                if rows:
                    self._rows.writerows([self._row, *rows[:-1]])
                    self._row = rows[-1]
            self._last = (asset.position, times[-1])

    def _add_written(self, prepared: bytes) -> None:
        start = prepared.index(b"\n") + 1
        for entry in from_json(prepared[:start]):
            rows = _WrittenRows(*entry)
            self._take((rows.position, rows.times[0]), rows.ends[0])
            if len(rows.ends) > 1:
                self._rows.writerow(self._row)
                self._file.write(prepared[start : start + rows.size])
                self._row = rows.ends[1]
            self._last = (rows.position, rows.times[1])
            start += rows.size

    def _assets_with_times(self, chunk: bytes) -> Iterator[tuple[ChunkAsset, list[str]]]:
        """Parse the assets of a chunk that have rows, with the times of these."""
        for asset in self._request.assets_for(chunk):
            times = sorted(set[str]().union(*(entry.values for entry in asset.attributes)))
            if times:
                yield asset, times

    def _take(self, first: tuple[int, str], row: _Row) -> None:
        """Hold back a row, which may continue in the next one or chunk; write the one before."""
        if first < self._last:
            raise InvalidResponseError("the result chunks are not ordered by asset and time")
        if first == self._last:
            row = _merge_rows(self._row, row)
        elif self._row:
            self._rows.writerow(self._row)
        self._row = row

    def _build_rows(self, asset: ChunkAsset, times: list[str]) -> Iterator[_Row]:
        """Build the rows of an asset, column by column."""
        columns = self._columns
        for entry in asset.attributes:
            columns.setdefault(entry.name, len(columns))
        cells: list[Iterable[str | None]] = [repeat(None)] * len(columns)
        for entry in asset.attributes:
            cells[columns[entry.name]] = map(entry.values.get, times)
        return zip(repeat(asset.asset_id), repeat(asset.name), times, *cells)

    def finish(self) -> None:
        if self._row:
            with contextlib.nullcontext() if self._header_known else explain_full_disk():
                self._rows.writerow(self._row)
        if self._spool is not None:
            self._write_spooled(self._spool)

    def close(self) -> None:
        if self._spool is not None:
            # Closing writes what is still in memory, which can fail again.
            with explain_full_disk():
                self._spool.close()

    def _write_spooled(self, spool: IO[str]) -> None:
        with explain_full_disk():
            spool.seek(0)
        names = list(self._columns)
        names = names[: self._requested_count] + sorted(names[self._requested_count :])
        order = [3 + self._columns[name] for name in names]
        rows = CsvFile(self._file)
        rows.writerow(self._header(names))
        for row in csv.reader(spool):
            row += [""] * (3 + len(names) - len(row))
            rows.writerow(row[:3] + [row[index] for index in order])

    @staticmethod
    def _header(names: list[str]) -> list[str]:
        return ["assetId", "name", "timestamp", *names]
