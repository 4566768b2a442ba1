"""Data stores as a file system of fsspec: `dx://<dataStoreId>/folder/file.csv`.

fsspec, and with it pandas, Dask, Polars, DuckDB, pyarrow and many more, find it by its protocol,
`dx`; nothing needs to be imported. It comes with the extra `fsspec`.
"""

from ._file_system import DataStoreFileSystem
from ._writer import UnsentFileWarning

__all__ = ["DataStoreFileSystem", "UnsentFileWarning"]
