"""Stored records of endpoints, read to compare them with rejected ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import IO, TYPE_CHECKING

from .._backends import Backend
from .._time_series.csv_rows import open_rows
from .._time_series.filter_query_runner import FilterQueryRunner, FilterQuerySpec
from .._time_series.timestamps import parse_timestamp_ns
from .._transfer.output_file import write_spool
from .._transfer.transfers import Transfers
from .._utils.progress import ProgressReporter
from .._utils.temporary_files import explain_full_disk, open_temporary_file
from .endpoint_models import EndpointModels
from .range_operations import RangeQueryOperations
from .range_result import RangeResultSink, RequestedRecords
from .range_rows import KEY_COLUMNS

if TYPE_CHECKING:
    from .._generated.client import Client

EXPORT_TIMEOUT_SECONDS = 300.0


class StoredTelemetry:
    """Reads stored records.

    Args:
        client: The client.
        backend: The backend.
        transfers: Fetches the results.
        models: The names of the endpoints.
    """

    def __init__(
        self, client: Client, backend: Backend, transfers: Transfers, models: EndpointModels
    ) -> None:
        self._client = client
        self._backend = backend
        self._transfers = transfers
        self._models = models

    async def read(
        self, endpoint_id: str, names: Sequence[str], times: tuple[int, int]
    ) -> dict[int, Mapping[str, str]]:
        """Read the records of an endpoint.

        Args:
            endpoint_id: The endpoint.
            names: The attributes to read.
            times: The first and the last time, in nanoseconds since 1970.

        Returns:
            The values of each record, by its time in nanoseconds since 1970.
        """
        from .._generated.input_types import TimeSeriesQueryAssetInput

        filters = [TimeSeriesQueryAssetInput(assetId=endpoint_id, attributeNamesFilter=list(names))]
        first, last = (time // 1_000_000 for time in times)
        spec = FilterQuerySpec(
            # The last time may have further digits.
            RangeQueryOperations(self._client, filters, (str(first), str(last + 1))),
            RequestedRecords(filters),
            EXPORT_TIMEOUT_SECONDS,
            "auto",
            ProgressReporter(None),
        )
        runner = FilterQueryRunner(self._client, self._backend, self._transfers, spec)
        with open_temporary_file() as file, explain_full_disk():
            output = partial(write_spool, file)
            await runner.run(RangeResultSink(spec.request, self._models, output))
            return _read_records(file)


def _read_records(file: IO[bytes]) -> dict[int, Mapping[str, str]]:
    with open_rows(file) as rows:
        names = next(rows, [])[KEY_COLUMNS:]
        return {
            parse_timestamp_ns("timestamp", f"{row[KEY_COLUMNS - 1]}Z"): {
                name: cell for name, cell in zip(names, row[KEY_COLUMNS:], strict=True) if cell
            }
            for row in rows
        }
