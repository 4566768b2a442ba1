"""Which reader reads a file."""

from .._utils.extras import require_extra
from .csv_table import CsvTable
from .options import FileOptions
from .sources import Source
from .tables import Table


def open_table(source: Source, options: FileOptions) -> Table:
    """Open a file as a table."""
    if source.format == "parquet":
        from .parquet_table import ParquetTable

        return ParquetTable(source)
    if source.format == "xlsx":
        require_extra("files", "openpyxl")
        from .spreadsheet_table import SpreadsheetTable

        return SpreadsheetTable(source, options)
    if source.format == "json":
        require_extra("files", "ijson")
        from .json_table import open_json_table

        return open_json_table(source)
    return CsvTable(source, options)
