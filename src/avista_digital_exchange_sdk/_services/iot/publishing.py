"""Publishing of DataFrames and files to IoT endpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..._utils.extras import require_extra
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..base import BaseService

if TYPE_CHECKING:
    from ..._time_series.publish_result import PublishReport

_Result = TypeVar("_Result")


class TelemetryPublishingService(BaseService):
    """Calls that publish DataFrames and files."""

    async def publishDataFrame(
        self,
        frame: object,
        *,
        iotEndpointId: str | None = None,
        iotEndpointIdColumn: str = "iotEndpointId",
        timeColumn: str = "timestamp",
        timeZone: str | None = None,
        attributeColumns: Sequence[str] | None = None,
        progress: ProgressArgument | None = None,
    ) -> PublishReport:
        """Publish the rows of a DataFrame as telemetry, of one endpoint or of several.

        Each row holds the values of one endpoint at one time, each column a telemetry attribute,
        whose values are converted to the type that the model has for it, without loss. A missing
        value is not published. What a query returns can be published as it is, in either shape, as
        can pandas columns of two levels, of endpoints and attributes. The whole frame is checked
        before anything is sent. Needs the extra `arrow`.

        An endpoint has at most one record at a time: rows of the same time become one record. A
        record that is stored already with the same values is left alone, so publishing the same
        again changes nothing. One that is stored with other values is rejected.

        Args:
            frame: A pandas or polars DataFrame, an Arrow table, or any other object with Arrow's
                PyCapsule interface. A named pandas index is treated as a column, an unnamed
                DatetimeIndex as the time column.
            iotEndpointId: The ID of the endpoint of all rows, in place of `iotEndpointIdColumn`.
            iotEndpointIdColumn: The column of endpoint IDs.
            timeColumn: The column of times with up to nanosecond precision, as timestamps or ISO
                8601 strings.
            timeZone: The time zone of naive timestamps, such as `America/Los_Angeles`. Without it
                they are rejected.
            attributeColumns: The columns to publish. Defaults to all remaining columns except
                `name`, in which results have the names of endpoints.
            progress: A callback `(done, total)` in rows, called after each batch, or True for a
                progress bar. An exception raised by it ends the call.

        Returns:
            How many rows and values were stored, and how many values were stored before.

        Raises:
            InvalidParameterError: An argument or a value is invalid, or a column is no telemetry
                attribute of an endpoint. Nothing was written.
            MissingExtraError: The extra `arrow` is not installed.
            NotFoundError: An endpoint does not exist. Nothing was written.
            UnauthorizedError: You may not write to an endpoint.
            PublishIncompleteError: Only some rows were written. It says which, and why.

        Example:
            >>> import pandas as pd
            >>> frame = pd.DataFrame({"timestamp": ["2024-05-01T00:00:00Z"], "Power": [12.5]})
            >>> await digitalExchange.iot.publishDataFrame(frame, iotEndpointId=iotEndpointId)
            PublishReport(rows=1, valuesStored=1, valuesCorrected=0, valuesUnchanged=0)
        """
        require_extra("arrow", "pyarrow")
        from ..._dataframes.column_mapping import ColumnArguments, ColumnMapping
        from ..._dataframes.input_frame import InputFrame
        from ..._telemetry.endpoint_models import EndpointModels
        from ..._telemetry.publisher import MAX_RESPONSE_BYTES
        from ..._telemetry.record_index import RecordIndex
        from ..._telemetry.row_publisher import TelemetryRowPublisher
        from ..._telemetry.stored_telemetry import StoredTelemetry
        from ..._time_series.database_state import DatabaseState
        from ..._time_series.publish_outcomes import PublishOutcomes
        from ..._time_series.publish_result import build_report

        reporter = ProgressReporter(progress)
        mapping = ColumnMapping(
            iotEndpointId,
            iotEndpointIdColumn,
            None,
            timeColumn,
            (),
            attributeColumns,
            None,
            ColumnArguments(
                "iotEndpointId",
                "iotEndpointIdColumn",
                "attributeColumns",
                "IoT endpoint",
                "model",
                has_names=False,
            ),
        )
        columns = InputFrame(frame, timeColumn, timeZone, MAX_RESPONSE_BYTES)
        rows = mapping.rows(columns)
        rows.check_duplicates()
        outcomes = PublishOutcomes(rows.indexes)
        if not outcomes.total:
            return build_report(outcomes)
        models = EndpointModels(self._client, self._backend, rows.asset_ids)
        endpoints = await models.get()
        rows = mapping.with_stored_types(columns, rows, DatabaseState(endpoints).types)
        attributes = {
            asset.assetId: [entry.name for entry in asset.attributes] for asset in endpoints
        }
        with RecordIndex() as index:
            await self._in_thread(lambda: index.fill(rows.iter_slices(), "frame", attributes))
            stored = StoredTelemetry(self._client, self._backend, self._transfers, models)
            publisher = TelemetryRowPublisher(self._client, stored, outcomes, reporter)
            return await publisher.publish_records(index)

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await self._backend.run_in_thread(work).result()
