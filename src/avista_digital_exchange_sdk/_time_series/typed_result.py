"""A query's result in CSV, and the types that CSV does not tell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .._generated.enums import TimeSeriesQueryOutputFileType
from .._transfer.output_file import write_spool
from .filter_query import FilterQuery, FilterQueryRunner, FilterQuerySpec
from .latest_values import attribute_types

if TYPE_CHECKING:
    from typing import IO

    from .._backends import Backend, TaskHandle
    from .._generated.client import Client
    from .._graphql.subscriptions import RealtimeConnection
    from .._secrets import Secret
    from .._transfer.transfers import Transfers


class TypedResultFile(FilterQueryRunner):
    """Brings a query's result into an open file, and finds the types of what is in it."""

    def __init__(
        self,
        client: Client,
        io: Backend,
        transfers: Transfers,
        job: FilterQuerySpec,
        file: IO[bytes],
    ) -> None:
        file_format = TimeSeriesQueryOutputFileType.CSV
        super().__init__(client, io, transfers, job, file_format, partial(write_spool, file))
        self._file = file
        self._pending: TaskHandle[dict[str, str]] | None = None

    async def types(self) -> dict[str, str]:
        """The types of the result's attributes, once it is written."""
        if self._pending is None:
            return await self._asked_types()
        return await self._pending.result()

    async def aclose(self) -> None:
        """End what is still asked for."""
        if self._pending is not None:
            await self._pending.cancel()

    async def _announced(
        self, query: FilterQuery, connection: RealtimeConnection | None
    ) -> Secret[str]:
        if self._pending is None:
            # The result's attributes are all known by now; their types come while it is written.
            self._pending = self._io.spawn(self._asked_types())
        return await super()._announced(query, connection)

    async def _asked_types(self) -> dict[str, str]:
        job = self._job
        return await attribute_types(self._client, job.timeSeriesDbId, job.request.position)
