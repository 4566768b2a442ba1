"""Reads files to plot: query results, and other CSV and Parquet files."""

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from pydantic_core import from_json

from .._dataframes.arrow_types import ID_COLUMN, STRING, KeyColumns, wide_column_names
from .._dataframes.csv_reader import BLOCK_SIZE, CsvResult
from .._dataframes.input_frame import to_arrow_table
from .._dataframes.json_reader import AssetDataTable
from .._telemetry.range_result import ID_COLUMN as ENDPOINT_ID_COLUMN
from ..errors import InvalidParameterError, InvalidResponseError

# The first columns of results.
ID_COLUMNS = (ID_COLUMN, ENDPOINT_ID_COLUMN)
VALID_FILES = ".csv, .json or .parquet"
DELIMITERS = ",;\t|"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
SAMPLE_SIZE = 64 * 1024

_TEXT_FILES = (".csv", ".tsv", ".txt")
_ROW_START = re.compile(rb'\s*\[\s*\{\s*"iotEndpointId"\s*:')
# The pandas functions that read other files.
_PANDAS_READERS = {
    ".feather": "read_feather",
    ".arrow": "read_feather",
    ".h5": "read_hdf",
    ".ods": "read_excel",
    ".xls": "read_excel",
    ".xlsb": "read_excel",
    ".xlsm": "read_excel",
    ".xlsx": "read_excel",
    ".orc": "read_orc",
    ".pkl": "read_pickle",
    ".xml": "read_xml",
}


def read_file(argument: str, path: Path) -> pa.Table:
    """Read a file as a table."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    ending = suffixes[-1] if suffixes else ""
    if ending == ".gz" and suffixes[-2:-1] != [".json"]:
        ending = suffixes[-2] if len(suffixes) > 1 else ""
    if ending in _TEXT_FILES:
        return _read_csv(path)
    if ending == ".json":
        return _read_json(path)
    if ending in (".parquet", ".pq"):
        return _read_parquet(argument, path)
    reader = _PANDAS_READERS.get(ending, "read_csv")
    raise InvalidParameterError(
        f"{argument} must be a file that ends with {VALID_FILES}, got {path.name!r}; "
        f"read it with pandas.{reader} and pass the DataFrame"
    )


def read_result(file_format: str, file: IO[bytes]) -> pa.Table:
    """Read the result of a query from an open file.

    Args:
        file_format: `csv`, `json` or `parquet`.
        file: The file.
    """
    if file_format == "csv":
        return CsvResult(file, {}).wide()
    file.seek(0)
    if file_format == "json":
        return read_assets(file.read())
    return to_arrow_table("result", pq.read_table(file))


def read_assets(array: bytes) -> pa.Table:
    """Convert a JSON array of TimeSeriesAssetData, or of the rows of an IoT query, to a table."""
    if _ROW_START.match(array):
        return _read_rows(array)
    data = AssetDataTable()
    data.add(array, latest=True)
    return data.table("wide")


def _read_rows(array: bytes) -> pa.Table:
    rows = from_json(array)
    try:
        return pa.Table.from_pylist(rows)
    except pa.ArrowException:
        # The cause would expose a value.
        raise InvalidResponseError("the rows have values of several types in a column") from None


def _read_json(path: Path) -> pa.Table:
    try:
        return read_assets(path.read_bytes())
    except InvalidResponseError as error:
        raise InvalidResponseError(
            f"{path.name}: {error}; read other JSON with pandas.read_json and pass the DataFrame"
        ) from None


def _read_parquet(argument: str, path: Path) -> pa.Table:
    try:
        table = pq.ParquetFile(path).read()
    except pa.ArrowInvalid:
        raise InvalidResponseError(f"{path.name} is not a Parquet file") from None
    return to_arrow_table(argument, table)


def _read_csv(path: Path) -> pa.Table:
    with _open_csv(path) as file:
        sample = file.read(SAMPLE_SIZE)
    encoding = "utf-16" if sample[:2] in UTF16_MARKS else "utf-8"
    header, delimiter = _read_header(path, bytes(sample), encoding)
    id_column, *others = header[: len(KeyColumns._fields)]
    is_result = id_column in ID_COLUMNS and others == list(KeyColumns._fields[1:])
    # An attribute of a result may have the same name as another column.
    names = (
        wide_column_names(header[len(KeyColumns._fields) :], id_column)
        if is_result
        else _name_all(path, header)
    )
    invalid: list[Any] = []
    try:
        table = pa_csv.read_csv(path, **_csv_options(header, delimiter, encoding, invalid.append))
    except pa.ArrowInvalid as error:
        raise _csv_error(path, header, invalid, error) from None
    return table.rename_columns(names)


def _open_csv(path: Path) -> Any:
    return pa.input_stream(path, compression="detect")


def _read_header(path: Path, sample: bytes, encoding: str) -> tuple[list[str], str]:
    """Return the names in the first line and their separator."""
    try:
        # A long sample may end in the middle of a character.
        errors = "strict" if len(sample) < SAMPLE_SIZE else "ignore"
        text = sample.decode(encoding, errors).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise _encoding_error(path) from None
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first or "\0" in first:
        raise InvalidResponseError(f"{path.name} must begin with the names of its columns")
    parsed = {d: next(csv.reader([first], delimiter=d)) for d in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda d: len(parsed[d]))
    header = [name.strip() for name in parsed[delimiter]]
    if len(header) < 2:
        raise InvalidResponseError(
            f"{path.name} must begin with the names of its columns, one of them that of the "
            f"times, separated by commas, semicolons or tabs, got {first[:80]!r}"
        )
    return header, delimiter


def _name_all(path: Path, header: list[str]) -> list[str]:
    """Return distinct names of all columns; an index written by pandas may have no name."""
    names = [name or f"column {n}" for n, name in enumerate(header, 1)]
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise InvalidResponseError(
            f"{path.name} must have columns with distinct names, got two named {twice!r}"
        )
    return names


def _csv_options(
    header: list[str], delimiter: str, encoding: str, invalid: Callable[[Any], None]
) -> dict[str, Any]:
    numbers = [str(number) for number in range(len(header))]

    def keep(row: Any) -> str:
        invalid(row)
        return "error"

    return {
        "read_options": pa_csv.ReadOptions(
            column_names=numbers,
            skip_rows_after_names=1,
            block_size=BLOCK_SIZE,
            use_threads=False,
            encoding=encoding,
        ),
        "parse_options": pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, invalid_row_handler=keep
        ),
        "convert_options": pa_csv.ConvertOptions(
            column_types=dict.fromkeys(numbers, STRING), null_values=[""], strings_can_be_null=True
        ),
    }


def _csv_error(
    path: Path, header: list[str], invalid: list[Any], error: pa.ArrowInvalid
) -> InvalidResponseError:
    if invalid:
        # The line number does not include blank lines.
        row = invalid[0]
        return InvalidResponseError(
            f"{path.name}: the row {row.text[:80]!r} must have {len(header)} cells as the header "
            f"has, got {row.actual_columns}"
        )
    if "UTF8" in str(error):
        return _encoding_error(path)
    return InvalidResponseError(
        f"{path.name} is not a CSV file that can be read here; "
        "read it with pandas.read_csv and pass the DataFrame"
    )


def _encoding_error(path: Path) -> InvalidResponseError:
    return InvalidResponseError(
        f"{path.name} must be in UTF-8; read it with pandas.read_csv(path, encoding=...), such as "
        '"cp1252" or "utf-16", and pass the DataFrame'
    )
