"""A file in CSV as a frame to publish."""

import csv
from codecs import getwriter
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.types as kinds

from .._utils import validation
from .._utils.atomic_files import atomic_write
from ..errors import InvalidParameterError

REASON_COLUMN = "rejected because"
"""The column that tells, in a file of rejected rows, why they were; it is never published."""

NAME = "name"
"""The column of the assets' names, unless another one is named."""

TEXT, NUMBER = "VARCHAR", "DOUBLE"


class CsvMapping(NamedTuple):
    """What is said of a file's columns.

    Attributes:
        asset: The asset of all rows, in place of a column.
        asset_column: The column of each row's asset.
        name_column: The column of the assets' names.
        time_column: The column of the times.
        time_zone: The zone of times that say none.
        dimensions: Columns of metadata.
        measures: The columns to publish; all that are nothing else if there are none.
        types: The platform's types of columns.
        attributes: The attributes that columns become, where those have another name.
    """

    asset: str | None
    asset_column: str
    name_column: str | None
    time_column: str
    time_zone: str | None
    dimensions: Sequence[str]
    measures: Sequence[str]
    types: dict[str, str]
    attributes: dict[str, str]


class Frame(NamedTuple):
    """A frame, and what `publishDataFrameToTimeSeriesDatabase` is to know of its columns."""

    table: pa.Table
    layout: dict[str, Any]
    time_zone: str | None


def read_csv(path: Path, columns: CsvMapping, known: dict[str, str]) -> Frame:
    """Read a file as a frame.

    Args:
        path: The file.
        columns: What is said of its columns.
        known: The types of the attributes that the database has.
    """
    names = _column_names(path)
    _check_names("--rename", columns.attributes, names)
    _check_names("--type", columns.types, names)
    columns = _with_defaults(columns, names)
    attributes = {name: columns.attributes.get(name, name) for name in names}
    in_database = [name for name in columns.measures if attributes.get(name) in known]
    types = {name: known[attributes[name]] for name in in_database} | columns.types
    texts = {*_keys(columns), *(name for name, kind in types.items() if kind == TEXT)}
    table = _read(path, names, texts)
    for name in columns.measures:
        if name in names and kinds.is_integer(table.schema.field(name).type):
            types.setdefault(name, NUMBER)
    layout = {
        "assetId": columns.asset,
        "assetIdColumn": columns.asset_column,
        "nameColumn": columns.name_column,
        "timeColumn": columns.time_column,
        "dimensionColumns": columns.dimensions,
        "measureColumns": [attributes.get(name, name) for name in columns.measures],
        "measureTypes": {attributes[name]: kind for name, kind in types.items()},
        "measureName": "measurements",
        "version": 1,
    }
    renamed = table.rename_columns(_require_distinct(list(attributes.values())))
    return Frame(renamed, layout, columns.time_zone)


def write_rejected(source: Path, target: Path, reasons: dict[int, str]) -> None:
    """Write the rows of a file that were rejected, as they are, each with the reason.

    Args:
        source: The file.
        target: The file to write.
        reasons: The reasons, by the index of the row.
    """
    with _open(source) as file, atomic_write(target) as rejected:
        rows = (row for row in csv.reader(file) if row)
        header = next(rows)
        kept = [index for index, name in enumerate(header) if name != REASON_COLUMN]
        writer = csv.writer(getwriter("utf-8")(rejected), lineterminator="\n")
        writer.writerow([*(header[index] for index in kept), REASON_COLUMN])
        for number, row in enumerate(rows):
            if number in reasons:
                writer.writerow([*(row[index] for index in kept), reasons[number]])


def _with_defaults(columns: CsvMapping, names: Sequence[str]) -> CsvMapping:
    """What is said of the columns, with what need not be said."""
    if columns.name_column is None and NAME in names and NAME not in columns.measures:
        columns = columns._replace(name_column=NAME)
    taken = {*_keys(columns), columns.time_column}
    return columns._replace(
        measures=columns.measures or [name for name in names if name not in taken],
        types={name: kind.upper() for name, kind in columns.types.items()},
    )


def _keys(columns: CsvMapping) -> list[str | None]:
    """The columns that tell what a row is about."""
    return [columns.asset_column, columns.name_column, *columns.dimensions]


def _column_names(path: Path) -> list[str]:
    try:
        with _open(path) as file:
            header = next(csv.reader(file), [])
    except UnicodeError:
        raise InvalidParameterError(f"FILE: {path} is not text in UTF-8") from None
    return _require_distinct([name for name in header if name != REASON_COLUMN])


def _read(path: Path, names: Sequence[str], texts: Container[str | None]) -> pa.Table:
    """Read columns, of the types of their values; `texts` are texts whatever they look like."""
    convert = pyarrow.csv.ConvertOptions(
        include_columns=names,
        column_types={name: pa.string() for name in names if name in texts},
        strings_can_be_null=True,
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    try:
        return pyarrow.csv.read_csv(path, parse_options=parse, convert_options=convert)
    except (pa.ArrowException, UnicodeError) as error:
        reason = str(error).partition("\n")[0]
        raise InvalidParameterError(f"FILE: {path} can't be read: {reason}") from None


def _open(path: Path) -> TextIO:
    return path.open(encoding="utf-8-sig", newline="")


def _check_names(option: str, given: Iterable[str], names: Sequence[str]) -> None:
    for name in given:
        if name not in names:
            raise validation.invalid_argument(
                option, name, "one of the columns: " + ", ".join(names)
            )


def _require_distinct(names: list[str]) -> list[str]:
    for name in names:
        if names.count(name) > 1:
            raise InvalidParameterError(f"FILE: {names.count(name)} columns are called {name!r}")
    return names
