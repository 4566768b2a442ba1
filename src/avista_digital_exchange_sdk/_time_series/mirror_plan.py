"""What a mirror has to fetch: the months of its assets, in batches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from .._utils import validation
from .sql_text import quote_identifier, quote_string, time_literal
from .table_columns import ASSET_ID
from .timestamps import NANOSECONDS

# Records of a query, whose rows are in memory.
MAX_RECORDS = 400_000
# Characters of the IDs in a query, of which Timestream accepts 262,144 characters.
MAX_ID_CHARACTERS = 100_000

_OVERLAP = re.compile(r"([0-9]{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


class Month(NamedTuple):
    """A month of the calendar in UTC."""

    year: int
    month: int

    @property
    def start(self) -> int:
        """Its first nanosecond."""
        return _to_ns(datetime(self.year, self.month, 1, tzinfo=UTC))

    @property
    def end(self) -> int:
        """Its last nanosecond."""
        year, month = divmod(self.year * 12 + self.month, 12)
        return _to_ns(datetime(year, month + 1, 1, tzinfo=UTC)) - 1

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


class Batch(NamedTuple):
    """What is fetched at once.

    Attributes:
        month: The month.
        start: The first nanosecond.
        asset_ids: The assets.
    """

    month: Month
    start: int
    asset_ids: list[str]


def parse_overlap(argument: str, value: object) -> int:
    """Parse a duration such as `2d`, or a timedelta, into nanoseconds."""
    if isinstance(value, timedelta) and value >= timedelta(0):
        return int(value.total_seconds() * NANOSECONDS)
    match = _OVERLAP.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise validation.invalid_argument(
            argument, value, 'a duration such as "90m", "12h", "2d" or "1w", or a timedelta'
        )
    return int(match[1]) * _SECONDS[match[2]] * NANOSECONDS


def build_count_queries(table: str, starts: Mapping[str, int | None]) -> Iterator[str]:
    """Build queries that count the records of assets by month.

    Args:
        table: The table, quoted.
        starts: From when each asset is fetched; None for its whole history.
    """
    asset, month = quote_identifier(ASSET_ID), "date_trunc('month', time)"
    select = f"SELECT {asset}, {month} AS m, count(*) FROM {table} WHERE"
    group = f"GROUP BY {asset}, {month}"
    known = [start for start in starts.values() if start is not None]
    if known:
        yield f"{select} time >= {time_literal(min(known))} {group}"
    new = [asset_id for asset_id, start in starts.items() if start is None]
    for part in _split(new):
        listed = ", ".join(map(quote_string, part))
        yield f"{select} {asset} IN ({listed}) {group}"


def plan_batches(
    counts: Mapping[tuple[str, Month], int], starts: Mapping[str, int | None]
) -> list[Batch]:
    """Plan what is fetched, in the order of months.

    Args:
        counts: The number of records by asset and month.
        starts: From when each asset is fetched; None for its whole history.
    """
    wanted = [
        (month, asset_id, count)
        for (asset_id, month), count in counts.items()
        if asset_id in starts and month.end >= _get_start(month, asset_id, starts)
    ]
    batches: list[Batch] = []
    for month, entries in groupby(sorted(wanted), key=lambda entry: entry[0]):
        asset_ids: list[str] = []
        records = 0
        for _, asset_id, count in entries:
            if asset_ids and records + count > MAX_RECORDS:
                batches.append(_create_batch(month, asset_ids, starts))
                asset_ids, records = [], 0
            asset_ids.append(asset_id)
            records += count
        batches.append(_create_batch(month, asset_ids, starts))
    return batches


def _create_batch(month: Month, asset_ids: list[str], starts: Mapping[str, int | None]) -> Batch:
    first = min(_get_start(month, asset_id, starts) for asset_id in asset_ids)
    return Batch(month, first, asset_ids)


def _get_start(month: Month, asset_id: str, starts: Mapping[str, int | None]) -> int:
    """Return from when an asset is fetched in a month."""
    start = starts[asset_id]
    return month.start if start is None else max(start, month.start)


def _split(asset_ids: Iterable[str]) -> Iterator[list[str]]:
    part: list[str] = []
    length = 0
    for asset_id in asset_ids:
        length += len(asset_id)
        if part and length > MAX_ID_CHARACTERS:
            yield part
            part, length = [], len(asset_id)
        part.append(asset_id)
    if part:
        yield part


def parse_month(text: str) -> Month:
    """Parse the month of a timestamp of Timestream."""
    return Month(int(text[:4]), int(text[5:7]))


def _to_ns(time: datetime) -> int:
    return int(time.timestamp()) * NANOSECONDS
