"""Data stores as an fsspec file system: `dx://<dataStoreId>/folder/file.csv`.

fsspec, and with it pandas, Dask, Polars, DuckDB, pyarrow and others, find it by its protocol, `dx`;
no import is needed. It is installed with the extra `fsspec`.
"""

from ._file_system import DataStoreFileSystem
from ._writer import UnsentFileWarning

__all__ = ["DataStoreFileSystem", "UnsentFileWarning"]
