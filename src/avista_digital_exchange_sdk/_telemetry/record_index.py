"""Rows of values as records of endpoints, of which there is one at a time: sorted on disk."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from .._generated.enums import MeasureValueType
from .._time_series.missing_data import MAX_MESSAGES
from .._time_series.record_planner import Value
from .._time_series.row_publisher import RowSlice
from .._utils.nearest_names import format_nearest
from .._utils.temporary_files import explain_full_disk
from ..errors import InvalidParameterError


class TelemetryRecord(NamedTuple):
    """The values of an endpoint at one time.

    Attributes:
        endpoint_id: The endpoint.
        time: Nanoseconds since 1970.
        rows: The indexes of the rows that hold the values.
        values: The values, by attribute.
    """

    endpoint_id: str
    time: int
    rows: tuple[int, ...]
    values: Mapping[str, Value]


class RecordIndex:
    """Sorts rows, however many there are, by endpoint and time, and merges those of one time."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="avista-dx-")
        # One thread fills it, and another one reads it.
        self._database = sqlite3.connect(
            Path(self._folder.name) / "records.db", check_same_thread=False
        )
        self._endpoints: dict[str, int] = {}
        self._attributes: dict[tuple[str, MeasureValueType], int] = {}
        self._database.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE;"
            "CREATE TABLE cells (endpoint INT, time INT, row INT, attribute INT, value TEXT)"
        )

    def __enter__(self) -> RecordIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()
        self._folder.cleanup()

    def fill(
        self, slices: Iterable[RowSlice], source: str, attributes: Mapping[str, Iterable[str]]
    ) -> None:
        """Add all rows.

        Args:
            slices: The rows.
            source: Where they are from, for messages.
            attributes: The telemetry attributes of each endpoint's model.

        Raises:
            InvalidParameterError: A row has a value of an attribute that its endpoint lacks.
        """
        known = {endpoint_id: list(names) for endpoint_id, names in attributes.items()}
        unknown: dict[tuple[str, str], None] = {}
        with explain_full_disk():
            for part in slices:
                names = known[part.asset_id]
                rows = list(self._iter_cells(part))
                self._database.executemany("INSERT INTO cells VALUES (?, ?, ?, ?, ?)", rows)
                used = dict.fromkeys(value.name for row in part.rows for value in row.values)
                unknown |= {(part.asset_id, name): None for name in used if name not in names}
            self._database.execute("CREATE INDEX by_time ON cells (endpoint, time, row)")
        if unknown:
            raise InvalidParameterError(f"{source}: {_describe(list(unknown), known)}")

    def _iter_cells(self, part: RowSlice) -> Iterator[tuple[int, int, int, int, str]]:
        endpoint = self._endpoints.setdefault(part.asset_id, len(self._endpoints))
        for row in part.rows:
            for value in row.values:
                key = (value.name, value.type)
                attribute = self._attributes.setdefault(key, len(self._attributes))
                yield endpoint, row.time, row.index, attribute, value.text

    def __iter__(self) -> Iterator[TelemetryRecord]:
        endpoints, attributes = list(self._endpoints), list(self._attributes)
        cells = self._database.execute(
            "SELECT endpoint, time, row, attribute, value FROM cells ORDER BY endpoint, time, row"
        )
        for (endpoint, time), own in groupby(cells, key=itemgetter(0, 1)):
            rows: dict[int, None] = {}
            values: dict[str, Value] = {}
            for _, _, row, attribute, text in own:
                name, kind = attributes[attribute]
                rows[row] = None
                values[name] = Value(name, kind, text)
            yield TelemetryRecord(endpoints[endpoint], time, tuple(rows), values)


def _describe(unknown: list[tuple[str, str]], known: Mapping[str, list[str]]) -> str:
    messages = [
        f"the model of IoT endpoint {endpoint_id!r} has no telemetry attribute {name!r} "
        f"({format_nearest(name, known[endpoint_id], 'it has none')})"
        for endpoint_id, name in unknown[:MAX_MESSAGES]
    ]
    if len(unknown) > MAX_MESSAGES:
        messages.append(f"and {len(unknown) - MAX_MESSAGES} more")
    return "; ".join(messages)
