"""The SQLite database: everything except time series and file contents."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from .errors import bad_request
from .private_files import claim_file, restrict_if_there
from .tables import ADDED_COLUMNS, INDEXES, TABLES

Row = dict[str, Any]


class Database:
    """A SQLite file, locked by one Local Exchange at a time."""

    def __init__(self, path: Path) -> None:
        claim_file(path)
        # SQLite gives its journals the mode of the file itself.
        for suffix in ("-wal", "-shm", "-journal"):
            restrict_if_there(path.with_name(path.name + suffix))
        self._connection = sqlite3.connect(
            path, timeout=0, isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = _to_dict
        try:
            self._prepare()
        except sqlite3.OperationalError as error:
            self._connection.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise OSError(
                errno.EBUSY, "The folder is in use by another Local Exchange", str(path.parent)
            ) from error

    def _prepare(self) -> None:
        """Lock the file and create missing tables."""
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(f"BEGIN IMMEDIATE; {TABLES} COMMIT;")
        with self.transaction():
            for table, columns in ADDED_COLUMNS.items():
                self._add_columns(table, columns)
            self.execute(INDEXES)

    def _add_columns(self, table: str, columns: Mapping[str, str]) -> None:
        """Add the columns that a table lacks."""
        present = {row["name"] for row in self.fetch_all(f"PRAGMA table_info({table})")}
        for name, definition in columns.items():
            if name not in present:
                self.execute(f"ALTER TABLE {table} ADD COLUMN {name} {definition}")

    def fetch_one(self, sql: str, *parameters: object) -> Row | None:
        """Return the first row, or None."""
        row: Row | None = self._connection.execute(sql, parameters).fetchone()
        return row

    def fetch_all(self, sql: str, *parameters: object) -> list[Row]:
        """Return every row."""
        return self._connection.execute(sql, parameters).fetchall()

    def execute(self, sql: str, *parameters: object) -> int:
        """Execute one statement and return the number of rows it changed."""
        return self._connection.execute(sql, parameters).rowcount

    def run_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Execute one statement for each row of parameters, all of them or none."""
        with self.transaction():
            self._connection.executemany(sql, rows)

    def insert(self, table: str, **values: object) -> None:
        """Add one row."""
        columns, placeholders = ", ".join(values), ", ".join("?" * len(values))
        self.execute(f"INSERT INTO {table} ({columns}) VALUES ({placeholders})", *values.values())

    def update(self, table: str, key: str, row_id: str, **values: object) -> None:
        """Set the columns of one row whose values are not None."""
        columns = {name: value for name, value in values.items() if value is not None}
        if columns:
            assignments = ", ".join(f"{name} = ?" for name in columns)
            self.execute(
                f"UPDATE {table} SET {assignments} WHERE {key} = ?", *columns.values(), row_id
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit or roll back the block's changes; transactions may be nested."""
        self._connection.execute("SAVEPOINT block")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO block")
            raise
        finally:
            self._connection.execute("RELEASE block")

    def clear(self) -> None:
        """Remove every row, except for the settings."""
        tables = self.fetch_all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name != 'settings'"
        )
        # SQLite follows references only to a limited depth, which directories may exceed.
        self.execute("PRAGMA foreign_keys = OFF")
        with self.transaction():
            for table in tables:
                self.execute(f"DELETE FROM {table['name']}")
        self.execute("PRAGMA foreign_keys = ON")

    def get_setting(self, name: str) -> str | None:
        """Return a setting, or None."""
        row = self.fetch_one("SELECT value FROM settings WHERE name = ?", name)
        return None if row is None else str(row["value"])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def new_id(kind: str) -> str:
    """Create an ID whose prefix identifies the type of object, like all IDs of the platform."""
    return f"{kind}.{uuid4()}"


def timestamp(time: datetime | None = None) -> str:
    """Format a time, or now, as ISO 8601 in UTC with milliseconds."""
    time = time or datetime.now(UTC)
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _to_dict(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    """Name the values of a row."""
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}


def check_name(name: str | None) -> None:
    """Reject an empty name; None is allowed."""
    if name == "":
        raise bad_request("The name must not be empty.")
