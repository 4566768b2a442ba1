"""Parquet files as tables: typed values are converted to the strings to publish."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as kinds

from .._dataframes.arrow_types import marked_bigint_names
from .._dataframes.input_shapes import is_attribute_first, level_names, parse_pair
from ..errors import InvalidParameterError
from .problems import Problems, fail, quote
from .sources import Source
from .tables import ROWS_PER_CHUNK, STRING, Chunk, Column, Kind, Understanding

_UTC = pa.timestamp("ns", "UTC")
_NAIVE = pa.timestamp("ns")
# The name that pandas gives to an unnamed index.
_INDEX_PREFIX = "__index_level_"


class ParquetTable:
    """A Parquet file.

    Args:
        source: The file.
        asset_column: What a level of columns is called that holds assets.
    """

    line_word = "row"

    def __init__(self, source: Source, asset_column: str | None) -> None:
        self._source = source
        try:
            with source.open_seekable() as file:
                schema = pq.ParquetFile(file).schema_arrow
        except (pa.ArrowException, OSError) as error:
            raise fail(source.label, f"is not a Parquet file ({type(error).__name__})") from None
        self._kinds = [_kind(source, field) for field in schema]
        names = ["" if name.startswith(_INDEX_PREFIX) else name for name in schema.names]
        pairs = _find_pairs(source, schema, asset_column)
        self.columns: Sequence[Column] = [
            Column(name, kind, levels=levels)
            for name, kind, levels in zip(names, self._kinds, pairs, strict=True)
        ]
        self.understanding = Understanding(
            {"types": [str(field.type) for field in schema]},
            attribute_types=dict.fromkeys(marked_bigint_names(schema), "BIGINT"),
        )

    def chunks(self, problems: Problems) -> Iterator[Chunk]:
        """Read all rows."""
        row = 1
        with self._source.open_seekable() as file:
            for batch in pq.ParquetFile(file).iter_batches(ROWS_PER_CHUNK):
                columns = [
                    self._to_strings(values, column, row)
                    for values, column in zip(batch.columns, self.columns, strict=True)
                ]
                yield Chunk(range(row, row + batch.num_rows), columns)
                row += batch.num_rows

    def _to_strings(self, values: Any, column: Column, row: int) -> Any:
        try:
            return _to_strings(values, column.kind)
        except pa.ArrowInvalid:
            where = next(index for index, value in enumerate(values) if not _is_in_range(value))
            what = f"{quote(str(values[where]))} is not between the years 1677 and 2262"
            place = Problems(self._source.label, self.line_word).locate(row + where, column.name)
            raise InvalidParameterError(f"{place}: {what}") from None


def _is_in_range(time: Any) -> bool:
    try:
        time.cast(pa.timestamp("us")).cast(_NAIVE)
    except pa.ArrowInvalid:
        return False
    return True


def _find_pairs(
    source: Source, schema: Any, asset_column: str | None
) -> list[tuple[str, str] | None]:
    """The asset and attribute of each column, if its name says both."""
    pairs = [parse_pair(name) for name in schema.names]
    if any(pairs) and is_attribute_first(level_names(schema), asset_column, source.label):
        return [pair and (pair[1], pair[0]) for pair in pairs]
    return pairs


def _kind(source: Source, field: Any) -> Kind:
    kind = field.type.value_type if kinds.is_dictionary(field.type) else field.type
    if kinds.is_boolean(kind):
        return Kind.BOOLEAN
    if kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_decimal(kind):
        return Kind.NUMBER
    if kinds.is_timestamp(kind) or kinds.is_date(kind):
        return Kind.TIME
    if kinds.is_string(kind) or kinds.is_large_string(kind) or kinds.is_string_view(kind):
        return Kind.TEXT
    if kinds.is_null(kind):
        return Kind.UNKNOWN
    raise fail(
        source.label,
        f"column {field.name!r} is of type {kind}, which can't be published; convert it to a "
        "number, a string, a boolean or a timestamp, or omit it",
    )


def _to_strings(column: Any, kind: Kind) -> Any:
    """Convert values to strings: numbers in their shortest form, times in ISO 8601."""
    if kinds.is_dictionary(column.type):
        column = column.dictionary_decode()
    if kind is Kind.TIME:
        return _format_times(column)
    if kinds.is_floating(column.type):
        # NaN is a missing value.
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        if kinds.is_float16(column.type):
            column = column.cast(pa.float32())
    return column.cast(STRING)


def _format_times(column: Any) -> Any:
    zone = getattr(column.type, "tz", None)
    times = column.cast(_UTC if zone else _NAIVE)
    texts = pc.strftime(times.cast(_NAIVE), "%Y-%m-%dT%H:%M:%S")
    return pc.binary_join_element_wise(texts, "Z", "") if zone else texts
