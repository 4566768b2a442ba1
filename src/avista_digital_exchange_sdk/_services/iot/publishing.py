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

        Each row holds the values of one endpoint at one time; each column is a telemetry attribute.
        Values are converted without loss to the type that the model has for the attribute. Missing
        values are not published. Query results can be published as they are, in either shape, and
        so can pandas columns with two levels, of endpoints and attributes. The whole frame is
        checked before anything is sent. Requires the extra `arrow`.

        An endpoint has at most one record at a time: rows of the same time become one record.
        Records that are stored already with the same values are not written again, so publishing
        the same frame again changes nothing. Records that differ from stored ones are rejected.

        Args:
            frame: A pandas or polars DataFrame, an Arrow table, or any other object with Arrow's
                PyCapsule interface. A named pandas index is treated as a column, an unnamed
                DatetimeIndex as the time column.
            iotEndpointId: The ID of the endpoint of all rows, in place of `iotEndpointIdColumn`.
            iotEndpointIdColumn: The column of endpoint IDs. Defaults to `iotEndpointId`.
            timeColumn: The column of timestamps, as timestamps or ISO 8601 strings, with up to
                nanosecond precision. Defaults to `timestamp`.
            timeZone: The time zone of naive timestamps, such as `America/Los_Angeles`. Without it
                they are rejected.
            measureColumns: The columns to publish. Defaults to all remaining columns except `name`,
                which holds the names of endpoints in query results.
            progress: A callback `(done, total)` in rows, called after each batch, or True for a
                progress bar. An exception raised by it ends the call.

        Returns:
            A `PublishReport`: the numbers of rows, and of stored and unchanged values.

        Raises:
            InvalidParameterError: An argument or a value is invalid, or a column is not a telemetry
                attribute of an endpoint. Nothing was written.
            MissingExtraError: The extra `arrow` is not installed.
            NotFoundError: An endpoint does not exist. Nothing was written.
            UnauthorizedError: You may not write to an endpoint.
            PublishIncompleteError: Only some rows were written. The error says which, and why.

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
        from .file_target import translate_message

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
        with translate_errors(translate_message):
            columns = InputFrame(frame, timeColumn, timeZone, MAX_RESPONSE_BYTES)
            rows = mapping.rows(columns)
            rows.check_duplicates()
        outcomes = PublishOutcomes(rows.indexes)
        if not outcomes.total:
            return build_report(outcomes)
        models = EndpointModels(self._client, self._backend, rows.asset_ids)
        endpoints = await models.get()
        with translate_errors(translate_message):
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

        Files are read like those of `publishFileToTimeSeriesDatabase`, with the same arguments.
        Values are published with all digits of the file. The whole file is checked before anything
        is sent: values that do not have the type of the attribute are rejected with their line,
        column and cell, as are attributes that the endpoint's model does not have. Rows of the same
        time become one record. Requires the extra `arrow`; Excel and JSON also require `files`.

        Records that are stored already with the same values are not written again, so publishing
        the same file again changes nothing. Records that differ from stored ones are rejected.

        Args:
            path: The path of a local file; a pattern such as `may/*.csv`; `-` for standard input;
                or a list of these. All files are checked before the first one is sent.
            iotEndpointId: The ID of the endpoint of all rows, in place of `iotEndpointIdColumn`.
            iotEndpointIdColumn: The column of endpoint IDs. Defaults to `iotEndpointId`.
            timeColumn: The column of timestamps, or two columns, one with the date and one with the
                time of day. Defaults to `timestamp`, or else to the only column of timestamps.
            timeFormat: The format of timestamps, as for `datetime.strptime`, such as `%d/%m/%Y
                %H:%M`, or the name of an order, such as `month/day/year`. Fractions of seconds
                (`%f`) may have nine digits, and 24:00 is midnight of the next day. Defaults to the
                detected format.
            timeUnit: The unit of numeric timestamps: `s`, `ms`, `us` or `ns` since 1970 in UTC;
                `excel` or `matlab` for days in local time.
            timeZone: The time zone of naive timestamps: a name such as `America/Los_Angeles`, or an
                offset such as `-08:00`. Without it they are rejected.
            ambiguous: How to resolve timestamps in the hour that is repeated when clocks are set
                back: `infer` from the order of rows, `earlier`, `later`, or `refuse` (default).
            nonexistent: What to do with timestamps in the hour that is skipped when clocks are set
                forward: `shift` them by as much, or `refuse` (default).
            measureColumns: The columns to publish. Defaults to all remaining columns.
            ignoreColumns: The columns that are not published. Defaults to none.
            attributeNames: The names of attributes, by column. Defaults to the names of the
                columns.
            attributeColumn: The column of attribute names, in a file with one value per row.
            valueColumn: The column of values, in a file with one value per row.
            assetsInColumns: The attribute of all values, in a file with one column per endpoint.
            nullValues: The contents of cells without a value, such as `-9999` or `No Data`. Empty
                cells never have one, and neither do `NA`, `NaN` and `null` in numeric columns.
            duplicates: What to do with several values of one endpoint, attribute and timestamp:
                publish the `first` or the `last` one, publish `identical` ones once, or `refuse`
                them (default).
            format: The format of the file: `csv`, `xlsx`, `parquet` or `json`. Detected by default.
            sheet: The sheet of an Excel workbook. Defaults to the only sheet with data.
            member: The file in a zip archive. Defaults to the only one.
            encoding: The character encoding. Defaults to that of the byte order mark, or else to
                UTF-8.
            delimiter: The delimiter of cells, such as `;`, or `whitespace` for any number of
                blanks. Detected by default.
            quote: The quote character of cells, or `none`. Defaults to `"`.
            escape: The character before a quote within a cell, such as a backslash, or `none`.
                Detected by default; usually it is another quote.
            decimal: The decimal separator. Defaults to `.`.
            thousands: The thousands separator. Defaults to none.
            strip: The strings to remove before and after numbers, such as `%` or `$`.
            minus: The minus sign, if it is not `-`, or `()` for negative numbers in parentheses.
            comment: The prefix of lines to ignore, such as `#`.
            skipLines: The number of lines before the header. Detected by default.
            columnNames: The names of all columns, for a file without a header.
            unitsRow: Whether the row after the header holds units, or the number of such rows.
            skipFooter: The number of rows to ignore at the end, such as totals.
            mapping: The path of a file that `saveMapping` wrote, with arguments to use. Arguments
                of this call have priority.
            saveMapping: The path of a file to write these arguments to, once the files have been
                checked.
            saveRejected: The path of a file to write rejected rows to, each with the reason, or
                True for `FILE.rejected.csv` in the directory of the published file. Once corrected,
                it can be published with the same arguments. Defaults to False.
            dryRun: Whether to check everything without sending anything. Defaults to False.
            inspect: Whether to return what was detected in the files, with everything doubtful in
                `problems`, without sending anything. Defaults to False.
            progress: A callback `(done, total)` in rows, or True for a progress bar. An exception
                raised by it ends the call.

        Returns:
            A `FilePublishReport`: what was detected in each file, and the number of stored values.

        Raises:
            InvalidParameterError: An argument is invalid, or a file cannot be published as it is.
                Nothing was written. The message lists every problem.
            PathNotFoundError: The local file does not exist.
            MissingExtraError: The extra `arrow` or `files` is not installed.
            NotFoundError: An endpoint does not exist. Nothing was written.
            UnauthorizedError: You may not write to an endpoint.
            PublishIncompleteError: Only some rows were written. The indexes are line numbers. If
                there are several files, they are those of the first one in `files`.

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
        from .file_target import EndpointTarget, translate_message

        if iotEndpointId is not None:
            validation.require_id("iotEndpointId", iotEndpointId)
        if iotEndpointIdColumn is None and not (iotEndpointId or assetsInColumns or mapping):
            iotEndpointIdColumn = ID_COLUMN
        arguments |= {"assetId": iotEndpointId, "assetIdColumn": iotEndpointIdColumn}
        with translate_errors(translate_message):
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
