"""The result of a range query as dictionaries with values of the attributes' types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, TYPE_CHECKING

from pydantic_core import to_json

from .._generated.enums import MeasureValueType
from .._time_series.csv_rows import open_rows
from .._time_series.sql_results import deduplicate_names
from ..errors import InvalidResponseError

if TYPE_CHECKING:
    from .._generated.fragments import TimeSeriesAssetData

Cell = str | int | float | bool | None
Parser = Callable[[str], Cell]

KEY_COLUMNS = 3
# Rows that are written at a time.
BATCH_SIZE = 10_000

_INTEGER = re.compile(r"-?[0-9]+")
_DOUBLE = re.compile(r"-?[0-9]+\.[0-9]+(E-?[0-9]+)?")
_BOOLEANS = {"true": True, "false": False}


def iter_rows(
    file: IO[bytes], endpoints: Iterable[TimeSeriesAssetData]
) -> Iterator[dict[str, Cell]]:
    """Iterate over the rows of a result.

    Args:
        file: The CSV file of the result.
        endpoints: The queried endpoints as assets.

    Raises:
        InvalidResponseError: A value is not of the type of its attribute.
    """
    types = {
        asset.assetId: {entry.name: entry.attributeType for entry in asset.attributes}
        for asset in endpoints
    }
    with open_rows(file) as rows:
        header = next(rows, [])
        if len(header) < KEY_COLUMNS:
            raise InvalidResponseError("the result file has no header")
        names, keys = header[KEY_COLUMNS:], deduplicate_names(header)
        parsers = {
            endpoint_id: [_choose_parser(known, name) for name in names]
            for endpoint_id, known in types.items()
        }
        for row in rows:
            cells = row[KEY_COLUMNS:]
            parsed = _parse_cells(row[0], names, parsers[row[0]], cells)
            yield dict(zip(keys, [*row[:KEY_COLUMNS], *parsed], strict=True))


def write_json(
    source: IO[bytes], target: IO[bytes], endpoints: Iterable[TimeSeriesAssetData]
) -> None:
    """Write a result as a JSON array with one object per row, each on its own line.

    Args:
        source: The CSV file of the result.
        target: The file to write to.
        endpoints: The queried endpoints as assets.
    """
    rows = iter_rows(source, endpoints)
    separator = b"["
    while batch := list(islice(rows, BATCH_SIZE)):
        target.write(separator + b",\n".join(map(to_json, batch)))
        separator = b",\n"
    target.write(b"]\n" if separator != b"[" else b"[]\n")


def _choose_parser(types: dict[str, MeasureValueType], name: str) -> Parser:
    if name not in types:
        return _guess
    return _PARSERS.get(types[name], str)


def _parse_cells(
    endpoint_id: str, names: Sequence[str], parsers: Sequence[Parser], cells: Sequence[str]
) -> Iterator[Cell]:
    for name, parse, cell in zip(names, parsers, cells, strict=True):
        try:
            yield parse(cell) if cell else None
        except ValueError:
            # The cause would expose a data value.
            problem = (
                f"a value of {name!r} of endpoint {endpoint_id!r} is not of the type that its "
                "model has; query into a CSV file, which has values as they were published"
            )
            raise InvalidResponseError(problem) from None


def _parse_boolean(text: str) -> bool:
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise ValueError from None


def _guess(text: str) -> Cell:
    """Parse a value of an attribute that the model does not have any more."""
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DOUBLE.fullmatch(text) else text


_PARSERS: dict[MeasureValueType, Parser] = {
    MeasureValueType.BIGINT: int,
    MeasureValueType.BOOLEAN: _parse_boolean,
    MeasureValueType.DOUBLE: float,
}
