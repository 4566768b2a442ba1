"""Reads CSV result files to tables, wide or long, and converts them to Parquet in batches."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from itertools import product
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from .._options import Options
from .._time_series.record_validation import MAX_VALUE_BYTES
from .._time_series.zones import TimeZone
from .._utils.temporary_files import reopen
from ..errors import InvalidResponseError
from .arrow_types import (
    ID_COLUMN,
    STRING,
    TIMESTAMP_NS,
    KeyColumns,
    LongTableBuilder,
    common_type,
    mark_bigint_fields,
    to_arrow_type,
    wide_column_names,
)
from .time_zones import convert_schema

# Bytes that are parsed at a time.
BLOCK_SIZE = 8 << 20

_KEYS = len(KeyColumns._fields)
_NAIVE = pa.timestamp("ns")
_OFFSET = re.compile(r"[+-]\d\d:\d\d(:\d\d)?$")
_COLUMN = re.compile(r"In CSV column #(\d+)")


class CsvResult:
    """A CSV result file.

    Args:
        source: The path of the file, or an open file, which stays open.
        types: The types of its attributes, which the file does not have. All other attributes are
            strings: "007" may be one.
        id_column: The name of the column of IDs.
    """

    def __init__(
        self, source: Path | IO[bytes], types: Mapping[str, str], id_column: str = ID_COLUMN
    ) -> None:
        self._source = source
        self._id_column = id_column
        header, first_row = _read_lines(self._open())
        self._attributes = header[_KEYS:]
        has_offset = len(first_row) >= _KEYS and _OFFSET.search(first_row[_KEYS - 1])
        self._timestamp_type = TIMESTAMP_NS if has_offset else _NAIVE
        self._is_known = [name in types for name in self._attributes]
        self._types = [to_arrow_type(types.get(name)) for name in self._attributes]

    def wide(self) -> pa.Table:
        """Read one row per asset and timestamp, one column per attribute."""
        return self._read(self._types).rename_columns(self._column_names())

    def long(self) -> pa.Table:
        """Read one row per value, ordered by attribute, asset and time."""
        table = self._read(self._types)
        kind = common_type(
            column.type
            for column, is_known in zip(table.columns[_KEYS:], self._is_known, strict=True)
            if is_known or column.null_count < len(column)
        )
        if kind == STRING:
            table = self._read([STRING] * len(self._types))
        keys = KeyColumns(*table.columns[:_KEYS])
        long = LongTableBuilder(kind)
        for attribute, column in zip(self._attributes, table.columns[_KEYS:], strict=True):
            long.add(keys, attribute, column)
        return long.table().rename_columns({ID_COLUMN: self._id_column})

    def write_parquet(
        self, file: IO[bytes], options: Options, zone: TimeZone | None = None
    ) -> None:
        """Write the wide table as Parquet; memory holds a few batches.

        Args:
            file: The file.
            options: The sizes of blocks and row groups.
            zone: The time zone of timestamps. Defaults to UTC.
        """
        block_bytes = options.parquet_block_bytes
        import pyarrow.parquet as pq

        schema = mark_bigint_fields(
            pa.schema(
                zip(
                    self._column_names(),
                    [STRING, STRING, TIMESTAMP_NS, *self._types],
                    strict=True,
                )
            )
        )
        if zone is not None:
            schema = convert_schema(schema, zone)
        with (
            self._errors(),
            self._arrow_source() as source,
            pa_csv.open_csv(source, **self._options(self._types, block_bytes)) as batches,
            pq.ParquetWriter(file, schema) as writer,
        ):
            for table in _groups(batches, options.parquet_group_bytes):
                writer.write_table(_to_utc(table).rename_columns(schema.names).cast(schema))

    def _column_names(self) -> list[str]:
        return wide_column_names(self._attributes, self._id_column)

    def _read(self, types: Sequence[pa.DataType]) -> pa.Table:
        with self._errors(), self._arrow_source() as source:
            return _to_utc(pa_csv.read_csv(source, **self._options(types, BLOCK_SIZE)))

    def _arrow_source(self) -> AbstractContextManager[Path | IO[bytes]]:
        """Return what Arrow reads: a path if there is one, which is faster."""
        return nullcontext(self._source) if isinstance(self._source, Path) else self._open()

    def _open(self) -> IO[bytes]:
        """Open the file at its beginning; closing it leaves the caller's open."""
        if isinstance(self._source, Path):
            return self._source.open("rb")
        return reopen(self._source)

    def _options(self, types: Sequence[pa.DataType], block_size: int) -> dict[str, Any]:
        # A block must hold a whole row, in which every quote may be doubled.
        longest_row = len(types) * 2 * (MAX_VALUE_BYTES + 1)
        # Columns are numbered, as an attribute may have the name of another column.
        kinds = [
            STRING,
            STRING,
            self._timestamp_type,
            *(_NAIVE if kind == TIMESTAMP_NS else kind for kind in types),
        ]
        numbers = [str(number) for number in range(len(kinds))]
        return {
            "read_options": pa_csv.ReadOptions(
                column_names=numbers,
                skip_rows_after_names=1,
                block_size=max(block_size, longest_row),
            ),
            "parse_options": pa_csv.ParseOptions(newlines_in_values=True),
            "convert_options": pa_csv.ConvertOptions(
                column_types=dict(zip(numbers, kinds, strict=True)),
                # Empty cells are null; there are no empty strings.
                null_values=[""],
                strings_can_be_null=True,
                true_values=_list_spellings("true"),
                false_values=_list_spellings("false"),
            ),
        }

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except pa.ArrowInvalid as error:
            # The cause would expose a data value.
            column = _COLUMN.search(str(error))
            columns = self._column_names()
            name = columns[int(column[1])] if column else None
            where = "rows" if name is None else f"a value in column {name!r}"
            raise InvalidResponseError(f"the result file has {where} of another type") from None


def _list_spellings(word: str) -> list[str]:
    """List the spellings of a word, whose letters may be in upper or lower case."""
    return ["".join(letters) for letters in product(*zip(word, word.upper(), strict=True))]


def read_header(file: IO[bytes]) -> list[str]:
    """Return the names of the columns of an open CSV result."""
    return _read_lines(reopen(file))[0]


def _read_lines(file: IO[bytes]) -> tuple[list[str], list[str]]:
    """Read the header and the first row, which is empty if there is none."""
    header: list[str] = []
    row: list[str] = []
    with io.TextIOWrapper(file, "utf-8", newline="") as text, suppress(UnicodeError, csv.Error):
        rows = csv.reader(text)
        header = next(rows, [])
        row = next(rows, [])
    if len(header) < _KEYS:
        raise InvalidResponseError("the result file has no header")
    return header, row


def _groups(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[pa.Table]:
    """Concatenate batches to tables of a size."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(batch.nbytes for batch in held) >= size:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def _to_utc(table: pa.Table) -> pa.Table:
    """Convert the times, which have no time zone in the file, to UTC."""
    return table.cast(
        pa.schema(
            field.with_type(TIMESTAMP_NS) if field.type == _NAIVE else field
            for field in table.schema
        )
    )
