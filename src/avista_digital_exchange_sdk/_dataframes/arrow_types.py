"""Arrow types of attributes, and the columns of results."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

import pyarrow as pa

from .._time_series.sql_results import deduplicate_names
from ..errors import InvalidParameterError, InvalidResponseError

Values: TypeAlias = pa.Array | pa.ChunkedArray

STRING = pa.string()
TIMESTAMP_NS = pa.timestamp("ns", "UTC")
TYPES: Mapping[str, pa.DataType] = {
    "DOUBLE": pa.float64(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR": STRING,
    "TIMESTAMP": TIMESTAMP_NS,
}

_NAIVE = pa.timestamp("ns")

# Marks columns of results, so that their values are published as BIGINT again.
_TYPE_KEY = b"avista_digital_exchange_sdk.attribute_type"
_BIGINT_MARK = {_TYPE_KEY: b"BIGINT"}


class KeyColumns(NamedTuple):
    """The columns that identify rows, and the assets' names."""

    assetId: Values  # noqa: N815  # the names of the columns
    name: Values
    timestamp: Values


ID_COLUMN = KeyColumns._fields[0]


def to_arrow_type(attribute_type: str | None) -> pa.DataType:
    """Return the Arrow type of an attribute; a string, which is lossless, if it is unknown."""
    return TYPES.get(attribute_type or "", STRING)


def common_type(types: Iterable[pa.DataType]) -> pa.DataType:
    """Return the type of a column that holds values of several types."""
    distinct = set(types)
    if len(distinct) == 1:
        return distinct.pop()
    return pa.float64() if distinct == {pa.float64(), pa.int64()} else STRING


def parse_values(strings: Values, kind: pa.DataType, what: str) -> Values:
    """Parse strings to values of a type."""
    try:
        return parse_timestamps(strings) if kind == TIMESTAMP_NS else strings.cast(kind)
    except pa.ArrowInvalid:
        # The cause would expose a data value.
        raise InvalidResponseError(f"a value of {what} is not of its type ({kind})") from None


def parse_timestamps(strings: Values) -> Values:
    """Parse timestamps in ISO 8601, or as Timestream writes them: in UTC without a time zone."""
    try:
        return strings.cast(TIMESTAMP_NS)
    except pa.ArrowInvalid:
        return strings.cast(_NAIVE).cast(TIMESTAMP_NS)


def mark_bigint_fields(schema: pa.Schema) -> pa.Schema:
    """Mark the columns of a result whose attributes are BIGINT."""
    return pa.schema(
        field.with_metadata(_BIGINT_MARK) if field.type == pa.int64() else field for field in schema
    )


def marked_bigint_names(schema: pa.Schema) -> set[str]:
    """Find the columns that are marked as BIGINT."""
    return {field.name for field in schema if _TYPE_KEY in (field.metadata or {})}


def normalize_types(table: pa.Table) -> pa.Table:
    """Convert all string columns to one type, and categories to their values."""
    columns = [_normalize_column(column) for column in table.columns]
    fields = [
        field.with_type(column.type) for field, column in zip(table.schema, columns, strict=True)
    ]
    return pa.table(columns, schema=pa.schema(fields, table.schema.metadata))


def _normalize_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(column.type):
        kind = _normalize_type(column.type)
        return column if kind == column.type else column.cast(kind)
    # Dictionaries of polars can't be cast as a whole.
    kind = _normalize_type(column.type.value_type)
    chunks = [chunk.dictionary.cast(kind).take(chunk.indices) for chunk in column.chunks]
    return pa.chunked_array(chunks, kind)


def _normalize_type(kind: pa.DataType) -> pa.DataType:
    is_string = pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    return STRING if is_string else kind


def wide_column_names(attributes: Iterable[str], id_column: str = ID_COLUMN) -> list[str]:
    """Name the columns of a wide table; an attribute may have the name of a key column."""
    return deduplicate_names([id_column, *KeyColumns._fields[1:], *attributes])


class LongTableBuilder:
    """Builds a table with one row per value, attribute by attribute.

    Args:
        kind: The type of the values.
    """

    def __init__(self, kind: pa.DataType) -> None:
        self._kind = kind
        self._parts = [
            self._part(KeyColumns(*map(_empty, (STRING, STRING, TIMESTAMP_NS))), "", _empty(kind))
        ]

    def add(self, keys: KeyColumns, attribute: str, values: Values) -> None:
        """Add the values of one attribute, without missing ones."""
        if values.null_count:
            present = values.is_valid()
            keys = KeyColumns(*(key.filter(present) for key in keys))
            values = values.drop_null()
        self._parts.append(self._part(keys, attribute, self._widen(values, attribute)))

    def table(self) -> pa.Table:
        """Return the table."""
        return pa.concat_tables(self._parts)

    def _part(self, keys: KeyColumns, attribute: str, values: Values) -> pa.Table:
        names = pa.repeat(attribute, len(values))
        return pa.table([*keys, names, values], names=[*KeyColumns._fields, "attribute", "value"])

    def _widen(self, values: Values, attribute: str) -> Values:
        try:
            return values.cast(self._kind)
        except pa.ArrowInvalid:
            raise InvalidParameterError(
                f'shape must be "wide", got "long", where the values of {attribute!r}, a BIGINT, '
                "share a column with DOUBLEs, which can't hold all their digits"
            ) from None


def _empty(kind: pa.DataType) -> Values:
    return pa.chunked_array([], kind)
