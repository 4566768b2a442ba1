"""Duplicate values of one asset, attribute and time, found with constant memory."""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from .._utils.temporary_files import explain_full_disk

# More lines than a file has.
_LINES = 1 << 40


class Duplicate(NamedTuple):
    """Several values of one asset, attribute and time.

    Attributes:
        asset: The asset.
        attribute: The attribute.
        time: The time in nanoseconds since 1970.
        places: The first two, as the number of the file and the line.
        is_identical: Whether all of them are the same.
    """

    asset: str
    attribute: str
    time: int
    places: tuple[tuple[int, int], tuple[int, int]]
    is_identical: bool


class OrderCheck:
    """Whether each series is ordered by time, so that no time can occur twice in it."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str | None], tuple[int, int]] = {}
        self.is_ordered = True

    def add(self, asset: str, series: str | None, time: int) -> None:
        """Add the next row of a series."""
        key = (asset, series)
        known = self._last.get(key)
        if known is None:
            self._last[key] = (time, 0)
            return
        last, direction = known
        step = (time > last) - (time < last)
        if step == 0 or step == -direction:
            self.is_ordered = False
        self._last[key] = (time, step)


class ValueIndex:
    """All values of files, on disk."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="avista-dx-")
        # One thread writes it, another one may read it.
        self._database = sqlite3.connect(
            Path(self._folder.name) / "values.db", check_same_thread=False
        )
        self._numbers: dict[str, int] = {}
        self._database.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE;"
            "CREATE TABLE cells (asset INT, attribute INT, time INT, place INT, value TEXT)"
        )

    def close(self) -> None:
        """Delete it."""
        self._database.close()
        self._folder.cleanup()

    def add(self, values: Iterable[tuple[str, str, int, int, str]], file: int) -> None:
        """Add values, each as asset, attribute, time, line and string."""
        rows = (
            (self._number(asset), self._number(attribute), time, file * _LINES + line, value)
            for asset, attribute, time, line, value in values
        )
        with explain_full_disk():
            self._database.executemany("INSERT INTO cells VALUES (?, ?, ?, ?, ?)", rows)

    def sort(self) -> None:
        """Sort the values, after the last one was added."""
        with explain_full_disk():
            self._database.execute("CREATE INDEX by_time ON cells (asset, attribute, time, place)")

    def duplicates(self) -> Iterator[Duplicate]:
        """Find all values with the same asset, attribute and time as others."""
        names = list(self._numbers)
        rows = self._database.execute(
            "SELECT asset, attribute, time, min(place), count(DISTINCT value) FROM cells "
            "GROUP BY asset, attribute, time HAVING count(*) > 1 ORDER BY min(place)"
        )
        for asset, attribute, time, first, values in rows:
            key = (asset, attribute, time, first)
            (second,) = self._database.execute(
                "SELECT min(place) FROM cells "
                "WHERE asset = ? AND attribute = ? AND time = ? AND place > ?",
                key,
            ).fetchone()
            # Values in several columns of one row have the same place.
            places = (divmod(first, _LINES), divmod(second or first, _LINES))
            yield Duplicate(names[asset], names[attribute], time, places, values == 1)

    def keep(self, which: str) -> None:
        """Choose one value of each time.

        Args:
            which: `first` or `last`, by the file and line.
        """
        order = "min" if which == "first" else "max"
        with explain_full_disk():
            self._database.execute(
                "CREATE TABLE dropped AS SELECT asset, attribute, place FROM cells JOIN ("
                f"SELECT asset, attribute, time, {order}(place) AS kept FROM cells "
                "GROUP BY asset, attribute, time HAVING count(*) > 1"
                ") USING (asset, attribute, time) WHERE place <> kept"
            )
            self._database.execute("CREATE INDEX by_place ON dropped (place)")

    def count_dropped(self, file: int) -> int:
        """Count the values of a file that were not chosen."""
        (count,) = self._database.execute(
            "SELECT count(*) FROM dropped WHERE place BETWEEN ? AND ?",
            (file * _LINES, (file + 1) * _LINES - 1),
        ).fetchone()
        return int(count)

    def list_dropped_lines(self, file: int) -> Iterator[int]:
        """List the lines of a file of which no value was chosen."""
        rows = self._database.execute(
            "SELECT place FROM cells JOIN (SELECT place, count(*) AS dropped_count FROM dropped "
            "WHERE place BETWEEN ? AND ? GROUP BY place) USING (place) "
            "GROUP BY place HAVING count(*) = dropped_count",
            (file * _LINES, (file + 1) * _LINES - 1),
        )
        for (place,) in rows:
            yield place - file * _LINES

    def list_dropped(self, file: int, first_line: int, last_line: int) -> set[tuple[str, str, int]]:
        """List the values of some lines that were not chosen, as asset, attribute and line."""
        names = list(self._numbers)
        base = file * _LINES
        rows = self._database.execute(
            "SELECT asset, attribute, place FROM dropped WHERE place BETWEEN ? AND ?",
            (base + first_line, base + last_line),
        )
        return {(names[asset], names[attribute], place - base) for asset, attribute, place in rows}

    def _number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))
