"""Cells of CSV results in other forms, such as timestamps in a time zone."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from itertools import islice
from typing import IO

from .csv_result_writer import CsvFile
from .csv_rows import open_rows

TIMESTAMP_COLUMN = 2
# Digits of a timestamp up to its seconds, as in `2024-03-19 10:39:31`.
SECONDS_LENGTH = 19
# Rows that are converted at a time.
BATCH_SIZE = 10_000


def convert_csv(source: IO[bytes], target: IO[bytes], zone: tzinfo) -> None:
    """Write a CSV result with timestamps such as `2024-03-19 03:39:31.942000000-07:00`.

    Args:
        source: The result, with timestamps in UTC.
        target: What to write to.
        zone: The time zone.
    """
    rewrite_csv(source, target, {TIMESTAMP_COLUMN: _create_converter(zone)})


def rewrite_csv(
    source: IO[bytes], target: IO[bytes], converters: Mapping[int, Callable[[str], str]]
) -> None:
    """Write a CSV result with the cells of some columns converted.

    Args:
        source: The result.
        target: What to write to.
        converters: The functions that convert cells that are not empty, by column.
    """
    lines = CsvFile(target)
    with open_rows(source) as rows:
        lines.writerow(next(rows, []))
        for batch in iter(lambda: list(islice(rows, BATCH_SIZE)), []):
            for row in batch:
                for column, convert in converters.items():
                    if cell := row[column]:
                        row[column] = convert(cell)
            lines.writerows(batch)


def _create_converter(zone: tzinfo) -> Callable[[str], str]:
    @lru_cache(maxsize=100_000)
    def convert(text: str) -> str:
        local = datetime.fromisoformat(text[:SECONDS_LENGTH]).replace(tzinfo=UTC).astimezone(zone)
        clock = local.replace(tzinfo=None).isoformat(" ", "seconds")
        offset = local.isoformat(timespec="seconds")[SECONDS_LENGTH:]
        return f"{clock}{text[SECONDS_LENGTH:]}{offset}"

    return convert
