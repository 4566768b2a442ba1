"""The reader of each format."""

from .._utils.extras import require_extra
from .._utils.validation import invalid_argument
from .csv_table import CsvTable
from .options import FORMAT_OPTIONS, FileOptions
from .sources import Source
from .tables import Table

_FORMAT_NAMES = {
    "csv": "delimited text",
    "xlsx": "a workbook",
    "parquet": "Parquet",
    "json": "JSON",
}
_LIMITED_OPTIONS = frozenset[str]().union(*FORMAT_OPTIONS.values())


def open_table(source: Source, options: FileOptions) -> Table:
    """Open a file as a table.

    Raises:
        InvalidParameterError: The file can't be read, or an option does not apply to it.
    """
    _check_options(source, options)
    if source.format == "parquet":
        from .parquet_table import ParquetTable

        return ParquetTable(source, options.assetIdColumn)
    if source.format == "xlsx":
        require_extra("files", "openpyxl")
        from .spreadsheet_table import SpreadsheetTable

        return SpreadsheetTable(source, options)
    if source.format == "json":
        require_extra("files", "ijson")
        from .json_table import open_json_table

        return open_json_table(source)
    return CsvTable(source, options)


def _check_options(source: Source, options: FileOptions) -> None:
    """Reject options that would be ignored."""
    unused = _LIMITED_OPTIONS - FORMAT_OPTIONS[source.format]
    for name, value in options.get_explicit().items():
        if name in unused:
            valid = f"omitted for {source.label}, which is {_FORMAT_NAMES[source.format]}"
            raise invalid_argument(name, value, valid)
        if name == "member" and not source.is_member:
            valid = f"omitted for {source.label}, which is not in a zip archive"
            raise invalid_argument(name, value, valid)
