"""The Parquet files of a mirror: one per asset and month, all with the same columns.

The state of the mirror is in the metadata of one more file with these columns and without rows, so
that every reader of Parquet can read the whole directory.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic_core import to_json

from .._time_series.mirror_plan import Month
from .._time_series.mirror_state import MirrorState, parse_state
from .._utils.atomic_files import atomic_write
from .arrow_types import (
    STRING,
    TIMESTAMP_NS,
    KeyColumns,
    mark_bigint_fields,
    to_arrow_type,
    wide_column_names,
)

_KEYS = len(KeyColumns._fields)
SUFFIX = ".parquet"
STATE_FILE = f"_mirror{SUFFIX}"
_STATE_KEY = b"mirror"
_NULLABLE_TYPES = {pa.int64(): "Int64", pa.bool_(): "boolean"}


class MirrorFiles:
    """Writes the files of a mirror.

    Args:
        directory: The directory of the mirror.
        attributes: The type of each attribute, in the order of the columns.
    """

    def __init__(self, directory: Path, attributes: Mapping[str, str]) -> None:
        self._directory = directory
        self._attributes = list(attributes)
        types = [STRING, STRING, TIMESTAMP_NS, *map(to_arrow_type, attributes.values())]
        fields = zip(wide_column_names(self._attributes), types, strict=True)
        schema = mark_bigint_fields(pa.schema(list(fields)))
        self.schema = schema.with_metadata({b"pandas": _describe_for_pandas(schema)})

    def conform(self, table: pa.Table, attributes: Sequence[str]) -> pa.Table:
        """Give a table the columns of the mirror.

        Args:
            table: A wide table.
            attributes: The attributes of its columns.
        """
        own = dict(zip(attributes, table.columns[_KEYS:], strict=True))
        columns = [*table.columns[:_KEYS], *(own.get(name) for name in self._attributes)]
        arrays = [
            pa.nulls(len(table), field.type) if column is None else column.cast(field.type)
            for column, field in zip(columns, self.schema, strict=True)
        ]
        return pa.table(arrays, schema=self.schema)

    def update(self, name: str, month: Month, start: int, rows: pa.Table) -> bool:
        """Replace what a file contains from a time on.

        Args:
            name: The directory of the asset.
            month: The month.
            start: The time in nanoseconds since 1970.
            rows: What replaces it.

        Returns:
            Whether the file has changed.
        """
        path = self._directory / name / f"{month}{SUFFIX}"
        existing = self._read(path)
        if existing is not None:
            limit = pa.scalar(start, pa.int64()).cast(TIMESTAMP_NS)
            rows = pa.concat_tables([existing.filter(pc.less(existing["timestamp"], limit)), rows])
        rows = rows.sort_by("timestamp").combine_chunks()
        if existing is not None and rows.equals(existing.combine_chunks()):
            return False
        if not len(rows):
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        self._write(path, rows)
        return True

    def save(self, state: MirrorState) -> None:
        """Write the file with the state of the mirror."""
        metadata = {**(self.schema.metadata or {}), _STATE_KEY: state.to_json()}
        table = self.schema.empty_table().replace_schema_metadata(metadata)
        self._write(self._directory / STATE_FILE, table)

    def conform_all(self) -> int:
        """Give all files the columns of the mirror; return how many were changed."""
        changed = 0
        for path in self._iter_paths():
            if pq.read_schema(path).remove_metadata() != self.schema.remove_metadata():
                table = self._read(path)
                assert table is not None
                self._write(path, table)
                changed += 1
        return changed

    def _iter_paths(self) -> Iterator[Path]:
        return iter(sorted(self._directory.glob(f"*/*{SUFFIX}")))

    def _read(self, path: Path) -> pa.Table | None:
        """Read a file with the columns of the mirror; None if there is none."""
        if not path.exists():
            return None
        with pq.ParquetFile(path) as file:
            table = file.read()
        known = {field.name for field in table.schema}
        return pa.table(
            [
                table[field.name].cast(field.type)
                if field.name in known
                else pa.nulls(len(table), field.type)
                for field in self.schema
            ],
            schema=self.schema,
        )

    def _write(self, path: Path, table: pa.Table) -> None:
        with atomic_write(path) as file:
            pq.write_table(table, file)


def load_state(directory: Path, database_id: str) -> MirrorState:
    """Load the state of a mirror, which is empty if there is none yet.

    Raises:
        InvalidParameterError: The directory mirrors another database, or its state file is
            damaged.
    """
    path = directory / STATE_FILE
    try:
        metadata = pq.read_schema(path).metadata or {}
    except FileNotFoundError:
        return MirrorState(database_id)
    except pa.ArrowInvalid:
        metadata = {}
    return parse_state(path, metadata.get(_STATE_KEY), database_id)


def _describe_for_pandas(schema: pa.Schema) -> bytes:
    """Describe columns so that pandas reads them with types that can have missing values.

    The format is documented in the developer guide of pandas, "Storing pandas DataFrame objects in
    Apache Parquet format".
    """
    columns = [
        {
            "name": field.name,
            "field_name": field.name,
            "pandas_type": str(field.type),
            "numpy_type": _NULLABLE_TYPES[field.type],
            "metadata": None,
        }
        for field in schema
        if field.type in _NULLABLE_TYPES
    ]
    return to_json({"index_columns": [], "column_indexes": [], "columns": columns})
