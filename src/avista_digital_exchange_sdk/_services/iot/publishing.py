"""Publishing of DataFrames and files to IoT endpoints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Literal, TypeVar

from ..._utils import validation
from ..._utils.extras import require_extra
from ..._utils.progress import ProgressArgument, ProgressReporter
from ..base import BaseService
from ..file_publishing import parse_request, publish_files, translate_errors

if TYPE_CHECKING:
    from ..._file_input.file_report import FilePublishReport
    from ..._time_series.publish_result import PublishReport

_Result = TypeVar("_Result")

ID_COLUMN = "iotEndpointId"
# The arguments that do not say how a file is to be read.
_OTHERS = frozenset(
    {
        *("self", "iotEndpointId", "iotEndpointIdColumn", "path", "mapping", "saveMapping"),
        *("saveRejected", "dryRun", "inspect", "progress"),
    }
)


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
        measureColumns: Sequence[str] | None = None,
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
            measureColumns: The columns to publish. Defaults to all remaining columns except
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
            measureColumns,
            None,
            ColumnArguments(
                "iotEndpointId",
                "iotEndpointIdColumn",
                "measureColumns",
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

    async def publishFile(
        self,
        path: str | PathLike[str] | Sequence[str | PathLike[str]],
        *,
        iotEndpointId: str | None = None,
        iotEndpointIdColumn: str | None = None,
        timeColumn: str | Sequence[str] | None = None,
        timeFormat: str | None = None,
        timeUnit: Literal["s", "ms", "us", "ns", "excel", "matlab"] | None = None,
        timeZone: str | None = None,
        ambiguous: Literal["refuse", "infer", "earlier", "later"] | None = None,
        nonexistent: Literal["refuse", "shift"] | None = None,
        measureColumns: Sequence[str] | None = None,
        ignoreColumns: Sequence[str] | None = None,
        attributeNames: Mapping[str, str] | None = None,
        attributeColumn: str | None = None,
        valueColumn: str | None = None,
        assetsInColumns: str | None = None,
        nullValues: Sequence[str | float] | None = None,
        duplicates: Literal["refuse", "identical", "first", "last"] | None = None,
        format: Literal["csv", "xlsx", "parquet", "json"] | None = None,
        sheet: str | None = None,
        member: str | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        quote: str | None = None,
        escape: str | None = None,
        decimal: str | None = None,
        thousands: str | None = None,
        strip: Sequence[str] | None = None,
        minus: str | None = None,
        comment: str | None = None,
        skipLines: int | None = None,
        columnNames: Sequence[str] | None = None,
        unitsRow: bool | int | None = None,
        skipFooter: int | None = None,
        mapping: str | PathLike[str] | None = None,
        saveMapping: str | PathLike[str] | None = None,
        saveRejected: bool | str | PathLike[str] = False,
        dryRun: bool = False,
        inspect: bool = False,
        progress: ProgressArgument | None = None,
    ) -> FilePublishReport:
        """Publish files as telemetry of endpoints: CSV and other text, Excel, Parquet, JSON.

        Files are read as by `publishFileToTimeSeriesDatabase`, and the arguments about them are
        the same. Values are published in the types of the model, as the file writes them. The
        whole file is checked before anything is sent: values of other types are refused with their
        line, column and cell, and so are attributes that an endpoint lacks. Rows of one time become
        one record. Needs the extra `arrow`; Excel and JSON need the extra `files`.

        A record that is stored already with the same values is left alone, so publishing the same
        file again changes nothing. One that is stored with other values is rejected.

        Args:
            path: The file, a pattern such as `may/*.csv`, `-` for standard input, or a list of
                them. All are checked before the first one is sent.
            iotEndpointId: The ID of the endpoint of all rows, in place of a column.
            iotEndpointIdColumn: The column of each row's endpoint. Defaults to `iotEndpointId`.
            timeColumn: The column of the times, or two of which one holds the date. Defaults to
                `timestamp`, else the only column of times.
            timeFormat: The format of times as that of `datetime.strptime`, such as
                `%d/%m/%Y %H:%M`. Fractions (`%f`) may have nine digits, and 24:00 is the next
                day's midnight. Or the name of an order, such as `month/day/year`.
            timeUnit: What numbers count that are times: `s`, `ms`, `us` or `ns` since 1970 in UTC,
                `excel` or `matlab` for days in local time.
            timeZone: The zone of times that state none: a name such as `America/Los_Angeles`, or
                an offset such as `-08:00`.
            ambiguous: Which time is meant when clocks are put back and an hour comes twice:
                `infer` from the order of rows, `earlier`, `later`, or `refuse`, the default.
            nonexistent: What becomes of times that are skipped when clocks are put forward:
                `shift` them by as much, or `refuse`, the default.
            measureColumns: The columns to publish. Defaults to all that are nothing else.
            ignoreColumns: Columns that are not published.
            attributeNames: The names of attributes by column. Defaults to the columns' names.
            attributeColumn: In a file with one value per row, the column of the attributes.
            valueColumn: In such a file, the column of the values.
            assetsInColumns: The attribute of all values, in a file with a column per endpoint.
            nullValues: What is written in cells without a value, such as `-9999` or `No Data`.
                Empty cells have none; nor do `NA`, `NaN` and `null` in columns of numbers.
            duplicates: What becomes of several values of one endpoint, attribute and time:
                `first` or `last` takes one of them, `identical` takes equal ones once, `refuse` is
                the default.
            format: `csv`, `xlsx`, `parquet` or `json`. Defaults to what the file is.
            sheet: The sheet of a workbook. Defaults to the only one that holds something.
            member: The file of a zip archive. Defaults to the only one.
            encoding: The encoding of text. Defaults to UTF-8, or what a byte order mark says.
            delimiter: What separates cells, such as `;`; `whitespace` for any number of blanks.
            quote: What encloses cells, `"` by default; `none` for nothing.
            escape: What stands before a quote that is part of a cell, such as a backslash.
                Defaults to another quote, or what the file shows; `none` for nothing.
            decimal: The decimal separator. Defaults to a point.
            thousands: What separates groups of digits, if anything does.
            strip: What stands before or after numbers, such as `%` or `$`.
            minus: A minus sign other than `-`; `()` for negative numbers in parentheses.
            comment: What lines begin with that are left out, such as `#`.
            skipLines: How many lines stand before the names. Defaults to what the file shows.
            columnNames: The names of all columns, for a file without them.
            unitsRow: Whether the row after the names holds units; a number for several such rows.
            skipFooter: How many rows at the end are no data, such as totals.
            mapping: A file that `saveMapping` wrote; arguments given beside it go before it.
            saveMapping: Where to write these arguments, once the files are found to be right.
            saveRejected: Where to write rows that the platform rejects, each with the reason; True
                for `FILE.rejected.csv` in the folder of the file. Corrected, it can be published
                with the same arguments. Defaults to False.
            dryRun: Whether to check everything and send nothing.
            inspect: Whether to return what was understood of the files, with what is doubtful in
                `problems`, and send nothing.
            progress: A callback `(done, total)` in rows, or True for a progress bar. An exception
                raised by it ends the publishing.

        Returns:
            What was understood of each file, and how many values were stored.

        Raises:
            InvalidParameterError: An argument can't be used, or a file can't be published as it
                is; nothing was sent. It lists every problem.
            PathNotFoundError: There is no such file.
            MissingExtraError: An extra is not installed.
            NotFoundError: An endpoint does not exist. Nothing was sent.
            UnauthorizedError: You may not write to an endpoint.
            PublishIncompleteError: Only some rows were published; the indexes are those of lines.
                Of several files, they are those of the first one in `files`.

        Example:
            >>> from pathlib import Path
            >>> lines = ["timestamp,Power", "2024-05-01T00:00:00Z,12.50"]
            >>> size = Path("may.csv").write_text(chr(10).join(lines))
            >>> report = await digitalExchange.iot.publishFile(
            ...     "may.csv", iotEndpointId=iotEndpointId)
            >>> report.valuesStored
            1
        """
        arguments = {name: value for name, value in locals().items() if name not in _OTHERS}
        require_extra("arrow", "pyarrow")
        from .file_target import EndpointTarget, translate_arguments

        if iotEndpointId is not None:
            validation.require_id("iotEndpointId", iotEndpointId)
        if iotEndpointIdColumn is None and not (iotEndpointId or assetsInColumns or mapping):
            iotEndpointIdColumn = ID_COLUMN
        arguments |= {"assetId": iotEndpointId, "assetIdColumn": iotEndpointIdColumn}
        with translate_errors(translate_arguments):
            request = parse_request(
                path,
                arguments,
                mapping=mapping,
                save_mapping=saveMapping,
                save_rejected=saveRejected,
                dry_run=dryRun,
                inspect=inspect,
                progress=progress,
            )
        endpoint_id = request.options.assetId
        target = EndpointTarget(self._client, self._backend, self._transfers, endpoint_id)
        with target:
            return await publish_files(self._backend, request, target)

    async def _in_thread(self, work: Callable[[], _Result]) -> _Result:
        return await self._backend.run_in_thread(work).result()
