"""A query with filters whose result becomes a table."""

from collections.abc import Mapping
from contextlib import aclosing
from typing import IO

import pyarrow as pa

from .._backends import Backend
from .._generated.client import Client
from .._time_series.filter_query import FilterQuery, FilterQuerySpec
from .._time_series.typed_result import TypedResultFile
from .._transfer.transfers import Transfers
from .._utils.temporary_files import naming_full_disk, temporary_file
from .arrow_types import mark_bigint_fields
from .csv_reader import CsvResult
from .json_reader import AssetDataTable


async def read_table(
    client: Client, io: Backend, transfers: Transfers, job: FilterQuerySpec, shape: str
) -> pa.Table:
    """Run a query, and read its result."""
    with temporary_file() as file:
        async with aclosing(_Result(client, io, transfers, job, file)) as result:
            with naming_full_disk():
                await result.write()
            table = result.table(shape, await result.types())
    return table.cast(mark_bigint_fields(table.schema)) if shape == "wide" else table


class _Result(TypedResultFile):
    """A result as it came: the platform's file, or the chunks of the pages."""

    def __init__(
        self,
        client: Client,
        io: Backend,
        transfers: Transfers,
        job: FilterQuerySpec,
        file: IO[bytes],
    ) -> None:
        super().__init__(client, io, transfers, job, file)
        self._data: AssetDataTable | None = None

    async def _put_together(self, query: FilterQuery) -> None:
        data = AssetDataTable(self._job.request)
        async with aclosing(self._chunks(query)) as chunks:
            async for chunk in chunks:
                data.add(chunk)
        self._data = data

    def table(self, shape: str, types: Mapping[str, str]) -> pa.Table:
        if self._data is None:
            file = CsvResult(self._file, types)
            return file.wide() if shape == "wide" else file.long()
        return self._data.table(shape, types)
